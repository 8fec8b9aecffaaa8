//! What can break runs apart: in child processes of the same program. A crash, a hang or a balloon in
//! there costs one recording.
//!
//! In: a [`Request`]. Out: [`Message`]s and sound, in frames over a pipe, and one end: what was asked
//! for, or how the child was lost. There are two kinds of children:
//!
//! ```text
//! batch ─▶ Slot::analyse ──Job──▶ openfloor worker: the whole pipeline, one recording after the other;
//!            ▲ Messages, Outcome ──┘ │               it holds the models
//!            │                       ▼
//!            │       Worker::work_copy ──Decode──▶ openfloor worker: limits, watch, decode; one track
//!                     (work copy, bounds) ◀── Messages, sound ──┘
//! ```
//!
//! Why decoding has a process and limits of its own: `docs/decisions/0004-decoding-apart.md`. Why
//! each job slot has one: `docs/decisions/0012-folders.md`.

mod ask;
mod child;
mod decode;
mod frame;
mod limits;
mod process;
mod slot;
mod watch;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Job, Outcome, Runtime};
use crate::error::{Error, Result};
use crate::progress::Stage;
use crate::session::Ms;
use crate::sound::SoundFacts;

pub use child::serve;
pub use frame::{BadFrame, Frame, Frames, write_request};
pub use slot::Slot;

/// How long a child may say nothing: a sleeping disk wakes in ten to thirty seconds, a network share
/// answers or gives up in a minute.
const PATIENCE: Duration = Duration::from_mins(2);

/// What a child is asked for, on its standard input, where other users cannot see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// A recording to results. Others may follow.
    Analyse {
        /// The recording.
        job: Box<Job>,
        /// How.
        runtime: Runtime,
    },
    /// One track of a file to 16 kHz samples: the child's only request.
    Decode {
        /// The file: a name may be no UTF-8.
        path: OsString,
        /// Which of its tracks, from 0.
        track: u16,
    },
}

/// What a child tells.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// [`crate::progress::Progress::begin`].
    Began {
        /// The stage.
        stage: Stage,
        /// Audio time it has to get through, where known.
        #[serde(rename = "total_ms")]
        total: Option<Ms>,
    },
    /// [`crate::progress::Progress::advance`].
    Advanced {
        /// The stage.
        stage: Stage,
        /// Audio time done since the last.
        #[serde(rename = "done_ms")]
        done: Ms,
    },
    /// [`crate::progress::Progress::skip`].
    Skipped {
        /// The stage.
        stage: Stage,
    },
    /// So many channels of sound will follow.
    Channels(u16),
    /// The end of [`Request::Analyse`].
    Analysed(Outcome),
    /// The end of [`Request::Decode`]: all sound was sent, and this is what the file is.
    Decoded(SoundFacts),
    /// The end of [`Request::Decode`]: it cannot be done.
    Failed(Error),
}

/// Starts children and listens to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    program: PathBuf,
    patience: Duration,
    verbose: bool,
}

impl Worker {
    /// Children of the program that is running.
    ///
    /// # Errors
    /// The operating system does not say where it lies.
    pub fn of_this_program() -> Result<Self> {
        // The running file itself: the name may by now be that of another version.
        let itself = PathBuf::from("/proc/self/exe");
        if itself.exists() {
            return Ok(Self::new(itself));
        }
        std::env::current_exe().map(Self::new).map_err(|source| Error::Start { source })
    }

    /// Children of `program`, which answers as `openfloor worker` does.
    #[must_use]
    pub fn new(program: PathBuf) -> Self {
        Self { program, patience: PATIENCE, verbose: false }
    }

    /// With another time that a child may say nothing.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// With children that say on standard error what the engines log.
    #[must_use]
    pub fn with_logs(self, verbose: bool) -> Self {
        Self { verbose, ..self }
    }
}
