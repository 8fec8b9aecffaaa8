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

use super::{read_profile, typed_date};
use crate::analysis::Profile;
use crate::error::{Error, Result};

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
        let text = decoded(&bytes);
        let wrong = |line, wrong: &str, remedy: &'static str| Error::List {
            path: table.to_owned(),
            line,
            wrong: wrong.to_owned(),
            remedy: remedy.into(),
        };
        let mut rows = csv::ReaderBuilder::new()
            .delimiter(separator(&text))
            .flexible(true)
            .trim(csv::Trim::All)
            .has_headers(false)
            .from_reader(text.as_bytes())
            .into_records();
        let header = match rows.next() {
            Some(Ok(header)) => header,
            _ => return Err(wrong(1, "the table is empty", COLUMNS)),
        };
        let column = |name: &str| header.iter().position(|head| head.eq_ignore_ascii_case(name));
        let Some(file) = column("file") else {
            return Err(wrong(1, "there is no column “file”", COLUMNS));
        };
        for name in ["file", "coach", "client", "profile", "date"] {
            if header.iter().filter(|head| head.eq_ignore_ascii_case(name)).count() > 1 {
                return Err(wrong(
                    1,
                    &format!("there are two columns “{name}”"),
                    "keep one of them",
                ));
            }
        }
        let columns = Columns {
            file,
            coach: column("coach"),
            client: column("client"),
            profile: column("profile"),
            date: column("date"),
        };
        let folder = table.parent().unwrap_or(Path::new(""));
        let mut lines: BTreeMap<PathBuf, u64> = BTreeMap::new();
        for row in rows {
            let Ok(row) = row else {
                return Err(wrong(1, "it is no table", COLUMNS));
            };
            let line = row.position().map_or(1, csv::Position::line);
            let mut fail = |wrong: String, remedy: Cow<'static, str>| {
                let error = Error::List { path: table.to_owned(), line, wrong, remedy };
                self.failures.push((table.to_owned(), error));
            };
            if row.iter().all(str::is_empty) {
                continue;
            }
            if unclosed(&row, &text) {
                let remedy = "close it, or take it out; what follows was not read";
                fail("a quotation mark is not closed".to_owned(), remedy.into());
                continue;
            }
            if row.len() > header.len() {
                let wrong = format!("{} cells under {} columns", row.len(), header.len());
                let remedy = "put a name that holds the separator into quotation marks";
                fail(wrong, remedy.into());
                continue;
            }
            let cell =
                |at: Option<usize>| at.and_then(|at| row.get(at)).filter(|one| !one.is_empty());
            let Some(name) = cell(Some(columns.file)) else {
                fail("no file is named".to_owned(), "name the recording in “file”".into());
                continue;
            };
            let Some(path) = on_disk(folder, name) else {
                let remedy = format!("write its path as seen from the folder of {NAME}");
                fail(format!("there is no file {name}"), remedy.into());
                continue;
            };
            if !taken.contains(&path) {
                let remedy = "take the line out, or name the file on the command line";
                fail(format!("{name} is none of the recordings to analyse"), remedy.into());
                continue;
            }
            if let Some(first) = lines.get(&path) {
                let remedy = "keep one of the lines; the first one is followed";
                fail(format!("{name} is on line {first} already"), remedy.into());
                continue;
            }
            lines.insert(path.clone(), line);
            let mut facts = Facts {
                coach: cell(columns.coach).map(str::to_owned),
                client: cell(columns.client).map(str::to_owned),
                ..Facts::default()
            };
            match cell(columns.date).map(typed_date).transpose() {
                Ok(date) => facts.date = date,
                Err(remedy) => fail("the date cannot be read".to_owned(), remedy.into()),
            }
            match cell(columns.profile).map(|name| read_profile(name, folder)).transpose() {
                Ok(profile) => facts.profile = profile,
                Err(error) => fail(error.to_string(), "mend the line and run again".into()),
            }
            self.facts.insert(path, facts);
        }
        Ok(())
    }
}

const COLUMNS: &str = "its first line names the columns: file, coach, client, profile, date";

struct Columns {
    file: usize,
    coach: Option<usize>,
    client: Option<usize>,
    profile: Option<usize>,
    date: Option<usize>,
}

/// By its mark; else UTF-8 if it is that; else as Windows writes Western languages.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let encoding = encoding_rs::Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let plain = if std::str::from_utf8(bytes).is_ok() {
        encoding_rs::UTF_8
    } else {
        encoding_rs::WINDOWS_1252
    };
    encoding.unwrap_or(plain).decode(bytes).0
}

/// What parts the columns: what the first line has most of.
fn separator(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |separator: u8| first.bytes().filter(|&byte| byte == separator).count();
    // Of equals the last is taken: a comma where there is one column only.
    [b'\t', b';', b','].into_iter().max_by_key(|&one| count(one)).unwrap_or(b',')
}

/// Whether a row is the rest of the table, swallowed by a quotation mark without a second.
fn unclosed(row: &csv::StringRecord, text: &str) -> bool {
    let start = row.position().map_or(0, csv::Position::byte);
    let rest = usize::try_from(start).ok().and_then(|start| text.get(start..)).unwrap_or_default();
    let swallowed = row.iter().any(|cell| cell.contains('\n'));
    swallowed && rest.matches('"').count() % 2 == 1
}

/// The file as it is on disk; tables made on Windows part folders by a backslash.
fn on_disk(folder: &Path, name: &str) -> Option<PathBuf> {
    let found = |name: &str| folder.join(name).canonicalize().ok().filter(|path| path.is_file());
    found(name).or_else(|| found(&name.replace('\\', "/")))
}

#[cfg(test)]
mod tests;
