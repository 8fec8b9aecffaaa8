//! Windows over speech, and what the voice in each is like.

use super::spectrum::{CEPSTRA, Spectrum};
use crate::speakers::frames::{real, runs};

/// Mean and spread of each coefficient, median and low end of the pitch.
pub(super) const SIZE: usize = 2 * CEPSTRA + 2;

/// Fewer clear frames than this describe no voice.
const LEAST_FRAMES: usize = 10;
/// Fewer frames with a pitch than this have none.
const LEAST_PITCHED: usize = 8;
/// Windows do not reach over pauses of this many frames or more.
const BRIDGE: usize = 50;

/// Frames from … to, half-open.
pub(super) type Window = (usize, usize);

/// Windows of `length` frames every `hop` over the frames that are speech. What is shorter between
/// two pauses is one window.
pub(super) fn windows(speaking: &[bool], length: usize, hop: usize) -> Vec<Window> {
    let mut stretches: Vec<Window> = Vec::new();
    for (from, to) in runs(speaking) {
        match stretches.last_mut() {
            Some(last) if from - last.1 < BRIDGE => last.1 = to,
            _ => stretches.push((from, to)),
        }
    }
    let mut windows = Vec::new();
    for (from, to) in stretches {
        let mut start = from;
        while start + length < to {
            windows.push((start, start + length));
            start += hop;
        }
        windows.push((to.saturating_sub(length).max(from), to));
    }
    windows
}

/// Describes the voice in each window. `clear` frames are surely voice; where a window has too few
/// of them, all that is `speaking` is taken.
pub(super) fn describe(
    spectrum: &Spectrum,
    speaking: &[bool],
    clear: &[bool],
    windows: &[Window],
) -> Vec<[f64; SIZE]> {
    let usual = median(
        spectrum.pitch.iter().zip(clear).filter(|(_, clear)| **clear).filter_map(|(p, _)| *p),
        0.5,
    );
    windows
        .iter()
        .map(|&(from, to)| {
            let mut frames: Vec<usize> = (from..to).filter(|&frame| clear[frame]).collect();
            let pitched: Vec<f32> =
                frames.iter().filter_map(|&frame| spectrum.pitch[frame]).collect();
            if frames.len() < LEAST_FRAMES {
                frames = (from..to).filter(|&frame| speaking[frame]).collect();
            }
            let mut row = [0.0; SIZE];
            let count = real(frames.len().max(1));
            for &frame in &frames {
                for (k, &value) in spectrum.cepstra[frame].iter().enumerate() {
                    row[k] += f64::from(value) / count;
                    row[CEPSTRA + k] += f64::from(value).powi(2) / count;
                }
            }
            for k in 0..CEPSTRA {
                row[CEPSTRA + k] = (row[CEPSTRA + k] - row[k].powi(2)).max(0.0).sqrt();
            }
            if let Some(usual) = usual.filter(|_| pitched.len() >= LEAST_PITCHED) {
                for (place, part) in [(SIZE - 2, 0.5), (SIZE - 1, 0.2)] {
                    let pitch = median(pitched.iter().copied(), part).unwrap_or(usual);
                    row[place] = f64::from(pitch - usual);
                }
            }
            row
        })
        .collect()
}

fn median(values: impl Iterator<Item = f32>, part: f64) -> Option<f32> {
    crate::speakers::frames::quantile(values, part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_lie_over_speech_and_reach_its_end() {
        let mut speaking = vec![false; 1000];
        speaking[100..320].fill(true);
        speaking[500..540].fill(true);
        assert_eq!(
            windows(&speaking, 150, 25),
            [(100, 250), (125, 275), (150, 300), (170, 320), (500, 540)]
        );
    }

    #[test]
    fn windows_reach_over_short_pauses_only() {
        let mut speaking = vec![true; 200];
        speaking[90..130].fill(false);
        assert_eq!(windows(&speaking, 300, 50), [(0, 200)]);
        speaking[85..135].fill(false);
        assert_eq!(windows(&speaking, 300, 50), [(0, 85), (135, 200)]);
    }

    #[test]
    fn without_speech_there_are_no_windows() {
        assert!(windows(&[false; 500], 150, 25).is_empty());
    }
}
