//! The command line of Openfloor.

fn main() {}
