//! Folders, unattended: what is broken stops nothing, nothing is done twice, and a run that is killed
//! is gone on with.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};

use crate::lost::{decoder, hour};
use crate::support::{
    ARTEFACTS, Place, Running, Said, as_another_user, counts, ffmpeg, in_public, same_artefacts,
    silence, talk, text,
};

/// Clips of a session, of different parts, so that none is another's double.
fn clips(folder: &Path, count: u32, seconds: u32) {
    let session =
        Path::new(crate::support::PACKAGE).join("fixtures/recordings/en_delegation.stereo.flac");
    fs::create_dir_all(folder).unwrap();
    for number in 0..count {
        let start = (number * 7 % 330).to_string();
        let to = folder.join(format!("clip-{number:02}.wav"));
        let seconds = seconds.to_string();
        ffmpeg(&["-ss", &start, "-t", &seconds, "-i", text(&session), text(&to)]);
    }
}

fn results(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

/// A number from 0 to 1 that looks like chance.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        f64::from(u32::try_from(self.0 >> 33).unwrap()) / f64::from(1_u32 << 31)
    }
}

/// `OPENFLOOR_SOAK`: so many recordings, and as many kills (`scripts/soak`).
#[test]
fn a_folder_killed_at_any_instant_ends_as_if_it_had_not_been() {
    let soak = std::env::var("OPENFLOOR_SOAK").ok().and_then(|number| number.parse().ok());
    let count: u32 = soak.unwrap_or(5);
    let (place, whole) = (Place::new(), Place::new());
    clips(&place.path("calls"), count, 15);
    for clip in fs::read_dir(place.path("calls")).unwrap().flatten() {
        let to = whole.path("calls").join(clip.file_name());
        fs::create_dir_all(whole.path("calls")).unwrap();
        fs::copy(clip.path(), &to).unwrap();
        // The day of a session comes from its file.
        let modified = clip.metadata().unwrap().modified().unwrap();
        File::options().write(true).open(&to).unwrap().set_modified(modified).unwrap();
    }
    let line = ["analyze", "-q", "--language", "en", "calls"];
    let begun = Instant::now();
    let mut all = whole.command(line);
    assert!(all.stdout(Stdio::null()).status().unwrap().success());
    let whole_time = begun.elapsed();

    let seed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    println!("chance from {seed}, a whole run takes {whole_time:?}");
    let mut chance = Chance(seed);
    let mut finished: BTreeMap<PathBuf, SystemTime> = BTreeMap::new();
    let mut kills = 0;
    while kills < count {
        // A recording takes two of these, for two are worked on at once: by three, a third of the kills
        // come after some were finished, the others amid the first.
        let most = 3.0 * whole_time.as_secs_f64() / f64::from(count);
        let mut running = place.command(line).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_secs_f64(chance.next() * most.max(0.5)));
        let over = running.try_wait().unwrap().is_some();
        running.kill().unwrap();
        running.wait().unwrap();
        kills += 1;
        for path in results(&place.path("calls")) {
            // What is complete stays as it is: no recording is analysed twice to the end.
            let Ok(analysis) = fs::metadata(path.join("analysis.json")) else { continue };
            let time = analysis.modified().unwrap();
            let before = *finished.entry(path.clone()).or_insert(time);
            assert_eq!(before, time, "{} was written again", path.display());
        }
        if over {
            break;
        }
    }
    println!("{kills} kills, {} finished before the last run", finished.len());
    let mut rest = place.command(line);
    assert!(rest.stdout(Stdio::null()).status().unwrap().success());
    for (path, time) in &finished {
        let now = fs::metadata(path.join("analysis.json")).unwrap().modified().unwrap();
        assert_eq!(now, *time, "{} was written again", path.display());
    }
    let (found, wanted) = (results(&place.path("calls")), results(&whole.path("calls")));
    assert_eq!((found.len(), wanted.len()), (count as usize, count as usize));
    for (found, wanted) in found.iter().zip(&wanted) {
        assert_eq!(found.file_name(), wanted.file_name());
        same_artefacts(found, wanted);
    }
    for name in ["sessions.html", "sessions.csv", "sessions.json"] {
        let read = |place: &Place| fs::read(place.path("calls").join(name)).unwrap();
        assert!(read(&place) == read(&whole), "{name}");
    }
}

