//! Tables of codes that people made → codes by coder. `docs/agreement.md` describes the table.
//!
//! A table that is off is refused as a whole, with the line: agreement over half a table would pass
//! for agreement. No message holds what stands in a cell but names of recordings and columns.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::agree::Loaded;
use super::table::{separator, unclosed};
use crate::agreement::{Coder, Codes, Column, Unit};
use crate::error::{Error, Result};
use crate::interchange;
use crate::lang::CharSpan;

/// What tables hold.
pub(super) struct Tables {
    /// In the order of their first lines.
    pub coders: Vec<Coder>,
    /// What a reader should know of them.
    pub notes: Vec<String>,
}

/// Reads tables about these recordings.
pub(super) fn read(paths: &[PathBuf], recordings: &[Loaded]) -> Result<Tables> {
    let mut reader = Reader { recordings, people: Vec::new(), notes: Vec::new() };
    for path in paths {
        let stem = |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let same = paths.iter().filter(|other| stem(other) == stem(path)).count();
        // anna/codes.csv and ben/codes.csv are two people's.
        let called = stem(path).filter(|_| same == 1);
        reader.table(path, &called.unwrap_or_else(|| path.display().to_string()))?;
    }
    let coders = reader.people.into_iter().map(Person::coder).collect();
    Ok(Tables { coders, notes: reader.notes })
}

/// A coder, while tables are read.
struct Person {
    coder: Coder,
    /// Columns in which they wrote a label; one they never used was not coded.
    used: BTreeSet<Column>,
    /// Where each unit stands.
    places: BTreeMap<Unit, (PathBuf, u64)>,
}

impl Person {
    fn coder(mut self) -> Coder {
        let unused = Column::CODES.into_iter().filter(|column| !self.used.contains(column));
        for column in unused {
            for codes in self.coder.codes.values_mut() {
                column.forget(codes);
            }
        }
        self.coder
    }
}

struct Reader<'r> {
    recordings: &'r [Loaded],
    people: Vec<Person>,
    notes: Vec<String>,
}

/// What is wrong with a line, and what to do.
type Wrong = (String, Cow<'static, str>);

/// What to do where the table as a whole is of another form.
const FORM: &str =
    "its first line names the columns; openfloor agree --sheet RESULT writes such a table";

impl Reader<'_> {
    fn table(&mut self, path: &Path, coder: &str) -> Result<()> {
        let bytes =
            fs::read(path).map_err(|source| Error::ReadFile { path: path.to_owned(), source })?;
        let whole = interchange::text(&bytes);
        // Spreadsheets understand a first line that names the separator, and some write it.
        let said = whole.split_once('\n').and_then(|(first, rest)| {
            let named = first.trim().strip_prefix("sep=")?.as_bytes();
            matches!(named, [b',' | b';' | b'\t']).then(|| (named[0], rest))
        });
        let (above, separator, text) = match said {
            Some((named, rest)) => (1, named, rest),
            None => (0, separator(&whole), whole.as_str()),
        };
        let fail = |line: u64, (wrong, remedy): Wrong| Error::Codes {
            path: path.to_owned(),
            line: line + above,
            wrong,
            remedy,
        };
        let mut rows = ::csv::ReaderBuilder::new()
            .delimiter(separator)
            .flexible(true)
            .trim(::csv::Trim::All)
            .has_headers(false)
            .from_reader(text.as_bytes())
            .into_records();
        // Text in memory of any number of cells: a row that cannot be read is the end of it.
        let header = rows.next().and_then(std::result::Result::ok).unwrap_or_default();
        let columns = Columns::new(&header, self.recordings).map_err(|wrong| fail(1, wrong))?;
        let (mut labels, mut other_words) = (0_u64, 0_u64);
        for row in rows.map_while(std::result::Result::ok) {
            if row.iter().all(str::is_empty) {
                continue;
            }
            let line = row.position().map_or(1, ::csv::Position::line);
            if unclosed(&row, text) {
                let remedy = "close it, or take it out";
                return Err(fail(line, ("a quotation mark is not closed".into(), remedy.into())));
            }
            let read = columns.line(&row, self.recordings).map_err(|wrong| fail(line, wrong))?;
            labels += read.used.len() as u64;
            other_words += u64::from(read.other_words);
            let name = read.coder.as_deref().unwrap_or(coder).to_owned();
            self.keep(&name, read, (path, line + above)).map_err(|wrong| fail(line, wrong))?;
        }
        if labels == 0 {
            let remedy = "fill in the sheet first; where there is none of a kind at all, write no";
            return Err(fail(1, ("no line of it holds a code".to_owned(), remedy.into())));
        }
        let file = path.display();
        if !columns.unknown.is_empty() {
            let named = columns.unknown.join(", ");
            self.notes
                .push(format!("{file}: columns that are not known were passed over: {named}"));
        }
        if other_words > 0 {
            self.notes.push(format!(
                "{file}: {other_words} lines have other words than the results; was the sheet made \
                 of another transcript?"
            ));
        }
        Ok(())
    }

    fn keep(&mut self, name: &str, line: Line, here: (&Path, u64)) -> Result<(), Wrong> {
        let known = self.people.iter().position(|person| person.coder.name == name);
        let nth = known.unwrap_or_else(|| {
            self.people.push(Person {
                coder: Coder { name: name.to_owned(), codes: BTreeMap::new() },
                used: BTreeSet::new(),
                places: BTreeMap::new(),
            });
            self.people.len() - 1
        });
        let person = &mut self.people[nth];
        let before = person.coder.codes.get(&line.unit).copied().unwrap_or_default();
        let Some(joined) = before.joined(&line.codes) else {
            let place = person.places.get(&line.unit).map_or_else(String::new, |(path, first)| {
                if path == here.0 {
                    format!(" on line {first}")
                } else {
                    format!(" on line {first} of {}", path.display())
                }
            });
            let wrong = format!("the same coder has other codes for this utterance{place}");
            return Err((wrong, "keep one of the two lines, or name the coder of each".into()));
        };
        person.coder.codes.insert(line.unit, joined);
        person.used.extend(line.used);
        person.places.entry(line.unit).or_insert_with(|| (here.0.to_owned(), here.1));
        Ok(())
    }
}

