//! `kill -9` at random instants: the file opens everywhere, at most two seconds are missing, and the next
//! run says what happened.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::alsa::{Alsa, Feeder, frames, samples};
use crate::support::{Running, Said, text};

// A piece of this is one page of a pipe: it is there whole or not at all.
const RATE: usize = 8_000;
const CHANNELS: usize = 1;
const BYTES: usize = 2 * CHANNELS;

/// How often: three times, or as many as `scripts/soak` says.
fn times() -> u64 {
    std::env::var("OPENFLOOR_KILLS").ok().and_then(|times| times.parse().ok()).unwrap_or(3)
}

/// An instant between half a second and six seconds, another each time.
fn instant(round: u64) -> Duration {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let random =
        (u64::from(now.subsec_nanos()) ^ (round << 20)).wrapping_mul(6_364_136_223_846_793_005);
    Duration::from_millis(500 + (random >> 33) % 5_500)
}

fn frames_seen_by_ffprobe(path: &std::path::Path) -> u64 {
    let line = ["-v", "error", "-show_entries", "stream=duration_ts", "-of", "csv=p=0", text(path)];
    let probed = Command::new("ffprobe").args(line).output().unwrap();
    assert!(probed.status.success() && probed.stderr.is_empty(), "{probed:?}");
    String::from_utf8(probed.stdout).unwrap().trim().parse().unwrap()
}

fn killed(round: u64) -> String {
    let alsa = Alsa::fed();
    let given = frames(CHANNELS, RATE * 8);
    let feeder = Feeder::start(&alsa, &given, RATE, CHANNELS);
    let mut running =
        Running::start(alsa.record(&["talk.wav", "--rate", "8000", "--channels", "1"]));
    feeder.wait_for(1);
    let after = instant(round);
    thread::sleep(after);
    // What was fed before, so that what comes while it dies does not count.
    let fed = feeder.fed() / BYTES as u64;
    running.kill();

    let path = alsa.place.path("talk.wav");
    let opens = samples(&path);
    let kept = (opens.len() / CHANNELS) as u64;
    assert!(opens[..] == given[..opens.len()], "after {after:?} the samples differ");
    let missing = fed.saturating_sub(kept);
    assert!(missing <= 2 * RATE as u64, "after {after:?}: {kept} of {fed} frames");
    if kept > 0 {
        assert_eq!(frames_seen_by_ffprobe(&path), kept);
    }
    // What the header does not speak of yet is found as well, and told of once.
    let said = alsa.place.run(["record", "--recover", "."]).exits(0);
    assert!(said.out.contains("was not stopped properly"), "{}", said.out);
    let recovered = (samples(&path).len() / CHANNELS) as u64;
    assert!(samples(&path)[..] == given[..samples(&path).len()]);
    assert!(recovered >= kept);
    let again = alsa.place.run(["record", "--recover", "talk.wav"]).exits(0);
    assert!(again.out.contains("nothing to recover"), "{}", again.out);
    format!(
        "killed after {:.2} s: {:.2} s missing by the header, {:.2} s after --recover",
        after.as_secs_f64(),
        seconds(missing),
        seconds(fed.saturating_sub(recovered))
    )
}

fn seconds(frames: u64) -> f64 {
    f64::from(u32::try_from(frames).unwrap()) / f64::from(u32::try_from(RATE).unwrap())
}

#[test]
fn a_killed_recording_opens_and_lacks_two_seconds_at_most() {
    for round in 0..times() {
        println!("{}", killed(round));
    }
}

#[test]
fn the_next_analysis_mends_a_torn_recording_and_says_so() {
    let alsa = Alsa::fed();
    // Silence: nothing to transcribe.
    let feeder = Feeder::start(&alsa, &vec![0; 16_000], 16_000, 1);
    let mut running =
        Running::start(alsa.record(&["talk.wav", "--rate", "16000", "--channels", "1"]));
    feeder.wait_for(80_000);
    running.kill();
    // Torn inside a sample, as a disk would leave it.
    let path = alsa.place.path("talk.wav");
    let mut bytes = fs::read(&path).unwrap();
    bytes.push(0);
    fs::write(&path, bytes).unwrap();

    let said = alsa.place.analyze(["talk.wav"]).exits(0);
    assert!(said.sentence("talk.wav").contains("was not stopped properly"), "{}", said.err);
    let warnings = crate::support::warnings(&alsa.place.path("talk.wav.openfloor"));
    assert!(warnings.contains(&"recording_torn".to_owned()), "{warnings:?}");
    let again = Said::of(&mut alsa.place.command(["analyze", "talk.wav"])).exits(0);
    assert!(again.out.contains("already analysed"), "{}", again.out);
    assert!(!again.err.contains("stopped properly"), "{}", again.err);
}
