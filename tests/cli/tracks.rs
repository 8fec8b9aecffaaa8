//! One file a person.

use std::fs;

use crate::support::{Place, channels, counts, ffmpeg, json, silence, talk, text, wav, windows};

/// The channels of the talk as files of their own.
fn split() -> Place {
    let place = Place::new();
    let both = channels(talk());
    wav(&place.path("coach.wav"), 16_000, &both[..1]);
    wav(&place.path("client.wav"), 16_000, &both[1..]);
    place
}

const TRACKS: [&str; 4] = ["--track", "coachee=client.wav", "--track", "coach=coach.wav"];

#[test]
fn roles_are_as_given_and_the_evidence_is_tracks() {
    let place = split();
    place.analyze([&TRACKS[..], &["--language", "en"]].concat()).exits(0);
    // Beside the first track, named after it.
    let results = place.path("client.wav.openfloor");
    assert_eq!(counts(&results), [2, 1, windows(&results)]);
    let analysis = json(results.join("analysis.json"));
    assert_eq!(analysis["source"]["speaker_evidence"], "tracks");
    let of = |what: &str, key: &str| -> Vec<String> {
        let rows =
            if what == "speakers" { &analysis["speakers"] } else { &analysis["source"][what] };
        rows.as_array().unwrap().iter().map(|row| row[key].to_string()).collect()
    };
    assert_eq!(of("speakers", "role"), [r#""coachee""#, r#""coach""#]);
    assert_eq!(of("files", "name"), [r#""client.wav""#, r#""coach.wav""#]);
    assert_eq!(of("files", "track"), ["0", "1"]);
    assert_eq!(of("files", "channel"), ["null", "null"]);
    assert_eq!(of("files", "speaker"), [r#""S1""#, r#""S2""#]);
    assert_eq!(of("files", "href"), [r#""../client.wav""#, r#""../coach.wav""#]);
    assert_eq!(analysis["speakers"][0]["role_evidence"]["from"], "track");

    let said = place.analyze([&TRACKS[..], &["--language", "en"]].concat()).exits(0);
    assert!(said.out.contains("already analysed"), "{}", said.out);
    // The same voices with their roles changed over are heard no second time.
    let swapped = ["--track", "coach=client.wav", "--track", "coachee=coach.wav"];
    place.analyze([&swapped[..], &["--language", "en"]].concat()).exits(0);
    assert_eq!(counts(&results), [0, 0, 0]);
    assert_eq!(json(results.join("analysis.json"))["speakers"][0]["role"], "coach");
}

#[test]
fn tracks_of_other_rates_forms_and_lengths_stand_on_one_clock() {
    let place = split();
    let (coach, client) = (place.path("coach.wav"), place.path("client.wav"));
    // The coach hung up three seconds early; both recorders had their own form.
    ffmpeg(&["-t", "11", "-i", text(&coach), "-ar", "44100", text(&place.path("coach.flac"))]);
    let stereo = ["-ar", "48000", "-ac", "2", "-c:a", "aac"];
    ffmpeg(&[&["-i", text(&client)][..], &stereo, &[text(&place.path("client.m4a"))]].concat());
    let line = ["--track", "coach=coach.flac", "--track", "coachee=client.m4a", "--language", "en"];
    place.analyze(line).exits(0);
    let results = place.path("coach.flac.openfloor");
    assert_eq!(counts(&results), [2, 1, windows(&results)]);
    let analysis = json(results.join("analysis.json"));
    let duration = analysis["source"]["duration_ms"].as_u64().unwrap();
    assert!((13_950..14_050).contains(&duration), "{duration}");
    let transcript = json(results.join("transcript.json"));
    let starts = |speaker: &str| -> Vec<u64> {
        let speech = transcript["speech"].as_array().unwrap();
        let own = speech.iter().filter(|one| one["speaker"] == speaker);
        own.map(|one| one["start_ms"].as_u64().unwrap()).collect()
    };
    // By fixtures/truth the coach starts at 0.60 s, the coachee at 4.07 s and 10.73 s.
    let near = |times: Vec<u64>, at: u64| times.iter().any(|time| time.abs_diff(at) <= 60);
    assert!(near(starts("S1"), 600), "{:?}", starts("S1"));
    assert!(near(starts("S2"), 4070), "{:?}", starts("S2"));
    assert!(near(starts("S2"), 10_732), "{:?}", starts("S2"));
}

#[test]
fn tracks_of_one_file_are_people_and_a_mix_of_them_is_nobody() {
    let place = split();
    let (coach, client) = (place.path("coach.wav"), place.path("client.wav"));
    // As OBS writes them: what everybody hears first, then each alone.
    let both = ["-i", text(&coach), "-i", text(&client)];
    let mixed =
        ["-filter_complex", "[0][1]amix=inputs=2[mix]", "-map", "[mix]", "-map", "0", "-map", "1"];
    let path = place.path("session.mkv");
    ffmpeg(&[&both[..], &mixed, &["-c:a", "aac", "-b:a", "96k", text(&path)]].concat());
    place.analyze(["session.mkv", "--language", "en", "--coach", "first"]).exits(0);
    let analysis = json(place.path("session.mkv.openfloor/analysis.json"));
    assert_eq!(analysis["source"]["speaker_evidence"], "tracks");
    let files = analysis["source"]["files"].as_array().unwrap();
    let of: Vec<(&str, u64)> = files
        .iter()
        .map(|file| (file["speaker"].as_str().unwrap(), file["track"].as_u64().unwrap()))
        .collect();
    assert_eq!(of, [("S1", 1), ("S2", 2)]);
    assert_eq!(analysis["speakers"][0]["role"], "coach");
    // The coach talks about a third of the time (fixtures/truth).
    let share = analysis["speakers"][0]["talk_share"].as_f64().unwrap();
    assert!((0.2..0.75).contains(&share), "{share}");
}

#[test]
fn a_track_that_cannot_be_read_is_the_one_that_is_named() {
    let place = split();
    place.write("client.wav", "text");
    place.analyze(TRACKS).fails_on("client.wav", "this is text, not a recording");
    fs::remove_file(place.path("client.wav")).unwrap();
    place.analyze(TRACKS).fails_on("client.wav", "cannot be read");
    assert!(!place.path("client.wav.openfloor").exists());
}

#[test]
fn one_track_twice_holds_the_same_voices() {
    let place = split();
    let twice = ["--track", "coach=coach.wav", "--track", "coachee=coach.wav"];
    place.analyze(twice).fails_on(
        "coach.wav",
        "its tracks hold the same voices, so they are not one file a person",
    );
    silence(&place.path("client.wav"), 2);
    place.analyze(TRACKS).fails_on("client.wav", "only one of its tracks holds a voice");
    assert!(!place.path("client.wav.openfloor").exists());
}
