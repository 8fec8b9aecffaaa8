//! How a voice moves at the end of what it says.
//!
//! In: the stretches of a channel in which the voice speaks by itself. Out: the slope of its pitch
//! over the last half second, and how much of that is voiced. Pitch every 10 ms; what is far under
//! the loudest is left out (the other's voice, bleeding in); leaps of an octave from one
//! moment to the next are taken for errors of the tracker and folded back; what is left is smoothed by
//! a running median (Rabiner, Sambur & Schmidt 1975, IEEE ASSP 23:552) and a line is laid through it.

use super::{
    LEVEL_HOP_SAMPLES, PITCH_WINDOW, PitchTracker, WorkCopy, ms_of_samples, samples_of_ms,
};
use crate::error::Result;
use crate::session::{Ms, Span};

/// The end of something said is looked for in no more than this.
pub const REACH: Ms = Ms(1000);

/// The slope is that of this much before the last voiced moment.
const LAST: Ms = Ms(500);
/// Frames with a pitch that a slope takes: a tenth of a second.
const FEWEST: usize = 10;
/// Frames this far under the loudest are not the voice: bleed lies 26 to 32 dB under it in the
/// development sessions. As a ratio of powers, 20 dB.
const QUIET: f64 = 0.01;
/// A leap from one frame with a pitch to the next that is nearer to an octave than to none, in semitones.
const LEAP: f64 = 9.0;
const OCTAVE: f64 = 12.0;
/// Frames that a running median looks at.
const MEDIAN: usize = 5;

/// How the voice ends.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Ending {
    /// Semitones a second; `None` where too little is voiced to tell.
    pub slope: Option<f64>,
    /// How much of the last half second is voiced.
    pub voiced: Ms,
}

/// Measures endings; keeps the tables that this takes.
#[derive(Default)]
pub struct Melody {
    tracker: PitchTracker,
}

/// A frame with a pitch: its number, and semitones above 1 Hz.
type Point = (usize, f64);

impl Melody {
    /// How the voice on `channel` ends in `own`: stretches in order, on the copy's clock, in which it
    /// speaks by itself. Only the last [`REACH`] of them counts.
    ///
    /// # Errors
    /// As [`WorkCopy::read`].
    pub fn ending(&mut self, copy: &WorkCopy, channel: u16, own: &[Span]) -> Result<Ending> {
        let Some(end) = own.last().map(|last| last.end()) else { return Ok(Ending::default()) };
        let start = own[0].start().max(Ms(end.0.saturating_sub(REACH.0)));
        let before = PITCH_WINDOW / 2 - LEVEL_HOP_SAMPLES / 2;
        let first = samples_of_ms(start);
        let lead = before.min(usize::try_from(first).unwrap_or(usize::MAX));
        let hop = ms_of_samples(LEVEL_HOP_SAMPLES as u64);
        let frames = usize::try_from(end.since(start).0 / hop.0).unwrap_or(0);
        let length = frames * LEVEL_HOP_SAMPLES + PITCH_WINDOW;
        let read = copy.window(channel, first - lead as u64, length - (before - lead))?;
        let mut samples = vec![0.0; before - lead];
        samples.extend(read.iter().map(|&sample| f32::from(sample) / 32768.0));
        samples.resize(length, 0.0);
        let inside = |frame: usize| {
            let middle = start + Ms(frame as u64 * hop.0 + hop.0 / 2);
            own.iter().any(|own| own.start() <= middle && middle < own.end())
        };
        let frames: Vec<(usize, f64)> = (0..frames)
            .filter(|&frame| inside(frame))
            .map(|frame| (frame, power(&samples[frame * LEVEL_HOP_SAMPLES..][..PITCH_WINDOW])))
            .collect();
        let loudest = frames.iter().map(|frame| frame.1).fold(0.0, f64::max);
        let mut points: Vec<Point> = Vec::new();
        for (frame, _) in frames.into_iter().filter(|frame| frame.1 > QUIET * loudest) {
            let around = &samples[frame * LEVEL_HOP_SAMPLES..][..PITCH_WINDOW];
            if let Some(octaves) = self.tracker.fine_pitch(around) {
                points.push((frame, octaves * OCTAVE));
            }
        }
        Ok(ending(points, hop))
    }
}

