//! Results of many recordings → sessions over time.
//!
//! In: results folders, and folders that hold some. Out: [`Gathered`]: an entry for each that can be
//! read, in an order that does not depend on the arguments, a sentence for each that cannot, and the
//! folder where the page about them belongs. [`write`] puts it there.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use super::measure::ANALYSIS;
use super::rebuild::{Otherwise, rebuild};
use super::{discover, edits, publish};
use crate::error::{Error, Result};
use crate::report::sessions::{Audience, Entry, Record, Sessions, csv, json, page};
use crate::results::{
    self, TOOL_VERSION, fingerprint, fingerprint_of, is_results_name, private_folder, write_private,
};
use crate::session::Language;

/// Changes whenever the same analyses can make another page.
const VERSION: u32 = 2;

/// Results that were found.
#[derive(Debug)]
pub struct Gathered {
    /// Those that can be read.
    pub entries: Vec<Entry>,
    /// Those that cannot, and paths without results.
    pub failures: Vec<(PathBuf, Error)>,
    /// Results that are no entry, for another is of the same recording, and which one.
    pub doubles: Vec<(PathBuf, PathBuf)>,
    /// Where the page belongs: `out`, else the folder given, else the nearest folder above all.
    pub folder: PathBuf,
    /// Of the analyses, and of the language that the page was asked for in.
    pub fingerprint: String,
}

/// Finds results and reads them. Links are as seen from `out`, or from [`Gathered::folder`].
#[must_use]
pub fn gather(paths: &[PathBuf], out: Option<&Path>, language: Option<Language>) -> Gathered {
    Found::new(paths, out).gather(language)
}

/// A page that was kept up.
#[derive(Debug)]
pub struct KeptUp {
    /// Where it is; `None` where there is nothing to put on it.
    pub page: Option<PathBuf>,
    /// Results that cannot be read.
    pub failures: Vec<(PathBuf, Error)>,
}

/// Makes the page of a folder anew where anything in it is.
///
/// # Errors
/// The disk does not take it.
pub fn keep_up(folder: &Path, language: Option<Language>) -> Result<KeptUp> {
    let mut found = Found::new(&[folder.to_owned()], None);
    // What has failed, or is worked on by another run, is not yet a session.
    found.results.retain(|path| path.join(ANALYSIS.0).is_file());
    if found.results.is_empty() {
        return Ok(KeptUp { page: None, failures: Vec::new() });
    }
    if found.is_current(language) {
        return Ok(KeptUp { page: Some(found.folder.join(PAGE)), failures: Vec::new() });
    }
    let gathered = found.gather(language);
    if gathered.entries.is_empty() {
        return Ok(KeptUp { page: None, failures: gathered.failures });
    }
    let sessions = Sessions::new(gathered.entries, language);
    let page = write(&gathered.folder, &sessions, &gathered.fingerprint)?;
    Ok(KeptUp { page: Some(page), failures: gathered.failures })
}

/// Where results lie.
struct Found {
    /// By their true paths.
    results: BTreeSet<PathBuf>,
    failures: Vec<(PathBuf, Error)>,
    /// The true path of the folder that all are in.
    root: PathBuf,
    /// Where the page belongs.
    folder: PathBuf,
}

impl Found {
    fn new(paths: &[PathBuf], out: Option<&Path>) -> Self {
        let mut failures = Vec::new();
        let mut results = BTreeSet::new();
        let mut roots: Vec<PathBuf> = Vec::new();
        for path in paths {
            match found(path, &mut failures) {
                Ok(found) => {
                    // A results folder belongs to the folder it lies in.
                    let root = if is_results(path) { parent(path) } else { path.clone() };
                    roots.push(root);
                    results.extend(found);
                }
                Err(error) => failures.push((path.clone(), error)),
            }
        }
        let root = match roots.as_slice() {
            [one] => one.clone(),
            _ => above(&roots),
        };
        let folder = out.map_or_else(|| root.clone(), Path::to_owned);
        Self { results, failures, root: fs::canonicalize(&root).unwrap_or(root), folder }
    }

    /// What a results folder is called on the page.
    fn label(&self, results: &Path) -> String {
        results.strip_prefix(&self.root).unwrap_or(results).to_string_lossy().into_owned()
    }

