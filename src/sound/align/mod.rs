//! How two recordings of one session lie to each other: what leaks from one microphone into the
//! other is the same sound at another place.
//!
//! In: a channel of two work copies. Out: [`Lie`]: where the second starts on the first one's clock
//! and how much faster its own clock runs; nothing where nothing ties the two together.
//!
//! ```text
//! work copy ─▶ whiten (2 kHz, every 64 ms and every 80 Hz equally loud)
//!     ─▶ probe (4 s of speech of one, looked for in all of the other) ─▶ line (what the finds agree on)
//! ```
//!
//! A voice that leaks at −30 dB lies far under the speech of the person whose microphone it is, but
//! is all there is while that person listens: made equally loud, those stretches count as much as the
//! others. Both ways are looked at: a voice reaches the other microphone late (through the air, or
//! through a call), which shifts the two ways against each other; the middle is right.
//!
//! Memory: a block of 33 seconds and the spectra of the probes, whatever the length.

mod line;
mod probe;
mod whiten;

use super::work::WorkCopy;
use crate::error::Result;
use crate::progress::Cancel;
use line::{Find, Line};

/// A channel of a recording.
#[derive(Debug, Clone, Copy)]
pub struct Heard<'a> {
    /// The recording.
    pub copy: &'a WorkCopy,
    /// Its channel, from 0.
    pub channel: u16,
}

/// How a recording lies to another, on that one's clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lie {
    /// Where it starts, seconds; negative where it starts before the other.
    pub start: f64,
    /// How much of it passes in a second of the other one's clock, less one: 0.0001 where its own
    /// clock is fast by 100 ppm. Zero where that could not be told from none.
    pub drift: f64,
}

/// Ways that lie further apart than this do not mean the same, seconds: the longest that a call takes
/// there and back is half of it.
const WAYS_APART: f64 = 1.5;

/// How `second` lies to `first`; `None` where no sound of either is surely in the other.
///
/// # Errors
/// As [`WorkCopy::read`], and [`Error::Cancelled`](crate::error::Error::Cancelled).
pub fn lie(first: Heard<'_>, second: Heard<'_>, cancel: &dyn Cancel) -> Result<Option<Lie>> {
    let there = probe::finds(first, second, cancel)?;
    let back: Vec<Find> =
        probe::finds(second, first, cancel)?.into_iter().map(Find::turned).collect();
    let found = match (line::through(&there), line::through(&back)) {
        (Some(one), Some(other)) if one.apart(&other) <= WAYS_APART => Some(one.middle(&other)),
        (Some(one), Some(other)) => Some(one.surer(other)),
        (one, other) => one.or(other),
    };
    Ok(found.map(|line| line.lie(seconds(first.copy).min(seconds(second.copy)))))
}

/// How `track` lies to `mix`, in which it is heard all the time; `None` where it is not.
///
/// # Errors
/// As [`lie`].
pub fn lie_in_mix(mix: Heard<'_>, track: Heard<'_>, cancel: &dyn Cancel) -> Result<Option<Lie>> {
    let finds: Vec<Find> =
        probe::finds(track, mix, cancel)?.into_iter().map(Find::turned).collect();
    Ok(line::through(&finds).map(|line: Line| line.lie(seconds(track.copy))))
}

fn seconds(copy: &WorkCopy) -> f64 {
    copy.duration().as_f64() / 1000.0
}
