//! What a voice sounds like, frame by frame: the shape of its spectrum and its pitch.
//!
//! In: a channel of a work copy. Out: cepstra (the cosine transform of 40 mel bands' logarithms) and
//! pitch, every 10 ms, on the frames of [`crate::sound::frame_levels`].

use std::f64::consts::{PI, TAU};

use realfft::{RealFftPlanner, RealToComplex};

use crate::error::{Error, Result};
use crate::progress::Cancel;
use crate::sound::{LEVEL_HOP_SAMPLES, PITCH_WINDOW, PitchTracker, SAMPLE_RATE, WorkCopy};
use crate::speakers::frames::{quantile, real};

/// Coefficients kept of a frame, without the zeroth: how loud it is says little about who it is.
pub(super) const CEPSTRA: usize = 19;

/// Bands of equal width in mel from 80 to 7600 Hz.
const BANDS: usize = 40;
const LOWEST_HZ: f64 = 80.0;
const HIGHEST_HZ: f64 = 7600.0;
/// Samples a spectrum is measured over: 25 ms.
const SPECTRUM_WINDOW: usize = 400;
const SPECTRUM_SIZE: usize = 512;
/// Part of the frames that hold nothing but a band's noise, and how far above it a band counts, as
/// power: what lies under the noise, or above the band of a telephone, is the same for everybody.
const NOISE_PART: f64 = 0.10;
const ABOVE_BAND_NOISE: f32 = 4.0;
/// Power of a step of 16 bits in a band: the least noise there is.
const LEAST_POWER: f32 = 1e-9;
/// Frames read at once.
const FRAMES_AT_ONCE: usize = 3000;

/// A recording's frames.
pub(super) struct Spectrum {
    pub cepstra: Vec<[f32; CEPSTRA]>,
    /// Octaves above 1 Hz; none where the sound does not repeat.
    pub pitch: Vec<Option<f32>>,
}

impl Spectrum {
    /// Measures a channel. Pitch is looked for in the frames of `speaking` only.
    pub fn of(
        copy: &WorkCopy,
        channel: u16,
        speaking: &[bool],
        cancel: &dyn Cancel,
    ) -> Result<Self> {
        let (mut engine, mut tracker) = (Engine::new(), PitchTracker::new());
        let frames = speaking.len();
        let mut bands: Vec<[f32; BANDS]> = Vec::with_capacity(frames);
        let mut pitch = Vec::with_capacity(frames);
        // A frame's middle is 80 samples in; the widest window reaches 320 to each side of it.
        let before = PITCH_WINDOW / 2 - LEVEL_HOP_SAMPLES / 2;
        for first in (0..frames).step_by(FRAMES_AT_ONCE) {
            if cancel.cancelled() {
                return Err(Error::Cancelled);
            }
            let count = FRAMES_AT_ONCE.min(frames - first);
            let start = first * LEVEL_HOP_SAMPLES;
            let lead = before.min(start);
            let length = (count - 1) * LEVEL_HOP_SAMPLES + PITCH_WINDOW;
            let read = copy.window(channel, (start - lead) as u64, length - (before - lead))?;
            let mut samples = vec![0.0; before - lead];
            samples.extend(read.iter().map(|&sample| f32::from(sample) / 32768.0));
            samples.resize(length, 0.0);
            for frame in 0..count {
                let around = &samples[frame * LEVEL_HOP_SAMPLES..][..PITCH_WINDOW];
                bands.push(engine.bands(around));
                pitch.push(if speaking[first + frame] { tracker.pitch(around) } else { None });
            }
        }
        Ok(Self { cepstra: cepstra(&bands), pitch })
    }
}

struct Engine {
    spectrum: std::sync::Arc<dyn RealToComplex<f32>>,
    hamming: Vec<f32>,
    /// First bin and weights of each band.
    filters: Vec<(usize, Vec<f32>)>,
}

impl Engine {
    fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        let cosine = |n: usize| (TAU * real(n) / real(SPECTRUM_WINDOW - 1)).cos();
        Self {
            spectrum: planner.plan_fft_forward(SPECTRUM_SIZE),
            hamming: (0..SPECTRUM_WINDOW).map(|n| single(0.54 - 0.46 * cosine(n))).collect(),
            filters: filters(),
        }
    }

    /// Power in each band of the middle 25 ms, high sounds raised.
    fn bands(&mut self, around: &[f32]) -> [f32; BANDS] {
        let middle = &around[(PITCH_WINDOW - SPECTRUM_WINDOW) / 2 - 1..][..=SPECTRUM_WINDOW];
        let mut input = vec![0.0; SPECTRUM_SIZE];
        for (n, (value, weight)) in input.iter_mut().zip(&self.hamming).enumerate() {
            *value = (middle[n + 1] - 0.97 * middle[n]) * weight;
        }
        let mut output = self.spectrum.make_output_vec();
        // Fails on wrong lengths only.
        drop(self.spectrum.process(&mut input, &mut output));
        let mut bands = [0.0; BANDS];
        for (band, (first, weights)) in bands.iter_mut().zip(&self.filters) {
            *band = output[*first..].iter().zip(weights).map(|(bin, w)| bin.norm_sqr() * w).sum();
        }
        bands
    }
}

