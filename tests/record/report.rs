//! What was noted while a session was recorded stands in what is made of it.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::alsa::{Alsa, Feeder, piece, samples};
use crate::support::{Place, Said, ffmpeg, json, minute, text, warnings};

/// The samples of a recording as an input gives them, and silence up to a whole piece.
fn given(recording: &Path) -> Vec<i16> {
    let place = Place::new();
    let path = place.path("in.wav");
    ffmpeg(&["-i", text(recording), "-ar", "48000", text(&path)]);
    let mut given = samples(&path);
    given.resize(given.len().next_multiple_of(piece(48_000, 2) / 2), 0);
    given
}

/// Adds lines to the notes, as the recorder would have while it ran.
fn noted(alsa: &Alsa, name: &str, lines: &[serde_json::Value]) {
    let path = alsa.place.path(format!("{name}.recorded.jsonl"));
    let mut text = fs::read_to_string(&path).unwrap();
    for line in lines {
        text.extend([line.to_string(), "\n".to_owned()]);
    }
    fs::write(path, text).unwrap();
}

#[test]
fn consent_sides_marks_and_gaps_stand_in_the_analysis_of_a_recording_in_parts() {
    let alsa = Alsa::fed();
    // The ring holds twenty seconds: no faster than it is emptied, on a busy machine too.
    let _feeder = Feeder::faster(&alsa, &given(minute()), 48_000, 2, 5);
    // Twenty seconds a file.
    let most = (44 + 48_000 * 4 * 20).to_string();
    let line = [
        "talk.wav",
        "--duration",
        "0:58",
        "--most-bytes",
        &most,
        "--left",
        "coachee",
        "--right",
        "coach",
    ];
    Said::of(&mut alsa.record(&line)).exits(0);
    assert!(alsa.place.path("talk.part3.wav").exists());
    noted(
        &alsa,
        "talk.wav",
        &[
            json!({"event": "mark", "at_ms": 31_000}),
            json!({"event": "gone", "at_ms": 40_000}),
            json!({"event": "back", "at_ms": 44_500}),
            json!({"event": "mark", "at_ms": 999_000}),
        ],
    );
    let said = alsa.place.analyze(["talk.wav", "--language", "en"]).exits(0);
    assert_eq!(said.err, "");
    let results = alsa.place.path("talk.wav.openfloor");
    let analysis = json(results.join("analysis.json"));

    let consent = &analysis["session"]["consent"];
    assert!(consent["words"].as_str().unwrap().contains("agrees to it"), "{consent}");
    let time = consent["time"].as_str().unwrap();
    assert_eq!(analysis["session"]["date"].as_str().unwrap(), &time[..10]);
    let coach = analysis["speakers"].as_array().unwrap().iter().find(|one| one["role"] == "coach");
    let evidence = &coach.unwrap()["role_evidence"];
    assert_eq!(evidence["from"], "recording", "{evidence}");
    assert_eq!(evidence["side"], "right", "{evidence}");

    let moments = analysis["moments"].as_array().unwrap();
    let marks: Vec<u64> = moments
        .iter()
        .filter(|moment| moment["kind"] == "mark")
        .map(|moment| moment["start_ms"].as_u64().unwrap())
        .collect();
    assert_eq!(marks, [31_000]);
    assert!(warnings(&results).contains(&"recording_gaps".to_owned()));
    let session = json(results.join("session.json"));
    assert_eq!(session["noted"]["gaps"], json!([{"start_ms": 40_000, "end_ms": 44_500}]));
    let held = moments.iter().filter(|moment| moment["kind"] == "silence").any(|moment| {
        let (start, end) =
            (moment["start_ms"].as_u64().unwrap(), moment["end_ms"].as_u64().unwrap());
        start < 44_500 && end > 40_000
    });
    assert!(!held, "nobody held the silence of a gap");

    let files = analysis["source"]["files"].as_array().unwrap();
    let places: Vec<(&str, u64)> = files
        .iter()
        .filter(|file| file["channel"] == 0)
        .map(|file| (file["name"].as_str().unwrap(), file["offset_ms"].as_u64().unwrap()))
        .collect();
    // A file holds a little less than its bytes: the longest header has room.
    let expected = [("talk.wav", 0), ("talk.part2.wav", 19_999), ("talk.part3.wav", 39_999)];
    assert_eq!(places, expected);
    let length = analysis["source"]["duration_ms"].as_u64().unwrap();
    assert!((57_998..=58_000).contains(&length), "{length}");

    let page = fs::read_to_string(results.join("report.html")).unwrap();
    for seen in [
        "Moments you marked",
        "Set while recording",
        "agrees to it",
        "as said when it was recorded",
    ] {
        assert!(page.contains(seen), "{seen} is not on the page");
    }
    for schema in ["analysis", "session"] {
        let text =
            fs::read(format!("{}/schemas/{schema}.schema.json", crate::support::PACKAGE)).unwrap();
        let validator =
            jsonschema::draft202012::new(&serde_json::from_slice(&text).unwrap()).unwrap();
        let document = json(results.join(format!("{schema}.json")));
        let errors: Vec<String> =
            validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{schema}: {errors:?}");
    }

    // The same notes, the same results; another mark, another session.
    let again =
        Said::of(&mut alsa.place.command(["analyze", "talk.wav", "--language", "en"])).exits(0);
    assert!(again.out.contains("already analysed"), "{}", again.out);
    noted(&alsa, "talk.wav", &[json!({"event": "mark", "at_ms": 12_000})]);
    alsa.place.analyze(["talk.wav", "--language", "en"]).exits(0);
    let marks = json(results.join("analysis.json"))["moments"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|moment| moment["kind"] == "mark")
        .count();
    assert_eq!(marks, 2);
    let page = alsa.place.run(["report", "talk.wav.openfloor", "--share", "shown.html"]);
    assert_eq!(page.code, Some(0), "{}", page.err);
    let shown = fs::read_to_string(alsa.place.path("shown.html")).unwrap();
    assert!(!shown.contains("agrees to it"), "consent says when and of whom");
}

#[test]
fn a_recording_goes_on_to_its_report_and_damaged_notes_cost_themselves_only() {
    // Silence: nothing to transcribe.
    let alsa = Alsa::of(&vec![0; 48_000 * 2 * 6]);
    let said =
        Said::of(&mut alsa.record(&["talk.wav", "--duration", "0:05", "--analyze", "-q"])).exits(0);
    assert!(said.out.contains("talk.wav: 0:00:05 recorded"), "{}", said.out);
    assert!(said.out.contains("talk.wav.openfloor/report.html"), "{}", said.out);
    let analysis = json(alsa.place.path("talk.wav.openfloor/analysis.json"));
    assert_eq!(analysis["session"]["consent"]["time"].as_str().unwrap().len(), 25);
    assert_eq!(analysis["source"]["files"][0]["href"], "../talk.wav");

    alsa.place.write("talk.wav.recorded.jsonl", [0xff_u8; 700]);
    let said = alsa.place.analyze(["talk.wav"]).exits(0);
    assert!(said.err.contains("the notes beside it are damaged"), "{}", said.err);
    let analysis = json(alsa.place.path("talk.wav.openfloor/analysis.json"));
    assert!(analysis["session"]["consent"].is_null());
    fs::remove_file(alsa.place.path("talk.wav.recorded.jsonl")).unwrap();
    let said = alsa.place.analyze(["talk.wav"]).exits(0);
    assert_eq!(said.err, "");
}
