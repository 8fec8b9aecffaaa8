//! What was said: stretches of speech → words with times.
//!
//! In: the 16 kHz work copy and the stretches of speech of each speaker, packed into [`Window`]s.
//! Out: a [`HeardWindow`] each, in order: words with times in the recording and confidences, and how
//! much was dropped as invented. The seam is [`Transcribe`]; [`Whisper`] is its one implementation.

mod guard;
mod hear;
mod language;
mod whisper;
mod windows;

pub use hear::{HeardWindow, HeardWord, Job, transcribe};
pub use language::decide;
pub use whisper::Whisper;
pub use windows::{Piece, Window, pack, share_leftovers};

use crate::error::Result;
use crate::session::{Language, Ms};

/// A speech-to-text engine: what is loaded once and shared.
pub trait Transcribe: Sync {
    /// A listener; each thread has its own.
    ///
    /// # Errors
    /// The engine has no memory for one more.
    fn listener(&self) -> Result<Box<dyn Listen + '_>, EngineFailed>;
}

/// Hears windows, one after the other, each for itself.
pub trait Listen {
    /// Which language `samples` (16 kHz, −1 to 1, at most 30 s) are in.
    ///
    /// # Errors
    /// The engine gave up.
    fn guess(&mut self, samples: &[f32]) -> Result<Guess, EngineFailed>;

    /// The words of `samples` (16 kHz, −1 to 1, at most 30 s), never translated. The same samples,
    /// language and temperature give the same words whatever was heard before.
    ///
    /// # Errors
    /// The engine gave up.
    fn hear(
        &mut self,
        samples: &[f32],
        language: Language,
        temperature: f32,
    ) -> Result<Hearing, EngineFailed>;
}

/// The engine gave up on a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the speech-to-text engine failed with code {code}")]
pub struct EngineFailed {
    /// The engine's own number.
    pub code: i32,
}

/// How likely each language is, from 0 to 1; the rest is for the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guess {
    /// English.
    pub english: f64,
    /// French.
    pub french: f64,
}

/// What was heard in a window.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hearing {
    /// In the order they are said.
    pub words: Vec<RawWord>,
    /// Mean natural logarithm of the tokens' probabilities.
    pub log_probability: f64,
}

/// A word with its time in the window.
#[derive(Debug, Clone, PartialEq)]
pub struct RawWord {
    /// As written, punctuation included.
    pub text: String,
    /// When its first token starts, if the engine knows.
    pub start: Option<Ms>,
    /// Geometric mean of its tokens' probabilities.
    pub confidence: f64,
}
