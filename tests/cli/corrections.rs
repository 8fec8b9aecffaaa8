//! Corrections by hand: `mark`, `speakers`, `report`, and what becomes of `edits.json`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{PACKAGE, Place, RESULTS, json, same_artefacts};

fn analysis(place: &Place) -> Value {
    json(place.talk("analysis.json"))
}

/// The first moment of a kind.
fn moment<'a>(analysis: &'a Value, kind: &str) -> &'a Value {
    let moments = analysis["moments"].as_array().unwrap();
    moments.iter().find(|moment| moment["kind"] == kind).expect("a moment of the kind")
}

fn value(analysis: &Value, id: &str) -> Option<f64> {
    let metrics = analysis["metrics"].as_array().unwrap();
    let metric = metrics.iter().find(|one| one["id"] == id && one["subject"] == "coach");
    metric.expect(id)["value"].as_f64()
}

#[test]
fn a_report_is_made_again_without_sound_or_models_and_is_the_same() {
    let place = Place::with_finished_talk();
    let other = Place::with_finished_talk();
    fs::remove_file(place.path("talk.wav")).unwrap();
    for name in ["report.html", "transcript.json", "transcript.vtt", "analysis.json"] {
        fs::remove_file(place.talk(name)).unwrap();
    }
    let mut command = place.command(["report", RESULTS]);
    let said = crate::support::Said::of(command.env("OPENFLOOR_MODELS", "/nowhere")).exits(0);
    assert!(said.out.contains("The fundamentals") && said.out.contains("report.html"));
    same_artefacts(&place.path(RESULTS), &other.path(RESULTS));
}

#[test]
fn a_rejected_question_leaves_the_count_and_comes_back() {
    let place = Place::with_finished_talk();
    let before = analysis(&place);
    let question = moment(&before, "question")["id"].as_str().unwrap().to_owned();
    let asked = value(&before, "question_count").unwrap();
    place.run(["mark", RESULTS, &question, "--reject"]).exits(0);
    let without = analysis(&place);
    assert_eq!(value(&without, "question_count"), Some(asked - 1.0));
    assert_eq!(moment(&without, "question")["rejected"], true);
    let page = fs::read_to_string(place.talk("report.html")).unwrap();
    assert!(page.contains("Taken out by hand") && page.contains("1 correction was made by hand"));
    // By its place, and from the recording's own name.
    place.run(["mark", "talk.wav", &question, "--restore"]).exits(0);
    assert_eq!(value(&analysis(&place), "question_count"), Some(asked));
    assert_eq!(fs::read_to_string(place.talk("edits.json")).unwrap().lines().count(), 3);
}

#[test]
fn a_moment_with_another_label_counts_as_that() {
    let place = Place::with_finished_talk();
    let before = analysis(&place);
    let question = moment(&before, "question");
    let (id, at) = (question["id"].as_str().unwrap(), question["start_ms"].as_u64().unwrap());
    let phrases = value(&before, "prescriptive_count_level_3").unwrap();
    let second = format!("{}:{:02}", at / 60_000, at / 1000 % 60);
    place.run(["mark", RESULTS, id, "--as", "directive", "--note", "heard twice"]).exits(0);
    let after = analysis(&place);
    let schema = json(Path::new(PACKAGE).join("schemas/analysis.schema.json"));
    assert!(jsonschema::draft202012::new(&schema).unwrap().is_valid(&after));
    assert_eq!(value(&after, "prescriptive_count_level_3"), Some(phrases + 1.0));
    assert_eq!(moment(&after, "prescriptive")["corrected"], true);
    let page = fs::read_to_string(place.talk("report.html")).unwrap();
    assert!(page.contains("heard twice"));
    assert_eq!(after["edits"]["lost"], Value::Array(Vec::new()));
    let listed = place.run(["mark", RESULTS]).exits(0).out;
    assert!(listed.contains("prescriptive, level 3, corrected"), "{listed}");
    assert!(listed.lines().any(|line| line.trim_start().starts_with(&second)), "{listed}");
}

