//! Files that are no recording, lie, are cut or hold nobody: one sentence that names the file and a
//! way out, and nothing that a later run would take for a result.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::{
    GIVEN, Place, Said, by_another_user, channels, counts, ffmpeg, is_root, json, noise, silence,
    talk, text, warnings, wav,
};

/// Analyses `name`, which fails alone and leaves nothing behind.
#[track_caller]
fn fails(place: &Place, name: &str, says: &str) {
    let before = place.entries();
    place.analyze([name]).fails_on(name, says);
    assert_eq!(place.entries(), before, "something was left behind");
}

/// A good WAV of silence with its header changed: `value` at `at`.
fn lying(place: &Place, at: usize, value: u32) {
    silence(&place.path("talk.wav"), 2);
    let mut bytes = fs::read(place.path("talk.wav")).unwrap();
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    place.write("talk.wav", bytes);
}

#[test]
fn an_empty_file_is_to_be_copied_again() {
    let place = Place::new();
    place.write("talk.wav", "");
    fails(&place, "talk.wav", "the file is empty; copy it again");
}

#[test]
fn text_named_wav_is_recognised_as_text() {
    let place = Place::new();
    place.write("talk.wav", "Coach: What would you like to focus on today?\n");
    fails(
        &place,
        "talk.wav",
        "this is text, not a recording; choose a recording, such as WAV, FLAC, M4A or MP3",
    );
}