/// Thirty files that are no recordings, or no longer; no two are the same.
fn broken(folder: &Path) -> usize {
    let bytes = fs::read(talk()).unwrap();
    let (m4a, mp3, flac, ogg) = ("whole.m4a", "whole.mp3", "whole.flac", "whole.ogg");
    let place = Place::new();
    for name in [m4a, mp3, flac, ogg] {
        ffmpeg(&["-i", text(talk()), text(&place.path(name))]);
    }
    let read = |name: &str| fs::read(place.path(name)).unwrap();
    let cut = |name: &str, most: usize| read(name)[..most].to_vec();
    let mut header = bytes[..44].to_vec();
    let other = |at: usize, to: u8| {
        let mut bytes = header.clone();
        bytes[at] = to;
        bytes
    };
    let (codec, none, many) = (other(20, 0x77), other(22, 0), other(22, 200));
    header.truncate(30);
    let noise: Vec<u8> =
        (0..60_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("empty.wav", Vec::new()),
        ("empty.m4a", Vec::new()),
        ("text.wav", b"What would you like?".to_vec()),
        ("text.mp3", b"And what else?".to_vec()),
        ("page.mp4", b"<!doctype html><html></html>".to_vec()),
        ("archive.wav", b"PK\x03\x04\x14\0\0\0\x08\0".to_vec()),
        ("picture.m4a", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
        ("paper.mp3", b"%PDF-1.7\n".to_vec()),
        ("program.wav", b"\x7fELF\x02\x01\x01\0".to_vec()),
        ("zeros.wav", vec![0; 10_000]),
        ("zeros.mp3", vec![0; 10_001]),
        ("zeros.flac", vec![0; 10_002]),
        ("noise.wav", noise.clone()),
        ("noise.m4a", noise[1..].to_vec()),
        ("noise.opus", noise[2..].to_vec()),
        ("header.wav", header),
        ("only-header.wav", bytes[..44].to_vec()),
        ("codec.wav", codec),
        ("no-channels.wav", none),
        ("many-channels.wav", many),
        ("cut.m4a", cut(m4a, read(m4a).len() / 2)),
        ("start.m4a", cut(m4a, 24)),
        ("start.flac", cut(flac, 40)),
        ("start.ogg", cut(ogg, 60)),
        ("start.webm", b"\x1a\x45\xdf\xa3\x01\0\0\0".to_vec()),
        ("amr.amr", b"#!AMR\n".to_vec()),
        ("wma.wma", [&b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"[..], &noise[..100]].concat()),
        ("caption.vtt", b"WEBVTT\n\n00:00 --> nothing\n".to_vec()),
        ("lines.srt", b"no times at all\n".to_vec()),
        ("torn.json", b"{\"schema\":\"openfloor.transcript/1\",\"lang".to_vec()),
    ];
    for (name, bytes) in &files {
        fs::write(folder.join(name), bytes).unwrap();
    }
    files.len()
}

#[test]
fn thirty_broken_files_stop_none_of_three_good_ones() {
    let place = Place::new();
    let calls = place.path("calls");
    fs::create_dir(&calls).unwrap();
    let broken = broken(&calls);
    assert_eq!(broken, 30);
    for (name, seconds) in [("a good.wav", 1), ("m.wav", 2), ("z.wav", 3)] {
        silence(&calls.join(name), seconds);
    }
    let said = place.analyze(["calls"]).exits(3);
    let good = results(&calls);
    assert_eq!(good.len(), 3, "{good:?}");
    for folder in good {
        assert!(ARTEFACTS.iter().all(|name| folder.join(name).is_file()), "{folder:?}");
    }
    let sentences: Vec<&str> = said.err.lines().collect();
    assert_eq!(sentences.len(), broken, "{}", said.err);
    for sentence in &sentences {
        assert!(sentence.starts_with("openfloor: calls/"), "{sentence}");
        assert!(!sentence.contains("inside Openfloor"), "{sentence}");
    }
    let summary = fs::read_to_string(calls.join("openfloor-summary.txt")).unwrap();
    assert!(summary.contains("3 analysed, 0 already done, 30 failed\n"), "{summary}");
    assert_eq!(summary.matches("\nfailed: calls/").count(), broken);
    assert!(calls.join("sessions.html").is_file() && calls.join("sessions.csv").is_file());
}

#[test]
fn a_finished_folder_is_gone_through_without_opening_a_recording() {
    let place = Place::new();
    let (calls, cache) = (place.path("calls"), place.path("cache"));
    for folder in [&calls, &cache] {
        fs::create_dir(folder).unwrap();
        fs::set_permissions(folder, fs::Permissions::from_mode(0o777)).unwrap();
    }
    let names = ["a.wav", "b.wav", "c d.wav"];
    for (name, seconds) in names.iter().zip(1..) {
        silence(&calls.join(name), seconds);
    }
    let run = || {
        let (program, models) = in_public();
        let mut line: Vec<&str> = as_another_user().to_vec();
        line.extend([text(program), "analyze", "calls"]);
        let mut command = std::process::Command::new(line[0]);
        command.args(&line[1..]).current_dir(place.path("")).stdin(Stdio::null());
        command.env("HOME", "/nonexistent").env("XDG_CACHE_HOME", &cache);
        Said::of(command.env("OPENFLOOR_MODELS", models)).exits(0)
    };
    run();
    let written = |name: &str| fs::metadata(calls.join(name)).unwrap().modified().unwrap();
    let page = written("sessions.html");
    // Whoever may not read them cannot have opened them.
    for name in names {
        fs::set_permissions(calls.join(name), fs::Permissions::from_mode(0o000)).unwrap();
    }
    let said = run();
    assert!(said.out.contains("0 analysed, 3 already done, 0 failed\n"), "{}", said.out);
    assert_eq!(said.err, "");
    assert_eq!(written("sessions.html"), page, "the page was made again");
    // One that is new is the only one that is worked on.
    silence(&calls.join("d.wav"), 4);
    let said = run();
    assert!(said.out.contains("1 analysed, 3 already done, 0 failed\n"), "{}", said.out);
    assert_ne!(written("sessions.html"), page);
}

#[test]
fn two_runs_on_one_folder_share_the_work() {
    let place = Place::new();
    clips(&place.path("calls"), 4, 10);
    let line = ["analyze", "-q", "--jobs", "1", "--threads", "1", "--language", "en", "calls"];
    let one = Running::start(place.command(line));
    let other = Running::start(place.command(line));
    let said = [one.end().0.exits(0), other.end().0.exits(0)];
    let analysed: Vec<u32> = said
        .iter()
        .map(|said| {
            let line = said.out.lines().find(|line| line.ends_with(" failed")).unwrap();
            line.split(' ').next().unwrap().parse().unwrap()
        })
        .collect();
    assert_eq!(analysed.iter().sum::<u32>(), 4, "{analysed:?}");
    for folder in results(&place.path("calls")) {
        let [decoded, loaded, heard] = counts(&folder);
        assert!(decoded == 1 && loaded <= 1 && heard > 0, "{folder:?}");
    }
}

#[test]
fn a_recording_that_grows_or_goes_while_it_is_read_says_so() {
    let place = Place::new();
    let path = place.path("long.wav");
    for (grows, says) in [
        (true, "it changed while it was read; analyse it again when it is complete"),
        (false, "it was moved or deleted while it was read"),
    ] {
        hour(&place);
        let mut running = Running::start(place.command(["analyze", "-q", "long.wav"]));
        let program = running.id();
        assert!(running.until(|| decoder(program).is_some()));
        if grows {
            let mut file = File::options().append(true).open(&path).unwrap();
            file.write_all(&vec![0; 64_000]).unwrap();
        } else {
            fs::remove_file(&path).unwrap();
        }
        running.end().0.fails_on("long.wav", says);
        assert!(!place.path("long.wav.openfloor").exists(), "{:?}", place.entries());
    }
}

#[test]
fn what_comes_into_a_watched_folder_is_analysed_when_it_has_stopped_growing() {
    let place = Place::new();
    fs::create_dir(place.path("calls")).unwrap();
    let mut running = Running::start(place.command(["analyze", "-q", "--watch", "calls"]));
    let bytes = {
        let whole = place.path("whole.wav");
        silence(&whole, 3);
        fs::read(whole).unwrap()
    };
    let (path, results) = (place.path("calls/new.wav"), place.path("calls/new.wav.openfloor"));
    let mut file = File::create(&path).unwrap();
    for piece in bytes.chunks(bytes.len() / 4 + 1) {
        file.write_all(piece).unwrap();
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(2500) {
            assert!(!results.exists(), "it was still growing");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    drop(file);
    assert!(running.until(|| results.join("analysis.json").is_file()));
    let duration = &crate::support::json(results.join("analysis.json"))["source"]["duration_ms"];
    assert_eq!(*duration, 3000, "all of it");
    // One that is broken is said once, and stops nothing.
    place.write("calls/bad.wav", "text");
    assert!(running.until(|| place.path("calls/openfloor-summary.txt").is_file()));
    silence(&place.path("calls/later.wav"), 1);
    assert!(running.until(|| place.path("calls/later.wav.openfloor/analysis.json").is_file()));
    assert!(running.is_running());
    running.signal("INT");
    let said = running.end().0.exits(130);
    assert_eq!(said.err.matches("calls/bad.wav: ").count(), 1, "{}", said.err);
    assert!(said.err.ends_with("the same command goes on from there\n"), "{}", said.err);
}

#[test]
fn pipes_and_sockets_in_a_folder_are_passed_over() {
    let place = Place::new();
    fs::create_dir(place.path("calls")).unwrap();
    silence(&place.path("calls/good.wav"), 1);
    let pipe = place.path("calls/pipe.wav");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let _socket = UnixListener::bind(place.path("calls/socket.wav")).unwrap();
    let said = place.analyze(["calls"]).exits(0);
    assert!(said.out.contains("1 analysed, 0 already done, 0 failed\n"), "{}", said.out);
    // By its name it is no secret what it is.
    for name in ["calls/pipe.wav", "calls/socket.wav"] {
        let said = place.analyze([name]).exits(1);
        said.sentence(name);
    }
}
