//! What was said: speech of known speakers → words with times.
//!
//! In: the 16 kHz work copy and the stretches of speech of each speaker. Out: [`Heard`] a window, in
//! order: words with times in the recording and confidences, and what was dropped as invented.
//! The seam is [`Transcribe`]; whisper.cpp is its one implementation.

pub mod windows;
mod whisper;

pub use whisper::{Whisper, WhisperOptions};
pub use windows::{Window, pack};
