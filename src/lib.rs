//! Openfloor: from a recording of a coaching session to evidence about how it was coached, on the
//! machine it runs on.
//!
//! ```text
//! file ─▶ sound ─▶ voice activity ─▶ speakers ─▶ Speech ─┐
//!           │                                            ├─▶ Session ─▶ Analysis ─▶ report, JSON, VTT
//!           └────▶ words (whisper.cpp) ─────────▶ Words ─┘
//! ```
//!
//! [`session`] is the waist: plain data. Everything before it may be slow and use models;
//! everything after it is pure. The rooms and who may import whom are in `ARCHITECTURE.md`, and
//! `tests/architecture.rs` holds the code against it.

pub mod agreement;
pub mod analysis;
pub mod attribution;
pub mod cli;
pub mod error;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
pub mod hashing;
pub mod interchange;
pub mod lang;
pub mod models;
pub mod progress;
pub mod report;
pub mod results;
pub mod run;
pub mod serve;
pub mod session;
pub mod sound;
pub mod speakers;
pub mod words;

pub use error::{Error, Reaction, Result};
