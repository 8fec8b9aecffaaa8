//! `sessions.csv`: a row a session, for a spreadsheet.
//!
//! In: [`Sessions`]. Out: UTF-8 text with commas and a header of fixed names; for each fundamental
//! its figure, the ends of its likely span and where it falls, in the words of the page. A share is
//! from 0 to 1. What is not measured is empty, never 0. A cell that a spreadsheet would take for a
//! formula is not one.

use super::groups::{Entry, Sessions, client, coach};
use crate::report::rows::status_words;
use crate::report::text::clean;
use crate::report::words::Words;
use crate::session::Language;

/// The table.
#[must_use]
pub fn csv(sessions: &Sessions) -> String {
    let ids = sessions.fundamentals();
    let fixed = ["date", "coach", "client", "profile", "language", "length_s"];
    let mut header: Vec<String> = fixed.iter().map(ToString::to_string).collect();
    for id in &ids {
        let id = text(id);
        header.extend([id.clone(), format!("{id}_low"), format!("{id}_high")]);
        header.push(format!("{id}_status"));
    }
    header.extend(["definitions".to_owned(), "file".to_owned(), "report".to_owned()]);
    let mut table = ::csv::Writer::from_writer(Vec::new());
    let rows = sessions.entries.iter().map(|entry| row(sessions.words, &ids, entry));
    for row in std::iter::once(header).chain(rows) {
        // Rows of one length into memory: nothing that could fail.
        drop(table.write_record(row));
    }
    table.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

fn row(words: &'static Words, ids: &[&str], entry: &Entry) -> Vec<String> {
    let record = &entry.record;
    let name = |name: Option<String>| name.map_or_else(String::new, |name| text(&name));
    let length = record.source.duration_ms.map(|length| (length.0 + 500) / 1000);
    let mut row = vec![
        record.day().map_or_else(String::new, |day| day.to_string()),
        name(coach(record)),
        name(client(record)),
        text(&record.profile),
        language(record.source.language).to_owned(),
        length.map_or_else(String::new, |seconds| seconds.to_string()),
    ];
    for id in ids {
        let reading = record.reading(id);
        let measured = reading.and_then(|reading| reading.measured.ok());
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        let (low, high) = measured.and_then(|one| one.span).unzip();
        row.extend([number(measured.map(|one| one.value)), number(low), number(high)]);
        row.push(match (reading, measured) {
            (_, Some(one)) => status_words(words, one.status, one.firm).to_owned(),
            (Some(_), None) => words.not_measured.to_owned(),
            (None, None) => String::new(),
        });
    }
    row.push(record.definitions_version.to_string());
    row.push(text(&record.file_names().join(" + ")));
    row.push(text(entry.report.as_deref().unwrap_or_default()));
    row
}

/// As it stands in artefacts.
pub(super) fn language(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::Fr => "fr",
        Language::Other => "other",
    }
}

/// One line of text that is no formula: a cell that starts as one gets an apostrophe, as OWASP
/// advises ("CSV Injection"); the wide forms of the signs are read as the signs by some programs.
pub(in crate::report) fn text(cell: &str) -> String {
    let formula = cell.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ]);
    let cell = clean(cell);
    if formula { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_take_for_a_formula_is_text() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\u{ff1d}1"] {
            assert!(text(cell).starts_with('\''), "{cell:?}");
        }
        assert_eq!(text("Zoé-Anne = @home"), "Zoé-Anne = @home");
    }
}
