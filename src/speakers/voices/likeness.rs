//! The voices of a recording as the voice encoder hears them.
//!
//! In: windows over the speech and what the encoder makes of each. Out: clusterings to begin from, and
//! for every window how much more it is like one voice than like another. It knows people's voices in
//! general; the spectra of the recording itself ([`super::cluster`]) know what differs in this one.

use nalgebra::{DMatrix, SymmetricEigen};

use super::cluster::{Labels, clusterings};
use super::windows::{Window, windows};
use super::{MOST_SPEAKERS, Mixed};
use crate::error::{Error, Result};
use crate::progress::Cancel;
use crate::speakers::encoder::{
    EMBEDDED_FRAMES, EMBEDDING, Embedding, VoiceEncoder, likeness, middle,
};
use crate::speakers::frames::real;

/// Frames from one window to the next.
const HOP: usize = 80;
/// Fewer clear frames than this say nothing of a voice.
const LEAST_FRAMES: usize = 40;
/// Windows handed to the encoder between two looks at whether to stop.
const AT_ONCE: usize = 64;
/// Directions in which the clusterings are sought.
const DIRECTIONS: usize = 4;
/// Log-likelihood of a difference of 1 between two cosines.
const SAYS: f64 = 30.0;

/// What the encoder makes of the windows that have enough voice.
pub(super) struct Likeness {
    pub windows: Vec<Window>,
    embeddings: Vec<Embedding>,
    /// The embeddings along the directions in which they vary most.
    seen: DMatrix<f64>,
}

impl Likeness {
    pub fn of(
        encoder: &VoiceEncoder,
        mixed: &Mixed<'_>,
        speaking: &[bool],
        clear: &[bool],
        cancel: &dyn Cancel,
    ) -> Result<Self> {
        let clear_in = |&(from, to): &Window| -> Vec<usize> {
            (from..to).filter(|&frame| clear[frame]).collect()
        };
        let all = windows(speaking, EMBEDDED_FRAMES, HOP);
        let (windows, sets): (Vec<Window>, Vec<Vec<usize>>) = all
            .into_iter()
            .map(|window| (window, clear_in(&window)))
            .filter(|(_, set)| set.len() >= LEAST_FRAMES)
            .unzip();
        let mut embeddings: Vec<Embedding> = Vec::with_capacity(sets.len());
        for sets in sets.chunks(AT_ONCE) {
            if cancel.cancelled() {
                return Err(Error::Cancelled);
            }
            embeddings.extend(encoder.embed(mixed.copy, mixed.channel, sets)?);
        }
        let seen = widest(&embeddings, MOST_SPEAKERS + 1);
        Ok(Self { windows, embeddings, seen })
    }

    /// Clusterings of the windows into `voices`, the tightest first.
    pub fn clusterings(&self, voices: usize) -> Vec<Labels> {
        if self.embeddings.len() <= voices {
            return Vec::new();
        }
        let directions = DIRECTIONS.max(voices).min(self.seen.ncols());
        clusterings(&self.seen.columns(0, directions).into_owned(), voices)
    }

    /// How much each window is like each voice, log-likelihood against the likeliest. `labels` are
    /// the voices the windows are taken to be of.
    pub fn scores(&self, labels: &[Option<usize>], voices: usize, least: f64) -> Vec<Vec<f64>> {
        let centres = self.centres(labels, voices);
        let score = |embedding: &Embedding| -> Vec<f64> {
            let like: Vec<f64> = centres
                .iter()
                .map(|c| c.as_ref().map_or(f64::NEG_INFINITY, |c| SAYS * likeness(c, embedding)))
                .collect();
            let best = like.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            if best.is_finite() {
                like.into_iter().map(|score| (score - best).max(least)).collect()
            } else {
                vec![0.0; voices]
            }
        };
        self.embeddings.iter().map(score).collect()
    }

    /// By how much labels explain the windows better than one voice does, log-likelihood a window.
    pub fn gain(&self, labels: &[Option<usize>], voices: usize) -> f64 {
        let one: Vec<Option<usize>> = labels.iter().map(|label| label.map(|_| 0)).collect();
        let of = |labels: &[Option<usize>], voices: usize| -> f64 {
            let centres = self.centres(labels, voices);
            let each = self.embeddings.iter().zip(labels);
            let all = each.filter_map(|(embedding, label)| {
                Some(likeness(centres[(*label)?].as_ref()?, embedding))
            });
            all.sum::<f64>() / real(labels.iter().flatten().count().max(1))
        };
        SAYS * (of(labels, voices) - of(&one, 1))
    }

    /// Cosine of the two nearest of `voices` as the encoder parts them by itself; 1 where there is
    /// nothing to part.
    pub fn nearest(&self, voices: usize) -> f64 {
        let Some(labels) = self.parted(voices) else { return 1.0 };
        let centres: Vec<_> = self.centres(&labels, voices).into_iter().flatten().collect();
        let each = centres.iter().enumerate();
        let pairs = each.flat_map(|(n, a)| centres[n + 1..].iter().map(|b| likeness(a, b)));
        pairs.max_by(f64::total_cmp).unwrap_or(1.0)
    }

    /// What one voice more than `voices` gains.
    pub fn more(&self, voices: usize) -> f64 {
        let gain = |voices| self.parted(voices).map(|labels| self.gain(&labels, voices));
        gain(voices + 1).zip(gain(voices)).map_or(0.0, |(more, as_many)| more - as_many)
    }

    fn parted(&self, voices: usize) -> Option<Vec<Option<usize>>> {
        Some(self.clusterings(voices).into_iter().next()?.into_iter().map(Some).collect())
    }

    /// The middle of each voice; `None` for one without windows.
    fn centres(&self, labels: &[Option<usize>], voices: usize) -> Vec<Option<Embedding>> {
        let of = |voice| {
            let own = self.embeddings.iter().zip(labels);
            middle(own.filter(|(_, label)| **label == Some(voice)).map(|(embedding, _)| embedding))
        };
        (0..voices).map(of).collect()
    }
}

/// Embeddings along the `keep` directions in which they vary most, the widest first.
fn widest(embeddings: &[Embedding], keep: usize) -> DMatrix<f64> {
    let at = |row: usize, k: usize| f64::from(embeddings[row][k]);
    let mut rows = DMatrix::from_fn(embeddings.len(), EMBEDDING, at);
    for mut column in rows.column_iter_mut() {
        let mean = column.mean();
        column.add_scalar_mut(-mean);
    }
    let eigen = SymmetricEigen::new(rows.transpose() * &rows);
    let mut order: Vec<usize> = (0..EMBEDDING).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    rows * DMatrix::from_fn(EMBEDDING, keep, |k, n| eigen.eigenvectors[(k, order[n])])
}
