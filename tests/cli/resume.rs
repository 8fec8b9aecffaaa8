//! Runs that go on from earlier ones: what is believed, what is done again, and that the end is the
//! same whatever happened on the way.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use serde_json::json;

use crate::support::{
    GIVEN, Place, RESULTS, Running, Said, apart, copy_talk, counts, finished, json, minute, noise,
    rot, same_artefacts, touch, wav, windows,
};

#[test]
fn a_second_run_says_so_and_touches_nothing() {
    let place = Place::with_finished_talk();
    let before = times(&place);
    let said = place.analyze_talk(&[]).exits(0);
    assert!(said.out.contains("already analysed, nothing to do"), "{}", said.out);
    assert_eq!(times(&place), before);
}

/// When each artefact was last written.
fn times(place: &Place) -> Vec<(String, SystemTime)> {
    let mut times = Vec::new();
    crate::support::walk(&place.path(RESULTS), &mut |path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // The lock is taken anew each time.
        if path.is_file() && name != ".lock" {
            times.push((name, fs::metadata(path).unwrap().modified().unwrap()));
        }
    });
    times
}

#[test]
fn another_profile_decodes_nothing_and_loads_no_model() {
    let place = Place::with_finished_talk();
    let session = || {
        let path = place.talk("session.json");
        (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap())
    };
    let before = session();
    place.analyze_talk(&["--profile", "mentoring"]).exits(0);
    assert_eq!(counts(&place.path(RESULTS)), [0, 0, 0]);
    assert!(session() == before, "session.json was written again");
    assert_eq!(json(place.talk("analysis.json"))["profile"], "mentoring");
    assert_ne!(
        fs::read(place.talk("report.html")).unwrap(),
        fs::read(finished().join("report.html")).unwrap()
    );
    place.analyze_talk(&[]).exits(0);
    same_artefacts(&place.path(RESULTS), finished());
}

#[test]
fn another_coach_hears_nothing_again() {
    let place = Place::with_finished_talk();
    place.analyze(["talk.wav", "--language", "en", "--coach", "right"]).exits(0);
    assert_eq!(counts(&place.path(RESULTS)), [0, 0, 0]);
    let roles = |at: usize| json(place.talk("analysis.json"))["speakers"][at]["role"].clone();
    assert_eq!((roles(0), roles(1)), ("coachee".into(), "coach".into()));
}

#[test]
fn a_run_killed_at_any_point_goes_on_to_the_same_end() {
    let place = Place::with_talk();
    let line = [&["analyze", "-q", "talk.wav", "--threads", "1"][..], &GIVEN].concat();
    let log = || fs::read_to_string(place.talk("stages/words.jsonl")).unwrap_or_default();
    let points: [(&str, &dyn Fn() -> bool); 7] = [
        ("the folder is made", &|| place.talk("stages").exists()),
        ("who speaks when is known", &|| place.talk("stages/speech.json").exists()),
        ("the language is known", &|| log().contains("facts")),
        ("a window is heard", &|| log().contains("entry")),
        ("the session is made", &|| place.talk("session.json").exists()),
        ("the page is made", &|| place.talk("report.html").exists()),
        ("the analysis is made", &|| place.talk("analysis.json").exists()),
    ];
    for (point, reached) in points {
        let mut running = Running::start(place.command(&line));
        // A point that was passed long ago kills the run at its start, which is a point too.
        running.until(reached);
        running.kill();
        for name in ["session.json", "analysis.json", "transcript.json", "stages/speech.json"] {
            if place.talk(name).exists() {
                json(place.talk(name));
            }
        }
        assert!(place.path("talk.wav").exists(), "{point}");
    }
    place.run(&line).exits(0);
    same_artefacts(&place.path(RESULTS), finished());
    let said = place.run(&line).exits(0);
    assert!(said.out.contains("already analysed"), "{}", said.out);
}

