//! An hour, as fast as it is taken: memory stays what it was, nothing is lost.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use crate::alsa::{Alsa, bytes, frames, piece, push};
use crate::support::Running;

/// The highest memory of a process so far, kB.
fn memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// User and system time of a process so far, seconds.
fn cpu(process: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let after_name = stat.rsplit(')').next().unwrap();
    let ticks = |n: usize| after_name.split_whitespace().nth(n).unwrap().parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}

/// A piece of 8000 × 1 is one page of a pipe, there whole or not at all; `OPENFLOOR_HOUR=48000x2` for the figures of `scripts/bench`.
fn format() -> (usize, usize) {
    let wanted = std::env::var("OPENFLOOR_HOUR").unwrap_or_else(|_| "8000x1".to_owned());
    let (rate, channels) = wanted.split_once('x').unwrap();
    (rate.parse().unwrap(), channels.parse().unwrap())
}

#[test]
fn an_hour_costs_no_more_memory_than_a_minute_and_nothing_is_lost() {
    let (rate, channels) = format();
    let alsa = Alsa::fed();
    let minute = bytes(&frames(channels, rate * 60));
    let (rate_text, channels_text) = (rate.to_string(), channels.to_string());
    let line =
        ["talk.wav", "--rate", &rate_text, "--channels", &channels_text, "--duration", "60:00"];
    let mut recorder = Running::start(alsa.record(&line));
    let process = recorder.id();
    let path = alsa.place.path("talk.wav");
    let start = Instant::now();
    let mut early = 0;
    {
        let mut pipe = alsa.pipe();
        let mut fed = 0;
        'hour: for number in 0..61 {
            for piece in minute.chunks(piece(rate, channels)) {
                // Never more than twelve seconds ahead of the file, however slow this machine is: the ring
                // holds twenty.
                while fed
                    > fs::metadata(&path).map_or(0, |about| about.len())
                        + (rate * channels * 2 * 12) as u64
                {
                    if !recorder.is_running() {
                        break 'hour;
                    }
                    thread::sleep(Duration::from_millis(1));
                    assert!(start.elapsed() < Duration::from_mins(10), "it does not go on");
                }
                let begun = Instant::now();
                if !push(&mut pipe, piece, || begun.elapsed() > Duration::from_secs(5)) {
                    assert!(!recorder.is_running(), "it does not read");
                    break 'hour;
                }
                fed += piece.len() as u64;
            }
            if number == 1 {
                early = memory(process);
            }
            if number == 59 {
                let late = memory(process);
                assert!(late < early + 2_048, "{early} kB after a minute, {late} kB after an hour");
                println!(
                    "an hour of {channels} channels at {rate} Hz: {late} kB ({early} kB after two minutes), \
                     {:.1} CPU seconds, {:.0} s",
                    cpu(process),
                    start.elapsed().as_secs_f64()
                );
            }
        }
    }
    let said = recorder.end().0.exits(0);
    assert!(said.out.contains("talk.wav: 1:00:00 recorded"), "{}", said.out);
    assert!(!said.out.contains("lost") && !said.err.contains("lost"), "{}{}", said.out, said.err);
    let mut reader = hound::WavReader::open(&path).unwrap();
    assert_eq!(reader.duration() as usize, rate * 3_600);
    // The last minute is what was fed.
    let last = u32::try_from(rate * 3_540).unwrap();
    reader.seek(last).unwrap();
    let kept: Vec<i16> = reader.samples().map(Result::unwrap).collect();
    assert!(bytes(&kept) == minute);
}
