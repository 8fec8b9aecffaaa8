//! Nothing that was said is on a log or in an error, whatever fails; and a file's name cannot drive
//! the terminal.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::{GIVEN, Place, RESULTS, Said, by_another_user, finished, json, silence};

/// The words of `talk.wav` as they were heard, folded.
fn canary() -> Vec<String> {
    let transcript = json(finished().join("transcript.json"));
    let said: Vec<String> = transcript["utterances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["text"].as_str().unwrap().to_owned())
        .collect();
    folded(&said.join(" "))
}

/// Words in lower case, without marks.
fn folded(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Holds that no two words that follow each other in the talk do so in `text`.
#[track_caller]
pub fn nothing_said(text: &str) {
    let log = folded(text);
    for pair in canary().windows(2) {
        assert!(!log.windows(2).any(|words| words == pair), "{pair:?} was logged: {text}");
    }
}

#[test]
fn the_canary_is_seen_where_it_is() {
    assert!(canary().len() > 20);
    let seen = std::panic::catch_unwind(|| nothing_said("log: \"A BIT OUT OF BREATH\""));
    assert!(seen.is_err());
}

#[test]
fn results_that_cannot_be_written_after_all_was_heard_show_nothing() {
    for verbose in [false, true] {
        let place = Place::with_heard_talk();
        // Somebody else owns the results, and left them readable.
        for (name, mode) in [("", 0o777), (".lock", 0o666), ("stages", 0o777)] {
            if name == ".lock" {
                place.write(Path::new(RESULTS).join(name), "");
            }
            let path = place.path(RESULTS).join(name);
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
        for name in ["speech.json", "words.jsonl"] {
            let path = place.path(RESULTS).join("stages").join(name);
            fs::set_permissions(path, fs::Permissions::from_mode(0o666)).unwrap();
        }
        // A folder in the place of the page: the last thing written but one.
        fs::create_dir(place.talk("report.html")).unwrap();
        let mut line = [&["analyze", "talk.wav"][..], &GIVEN].concat();
        if verbose {
            line.push("-v");
        }
        let said = Said::of(&mut by_another_user(&place, &line)).exits(1);
        assert!(said.err.contains("report.html: cannot be written"), "{}", said.err);
        assert_eq!(said.out, "");
        nothing_said(&said.err);
        assert!(!place.talk("analysis.json").exists());
    }
}

#[test]
fn a_damaged_session_shows_nothing() {
    let place = Place::with_finished_talk();
    // Whole JSON of the wrong form: an error of the reader would quote it.
    let text = fs::read_to_string(place.talk("session.json")).unwrap();
    fs::write(place.talk("session.json"), text.replace(r#""start_ms":"#, r#""start_ms":"x","y":"#))
        .unwrap();
    fs::remove_file(place.talk("analysis.json")).unwrap();
    let line = [&["analyze", "talk.wav", "-v"][..], &GIVEN].concat();
    let said = place.run(line).exits(0);
    nothing_said(&said.err);
}

/// A name that clears the screen, sets the title, and feigns a second line.
const EVIL: &str = "talk\u{1b}[2J\u{1b}]0;owned\u{7}\nopenfloor: all is well\r\u{202e}.wav";

#[track_caller]
fn defused(said: &Said) {
    for stream in [&said.out, &said.err] {
        // JSON is for programs: it escapes what JSON escapes.
        let mark = if stream.starts_with('{') { '\u{7}' } else { '\u{202e}' };
        for c in ['\u{1b}', '\u{7}', '\r', mark] {
            assert!(!stream.contains(c), "{c:?} in {stream:?}");
        }
        assert!(
            !stream.lines().any(|line| line.starts_with("openfloor: all is well")),
            "{stream:?}"
        );
    }
}

#[test]
fn the_name_of_a_file_cannot_drive_the_terminal() {
    let place = Place::new();
    silence(&place.path(EVIL), 1);
    for arguments in [
        &["analyze", EVIL, "--dry-run"][..],
        &["analyze", EVIL],
        &["analyze", EVIL],
        &["analyze", EVIL, "--json"],
        &["analyze", ".", "-v"],
    ] {
        defused(&place.run(arguments).exits(0));
    }
    place.write(EVIL, "text");
    let said = place.run(["analyze", EVIL]).exits(1);
    assert_eq!(said.err.lines().count(), 1, "{:?}", said.err);
    defused(&said);
    defused(&place.run(["analyze", EVIL, "--json"]).exits(1));
    defused(&place.run(["analyze", "talk.wav", "--model", EVIL]).exits(1));
    let page = fs::read_to_string(place.path(format!("{EVIL}.openfloor/report.html"))).unwrap();
    assert!(!page.contains('\u{1b}'));
}

#[test]
fn a_name_that_is_no_utf8_is_a_name() {
    let place = Place::new();
    let name = OsStr::from_bytes(b"s\xe9ance.wav");
    silence(&place.path(name), 1);
    let said = place.analyze([name]).exits(0);
    assert_eq!(said.err, "");
    let said = place.analyze([name]).exits(0);
    assert!(said.out.contains("already analysed"), "{}", said.out);
    let said = place.analyze([OsStr::new("."), OsStr::new("--json")]).exits(0);
    assert_eq!(said.out.lines().count(), 1);
}

#[test]
fn markup_in_a_name_stays_text() {
    let place = Place::new();
    let name = "<img src=x onerror=alert(1)>.wav";
    silence(&place.path(name), 1);
    place.analyze([name]).exits(0);
    let page = fs::read_to_string(place.path(format!("{name}.openfloor/report.html"))).unwrap();
    assert!(!page.contains("<img"), "a name became markup");
}
