//! One recording, all stages; many recordings, one after the other.
//!
//! In: a [`Job`], plain data. Out: an [`Outcome`], plain data. [`pipeline`] knows the order of the
//! stages and skips those whose artefact is there; `import` is the short way of a transcript;
//! `measure` is where both end, and where a report that is made again begins ([`rebuild`]).
//! [`batch`] knows many jobs and Ctrl-C, and is the only place with tokio; [`discover`] turns paths
//! into jobs, [`listing`] reads what a table beside the recordings says of them. [`sessions`] goes
//! the other way: results of many recordings → one page. [`agree`] holds results against tables of codes
//! that people made. [`record`] makes the recording in the first place.

pub mod agree;
mod assemble;
pub mod batch;
mod codes;
mod coding;
mod copies;
mod date;
pub mod discover;
pub mod edits;
mod endings;
mod engines;
mod import;
mod listen;
pub mod listing;
mod measure;
mod melody;
mod noted;
mod options;
pub mod pipeline;
mod profile;
mod publish;
pub mod rebuild;
pub mod record;
pub mod sessions;
mod table;
mod takes;
mod tracks;
mod transcribe;
pub mod voiceprint;
pub mod worker;

pub use date::typed as typed_date;
pub use engines::Engines;
pub use import::is_transcript;
pub use measure::analysis_of;
pub use options::{CoachChoice, LanguageChoice, NoCoachChoice, Options, Part, Reading, Runtime};
pub use profile::read_profile;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Reaction, crossing};
use crate::session::{Ms, Role};

/// One recording to analyse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its files: one, or one a participant.
    pub inputs: Vec<Input>,
    /// What is known of its files together.
    #[serde(default)]
    pub together: Together,
    /// Its results folder.
    #[serde(with = "crossing::path")]
    pub results: PathBuf,
    /// What changes the result.
    pub options: Options,
}

impl Job {
    /// The file it is named by: its first.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.inputs.first().map_or(Path::new(""), |input| &input.path)
    }
}

/// What the program that wrote a file a participant says of them together.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Together {
    /// The recording in which all of them are heard: they are put on one clock by it.
    #[serde(with = "crossing::maybe_path")]
    pub mix: Option<PathBuf>,
    /// All begin at one moment.
    pub begin: bool,
    /// They are no tracks: each goes on where the one before ends.
    #[serde(default)]
    pub parts: bool,
}

/// A file of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Where it is.
    #[serde(with = "crossing::path")]
    pub path: PathBuf,
    /// Whose voice it holds, if it was said.
    pub role: Option<Role>,
    /// The name of who is heard in it, where the program that wrote it gave it.
    #[serde(default)]
    pub name: Option<String>,
}

/// What became of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Its results are complete.
    Done(Done),
    /// It could not be done.
    Failed {
        /// The sentence for a person.
        error: String,
        /// What a caller does about it.
        reaction: Reaction,
    },
}

impl From<Error> for Outcome {
    fn from(error: Error) -> Self {
        Self::Failed { reaction: error.reaction(), error: error.to_string() }
    }
}

/// Complete results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// The results folder.
    #[serde(with = "crossing::path")]
    pub results: PathBuf,
    /// Nothing had to be done.
    pub already: bool,
    /// Length of the recording that was analysed; 0 where nothing had to be done, or a transcript has
    /// no times.
    pub duration: Ms,
    /// What was done to get there.
    pub counts: Counts,
}

/// What a run did, counted: tests hold these, not times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Recordings or tracks decoded.
    pub files_decoded: u32,
    /// Speech-to-text models loaded.
    pub models_loaded: u32,
    /// Windows sent to speech-to-text.
    pub windows_heard: u32,
}
