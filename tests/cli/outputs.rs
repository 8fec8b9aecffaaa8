//! What a run leaves and prints: held against the schemas, private, of no particular machine.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;

use crate::support::{
    ARTEFACTS, GIVEN, PACKAGE, Place, RESULTS, counts, finished, french, json, silence, walk,
    warnings,
};

/// Holds a document against its schema.
#[track_caller]
pub fn holds(schema: &str, document: &Value) {
    let path = Path::new(PACKAGE).join("schemas").join(format!("{schema}.schema.json"));
    let validator = jsonschema::draft202012::new(&json(path)).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new(), "{schema}");
}

#[test]
fn results_are_as_their_schemas_say() {
    for schema in ["analysis", "session", "transcript", "run"] {
        holds(schema, &json(finished().join(format!("{schema}.json"))));
    }
}

#[test]
fn results_without_speech_are_as_their_schemas_say() {
    let place = Place::new();
    silence(&place.path("talk.wav"), 1);
    place.analyze(["talk.wav"]).exits(0);
    for schema in ["analysis", "session", "transcript", "run"] {
        holds(schema, &json(place.talk(&format!("{schema}.json"))));
    }
}

#[test]
fn with_json_standard_output_is_one_document_a_line_an_input() {
    let place = Place::with_finished_talk();
    fs::create_dir(place.path("empty")).unwrap();
    place.write("bad.wav", "text");
    let line = [&["talk.wav", "bad.wav", "nowhere.wav", "empty", "--json"][..], &GIVEN].concat();
    let said = place.analyze(line).exits(3);
    assert_eq!(said.err.lines().count(), 3, "{}", said.err);
    let documents: Vec<Value> =
        said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(documents.len(), 4, "{}", said.out);
    let mut failed = Vec::new();
    for document in &documents {
        if document["schema"] == "openfloor.analysis/1" {
            holds("analysis", document);
            assert_eq!(*document, json(place.talk("analysis.json")));
        } else {
            holds("failure", document);
            failed.push(document["source"].as_str().unwrap());
            let source = document["source"].as_str().unwrap();
            assert!(document["error"].as_str().unwrap().contains(source), "{document}");
        }
    }
    failed.sort_unstable();
    assert_eq!(failed, ["bad.wav", "empty", "nowhere.wav"]);
}

#[test]
fn with_json_a_fresh_run_prints_nothing_else_either() {
    let place = Place::new();
    silence(&place.path("talk.wav"), 1);
    let said = place.run(["analyze", "talk.wav", "--json"]).exits(0);
    assert_eq!(said.out, fs::read_to_string(place.talk("analysis.json")).unwrap());
    assert!(said.err.starts_with("talk.wav: reading the sound\n"), "{}", said.err);
}

#[test]
fn results_are_for_their_owner_only() {
    let place = Place::with_heard_talk();
    // A folder that was there with other rights is not the test: a fresh one is.
    fs::remove_dir_all(place.path(RESULTS)).unwrap();
    silence(&place.path("talk.wav"), 1);
    place.analyze(["talk.wav", "--out", "a/b"]).exits(0);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let results = place.path("a/b").join(RESULTS);
    assert_eq!(mode(&results), 0o700);
    let mut files = 0;
    walk(&results, &mut |path| {
        let wanted = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(path), wanted, "{}", path.display());
        files += 1;
    });
    assert!(files > 7);
    // No copy of the sound, and nothing half written.
    let names: Vec<String> = fs::read_dir(results.join("stages"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    let stages = ["speech.json", "words.jsonl", "melody.json", "coding.json", "reading.json"];
    assert!(names.iter().all(|name| stages.contains(&name.as_str())), "{names:?}");
}

#[test]
fn artefacts_hold_no_path_and_no_clock() {
    let year = json(finished().join("run.json"))["started"].as_str().unwrap()[..11].to_owned();
    let stages = ["stages/speech.json", "stages/words.jsonl"];
    for name in ARTEFACTS.iter().chain(&stages) {
        let text = fs::read_to_string(finished().join(name)).unwrap();
        let temporary = std::env::temp_dir();
        for path in [temporary.to_str().unwrap(), PACKAGE, "/home/", "openfloor-cli", ".home"] {
            assert!(!text.contains(path), "{name} holds {path}");
        }
        assert!(!text.contains(&year), "{name} holds the time of its run");
    }
}

#[test]
fn the_page_is_self_contained() {
    let page = fs::read_to_string(finished().join("report.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") || page.starts_with("<!DOCTYPE html>"));
    assert!(page.contains("Content-Security-Policy"));
    for outside in ["http://", "https://", "src=\"//", "href=\"//", "@import", "url(//"] {
        // The names of XML namespaces are no addresses.
        let page = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!page.contains(outside), "the page mentions {outside}");
    }
}

#[test]
fn subtitles_and_transcript_hold_what_was_said() {
    let subtitles = fs::read_to_string(finished().join("transcript.vtt")).unwrap();
    assert!(subtitles.starts_with("WEBVTT\n"), "{subtitles:.80}");
    assert!(subtitles.contains("<v Coach>") && subtitles.contains("<v Coachee>"), "{subtitles}");
    assert!(subtitles.to_lowercase().contains("out of breath"), "{subtitles}");
    let transcript = json(finished().join("transcript.json"));
    assert_eq!(transcript["language"], "en");
    let roles: Vec<&str> = transcript["speakers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|speaker| speaker["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["coach", "coachee"]);
}

#[test]
fn the_summary_fits_a_screen_and_ends_with_the_report() {
    let place = Place::with_heard_talk();
    let said = place.analyze_talk(&[]).exits(0);
    assert!(said.out.trim_end().ends_with("talk.wav.openfloor/report.html"), "{}", said.out);
    assert!(said.out.lines().count() <= 44, "{}", said.out);
    assert!(!said.out.contains('\u{1b}'), "colour without a terminal");
    assert_eq!(counts(&place.path(RESULTS)), [0, 0, 0]);
}

#[test]
fn what_a_person_says_about_the_session_is_in_its_results() {
    let place = Place::with_heard_talk();
    let about =
        ["--date", "2026-03-01", "--coach-name", "Anna <b>", "--client", "\u{201c}K\u{201d}"];
    place.analyze_talk(&about).exits(0);
    let session = json(place.talk("analysis.json"))["session"].clone();
    assert_eq!(session["date"], "2026-03-01");
    assert_eq!(session["date_from"], "option");
    assert_eq!(
        (&session["coach"], &session["client"]),
        (&"Anna <b>".into(), &"\u{201c}K\u{201d}".into())
    );
    let page = fs::read_to_string(place.talk("report.html")).unwrap();
    assert!(!page.contains("Anna <b>"), "a name is escaped");
}

#[test]
fn a_french_session_is_found_to_be_french_and_the_model_weak_in_it() {
    let place = Place::new();
    fs::copy(french(), place.path("seance.wav")).unwrap();
    let said = place.analyze(["seance.wav", "--coach", "left"]).exits(0);
    assert!(said.out.contains("français"), "{}", said.out);
    let results = place.path("seance.wav.openfloor");
    let analysis = json(results.join("analysis.json"));
    assert_eq!(analysis["source"]["language"], "fr");
    assert!(warnings(&results).contains(&"model_weak_in_language".to_owned()));
    let page = fs::read_to_string(results.join("report.html")).unwrap();
    assert!(page.contains("lang=\"fr\""), "the page is in French");
    for schema in ["analysis", "session", "transcript"] {
        holds(schema, &json(results.join(format!("{schema}.json"))));
    }
}
