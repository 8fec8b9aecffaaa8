//! The day of a session, and what says so.
//!
//! In order of belief: what the person said; the name of a file; the container; the file's own time.
//! The name comes before the container for three reasons: phones, Teams and OBS write the day of the
//! place, where a container counts in UTC and is a day off for an evening in America; a container's
//! time is of the last export as often as of the session; and a name is seen, so that a wrong one is
//! put right by renaming. Zoom's `GMT…` names are read as they stand, in UTC, and so is the file's
//! own time: the same files give the same day wherever they are analysed.

use std::fs;
use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::{Job, discover, publish};
use crate::session::{About, DateFrom};

/// Before this nobody recorded to a file; clocks that were never set start at 1904, 1970 or 1980.
const EARLIEST: Date = jiff::civil::date(1995, 1, 1);

/// A day and what says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Dated {
    date: Date,
    from: DateFrom,
}

/// A day as a person types it: `YYYY-MM-DD`.
///
/// # Errors
/// It is not; the sentence says how to write it.
pub fn typed(text: &str) -> Result<String, &'static str> {
    let date: Date = text.parse().map_err(|_| "write it as YYYY-MM-DD")?;
    Ok(date.to_string())
}

/// What is known of the session besides its sound. `recorded` is the container's time of recording,
/// RFC 3339 or civil, of the first file that has one.
pub(super) fn about(job: &Job, recorded: Option<&str>) -> About {
    let about = &job.options.about;
    if about.date.is_some() {
        return about.clone();
    }
    let found = chosen(around(job), recorded, latest());
    About {
        date: found.map(|found| found.date.to_string()),
        date_from: found.map(|found| found.from),
        ..about.clone()
    }
}

/// What of it belongs into the fingerprint of the session: it is not in the bytes of the files.
pub(super) fn print(job: &Job) -> Option<(String, DateFrom)> {
    around(job).map(|found| (found.date.to_string(), found.from))
}

/// The day that is not in the bytes of the files: by their names, else by the time of the first.
fn around(job: &Job) -> Option<Dated> {
    if job.options.about.date.is_some() {
        return None;
    }
    let latest = latest();
    let names = job.inputs.iter().find_map(|input| of_path(&input.path, latest));
    if let Some(date) = names {
        return Some(Dated { date, from: DateFrom::FileName });
    }
    let modified =
        fs::metadata(&job.inputs.first()?.path).and_then(|facts| facts.modified()).ok()?;
    let date = Timestamp::try_from(modified).ok()?.to_zoned(TimeZone::UTC).date();
    believed(date, latest).map(|date| Dated { date, from: DateFrom::Mtime })
}

fn chosen(around: Option<Dated>, recorded: Option<&str>, latest: Date) -> Option<Dated> {
    let named = around.filter(|found| found.from == DateFrom::FileName);
    let recorded = || {
        let date = recorded?.get(..10)?.parse().ok()?;
        believed(date, latest).map(|date| Dated { date, from: DateFrom::Container })
    };
    named.or_else(recorded).or(around)
}

/// Tomorrow in UTC: today somewhere.
fn latest() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date().saturating_add(1.day())
}

fn believed(date: Date, latest: Date) -> Option<Date> {
    (EARLIEST..=latest).contains(&date).then_some(date)
}

/// The day in a file's name; or in its folder's, where that has a time too: Zoom puts
/// `audio1234567890.m4a` into `2026-03-12 14.00.12 Anna's Zoom Meeting`, and the tracks of the people
/// into a folder in it.
fn of_path(path: &Path, latest: Date) -> Option<Date> {
    of_name(&publish::file_name(path), latest).or_else(|| {
        let path = path.canonicalize().ok()?;
        let folder = path.parent()?;
        let inner = discover::is_tracks_folder(folder);
        let folder = publish::file_name(if inner { folder.parent()? } else { folder });
        let found = in_name(&folder, latest);
        alike(found.iter().filter(|found| found.time))
    })
}

/// The day in the name of a file, as recorders, phones and meeting programs write it. Of several,
/// the one with a time of day; `None` where they still differ, or where day and month could be
/// either.
fn of_name(name: &str, latest: Date) -> Option<Date> {
    let found = in_name(name, latest);
    let timed = alike(found.iter().filter(|found| found.time));
    if found.iter().any(|found| found.time) { timed } else { alike(found.iter()) }
}

fn alike<'a>(mut found: impl Iterator<Item = &'a InName>) -> Option<Date> {
    let first = found.next()?.date;
    found.all(|other| other.date == first).then_some(first)
}

