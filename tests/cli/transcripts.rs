//! Transcripts as input: the forms that meeting programs write and our own, without any model; what
//! cannot be had of them is null with its reason; and files that are none say why.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{PACKAGE, Place, Said, counts, finished, json, text};

/// With these files of `fixtures/transcripts`.
fn with(names: &[&str]) -> Place {
    let place = Place::new();
    for name in names {
        let from = Path::new(PACKAGE).join("fixtures/transcripts").join(name);
        place.write(name, fs::read(from).unwrap());
    }
    fs::create_dir(place.path("no models")).unwrap();
    place
}

/// Analyses where there is no model at all.
fn analyze(place: &Place, arguments: &[&str]) -> Said {
    let mut command = place.command([&["analyze", "-q"], arguments].concat());
    Said::of(command.env("OPENFLOOR_MODELS", place.path("no models")))
}

fn analysis(place: &Place, name: &str) -> Value {
    json(place.path(format!("{name}.openfloor")).join("analysis.json"))
}

/// A metric of a subject: its value, or the reason why there is none.
#[track_caller]
fn metric<'a>(analysis: &'a Value, id: &str, subject: &str) -> (Option<f64>, Option<&'a str>) {
    let metrics = analysis["metrics"].as_array().unwrap();
    let found = metrics.iter().find(|one| one["id"] == id && one["subject"] == subject);
    let found = found.unwrap_or_else(|| panic!("{id} of {subject}"));
    assert_ne!(found["value"].is_null(), found["reason"].is_null(), "{id}");
    (found["value"].as_f64(), found["reason"].as_str())
}

fn role(analysis: &Value, speaker: usize) -> (&str, &str, &str) {
    let speaker = &analysis["speakers"][speaker];
    let from = speaker["role_evidence"]["from"].as_str().unwrap();
    (speaker["name"].as_str().unwrap_or_default(), speaker["role"].as_str().unwrap(), from)
}

#[test]
fn every_form_is_analysed_and_no_model_is_loaded_nor_looked_for() {
    let names = ["zoom_en.vtt", "teams_fr.vtt", "captions_en.srt", "notes_fr.txt"];
    let place = with(&names);
    for name in names {
        let said = analyze(&place, &[name]).exits(0);
        assert_eq!(said.err, "");
        let results = place.path(format!("{name}.openfloor"));
        assert_eq!(counts(&results), [0, 0, 0], "{name}");
        let analysis = analysis(&place, name);
        let source = &analysis["source"];
        assert_eq!(source["kind"], "transcript", "{name}");
        assert_eq!(source["model"], Value::Null);
        assert_eq!(source["speaker_evidence"], "imported");
        assert_eq!(source["files"][0]["name"], name);
        assert_eq!(source["language"], if name.contains("_fr") { "fr" } else { "en" }, "{name}");
        assert!(metric(&analysis, "question_count", "coach").0.unwrap() >= 4.0, "{name}");
        let again = analyze(&place, &[name]).exits(0);
        assert!(again.out.contains("already analysed"), "{}", again.out);
    }
    let read = |name: &str| fs::read(place.path(name)).unwrap();
    let before = read("zoom_en.vtt.openfloor/report.html");
    analyze(&place, &["zoom_en.vtt", "--force"]).exits(0);
    assert!(read("zoom_en.vtt.openfloor/report.html") == before, "the same page again");
}

#[test]
fn captions_give_talk_times_and_nothing_that_needs_a_pause() {
    let place = with(&["zoom_en.vtt"]);
    analyze(&place, &["zoom_en.vtt"]).exits(0);
    let analysis = analysis(&place, "zoom_en.vtt");
    assert_eq!(role(&analysis, 0), ("Anna Reed", "coach", "conversation"));
    assert_eq!(analysis["source"]["speech_from"], "captions");
    assert_eq!(analysis["source"]["duration_ms"], 65_100);
    let share = metric(&analysis, "coach_talk_share", "coach").0.unwrap();
    assert!((0.3..0.4).contains(&share), "{share}");
    for (id, subject) in [
        ("wait_ms_median", "coach"),
        ("interruptions_per_10min", "coach"),
        ("backchannels_per_10min", "coach"),
        ("response_gap_ms_median", "coach"),
        ("overlap_share", "session"),
        ("silence_share", "session"),
        ("longest_silence_ms", "session"),
    ] {
        assert_eq!(metric(&analysis, id, subject), (None, Some("caption_times")), "{id}");
    }
    let page = fs::read_to_string(place.path("zoom_en.vtt.openfloor/report.html")).unwrap();
    assert!(page.contains("The times of captions do not show pauses"));
}