#[test]
fn a_torn_or_missing_artefact_is_made_again() {
    for name in crate::support::ARTEFACTS {
        let place = Place::with_finished_talk();
        let path = place.talk(name);
        let whole = fs::read(&path).unwrap();
        if ["session.json", "analysis.json"].contains(&name) {
            fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        } else {
            fs::remove_file(&path).unwrap();
        }
        let said = place.analyze_talk(&[]).exits(0);
        assert!(!said.out.contains("already analysed"), "{name}: {}", said.out);
        assert_eq!(counts(&place.path(RESULTS)), [0, 0, 0], "{name}");
        same_artefacts(&place.path(RESULTS), finished());
    }
}

#[test]
fn torn_stages_are_made_again() {
    let place = Place::with_heard_talk();
    let path = place.talk("stages/speech.json");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 3]).unwrap();
    place.analyze_talk(&[]).exits(0);
    let [decoded, _, heard] = counts(&place.path(RESULTS));
    assert_eq!((decoded, heard), (1, 0), "the words were there");
    same_artefacts(&place.path(RESULTS), finished());
    assert_eq!(fs::read(&path).unwrap(), whole);
}

#[test]
fn a_log_of_words_torn_in_its_last_line_loses_that_window_only() {
    let place = Place::with_heard_talk();
    let path = place.talk("stages/words.jsonl");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 20]).unwrap();
    place.analyze_talk(&["--threads", "1"]).exits(0);
    assert_eq!(counts(&place.path(RESULTS)), [1, 1, 1]);
    same_artefacts(&place.path(RESULTS), finished());
}

#[test]
fn an_older_analysis_never_vouches_for_newer_results() {
    // A run of another profile, or of another coach, that ends before its own analysis is written.
    for (other, fails_at, replaced) in [
        (["--profile", "mentoring"], "run.json", "report.html"),
        (["--coach", "right"], "transcript.json", "session.json"),
    ] {
        let place = Place::with_finished_talk();
        fs::remove_file(place.talk(fails_at)).unwrap();
        fs::create_dir(place.talk(fails_at)).unwrap();
        let line = ["talk.wav", "--language", "en", "--coach", "left"];
        let line: Vec<&str> = if other[0] == "--coach" {
            [&line[..3], &other[..]].concat()
        } else {
            [&line[..], &other[..]].concat()
        };
        place.analyze(&line).exits(1);
        let bytes = |folder: &Path| fs::read(folder.join(replaced)).unwrap();
        assert!(bytes(&place.path(RESULTS)) != bytes(finished()), "it ended before {replaced}");
        fs::remove_dir(place.talk(fails_at)).unwrap();
        let said = place.analyze_talk(&[]).exits(0);
        assert!(!said.out.contains("already analysed"), "{}", said.out);
        same_artefacts(&place.path(RESULTS), finished());
    }
}

#[test]
fn a_changed_recording_is_analysed_anew() {
    let place = Place::with_finished_talk();
    wav(&place.path("talk.wav"), 16_000, &[noise(1, 48_000), noise(2, 48_000)]);
    let said = place.analyze_talk(&[]).exits(0);
    assert!(!said.out.contains("already analysed"), "{}", said.out);
    assert_eq!(counts(&place.path(RESULTS)), [1, 0, 0]);
    assert_eq!(json(place.talk("analysis.json"))["source"]["duration_ms"], 3000);
    let words = fs::read_to_string(place.talk("stages/words.jsonl")).unwrap();
    assert!(!words.contains("entry"), "words of another recording");
}

