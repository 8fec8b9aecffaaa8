//! How the engines tell how far they are, and how they are told to stop.
//!
//! The library draws nothing: a terminal is one implementation ([`crate::cli`]), silence and the
//! tests' record are two others.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use crate::session::Ms;

/// A stage of the pipeline, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Reading the sound.
    Decode,
    /// Finding speech and whose it is.
    Listen,
    /// Speech to text.
    Transcribe,
    /// Measuring and writing.
    Measure,
}

/// Told how far a recording has come. Called from several threads.
pub trait Progress: Send + Sync {
    /// A stage begins; `total` is the audio time it has to get through, where that is known.
    fn begin(&self, stage: Stage, total: Option<Ms>);
    /// This much more audio time is done.
    fn advance(&self, stage: Stage, done: Ms);
    /// A stage was found done and is not run again.
    fn skip(&self, stage: Stage);
}

/// Asked now and then whether to stop. Called from several threads.
pub trait Cancel: Send + Sync {
    /// True when the work is to be left.
    fn cancelled(&self) -> bool;
}

/// Says nothing, never stops.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: Stage, _: Option<Ms>) {}
    fn advance(&self, _: Stage, _: Ms) {}
    fn skip(&self, _: Stage) {}
}

impl Cancel for Silent {
    fn cancelled(&self) -> bool {
        false
    }
}

/// A flag that one thread sets and the engines look at.
#[derive(Debug, Default)]
pub struct Flag(AtomicBool);

impl Flag {
    /// Asks the engines to stop.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Cancel for Flag {
    fn cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What the engines said, for tests: stages begun, audio time done, stages skipped.
#[derive(Debug, Default)]
pub struct Recorded(Mutex<Vec<Event>>);

/// One thing an engine said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// [`Progress::begin`].
    Began(Stage),
    /// [`Progress::advance`].
    Advanced(Stage, Ms),
    /// [`Progress::skip`].
    Skipped(Stage),
}

impl Recorded {
    /// Everything said so far.
    pub fn events(&self) -> Vec<Event> {
        self.0.lock().map(|events| events.clone()).unwrap_or_default()
    }

    fn push(&self, event: Event) {
        if let Ok(mut events) = self.0.lock() {
            events.push(event);
        }
    }
}

impl Progress for Recorded {
    fn begin(&self, stage: Stage, _: Option<Ms>) {
        self.push(Event::Began(stage));
    }
    fn advance(&self, stage: Stage, done: Ms) {
        self.push(Event::Advanced(stage, done));
    }
    fn skip(&self, stage: Stage) {
        self.push(Event::Skipped(stage));
    }
}
