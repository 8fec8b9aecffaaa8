//! An ALSA configuration of the test's own: `talk` gives the samples of a file, or of a pipe that is fed.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::support::{Place, noise, text};

/// An input of a test's own.
pub struct Alsa {
    pub place: Place,
    config: PathBuf,
    pub raw: PathBuf,
}

impl Alsa {
    /// With the samples that `raw` is to hold.
    fn new() -> Self {
        let place = Place::new();
        let raw = place.path(".home/in.raw");
        let config = place.write(
            ".home/asound.conf",
            format!(
                "pcm.nothing {{ type null }}\n\
                 pcm.talk {{\n\
                     type file\n slave.pcm nothing\n file /dev/null\n infile \"{}\"\n format raw\n\
                     hint {{ show on\n description \"A microphone of the test's\" }}\n\
                 }}\n",
                text(&raw)
            ),
        );
        Self { place, config, raw }
    }

    /// That gives these samples, channels interleaved, as fast as they are taken.
    pub fn of(samples: &[i16]) -> Self {
        let alsa = Self::new();
        fs::write(&alsa.raw, bytes(samples)).unwrap();
        alsa
    }

    /// That gives what is fed to it.
    pub fn fed() -> Self {
        let alsa = Self::new();
        let made = Command::new("mkfifo").arg(&alsa.raw).status().unwrap();
        assert!(made.success());
        alsa
    }

    /// The pipe, for one who feeds it. Open both ways: it has no end while it is held, whoever reads, and
    /// nobody waits for anybody to open it.
    pub fn pipe(&self) -> File {
        File::options().read(true).write(true).open(&self.raw).unwrap()
    }

    /// The program, which finds this input alone.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.command(arguments);
        command.env("ALSA_CONFIG_PATH", &self.config);
        command
    }

    /// `record` from it, with consent.
    pub fn record(&self, arguments: &[&str]) -> Command {
        self.command(&[&["record", "--device", "talk", "--consent", "yes"], arguments].concat())
    }

    pub fn config(&self) -> &Path {
        &self.config
    }
}

pub fn bytes(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

/// Noise on some channels, interleaved, each channel its own.
pub fn frames(channels: usize, count: usize) -> Vec<i16> {
    let each: Vec<Vec<i16>> =
        (0..channels).map(|n| noise(u32::try_from(n).unwrap() + 7, count)).collect();
    (0..count).flat_map(|frame| each.iter().map(move |channel| channel[frame])).collect()
}

/// All samples of a 16 bit WAV, interleaved.
pub fn samples(path: &Path) -> Vec<i16> {
    let mut reader = hound::WavReader::open(path).unwrap();
    reader.samples().map(Result::unwrap).collect()
}

/// Puts a piece into a pipe once it is empty: ALSA's `file` takes a piece that is not whole for a whole
/// one. False when it ended before.
pub fn push(pipe: &mut File, piece: &[u8], ended: impl Fn() -> bool) -> bool {
    while rustix::io::ioctl_fionread(&*pipe).unwrap() > 0 {
        if ended() {
            return false;
        }
        thread::sleep(Duration::from_micros(200));
    }
    pipe.write_all(piece).unwrap();
    true
}

/// Bytes of a piece, as the recorder asks for it: a fifth of a second.
pub fn piece(rate: usize, channels: usize) -> usize {
    rate / 5 * channels * 2
}

/// Somebody who feeds a pipe by the clock.
pub struct Feeder {
    fed: Arc<AtomicU64>,
    end: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Feeder {
    /// Feeds `samples` over and over, as somebody reads them. They are whole pieces.
    pub fn start(alsa: &Alsa, samples: &[i16], rate: usize, channels: usize) -> Self {
        Self::faster(alsa, samples, rate, channels, 1)
    }

    /// Likewise, so many times faster than the clock.
    pub fn faster(alsa: &Alsa, samples: &[i16], rate: usize, channels: usize, times: u64) -> Self {
        let (fed, end) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (mut pipe, bytes, piece) = (alsa.pipe(), bytes(samples), piece(rate, channels));
        assert_eq!(bytes.len() % piece, 0);
        let (told, stop) = (fed.clone(), end.clone());
        let thread = thread::spawn(move || {
            let mut due = Instant::now();
            for piece in bytes.chunks(piece).cycle() {
                if !push(&mut pipe, piece, || stop.load(Relaxed)) {
                    return;
                }
                told.fetch_add(piece.len() as u64, Relaxed);
                due = Instant::now().max(due + Duration::from_millis(200 / times));
                thread::sleep(due.saturating_duration_since(Instant::now()));
            }
        });
        Self { fed, end, thread: Some(thread) }
    }

    /// Bytes fed so far.
    pub fn fed(&self) -> u64 {
        self.fed.load(Relaxed)
    }

    /// Waits until so many are.
    pub fn wait_for(&self, bytes: u64) {
        let start = Instant::now();
        while self.fed() < bytes {
            assert!(start.elapsed() < Duration::from_mins(2), "nobody reads");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Feeder {
    fn drop(&mut self) {
        self.end.store(true, Relaxed);
        drop(self.thread.take().map(JoinHandle::join));
    }
}
