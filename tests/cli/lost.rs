//! Recordings whose decoding or analysis crashes, hangs, balloons or is ended from outside: each costs
//! itself alone. What befalls the real children is done to them from outside, as the kernel would.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};

use crate::support::{
    GIVEN, Place, Running, Said, counts, minute, same_artefacts, silence, windows,
};

/// An hour of silence that takes no space on the disk, and seconds of computing.
pub fn hour(place: &Place) {
    let (rate, frame, seconds) = (44_100_u32, 4_u32, 3600);
    let size = rate * frame * seconds;
    let mut file = File::create(place.path("long.wav")).unwrap();
    let words = [16, 1 | 2 << 16, rate, rate * frame, frame | 16 << 16];
    file.write_all(b"RIFF\xff\xff\xff\xffWAVEfmt ").unwrap();
    for word in words {
        file.write_all(&word.to_le_bytes()).unwrap();
    }
    file.write_all(b"data").unwrap();
    file.write_all(&size.to_le_bytes()).unwrap();
    file.set_len(44 + u64::from(size)).unwrap();
}

/// The 4th, 14th and 15th field of `/proc/PID/stat` (proc(5)): the parent, and ticks of CPU.
fn stat(pid: u32) -> Option<(u32, u64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    // A dead one that was not waited for is gone.
    let alive = fields[0] != "Z";
    let ticks = fields[11].parse::<u64>().ok()? + fields[12].parse::<u64>().ok()?;
    alive.then_some((fields[1].parse().ok()?, ticks))
}

/// The children of a process that have computed for so many ticks.
fn children(parent: u32, least: u64) -> Vec<u32> {
    let ids = fs::read_dir("/proc").unwrap().flatten();
    let ids = ids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|&pid| stat(pid).is_some_and(|(ppid, ticks)| ppid == parent && ticks >= least))
        .collect()
}

/// The process that decodes: a child of the one that analyses.
pub fn decoder(program: u32) -> Option<u32> {
    children(program, 0).into_iter().find_map(|worker| children(worker, 10).first().copied())
}

fn pid(id: u32) -> Pid {
    Pid::from_raw(id.cast_signed()).unwrap()
}

/// Starts the command and gives what decodes when that is at work.
fn at_work(place: &Place, arguments: &[&str]) -> (Running, u32) {
    let mut running = Running::start(place.command(arguments));
    let (parent, found) = (running.id(), Cell::new(None));
    let seen = running.until(|| {
        found.set(decoder(parent));
        found.get().is_some()
    });
    assert!(seen, "no child was seen");
    (running, found.get().unwrap())
}

