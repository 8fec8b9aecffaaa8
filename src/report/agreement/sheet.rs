//! The sheet to code blind: what the coach says and what was said before, and empty cells.

use crate::agreement::{Column, Recording};
use crate::report::numbers::place;
use crate::report::sessions::cell;
use crate::report::text::ending;
use crate::session::{Language, Span, Utterance};

/// So much of what was said before is shown.
const BEFORE_WORDS: usize = 60;
const BEFORE_CHARS: usize = 600;

/// Columns of the sheet. The strict rule and parts of utterances are for those who want them.
const COLUMNS: [Column; 14] = [
    Column::Recording,
    Column::Utterance,
    Column::Speaker,
    Column::Time,
    Column::Before,
    Column::Text,
    Column::Coder,
    Column::Question,
    Column::Prescriptive,
    Column::Reflection,
    Column::Information,
    Column::Affirmation,
    Column::Backchannel,
    Column::Permission,
];

/// The sheet of these recordings: CSV with commas, UTF-8 with its mark, which spreadsheets need to see
/// accents. French where all recordings are.
#[must_use]
pub fn sheet(recordings: &[Recording]) -> String {
    let french = recordings.iter().all(|one| one.session.source.language == Language::Fr);
    let mut table = ::csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    let header: Vec<String> = COLUMNS.iter().map(|column| column.name(french).to_owned()).collect();
    let rows = recordings.iter().flat_map(|recording| {
        recording.coded().map(move |(nth, said)| {
            COLUMNS.iter().map(|&column| filled(column, recording, nth, said)).collect()
        })
    });
    for row in std::iter::once(header).chain(rows) {
        // Rows of one length into memory: nothing that could fail.
        drop(table.write_record(row));
    }
    table.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

fn filled(column: Column, recording: &Recording, nth: usize, said: &Utterance) -> String {
    match column {
        Column::Recording => cell(&recording.name),
        Column::Utterance => said.id.to_string(),
        Column::Speaker => {
            let speakers = &recording.session.speakers;
            let known = speakers.iter().find(|one| one.id == said.speaker);
            let name = known.and_then(|one| one.name.clone());
            cell(&name.unwrap_or_else(|| said.speaker.to_string()))
        }
        Column::Time => said.time().map(Span::start).map(place).unwrap_or_default(),
        Column::Before => {
            // Since this speaker last had the word.
            let others = recording.session.utterances[..nth].iter().rev();
            let others = others.take_while(|one| one.speaker != said.speaker);
            let mut texts: Vec<&str> = others.map(|one| one.text.as_str()).collect();
            texts.reverse();
            cell(&ending(&texts.join(" "), BEFORE_WORDS, BEFORE_CHARS))
        }
        Column::Text => cell(&said.text),
        _ => String::new(),
    }
}
