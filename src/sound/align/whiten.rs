//! Sound of which every stretch of time and every band is equally loud, at 2 kHz.
//!
//! Frames of 64 ms, half overlapping; of each the bins from 94 to 940 Hz (the voice, without the hum
//! of the mains), each divided by the power around it. What is left is which sound it is, not how
//! loud: a faint copy of a voice counts as much as the voice.

#![expect(clippy::cast_precision_loss, reason = "lengths of frames")]

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::Heard;
use crate::error::Result;

/// Samples of the work copy a whitened sample stands for.
pub(super) const STEP: usize = 8;
/// Whitened samples a second.
pub(super) const RATE: f64 = 2000.0;
/// Whitened samples from one frame to the next.
pub(super) const HOP: usize = 64;

/// Samples of the work copy a frame is made of.
const FRAME: usize = 2 * HOP * STEP;
const OUT: usize = 2 * HOP;
const BINS: std::ops::Range<usize> = 6..61;
/// Bins on either side that a bin is as loud as: 31 Hz.
const AROUND: usize = 2;
/// The power of a bin of sound that is no more than the steps of 16 bits (1/12 a sample, half of it
/// under the window); a frame that is under it is silent.
const STEPS: f32 = FRAME as f32 / 24.0;

/// Whitens a channel piece by piece.
pub(super) struct Whitener<'a> {
    heard: Heard<'a>,
    forward: Arc<dyn RealToComplex<f32>>,
    back: Arc<dyn ComplexToReal<f32>>,
    window: Vec<f32>,
    out_window: Vec<f32>,
}

impl<'a> Whitener<'a> {
    pub fn new(heard: Heard<'a>) -> Self {
        let mut planner = RealFftPlanner::new();
        Self {
            heard,
            forward: planner.plan_fft_forward(FRAME),
            back: planner.plan_fft_inverse(OUT),
            window: sine(FRAME),
            out_window: sine(OUT),
        }
    }

    /// How many whitened samples there are.
    pub fn len(&self) -> usize {
        usize::try_from(self.heard.copy.samples()).unwrap_or(usize::MAX) / STEP
    }

    /// `hops` times [`HOP`] samples from hop `first` on; silence before and after the recording.
    pub fn hops(&self, first: usize, hops: usize) -> Result<Vec<f32>> {
        let mut out = vec![0.0; (hops + 2) * HOP];
        // The frame that starts one hop before reaches into the first.
        let sound = self.sound(first, hops + 2)?;
        let mut frame = self.forward.make_input_vec();
        let mut bins = self.forward.make_output_vec();
        let mut few = self.back.make_input_vec();
        let mut made = self.back.make_output_vec();
        for hop in 0..=hops {
            let from = hop * HOP * STEP;
            for (into, (sample, window)) in
                frame.iter_mut().zip(sound[from..from + FRAME].iter().zip(&self.window))
            {
                *into = f32::from(*sample) * window;
            }
            if self.forward.process(&mut frame, &mut bins).is_err() {
                continue;
            }
            whitened(&bins, &mut few);
            if self.back.process(&mut few, &mut made).is_err() {
                continue;
            }
            let into = out[hop * HOP..].iter_mut();
            for (into, (sample, window)) in into.zip(made.iter().zip(&self.out_window)) {
                *into += sample * window;
            }
        }
        out.drain(..HOP);
        out.truncate(hops * HOP);
        Ok(out)
    }

    /// Samples of `hops` hops from the one before `first` on.
    fn sound(&self, first: usize, hops: usize) -> Result<Vec<i16>> {
        let hop = HOP * STEP;
        let mut sound = vec![0; hops * hop];
        let before = if first == 0 { hop } else { 0 };
        let from = (first * hop).saturating_sub(hop);
        self.heard.copy.read(self.heard.channel, from as u64, &mut sound[before..])?;
        Ok(sound)
    }
}

/// The square root of a Hann window: once into the frame and once out of it makes one whole.
fn sine(length: usize) -> Vec<f32> {
    let step = std::f32::consts::PI / length as f32;
    (0..length).map(|n| ((n as f32 + 0.5) * step).sin()).collect()
}

/// Of the bins those that count, each as loud as the others.
fn whitened(bins: &[Complex<f32>], few: &mut [Complex<f32>]) {
    few.fill(Complex::default());
    let scale = 1.0 / (2.0 * BINS.len() as f32).sqrt();
    for bin in BINS {
        let around = &bins[bin - AROUND..=bin + AROUND];
        let power = around.iter().map(Complex::norm_sqr).sum::<f32>() / around.len() as f32;
        if power > STEPS {
            few[bin] = bins[bin] * (scale / power.sqrt());
        }
    }
}
