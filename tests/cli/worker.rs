//! The parent of a decoding child: the same answers as without one, and no trust in what a child sends.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use openfloor::progress::{Flag, Recorded, Silent};
use openfloor::run::worker::Worker;
use openfloor::session::Ms;
use openfloor::sound::{SoundFacts, WorkCopy, work_copy};
use openfloor::{Error, Result};

use crate::support::{Place, french, program, talk, walk};

fn decode(worker: &Worker, path: &Path, place: &Place) -> Result<(WorkCopy, SoundFacts)> {
    worker.work_copy(path, 0, &place.path(""), &Silent, &Silent)
}

#[test]
fn a_child_gives_the_samples_facts_and_progress_of_this_process() {
    let (place, worker) = (Place::new(), Worker::new(program()));
    for path in [talk(), french()] {
        let (here, apart) = (Recorded::default(), Recorded::default());
        let (copy, facts) = work_copy(path, 0, &place.path(""), &here, &Silent).unwrap();
        let (same, same_facts) =
            worker.work_copy(path, 0, &place.path(""), &apart, &Silent).unwrap();
        assert_eq!((same_facts, apart.events()), (facts, here.events()));
        assert_eq!((same.channels(), same.samples()), (copy.channels(), copy.samples()));
        for channel in 0..copy.channels() {
            let all = |copy: &WorkCopy| copy.window(channel, 0, usize::MAX).unwrap();
            assert!(all(&same) == all(&copy), "channel {channel}");
        }
    }
}