/// A day in a name.
#[derive(Debug, Clone, Copy)]
struct InName {
    date: Date,
    /// A time of day follows.
    time: bool,
}

/// A run of digits and what stands before it.
#[derive(Debug, Clone, Copy)]
struct Run<'a> {
    before: &'a str,
    digits: &'a str,
}

impl Run<'_> {
    fn is(&self, length: usize) -> bool {
        self.digits.len() == length
    }

    fn number(&self, from: usize, to: usize) -> Option<i16> {
        self.digits.get(from..to)?.parse().ok()
    }
}

fn runs(name: &str) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    let mut rest = name;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, digits) = rest.split_at(start);
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        runs.push(Run { before, digits: &digits[..end] });
        rest = &digits[end..];
    }
    runs
}

fn in_name(name: &str, latest: Date) -> Vec<InName> {
    let runs = runs(name);
    let mut found = Vec::new();
    let mut at = 0;
    while at < runs.len() {
        let (date, time, took) = read(&runs[at..]);
        found
            .extend(date.and_then(|date| believed(date, latest)).map(|date| InName { date, time }));
        at += took;
    }
    found
}

/// Reads what the first runs are: a day or none, whether a time follows, and how many runs that took.
/// A longer run than a day and a time is a number: a telephone's, a meeting's.
fn read(runs: &[Run<'_>]) -> (Option<Date>, bool, usize) {
    let parted = matches!(runs, [_, b, c, ..] if b.before == c.before
        && matches!(b.before, "-" | "." | "_" | " "));
    match runs {
        // 2026-03-12
        [a, b, c, rest @ ..] if parted && a.is(4) && b.is(2) && c.is(2) => {
            let date = day(a.number(0, 4), b.number(0, 2), c.number(0, 2));
            (date, is_time(rest), 3)
        }
        // 25-03-2026, 03-25-2026; 12-03-2026 may be March or December.
        [a, b, c, rest @ ..] if parted && a.is(2) && b.is(2) && c.is(4) => {
            let (a, b, year) = (a.number(0, 2), b.number(0, 2), c.number(0, 4));
            let readings = (day(year, b, a), day(year, a, b));
            let date = match readings {
                (Some(one), Some(other)) => Some(one).filter(|_| one == other),
                (one, other) => one.or(other),
            };
            (date, is_time(rest), 3)
        }
        // 20260312
        [a, rest @ ..] if a.is(8) => (compact(a), is_time(rest), 1),
        // 20260312140000, with or without milliseconds
        [a, ..] if a.is(14) || a.is(17) => {
            let date = compact(a).filter(|_| is_clock(a.number(8, 10), a.number(10, 12)));
            (date, true, 1)
        }
        // 260312_140000, 260312_0012: dictation machines, and a phone's recorder
        [a, b, ..]
            if a.is(6)
                && b.before == "_"
                && !a.before.ends_with(char::is_alphanumeric)
                && (b.is(4) || is_time(&runs[1..])) =>
        {
            let year = a.number(0, 2).map(|year| 2000 + year);
            (day(year, a.number(2, 4), a.number(4, 6)), b.is(6), 2)
        }
        _ => (None, false, 1),
    }
}

fn compact(run: &Run<'_>) -> Option<Date> {
    day(run.number(0, 4), run.number(4, 6), run.number(6, 8))
}

fn day(year: Option<i16>, month: Option<i16>, day: Option<i16>) -> Option<Date> {
    Date::new(year?, i8::try_from(month?).ok()?, i8::try_from(day?).ok()?).ok()
}

/// Whether what follows a day is a time of day: `_140000`, ` 14.00.12`, ` at 14.00.12`, `T14`…
fn is_time(runs: &[Run<'_>]) -> bool {
    let Some(first) = runs.first() else { return false };
    if !matches!(first.before, "_" | "-" | " " | "T" | "." | " at " | " à ") {
        return false;
    }
    match (first.digits.len(), runs.get(1)) {
        // With milliseconds, as some cameras write it.
        (6 | 9, _) => is_clock(first.number(0, 2), first.number(2, 4)),
        (2, Some(second)) if second.is(2) && second.before.chars().count() == 1 => {
            is_clock(first.number(0, 2), second.number(0, 2))
        }
        _ => false,
    }
}

fn is_clock(hour: Option<i16>, minute: Option<i16>) -> bool {
    hour.is_some_and(|hour| hour < 24) && minute.is_some_and(|minute| minute < 60)
}

#[cfg(test)]
mod tests;