#[test]
fn roles_are_swapped_and_names_given() {
    let place = Place::with_finished_talk();
    let share = value(&analysis(&place), "coach_talk_share").unwrap();
    let said = place.run(["speakers", RESULTS, "--swap", "--name", "S1=Anna"]).exits(0);
    assert!(said.out.contains("S1   coachee") && said.out.contains("Anna"), "{}", said.out);
    // By something each of them said, with its time, a person knows them.
    let said_by = |id: &str| {
        let utterances = json(place.talk("session.json"))["utterances"].clone();
        let of = utterances.as_array().unwrap().iter().find(|one| one["speaker"] == id).cloned();
        of.unwrap()["text"].as_str().unwrap().split(' ').next().unwrap().to_owned()
    };
    for id in ["S1", "S2"] {
        assert!(said.out.contains(&format!("“{}", said_by(id))), "{}", said.out);
    }
    assert!(said.out.lines().any(|line| line.trim_start().starts_with("0:0")), "{}", said.out);
    let swapped = analysis(&place);
    assert!((value(&swapped, "coach_talk_share").unwrap() - (1.0 - share)).abs() < 1e-9);
    assert_eq!(swapped["speakers"][1]["role_evidence"]["from"], "edit");
    let page = fs::read_to_string(place.talk("report.html")).unwrap();
    assert!(page.contains("Anna · Coachee"));
    // The page as it would be the other way round lies ready in it.
    assert_eq!(page.matches("<template").count(), 1);
    place.run(["speakers", RESULTS, "--swap"]).exits(0);
    let back = analysis(&place);
    assert!((value(&back, "coach_talk_share").unwrap() - share).abs() < 1e-9);
}

#[test]
fn what_is_off_the_record_is_in_no_output() {
    let place = Place::with_finished_talk();
    let transcript = json(place.talk("transcript.json"));
    let first = &transcript["utterances"][0];
    let text = first["text"].as_str().unwrap().to_owned();
    let end = first["end_ms"].as_u64().unwrap().div_ceil(1000);
    let stretch = format!("0:00-0:{end:02}");
    place.run(["mark", RESULTS, "--exclude", &stretch]).exits(0);
    for name in ["transcript.json", "transcript.vtt", "report.html", "analysis.json"] {
        let file = fs::read_to_string(place.talk(name)).unwrap();
        assert!(!file.contains(&text), "{name}");
    }
    let page = fs::read_to_string(place.talk("report.html")).unwrap();
    assert!(page.contains("data-cuts=\"0-"));
    place.run(["mark", RESULTS, "--include", &stretch]).exits(0);
    assert_eq!(json(place.talk("transcript.json")), transcript);
}

#[test]
fn mended_words_are_coded_again() {
    let place = Place::with_finished_talk();
    let before = analysis(&place);
    let question = moment(&before, "question")["id"].as_str().unwrap().to_owned();
    place
        .run(["mark", RESULTS, &question, "--text", "You should ask your manager about it."])
        .exits(0);
    let after = analysis(&place);
    let asked = value(&before, "question_count").unwrap();
    assert_eq!(value(&after, "question_count"), Some(asked - 1.0));
    assert!(fs::read_to_string(place.talk("transcript.vtt")).unwrap().contains("You should ask"));
}

#[test]
fn corrections_outlive_another_analysis_and_another_profile() {
    let place = Place::with_finished_talk();
    let question = moment(&analysis(&place), "question")["id"].as_str().unwrap().to_owned();
    place.run(["mark", RESULTS, &question, "--reject"]).exits(0);
    let corrected = analysis(&place);
    let said = place.analyze_talk(&[]).exits(0);
    assert!(said.out.contains("already analysed"), "{}", said.out);
    place.analyze_talk(&["--profile", "lead"]).exits(0);
    let again = analysis(&place);
    assert_eq!(again["profile"], "lead");
    assert_eq!(value(&again, "question_count"), value(&corrected, "question_count"));
    // And the report goes on being read so.
    place.run(["report", RESULTS]).exits(0);
    assert_eq!(analysis(&place)["profile"], "lead");
    place.run(["report", RESULTS, "--profile", "coaching"]).exits(0);
    assert_eq!(analysis(&place), corrected);
}

#[test]
fn a_report_is_written_in_another_language_when_asked_and_stays_so() {
    let place = Place::with_finished_talk();
    place.run(["report", RESULTS, "--report-language", "fr"]).exits(0);
    let french =
        || fs::read_to_string(place.talk("report.html")).unwrap().contains("<html lang=\"fr\"");
    assert!(french());
    place.run(["speakers", RESULTS, "--swap"]).exits(0);
    assert!(french());
    place.run(["report", RESULTS, "--report-language", "en"]).exits(0);
    assert!(!french());
}