/// A line that was read.
struct Line {
    unit: Unit,
    coder: Option<String>,
    codes: Codes,
    used: Vec<Column>,
    other_words: bool,
}

/// Where the columns are.
struct Columns {
    all: usize,
    known: BTreeMap<Column, usize>,
    unknown: Vec<String>,
}

impl Columns {
    fn new(header: &::csv::StringRecord, recordings: &[Loaded]) -> Result<Self, Wrong> {
        let (mut known, mut unknown) = (BTreeMap::new(), Vec::new());
        for (at, name) in header.iter().enumerate() {
            match Column::named(name) {
                Some(column) => {
                    if known.insert(column, at).is_some() {
                        let name = column.name(false);
                        return Err((format!("there are two columns “{name}”"), "keep one".into()));
                    }
                }
                None if name.is_empty() => {}
                None => unknown.push(name.to_owned()),
            }
        }
        let missing = |column: Column| {
            (format!("there is no column “{}”", column.name(false)), Cow::from(FORM))
        };
        if !known.contains_key(&Column::Utterance) {
            return Err(missing(Column::Utterance));
        }
        if recordings.len() > 1 && !known.contains_key(&Column::Recording) {
            return Err(missing(Column::Recording));
        }
        if !known.keys().any(|column| column.is_code()) {
            let codes = Column::CODES.map(|column| column.name(false)).join(", ");
            let remedy = format!("code in one or more of the columns {codes}");
            return Err(("there is no column of codes".to_owned(), remedy.into()));
        }
        Ok(Self { all: header.len(), known, unknown })
    }

