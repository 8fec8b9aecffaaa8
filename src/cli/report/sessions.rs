//! Results of several recordings, or folders of them → sessions over time.

use std::path::{Path, PathBuf};

use crate::cli::{Exit, failed, say};
use crate::error::Result;
use crate::report::sessions::{Sessions, summary};
use crate::run::sessions::{document, gather, share, write};
use crate::session::Language;

/// What was asked for.
pub(super) struct Wanted<'a> {
    /// Results folders, and folders of them.
    pub paths: &'a [PathBuf],
    /// Where the page goes; `None`: beside the results.
    pub out: Option<&'a Path>,
    /// Only a page to show others, and where.
    pub share: Option<&'a Path>,
    /// JSON on standard output.
    pub json: bool,
    /// Of the page; `None`: that of most sessions.
    pub language: Option<Language>,
}

/// Gathers, writes, says what was written.
pub(super) fn run(wanted: &Wanted<'_>) -> Exit {
    let gathered = gather(wanted.paths, wanted.out, wanted.language);
    for (source, error) in &gathered.failures {
        say::failure(wanted.json, &source.display().to_string(), &error.to_string());
    }
    for (path, of) in &gathered.doubles {
        let (path, of) = (path.display(), of.display());
        say::err(&format!("{path}: the same recording as {of}, which stands for both"));
    }
    if gathered.entries.is_empty() {
        return Exit::Failed;
    }
    let sessions = Sessions::new(gathered.entries, wanted.language);
    match made(wanted, &gathered.folder, &sessions, &gathered.fingerprint) {
        Err(error) => failed(&error),
        Ok(()) if gathered.failures.is_empty() => Exit::Done,
        Ok(()) => Exit::Partly,
    }
}

fn made(wanted: &Wanted<'_>, folder: &Path, sessions: &Sessions, fingerprint: &str) -> Result<()> {
    let page = match wanted.share {
        Some(path) => {
            share(path, sessions)?;
            path.to_owned()
        }
        None => write(folder, sessions, fingerprint)?,
    };
    if wanted.json {
        say::out(&document(sessions, fingerprint)?);
        return Ok(());
    }
    let w = sessions.words;
    let count = |n: usize, text| w.count(u64::try_from(n).unwrap_or(u64::MAX), text, &[]);
    let coaches = count(sessions.coaches(), w.coaches_n);
    let n = u64::try_from(sessions.entries.len()).unwrap_or(u64::MAX);
    say::line(&w.count(n, w.sessions_line, &[("coaches", &coaches)]));
    say::out(&summary(sessions));
    say::line(&here(&page).display().to_string());
    Ok(())
}

/// As seen from the current folder, where it lies below.
fn here(path: &Path) -> PathBuf {
    let current = std::env::current_dir().ok();
    let below = current.and_then(|current| Some(path.strip_prefix(current).ok()?.to_owned()));
    below.unwrap_or_else(|| path.to_owned())
}
