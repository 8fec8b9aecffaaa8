//! A command line or settings that make no sense: exit code 2, before anything is done.

use crate::support::{GIVEN, Place, Said, finished, silence};

fn usage<const N: usize>(place: &Place, arguments: [&str; N]) -> Said {
    let said = place.run(arguments).exits(2);
    assert_eq!(said.out, "");
    assert!(!said.err.contains("panic"), "{}", said.err);
    assert!(!place.path("talk.wav.openfloor").exists());
    said
}

#[test]
fn a_command_line_that_is_off_exits_with_2() {
    let place = Place::new();
    silence(&place.path("talk.wav"), 1);
    for (arguments, says) in [
        (&["analyze"][..], "required"),
        (&["analyse", "talk.wav"], "unrecognized subcommand"),
        (&["analyze", "talk.wav", "--coach", "nonsense"], "left, right, channel:N"),
        (&["analyze", "talk.wav", "--coach", "channel:0"], "left, right, channel:N"),
        (&["analyze", "talk.wav", "--track", "coach=talk.wav"], "cannot be used with"),
        (&["analyze", "--track", "coach=talk.wav"], "give --track once a person"),
        (&["analyze", "--track", "boss=talk.wav"], "the role is coach, coachee, other or unknown"),
        (&["analyze", "--track", "talk.wav"], "write it as ROLE=FILE"),
        (
            &["analyze", "--track", "coach=a.wav", "--track", "coach=b.wav"],
            "one track is the coach's",
        ),
        (&["analyze", "talk.wav", "--profile", "unknown"], "unknown"),
        (&["analyze", "talk.wav", "--language", "de"], "possible values: auto, en, fr"),
        (&["analyze", "talk.wav", "--date", "yesterday"], "write it as YYYY-MM-DD"),
        (&["analyze", "talk.wav", "--threads", "0"], "0 is not in 1..=256"),
        (
            &["analyze", ".", "--include", "[a.wav"],
            "the pattern “[a.wav” cannot be read (unclosed character class; missing ']'); write it as",
        ),
        (&["analyze", "talk.wav", "--exclude", ""], "the pattern “” cannot be read (it is empty)"),
        (&["analyze", "talk.wav", "--colour"], "unexpected argument"),
        (&["completions", "cmd"], "possible values"),
        (&["models", "fetch"], "required"),
        (&["models", "fetch", "huge"], "large-v3-turbo, large-v3]"),
        (&["models", "fetch", "small", "--mirror", "ftp://host/"], "a mirror is given as https://"),
        (&["models", "fetch", "small", "--mirror", "https://me:secret@host"], "without a name or"),
    ] {
        let said = place.run(arguments).exits(2);
        assert!(said.err.contains(says), "{arguments:?}: {}", said.err);
        assert_eq!(said.out, "", "{arguments:?}");
        assert!(!place.path("talk.wav.openfloor").exists(), "{arguments:?}");
    }
}

#[test]
fn seven_tracks_are_too_many() {
    let place = Place::new();
    silence(&place.path("talk.wav"), 1);
    let track = ["--track", "other=a.wav"];
    let seven: Vec<&str> = std::iter::repeat_n(track, 7).flatten().collect();
    let said = place.run([&["analyze"][..], &seven].concat()).exits(2);
    assert!(said.err.contains("at most six tracks"), "{}", said.err);
}

#[test]
fn settings_that_cannot_be_used_are_named() {
    let place = Place::new();
    silence(&place.path("talk.wav"), 1);
    for (settings, says) in [
        ("modle = \"small\"\n", "unknown field `modle`"),
        ("model = \n", "openfloor.toml"),
        ("threads = \"two\"\n", "openfloor.toml"),
        ("language = \"de\"\n", "the language is auto, en or fr"),
        ("coach = \"nonsense\"\n", "the coach is given as left, right, channel:N"),
        ("profile = \"unknown\"\n", "unknown"),
    ] {
        place.write("openfloor.toml", settings);
        let said = usage(&place, ["analyze", "talk.wav"]);
        assert!(said.err.contains(says), "{settings}: {}", said.err);
        assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    }
}

#[test]
fn a_profile_file_that_cannot_be_used_is_named() {
    let place = Place::new();
    silence(&place.path("talk.wav"), 1);
    place.write("mine.toml", "name = 3\n");
    let said = usage(&place, ["analyze", "talk.wav", "--profile", "mine.toml"]);
    assert!(said.err.contains("mine.toml"), "{}", said.err);
    assert!(!said.err.contains("panic"), "{}", said.err);
}

#[test]
fn a_flag_wins_over_the_settings() {
    let place = Place::new();
    silence(&place.path("talk.wav"), 1);
    place.write("openfloor.toml", "profile = \"unknown\"\nout = \"settings\"\nthreads = 1\n");
    place.analyze(["talk.wav", "--profile", "lead", "--out", "flag"]).exits(0);
    assert!(place.path("flag/talk.wav.openfloor/analysis.json").exists());
    place.analyze(["talk.wav", "--profile", "lead"]).exits(0);
    assert!(place.path("settings/talk.wav.openfloor/analysis.json").exists());
}

#[test]
fn a_coach_who_is_not_there_is_a_usage_error_that_spoils_nothing() {
    let place = Place::with_finished_talk();
    let said = place.analyze(["talk.wav", "--language", "en", "--coach", "S9"]).exits(2);
    let sentence = said.sentence("talk.wav");
    assert!(sentence.contains("it has 2 speakers, S1 to S2"), "{sentence}");
    let again = place.analyze([&["talk.wav"][..], &GIVEN].concat()).exits(0);
    assert!(again.out.contains("already analysed"), "{}", again.out);
    crate::support::same_artefacts(&place.path(crate::support::RESULTS), finished());
}

#[test]
fn two_recordings_of_one_name_are_not_put_into_one_results_folder() {
    let place = Place::new();
    for (seconds, folder) in [(1, "a"), (2, "b")] {
        std::fs::create_dir(place.path(folder)).unwrap();
        silence(&place.path(folder).join("talk.wav"), seconds);
    }
    let said = place.analyze(["a/talk.wav", "b/talk.wav", "--out", "out"]).exits(2);
    let sentence = said.sentence("a/talk.wav and b/talk.wav");
    assert!(sentence.contains("out/talk.wav.openfloor"), "{sentence}");
    assert!(!place.path("out").exists());
    // The same file twice is no two recordings.
    let said = place.analyze(["a/talk.wav", "./a/talk.wav", "--out", "out"]).exits(0);
    let summary = "1 analysed, 0 already done, 0 failed, 1 the same as another";
    assert!(said.out.contains(summary), "{}", said.out);
}