    fn cell<'r>(&self, row: &'r ::csv::StringRecord, column: Column) -> Option<&'r str> {
        row.get(*self.known.get(&column)?).filter(|cell| !cell.is_empty())
    }

    fn line(&self, row: &::csv::StringRecord, recordings: &[Loaded]) -> Result<Line, Wrong> {
        if row.len() > self.all {
            let remedy = "put text that holds the separator into quotation marks";
            return Err((format!("{} cells under {} columns", row.len(), self.all), remedy.into()));
        }
        let recording = self.recording(row, recordings)?;
        let loaded = &recordings[recording];
        let utterance = self.utterance(row, loaded)?;
        let part = self.part(row, loaded, utterance)?;
        let (mut codes, mut used) = (Codes::default(), Vec::new());
        for (&column, &at) in self.known.iter().filter(|(column, _)| column.is_code()) {
            let read = column.read(row.get(at).unwrap_or_default(), &mut codes);
            match read {
                Ok(true) => used.push(column),
                Ok(false) => {}
                Err(wrong) => {
                    let name = column.name(false);
                    let what = format!("the label in the column “{name}” is not known");
                    return Err((what, format!("write {}", wrong.allowed).into()));
                }
            }
        }
        let said = loaded.recording.utterance(utterance).filter(|_| part.is_none());
        let other_words = said
            .zip(self.cell(row, Column::Text))
            .is_some_and(|(said, written)| letters(&said.text) != letters(written));
        Ok(Line {
            unit: Unit { recording, utterance, part },
            coder: self.cell(row, Column::Coder).map(str::to_owned),
            codes,
            used,
            other_words,
        })
    }

    fn recording(&self, row: &::csv::StringRecord, recordings: &[Loaded]) -> Result<usize, Wrong> {
        let Some(name) = self.cell(row, Column::Recording) else {
            if recordings.len() == 1 {
                return Ok(0);
            }
            let remedy = "several results were named, so each line says which it is about";
            return Err(("no recording is named".to_owned(), remedy.into()));
        };
        let exact = matching(recordings, |one| one.recording.name == name);
        let found = if exact.len() == 1 { exact } else { matching(recordings, |one| one.is(name)) };
        match found[..] {
            [only] => Ok(only),
            [] => Err((
                format!("{name} is none of the recordings that were named"),
                "name its results on the command line, or take the line out".into(),
            )),
            _ => Err((
                format!("several of the results that were named are called {name}"),
                "write the recording as openfloor agree --sheet does for these results".into(),
            )),
        }
    }

    fn utterance(&self, row: &::csv::StringRecord, loaded: &Loaded) -> Result<u32, Wrong> {
        let Some(cell) = self.cell(row, Column::Utterance) else {
            return Err(("no utterance is named".into(), "write its number".into()));
        };
        let number: Option<u32> = cell.trim_start_matches('#').parse().ok();
        let Some(number) = number else {
            let remedy = "write its number as in transcript.json or the sheet";
            return Err(("the utterance is no number".to_owned(), remedy.into()));
        };
        if !loaded.heard.utterances.iter().any(|one| one.id == number) {
            let wrong = format!("{} has no utterance {number}", loaded.recording.name);
            let remedy = "take the number from transcript.json, or make the sheet anew";
            return Err((wrong, remedy.into()));
        }
        Ok(number)
    }

    fn part(
        &self,
        row: &::csv::StringRecord,
        loaded: &Loaded,
        utterance: u32,
    ) -> Result<Option<CharSpan>, Wrong> {
        let Some(cell) = self.cell(row, Column::Part) else { return Ok(None) };
        let wrong = || {
            let remedy = "write the first character and the one after the last, such as 0..29, \
                          counted from 0";
            ("the part is not within the utterance".to_owned(), Cow::from(remedy))
        };
        let plain = cell.replace("..", "-").replace(['–', '…'], "-");
        let (from, to) = plain.split_once('-').ok_or_else(wrong)?;
        let number = |text: &str| text.trim().parse::<u32>().map_err(|_| wrong());
        let (start, end) = (number(from)?, number(to)?);
        let length = loaded.recording.utterance(utterance).map(|one| one.text.chars().count());
        let within =
            length.is_none_or(|length| usize::try_from(end).is_ok_and(|end| end <= length));
        if start < end && within { Ok(Some(CharSpan { start, end })) } else { Err(wrong()) }
    }
}

fn matching(recordings: &[Loaded], is: impl Fn(&Loaded) -> bool) -> Vec<usize> {
    (0..recordings.len()).filter(|&nth| is(&recordings[nth])).collect()
}

/// A text without what spreadsheets change: marks, spaces, large and small.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