    /// Of the analyses by their heads.
    fn fingerprint(&self, language: Option<Language>) -> String {
        let analyses: Vec<_> = self
            .results
            .iter()
            .map(|path| (self.label(path), fingerprint_of(&path.join(ANALYSIS.0))))
            .collect();
        let parts = serde_json::json!({
            "stage": "sessions", "version": VERSION, "tool_version": TOOL_VERSION,
            "language": language, "analyses": analyses,
        });
        fingerprint(&parts).unwrap_or_default()
    }

    /// Whether the page is there and was made from the same. Reads heads only.
    fn is_current(&self, language: Option<Language>) -> bool {
        let there = [PAGE, TABLE].iter().all(|name| self.folder.join(name).is_file());
        let made_from = || fingerprint_of(&self.folder.join(DOCUMENT));
        there
            && !self.results.is_empty()
            && self.failures.is_empty()
            && self.results.iter().all(|path| !is_newly_corrected(path))
            && made_from().is_some_and(|print| print == self.fingerprint(language))
    }

    fn gather(mut self, language: Option<Language>) -> Gathered {
        // What is not yet there has no links in its path either.
        let seen_from =
            fs::canonicalize(&self.folder).or_else(|_| std::path::absolute(&self.folder));
        let seen_from = seen_from.unwrap_or_else(|_| self.folder.clone());
        let (mut entries, mut kept, mut doubles) = (Vec::<Entry>::new(), Vec::new(), Vec::new());
        for path in &self.results {
            let record = match corrected(path).and_then(|()| read(path)) {
                Ok(record) => record,
                Err(error) => {
                    self.failures.push((path.clone(), error));
                    continue;
                }
            };
            if let Some(of) = entries.iter().position(|one| record.is_double_of(&one.record)) {
                doubles.push((path.clone(), PathBuf::clone(kept[of])));
                continue;
            }
            let report = path.join("report.html").is_file().then(|| link(&seen_from, path));
            entries.push(Entry { record, label: self.label(path), report });
            kept.push(path);
        }
        let fingerprint = self.fingerprint(language);
        Gathered { entries, failures: self.failures, doubles, folder: self.folder, fingerprint }
    }
}

const PAGE: &str = "sessions.html";
const TABLE: &str = "sessions.csv";
const DOCUMENT: &str = "sessions.json";

/// The page, the table and the document, in this folder.
///
/// # Errors
/// The disk does not take them.
pub fn write(folder: &Path, sessions: &Sessions, fingerprint: &str) -> Result<PathBuf> {
    let failed = |path: &Path, source| Error::WriteResult { path: path.to_owned(), source };
    private_folder(folder).map_err(|source| failed(folder, source))?;
    let path = folder.join(PAGE);
    let page = page(sessions, Audience::Own, TOOL_VERSION)
        .map_err(|error| failed(&path, io::Error::other(error)))?;
    for (name, text) in
        [(TABLE, csv(sessions)), (PAGE, page), (DOCUMENT, document(sessions, fingerprint)?)]
    {
        let path = folder.join(name);
        write_private(&path, |file| file.write_all(text.as_bytes()))
            .map_err(|source| failed(&path, source))?;
    }
    Ok(path)
}

/// The document, one line.
///
/// # Errors
/// It cannot be laid out.
pub fn document(sessions: &Sessions, fingerprint: &str) -> Result<String> {
    json(sessions, TOOL_VERSION, fingerprint).map_err(|error| Error::WriteResult {
        path: PathBuf::from(DOCUMENT),
        source: io::Error::other(error),
    })
}

/// A page to show others: no names, days, files or links.
///
/// # Errors
/// The disk does not take it.
pub fn share(path: &Path, sessions: &Sessions) -> Result<()> {
    let failed = |source| Error::WriteResult { path: path.to_owned(), source };
    let page = page(sessions, Audience::Others, TOOL_VERSION)
        .map_err(|error| failed(io::Error::other(error)))?;
    write_private(path, |file| file.write_all(page.as_bytes())).map_err(failed)
}

/// The results at a path, by their true paths: the same results by two ways are one.
pub(super) fn found(path: &Path, failures: &mut Vec<(PathBuf, Error)>) -> Result<Vec<PathBuf>> {
    let unread = |source| Error::ReadFile { path: path.to_owned(), source };
    let true_path = path.canonicalize().map_err(unread)?;
    if is_results(path) {
        return Ok(vec![true_path]);
    }
    let mut found = Vec::new();
    if path.is_dir() {
        walk(path, &mut found, failures, &mut BTreeSet::new()).map_err(unread)?;
    }
    if found.is_empty() {
        return Err(Error::NothingToDo {
            path: path.to_owned(),
            wrong: "there are no results of openfloor analyze here".to_owned(),
            remedy: "name a folder with NAME.openfloor folders in it, or such a folder".into(),
        });
    }
    Ok(found)
}

