//! How far the tool and people agree on what a coach's words are.
//!
//! In: sessions and the codes that people gave to their utterances ([`Coder`]). Out: an [`Agreement`]:
//! kappa, F1, confusion, open shares, and where they differ. Pure: no files. What is compared is
//! named in `aspect`, the figures and their sources are in `figures`, the words of a table of codes
//! in `labels`, what the tool says in `tool`; `study` puts them together.
//!
//! A *unit* is an utterance, or a part of one. What was not coded is left out pair by pair; a figure
//! that cannot be had is null with a reason.

mod aspect;
mod figures;
mod labels;
mod majority;
mod open_share;
mod reliability;
mod study;
mod tool;

pub use aspect::{Asked, Aspect, Codes};
pub use figures::{Figures, Found, Kappa, Undefined, figures};
pub use labels::{Column, WrongLabel};
pub use majority::Mean;
pub use open_share::{OpenShare, Share};
pub use reliability::{Bin, Reliability};
pub use study::{Agreement, Comparison, Differs, study};
pub use tool::{Recording, Withheld};

use std::collections::BTreeMap;

use crate::lang::CharSpan;

/// What one code is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit {
    /// Index of the recording.
    pub recording: usize,
    /// Number of the utterance in it.
    pub utterance: u32,
    /// The part of its text, where the code is not about all of it.
    pub part: Option<CharSpan>,
}

/// A person and their codes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coder {
    /// As the table calls them.
    pub name: String,
    /// What they coded.
    pub codes: BTreeMap<Unit, Codes>,
}