#[test]
fn a_child_gives_the_sentence_and_reaction_of_this_process() {
    let (place, worker) = (Place::new(), Worker::new(program()));
    place.write("text.wav", "What would you like to focus on?");
    place.write("empty.wav", "");
    place.write("cut.wav", b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0");
    place.write("s\u{e9}ance.m4a", b"\0\0\0\x10ftypM4A \0\0\0\0");
    for name in ["text.wav", "empty.wav", "cut.wav", "s\u{e9}ance.m4a", "nowhere.wav", "."] {
        let path = place.path(name);
        let here = work_copy(&path, 0, &place.path(""), &Silent, &Silent).unwrap_err();
        let apart = decode(&worker, &path, &place).unwrap_err();
        assert_eq!(apart.to_string(), here.to_string());
        assert_eq!(apart.reaction(), here.reaction());
    }
}

#[test]
fn a_full_work_disk_is_the_parents_own_error() {
    let worker = Worker::new(program());
    let nowhere = Path::new("/nonexistent");
    let error = worker.work_copy(talk(), 0, nowhere, &Silent, &Silent).unwrap_err();
    assert!(matches!(error, Error::WriteResult { .. }), "{error}");
}

/// A child that does what a script says.
fn played(place: &Place, script: &str) -> Worker {
    let path = place.write("child", format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    Worker::new(path)
}

/// A frame as `printf` writes it.
fn frame(kind: char, payload: &str, length: usize) -> String {
    let (low, high) = (length % 256, length / 256);
    format!(r"printf '{kind}\{low:03o}\{high:03o}\000\000{payload}'")
}

fn message(json: &str) -> String {
    frame('M', json, json.len())
}

#[test]
fn however_a_child_dies_there_is_one_sentence() {
    let crash = "its data make the decoder crash; copy it again";
    let fail = "its data make the decoder fail; copy it again";
    let out_of_memory = "echo 'memory allocation of 99 bytes failed' >&2; kill -ABRT $$";
    let two = message(r#"{"channels":2}"#);
    let (_, facts) = decode(&Worker::new(program()), talk(), &Place::new()).unwrap();
    let told = |duration: u64, channels: u16| {
        let facts = SoundFacts { duration: Ms(duration), channels, ..facts.clone() };
        message(&serde_json::json!({ "decoded": facts }).to_string())
    };
    let no_sound_yet = [&two, "; ", &told(9000, 2)].concat();
    let other_channels = [&two, "; ", &told(0, 1)].concat();
    for (script, says) in [
        ("kill -SEGV $$", crash),
        ("kill -ILL $$", crash),
        ("kill -ABRT $$", crash),
        (out_of_memory, "its data make the decoder want more than 251 MB of memory; copy it again"),
        ("kill -XCPU $$", "its data make the decoder hang; copy it again"),
        (
            "kill -TERM $$",
            "was ended from outside, perhaps for want of memory; close other programs",
        ),
        ("exit 0", fail),
        ("exit 7", fail),
        ("head -c 100000 /dev/zero", fail),
        ("while :; do echo rubbish; done", fail),
        (&frame('M', "{}", 2), fail),
        (&message(r#"{"channels":9}"#), fail),
        (&message(r#"{"channels":0}"#), fail),
        (&[&two, "; ", &two].concat(), fail),
        (&frame('S', r"\0\0\1\1", 4), fail),
        (&[&two, "; ", &frame('S', r"\2\0\1\1", 4)].concat(), fail),
        (&no_sound_yet, fail),
        (&other_channels, fail),
    ] {
        let place = Place::new();
        let worker = played(&place, script);
        let before = place.entries();
        let error = decode(&worker, Path::new("talk.wav"), &place).unwrap_err();
        assert!(error.to_string().starts_with("talk.wav: "), "{script}: {error}");
        assert!(error.to_string().contains(says), "{script}: {error}");
        assert_eq!(error.reaction(), openfloor::Reaction::SkipRecording);
        assert_eq!(place.entries(), before);
    }
}

/// Whether a process runs whose command line has this word.
fn runs(word: &str) -> bool {
    let mut found = false;
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        found |= line.split(|&byte| byte == 0).any(|one| one == word.as_bytes());
    }
    found
}

#[test]
fn a_child_that_says_nothing_is_ended_with_all_it_started() {
    let place = Place::new();
    // A child of the child, as ffmpeg will be; it holds the streams.
    let worker = played(&place, "sleep 7301 & wait").with_patience(Duration::from_millis(300));
    let error = decode(&worker, Path::new("talk.wav"), &place).unwrap_err().to_string();
    assert!(error.contains("nothing of it could be read for 0 s; check the disk"), "{error}");
    assert!(!runs("7301"));
}

#[test]
fn a_child_that_dies_takes_with_it_what_holds_its_streams() {
    let place = Place::new();
    let worker = played(&place, "sleep 7302 >/dev/null & kill -SEGV $$");
    let error = decode(&worker, Path::new("talk.wav"), &place).unwrap_err().to_string();
    assert!(error.contains("crash"), "{error}");
    assert!(!runs("7302"));
}

#[test]
fn stopping_ends_the_child() {
    let place = Place::new();
    let worker = played(&place, "sleep 7303");
    let stop = Flag::default();
    let (path, folder) = (Path::new("talk.wav"), place.path(""));
    std::thread::scope(|scope| {
        let work = scope.spawn(|| worker.work_copy(path, 0, &folder, &Silent, &stop).map(drop));
        while !runs("7303") {
            std::thread::yield_now();
        }
        stop.set();
        assert!(matches!(work.join().unwrap().unwrap_err(), Error::Cancelled));
    });
    assert!(!runs("7303"));
}

#[test]
fn a_panic_of_the_parents_ends_the_child() {
    struct Panics;
    impl openfloor::progress::Progress for Panics {
        fn begin(&self, _: openfloor::progress::Stage, _: Option<Ms>) {
            panic!("as a terminal may");
        }
        fn advance(&self, _: openfloor::progress::Stage, _: Ms) {}
        fn skip(&self, _: openfloor::progress::Stage) {}
    }
    let place = Place::new();
    let begun = message(r#"{"began":{"stage":"decode","total_ms":null}}"#);
    let worker = played(&place, &format!("{begun}; sleep 7304"));
    let work = || worker.work_copy(Path::new("talk.wav"), 0, &place.path(""), &Panics, &Silent);
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work().map(drop))).is_err());
    assert!(!runs("7304"));
}

#[test]
fn a_program_that_is_not_there_stops_the_work() {
    let place = Place::new();
    let error = decode(&Worker::new("/nonexistent".into()), talk(), &place).unwrap_err();
    assert!(matches!(error, Error::Start { .. }), "{error}");
    let mut left = 0;
    walk(&place.path(".home"), &mut |_| left += 1);
    assert_eq!(left, 0);
}