#[test]
fn a_text_without_times_has_what_words_can_tell() {
    let place = with(&["notes_fr.txt"]);
    analyze(&place, &["notes_fr.txt", "--coach", "claire moreau"]).exits(0);
    let analysis = analysis(&place, "notes_fr.txt");
    assert_eq!(role(&analysis, 0), ("Claire Moreau", "coach", "option"));
    assert_eq!(role(&analysis, 1), ("Samuel Diallo", "coachee", "option"));
    assert_eq!(analysis["source"]["duration_ms"], Value::Null);
    for id in ["coach_talk_share", "wait_ms_median", "questions_per_hour"] {
        assert_eq!(metric(&analysis, id, "coach"), (None, Some("no_times")), "{id}");
    }
    assert!(metric(&analysis, "coach_word_share", "coach").0.is_some());
    let page = fs::read_to_string(place.path("notes_fr.txt.openfloor/report.html")).unwrap();
    assert!(page.contains("La transcription ne porte pas de temps."));
}

#[test]
fn the_names_may_say_who_is_the_coach_and_a_person_may_say_otherwise() {
    let place = with(&["captions_en.srt"]);
    analyze(&place, &["captions_en.srt"]).exits(0);
    let by_name = analysis(&place, "captions_en.srt");
    assert_eq!(role(&by_name, 0), ("", "coach", "import"));
    assert_eq!(role(&by_name, 1), ("", "coachee", "import"));
    analyze(&place, &["captions_en.srt", "--coach", "S2"]).exits(0);
    let by_option = analysis(&place, "captions_en.srt");
    assert_eq!(role(&by_option, 0), ("", "coachee", "option"));
    analyze(&place, &["captions_en.srt", "--coach", "first"]).exits(0);
    assert_eq!(role(&analysis(&place, "captions_en.srt"), 0), ("", "coach", "option"));
}

/// What a recording was measured at, its own transcript is measured at.
#[test]
fn our_own_transcript_gives_what_the_recording_gave() {
    let place = with(&[]);
    let from = finished().join("transcript.json");
    place.write("calls/talk.json", fs::read(from).unwrap());
    place.write("calls/other.json", "{\"schema\": \"openfloor.analysis/1\"}");
    // Also inside a folder; that of a results folder is not found again.
    place.write(
        "calls/x.wav.openfloor/transcript.json",
        fs::read(finished().join("transcript.json")).unwrap(),
    );
    let said = analyze(&place, &["calls"]).exits(0);
    assert!(!said.out.contains("other.json"), "{}", said.out);
    let (here, there) =
        (analysis(&place, "calls/talk.json"), json(finished().join("analysis.json")));
    assert!(here["metrics"].as_array().unwrap().len() > 30);
    for what in ["metrics", "moments", "series", "fundamentals", "prompts"] {
        assert_eq!(here[what], there[what], "{what}");
    }
    assert_eq!(counts(&place.path("calls/talk.json.openfloor")), [0, 0, 0]);
    // And once more from what was written.
    let again = place.path("calls/talk.json.openfloor/transcript.json");
    analyze(&place, &[text(&again), "--out", "again"]).exits(0);
    let again = json(place.path("again/transcript.json.openfloor/analysis.json"));
    assert_eq!(again["metrics"], here["metrics"]);
}

#[test]
fn in_a_folder_a_transcript_beside_its_recording_is_left_out() {
    let place = with(&["zoom_en.vtt", "teams_fr.vtt", "captions_en.srt", "notes_fr.txt"]);
    for (from, to) in [("zoom_en.vtt", "calls/a.transcript.vtt"), ("teams_fr.vtt", "calls/b.VTT")] {
        fs::create_dir_all(place.path("calls")).unwrap();
        fs::rename(place.path(from), place.path(to)).unwrap();
    }
    fs::rename(place.path("captions_en.srt"), place.path("calls/b.srt")).unwrap();
    fs::rename(place.path("notes_fr.txt"), place.path("calls/notes_fr.txt")).unwrap();
    crate::support::silence(&place.path("calls/a.wav"), 1);
    let said = place.run(["analyze", "calls", "--dry-run"]).exits(0);
    assert_eq!(
        said.out,
        "calls/a.wav → calls/a.wav.openfloor\n  \
         left out, of the same session: calls/a.transcript.vtt\n\
         calls/b.VTT → calls/b.VTT.openfloor\n  \
         left out, of the same session: calls/b.srt\n"
    );
}

#[test]
fn json_prints_an_analysis_a_line() {
    let place = with(&["zoom_en.vtt", "teams_fr.vtt"]);
    place.write("empty.vtt", "");
    let said = analyze(&place, &["zoom_en.vtt", "teams_fr.vtt", "empty.vtt", "--json"]).exits(3);
    let schemas: Vec<Value> = said
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["schema"].clone())
        .collect();
    assert_eq!(schemas, ["openfloor.analysis/1", "openfloor.analysis/1", "openfloor.failure/1"]);
}

