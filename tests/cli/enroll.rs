//! The coach's voiceprint: made, used, told from others, deleted.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::support::{Place, Said, counts, ffmpeg, json, minute, text};

const KEPT: &str = ".home/data/openfloor/voiceprint.json";

/// So much of `en_delegation`, one channel of it or both as one.
fn excerpt(place: &Place, name: &str, from: u32, seconds: u32, pan: &str) -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let recording = package.join("fixtures/recordings/en_delegation.stereo.flac");
    let to = place.path(name);
    let (from, seconds) = (from.to_string(), seconds.to_string());
    let pan = format!("pan=mono|c0={pan}");
    ffmpeg(&["-ss", &from, "-t", &seconds, "-i", text(&recording), "-af", &pan, text(&to)]);
    to
}

fn at(place: &Place) -> Said {
    place.run(["enroll", "--show"]).exits(0)
}

#[test]
fn an_enrolled_coach_is_known_by_the_voice_until_the_voiceprint_is_forgotten() {
    let place = Place::new();
    excerpt(&place, "me.wav", 150, 220, "c0");
    fs::copy(minute(), place.path("minute.wav")).unwrap();
    assert!(at(&place).out.contains("There is no voiceprint"));
    let said = place.run(["enroll", "me.wav"]).exits(0);
    assert!(said.out.contains("biometric data"), "{}", said.out);
    let mode = fs::metadata(place.path(KEPT)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(at(&place).out.contains("There is a voiceprint of"));

    let results = place.path("minute.wav.openfloor");
    let coach = || json(results.join("analysis.json"))["speakers"][0].clone();
    place.analyze(["minute.wav", "--language", "en"]).exits(0);
    assert_eq!(coach()["role"], "coach");
    assert_eq!(coach()["role_evidence"]["from"], "voiceprint");
    assert!(coach()["role_evidence"]["likeness"].as_f64().unwrap() > 0.8);
    // Nothing of the print is in the results.
    let print = fs::read_to_string(place.path(KEPT)).unwrap();
    let number = print.split(['[', ',', ']']).filter(|part| part.starts_with("0."));
    let number = number.max_by_key(|part| part.len()).unwrap();
    assert!(number.len() > 8, "{number}");
    for name in ["session.json", "analysis.json", "stages/likeness.json", "run.json"] {
        assert!(!fs::read_to_string(results.join(name)).unwrap().contains(number), "{name}");
    }

    place.run(["enroll", "--forget"]).exits(0);
    assert!(!place.path(KEPT).exists());
    place.analyze(["minute.wav", "--language", "en"]).exits(0);
    assert_eq!(coach()["role_evidence"]["from"], "conversation");
    // The words stand: nothing was heard again.
    assert_eq!(counts(&results)[2], 0);
}

#[test]
fn what_makes_no_voiceprint_is_refused_in_one_sentence() {
    let place = Place::new();
    excerpt(&place, "short.wav", 150, 12, "c0");
    excerpt(&place, "both.wav", 100, 160, "0.5*c0+0.5*c1");
    let refused =
        |file: &str, says: &str| place.run(["enroll", file]).exits(1).fails_on(file, says);
    refused("short.wav", "20 s are needed");
    refused("both.wav", "more than one voice");
    refused("gone.wav", "cannot be read");
    place.write("notes.json", "{}");
    fs::copy(minute(), place.path("minute.wav")).unwrap();
    place
        .analyze(["minute.wav", "--coach", "notes.json"])
        .exits(1)
        .fails_on("notes.json", "voiceprint");
}
