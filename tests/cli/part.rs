//! A part of a recording.

use serde_json::Value;

use crate::support::{Place, RESULTS, counts, json};

fn starts_and_ends(rows: &Value) -> Vec<(u64, u64)> {
    let time = |row: &Value, key: &str| row[key].as_u64().unwrap();
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| (time(row, "start_ms"), time(row, "end_ms"))).collect()
}

#[test]
fn only_the_part_is_listened_to_and_times_stay_those_of_the_recording() {
    let place = Place::with_finished_talk();
    let whole = json(place.talk("transcript.json"));
    place.analyze_talk(&["--from", "0:04", "--to", "0:11.5"]).exits(0);
    let part = json(place.talk("transcript.json"));
    let inside = |(start, end): (u64, u64)| start >= 4_000 && end <= 11_500;
    let speech = starts_and_ends(&part["speech"]);
    assert!(speech.len() > 2 && speech.iter().copied().all(inside), "{speech:?}");
    assert!(starts_and_ends(&part["utterances"]).into_iter().all(inside));
    // What lies inside is heard where it was heard before.
    let before = starts_and_ends(&whole["speech"]);
    let kept = speech.iter().filter(|&&(start, end)| {
        let near = |&(a, b): &(u64, u64)| a.abs_diff(start) <= 60 && b.abs_diff(end) <= 60;
        before.iter().any(near)
    });
    assert!(kept.count() * 10 >= speech.len() * 6, "{speech:?} {before:?}");
    let analysis = json(place.talk("analysis.json"));
    assert_eq!(analysis["source"]["part"]["start_ms"], 4_000);
    assert_eq!(analysis["source"]["part"]["end_ms"], 11_500);
    assert_eq!(analysis["source"]["duration_ms"], 14_000, "the recording is as long as it is");
    // Silence is that of the part.
    let metrics = analysis["metrics"].as_array().unwrap();
    let silence = metrics.iter().find(|metric| metric["id"] == "silence_share").unwrap();
    assert_eq!(silence["denominator"], 7_500.0, "{silence}");
    // The same part is done; the whole is another session.
    let said = place.analyze_talk(&["--from", "00:04", "--to", "0:11.500"]).exits(0);
    assert!(said.out.contains("already analysed"), "{}", said.out);
    place.analyze_talk(&[]).exits(0);
    assert_eq!(counts(&place.path(RESULTS))[0], 1, "decoded again");
}

#[test]
fn a_part_that_is_not_there_is_named() {
    let place = Place::with_talk();
    let said = place.analyze_talk(&["--from", "2:00"]);
    said.fails_on("talk.wav", "it ends at 00:14, and the part to analyse starts at 02:00");
    assert_eq!(place.entries(), ["talk.wav"]);
    let said = place.analyze(["talk.wav", "--from", "0:09", "--to", "0:05"]).exits(2);
    assert!(said.err.contains("--to is not after --from"), "{}", said.err);
    let said = place.analyze(["talk.wav", "--from", "soon"]).exits(2);
    assert!(said.err.contains("MM:SS"), "{}", said.err);
}
