//! Recordings damaged at random, of every format, decoded by the real child process: none makes it
//! panic or crash, none takes more than ten seconds of CPU or 300 MB.
//!
//! `OPENFLOOR_DAMAGED` is the number of files a format (12; `scripts/soak` takes 200). The same number
//! gives the same files. A table is printed: `cargo test --release --test cli damaged -- --nocapture`.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use openfloor::run::worker::{Frame, Frames, Message, Request, write_request};
use rustix::process::Signal;
use wait4::Wait4;

use crate::support::{Place, ffmpeg, program, talk, text};

/// Name of a file, and how ffmpeg makes it.
const FORMATS: [(&str, &[&str]); 18] = [
    ("talk.wav", &[]),
    ("adpcm.wav", &["-c:a", "adpcm_ima_wav"]),
    ("talk.flac", &[]),
    ("aac.m4a", &["-c:a", "aac"]),
    ("start.m4a", &["-c:a", "aac", "-movflags", "+faststart"]),
    ("fragments.mp4", &["-c:a", "aac", "-movflags", "+frag_keyframe+empty_moov"]),
    ("alac.m4a", &["-c:a", "alac"]),
    ("talk.mov", &["-c:a", "pcm_s16le"]),
    ("talk.mp3", &["-c:a", "libmp3lame"]),
    ("vorbis.ogg", &["-c:a", "libvorbis"]),
    ("opus.ogg", &["-c:a", "libopus"]),
    ("talk.webm", &["-c:a", "libopus"]),
    ("aac.mkv", &["-c:a", "aac"]),
    ("flac.mkv", &["-c:a", "flac"]),
    ("talk.aiff", &[]),
    ("talk.caf", &["-c:a", "pcm_s16le"]),
    ("talk.aac", &["-c:a", "aac"]),
    ("talk.wma", &["-c:a", "wmav2"]),
];

const MOST_MEMORY: u64 = 300_000_000;
const MOST_CPU: Duration = Duration::from_secs(10);

/// Numbers, the same each time (Knuth's MMIX generator).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }

    /// A place in a file; half of them in its first or last kilobyte, where structure is.
    fn place(&mut self, length: usize) -> usize {
        let edge = length.min(1024);
        match self.below(4) {
            0 | 1 => self.below(length),
            2 => self.below(edge),
            _ => length - 1 - self.below(edge),
        }
    }
}

/// Flips bits, writes absurd numbers, cuts, or splices.
fn damage(bytes: &mut Vec<u8>, dice: &mut Dice) {
    for _ in 0..=dice.below(3) {
        let length = bytes.len();
        if length < 64 {
            return;
        }
        match dice.below(5) {
            0 | 1 => {
                for _ in 0..=dice.below(30) {
                    let at = dice.place(length);
                    bytes[at] ^= 1 << dice.below(8);
                }
            }
            2 => {
                let at = dice.place(length - 4);
                let absurd = [0_u32, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff][dice.below(5)];
                bytes[at..at + 4].copy_from_slice(&absurd.to_be_bytes());
            }
            3 => bytes.truncate(dice.below(length)),
            _ => {
                // A piece of it in another place: over what is there, instead of it, or between.
                let from = dice.place(length);
                let piece = bytes[from..length.min(from + 1 + dice.below(4096))].to_vec();
                let at = dice.place(length);
                let until = length.min(at + [0, piece.len(), dice.below(4096)][dice.below(3)]);
                bytes.splice(at..until, piece);
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Decoded,
    Refused,
    Hung,
    Ballooned,
    Crashed,
    Panicked,
}

struct Cost {
    end: End,
    cpu: Duration,
    memory: u64,
    said: String,
}

/// Decodes by a child of its own and waits for it.
fn decode(path: &Path) -> Cost {
    let mut child = Command::new(program())
        .arg("worker")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let request = Request::Decode { path: path.into(), track: 0 };
    write_request(&mut child.stdin.take().unwrap(), &request).unwrap();
    let mut frames = Frames::new(BufReader::new(child.stdout.take().unwrap()));
    let mut end = None;
    while let Ok(Some(frame)) = frames.next_frame() {
        match frame {
            Frame::Message(Message::Decoded(_)) => end = Some(End::Decoded),
            Frame::Message(Message::Failed(_)) => end = Some(End::Refused),
            _ => {}
        }
    }
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    let used = child.wait4().unwrap();
    let end = match used.status.signal() {
        _ if said.contains("inside Openfloor") => End::Panicked,
        Some(signal) if signal == Signal::XCPU.as_raw() => End::Hung,
        Some(_) if said.contains("memory allocation of") => End::Ballooned,
        Some(_) => End::Crashed,
        None => end.unwrap_or(End::Crashed),
    };
    let cpu = used.rusage.utime + used.rusage.stime;
    Cost { end, cpu, memory: used.rusage.maxrss, said }
}

#[test]
fn damaged_files_of_every_format_cost_no_more_than_themselves() {
    let count: u64 = std::env::var("OPENFLOOR_DAMAGED").map_or(12, |n| n.parse().unwrap());
    let place = Place::new();
    let mut table = format!(
        "\n{count} damaged files of each format:\n| format | as made | decoded | refused | hung | \
         too large | crashed | panicked | most CPU s | most MB |\n|---|---|---|---|---|---|---|---|---|---|\n"
    );
    let mut faults = Vec::new();
    for (name, options) in FORMATS {
        let path = place.path(name);
        ffmpeg(&[&["-t", "2", "-i", text(talk())], options, &[text(&path)]].concat());
        let good = fs::read(&path).unwrap();
        let mut costs = vec![decode(&path)];
        for seed in 0..count {
            let mut bytes = good.clone();
            damage(&mut bytes, &mut Dice(seed));
            fs::write(&path, bytes).unwrap();
            let cost = decode(&path);
            let fault = matches!(cost.end, End::Crashed | End::Panicked)
                || cost.cpu > MOST_CPU
                || cost.memory > MOST_MEMORY;
            if fault {
                faults.push(format!(
                    "{name}, seed {seed}: {:?}, {:.1} s, {} MB: {}",
                    cost.end,
                    cost.cpu.as_secs_f32(),
                    cost.memory / 1_000_000,
                    cost.said.trim()
                ));
            }
            costs.push(cost);
        }
        let ended = |end| costs[1..].iter().filter(|cost| cost.end == end).count();
        let most_cpu = costs.iter().map(|cost| cost.cpu).max().unwrap_or_default();
        let most_memory = costs.iter().map(|cost| cost.memory).max().unwrap_or_default();
        writeln!(
            table,
            "| {name} | {:?} | {} | {} | {} | {} | {} | {} | {:.2} | {} |",
            costs[0].end,
            ended(End::Decoded),
            ended(End::Refused),
            ended(End::Hung),
            ended(End::Ballooned),
            ended(End::Crashed),
            ended(End::Panicked),
            most_cpu.as_secs_f32(),
            most_memory / 1_000_000
        )
        .unwrap();
    }
    println!("{table}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
