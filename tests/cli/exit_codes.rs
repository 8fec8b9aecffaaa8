//! What the exit code says, and Ctrl-C.

use std::fs;
use std::time::Duration;

use crate::support::{GIVEN, Place, Running, counts, minute, same_artefacts, silence, windows};

/// A good and a bad recording, one a recording without speech (cheap), one text.
fn good_and_bad() -> Place {
    let place = Place::new();
    fs::create_dir(place.path("calls")).unwrap();
    silence(&place.path("calls/b-good.wav"), 1);
    place.write("calls/a-bad.wav", "text");
    place
}

#[test]
fn one_good_and_one_bad_recording_exit_with_3_and_the_good_one_is_complete() {
    let place = good_and_bad();
    let said = place.analyze(["calls"]).exits(3);
    said.sentence("calls/a-bad.wav");
    assert!(said.out.contains("\n1 analysed, 0 already done, 1 failed\n"), "{}", said.out);
    assert!(place.path("calls/b-good.wav.openfloor/report.html").exists());
    assert!(!place.path("calls/a-bad.wav.openfloor").exists());
    let said = place.analyze(["calls"]).exits(3);
    assert!(said.out.contains("\n0 analysed, 1 already done, 1 failed\n"), "{}", said.out);
}

#[test]
fn only_bad_recordings_exit_with_1() {
    let place = Place::new();
    place.write("calls/a.wav", "text");
    place.write("calls/b.wav", "");
    let said = place.analyze(["calls"]).exits(1);
    assert_eq!(said.err.lines().count(), 2, "{}", said.err);
    assert!(said.out.starts_with("0 analysed, 0 already done, 2 failed\n"), "{}", said.out);
    assert_eq!(said.out.matches("\nfailed: ").count(), 2, "{}", said.out);
}

#[test]
fn fail_fast_stops_at_the_first_bad_recording() {
    let place = good_and_bad();
    let said = place.analyze(["calls", "--fail-fast"]).exits(1);
    said.sentence("calls/a-bad.wav");
    assert!(!place.path("calls/b-good.wav.openfloor").exists());
    // What was done before it counts.
    let said = place.analyze(["calls/b-good.wav", "calls/a-bad.wav", "--fail-fast"]).exits(3);
    said.sentence("calls/a-bad.wav");
    assert!(place.path("calls/b-good.wav.openfloor/analysis.json").exists());
}

#[test]
fn an_empty_folder_among_others_stops_none_of_them() {
    let place = good_and_bad();
    fs::remove_file(place.path("calls/a-bad.wav")).unwrap();
    fs::create_dir(place.path("empty")).unwrap();
    let said = place.analyze(["empty", "calls"]).exits(3);
    said.sentence("empty");
    assert!(place.path("calls/b-good.wav.openfloor/analysis.json").exists());
}

#[test]
fn what_is_already_done_exits_with_0() {
    let place = Place::with_finished_talk();
    let said = place.analyze_talk(&[]).exits(0);
    let says = "talk.wav: already analysed, nothing to do\ntalk.wav.openfloor/report.html\n";
    assert_eq!((said.out.as_str(), said.err.as_str()), (says, ""));
}

#[test]
fn a_closed_pipe_is_no_error() {
    let place = Place::with_finished_talk();
    let mut command = place.command(["analyze", "talk.wav"]);
    command.args(GIVEN);
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// Ctrl-C while windows are heard, the next run, and a run that nobody stopped.
#[test]
fn ctrl_c_exits_with_130_within_seconds_and_the_next_run_goes_on_from_there() {
    let place = Place::new();
    fs::copy(minute(), place.path("minute.wav")).unwrap();
    let line = [&["analyze", "minute.wav", "--threads", "1"][..], &GIVEN].concat();
    let results = place.path("minute.wav.openfloor");
    let log = results.join("stages/words.jsonl");
    let heard = || {
        let text = fs::read_to_string(&log).unwrap_or_default();
        text.lines().filter(|line| line.starts_with(r#"{"entry""#)).count()
    };
    let mut running = Running::start(place.command(&line));
    assert!(running.until(|| heard() > 0), "it was over before it could be stopped");
    running.signal("INT");
    let (said, took) = running.end();
    let said = said.exits(130);
    assert!(took < Duration::from_secs(3), "{took:?}");
    let last = said.err.lines().last().unwrap();
    assert_eq!(
        last,
        "openfloor: stopped; finished work is kept, and the same command goes on from there"
    );
    assert!(!results.join("analysis.json").exists());
    let kept = heard() as u64;
    let windows = windows(&results);
    assert!((1..windows).contains(&kept), "{kept} of {windows}");

    place.run(&line).exits(0);
    assert_eq!(counts(&results), [1, 1, windows - kept]);

    let other = Place::new();
    fs::copy(minute(), other.path("minute.wav")).unwrap();
    // By two listeners, while the one that was stopped had one.
    other.run([&["analyze", "minute.wav", "--threads", "2"][..], &GIVEN].concat()).exits(0);
    let unstopped = other.path("minute.wav.openfloor");
    assert_eq!(counts(&unstopped), [1, 1, windows]);
    same_artefacts(&results, &unstopped);
}

#[test]
fn ctrl_c_before_the_sound_is_read_leaves_nothing_half_done() {
    let place = Place::with_talk();
    let line = [&["analyze", "talk.wav", "--threads", "1"][..], &GIVEN].concat();
    let mut running = Running::start(place.command(&line));
    running.until(|| place.talk(".lock").exists());
    running.signal("INT");
    let (said, _) = running.end();
    // A signal ends a program that has not yet begun to listen for it.
    assert!(matches!(said.code, Some(130) | None), "{said:?}");
    assert!(!place.talk("analysis.json").exists());
    place.analyze_talk(&["--threads", "1"]).exits(0);
    same_artefacts(&place.path(crate::support::RESULTS), crate::support::finished());
}