/// Waits until a process is gone.
fn gone(id: u32) {
    for _ in 0..2000 {
        if stat(id).is_none() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("process {id} is still there");
}

#[test]
fn a_child_that_is_lost_costs_its_recording_and_the_next_goes_on() {
    let place = Place::new();
    fs::create_dir(place.path("calls")).unwrap();
    silence(&place.path("short.wav"), 1);
    fs::rename(place.path("short.wav"), place.path("calls/short.wav")).unwrap();
    hour(&place);
    fs::rename(place.path("long.wav"), place.path("calls/long.wav")).unwrap();
    let limit = |resource, most| {
        move |child| {
            let limit = Rlimit { current: Some(most), maximum: Some(most + 10) };
            prlimit(Some(pid(child)), resource, limit).unwrap();
        }
    };
    let signal = |signal| move |child| kill_process(pid(child), signal).unwrap();
    let cases: [(&dyn Fn(u32), &str); 4] = [
        // Rust's runtime looks into the first SEGV, and lets one pass that no fault made.
        (&signal(Signal::ILL), "its data make the decoder crash; copy it again"),
        (&signal(Signal::ABORT), "its data make the decoder crash; copy it again"),
        (&limit(Resource::Cpu, 1), "its data make the decoder hang; copy it again"),
        (&signal(Signal::KILL), "was ended from outside, perhaps for want of memory; close other"),
    ];
    for (befalls, says) in cases {
        let (running, child) = at_work(&place, &["analyze", "-q", "calls", "--force"]);
        befalls(child);
        let said = running.end().0.exits(3);
        assert!(said.sentence("long.wav").contains(says), "{}", said.err);
        assert!(said.out.contains("1 analysed, 0 already done, 1 failed"), "{}", said.out);
        assert!(!place.path("calls/long.wav.openfloor").exists());
        gone(child);
    }
}

/// Waits for the child that analyses, in which a window of `results` is heard, and ends it.
fn end_worker(running: &mut Running, heard: impl Fn() -> u64, more_than: u64) -> u32 {
    assert!(running.until(|| heard() > more_than), "it was over before it could be ended");
    let worker = children(running.id(), 0)[0];
    kill_process(pid(worker), Signal::ABORT).unwrap();
    gone(worker);
    worker
}

#[test]
fn a_worker_that_dies_is_replaced_and_what_it_heard_is_kept() {
    let place = Place::new();
    fs::copy(minute(), place.path("minute.wav")).unwrap();
    let line = [&["analyze", "-q", "minute.wav", "--threads", "1"][..], &GIVEN].concat();
    let results = place.path("minute.wav.openfloor");
    let heard = || lines(&results);
    let mut running = Running::start(place.command(&line));
    end_worker(&mut running, heard, 0);
    let kept = heard();
    let said = running.end().0.exits(0);
    assert_eq!(said.err, "");
    let windows = windows(&results);
    assert!((1..windows).contains(&kept), "{kept} of {windows}");
    assert_eq!(counts(&results), [1, 1, windows - kept]);
    let other = Place::new();
    fs::copy(minute(), other.path("minute.wav")).unwrap();
    other.run(&line).exits(0);
    same_artefacts(&results, &other.path("minute.wav.openfloor"));
}

/// Windows in the log.
fn lines(results: &Path) -> u64 {
    let log = fs::read_to_string(results.join("stages/words.jsonl")).unwrap_or_default();
    log.lines().filter(|line| line.starts_with(r#"{"entry""#)).count() as u64
}

#[test]
fn a_recording_that_ends_two_workers_has_failed_and_the_others_are_done() {
    let place = Place::new();
    fs::create_dir(place.path("calls")).unwrap();
    fs::copy(minute(), place.path("calls/minute.wav")).unwrap();
    silence(&place.path("calls/quiet.wav"), 1);
    let line = [&["analyze", "-q", "calls", "--jobs", "1", "--threads", "1"][..], &GIVEN].concat();
    let results = place.path("calls/minute.wav.openfloor");
    let mut running = Running::start(place.command(&line));
    let first = end_worker(&mut running, || lines(&results), 0);
    let second = end_worker(&mut running, || lines(&results), lines(&results));
    assert_ne!(first, second);
    let said = running.end().0.exits(3);
    assert!(said.sentence("calls/minute.wav").contains("its analysis crashed, twice"), "{said:?}");
    assert!(place.path("calls/quiet.wav.openfloor/analysis.json").exists());
    let summary = fs::read_to_string(place.path("calls/openfloor-summary.txt")).unwrap();
    assert!(summary.contains("1 analysed, 0 already done, 1 failed\n"), "{summary}");
    assert!(summary.contains("failed: calls/minute.wav: its analysis crashed, twice"), "{summary}");
}

#[test]
fn a_recording_that_does_not_come_on_is_given_up() {
    let place = Place::new();
    fs::copy(minute(), place.path("minute.wav")).unwrap();
    let line = ["analyze", "-q", "minute.wav", "--timeout", "0.4", "--threads", "1"];
    let results = place.path("minute.wav.openfloor");
    let mut running = Running::start(place.command(line));
    assert!(running.until(|| lines(&results) > 0));
    let worker = children(running.id(), 0)[0];
    // As a disk or a driver that never answers would.
    kill_process(pid(worker), Signal::STOP).unwrap();
    let (said, _) = running.end();
    said.fails_on("minute.wav", "did not come on for 24\u{a0}s and was given up; try it alone");
    gone(worker);
}

#[test]
fn a_file_that_makes_the_decoder_want_too_much_memory_costs_itself() {
    let place = Place::new();
    let mut file = File::create(place.path("big.m4a")).unwrap();
    file.write_all(b"\0\0\0\x10ftypM4A \0\0\0\0").unwrap();
    file.write_all(&(60_u32 << 20).to_be_bytes()).unwrap();
    file.write_all(b"moov").unwrap();
    file.set_len(16 + (60 << 20)).unwrap();
    // Under its own limit the child reads this index, and finds nothing in it.
    place.analyze(["big.m4a"]).fails_on("big.m4a", "it has no sound in it");
    let little = ["prlimit", "--data=50331648"];
    let said = Said::of(&mut place.under(&little, ["analyze", "-q", "big.m4a"]));
    said.fails_on("big.m4a", "its data make the decoder want more than 251 MB of memory; copy it");
}

#[test]
fn ctrl_c_ends_the_child_without_a_word() {
    let place = Place::new();
    hour(&place);
    let (running, child) = at_work(&place, &["analyze", "-q", "long.wav"]);
    let line = fs::read(format!("/proc/{child}/cmdline")).unwrap();
    assert_eq!(line, b"openfloor\0worker\0", "other users see what is on a command line");
    running.signal("INT");
    let said = running.end().0.exits(130);
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    gone(child);
}

#[test]
fn a_parent_that_is_killed_takes_its_child_with_it() {
    let place = Place::new();
    hour(&place);
    let (mut running, child) = at_work(&place, &["analyze", "-q", "long.wav"]);
    running.kill();
    gone(child);
}

#[test]
fn a_worker_started_by_hand_says_what_to_run() {
    let said = Place::new().run(["worker"]).exits(1);
    assert!(said.err.contains("run openfloor analyze instead"), "{}", said.err);
    let said = Place::new().run(["--help"]).exits(0);
    assert!(!said.out.contains("worker"), "{}", said.out);
}