/// Triangles of equal width in mel.
fn filters() -> Vec<(usize, Vec<f32>)> {
    let mel = |hertz: f64| 2595.0 * (1.0 + hertz / 700.0).log10();
    let hertz = |mel: f64| 700.0 * (10_f64.powf(mel / 2595.0) - 1.0);
    let step = (mel(HIGHEST_HZ) - mel(LOWEST_HZ)) / real(BANDS + 1);
    let edge = |n: usize| hertz(mel(LOWEST_HZ) + step * real(n));
    let bin = f64::from(SAMPLE_RATE) / real(SPECTRUM_SIZE);
    (0..BANDS)
        .map(|band| {
            let (low, centre, high) = (edge(band), edge(band + 1), edge(band + 2));
            let weight = |n: usize| {
                let at = real(n) * bin;
                ((at - low) / (centre - low)).min((high - at) / (high - centre)).max(0.0)
            };
            let bins = SPECTRUM_SIZE / 2 + 1;
            let first = (0..bins).find(|&n| weight(n) > 0.0).unwrap_or(0);
            let weights = (first..bins).map(weight).take_while(|&w| w > 0.0).map(single).collect();
            (first, weights)
        })
        .collect()
}

fn cepstra(bands: &[[f32; BANDS]]) -> Vec<[f32; CEPSTRA]> {
    let noise: Vec<f32> = (0..BANDS)
        .map(|band| quantile(bands.iter().map(|all| all[band]), NOISE_PART).unwrap_or(0.0))
        .map(|power| power * ABOVE_BAND_NOISE + LEAST_POWER)
        .collect();
    let cosine = |k: usize, band: usize| {
        let angle = PI * real(k) * real(2 * band + 1) / real(2 * BANDS);
        single(angle.cos() * (2.0 / real(BANDS)).sqrt())
    };
    let table: Vec<Vec<f32>> =
        (1..=CEPSTRA).map(|k| (0..BANDS).map(|band| cosine(k, band)).collect()).collect();
    bands
        .iter()
        .map(|frame| {
            let mut logs = [0.0; BANDS];
            for (log, (power, noise)) in logs.iter_mut().zip(frame.iter().zip(&noise)) {
                *log = (power + noise).ln();
            }
            std::array::from_fn(|k| table[k].iter().zip(&logs).map(|(c, log)| c * log).sum())
        })
        .collect()
}

#[expect(clippy::cast_possible_truncation, reason = "a measurement needs no more than an f32")]
fn single(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "samples made for a test")]
mod tests {
    use super::*;
    use crate::progress::Silent;

    fn tone(hertz: f64) -> Spectrum {
        let dir = tempfile::tempdir().unwrap();
        let sample = |n: usize| {
            let phase = TAU * hertz * real(n) / f64::from(SAMPLE_RATE);
            (3000.0 * (phase.sin() + 0.5 * (2.0 * phase).sin())) as i16
        };
        let samples: Vec<i16> = (0..16_000).map(sample).collect();
        let copy = WorkCopy::from_samples(dir.path(), &[&samples]).unwrap();
        Spectrum::of(&copy, 0, &[true; 100], &Silent).unwrap()
    }

    #[test]
    fn a_low_and_a_high_voice_have_their_pitch() {
        for hertz in [100.0, 200.0] {
            let pitch = tone(hertz).pitch[50].unwrap();
            assert!((pitch - single(hertz.log2())).abs() < 0.05, "{hertz} Hz: {pitch}");
        }
    }

    #[test]
    fn silence_has_no_pitch_and_its_cepstra_are_numbers() {
        let dir = tempfile::tempdir().unwrap();
        let copy = WorkCopy::from_samples(dir.path(), &[&[0; 1600]]).unwrap();
        let spectrum = Spectrum::of(&copy, 0, &[true; 10], &Silent).unwrap();
        assert!(spectrum.pitch.iter().all(Option::is_none));
        assert!(spectrum.cepstra.iter().flatten().all(|value| value.is_finite()));
    }
}
