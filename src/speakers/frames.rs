//! Yes or no for each 10 ms frame, and the stretches that come of it.

use crate::session::{Ms, Span};
use crate::sound::LEVEL_HOP_SAMPLES;

/// Milliseconds a frame.
pub(super) const FRAME_MS: u64 = LEVEL_HOP_SAMPLES as u64 * 1000 / crate::sound::SAMPLE_RATE as u64;

/// Runs of `true`, as frame numbers, half-open.
pub(super) fn runs(frames: &[bool]) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut start = None;
    for (index, &on) in frames.iter().chain([&false]).enumerate() {
        match (start, on) {
            (None, true) => start = Some(index),
            (Some(from), false) => {
                runs.push((from, index));
                start = None;
            }
            _ => {}
        }
    }
    runs
}

/// Sets the frames of pauses shorter than `pause` between two runs. A pause reaches from the last
/// `strong` frame of the run before it to the first of the run after it.
pub(super) fn close(frames: &mut [bool], pause: Ms, strong: impl Fn(usize) -> bool) {
    let limit = frames_in(pause);
    for pair in runs(frames).windows(2) {
        let [before, after] = [pair[0], pair[1]];
        let from = (before.0..before.1).rev().find(|&frame| strong(frame));
        let to = (after.0..after.1).find(|&frame| strong(frame));
        let from = from.map_or(before.1, |frame| frame + 1);
        if to.unwrap_or(after.0) - from < limit {
            frames[before.1..after.0].fill(true);
        }
    }
}

/// Frames that `time` covers.
pub(super) fn frames_in(time: Ms) -> usize {
    usize::try_from(time.0 / FRAME_MS).unwrap_or(usize::MAX)
}

/// A run as time, not past `duration`.
pub(super) fn span((from, to): (usize, usize), duration: Ms) -> Option<Span> {
    Span::new(Ms(from as u64 * FRAME_MS), Ms(to as u64 * FRAME_MS).min(duration))
}

#[expect(clippy::cast_precision_loss, reason = "counts of frames, bins and bands")]
pub(super) fn real(count: usize) -> f64 {
    count as f64
}

/// The value that `part` (0 to 1) of `values` lie under; `None` without values.
pub(super) fn quantile(values: impl Iterator<Item = f32>, part: f64) -> Option<f32> {
    let mut sorted: Vec<f32> = values.collect();
    sorted.sort_by(f32::total_cmp);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index into frames in memory"
    )]
    let index = (part * sorted.len().saturating_sub(1) as f64).round() as usize;
    sorted.get(index).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_at_both_ends_are_found() {
        assert_eq!(runs(&[true, false, true, true]), [(0, 1), (2, 4)]);
        assert!(runs(&[]).is_empty());
    }

    #[test]
    fn a_pause_of_exactly_the_limit_stays() {
        let mut frames = vec![true; 10];
        frames[3..6].fill(false);
        let mut shorter = frames.clone();
        close(&mut frames, Ms(30), |_| true);
        assert_eq!(runs(&frames).len(), 2);
        close(&mut shorter, Ms(40), |_| true);
        assert_eq!(runs(&shorter), [(0, 10)]);
    }

    #[test]
    fn a_pause_is_measured_between_strong_frames() {
        let mut frames = vec![true; 10];
        frames[4..6].fill(false);
        close(&mut frames, Ms(30), |frame| !(3..7).contains(&frame));
        assert_eq!(runs(&frames).len(), 2);
        close(&mut frames, Ms(50), |frame| !(3..7).contains(&frame));
        assert_eq!(runs(&frames).len(), 1);
    }

    #[test]
    fn quantiles_of_few_values_are_values() {
        assert_eq!(quantile([3.0, 1.0, 2.0].into_iter(), 0.5), Some(2.0));
        assert_eq!(quantile(std::iter::empty(), 0.5), None);
    }
}
