//! A report made again from its results: no sound, no models.

use std::path::{Path, PathBuf};

use super::measure::{self, Measured, SESSION, Sums};
use super::{Reading, edits};
use crate::analysis::{Analysis, Profile};
use crate::error::{Error, Result};
use crate::report::{shared_page, summary};
use crate::results::{Folder, is_results_name};
use crate::session::{Edit, Language, Session};

/// What is to be read otherwise than before.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Otherwise {
    /// The ranges.
    pub profile: Option<Profile>,
    /// The language of the report.
    pub language: Option<Language>,
}

/// A report that was made again.
pub struct Rebuilt {
    measured: Measured,
    reading: Reading,
    results: PathBuf,
}

impl Rebuilt {
    /// The figures, as they stand in `analysis.json`.
    #[must_use]
    pub fn analysis(&self) -> &Analysis {
        &self.measured.analysis
    }

    /// The session, with the corrections.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.measured.session
    }

    /// The results folder.
    #[must_use]
    pub fn results(&self) -> &Path {
        &self.results
    }

    /// The page, as the program itself shows it: corrections come back to it.
    ///
    /// # Errors
    /// The page cannot be laid out.
    pub fn served_page(&self) -> Result<String> {
        self.measured.page(self.reading.language, true).map_err(|error| Error::WriteResult {
            path: self.results.join("report.html"),
            source: std::io::Error::other(error.to_string()),
        })
    }

    /// A copy to show to others; with `quotes`, with the coach's own phrases.
    ///
    /// # Errors
    /// The page cannot be laid out.
    pub fn shared_page(&self, quotes: bool) -> Result<String> {
        let page = shared_page(self.analysis(), self.session(), self.reading.language, quotes);
        page.map_err(|error| Error::WriteResult {
            path: self.results.clone(),
            source: std::io::Error::other(error.to_string()),
        })
    }

    /// The summary for a terminal.
    #[must_use]
    pub fn summary(&self, style: crate::report::Style) -> String {
        summary(self.analysis(), style)
    }
}

/// The results folder that a person means: the folder, something in it, or the recording it
/// belongs to. `None` where there is none.
#[must_use]
pub fn results_of(path: &Path) -> Option<PathBuf> {
    let is_results = |folder: &Path| {
        folder.join(SESSION.0).is_file()
            || (folder.is_dir() && folder.file_name().is_some_and(is_results_name))
    };
    if path.is_dir() {
        return is_results(path).then(|| path.to_owned());
    }
    let inside = path.parent().filter(|folder| is_results(folder));
    let beside = super::discover::beside(path);
    inside.map(Path::to_owned).or_else(|| is_results(&beside).then_some(beside))
}

/// Makes the report of a results folder again.
///
/// # Errors
/// There are no results, they are damaged, another process works on them, or the disk is full.
pub fn rebuild(results: &Path, otherwise: &Otherwise) -> Result<Rebuilt> {
    let opened = Opened::of(results, otherwise)?;
    opened.written(opened.measured()?)
}

/// Adds edits and makes the report again. No edits: nothing is added.
///
/// # Errors
/// As [`rebuild`].
pub fn correct(results: &Path, edits: &[Edit]) -> Result<Rebuilt> {
    let opened = Opened::of(results, &Otherwise::default())?;
    opened.add(edits)?;
    opened.written(opened.measured()?)
}

/// Likewise, with the edits that `edit` makes of the session as it stands corrected.
///
/// # Errors
/// As [`rebuild`], and what `edit` says.
pub fn correct_with(
    results: &Path,
    edit: impl FnOnce(&Rebuilt) -> Result<Vec<Edit>>,
) -> Result<Rebuilt> {
    let opened = Opened::of(results, &Otherwise::default())?;
    let before = opened.measured()?;
    let edits = edit(&before)?;
    if edits.is_empty() {
        return opened.written(before);
    }
    opened.add(&edits)?;
    opened.written(opened.measured()?)
}

/// Results that are ours until they are written.
struct Opened {
    folder: Folder,
    /// Fingerprint of the session.
    print: String,
    heard: Session,
    reading: Reading,
}

impl Opened {
    fn of(results: &Path, otherwise: &Otherwise) -> Result<Self> {
        if !results.join(SESSION.0).is_file() {
            return Err(Error::NothingToDo {
                path: results.to_owned(),
                wrong: "there are no results here (session.json is missing)".to_owned(),
                remedy: "run openfloor analyze on the recording first".into(),
            });
        }
        let folder = Folder::open(results)?;
        let (of, heard) = folder.read::<Session>(SESSION.0, SESSION.1)?;
        let mut reading = reading(&folder, otherwise)?;
        if let Some(profile) = &otherwise.profile {
            reading.profile = profile.clone();
        }
        reading.language = otherwise.language.or(reading.language);
        Ok(Self { folder, print: of.fingerprint, heard, reading })
    }

    fn add(&self, edits: &[Edit]) -> Result<()> {
        if edits.is_empty() { Ok(()) } else { edits::add(&self.folder, edits) }
    }

    fn measured(&self) -> Result<Rebuilt> {
        let sums = Sums::new(&self.reading, self.folder.path(), self.print.clone())?;
        let measured = measure::measure(&self.folder, self.heard.clone(), sums, &self.reading)?;
        let results = self.folder.path().to_owned();
        Ok(Rebuilt { measured, reading: self.reading.clone(), results })
    }

    fn written(&self, rebuilt: Rebuilt) -> Result<Rebuilt> {
        measure::write(&self.folder, &rebuilt.measured, &self.reading, || Ok(()))?;
        Ok(rebuilt)
    }
}

/// How the report is read: as before. Results of before it was kept say at least their profile.
fn reading(folder: &Folder, otherwise: &Otherwise) -> Result<Reading> {
    if let Ok(reading) = measure::reading(folder) {
        return Ok(reading);
    }
    let named = || {
        let analysis = folder.read::<Analysis>(measure::ANALYSIS.0, measure::ANALYSIS.1).ok()?.1;
        Profile::built_in(&analysis.profile).ok()
    };
    let profile = otherwise.profile.clone().or_else(named).ok_or_else(|| Error::NothingToDo {
        path: folder.path().to_owned(),
        wrong: "how these figures were read is not known any more".to_owned(),
        remedy: "name a profile, such as --profile coaching".into(),
    })?;
    Ok(Reading { profile, language: None })
}
