//! Stretches of speech of one recording, looked for in all of another.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "whitened samples of a recording stay far below 2^53, and likeness needs no more than an f32"
)]

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::Heard;
use super::line::Find;
use super::whiten::{HOP, RATE, Whitener};
use crate::error::{Error, Result};
use crate::progress::Cancel;
use crate::sound::level::frame_levels;

/// Whitened samples of a probe: 4.1 s. Clocks that differ by 200 ppm move 0.8 ms in it, within the
/// wave of a voice's first formants.
const PROBE: usize = 8192;
/// Probes a recording.
const MOST_PROBES: usize = 24;
/// Whitened samples of a block that probes are looked for in: 33 s.
const BLOCK: usize = 65_536;
/// Frames of 10 ms in a probe.
const PROBE_FRAMES: usize = 409;
/// Part of a probe's frames that must be loud.
const LOUD_SHARE: f64 = 0.3;
/// Within this of the recording's loudest tenth it is loud, dB.
const LOUD: f32 = 15.0;
/// Finds nearer to the best one than this are the same, whitened samples (50 ms): the pitch and the
/// first echoes of a room.
const SAME: usize = 100;
/// A stretch that is mostly silent counts as at least this much of a full one: little of it is like
/// anything.
const LEAST_FULL: f32 = 0.25;

/// Where speech of `from` is in `into`: one find a probe, however unsure.
pub(super) fn finds(from: Heard<'_>, into: Heard<'_>, cancel: &dyn Cancel) -> Result<Vec<Find>> {
    let mut search = Search::new(from)?;
    let target = Whitener::new(into);
    let step = BLOCK - PROBE;
    // A probe may begin before the other recording does.
    let mut at = 0;
    while at < target.len() + PROBE {
        if cancel.cancelled() {
            return Err(Error::Cancelled);
        }
        search.block(&target, at)?;
        at += step;
    }
    Ok(search.finds())
}

/// What is best and second best for a probe.
#[derive(Debug, Clone, Copy, Default)]
struct Best {
    likeness: f32,
    /// Whitened sample of the target at which the probe lies, with its fraction.
    place: f64,
    second: f32,
}

struct Search {
    probes: Vec<(usize, Vec<Complex<f32>>, f32)>,
    best: Vec<Best>,
    forward: Arc<dyn RealToComplex<f32>>,
    back: Arc<dyn ComplexToReal<f32>>,
    spectrum: Vec<Complex<f32>>,
    product: Vec<Complex<f32>>,
    likeness: Vec<f32>,
}

impl Search {
    fn new(from: Heard<'_>) -> Result<Self> {
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(BLOCK);
        let back = planner.plan_fft_inverse(BLOCK);
        let whitener = Whitener::new(from);
        let mut probes = Vec::new();
        for hop in places(from)? {
            let sound = whitener.hops(hop, PROBE / HOP)?;
            let energy: f32 = sound.iter().map(|x| x * x).sum();
            let mut padded = forward.make_input_vec();
            padded[..PROBE].copy_from_slice(&sound);
            let mut spectrum = forward.make_output_vec();
            if energy > 0.0 && forward.process(&mut padded, &mut spectrum).is_ok() {
                for bin in &mut spectrum {
                    *bin = bin.conj();
                }
                probes.push((hop * HOP, spectrum, energy));
            }
        }
        Ok(Self {
            best: vec![Best::default(); probes.len()],
            probes,
            spectrum: forward.make_output_vec(),
            product: forward.make_output_vec(),
            likeness: back.make_output_vec(),
            forward,
            back,
        })
    }

    /// Looks for the probes in the block from whitened sample `at` − [`PROBE`] on.
    fn block(&mut self, target: &Whitener<'_>, at: usize) -> Result<()> {
        let before = PROBE.saturating_sub(at);
        let first = (at + before - PROBE) / HOP;
        let mut sound = vec![0.0; before];
        sound.extend(target.hops(first, (BLOCK - before) / HOP)?);
        let full = full(&sound);
        if self.forward.process(&mut sound, &mut self.spectrum).is_err() {
            return Ok(());
        }
        for ((_, probe, energy), best) in self.probes.iter().zip(&mut self.best) {
            for (into, (a, b)) in self.product.iter_mut().zip(self.spectrum.iter().zip(probe)) {
                *into = a * b;
            }
            // What a real spectrum has there is real; rounding leaves traces that the inverse refuses.
            self.product[0].im = 0.0;
            self.product[BLOCK / 2].im = 0.0;
            if self.back.process(&mut self.product, &mut self.likeness).is_err() {
                continue;
            }
            let valid = &mut self.likeness[..BLOCK - PROBE];
            for (likeness, full) in valid.iter_mut().zip(&full) {
                *likeness = likeness.abs() / (BLOCK as f32 * (energy * full).sqrt());
            }
            best.take(valid, at);
        }
        Ok(())
    }

