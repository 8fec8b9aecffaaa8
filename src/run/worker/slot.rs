//! A place for one recording at a time: a child that holds the models, and another when it dies.

use std::path::Path;
use std::time::Duration;

use super::ask::{Answer, Child, Lost};
use super::frame::Frame;
use super::{Message, Request, Worker};
use crate::error::{Error, Reaction, Result};
use crate::progress::{Cancel, Progress};
use crate::report::{numbers, words::words};
use crate::run::{Job, Outcome, Runtime};
use crate::session::{Language, Ms};

/// How often a recording may end the child that works on it: the second time it is the recording.
const DEATHS: u32 = 2;

/// How a recording ended its child.
struct Died {
    lost: Lost,
    /// The place of an error inside Openfloor, where that is what it was.
    place: Option<String>,
}

/// A job slot.
pub struct Slot {
    worker: Worker,
    child: Option<Child>,
}

impl Slot {
    /// An empty one; the child is started with the first recording. Its worker's patience is how long a
    /// recording may not come on.
    #[must_use]
    pub fn new(worker: Worker) -> Self {
        Self { worker, child: None }
    }

    /// Analyses a recording. A child that dies of it is replaced, and what it had done is gone on
    /// from; the recording that ends a second one has failed.
    ///
    /// # Errors
    /// [`Error::Start`]: no child could be started. [`Error::Cancelled`].
    pub fn analyse(
        &mut self,
        job: &Job,
        runtime: Runtime,
        progress: &dyn Progress,
        cancel: &dyn Cancel,
    ) -> Result<Outcome> {
        let mut deaths = 0;
        loop {
            let died = match self.ask(job, runtime, progress, cancel)? {
                Ok(outcome) => return Ok(outcome),
                Err(died) => died,
            };
            deaths += 1;
            // One that does not come on is not given as long again.
            if deaths == DEATHS || died.lost == Lost::Silent {
                let error = died.sentence(job.path(), self.worker.patience);
                return Ok(Outcome::Failed { error, reaction: Reaction::SkipRecording });
            }
        }
    }

    fn ask(
        &mut self,
        job: &Job,
        runtime: Runtime,
        progress: &dyn Progress,
        cancel: &dyn Cancel,
    ) -> Result<Result<Outcome, Died>> {
        let child = match self.child.take() {
            Some(child) => child,
            None => Child::start(&self.worker).map_err(|source| Error::Start { source })?,
        };
        let request = Request::Analyse { job: Box::new(job.clone()), runtime };
        let take = |frame: Frame<'_>| Ok(heard(frame, progress));
        match child.ask(&request, self.worker.patience, cancel, take)? {
            Answer::Got(Heard::Outcome(outcome), child) => {
                self.child = Some(child);
                Ok(Ok(outcome))
            }
            Answer::Got(Heard::Nonsense, _) => Ok(Err(Died { lost: Lost::Strange, place: None })),
            Answer::Lost(lost, words) => Ok(Err(Died { lost, place: place(&words) })),
        }
    }
}

/// What ends a request.
enum Heard {
    Outcome(Outcome),
    /// What was not asked for.
    Nonsense,
}

fn heard(frame: Frame<'_>, progress: &dyn Progress) -> Option<Heard> {
    match frame {
        Frame::Message(Message::Began { stage, total }) => progress.begin(stage, total),
        Frame::Message(Message::Advanced { stage, done }) => progress.advance(stage, done),
        Frame::Message(Message::Skipped { stage }) => progress.skip(stage),
        Frame::Message(Message::Analysed(outcome)) => return Some(Heard::Outcome(outcome)),
        _ => return Some(Heard::Nonsense),
    }
    None
}

/// Where an error inside Openfloor was: the only thing that a panic says.
fn place(words: &str) -> Option<String> {
    let (_, rest) = words.rsplit_once("an error inside Openfloor at ")?;
    rest.split_once(';').map(|(place, _)| place.to_owned())
}

impl Died {
    /// The sentence about the recording.
    fn sentence(&self, path: &Path, patience: Duration) -> String {
        let patience = Ms(u64::try_from(patience.as_millis()).unwrap_or(u64::MAX));
        let patience = numbers::length(words(Language::En), patience);
        let (wrong, remedy) = match (self.lost, &self.place) {
            (_, Some(place)) => (
                format!("an error inside Openfloor at {place} ended its analysis, twice"),
                "please report it with that place".to_owned(),
            ),
            (Lost::Silent, _) => (
                format!("its analysis did not come on for {patience} and was given up"),
                "try it alone, or with more time by --timeout".to_owned(),
            ),
            (Lost::Killed, _) => (
                "the process that analysed it was ended from outside, twice, perhaps for want of memory"
                    .to_owned(),
                "close other programs, or try --jobs 1 or a smaller model".to_owned(),
            ),
            (Lost::Crashed | Lost::Ballooned | Lost::Hung | Lost::Strange, _) => (
                "its analysis crashed, twice".to_owned(),
                "try another model with --model, or copy the recording again".to_owned(),
            ),
        };
        format!("{}: {wrong}; {remedy}", path.display())
    }
}
