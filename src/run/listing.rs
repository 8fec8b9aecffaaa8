//! `recordings.csv`: what a table beside the recordings says of each.
//!
//! In: a folder of recordings and which of its files are taken. Out: [`Listing`]: [`Facts`] by
//! recording, and a sentence for each line that cannot be followed, which loses nothing else: of a
//! line with a bad date the other facts still hold.
//!
//! The table is as spreadsheets write it: a header row with `file`, `coach`, `client`, `profile` and
//! `date` in any order, of which only `file` is needed; commas, semicolons or tabs; UTF-8 (with or
//! without its mark), UTF-16 with its mark, else Windows-1252. Columns of other names are passed over.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::table::{separator, unclosed};
use super::{read_profile, typed_date};
use crate::analysis::Profile;
use crate::error::{Error, Result};
use crate::interchange;

/// Name of the table in its folder.
pub const NAME: &str = "recordings.csv";

/// What is said of one recording.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// Name of the coach.
    pub coach: Option<String>,
    /// A pseudonym of the client.
    pub client: Option<String>,
    /// How its figures are read.
    pub profile: Option<Profile>,
    /// ISO date.
    pub date: Option<String>,
}

/// What the tables of some folders say.
#[derive(Debug, Default)]
pub struct Listing {
    facts: BTreeMap<PathBuf, Facts>,
    /// Lines that cannot be followed, and tables that cannot be read.
    pub failures: Vec<(PathBuf, Error)>,
}

impl Listing {
    /// Reads the table of each folder that has one. `recordings` are those that will be analysed.
    #[must_use]
    pub fn of<'a>(folders: &[PathBuf], recordings: impl Iterator<Item = &'a Path>) -> Self {
        let mut listing = Self::default();
        let tables = folders.iter().map(|folder| folder.join(NAME)).filter(|path| path.is_file());
        // The same folder twice has one table.
        let mut seen = BTreeSet::new();
        let new = |path: &PathBuf| path.canonicalize().is_ok_and(|path| seen.insert(path));
        let tables: Vec<PathBuf> = tables.filter(new).collect();
        if tables.is_empty() {
            return listing;
        }
        let taken: Vec<PathBuf> = recordings.filter_map(|path| path.canonicalize().ok()).collect();
        for table in tables {
            if let Err(error) = listing.read(&table, &taken) {
                listing.failures.push((table, error));
            }
        }
        listing
    }

    /// What is said of a recording.
    #[must_use]
    pub fn facts(&self, recording: &Path) -> Option<&Facts> {
        self.facts.get(&recording.canonicalize().ok()?)
    }

    fn read(&mut self, table: &Path, taken: &[PathBuf]) -> Result<()> {
        let bytes =
            fs::read(table).map_err(|source| Error::ReadFile { path: table.to_owned(), source })?;
        let text = interchange::text(&bytes);
        let mut rows = csv::ReaderBuilder::new()
            .delimiter(separator(&text))
            .flexible(true)
            .trim(csv::Trim::All)
            .has_headers(false)
            .from_reader(text.as_bytes())
            .into_records();
        let fail = |line, (wrong, remedy): Wrong| Error::List {
            path: table.to_owned(),
            line,
            wrong,
            remedy,
        };
        // Text in memory of any number of cells: a row that cannot be read is the end of it.
        let header = rows.next().and_then(std::result::Result::ok).unwrap_or_default();
        let columns = Columns::of(&header).map_err(|wrong| fail(1, wrong))?;
        let folder = table.parent().unwrap_or(Path::new(""));
        let mut lines: BTreeMap<PathBuf, u64> = BTreeMap::new();
        for row in rows.map_while(std::result::Result::ok) {
            if row.iter().all(str::is_empty) {
                continue;
            }
            let line = row.position().map_or(1, csv::Position::line);
            let path = if unclosed(&row, &text) {
                let remedy = "close it, or take it out; what follows was not read";
                Err(("a quotation mark is not closed".to_owned(), remedy.into()))
            } else {
                columns.recording(&row, folder, taken)
            };
            let path = path.and_then(|path| match lines.get(&path) {
                None => Ok(path),
                Some(first) => {
                    let name = row.get(columns.file).unwrap_or_default();
                    let remedy = "keep one of the lines; the first one is followed";
                    Err((format!("{name} is on line {first} already"), remedy.into()))
                }
            });
            let mut wrongs = Vec::new();
            match path {
                Ok(path) => {
                    lines.insert(path.clone(), line);
                    self.facts.insert(path, columns.facts(&row, folder, &mut wrongs));
                }
                Err(wrong) => wrongs.push(wrong),
            }
            let failed = wrongs.into_iter().map(|wrong| (table.to_owned(), fail(line, wrong)));
            self.failures.extend(failed);
        }
        Ok(())
    }
}