    fn finds(self) -> Vec<Find> {
        let probes = self.probes.iter().zip(&self.best);
        probes
            .map(|((start, ..), best)| Find {
                at: (*start as f64 + PROBE as f64 / 2.0) / RATE,
                lag: (best.place - *start as f64) / RATE,
                likeness: best.likeness.into(),
                second: best.second.into(),
            })
            .collect()
    }
}

impl Best {
    /// Takes in the likenesses of a block whose first is for whitened sample `at` − [`PROBE`].
    fn take(&mut self, likeness: &[f32], at: usize) {
        let top = |from: usize, to: usize| {
            let range = from.min(likeness.len())..to.min(likeness.len());
            let places = range.map(|place| (place, likeness[place]));
            places.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0))
        };
        let (place, value) = top(0, likeness.len());
        let other = top(0, place.saturating_sub(SAME)).1.max(top(place + SAME, likeness.len()).1);
        let on = |place: f64| place + at as f64 - PROBE as f64;
        if value > self.likeness {
            let near = (self.place - on(place as f64)).abs() < SAME as f64;
            let before = if near { self.second } else { self.likeness };
            *self = Self {
                likeness: value,
                place: on(place as f64 + vertex(likeness, place)),
                second: other.max(before).max(self.second),
            };
        } else {
            let near = (self.place - on(place as f64)).abs() < SAME as f64;
            self.second = self.second.max(if near { other } else { value });
        }
    }
}

/// How far beside `place` a parabola through it and its neighbours has its top.
fn vertex(values: &[f32], place: usize) -> f64 {
    let (Some(&before), Some(&after)) =
        (place.checked_sub(1).and_then(|one| values.get(one)), values.get(place + 1))
    else {
        return 0.0;
    };
    let bend = before - 2.0 * values[place] + after;
    if bend < 0.0 { f64::from((before - after) / (2.0 * bend)).clamp(-0.5, 0.5) } else { 0.0 }
}

/// How much sound there is in the [`PROBE`] samples from each on: its energy, not under a part of the
/// energy of whitened sound.
fn full(sound: &[f32]) -> Vec<f32> {
    let mut sums = Vec::with_capacity(sound.len() + 1);
    let mut sum = 0.0_f64;
    sums.push(sum);
    for sample in sound {
        sum += f64::from(sample * sample);
        sums.push(sum);
    }
    let nominal = nominal();
    let window = |from: usize| (sums[from + PROBE] - sums[from]) as f32;
    (0..sound.len() - PROBE).map(|from| window(from).max(nominal)).collect()
}

/// [`LEAST_FULL`] of the energy of a probe of whitened sound, whose samples have the square 1.
fn nominal() -> f32 {
    LEAST_FULL * PROBE as f32
}

/// Hops at which the probes begin: the stretches that are loud most of the time, spread over the
/// recording.
fn places(from: Heard<'_>) -> Result<Vec<usize>> {
    let levels = frame_levels(from.copy, from.channel)?;
    let mut sorted = levels.clone();
    sorted.sort_by(f32::total_cmp);
    let Some(&top) = sorted.get(sorted.len() * 9 / 10) else { return Ok(Vec::new()) };
    let loudest = sorted.last().copied().unwrap_or(top);
    // Of a track that is silent nearly all the time the loudest tenth is silence.
    let floor = (top.max(loudest - 20.0)) - LOUD;
    let mut loud = 0;
    let counts: Vec<usize> = std::iter::once(0)
        .chain(levels.iter().map(|&level| {
            loud += usize::from(level > floor);
            loud
        }))
        .collect();
    let share =
        |start: usize| (counts[start + PROBE_FRAMES] - counts[start]) as f64 / PROBE_FRAMES as f64;
    let last = levels.len().saturating_sub(PROBE_FRAMES);
    let starts = (0..last).step_by(PROBE_FRAMES / 2);
    let lively: Vec<(usize, f64)> =
        starts.map(|start| (start, share(start))).filter(|one| one.1 >= LOUD_SHARE).collect();
    let groups = MOST_PROBES.min(lively.len().div_ceil(2)).max(1);
    let size = lively.len().div_ceil(groups).max(1);
    let best = |group: &[(usize, f64)]| group.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1));
    // 10 ms are 20 whitened samples; hops are 64.
    Ok(lively.chunks(size).filter_map(best).map(|(start, _)| start * 20 / HOP).collect())
}
