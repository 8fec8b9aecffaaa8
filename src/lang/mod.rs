//! What is done with words: questions, prescriptive phrases and the rest, in English and French.
//!
//! In: the text of an utterance. Out: [`Act`]s with the words that show them. Pure: no files, no
//! clock. The cues are data (`en.toml`, `fr.toml`), each with examples that a test runs; what the
//! words of a sentence mean together is code.

mod act;

pub use act::{Act, CharSpan, Code, Cue, CueSpan, Openness, Push, QuestionForm};

use crate::session::Language;

/// Whether a transcript's question marks can be leant on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Punctuation {
    /// Question marks are written where questions are asked.
    Written,
    /// They are mostly missing: only the words speak, and questions are under-counted.
    Missing,
}

/// What an utterance is read in the light of.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Whether question marks can be leant on in this recording.
    pub punctuation: Punctuation,
    /// What the other speaker said just before, where there is such a thing.
    pub before: Option<&'a str>,
}

/// The acts of one utterance, in the order of their spans.
///
/// Empty for [`Language::Other`]: codes are withheld there.
#[must_use]
pub fn code(_text: &str, _language: Language, _context: Context<'_>) -> Vec<Act> {
    Vec::new()
}
