//! The windows of a recording heard, finished ones kept on disk as they come.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::listen::Listened;
use super::takes::Takes;
use super::{Counts, Engines, Job, LanguageChoice, Options, Runtime};
use crate::error::{Error, Result};
use crate::progress::{Cancel, Progress, Stage};
use crate::results::Log;
use crate::session::{Language, Ms};
use crate::words::{self, EngineFailed, HeardWindow, Listen, Transcribe};

/// Changes whenever the same windows can come out otherwise.
pub(super) const VERSION: u32 = 1;

/// What is decided before the first window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Facts {
    /// The language of the session.
    pub language: Language,
}

pub(super) type WordLog = Log<Facts, HeardWindow>;

/// What the windows hold.
pub(super) struct Heard {
    pub language: Language,
    pub windows: Vec<HeardWindow>,
}

/// Everything heard by earlier runs, if that is everything.
pub(super) fn heard_before(
    log: &WordLog,
    entries: &[HeardWindow],
    listened: &Listened,
) -> Option<Language> {
    let facts = log.facts()?;
    (entries.len() == listened.windows.len()).then_some(facts.language)
}

/// What there is to know of a recording in which nobody speaks.
pub(super) fn nothing(log: &mut WordLog, options: &Options) -> Result<Heard> {
    let language = match options.language {
        LanguageChoice::Fr => Language::Fr,
        LanguageChoice::En | LanguageChoice::Auto => Language::En,
    };
    log.set_facts(&Facts { language })?;
    Ok(Heard { language, windows: Vec::new() })
}

/// Hears what earlier runs have not.
#[expect(clippy::too_many_arguments, reason = "what a stage works on and what it is watched by")]
pub(super) fn transcribe(
    job: &Job,
    takes: &Takes,
    listened: &Listened,
    mut log: WordLog,
    before: Vec<HeardWindow>,
    engines: &Engines,
    runtime: Runtime,
    counts: &mut Counts,
    progress: &dyn Progress,
    cancel: &dyn Cancel,
) -> Result<Heard> {
    let path = &job.inputs[0].path;
    let speech: Ms = listened.windows.iter().map(words::Window::speech).sum();
    progress.begin(Stage::Transcribe, Some(speech));
    let (engine, loaded) = engines.whisper()?;
    counts.models_loaded += u32::from(loaded);
    let failed = |error: EngineFailed, at: Ms| Error::Transcribe {
        path: path.clone(),
        at_ms: at.0,
        code: error.code,
    };
    let language = if let Some(facts) = log.facts() {
        facts.language
    } else {
        let chosen = match job.options.language {
            LanguageChoice::En => Language::En,
            LanguageChoice::Fr => Language::Fr,
            LanguageChoice::Auto => {
                let mut ear = engine.listener().map_err(|error| failed(error, Ms::ZERO))?;
                language(&mut *ear, takes, listened).map_err(|error| error.named(&failed))?
            }
        };
        log.set_facts(&Facts { language: chosen })?;
        chosen
    };
    let done: BTreeMap<usize, HeardWindow> =
        before.into_iter().map(|heard| (heard.index, heard)).collect();
    counts.windows_heard += u32::try_from(listened.windows.len() - done.len()).unwrap_or(u32::MAX);
    let job = words::Job {
        windows: &listened.windows,
        language,
        done,
        listeners: runtime.threads,
        samples: &|window| takes.window(window),
        failed: &failed,
    };
    let windows = words::transcribe(&*engine, job, progress, cancel, |heard| log.push(heard))?
        .ok_or(Error::Cancelled)?;
    Ok(Heard { language, windows })
}

/// A failure while the language is worked out.
enum Failed {
    Engine(EngineFailed),
    Sound(Error),
}

impl From<EngineFailed> for Failed {
    fn from(error: EngineFailed) -> Self {
        Self::Engine(error)
    }
}

impl Failed {
    fn named(self, failed: &dyn Fn(EngineFailed, Ms) -> Error) -> Error {
        match self {
            Self::Engine(error) => failed(error, Ms::ZERO),
            Self::Sound(error) => error,
        }
    }
}

/// Listens to the windows with the most speech, spread over the session.
fn language(ear: &mut dyn Listen, takes: &Takes, listened: &Listened) -> Result<Language, Failed> {
    let windows = &listened.windows;
    let most = windows.iter().map(words::Window::speech).max().unwrap_or_default();
    let full: Vec<&words::Window> =
        windows.iter().filter(|window| window.speech().0 * 2 >= most.0).collect();
    words::decide(ear, full.len(), |index| takes.window(full[index]).map_err(Failed::Sound))
}