fn is_results(path: &Path) -> bool {
    let name = path.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_owned()));
    let named = name.is_some_and(|name| is_results_name(&name));
    path.is_dir() && (named || path.join(ANALYSIS.0).is_file())
}

fn walk(
    folder: &Path,
    found: &mut Vec<PathBuf>,
    failures: &mut Vec<(PathBuf, Error)>,
    seen: &mut BTreeSet<PathBuf>,
) -> io::Result<()> {
    for path in discover::entries(folder, seen)? {
        let name = path.file_name().unwrap_or_default();
        if name.as_bytes().starts_with(b".") || !path.is_dir() {
            continue;
        }
        let below = if is_results_name(name) {
            path.canonicalize().map(|path| found.push(path))
        } else {
            walk(&path, found, failures, seen)
        };
        if let Err(source) = below {
            failures.push((path.clone(), Error::ReadFile { path, source }));
        }
    }
    Ok(())
}

fn parent(path: &Path) -> PathBuf {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    path.parent().map_or_else(|| path.clone(), Path::to_owned)
}

/// The nearest folder above all of these.
#[must_use]
pub fn above(folders: &[impl AsRef<Path>]) -> PathBuf {
    let whole = folders.iter().filter_map(|folder| folder.as_ref().canonicalize().ok());
    let common = |one: PathBuf, other: PathBuf| {
        let pairs = one.components().zip(other.components());
        pairs.take_while(|(a, b)| a == b).map(|(a, _)| a).collect::<PathBuf>()
    };
    whole.reduce(common).unwrap_or_else(|| PathBuf::from("."))
}

/// From a folder to the report of results, both by their true paths.
fn link(folder: &Path, results: &Path) -> String {
    let (from, to): (Vec<_>, Vec<_>) =
        (folder.components().collect(), results.components().collect());
    let same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from.iter().skip(same).map(|_| "..".to_owned());
    let down = to.iter().skip(same).filter_map(|part| match part {
        Component::Normal(name) => Some(publish::percent_encoded(name.as_bytes())),
        _ => None,
    });
    up.chain(down).chain(["report.html".to_owned()]).collect::<Vec<_>>().join("/")
}

/// Makes a report again whose corrections are newer than its figures: a page opened as a file saves
/// them so.
fn corrected(results: &Path) -> Result<()> {
    if is_newly_corrected(results) {
        rebuild(results, &Otherwise::default())?;
    }
    Ok(())
}

fn is_newly_corrected(results: &Path) -> bool {
    let written = |name: &str| fs::metadata(results.join(name)).and_then(|file| file.modified());
    let times = written(edits::NAME).ok().zip(written(ANALYSIS.0).ok());
    times.is_some_and(|(edits, analysis)| edits > analysis)
}

fn read(folder: &Path) -> Result<Record> {
    let path = folder.join(ANALYSIS.0);
    match results::read(&path, ANALYSIS.1) {
        Ok((_, record)) => Ok(record),
        Err(Error::ReadFile { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Err(Error::ReadResult {
                path,
                wrong: "there is no analysis in these results".to_owned(),
                remedy: "run openfloor analyze on the recording again, to finish them".into(),
            })
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_goes_up_and_down_and_is_encoded() {
        let from = |folder: &str, results: &str| link(Path::new(folder), Path::new(results));
        assert_eq!(
            from("/a", "/a/b/séance #1.openfloor"),
            "b/s%C3%A9ance%20%231.openfloor/report.html"
        );
        assert_eq!(from("/a/out", "/a/x.openfloor"), "../x.openfloor/report.html");
        assert_eq!(from("/a", "/a/javascript:x.openfloor"), "javascript%3Ax.openfloor/report.html");
    }

    #[test]
    fn the_folder_above_several_is_the_nearest() {
        let tree = tempfile::tempdir().unwrap();
        let folder = |name: &str| {
            let path = tree.path().join(name);
            fs::create_dir_all(&path).unwrap();
            path
        };
        let all = [folder("a/b/x"), folder("a/b/y/z"), folder("a/b")];
        assert_eq!(above(&all), tree.path().canonicalize().unwrap().join("a/b"));
    }
}
