//! A plan carried out: the jobs run, each outcome told as it comes, a summary at the end.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::tally::Tally;
use super::{Found, Plan, names};
use crate::cli::progress::Terminal;
use crate::cli::report::analysis_line;
use crate::cli::{Exit, found, say};
use crate::error::{Error, Result};
use crate::report;
use crate::run::batch::{self, Board, Ended};
use crate::run::sessions::{self, KeptUp};
use crate::run::{Job, Outcome, analysis_of};

impl Plan {
    /// Does what was found.
    pub(super) fn work(&self, found: Found) -> Result<Exit> {
        let mut tally = Tally::new();
        let ended = self.batch(found, &mut tally)?;
        Ok(if ended == Ended::Interrupted { stopped() } else { tally.exit() })
    }

    /// Runs the jobs, tells each outcome and, where there are several, the end.
    pub(super) fn batch(&self, found: Found, tally: &mut Tally) -> Result<Ended> {
        let engines = self.engines(&found)?;
        let Found { jobs, duplicates, failures, .. } = found;
        for (source, error) in &failures {
            let (source, error) = (source.display().to_string(), error.to_string());
            say::failure(self.json, &source, &error);
            tally.failed(error);
        }
        for duplicate in &duplicates {
            tally.same();
            found::say_duplicate(self.json, duplicate);
        }
        let (some, many) = (!jobs.is_empty(), jobs.len() + duplicates.len() > 1);
        let shown: Vec<(String, u64)> = jobs.iter().map(|job| (names(job), bytes(job))).collect();
        let terminal = Arc::new(Terminal::new(self.quiet, &shown));
        let board: Arc<dyn Board> = terminal.clone();
        let jobs = Arc::new(jobs);
        let ended = batch::run(&jobs, engines.as_ref(), &self.how, &board, |_, job, outcome| {
            tally.add(outcome);
            terminal.aside(|| tell(self.json, job, outcome));
        });
        terminal.clear();
        let ended = ended?;
        if many || (some && self.folder().is_some()) {
            self.sum_up(tally, ended);
        }
        Ok(ended)
    }

    /// What is done at the end of several: the sessions over time, and the summary, here and on disk.
    fn sum_up(&self, tally: &Tally, ended: Ended) {
        if ended != Ended::Interrupted && !self.json {
            say::out(&tally.text());
        }
        let Some(folder) = self.folder() else { return };
        if ended != Ended::Interrupted {
            self.over_time(&folder);
        }
        if let Err(error) = tally.keep(&folder, ended) {
            say::err(&error.to_string());
        }
    }

    /// The page of all sessions, as `openfloor report` makes it.
    fn over_time(&self, folder: &Path) {
        let told = |error: &Error| say::err(&error.to_string());
        match sessions::keep_up(folder, self.language) {
            Ok(KeptUp { page, failures }) => {
                for (_, error) in &failures {
                    told(error);
                }
                if let Some(page) = page.filter(|_| !self.json) {
                    say::line(&page.display().to_string());
                }
            }
            Err(error) => told(&error),
        }
    }

    /// Where there is a place for what is about all: a folder was named.
    fn folder(&self) -> Option<PathBuf> {
        let folders: Vec<&PathBuf> = self.paths.iter().filter(|path| path.is_dir()).collect();
        match (&self.out, &folders[..]) {
            (_, []) => None,
            (Some(out), _) => Some(out.clone()),
            (None, [folder]) => Some((*folder).clone()),
            (None, several) => Some(sessions::above(several)),
        }
    }
}

/// Says that the person stopped it.
pub(super) fn stopped() -> Exit {
    say::err("stopped; finished work is kept, and the same command goes on from there");
    Exit::Interrupted
}

/// How large the files of a job are.
fn bytes(job: &Job) -> u64 {
    let sizes = job.inputs.iter().filter_map(|input| fs::metadata(&input.path).ok());
    sizes.map(|file| file.len()).sum()
}

fn tell(json: bool, job: &Job, outcome: &Outcome) {
    let done = match outcome {
        Outcome::Failed { error, .. } => return say::failure(json, &names(job), error),
        Outcome::Done(done) => done,
    };
    if json {
        match analysis_line(&done.results) {
            Ok(line) => say::out(&line),
            Err(error) => say::failure(json, &names(job), &error.to_string()),
        }
        return;
    }
    if done.already {
        say::line(&format!("{}: already analysed, nothing to do", names(job)));
    } else {
        match analysis_of(&done.results) {
            Ok(analysis) => say::out(&report::summary(&analysis, say::style())),
            Err(error) => return say::err(&error.to_string()),
        }
        say::line("");
    }
    say::line(&done.results.join("report.html").display().to_string());
    if !done.already {
        say::line("");
    }
}
