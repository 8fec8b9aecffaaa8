//! What a voice sounds like, frame by frame: the shape of its spectrum and its pitch.
//!
//! In: a channel of a work copy. Out: cepstra (the cosine transform of 40 mel bands' logarithms) and
//! pitch, every 10 ms, on the frames of [`crate::sound::frame_levels`].

use std::f64::consts::{PI, TAU};

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use crate::error::{Error, Result};
use crate::progress::Cancel;
use crate::sound::{LEVEL_HOP_SAMPLES, SAMPLE_RATE, WorkCopy};
use crate::speakers::frames::quantile;

/// Coefficients kept of a frame, without the zeroth: how loud it is says little about who it is.
pub(super) const CEPSTRA: usize = 19;

/// Bands of equal width in mel from 80 to 7600 Hz.
const BANDS: usize = 40;
const LOWEST_HZ: f64 = 80.0;
const HIGHEST_HZ: f64 = 7600.0;
/// Samples a spectrum is measured over: 25 ms.
const SPECTRUM_WINDOW: usize = 400;
const SPECTRUM_SIZE: usize = 512;
/// Samples a pitch is measured over: 40 ms, three periods of the lowest.
const PITCH_WINDOW: usize = 640;
const PITCH_SIZE: usize = 1024;
/// The pitch of speech, Hz.
const LOWEST_PITCH: usize = 65;
const HIGHEST_PITCH: usize = 400;
/// A frame has a pitch when so much of it repeats after a period.
const REPEATS: f32 = 0.5;
/// A period is the first that repeats at least this well against the best (as in Boersma 1993, who makes
/// longer ones pay).
const FIRST: f32 = 0.9;
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
        let mut engine = Engine::new();
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
                pitch.push(if speaking[first + frame] { engine.pitch(around) } else { None });
            }
        }
        Ok(Self { cepstra: cepstra(&bands), pitch })
    }
}

struct Engine {
    spectrum: std::sync::Arc<dyn RealToComplex<f32>>,
    forth: std::sync::Arc<dyn RealToComplex<f32>>,
    back: std::sync::Arc<dyn ComplexToReal<f32>>,
    hamming: Vec<f32>,
    hann: Vec<f32>,
    /// How much of a repetition the window itself takes away, by lag.
    fade: Vec<f32>,
    /// First bin and weights of each band.
    filters: Vec<(usize, Vec<f32>)>,
}

impl Engine {
    fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        let window = |length: usize, base: f64| -> Vec<f32> {
            let cosine = |n: usize| (TAU * real(n) / real(length - 1)).cos();
            (0..length).map(|n| single(base - (1.0 - base) * cosine(n))).collect()
        };
        let mut engine = Self {
            spectrum: planner.plan_fft_forward(SPECTRUM_SIZE),
            forth: planner.plan_fft_forward(PITCH_SIZE),
            back: planner.plan_fft_inverse(PITCH_SIZE),
            hamming: window(SPECTRUM_WINDOW, 0.54),
            hann: window(PITCH_WINDOW, 0.5),
            fade: Vec::new(),
            filters: filters(),
        };
        let hann = engine.hann.clone();
        let of_window = engine.repetition(&hann);
        engine.fade = of_window.iter().map(|value| value / of_window[0]).collect();
        engine
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

    /// The autocorrelation of a window.
    fn repetition(&mut self, windowed: &[f32]) -> Vec<f32> {
        let mut input = windowed.to_vec();
        input.resize(PITCH_SIZE, 0.0);
        let mut bins = self.forth.make_output_vec();
        drop(self.forth.process(&mut input, &mut bins));
        for bin in &mut bins {
            *bin = realfft::num_complex::Complex::new(bin.norm_sqr(), 0.0);
        }
        drop(self.back.process(&mut bins, &mut input));
        input
    }

    fn pitch(&mut self, around: &[f32]) -> Option<f32> {
        let rate = SAMPLE_RATE as usize;
        let mean = around.iter().sum::<f32>() / single(real(around.len()));
        let windowed: Vec<f32> =
            around.iter().zip(&self.hann).map(|(value, weight)| (value - mean) * weight).collect();
        let found = self.repetition(&windowed);
        let least = found[0] + 1e-9;
        let strength = |lag: usize| found[lag] / least / self.fade[lag];
        let (shortest, longest) = (rate / HIGHEST_PITCH, rate / LOWEST_PITCH);
        let best = (shortest..=longest).map(strength).max_by(f32::total_cmp)?;
        // What repeats after one period repeats after two: the first peak that is about as good.
        let mut lag = (shortest..=longest).find(|&lag| strength(lag) >= FIRST * best)?;
        while lag < longest && strength(lag + 1) > strength(lag) {
            lag += 1;
        }
        (best > REPEATS).then(|| single((real(rate) / real(lag)).log2()))
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

#[expect(clippy::cast_precision_loss, reason = "counts of frames, bins and bands")]
pub(super) fn real(count: usize) -> f64 {
    count as f64
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