#[test]
fn a_recording_that_was_only_touched_is_not_heard_again() {
    let place = Place::with_finished_talk();
    // Where nothing better says the day of the session, another day is another date in the results.
    for (time, already, date) in [
        ("2026-03-13T10:00:00Z", false, json!("2026-03-13")),
        ("2026-03-13T11:00:00Z", true, json!("2026-03-13")),
        ("1970-01-01T00:00:00Z", false, json!(null)),
    ] {
        touch(&place.path("talk.wav"), time);
        let said = place.analyze_talk(&[]).exits(0);
        assert_eq!(said.out.contains("already analysed"), already, "{}", said.out);
        assert_eq!(counts(&place.path(RESULTS)), [0, 0, 0]);
        let session = json(place.talk("analysis.json"))["session"].clone();
        assert_eq!(session["date"], date);
    }
}

#[test]
fn verify_finds_a_change_that_the_file_system_does_not_show() {
    let place = Place::new();
    wav(&place.path("talk.wav"), 16_000, &[noise(1, 48_000), noise(2, 48_000)]);
    place.analyze_talk(&[]).exits(0);
    let hash = |place: &Place| {
        json(place.talk("analysis.json"))["source"]["files"][0]["sha256"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let before = hash(&place);
    rot(&place.path("talk.wav"), 50_000);
    let said = place.analyze_talk(&[]).exits(0);
    assert!(said.out.contains("already analysed"), "{}", said.out);
    let said = place.analyze_talk(&["--verify"]).exits(0);
    assert!(!said.out.contains("already analysed"), "{}", said.out);
    assert_ne!(hash(&place), before);
    let said = place.analyze_talk(&["--verify"]).exits(0);
    assert!(said.out.contains("already analysed"), "{}", said.out);
}

#[test]
fn force_does_everything_again_to_the_same_end() {
    let place = Place::with_finished_talk();
    place.analyze_talk(&["--force", "--threads", "1"]).exits(0);
    assert_eq!(counts(&place.path(RESULTS)), [1, 1, windows(finished())]);
    same_artefacts(&place.path(RESULTS), finished());
}

#[test]
fn two_runs_at_once_do_not_share_results() {
    let place = Place::new();
    fs::copy(minute(), place.path("minute.wav")).unwrap();
    let mut first =
        Running::start(place.command(["analyze", "-q", "minute.wav", "--threads", "1"]));
    let stages = place.path("minute.wav.openfloor/stages");
    assert!(first.until(|| stages.exists()));
    let says = format!(
        "another openfloor is working on these results (process {}); wait for it",
        first.id()
    );
    place.analyze(["minute.wav"]).fails_on("minute.wav.openfloor", &says);
    assert!(first.is_running(), "the first run goes on");
    first.kill();
    // A lock goes with its process.
    wav(&place.path("minute.wav"), 16_000, &vec![vec![0; 16_000]; 2]);
    place.analyze(["minute.wav"]).exits(0);
}

/// Two listeners, no network, and whatever the engines log.
#[test]
fn the_same_sound_gives_the_same_artefacts_whatever_the_threads_without_network_and_with_logs() {
    let place = Place::with_talk();
    let line = [&["analyze", "talk.wav", "-v", "--threads", "2"][..], &GIVEN].concat();
    let said = Said::of(&mut place.under(&apart("-n"), &line)).exits(0);
    assert_eq!(counts(&place.path(RESULTS)), [1, 1, windows(finished())]);
    same_artefacts(&place.path(RESULTS), finished());
    assert!(said.err.contains("whisper"), "-v shows the engine's log: {}", said.err);
    crate::confidential::nothing_said(&said.err);
}

#[test]
fn results_do_not_depend_on_where_the_recording_lies() {
    let place = Place::new();
    fs::create_dir_all(place.path("else where/é")).unwrap();
    copy_talk(&place.path("else where/é/talk.wav"));
    let results = place.path("else where/é").join(RESULTS);
    crate::support::copy_folder(&finished().join("stages"), &results.join("stages"));
    place.analyze([&["else where/é/talk.wav"][..], &GIVEN].concat()).exits(0);
    assert_eq!(counts(&results), [0, 0, 0]);
    same_artefacts(&results, finished());
    assert!(Path::new(&results).join("run.json").exists());
}
