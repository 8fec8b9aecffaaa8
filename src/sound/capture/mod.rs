//! From a microphone or a line to samples.
//!
//! In: what a person wants of an input ([`Wanted`]). Out: which inputs there are ([`inputs`]), one that
//! fits ([`Chosen`]), and its sound as it comes ([`Capture`]): 16 bit samples, channels interleaved.
//!
//! ```text
//! system's audio thread ─▶ callback ─▶ ring ─▶ Capture::take (whoever keeps the sound)
//!                              └─────▶ meters, counters (atomics)
//! ```
//!
//! The callback allocates nothing, waits for nobody and writes nothing: what does not fit into the ring
//! is counted, and stands as silence of the same length.

mod choose;
mod inputs;
mod meter;
mod stream;

pub use choose::{Chosen, Wanted, choose};
pub use inputs::{Format, Input, inputs};
pub use meter::Level;
pub use stream::{Capture, Piece};

use crate::error::Error;

/// The sentence where there is nothing to record from.
fn none() -> Error {
    Error::Capture("No audio input was found; plug in or enable a microphone".to_owned())
}

/// Keeps off the terminal what ALSA writes to standard error when it does not find something, on this
/// thread from here on.
fn quiet() {
    #[cfg(target_os = "linux")]
    drop(alsa::Output::local_error_handler());
}