#[test]
fn lines_that_cannot_be_read_are_said_and_kept() {
    let place = Place::with_finished_talk();
    let lines = "{\"schema\":\"openfloor.edits/1\"}\n{\"edit\":\"sing\"}\n\
                 {\"edit\":\"exclude_span\",\"start_ms\":900000,\"end_ms\":910000}\n{\"edit\":\"set_r";
    fs::write(place.talk("edits.json"), lines).unwrap();
    place.run(["report", RESULTS]).exits(0);
    let edits = &analysis(&place)["edits"];
    assert_eq!((&edits["unread"], &edits["count"]), (&Value::from(2), &Value::from(1)));
    let page = fs::read_to_string(place.talk("report.html")).unwrap();
    assert!(page.contains("2 lines of edits.json could not be read"));
    assert!(page.contains("1 correction no longer finds its place"));
    assert!(page.contains("stretch off the record (15:00)"));
    assert_eq!(fs::read_to_string(place.talk("edits.json")).unwrap(), lines);
}

#[test]
fn damaged_results_give_one_sentence_and_lose_nothing() {
    let place = Place::new();
    place.run(["report", "nowhere"]).exits(1).sentence("nowhere");
    place.write("talk.wav", "");
    place.run(["report", "talk.wav"]).exits(1).sentence("talk.wav");
    let place = Place::with_finished_talk();
    let session = fs::read(place.talk("session.json")).unwrap();
    let newer = String::from_utf8(session.clone()).unwrap();
    let newer = newer.replace("openfloor.session/1", "openfloor.session/2");
    let said = [
        (&session[..session.len() / 2], "damaged"),
        (&b""[..], "damaged"),
        (newer.as_bytes(), "newer openfloor"),
    ];
    let page = fs::read(place.talk("report.html")).unwrap();
    for (bytes, says) in said {
        fs::write(place.talk("session.json"), bytes).unwrap();
        let line = place.run(["report", RESULTS]).exits(1);
        assert!(line.sentence("session.json").contains(says), "{}", line.err);
        assert_eq!(fs::read(place.talk("report.html")).unwrap(), page);
    }
    fs::remove_file(place.talk("session.json")).unwrap();
    place.run(["report", RESULTS]).exits(1).sentence(RESULTS);
    fs::write(place.talk("session.json"), session).unwrap();
    fs::write(place.talk("edits.json"), "{\"schema\":\"openfloor.edits/9\"}\n").unwrap();
    place.run(["report", RESULTS]).exits(1).sentence("edits.json");
}

#[test]
fn what_cannot_be_done_is_a_matter_of_the_command_line() {
    let place = Place::with_finished_talk();
    let before = analysis(&place);
    let question = moment(&before, "question")["id"].as_str().unwrap().to_owned();
    let wrong: [&[&str]; 9] = [
        &["mark", RESULTS, "q-900-0-1", "--reject"],
        &["mark", RESULTS, "9:59", "--reject"],
        &["mark", RESULTS, &question],
        &["mark", RESULTS, &question, "--as", "exercise"],
        &["mark", RESULTS, &question, "--as", "lovely"],
        &["mark", RESULTS, "--exclude", "2:00-1:00"],
        &["speakers", RESULTS, "--role", "S7=coach"],
        &["speakers", RESULTS, "--role", "S1=boss"],
        &["report", RESULTS, "--profile", "nothing"],
    ];
    for line in wrong {
        place.run(line).exits(2);
    }
    assert!(!place.talk("edits.json").exists());
    assert_eq!(analysis(&place), before);
}

#[test]
fn no_word_of_a_correction_is_told_in_an_error() {
    let place = Place::with_finished_talk();
    let canary = "canarywordthatwassaid";
    place.run(["mark", RESULTS, "q-900-0-1", "--text", canary]).exits(2);
    fs::write(
        place.talk("edits.json"),
        format!(
            "{{\"schema\":\"openfloor.edits/1\"}}\n{{\"edit\":\"set_text\",\"text\":\"{canary}"
        ),
    )
    .unwrap();
    let said = place.run(["report", RESULTS]).exits(0);
    assert!(!said.err.contains(canary) && !said.out.contains(canary));
}
