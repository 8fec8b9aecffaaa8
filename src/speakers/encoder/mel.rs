//! What the voice encoder hears: the power in 40 mel bands, 100 times a second.
//!
//! As the network was trained (`models/README.md`): periodic Hann window of 400 samples, squared
//! magnitudes of 400 points, 40 triangles of unit area on Slaney's mel scale, no logarithm.

use std::f64::consts::TAU;
use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex};

use super::super::frames::real;
use crate::sound::SAMPLE_RATE;

/// Bands a frame.
pub(super) const BANDS: usize = 40;
/// Samples a frame is measured over, around its middle.
pub(super) const WIDTH: usize = 400;
/// Highest frequency of the bands.
const HIGHEST_HZ: f64 = 8000.0;

/// Measures frames.
pub(super) struct Mel {
    transform: Arc<dyn RealToComplex<f32>>,
    hann: Vec<f32>,
    /// First bin and weights of each band.
    bands: Vec<(usize, Vec<f32>)>,
}

impl Mel {
    pub fn new() -> Self {
        let hann = (0..WIDTH).map(|n| single(0.5 - 0.5 * (TAU * real(n) / real(WIDTH)).cos()));
        Self {
            transform: RealFftPlanner::new().plan_fft_forward(WIDTH),
            hann: hann.collect(),
            bands: bands(),
        }
    }

    /// The power of each band in [`WIDTH`] samples, from −1 to 1.
    pub fn power(&self, samples: &[f32]) -> [f32; BANDS] {
        let mut input: Vec<f32> = samples.iter().zip(&self.hann).map(|(s, w)| s * w).collect();
        input.resize(WIDTH, 0.0);
        let mut output = self.transform.make_output_vec();
        // Fails on wrong lengths only.
        drop(self.transform.process(&mut input, &mut output));
        let mut powers = [0.0; BANDS];
        for (power, (first, weights)) in powers.iter_mut().zip(&self.bands) {
            *power = output[*first..].iter().zip(weights).map(|(bin, w)| bin.norm_sqr() * w).sum();
        }
        powers
    }
}

/// Slaney's scale: even up to 1 kHz, logarithmic above.
fn bands() -> Vec<(usize, Vec<f32>)> {
    let log_step = 6.4_f64.ln() / 27.0;
    let hertz = |mel: f64| {
        if mel < 15.0 { mel * 200.0 / 3.0 } else { 1000.0 * (log_step * (mel - 15.0)).exp() }
    };
    let top = 15.0 + (HIGHEST_HZ / 1000.0).ln() / log_step;
    let edge = |n: usize| hertz(top * real(n) / real(BANDS + 1));
    let bin = f64::from(SAMPLE_RATE) / real(WIDTH);
    (0..BANDS)
        .map(|band| {
            let (low, centre, high) = (edge(band), edge(band + 1), edge(band + 2));
            let weight = |n: usize| {
                let at = real(n) * bin;
                let height = ((at - low) / (centre - low)).min((high - at) / (high - centre));
                height.max(0.0) * 2.0 / (high - low)
            };
            let first = (0..=WIDTH / 2).find(|&n| weight(n) > 0.0).unwrap_or(0);
            let weights = (first..=WIDTH / 2).map(weight).take_while(|&w| w > 0.0);
            (first, weights.map(single).collect())
        })
        .collect()
}

#[expect(clippy::cast_possible_truncation, reason = "a measurement needs no more than an f32")]
fn single(value: f64) -> f32 {
    value as f32
}
