//! Two people on one channel, and two channels that are not two people.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Place, channels, counts, json, talk, warnings, wav};

/// Both people of the talk on one channel.
fn mix() -> Vec<i16> {
    let both = channels(talk());
    both[0].iter().zip(&both[1]).map(|(a, b)| a / 2 + b / 2).collect()
}

fn analysed(place: &Place, name: &str, more: &[&str]) -> Value {
    place.analyze([&[name, "--language", "en"], more].concat()).exits(0);
    json(place.path(format!("{name}.openfloor/analysis.json")))
}

fn metric<'a>(analysis: &'a Value, id: &str) -> &'a Value {
    let metrics = analysis["metrics"].as_array().unwrap();
    metrics.iter().find(|metric| metric["id"] == id).unwrap()
}

fn words(place: &Place, name: &str) -> usize {
    let transcript = json(place.path(format!("{name}.openfloor/transcript.json")));
    let utterances = transcript["utterances"].as_array().unwrap().clone();
    utterances.iter().map(|said| said["text"].as_str().unwrap().split(' ').count()).sum()
}

#[test]
fn two_people_on_one_channel_are_told_apart_by_their_voices() {
    let place = Place::with_finished_talk();
    wav(&place.path("mono.wav"), 16_000, &[mix()]);
    let analysis = analysed(&place, "mono.wav", &["--coach", "first"]);
    assert_eq!(analysis["source"]["speaker_evidence"], "voices");
    let files = analysis["source"]["files"].as_array().unwrap();
    assert_eq!(files.len(), 1, "one file, of nobody in particular");
    assert!(files[0]["channel"].is_null() && files[0]["speaker"].is_null());
    let speakers = analysis["speakers"].as_array().unwrap();
    assert_eq!(speakers.len(), 2);
    assert!(speakers.iter().all(|one| one["words"].as_u64() > Some(4)), "{speakers:?}");
    // What one microphone cannot tell is not told.
    for id in ["interruptions_per_10min", "overlap_share"] {
        let metric = metric(&analysis, id);
        assert!(metric["value"].is_null(), "{metric}");
        assert_eq!(metric["reason"], "no_overlap_evidence");
    }
    // The share comes with what it may be off by.
    let share = metric(&analysis, "coach_talk_share");
    assert!(share["low"].as_f64() < share["value"].as_f64(), "{share}");
    assert!(analysis["source"]["separation"]["talk_share_error"].as_f64() > Some(0.0));
    let apart = words(&place, "talk.wav");
    let mixed = words(&place, "mono.wav");
    assert!(mixed.abs_diff(apart) * 10 <= apart, "{mixed} words, {apart} with a channel each");
}

#[test]
fn two_channels_that_are_not_two_people_are_one_recording() {
    let place = Place::new();
    let (one, quiet) = (mix(), mix().iter().map(|sample| sample / 2).collect());
    let dead = vec![0; one.len()];
    wav(&place.path("same.wav"), 16_000, &[one.clone(), one.clone()]);
    wav(&place.path("quieter.wav"), 16_000, &[quiet, one.clone()]);
    wav(&place.path("dead.wav"), 16_000, &[dead.clone(), one.clone()]);
    wav(&place.path("five.wav"), 16_000, &[dead.clone(), dead.clone(), one, dead.clone(), dead]);
    for name in ["same.wav", "quieter.wav", "dead.wav", "five.wav"] {
        let analysis = analysed(&place, name, &["--coach", "first"]);
        assert_eq!(analysis["source"]["speaker_evidence"], "voices", "{name}");
        assert!(words(&place, name) > 20, "{name}");
    }
    let call =
        Path::new(crate::support::PACKAGE).join("../shared/real/dev/twoch_google_onevoice.flac");
    if call.is_file() {
        fs::copy(call, place.path("onevoice.flac")).unwrap();
        let analysis = analysed(&place, "onevoice.flac", &[]);
        assert_eq!(analysis["source"]["speaker_evidence"], "voices");
    }
}

#[test]
fn one_speaker_says_it_all_when_there_is_said_to_be_one() {
    let place = Place::new();
    wav(&place.path("mono.wav"), 16_000, &[mix()]);
    let analysis = analysed(&place, "mono.wav", &["--speakers", "1"]);
    let speakers = analysis["speakers"].as_array().unwrap();
    assert_eq!((speakers.len(), &speakers[0]["talk_share"]), (1, &Value::from(1.0)));
    // Another number of voices is another way of listening.
    analysed(&place, "mono.wav", &["--speakers", "2"]);
    assert_eq!(counts(&place.path("mono.wav.openfloor"))[0], 1, "decoded again");
}

#[test]
fn a_side_of_one_channel_is_nobody() {
    let place = Place::new();
    wav(&place.path("mono.wav"), 16_000, &[mix()]);
    let said = place.analyze(["mono.wav", "--coach", "left"]);
    said.fails_on("mono.wav", "its voices share one channel, so the coach is on no side of it");
    assert_eq!(place.entries(), ["mono.wav"], "nothing was transcribed for it");
    let said = place.analyze(["mono.wav", "--speakers", "7"]).exits(2);
    assert!(said.err.contains("1..=6"), "{}", said.err);
}

#[test]
fn a_silent_channel_alone_is_nobody_speaking() {
    let place = Place::new();
    wav(&place.path("silent.wav"), 16_000, &[vec![0; 160_000]]);
    place.analyze(["silent.wav"]).exits(0);
    let results = place.path("silent.wav.openfloor");
    assert!(warnings(&results).contains(&"no_speech".to_owned()));
    assert_eq!(counts(&results), [1, 0, 0]);
}
