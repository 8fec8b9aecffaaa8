//! The pitch of a voice, window by window.
//!
//! In: 40 ms of 16 kHz samples. Out: how high the voice in them is, or nothing where they do not
//! repeat. The autocorrelation of the windowed samples over that of the window itself (Boersma 1993,
//! "Accurate short-term analysis of the fundamental frequency …", Proceedings of the Institute of
//! Phonetic Sciences Amsterdam 17). It needs no energy at the fundamental, so it hears the voice of
//! a telephone, whose band begins at 300 Hz.

use std::f64::consts::TAU;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::SAMPLE_RATE;

/// Samples a pitch is measured over: 40 ms, nearly three periods of the lowest.
pub const PITCH_WINDOW: usize = 640;

const SIZE: usize = 1024;
/// The pitch of speech, Hz.
const LOWEST: usize = 65;
const HIGHEST: usize = 400;
/// A window has a pitch when so much of it repeats after a period.
const REPEATS: f32 = 0.5;
/// A period is the first that repeats at least this well against the best (as in Boersma 1993, who makes
/// longer ones pay).
const FIRST: f32 = 0.9;

/// Finds pitches; keeps the tables that this takes.
pub struct PitchTracker {
    forth: Arc<dyn RealToComplex<f32>>,
    back: Arc<dyn ComplexToReal<f32>>,
    hann: Vec<f32>,
    /// How much of a repetition the window itself takes away, by lag.
    fade: Vec<f32>,
}

impl Default for PitchTracker {
    fn default() -> Self {
        Self::new()
    }
}

impl PitchTracker {
    /// With its tables made.
    #[must_use]
    pub fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        let cosine = |n: usize| (TAU * real(n) / real(PITCH_WINDOW - 1)).cos();
        let mut tracker = Self {
            forth: planner.plan_fft_forward(SIZE),
            back: planner.plan_fft_inverse(SIZE),
            hann: (0..PITCH_WINDOW).map(|n| single(0.5 - 0.5 * cosine(n))).collect(),
            fade: Vec::new(),
        };
        let hann = tracker.hann.clone();
        let of_window = tracker.repetition(&hann);
        tracker.fade = of_window.iter().map(|value| value / of_window[0]).collect();
        tracker
    }

    /// The pitch of [`PITCH_WINDOW`] samples from −1 to 1, in octaves above 1 Hz, to the next whole
    /// sample of its period; `None` where they do not repeat.
    pub fn pitch(&mut self, around: &[f32]) -> Option<f32> {
        let (lag, _) = self.period(around)?;
        Some(single((f64::from(SAMPLE_RATE) / real(lag)).log2()))
    }

    /// The same between samples: a parabola through the peak and its neighbours. A whole sample is
    /// 0.4 semitones at 400 Hz, too coarse to see how a voice moves.
    pub fn fine_pitch(&mut self, around: &[f32]) -> Option<f64> {
        let (lag, [before, at, after]) = self.period(around)?;
        let bend = before - 2.0 * at + after;
        let off = if bend < 0.0 { f64::from((before - after) / (2.0 * bend)) } else { 0.0 };
        Some((f64::from(SAMPLE_RATE) / (real(lag) + off.clamp(-0.5, 0.5))).log2())
    }

    /// The period in samples, and how well the window repeats one sample before, at and after it.
    fn period(&mut self, around: &[f32]) -> Option<(usize, [f32; 3])> {
        let rate = SAMPLE_RATE as usize;
        let mean = around.iter().sum::<f32>() / single(real(around.len()));
        let windowed: Vec<f32> =
            around.iter().zip(&self.hann).map(|(value, weight)| (value - mean) * weight).collect();
        let found = self.repetition(&windowed);
        let least = found[0] + 1e-9;
        let strength = |lag: usize| found[lag] / least / self.fade[lag];
        let (shortest, longest) = (rate / HIGHEST, rate / LOWEST);
        let best = (shortest..=longest).map(strength).max_by(f32::total_cmp)?;
        // What repeats after one period repeats after two: the first peak that is about as good.
        let mut lag = (shortest..=longest).find(|&lag| strength(lag) >= FIRST * best)?;
        while lag < longest && strength(lag + 1) > strength(lag) {
            lag += 1;
        }
        (best > REPEATS).then(|| (lag, [strength(lag - 1), strength(lag), strength(lag + 1)]))
    }

    /// The autocorrelation of a window.
    fn repetition(&mut self, windowed: &[f32]) -> Vec<f32> {
        let mut input = windowed.to_vec();
        input.resize(SIZE, 0.0);
        let mut bins = self.forth.make_output_vec();
        // Fails on wrong lengths only.
        drop(self.forth.process(&mut input, &mut bins));
        for bin in &mut bins {
            *bin = Complex::new(bin.norm_sqr(), 0.0);
        }
        drop(self.back.process(&mut bins, &mut input));
        input
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of samples in a window")]
fn real(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, reason = "a measurement needs no more than an f32")]
fn single(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A window of harmonics of `hertz`, each with a strength.
    fn harmonics(hertz: f64, strengths: &[(u32, f64)]) -> Vec<f32> {
        let at = |n: usize| TAU * hertz * real(n) / f64::from(SAMPLE_RATE);
        let one = |n: usize| -> f64 {
            strengths.iter().map(|&(k, strength)| strength * (f64::from(k) * at(n)).sin()).sum()
        };
        (0..PITCH_WINDOW).map(|n| single(0.1 * one(n))).collect()
    }

    fn semitones_off(samples: &[f32], hertz: f64) -> f64 {
        (PitchTracker::new().fine_pitch(samples).unwrap() - hertz.log2()) * 12.0
    }

    #[test]
    fn a_pitch_between_samples_is_found_to_a_tenth_of_a_semitone() {
        for hertz in [80.0, 113.7, 151.3, 222.2, 301.0, 377.0] {
            let off = semitones_off(&harmonics(hertz, &[(1, 1.0), (2, 0.6), (3, 0.4)]), hertz);
            assert!(off.abs() < 0.1, "{hertz} Hz: {off} semitones off");
        }
    }

    #[test]
    fn a_strong_second_harmonic_and_a_missing_first_are_no_octave_up() {
        let strong = harmonics(120.0, &[(1, 0.3), (2, 1.0), (3, 0.3)]);
        let missing = harmonics(120.0, &[(3, 1.0), (4, 0.8), (5, 0.7), (6, 0.5), (7, 0.4)]);
        for samples in [strong, missing] {
            let off = semitones_off(&samples, 120.0);
            assert!(off.abs() < 0.2, "{off} semitones off");
        }
    }

    #[test]
    fn noise_and_silence_have_no_pitch() {
        let mut seed = 1_u32;
        let mut noise = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            single(f64::from(seed >> 8) / f64::from(1 << 24) - 0.5)
        };
        let found = (0..50).filter(|_| {
            let samples: Vec<f32> = (0..PITCH_WINDOW).map(|_| noise()).collect();
            PitchTracker::new().fine_pitch(&samples).is_some()
        });
        assert_eq!(found.count(), 0);
        assert_eq!(PitchTracker::new().fine_pitch(&[0.0; PITCH_WINDOW]), None);
    }
}
