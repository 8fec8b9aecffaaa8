//! How far the tool and people agree: a table for the terminal, a document, and the sheet that people
//! code on.
//!
//! In: a [`Study`]. Out: text. The sheet never shows what the tool says.

mod json;
mod sheet;
mod terminal;
#[cfg(test)]
mod tests;

pub use json::json;
pub use sheet::sheet;
pub use terminal::terminal;

use crate::agreement::{Agreement, Coder, Recording};

/// What was compared, and how far it agrees.
#[derive(Debug, Clone, Copy)]
pub struct Study<'a> {
    /// The recordings.
    pub recordings: &'a [Recording],
    /// The people.
    pub coders: &'a [Coder],
    /// The figures.
    pub agreement: &'a Agreement,
    /// What a reader should know of the tables.
    pub notes: &'a [String],
    /// The tool's codes are those after a person's corrections.
    pub corrected: bool,
    /// Version of the program.
    pub tool_version: &'a str,
}