#[test]
fn documents_and_archives_are_recognised() {
    let place = Place::new();
    place.write("talk.wav", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3");
    fails(&place, "talk.wav", "this is a PDF document, not a recording; choose a recording");
    place.write("talk.m4a", b"PK\x03\x04\x14\0\x06\0");
    fails(&place, "talk.m4a", "this is a zip archive or an office document, not a recording");
    place.write("talk.flac", noise(7, 4000).iter().map(|n| n.to_le_bytes()[0]).collect::<Vec<_>>());
    fails(&place, "talk.flac", "this is a file of unknown kind, not a recording");
}

#[test]
fn without_ffmpeg_what_it_would_decode_says_what_to_install() {
    let place = Place::new();
    silence(&place.path("original.wav"), 1);
    let (from, to) = (place.path("original.wav"), place.path("talk.wma"));
    ffmpeg(&["-i", text(&from), "-c:a", "wmav2", text(&to)]);
    let before = place.entries();
    let mut command = place.command(["analyze", "-q", "talk.wma"]);
    Said::of(command.env("PATH", "")).fails_on(
        "talk.wma",
        "WMA (ASF) is read with the help of ffmpeg, which is not installed; install ffmpeg",
    );
    assert_eq!(place.entries(), before, "something was left behind");
}

#[test]
fn a_path_that_is_not_there_is_named() {
    let place = Place::new();
    fails(
        &place,
        "tlak.wav",
        "cannot be read (No such file or directory (os error 2)); check that",
    );
}

#[test]
fn a_pipe_is_refused_without_waiting_for_it() {
    let place = Place::new();
    let made = std::process::Command::new("mkfifo").arg(place.path("talk.wav")).status().unwrap();
    assert!(made.success());
    fails(
        &place,
        "talk.wav",
        "this is a pipe, a socket or a device, not a file; choose a recording",
    );
}

#[test]
fn a_folder_without_recordings_says_what_belongs_there() {
    let place = Place::new();
    place.write("calls/notes.txt", "nothing");
    fails(&place, "calls", "no recording and no transcript in this folder; name a folder");
}

#[test]
fn an_m4a_whose_index_is_cut_off_was_not_finished() {
    let place = Place::with_talk();
    let (from, to) = (place.path("talk.wav"), place.path("talk.m4a"));
    ffmpeg(&["-i", text(&from), "-c:a", "aac", text(&to)]);
    let bytes = fs::read(&to).unwrap();
    place.write("talk.m4a", &bytes[..bytes.len() / 2]);
    fails(&place, "talk.m4a", "is cut off: its index (moov) is missing; copy it again");
}

#[test]
fn an_m4a_whose_sound_is_cut_off_is_analysed_as_far_as_it_goes_with_a_warning() {
    let place = Place::with_talk();
    let (from, to) = (place.path("talk.wav"), place.path("talk.m4a"));
    ffmpeg(&["-i", text(&from), "-c:a", "aac", "-movflags", "+faststart", text(&to)]);
    let bytes = fs::read(&to).unwrap();
    place.write("talk.m4a", &bytes[..bytes.len() * 2 / 3]);
    place.analyze([&["talk.m4a"][..], &GIVEN].concat()).exits(0);
    let results = place.path("talk.m4a.openfloor");
    assert!(warnings(&results).contains(&"shorter_than_declared".to_owned()));
    let duration = json(results.join("analysis.json"))["source"]["duration_ms"].as_u64().unwrap();
    assert!((7_000..11_000).contains(&duration), "{duration}");
}

#[test]
fn a_wav_that_does_not_know_its_length_is_read_to_its_end() {
    for size in [0, u32::MAX] {
        let place = Place::new();
        lying(&place, 40, size);
        place.analyze(["talk.wav"]).exits(0);
        let results = place.path("talk.wav.openfloor");
        assert_eq!(json(results.join("analysis.json"))["source"]["duration_ms"], 2000);
        assert!(!warnings(&results).contains(&"shorter_than_declared".to_owned()));
    }
}

#[test]
fn a_wav_that_claims_more_than_there_is_gets_a_warning() {
    let place = Place::new();
    lying(&place, 40, 10 * 64_000);
    place.analyze(["talk.wav"]).exits(0);
    let results = place.path("talk.wav.openfloor");
    assert!(warnings(&results).contains(&"shorter_than_declared".to_owned()));
    assert_eq!(json(results.join("analysis.json"))["source"]["duration_ms"], 2000);
}

#[test]
fn a_wav_of_no_rate_or_too_many_channels_is_refused() {
    let place = Place::new();
    lying(&place, 24, 0);
    fails(&place, "talk.wav", "it says it has 0 samples a second; copy it again");
    lying(&place, 20, 1 | 64 << 16);
    fails(&place, "talk.wav", "it has 64 channels, and at most 8 are read; keep two channels");
    lying(&place, 20, 1);
    fails(&place, "talk.wav", "it says it has no channel; copy it again");
}

#[test]
fn a_wav_that_ends_inside_its_header_is_refused() {
    let place = Place::new();
    silence(&place.path("whole.wav"), 1);
    let bytes = fs::read(place.path("whole.wav")).unwrap();
    for length in [12, 30, 44] {
        place.write("talk.wav", &bytes[..length]);
        fails(&place, "talk.wav", "copy it again");
    }
}

/// Analyses a recording in which nobody speaks.
#[track_caller]
fn nobody_speaks(place: &Place, name: &str) {
    let said = place.analyze([name]).exits(0);
    assert_eq!(said.err, "");
    let results = place.path(format!("{name}.openfloor"));
    assert_eq!(counts(&results), [1, 0, 0], "no model is loaded, no window heard");
    assert!(warnings(&results).contains(&"no_speech".to_owned()));
    let analysis = json(results.join("analysis.json"));
    let metrics = analysis["metrics"].as_array().unwrap();
    assert!(!metrics.is_empty());
    for metric in metrics {
        assert!(metric["value"].is_null(), "{metric}");
        assert_eq!(metric["reason"], "no_speech", "{metric}");
    }
    assert_eq!(json(results.join("transcript.json"))["utterances"], serde_json::json!([]));
    let said = place.analyze([name]).exits(0);
    assert!(said.out.contains("already analysed"), "{}", said.out);
}

#[test]
fn of_silence_nothing_is_measured_and_no_model_loaded() {
    let place = Place::new();
    silence(&place.path("silence.wav"), 3);
    nobody_speaks(&place, "silence.wav");
}

#[test]
fn of_noise_nothing_is_measured_and_no_model_loaded() {
    let place = Place::new();
    wav(&place.path("noise.wav"), 16_000, &[noise(1, 64_000), noise(2, 64_000)]);
    nobody_speaks(&place, "noise.wav");
}

#[test]
fn a_fifth_of_a_second_of_speech_makes_a_report_that_promises_nothing() {
    let place = Place::new();
    let both = channels(talk());
    let word = |channel: &Vec<i16>| channel[12_800..16_000].to_vec();
    wav(&place.path("word.wav"), 16_000, &both.iter().map(word).collect::<Vec<_>>());
    promises_nothing(&place, "word.wav");
    // The same in five seconds of quiet.
    let padded = |channel: &Vec<i16>| {
        let mut long = vec![0; 80_000];
        long[32_000..35_200].copy_from_slice(&channel[12_800..16_000]);
        long
    };
    wav(&place.path("quiet.wav"), 16_000, &both.iter().map(padded).collect::<Vec<_>>());
    promises_nothing(&place, "quiet.wav");
}

#[track_caller]
fn promises_nothing(place: &Place, name: &str) {
    let said = place.analyze([name, "--language", "en"]).exits(0);
    assert_eq!(said.err, "");
    let codes = warnings(&place.path(format!("{name}.openfloor")));
    for code in ["little_material", "coach_unknown"] {
        assert!(codes.iter().any(|one| one == code), "{code} of {codes:?}");
    }
}

#[test]
fn a_file_that_may_not_be_read_is_named() {
    let place = Place::new();
    silence(&place.path("talk.wav"), 1);
    fs::set_permissions(place.path("talk.wav"), fs::Permissions::from_mode(0o000)).unwrap();
    fs::create_dir(place.path("out")).unwrap();
    fs::set_permissions(place.path("out"), fs::Permissions::from_mode(0o777)).unwrap();
    let arguments = ["analyze", "-q", "talk.wav", "--out", "out"];
    let said = Said::of(&mut by_another_user(&place, &arguments));
    said.fails_on("talk.wav", "cannot be read (Permission denied (os error 13)); check that");
    assert_eq!(fs::read_dir(place.path("out")).unwrap().count(), 0);
}

#[test]
fn results_that_may_not_be_written_are_named_with_another_place() {
    let place = Place::new();
    silence(&place.path("talk.wav"), 1);
    fs::create_dir(place.path("out")).unwrap();
    let mode = if is_root() { 0o755 } else { 0o555 };
    fs::set_permissions(place.path("out"), fs::Permissions::from_mode(mode)).unwrap();
    let arguments = ["analyze", "-q", "talk.wav", "--out", "out"];
    let said = Said::of(&mut by_another_user(&place, &arguments));
    let says = "cannot be written (Permission denied (os error 13)); free some space or choose \
                another folder with --out";
    said.fails_on("out/talk.wav.openfloor", says);
    assert_eq!(fs::read_dir(place.path("out")).unwrap().count(), 0);
}

#[test]
fn a_file_in_the_place_of_the_results_is_named() {
    let place = Place::new();
    silence(&place.path("talk.wav"), 1);
    place.write("talk.wav.openfloor", "not a folder");
    let before = place.entries();
    place.analyze(["talk.wav"]).fails_on("talk.wav.openfloor", "cannot be written");
    assert_eq!(place.entries(), before);
}