/// Power of a frame's samples, for comparing frames.
fn power(samples: &[f32]) -> f64 {
    samples.iter().map(|&sample| f64::from(sample) * f64::from(sample)).sum()
}

fn ending(mut points: Vec<Point>, hop: Ms) -> Ending {
    fold(&mut points);
    let Some(&(last, _)) = points.last() else { return Ending::default() };
    let reach = usize::try_from(LAST.0 / hop.0).unwrap_or(usize::MAX);
    points.retain(|point| point.0 + reach > last);
    let voiced = Ms(points.len() as u64 * hop.0);
    if points.len() < FEWEST {
        return Ending { slope: None, voiced };
    }
    let slope = slope(&smooth(&points)).map(|a_frame| a_frame * 1000.0 / hop.as_f64());
    Ending { slope, voiced }
}

/// Takes leaps of about an octave back, from one point to the next.
fn fold(points: &mut [Point]) {
    let mut off = 0.0;
    let mut before: Option<f64> = None;
    for (_, pitch) in points {
        let raw = *pitch;
        if let Some(before) = before {
            let leap: f64 = raw - before;
            if leap.abs() > LEAP {
                off -= OCTAVE * (leap / OCTAVE).round();
            }
        }
        *pitch = raw + off;
        before = Some(raw);
    }
}

/// Each point's pitch as the median of those around it.
fn smooth(points: &[Point]) -> Vec<Point> {
    let around = |at: usize| {
        let reach = (MEDIAN / 2).min(at).min(points.len() - 1 - at);
        let mut near: Vec<f64> = points[at - reach..=at + reach].iter().map(|one| one.1).collect();
        near.sort_by(f64::total_cmp);
        near[reach]
    };
    points.iter().enumerate().map(|(at, point)| (point.0, around(at))).collect()
}

/// Of the line that lies nearest to the points, by least squares.
#[expect(clippy::cast_precision_loss, reason = "counts of frames in a second")]
fn slope(points: &[Point]) -> Option<f64> {
    let count = points.len() as f64;
    let mean = |of: &dyn Fn(&Point) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (time, pitch) = (mean(&|point| point.0 as f64), mean(&|point| point.1));
    let together = mean(&|point| (point.0 as f64 - time) * (point.1 - pitch));
    let alone = mean(&|point| (point.0 as f64 - time).powi(2));
    (alone > 0.0).then(|| together / alone)
}

