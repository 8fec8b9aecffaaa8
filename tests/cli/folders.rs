//! Folders of recordings: which are taken, in what order, and where results go.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::outputs::holds;
use crate::support::{GIVEN, Place, Said, by_another_user, ffmpeg, is_root, silence, text};

fn tree(names: &[&str]) -> Place {
    let place = Place::new();
    for (at, name) in names.iter().enumerate() {
        let path = place.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if name.ends_with("wav") || name.ends_with("WAV") {
            // No two are the same.
            silence(&path, at + 1);
        } else {
            fs::write(&path, "text").unwrap();
        }
    }
    place
}

fn fifo(place: &Place, name: &str) {
    let made = std::process::Command::new("mkfifo").arg(place.path(name)).status().unwrap();
    assert!(made.success());
}

const NAMES: [&str; 7] = [
    "calls/b.wav",
    "calls/2026/x.WAV",
    "calls/a.wav",
    "calls/.hidden.wav",
    "calls/.folder/y.wav",
    "calls/notes.txt",
    "calls/old.wav.openfloor/z.wav",
];

#[test]
fn a_folder_is_taken_in_the_order_of_names_without_hidden_files_and_results() {
    let place = tree(&NAMES);
    let said = place.run(["analyze", "calls", "--dry-run"]).exits(0);
    assert_eq!(
        said.out,
        "calls/2026/x.WAV → calls/2026/x.WAV.openfloor\n\
         calls/a.wav → calls/a.wav.openfloor\n\
         calls/b.wav → calls/b.wav.openfloor\n"
    );
    let said = place.analyze(["calls", "--json"]).exits(0);
    let names: Vec<String> = said
        .out
        .lines()
        .map(|line| {
            let analysis: serde_json::Value = serde_json::from_str(line).unwrap();
            analysis["source"]["files"][0]["name"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(names, ["x.WAV", "a.wav", "b.wav"]);
}

#[test]
fn a_dry_run_writes_nothing() {
    let place = tree(&NAMES);
    let before = place.entries();
    place.run(["analyze", "calls", "--dry-run"]).exits(0);
    place.run(["analyze", "calls", "--dry-run", "--out", "results"]).exits(0);
    assert_eq!(place.entries(), before);
    let home = fs::read_dir(place.path(".home")).unwrap().count();
    assert_eq!(home, 0, "not even in the home");
}

#[test]
fn under_out_the_relative_path_is_kept() {
    let place = tree(&["calls/a.wav", "calls/2026/x.wav", "single.wav"]);
    place.analyze(["calls", "single.wav", "--out", "results"]).exits(0);
    for name in ["a.wav", "2026/x.wav", "single.wav"] {
        let report = format!("results/{name}.openfloor/report.html");
        assert!(place.path(&report).exists(), "{report}");
    }
    let beside = place
        .entries()
        .iter()
        .any(|entry| entry.ends_with(".openfloor") && !entry.starts_with("results/"));
    assert!(!beside, "{:?}", place.entries());
}

#[test]
fn results_elsewhere_have_no_link_to_the_recording() {
    let place = tree(&["a.wav"]);
    place.analyze(["a.wav", "--out", "results"]).exits(0);
    place.analyze(["a.wav"]).exits(0);
    let href = |results: &str| {
        let analysis = crate::support::json(place.path(results).join("analysis.json"));
        analysis["source"]["files"][0]["href"].clone()
    };
    assert_eq!(href("results/a.wav.openfloor"), serde_json::Value::Null);
    assert_eq!(href("a.wav.openfloor"), "../a.wav");
}

#[test]
fn a_folder_that_may_not_be_opened_stops_no_other() {
    let place = tree(&["calls/a.wav", "calls/closed/x.wav"]);
    let closed = place.path("calls/closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    fs::create_dir(place.path("out")).unwrap();
    fs::set_permissions(place.path("out"), fs::Permissions::from_mode(0o777)).unwrap();
    let line = ["analyze", "-q", "calls", "--out", "out"];
    let mut command = by_another_user(&place, &line);
    let said = Said::of(&mut command).exits(3);
    said.sentence("calls/closed");
    assert!(is_root() || place.path("out/a.wav.openfloor/report.html").exists());
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn links_are_followed_and_one_that_leads_back_is_walked_once() {
    let place = tree(&["calls/a.wav"]);
    std::os::unix::fs::symlink("..", place.path("calls/up")).unwrap();
    std::os::unix::fs::symlink("a.wav", place.path("calls/b.wav")).unwrap();
    let said = place.run(["analyze", "calls", "--dry-run"]).exits(0);
    assert_eq!(
        said.out,
        "calls/a.wav → calls/a.wav.openfloor\n\
         calls/b.wav: the same recording as calls/a.wav, analysed once\n"
    );
}

#[test]
fn copies_are_analysed_once_and_counted() {
    let place = tree(&["calls/a.wav", "calls/b.wav"]);
    fs::create_dir(place.path("calls/copies")).unwrap();
    fs::copy(place.path("calls/a.wav"), place.path("calls/copies/a (1).wav")).unwrap();
    fs::hard_link(place.path("calls/b.wav"), place.path("calls/copies/b.bin")).unwrap();
    let said = place.analyze(["calls", "calls/a.wav"]).exits(0);
    let lines = "calls/copies/a (1).wav: the same recording as calls/a.wav, analysed once\n\
                 calls/copies/b.bin: the same recording as calls/b.wav, analysed once\n\
                 calls/a.wav: named more than once, analysed once\n";
    assert!(said.out.starts_with(lines), "{}", said.out);
    let summary = "2 analysed, 0 already done, 0 failed, 3 the same as another\n";
    assert!(said.out.contains(summary), "{}", said.out);
    let results = |name: &str| place.path("calls").join(name).join("analysis.json").exists();
    assert!(results("a.wav.openfloor") && results("b.wav.openfloor"));
    assert!(!place.path("calls/copies/a (1).wav.openfloor").exists());
    assert!(!place.path("calls/copies/b.bin.openfloor").exists());

    // Another name that comes first does not do the work again.
    fs::copy(place.path("calls/b.wav"), place.path("calls/0.wav")).unwrap();
    let said = place.analyze(["calls", "--json"]).exits(0);
    let mut same = Vec::new();
    for line in said.out.lines() {
        let document: Value = serde_json::from_str(line).unwrap();
        if document["schema"] == "openfloor.duplicate/1" {
            holds("duplicate", &document);
            same.push(["source", "of"].map(|key| document[key].as_str().unwrap().to_owned()));
        }
    }
    let pairs = [
        ["calls/0.wav", "calls/b.wav"],
        ["calls/copies/a (1).wav", "calls/a.wav"],
        ["calls/copies/b.bin", "calls/b.wav"],
    ];
    assert_eq!(same, pairs);
    assert_eq!(said.out.lines().count(), 5, "{}", said.out);
    assert!(!place.path("calls/0.wav.openfloor").exists());
}

#[test]
fn that_large_files_of_one_length_are_read_is_said() {
    let place = Place::new();
    for (name, length) in [("a.wav", 300 << 20), ("b.wav", 300 << 20), ("c.wav", 301 << 20)] {
        // Holes: nothing lies on the disk.
        fs::create_dir_all(place.path("calls")).unwrap();
        fs::File::create(place.path("calls").join(name)).unwrap().set_len(length).unwrap();
    }
    let said = place.run(["analyze", "calls", "--dry-run"]).exits(0);
    let lines: Vec<&str> = said.err.lines().collect();
    assert_eq!(
        lines,
        ["a", "b"].map(|name| {
            format!("calls/{name}.wav: looking whether it is a copy of another one")
        })
    );
    assert!(said.out.contains("calls/b.wav: the same recording as calls/a.wav"), "{}", said.out);
    assert_eq!(place.run(["analyze", "calls", "--dry-run", "--quiet"]).exits(0).err, "");
}

#[test]
fn files_of_any_name_are_taken_by_their_content_and_documents_are_not() {
    let place = Place::with_talk();
    fs::create_dir(place.path("calls")).unwrap();
    let talk = place.path("talk.wav");
    for (to, codec) in [("a.m4a", "aac"), ("b.mp3", "libmp3lame"), ("c.aac", "aac")] {
        ffmpeg(&["-i", text(&talk), "-c:a", codec, text(&place.path(to))]);
    }
    for (from, to) in
        [("talk.wav", "REC0001"), ("a.m4a", "x.bin"), ("b.mp3", "y.dat"), ("c.aac", "z.txt")]
    {
        fs::rename(place.path(from), place.path("calls").join(to)).unwrap();
    }
    let recording = fs::read(place.path("calls/REC0001")).unwrap();
    for (name, bytes) in [
        ("notes.txt", b"Coach: What would you like?\nClient: Rest.\n".as_slice()),
        ("MAC list", b"MAC addresses: 00-00"),
        ("a.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("a.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0"),
        ("a.heic", b"\0\0\0\x24ftypheic\0\0\0\0mif1heic"),
        ("a.docx", b"PK\x03\x04\x14\0\x06\0"),
        ("a.html", b"<!DOCTYPE html><title>Call</title>"),
        ("a.sqlite", b"SQLite format 3\0\x10\0"),
        ("frame", b"\xff\xfb\x90\x64\0\0\0\0"),
        ("empty", b""),
        // A browser gives it its name when it is whole.
        ("a.wav.part", &recording),
        // Recorders of Discord keep this beside the tracks.
        ("raw.dat", b"OggS\0\x02\0\0"),
    ] {
        place.write(format!("calls/{name}"), bytes);
    }
    let said = place.run(["analyze", "calls", "--dry-run"]).exits(0);
    let found: Vec<&str> = said.out.lines().map(|line| line.split(" →").next().unwrap()).collect();
    assert_eq!(found, ["calls/REC0001", "calls/x.bin", "calls/y.dat", "calls/z.txt"]);
    let said = place.analyze([&["calls"][..], &GIVEN].concat()).exits(0);
    assert!(said.out.contains("4 analysed, 0 already done, 0 failed\n"), "{}", said.out);
    assert!(place.path("calls/REC0001.openfloor/report.html").exists());
}

/// Nothing that would wait or may not be read is opened: another user may not read them.
#[test]
fn what_is_known_by_its_name_or_its_results_is_not_opened() {
    let place = tree(&["calls/a.wav"]);
    let files = ["calls/b.mp3", "calls/rec", "calls/unknown"];
    for name in files {
        place.write(name, name);
        fs::set_permissions(place.path(name), fs::Permissions::from_mode(0o000)).unwrap();
    }
    fs::create_dir(place.path("calls/rec.openfloor")).unwrap();
    fifo(&place, "calls/pipe.wav");
    fifo(&place, "calls/pipe");
    fifo(&place, "calls/info.txt");
    let _socket = std::os::unix::net::UnixListener::bind(place.path("calls/socket.wav")).unwrap();
    let mut command = by_another_user(&place, &["analyze", "calls", "--dry-run"]);
    let said = Said::of(&mut command).exits(0);
    assert_eq!(
        said.out,
        "calls/a.wav → calls/a.wav.openfloor\n\
         calls/b.mp3 → calls/b.mp3.openfloor\n\
         calls/rec → calls/rec.openfloor\n"
    );
    // What may not be read fails with a sentence of its own.
    let line = ["analyze", "-q", "calls", "--out", "out"];
    fs::create_dir(place.path("out")).unwrap();
    fs::set_permissions(place.path("out"), fs::Permissions::from_mode(0o777)).unwrap();
    fs::remove_dir(place.path("calls/rec.openfloor")).unwrap();
    let said = Said::of(&mut by_another_user(&place, &line));
    said.exits(3).sentence("calls/b.mp3");
}

#[test]
fn a_pipe_a_socket_or_a_device_that_is_named_is_refused_without_waiting() {
    let place = Place::new();
    for name in ["pipe.wav", "pipe.vtt", "pipe"] {
        fifo(&place, name);
    }
    let _socket = std::os::unix::net::UnixListener::bind(place.path("socket")).unwrap();
    for name in ["pipe.wav", "pipe.vtt", "pipe", "socket", "/dev/zero"] {
        place.analyze([name]).fails_on(name, "this is a pipe, a socket or a device, not a file; ");
    }
}

#[test]
fn patterns_say_what_is_taken_of_a_folder() {
    let place =
        tree(&["calls/a.wav", "calls/2026/b.wav", "calls/2026/draft-c.WAV", "calls/old/d.wav"]);
    let dry = |more: &[&str]| -> Vec<String> {
        let said = place.run([&["analyze", "calls", "--dry-run"][..], more].concat()).exits(0);
        let name = |line: &str| line.split(" →").next().unwrap()["calls/".len()..].to_owned();
        said.out.lines().map(name).collect()
    };
    assert_eq!(dry(&["--include", "2026/**"]), ["2026/b.wav", "2026/draft-c.WAV"]);
    assert_eq!(dry(&["--exclude", "draft-*", "--exclude", "old"]), ["2026/b.wav", "a.wav"]);
    assert_eq!(dry(&["--include", "*.wav", "--exclude", "2026"]), ["a.wav", "old/d.wav"]);
    // A file that is named is taken.
    let said = place.run(["analyze", "calls/a.wav", "--exclude", "*", "--dry-run"]).exits(0);
    assert_eq!(said.out.lines().count(), 1);
    place.analyze(["calls", "--include", "*.mp3"]).fails_on(
        "calls",
        "what --include and --exclude leave of this folder holds no recording and no transcript; \
         change the patterns",
    );
    // Settings say it too, and the command line wins.
    place.write("openfloor.toml", "include = [\"a*\"]\nexclude = [\"2026\"]\n");
    assert_eq!(dry(&[]), ["a.wav"]);
    assert_eq!(dry(&["--include", "*"]), ["a.wav", "old/d.wav"]);
    place.write("openfloor.toml", "exclude = [\"{a\"]\n");
    let said = place.run(["analyze", "calls"]).exits(2);
    said.sentence("the pattern “{a” cannot be read");
}

#[test]
fn names_of_every_kind_are_analysed_with_their_results_beside_them() {
    let place = Place::with_talk();
    fs::create_dir(place.path("calls")).unwrap();
    let names: [&[u8]; 11] = [
        b" a b .wav",
        b"line\nbreak.wav",
        b"\"quo'te\".wav",
        b"s\xe9ance.wav",
        b"s\xe8ance.wav",
        b"-dash.wav",
        b"--json",
        b"dots...",
        b"$(touch x);`id`.wav",
        "séance 💬.wav".as_bytes(),
        b"\x1b[31mred.wav",
    ];
    for (at, name) in names.iter().enumerate() {
        // Each its own content.
        let path = place.path("calls").join(OsStr::from_bytes(name));
        let mut channels = crate::support::channels(&place.path("talk.wav"));
        for channel in &mut channels {
            channel.truncate(16_000 * 3 + at);
        }
        crate::support::wav(&path, 44_100, &channels);
    }
    let said = place.analyze([&["calls"][..], &GIVEN].concat()).exits(0);
    assert_eq!(said.err, "");
    assert!(said.out.contains("11 analysed, 0 already done, 0 failed\n"), "{}", said.out);
    assert!(!said.out.chars().any(|c| c.is_control() && c != '\n'), "{:?}", said.out);
    for name in names {
        let results = [name, b".openfloor"].concat();
        let report = place.path("calls").join(OsStr::from_bytes(&results)).join("report.html");
        assert!(report.exists(), "{}", report.display());
    }
    assert!(!place.path("x").exists() && !place.path("calls/x").exists());
    // From inside, each by its own name, and again.
    let mut command = place.command(["analyze", "-q", "."]);
    let said = Said::of(command.args(GIVEN).current_dir(place.path("calls"))).exits(0);
    assert!(said.out.contains("0 analysed, 11 already done, 0 failed\n"), "{}", said.out);
    for name in [b"-dash.wav".as_slice(), b"--json", b"s\xe9ance.wav", b"line\nbreak.wav"] {
        let mut command = place.command(["analyze", "-q"]);
        let command = command.args(GIVEN).arg("--").arg(OsStr::from_bytes(name));
        let said = Said::of(command.current_dir(place.path("calls"))).exits(0);
        assert_eq!(said.out.lines().count(), 2, "{}", said.out);
        assert!(said.out.contains("already analysed"), "{}", said.out);
    }
    // Patterns, too, take names as they are.
    let mut command = place.command(["analyze", "calls", "--dry-run", "--include", "s?ance.wav"]);
    assert_eq!(Said::of(&mut command).exits(0).out.lines().count(), 2);
}
