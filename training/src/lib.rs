//! The language room and the waist, as the program has them.

#![allow(unused, reason = "the program's own files, of which training uses a part")]

pub mod agreement;
#[path = "../../src/lang/mod.rs"]
pub mod lang;
#[path = "../../src/session/mod.rs"]
pub mod session;
#[path = "../../src/attribution/roles/mod.rs"]
pub mod roles;
