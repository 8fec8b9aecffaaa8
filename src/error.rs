//! What can go wrong, named by the act that failed. Every message names the file, what is wrong
//! with it and what to do; none ever holds a word that was said.

pub(crate) mod crossing;

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What a caller does about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reaction {
    /// This recording cannot be done; the next one can.
    SkipRecording,
    /// Another run is at it: look again when the rest is done.
    Later,
    /// Nothing can be done until a person acts: model, system.
    Stop,
    /// The command line is off.
    Usage,
}

/// An error of the pipeline. It crosses from a worker process as it is: same sentence, same reaction.
#[derive(Debug, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Error {
    /// A file could not be opened or read.
    #[error("{}: cannot be read ({source}); check that the file is there and that you may read it", .path.display())]
    ReadFile {
        /// The file.
        #[serde(with = "crossing::path")]
        path: PathBuf,
        /// Why.
        #[serde(with = "crossing::io_error")]
        source: io::Error,
    },
    /// A result could not be written.
    #[error("{}: cannot be written ({source}); free some space or choose another folder with --out", .path.display())]
    WriteResult {
        /// The file or folder.
        #[serde(with = "crossing::path")]
        path: PathBuf,
        /// Why.
        #[serde(with = "crossing::io_error")]
        source: io::Error,
    },
    /// Not a recording we can decode.
    #[error("{}: {wrong}; {remedy}", .path.display())]
    Decode {
        /// The file.
        #[serde(with = "crossing::path")]
        path: PathBuf,
        /// What is wrong with it.
        wrong: String,
        /// What to do.
        remedy: Cow<'static, str>,
    },
    /// Not a transcript we can read.
    #[error("{}: {wrong}", .path.display())]
    ReadTranscript {
        /// The file.
        #[serde(with = "crossing::path")]
        path: PathBuf,
        /// What is wrong with it, and what to do; never a word of it.
        wrong: String,
    },
    /// The channels or tracks do not tell two people apart.
    #[error("{}: {wrong}; {remedy}", .path.display())]
    TellApart {
        /// The recording.
        #[serde(with = "crossing::path")]
        path: PathBuf,
        /// What was found.
        wrong: String,
        /// What to do.
        remedy: Cow<'static, str>,
    },
    /// A model is missing, damaged or of the wrong kind.
    #[error("{}: {wrong}; {remedy}", .path.display())]
    LoadModel {
        /// The model file.
        #[serde(with = "crossing::path")]
        path: PathBuf,
        /// What is wrong with it.
        wrong: String,
        /// What to do.
        remedy: String,
    },
    /// A model could not be fetched.
    #[error("{what}: {wrong}; {remedy}")]
    FetchModel {
        /// The address, or the file here.
        what: String,
        /// What is wrong.
        wrong: String,
        /// What to do.
        remedy: String,
    },
    /// whisper.cpp gave up on a stretch of sound.
    #[error("{}: speech-to-text failed on the stretch that starts at {at_ms} ms (whisper.cpp code {code}); try again, or another model with --model", .path.display())]
    Transcribe {
        /// The recording.
        #[serde(with = "crossing::path")]
        path: PathBuf,
        /// Where.
        at_ms: u64,
        /// whisper.cpp's own number.
        code: i32,
    },
    /// A stored result is damaged or of another version.
    #[error("{}: {wrong}; {remedy}", .path.display())]
    ReadResult {
        /// The artefact.
        #[serde(with = "crossing::path")]
        path: PathBuf,
        /// What is wrong with it.
        wrong: String,
        /// What to do.
        remedy: Cow<'static, str>,
    },
    /// A line of a list of recordings cannot be followed.
    #[error("{}, line {line}: {wrong}; {remedy}", .path.display())]
    List {
        /// The list.
        #[serde(with = "crossing::path")]
        path: PathBuf,
        /// Counted from 1.
        line: u64,
        /// What is wrong with it.
        wrong: String,
        /// What to do.
        remedy: Cow<'static, str>,
    },
    /// A line of a table of codes cannot be taken for what it should be.
    #[error("{}, line {line}: {wrong}; {remedy}", .path.display())]
    Codes {
        /// The table.
        #[serde(with = "crossing::path")]
        path: PathBuf,
        /// Counted from 1.
        line: u64,
        /// What is wrong with it; never a word that was said.
        wrong: String,
        /// What to do.
        remedy: Cow<'static, str>,
    },
    /// Another run works on the same results.
    #[error("{}: another openfloor is working on these results (process {owner}); wait for it, or choose another folder with --out", .path.display())]
    Locked {
        /// The results folder.
        #[serde(with = "crossing::path")]
        path: PathBuf,
        /// Process id of the owner, as it wrote it.
        owner: String,
    },
    /// A setting or an option makes no sense.
    #[error("{0}")]
    Usage(String),
    /// A session cannot be recorded so: the input, its format, the file. A whole sentence.
    #[error("{0}")]
    Capture(String),
    /// There is nothing to do.
    #[error("{}: {wrong}; {remedy}", .path.display())]
    NothingToDo {
        /// What was given.
        #[serde(with = "crossing::path")]
        path: PathBuf,
        /// What was looked for.
        wrong: String,
        /// What to do.
        remedy: Cow<'static, str>,
    },
    /// The operating system gives no thread or signal handler.
    #[error("the work could not be started ({source}); close other programs and try again")]
    Start {
        /// Why.
        #[serde(with = "crossing::io_error")]
        source: io::Error,
    },
    /// The person asked to stop.
    #[error("stopped; finished work is kept")]
    Cancelled,
}

impl Error {
    /// What a caller does about it.
    #[must_use]
    pub fn reaction(&self) -> Reaction {
        match self {
            Self::ReadFile { .. }
            | Self::WriteResult { .. }
            | Self::Decode { .. }
            | Self::ReadTranscript { .. }
            | Self::TellApart { .. }
            | Self::Transcribe { .. }
            | Self::ReadResult { .. }
            | Self::List { .. }
            | Self::NothingToDo { .. } => Reaction::SkipRecording,
            Self::Locked { .. } => Reaction::Later,
            Self::LoadModel { .. }
            | Self::FetchModel { .. }
            | Self::Capture(_)
            | Self::Start { .. }
            | Self::Cancelled => Reaction::Stop,
            Self::Codes { .. } | Self::Usage(_) => Reaction::Usage,
        }
    }
}

/// Results of the pipeline.
pub type Result<T, E = Error> = std::result::Result<T, E>;
