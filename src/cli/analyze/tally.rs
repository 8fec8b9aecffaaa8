//! What became of a batch, counted: for the exit code, the last lines, and the file that is there in
//! the morning.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use crate::cli::Exit;
use crate::error::{Error, Result};
use crate::report::words::words;
use crate::report::{numbers, text};
use crate::results::{private_folder, write_private};
use crate::run::Outcome;
use crate::run::batch::Ended;
use crate::session::{Language, Ms};

/// The summary in the folder of the results.
const NAME: &str = "openfloor-summary.txt";

/// What became of the jobs.
pub(super) struct Tally {
    began: (jiff::Timestamp, Instant),
    done: u32,
    already: u32,
    /// Sentences, in order.
    failed: Vec<String>,
    usage: bool,
    /// The same as another one.
    same: u32,
    audio: Ms,
}

impl Tally {
    pub fn new() -> Self {
        Self {
            began: (jiff::Timestamp::now(), Instant::now()),
            done: 0,
            already: 0,
            failed: Vec::new(),
            usage: false,
            same: 0,
            audio: Ms::ZERO,
        }
    }

    pub fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Done(done) if done.already => self.already += 1,
            Outcome::Done(done) => {
                self.done += 1;
                self.audio += done.duration;
            }
            Outcome::Failed { reaction, error } => {
                self.failed.push(error.clone());
                self.usage |= *reaction == crate::Reaction::Usage;
            }
        }
    }

    /// An input that is no job.
    pub fn failed(&mut self, error: String) {
        self.failed.push(error);
    }

    /// An input that is the same as another one.
    pub fn same(&mut self) {
        self.same += 1;
    }

    /// `2 analysed, 1 already done, 1 failed`, how long that took, and why what failed did.
    pub fn text(&self) -> String {
        let failed = self.failed.len();
        let same = match self.same {
            0 => String::new(),
            same => format!(", {same} the same as another"),
        };
        let (done, already) = (self.done, self.already);
        let mut lines =
            vec![format!("{done} analysed, {already} already done, {failed} failed{same}")];
        let elapsed = self.began.1.elapsed();
        if self.audio > Ms::ZERO && elapsed.as_secs() > 0 {
            let words = words(Language::En);
            let wall = Ms(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
            lines.push(format!(
                "{} of audio in {}: real-time factor {}",
                numbers::length(words, self.audio),
                numbers::length(words, wall),
                numbers::decimal(words, wall.as_f64() / self.audio.as_f64(), 2),
            ));
        }
        let failed = self.failed.iter().map(|why| format!("failed: {}", text::clean(why)));
        lines.extend(failed);
        lines.join("\n") + "\n"
    }

    /// Keeps the summary in the folder of the results.
    pub fn keep(&self, folder: &Path, ended: Ended) -> Result<()> {
        let path = folder.join(NAME);
        let failed = |source| Error::WriteResult { path: path.clone(), source };
        private_folder(folder).map_err(failed)?;
        let how = match ended {
            Ended::Through => "",
            Ended::Early => "Stopped early.\n",
            Ended::Interrupted => "Stopped; the same command goes on from there.\n",
        };
        let (began, now) = (self.began.0.strftime("%F %T"), jiff::Timestamp::now());
        let text = format!(
            "openfloor analyze, {began} to {} UTC\n{how}{}",
            now.strftime("%F %T"),
            self.text()
        );
        write_private(&path, |file| file.write_all(text.as_bytes())).map_err(failed)
    }

    pub fn exit(&self) -> Exit {
        match (self.failed.len(), self.done + self.already) {
            (0, 1..) => Exit::Done,
            (_, 0) if self.usage => Exit::Usage,
            (_, 0) => Exit::Failed,
            _ => Exit::Partly,
        }
    }
}