const CANARY: &str = "the violet giraffe hums at midnight";

#[test]
fn a_file_that_is_no_transcript_says_why_and_never_what_was_said() {
    let place = with(&[]);
    let many = (0..300).map(|n| format!("P{n}: {CANARY}")).collect::<Vec<_>>().join("\n");
    let head = "{\"schema\": \"openfloor.transcript/1\", \"utterances\": [";
    for (name, content, says) in [
        ("a.vtt", String::new(), "the file is empty; export the transcript again"),
        ("b.vtt", "WEBVTT\n".to_owned(), "there is no caption in it; export"),
        (
            "c.vtt",
            format!("WEBVTT\n\n00:00.000 --> 00:09.000\n{CANARY}\n"),
            "it does not say who speaks; export it with speaker names",
        ),
        ("d.srt", format!("1\n{CANARY}\n"), "it does not say who speaks; "),
        ("e.txt", CANARY.to_owned(), "it does not say who speaks; "),
        ("f.txt", many, "it names more than 255 speakers; "),
        (
            "g.json",
            format!("{{\"said\": \"{CANARY}\"}}"),
            "this JSON is no transcript of Openfloor; ",
        ),
        (
            "h.json",
            "{\"schema\": \"openfloor.transcript/2\"}".to_owned(),
            "it was written by a newer Openfloor (openfloor.transcript/2); update Openfloor",
        ),
        (
            "i.json",
            format!("{head}{{\"text\": \"{CANARY}"),
            "it is damaged or cut at line 1, column",
        ),
        (
            "j.json",
            format!("{head}{{\"speaker\": \"S1\", \"text\": [\"{CANARY}\"]}}]}}"),
            "it is damaged or cut at line 1, column",
        ),
        ("k.txt", "\u{0}\u{1}\u{2}\u{3}".repeat(99), "this is no transcript that can be read; "),
    ] {
        place.write(name, &content);
        let before = place.entries();
        let said = analyze(&place, &[name]);
        for word in CANARY.split(' ').filter(|word| word.len() > 5) {
            assert!(!said.err.contains(word), "{}", said.err);
        }
        said.fails_on(name, says);
        assert_eq!(place.entries(), before, "something was left behind");
    }
    let large = fs::File::create(place.path("large.vtt")).unwrap();
    large.set_len(65 << 20).unwrap();
    analyze(&place, &["large.vtt"]).fails_on("large.vtt", "it is larger than 64 MB");
}

#[test]
fn options_that_are_for_recordings_are_refused() {
    let place = with(&["zoom_en.vtt", "teams_fr.vtt"]);
    for (arguments, says) in [
        (&["zoom_en.vtt", "--from", "0:10"][..], "--from and --to are for recordings"),
        (
            &["--track", "coach=zoom_en.vtt", "--track", "coachee=teams_fr.vtt"],
            "--track is for recordings",
        ),
        (&["zoom_en.vtt", "--coach", "Nobody"], "it has 2 speakers, S1 to S2"),
    ] {
        let said = analyze(&place, arguments).exits(2);
        said.sentence("zoom_en.vtt");
        assert!(said.err.contains(says), "{}", said.err);
    }
    analyze(&place, &["zoom_en.vtt", "--coach", "left"])
        .fails_on("zoom_en.vtt", "--coach names a channel, and a transcript has none");
    // A setting is about recordings, and does not stand in the way.
    place.write("openfloor.toml", "coach = \"right\"\n");
    analyze(&place, &["zoom_en.vtt"]).exits(0);
    assert_eq!(role(&analysis(&place, "zoom_en.vtt"), 0), ("Anna Reed", "coach", "conversation"));
}

#[test]
fn hostile_captions_are_shown_as_text() {
    let place = with(&[]);
    let long = "x".repeat(10_000);
    let content = format!(
        "WEBVTT\n\n00:09.000 --> 00:01.000\n<v <b>Eve&lt;/style&gt;>&lt;script&gt;alert(1)&lt;/script&gt; {long}\n\n\
         00:03.000 --> 00:08.000\n<v Tom>What \0 next?\n\n00:02.000 --> 00:09.000\n<v \u{202e}Max>\"'&amp;\n"
    );
    place.write("a.vtt", content);
    analyze(&place, &["a.vtt"]).exits(0);
    let page = fs::read_to_string(place.path("a.vtt.openfloor/report.html")).unwrap();
    assert!(!page.contains("<script>alert") && !page.contains('\0'));
    let transcript = json(place.path("a.vtt.openfloor/transcript.json"));
    let starts: Vec<u64> = transcript["utterances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["start_ms"].as_u64().unwrap())
        .collect();
    assert!(starts.is_sorted() && starts.len() == 3, "{starts:?}");
}
