//! Results, and tables of codes that people made of them → how far all agree.
//!
//! Reads only: no lock is taken and nothing is written, so results that are someone else's, or of
//! which only `session.json` is there, will do. Words are coded anew, by this program's own engine.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::measure::{ANALYSIS, SESSION};
use super::rebuild::results_of;
use super::{codes, edits, read_profile, sessions};
use crate::agreement::{Agreement, Coder, Recording, study};
use crate::analysis::{OpennessRule, Profile};
use crate::error::{Error, Result};
use crate::report::agreement::{Study, sheet};
use crate::results::{self, FOLDER_SUFFIX, TOOL_VERSION};
use crate::session::edits::apply;
use crate::session::{Edit, Session};

/// How the results are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What makes a question open; `None`: as each report was read.
    pub rule: Option<OpennessRule>,
    /// The tool's codes after a person's corrections of them.
    pub corrected: bool,
}

/// Results with their names.
pub(super) struct Loaded {
    pub(super) recording: Recording,
    /// Before anything was corrected.
    pub(super) heard: Session,
    /// What else the recording may be called.
    names: Vec<String>,
}

impl Loaded {
    /// Whether this is what the recording is called.
    pub(super) fn is(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        self.names.iter().any(|known| known.to_lowercase() == name)
    }
}

/// What was compared, and how far it agrees.
pub struct Compared {
    recordings: Vec<Recording>,
    coders: Vec<Coder>,
    agreement: Agreement,
    notes: Vec<String>,
    wanted: Wanted,
}

impl Compared {
    /// For a report of it.
    #[must_use]
    pub fn study(&self) -> Study<'_> {
        Study {
            recordings: &self.recordings,
            coders: &self.coders,
            agreement: &self.agreement,
            notes: &self.notes,
            corrected: self.wanted.corrected,
            tool_version: TOOL_VERSION,
        }
    }
}

/// Holds results against tables of codes.
///
/// # Errors
/// Results or a table cannot be read, or a line of a table is off.
pub fn compare(tables: &[PathBuf], results: &[PathBuf], wanted: Wanted) -> Result<Compared> {
    let loaded = load(results, wanted)?;
    let tables = codes::read(tables, &loaded)?;
    let recordings: Vec<Recording> = loaded.into_iter().map(|one| one.recording).collect();
    let agreement = study(&recordings, &tables.coders);
    Ok(Compared { recordings, coders: tables.coders, agreement, notes: tables.notes, wanted })
}

/// A table to code on, without the tool's codes, and what a reader should know of it.
///
/// # Errors
/// Results cannot be read.
pub fn blind_sheet(results: &[PathBuf]) -> Result<(String, Vec<String>)> {
    let loaded = load(results, Wanted::default())?;
    let recordings: Vec<Recording> = loaded.into_iter().map(|one| one.recording).collect();
    let notes = recordings.iter().filter(|one| one.coach().is_none()).map(|one| {
        format!("{}: who is the coach is not known, so everybody is on the sheet", one.name)
    });
    Ok((sheet(&recordings), notes.collect()))
}

/// The rule that a person means: `pragmatic`, `strict`, or that of a profile.
///
/// # Errors
/// There is no such profile.
pub fn rule(name: &str) -> Result<OpennessRule> {
    match name {
        "pragmatic" => Ok(OpennessRule::Pragmatic),
        "strict" => Ok(OpennessRule::Strict),
        _ => Ok(read_profile(name, Path::new(""))?.openness.rule),
    }
}

fn load(paths: &[PathBuf], wanted: Wanted) -> Result<Vec<Loaded>> {
    let mut folders: Vec<PathBuf> = Vec::new();
    for path in paths {
        for folder in folders_of(path)? {
            let same = |known: &PathBuf| known.canonicalize().ok() == folder.canonicalize().ok();
            if !folders.iter().any(same) {
                folders.push(folder);
            }
        }
    }
    let loaded: Result<Vec<Loaded>> = folders.iter().map(|folder| one(folder, wanted)).collect();
    let mut loaded = loaded?;
    // Recordings of one name are told apart by where they lie.
    let names: Vec<String> = loaded.iter().map(|one| one.recording.name.clone()).collect();
    for (nth, one) in loaded.iter_mut().enumerate() {
        if names.iter().filter(|name| **name == names[nth]).count() > 1 {
            one.recording.name = folders[nth].display().to_string();
            one.names.push(one.recording.name.clone());
        }
    }
    Ok(loaded)
}

/// The results at a path: one, or all in a folder.
fn folders_of(path: &Path) -> Result<Vec<PathBuf>> {
    if let Some(results) = results_of(path) {
        return Ok(vec![results]);
    }
    let mut failures = Vec::new();
    let found = sessions::found(path, &mut failures)?;
    match failures.into_iter().next() {
        Some((_, error)) => Err(error),
        None => Ok(found),
    }
}

fn one(folder: &Path, wanted: Wanted) -> Result<Loaded> {
    let path = folder.join(SESSION.0);
    if !path.is_file() {
        return Err(Error::NothingToDo {
            path: folder.to_owned(),
            wrong: "there are no results here (session.json is missing)".to_owned(),
            remedy: "run openfloor analyze on the recording first".into(),
        });
    }
    let (_, heard) = results::read::<Session>(&path, SESSION.1)?;
    // Who is who, what was said and what is off the record holds in any case; what a person made of
    // the tool's codes only where it is asked for.
    let mut edits = edits::read(folder)?.edits;
    edits.retain(|edit| {
        wanted.corrected || !matches!(edit, Edit::SetLabel { .. } | Edit::RejectMoment { .. })
    });
    let session = apply(&edits, heard.clone());
    let mut profile = Profile::built_in("coaching").map_err(|e| Error::Usage(e.to_string()))?;
    profile.openness.rule = wanted.rule.unwrap_or_else(|| rule_before(folder));
    let names = names(folder, &heard);
    let name = names.first().cloned().unwrap_or_default();
    Ok(Loaded { recording: Recording::new(name, session, &profile), heard, names })
}

/// The rule that the report was read by.
fn rule_before(folder: &Path) -> OpennessRule {
    #[derive(Deserialize)]
    struct OnlyRule {
        openness_rule: OpennessRule,
    }
    let read = results::read::<OnlyRule>(&folder.join(ANALYSIS.0), ANALYSIS.1);
    read.map(|(_, analysis)| analysis.openness_rule).unwrap_or_default()
}

/// What a recording may be called: by its files, with and without their endings, and by its results.
fn names(folder: &Path, session: &Session) -> Vec<String> {
    let mut names: Vec<String> =
        session.source.files.iter().map(|file| file.name.clone()).collect();
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let results = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    if let Some(results) = results {
        names.extend(results.strip_suffix(FOLDER_SUFFIX).map(str::to_owned));
        names.push(results);
    }
    let stem = |name: &String| Some(Path::new(name).file_stem()?.to_string_lossy().into_owned());
    let stems: Vec<String> = names.iter().filter_map(stem).collect();
    names.extend(stems);
    names
}