#[cfg(test)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "samples made for a test"
)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;
    use crate::sound::SAMPLE_RATE;

    const RATE: f64 = SAMPLE_RATE as f64;

    /// A second of harmonics over a pitch that is `semitones(seconds)` above `hertz`.
    fn glide(hertz: f64, strengths: &[f64], semitones: impl Fn(f64) -> f64) -> Vec<f64> {
        let mut phase = 0.0;
        let mut one = |n: usize| {
            phase += TAU * hertz * (semitones(n as f64 / RATE) / 12.0).exp2() / RATE;
            (1_u8..).zip(strengths).map(|(k, s)| s * (f64::from(k) * phase).sin()).sum()
        };
        (0..16_000).map(&mut one).collect()
    }

    fn ending(samples: &[f64], own: &[(u64, u64)]) -> Ending {
        let dir = tempfile::tempdir().unwrap();
        let samples: Vec<i16> = samples.iter().map(|value| (value * 3000.0) as i16).collect();
        let copy = WorkCopy::from_samples(dir.path(), &[&samples]).unwrap();
        let own: Vec<Span> =
            own.iter().map(|&(from, to)| Span::new(Ms(from), Ms(to)).unwrap()).collect();
        Melody::default().ending(&copy, 0, &own).unwrap()
    }

    const VOICE: [f64; 4] = [1.0, 0.7, 0.5, 0.3];

    #[test]
    fn a_steady_slope_is_measured_whatever_the_voice() {
        for hertz in [90.0, 130.0, 210.0] {
            for slope in [-12.0, -3.0, 0.0, 6.0, 15.0] {
                let found = ending(&glide(hertz, &VOICE, |s| slope * (s - 0.5)), &[(0, 1000)]);
                let off = found.slope.unwrap() - slope;
                assert!(off.abs() < 0.5, "{hertz} Hz, {slope} st/s: {off} off");
                assert!(found.voiced >= Ms(480), "{hertz} Hz: {}", found.voiced);
            }
        }
    }

    #[test]
    fn a_voice_without_its_lowest_harmonics_is_measured_too() {
        // A man's voice on the telephone: nothing under 300 Hz.
        let samples = glide(110.0, &[0.0, 0.0, 1.0, 0.8, 0.6, 0.5, 0.4], |s| 10.0 * (s - 0.5));
        let found = ending(&samples, &[(0, 1000)]);
        assert!((found.slope.unwrap() - 10.0).abs() < 0.7, "{found:?}");
    }

    #[test]
    fn only_the_last_half_second_counts() {
        let samples = glide(120.0, &VOICE, |s| if s < 0.5 { -8.0 * s } else { 8.0 * (s - 1.0) });
        let found = ending(&samples, &[(0, 1000)]);
        assert!((found.slope.unwrap() - 8.0).abs() < 0.8, "{found:?}");
    }

    #[test]
    fn every_second_period_weaker_or_for_a_while_is_no_leap_of_an_octave() {
        // A creak: from 700 ms on every other period is weaker, so it repeats an octave below.
        let plain = glide(200.0, &VOICE, |s| 2.0 * s);
        let low = glide(100.0, &[1.0, 0.0, 1.0, 0.0], |s| 2.0 * s);
        let creak = |(n, (high, low)): (usize, (&f64, &f64))| {
            if n > 11_200 { high * 0.5 + low } else { *high }
        };
        let samples: Vec<f64> = plain.iter().zip(&low).enumerate().map(creak).collect();
        let found = ending(&samples, &[(0, 1000)]);
        assert!(found.slope.unwrap().abs() < 4.0, "{found:?}");
    }

    #[test]
    fn the_others_voice_in_and_after_the_stretch_is_not_heard() {
        let own = glide(110.0, &VOICE, |s| -6.0 * s);
        let other = glide(220.0, &VOICE, |s| 12.0 * s);
        // The own voice ends at 800 ms, what bleeds in is 26 dB under it all along.
        let mixed = |(n, (own, other)): (usize, (&f64, &f64))| {
            if n < 12_800 { own + 0.05 * other } else { 0.05 * other }
        };
        let samples: Vec<f64> = own.iter().zip(&other).enumerate().map(mixed).collect();
        for end in [800, 1000] {
            let found = ending(&samples, &[(0, end)]);
            assert!((found.slope.unwrap() + 6.0).abs() < 1.0, "{end} ms: {found:?}");
        }
    }

    #[test]
    fn noise_silence_and_a_moment_of_voice_have_no_slope() {
        let mut seed = 7_u32;
        let mut noise = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(seed >> 8) / f64::from(1 << 23) - 1.0
        };
        let hiss: Vec<f64> = (0..16_000).map(|_| noise()).collect();
        assert_eq!(ending(&hiss, &[(0, 1000)]).slope, None);
        assert_eq!(ending(&vec![0.0; 16_000], &[(0, 1000)]), Ending::default());
        let voice = glide(150.0, &VOICE, |s| 20.0 * s);
        assert_eq!(ending(&voice, &[(920, 1000)]).slope, None);
        assert_eq!(ending(&voice, &[]), Ending::default());
    }
}
