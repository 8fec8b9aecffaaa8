//! The parent's side of decoding: writes the work copy, and believes no more than it must.

use std::path::Path;

use super::ask::{Answer, Child, Lost};
use super::frame::Frame;
use super::limits::MEMORY;
use super::{Message, Request, Worker};
use crate::error::{Error, Result};
use crate::progress::{Cancel, Progress};
use crate::session::Ms;
use crate::sound::{
    COPY_AGAIN, MAX_CHANNELS, SAMPLE_RATE, SoundFacts, TakeSound, WorkCopy, WorkWriter,
};

/// The longest recording, in samples of a channel: 24 hours, and a minute for rounding.
const MOST_SAMPLES: u64 = (24 * 60 + 1) * 60 * SAMPLE_RATE as u64;
/// By how much facts and sound may differ in length: a block of the resampler's.
const SLACK: Ms = Ms(1000);

impl Worker {
    /// Decodes a track (from 0) of `path` in a child process, into a work copy in `work_dir`.
    ///
    /// # Errors
    /// As [`crate::sound::decode`]; [`Error::Decode`], too, when the recording's data make the child
    /// crash, hang, or want too much memory. [`Error::WriteResult`]: `work_dir` cannot take the copy.
    /// [`Error::Start`]: no child can be started.
    pub fn work_copy(
        &self,
        path: &Path,
        track: u16,
        work_dir: &Path,
        progress: &dyn Progress,
        cancel: &dyn Cancel,
    ) -> Result<(WorkCopy, SoundFacts)> {
        let request = Request::Decode { path: path.into(), track };
        let mut copy = Copy { writer: WorkWriter::new(work_dir), samples: Vec::new(), progress };
        let start = |source| Error::Start { source };
        let child = Child::start(self).map_err(start)?;
        let facts = match child.ask(&request, self.patience, cancel, |frame| copy.take(frame))? {
            Answer::Got(facts, _) => facts,
            Answer::Lost(lost, _) => Err(lost),
        };
        let copy = match facts {
            Ok(facts) => copy.finish(facts)?,
            Err(lost) => Err(lost),
        };
        copy.map_err(|lost| self.sentence(path, lost))
    }

    /// The sentence for a recording whose child was lost.
    fn sentence(&self, path: &Path, lost: Lost) -> Error {
        let (wrong, remedy) = match lost {
            Lost::Crashed => ("its data make the decoder crash".to_owned(), COPY_AGAIN),
            Lost::Hung => ("its data make the decoder hang".to_owned(), COPY_AGAIN),
            Lost::Ballooned => {
                let most = MEMORY / 1_000_000;
                (
                    format!("its data make the decoder want more than {most} MB of memory"),
                    COPY_AGAIN,
                )
            }
            Lost::Strange => ("its data make the decoder fail".to_owned(), COPY_AGAIN),
            Lost::Silent => (
                format!("nothing of it could be read for {} s", self.patience.as_secs()),
                "check the disk or the network it is on, and try again",
            ),
            Lost::Killed => (
                "the process that decoded it was ended from outside, perhaps for want of memory"
                    .to_owned(),
                "close other programs and try again",
            ),
        };
        Error::Decode { path: path.to_owned(), wrong, remedy: remedy.into() }
    }
}

/// A work copy that comes in.
struct Copy<'a> {
    writer: WorkWriter,
    /// Samples taken so far, one count a channel; empty before channels were announced.
    samples: Vec<u64>,
    progress: &'a dyn Progress,
}

/// What was asked for, or why what came is not believed.
type Facts = Result<SoundFacts, Lost>;

impl Copy<'_> {
    fn take(&mut self, frame: Frame<'_>) -> Result<Option<Facts>> {
        match frame {
            Frame::Sound { channel, samples } => {
                let Some(count) = self.samples.get_mut(usize::from(channel)) else {
                    return Ok(Some(Err(Lost::Strange)));
                };
                *count += samples.len() as u64;
                if *count > MOST_SAMPLES {
                    return Ok(Some(Err(Lost::Strange)));
                }
                self.writer.append(channel, samples)?;
            }
            Frame::Message(Message::Channels(count)) => {
                if !self.samples.is_empty() || !(1..=MAX_CHANNELS).contains(&count) {
                    return Ok(Some(Err(Lost::Strange)));
                }
                self.samples = vec![0; usize::from(count)];
                self.writer.channels(count)?;
            }
            Frame::Message(Message::Began { stage, total }) => self.progress.begin(stage, total),
            Frame::Message(Message::Advanced { stage, done }) => self.progress.advance(stage, done),
            Frame::Message(Message::Skipped { stage }) => self.progress.skip(stage),
            Frame::Message(Message::Decoded(facts)) => return Ok(Some(Ok(facts))),
            Frame::Message(Message::Failed(error)) => return Err(error),
            Frame::Message(Message::Analysed(_)) => return Ok(Some(Err(Lost::Strange))),
        }
        Ok(None)
    }

    /// The copy, if the facts are those of the sound that came.
    fn finish(self, facts: SoundFacts) -> Result<Result<(WorkCopy, SoundFacts), Lost>> {
        if usize::from(facts.channels) != self.samples.len() {
            return Ok(Err(Lost::Strange));
        }
        let copy = self.writer.finish()?;
        let (told, came) = (facts.duration, copy.duration());
        let differ = told.since(came).max(came.since(told));
        Ok(if differ > SLACK { Err(Lost::Strange) } else { Ok((copy, facts)) })
    }
}