/// What is wrong with a line, and what to do.
type Wrong = (String, Cow<'static, str>);

const COLUMNS: &str = "its first line names the columns: file, coach, client, profile, date";

/// Where the columns are, and how many the header has.
struct Columns {
    all: usize,
    file: usize,
    coach: Option<usize>,
    client: Option<usize>,
    profile: Option<usize>,
    date: Option<usize>,
}

impl Columns {
    fn of(header: &csv::StringRecord) -> Result<Self, Wrong> {
        let named = |name: &str| {
            let mut found = (0..header.len())
                .filter(|&at| header.get(at).is_some_and(|head| head.eq_ignore_ascii_case(name)));
            match (found.next(), found.next()) {
                (_, Some(_)) => {
                    Err((format!("there are two columns “{name}”"), "keep one of them".into()))
                }
                (at, None) => Ok(at),
            }
        };
        let missing = || ("there is no column “file”".to_owned(), COLUMNS.into());
        Ok(Self {
            all: header.len(),
            file: named("file")?.ok_or_else(missing)?,
            coach: named("coach")?,
            client: named("client")?,
            profile: named("profile")?,
            date: named("date")?,
        })
    }

    /// The recording that a row is about, by its true path.
    fn recording(
        &self,
        row: &csv::StringRecord,
        folder: &Path,
        taken: &[PathBuf],
    ) -> Result<PathBuf, Wrong> {
        if row.len() > self.all {
            let remedy = "put a name that holds the separator into quotation marks";
            return Err((format!("{} cells under {} columns", row.len(), self.all), remedy.into()));
        }
        let Some(name) = cell(row, Some(self.file)) else {
            return Err(("no file is named".into(), "name the recording in “file”".into()));
        };
        let Some(path) = on_disk(folder, &name) else {
            let remedy = format!("write its path as seen from the folder of {NAME}");
            return Err((format!("there is no file {name}"), remedy.into()));
        };
        if !taken.contains(&path) {
            let remedy = "take the line out, or name the file on the command line";
            return Err((format!("{name} is none of the recordings to analyse"), remedy.into()));
        }
        Ok(path)
    }

    /// What a row says; of what cannot be followed the rest still holds.
    fn facts(&self, row: &csv::StringRecord, folder: &Path, wrongs: &mut Vec<Wrong>) -> Facts {
        let date = cell(row, self.date).map(|text| typed_date(&text)).transpose();
        let profile = cell(row, self.profile).map(|name| read_profile(&name, folder)).transpose();
        Facts {
            coach: cell(row, self.coach),
            client: cell(row, self.client),
            date: date.unwrap_or_else(|remedy| {
                wrongs.push(("the date cannot be read".to_owned(), remedy.into()));
                None
            }),
            profile: profile.unwrap_or_else(|error| {
                wrongs.push((error.to_string(), "mend the line and run again".into()));
                None
            }),
        }
    }
}

fn cell(row: &csv::StringRecord, at: Option<usize>) -> Option<String> {
    row.get(at?).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The file as it is on disk; tables made on Windows part folders by a backslash.
fn on_disk(folder: &Path, name: &str) -> Option<PathBuf> {
    let found = |name: &str| folder.join(name).canonicalize().ok().filter(|path| path.is_file());
    found(name).or_else(|| found(&name.replace('\\', "/")))
}

#[cfg(test)]
mod tests;
