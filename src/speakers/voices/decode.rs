//! From scores of windows to a voice a frame.

use super::windows::Window;
use crate::speakers::frames::real;

/// What it costs to change voices: within speech …
const CHANGE: f64 = 6.0;
/// … over a short pause …
const CHANGE_IN_SHORT_PAUSE: f64 = 2.0;
/// … and over one as turns have.
const CHANGE_IN_PAUSE: f64 = 1.0;
/// A pause this long is a short one, frames.
const SHORT_PAUSE: usize = 10;
/// A pause this long ends a stretch of speech, frames.
const PAUSE: usize = 30;

/// Scores of each frame: the mean of its windows', those it lies in the middle of counting more.
pub(super) fn frame_scores(
    windows: &[Window],
    scores: &[Vec<f64>],
    frames: usize,
    voices: usize,
) -> Vec<Vec<f64>> {
    let mut sums = vec![vec![0.0; voices]; frames];
    let mut weights = vec![0.0; frames];
    for (&(from, to), scores) in windows.iter().zip(scores) {
        let half = real(to - from) / 2.0;
        for frame in from..to {
            let off = (real(frame - from) + 0.5 - half).abs() / half;
            let weight = 1.0 - 0.9 * off;
            weights[frame] += weight;
            for (sum, score) in sums[frame].iter_mut().zip(scores) {
                *sum += weight * score;
            }
        }
    }
    for (sums, weight) in sums.iter_mut().zip(weights) {
        for sum in sums.iter_mut().filter(|_| weight > 0.0) {
            *sum /= weight;
        }
    }
    sums
}

/// The likeliest voice of each frame that is speech (Viterbi); the others' is that of the last.
pub(super) fn decode(scores: &[Vec<f64>], speaking: &[bool], voices: usize) -> Vec<usize> {
    let frames: Vec<usize> = (0..speaking.len()).filter(|&frame| speaking[frame]).collect();
    let mut best = vec![0.0; voices];
    let mut came_from: Vec<Vec<usize>> = Vec::with_capacity(frames.len());
    let mut last = None;
    for &frame in &frames {
        let change = match last.map(|last| frame - last - 1) {
            None => 0.0,
            Some(pause) if pause >= PAUSE => CHANGE_IN_PAUSE,
            Some(pause) if pause >= SHORT_PAUSE => CHANGE_IN_SHORT_PAUSE,
            Some(_) => CHANGE,
        };
        let leader = (0..voices)
            .max_by(|&a, &b| f64::total_cmp(&best[a], &best[b]).then(b.cmp(&a)))
            .unwrap_or(0);
        let arrivals: Vec<(usize, f64)> = (0..voices)
            .map(|voice| {
                let changed = best[leader] - change;
                if changed > best[voice] { (leader, changed) } else { (voice, best[voice]) }
            })
            .collect();
        best = arrivals.iter().zip(&scores[frame]).map(|((_, b), score)| b + score).collect();
        came_from.push(arrivals.into_iter().map(|(from, _)| from).collect());
        last = Some(frame);
    }
    let mut voice = (0..voices)
        .max_by(|&a, &b| f64::total_cmp(&best[a], &best[b]).then(b.cmp(&a)))
        .unwrap_or(0);
    let mut labels = vec![0; speaking.len()];
    for (&frame, from) in frames.iter().zip(&came_from).rev() {
        labels[frame] = voice;
        voice = from[voice];
    }
    for frame in 1..labels.len() {
        if !speaking[frame] {
            labels[frame] = labels[frame - 1];
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores that favour voice 0 or 1 by `much`.
    fn scores(favoured: &[usize], much: f64) -> Vec<Vec<f64>> {
        let of = |&voice: &usize| (0..2).map(|n| if n == voice { 0.0 } else { -much }).collect();
        favoured.iter().map(of).collect()
    }

    #[test]
    fn a_moment_of_doubt_within_speech_changes_nothing() {
        let mut favoured = vec![0; 100];
        favoured[40..60].fill(1);
        let labels = decode(&scores(&favoured, 0.5), &[true; 100], 2);
        assert_eq!(labels, [0; 100]);
    }

    #[test]
    fn a_short_answer_between_pauses_is_the_others() {
        let mut favoured = vec![0; 140];
        favoured[50..90].fill(1);
        let mut speaking = vec![true; 140];
        speaking[20..50].fill(false);
        speaking[90..120].fill(false);
        let labels = decode(&scores(&favoured, 0.1), &speaking, 2);
        assert!(labels[50..90].iter().all(|&label| label == 1));
        assert!(labels[..20].iter().chain(&labels[120..]).all(|&label| label == 0));
    }

    #[test]
    fn the_middle_of_a_window_counts_more_than_its_edge() {
        let windows = [(0, 100), (50, 150)];
        let found = frame_scores(&windows, &scores(&[0, 1], 1.0), 150, 2);
        assert!(found[55][0] > found[55][1] && found[95][1] > found[95][0]);
    }
}
