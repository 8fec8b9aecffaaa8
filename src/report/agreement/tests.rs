//! Two people and a short session, worked out by hand.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Study, json as document, sheet, terminal};
use crate::agreement::{Asked, Coder, Codes, Recording, Unit, study};
use crate::analysis::Profile;
use crate::report::sample;
use crate::session::Session;

const SCHEMA: &str = include_str!("../../../schemas/agreement.schema.json");

fn recording(session: Session) -> Recording {
    Recording::new("talk.wav".to_owned(), session, &Profile::built_in("coaching").unwrap())
}

/// A coder who codes what the tool codes, but for `change`.
fn coder(name: &str, recording: &Recording, change: impl Fn(u32, &mut Codes)) -> Coder {
    let codes: BTreeMap<Unit, Codes> = recording
        .coded()
        .map(|(_, said)| {
            let unit = Unit { recording: 0, utterance: said.id, part: None };
            let mut codes = recording.codes(&unit).unwrap();
            change(said.id, &mut codes);
            (unit, codes)
        })
        .collect();
    Coder { name: name.to_owned(), codes }
}

fn errors(document: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    validator.iter_errors(document).map(|e| format!("{}: {e}", e.instance_path())).collect()
}

fn with<T>(coders: &[Coder], recordings: &[Recording], look: impl Fn(&Study<'_>) -> T) -> T {
    let agreement = study(recordings, coders);
    look(&Study {
        recordings,
        coders,
        agreement: &agreement,
        notes: &["a note".to_owned()],
        corrected: false,
        tool_version: "0.1.0",
    })
}

fn value(study: &Study<'_>) -> Value {
    serde_json::from_str(&document(study).unwrap()).unwrap()
}

/// The value of an aspect in the figures of a comparison.
fn of<'v>(comparison: &'v Value, aspect: &str) -> &'v Value {
    let figures = comparison["figures"].as_array().unwrap();
    figures.iter().find(|one| one["aspect"] == aspect).unwrap()
}

#[test]
fn who_codes_as_the_tool_does_agrees_with_it_and_the_document_is_as_its_schema_says() {
    let recordings = [recording(sample::english().1)];
    let same = coder("anna", &recordings[0], |_, _| {});
    let document = with(&[same], &recordings, value);
    assert_eq!(errors(&document), Vec::<String>::new());
    let anna = &document["tool"]["with_each"][0];
    assert_eq!(of(anna, "openness")["kappa"]["value"], json!(1.0));
    assert_eq!(of(anna, "question")["found"]["f1"], json!(1.0));
    assert_eq!(document["differs"], json!([]));
    assert_eq!(document["open_share"]["mean_error"], json!(0.0));
    assert_eq!(document["tool"]["with_everyone"], Value::Null);
    let mut wrong = document.clone();
    wrong["tool"]["with_each"][0]["figures"][0]["kappa"] =
        json!({"value": null, "standard_error": null, "low": null, "high": null, "reason": null});
    assert!(!errors(&wrong).is_empty(), "null without a reason");
}

#[test]
fn three_coders_have_a_majority_and_what_they_differ_on_is_shown_with_its_words() {
    let recordings = [recording(sample::english().1)];
    let asking = |asked| {
        move |id, codes: &mut Codes| {
            if id == first_question(&recordings_of_sample()) {
                codes.question = Some(asked);
            }
        }
    };
    let coders = [
        coder("anna", &recordings[0], asking(Asked::No)),
        coder("ben", &recordings[0], asking(Asked::No)),
        coder("zoé", &recordings[0], |_, _| {}),
    ];
    let document = with(&coders, &recordings, value);
    assert_eq!(errors(&document), Vec::<String>::new());
    let kappa = |comparison: &Value| of(comparison, "question")["kappa"]["value"].as_f64().unwrap();
    let most = &document["tool"]["with_majority"];
    assert!(of(most, "question")["same"].as_f64().unwrap() < 1.0);
    assert!((kappa(&document["tool"]["with_each"][2]) - 1.0).abs() < 1e-9);
    // Each unit three times: no interval, and the reason.
    let everyone = &of(&document["tool"]["with_everyone"], "question")["kappa"];
    assert_eq!((&everyone["low"], &everyone["reason"]), (&Value::Null, &json!("counted_again")));
    // The session has one question. Anna and Ben find none at all, so no pair has a kappa.
    let mean = &document["coders_together"]["mean"][0];
    assert_eq!((&mean["pairs"], &mean["reason"]), (&json!(0), &json!("one_class")));
    let differs = document["differs"].as_array().unwrap();
    assert_eq!(differs.len(), 1);
    assert_eq!(differs[0]["coders"][0]["codes"]["question"], json!("none"));
    let text = with(&coders, &recordings, |study| terminal(study, 20));
    let words = differs[0]["text"].as_str().unwrap();
    let words: Vec<&str> = words.split_whitespace().take(3).collect();
    assert!(text.contains(&words.join(" ")) && text.contains("anna none"), "{text}");
    assert!(!text.contains("NaN") && text.contains("Note: a note"), "{text}");
    let silent = with(&coders, &recordings, |study| terminal(study, 0));
    assert!(!silent.contains(&words.join(" ")), "{silent}");
}

fn recordings_of_sample() -> Recording {
    recording(sample::english().1)
}

fn first_question(recording: &Recording) -> u32 {
    let asks = |id: u32| {
        let codes = recording.codes(&Unit { recording: 0, utterance: id, part: None }).unwrap();
        codes.question != Some(Asked::No)
    };
    recording.coded().map(|(_, said)| said.id).find(|&id| asks(id)).unwrap()
}

#[test]
fn the_sheet_has_the_coachs_words_and_none_of_the_tools_codes() {
    let recording = recording(sample::french().1);
    let sheet = sheet(std::slice::from_ref(&recording));
    assert!(sheet.starts_with("\u{feff}enregistrement,énoncé,"), "{sheet}");
    let mut rows = ::csv::Reader::from_reader(sheet.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<_> = rows.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), recording.coded().count());
    for (row, (_, said)) in rows.iter().zip(recording.coded()) {
        assert_eq!(&row[0], "talk.wav");
        assert_eq!(row[1], said.id.to_string());
        assert_eq!(&row[5], said.text.as_str());
        assert!((6..row.len()).all(|cell| row[cell].is_empty()), "{row:?}");
    }
}
