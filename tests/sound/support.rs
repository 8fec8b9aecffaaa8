//! Recordings made for a test, and ffmpeg's opinion of them.

#[path = "../support/ffmpeg.rs"]
mod ffmpeg;

use std::path::Path;

use openfloor::Result;
use openfloor::progress::Silent;
use openfloor::sound::{SoundFacts, WorkCopy};

pub use ffmpeg::ffmpeg;

/// Decodes with a work folder of its own, which stays empty.
pub fn decode(path: &Path) -> Result<(WorkCopy, SoundFacts)> {
    decode_track(path, 0)
}

/// [`decode`] of one of several audio tracks.
pub fn decode_track(path: &Path, track: u16) -> Result<(WorkCopy, SoundFacts)> {
    let work_dir = tempfile::tempdir().unwrap();
    openfloor::sound::work_copy(path, track, work_dir.path(), &Silent, &Silent)
}

/// Whether the installed ffmpeg was built with an encoder: distributions differ.
pub fn ffmpeg_can(encoder: &str) -> bool {
    let listed = ffmpeg(&["-encoders"]);
    String::from_utf8_lossy(&listed).split_whitespace().any(|word| word == encoder)
}

/// ffmpeg's decode at 16 kHz.
pub struct Reference {
    pub channels: Vec<Vec<i16>>,
}

impl Reference {
    pub fn of(path: &Path, channels: u16) -> Self {
        Self::decoded(&["-i", path.to_str().unwrap()], channels)
    }

    /// One of several audio tracks, with silence up to where it begins on the film's clock.
    pub fn of_track(path: &Path, track: u16, channels: u16) -> Self {
        let map = format!("0:a:{track}");
        let late = ["-af", "aresample=async=1:first_pts=0"];
        let from = ["-copyts", "-i", path.to_str().unwrap(), "-map", &map];
        Self::decoded(&[&from[..], &late[..]].concat(), channels)
    }

    fn decoded(from: &[&str], channels: u16) -> Self {
        let bytes = ffmpeg(&[from, &["-ar", "16000", "-f", "s16le", "-"]].concat());
        let samples: Vec<i16> =
            bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
        let count = usize::from(channels);
        let channel = |c| samples.iter().skip(c).step_by(count).copied().collect();
        Self { channels: (0..count).map(channel).collect() }
    }
}

/// Writes 16 bit noise between about 100 and 3000 Hz with a rhythm of syllables, each channel its
/// own.
pub fn noise(path: &Path, rate: u32, channels: u16, seconds: f64) {
    let (bits_per_sample, sample_format) = (16, hound::SampleFormat::Int);
    let spec = hound::WavSpec { channels, sample_rate: rate, bits_per_sample, sample_format };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    let mut state = 12_345_u32;
    let smooth = (-std::f64::consts::TAU * 1500.0 / f64::from(rate)).exp();
    let mut low = vec![[0.0_f64; 2]; usize::from(channels)];
    for n in 0..(seconds * f64::from(rate)) as u32 {
        let time = f64::from(n) / f64::from(rate);
        let rhythm = 0.55 + 0.45 * (std::f64::consts::TAU * 3.1 * time).sin();
        for low in &mut low {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let white = f64::from(state >> 8) / f64::from(1 << 23) - 1.0;
            low[0] += (1.0 - smooth) * (white - low[0]);
            low[1] += (1.0 - smooth) * (low[0] - low[1]);
            let loudness = (f64::from(rate) / 3000.0).sqrt() * 0.25;
            writer.write_sample((low[1] * loudness * rhythm * 32767.0) as i16).unwrap();
        }
    }
    writer.finalize().unwrap();
}

/// By how many samples `ours` is late against `theirs`, around sample `at`, within 50 ms.
pub fn lag(ours: &[i16], theirs: &[i16], at: usize) -> isize {
    let piece = &theirs[at..at + 8000];
    let fit = |shift: isize| -> f64 {
        let start = at.wrapping_add_signed(shift);
        let pairs = piece.iter().zip(&ours[start..]);
        pairs.map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
    };
    (-800..=800).max_by(|&a, &b| fit(a).total_cmp(&fit(b))).unwrap()
}

/// Level, dBFS.
pub fn level_db(samples: &[i16]) -> f64 {
    let power: f64 = samples.iter().map(|&s| (f64::from(s) / 32768.0).powi(2)).sum();
    10.0 * (power / samples.len().max(1) as f64).log10()
}
