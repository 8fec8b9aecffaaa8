//! Windows into voices, with nothing known beforehand.
//!
//! Two windows that follow each other without a pause are nearly always of one voice. What differs
//! between them is what is said, not who says it; the directions that vary much over the recording
//! and little there are the voices'. Clusters are sought in these, and refined by a discriminant in
//! all.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::windows::{SIZE, Window};
use crate::speakers::frames::real;

/// Which voice each window has.
pub(super) type Labels = Vec<usize>;

/// Windows that follow each other start this many frames after the other's end at the latest.
const FOLLOWS: usize = 20;
/// Part of the pairs that are most alike: the rest may be changes of speaker.
const ALIKE_PART: f64 = 0.85;
/// How much every direction is held to vary at least, as part of the mean …
const LEAST_SPREAD: f64 = 0.3;
/// … and in a short recording as if it had so many windows more of the usual spread.
const USUAL_WINDOWS: f64 = 60.0;
/// Clusterings begun from drawn windows.
const DRAWN_STARTS: u64 = 6;
const ROUNDS: usize = 50;

/// How much each measure of a window varies within a voice (root mean square, 1.5 s): the mean over 44
/// recordings (`docs/decisions/0005-one-channel.md`); a single one is off by about a quarter.
#[rustfmt::skip]
const USUAL: [f64; SIZE] = [
    1.59, 0.99, 1.22, 0.85, 0.63, 0.56, 0.47, 0.44, 0.42, 0.40,
    0.32, 0.33, 0.33, 0.30, 0.31, 0.28, 0.25, 0.24, 0.25,
    1.01, 0.53, 0.59, 0.46, 0.32, 0.29, 0.25, 0.24, 0.22, 0.20,
    0.17, 0.19, 0.17, 0.16, 0.16, 0.15, 0.15, 0.14, 0.13,
    0.13, 0.15,
];

/// Columns with mean 0, in units of what is usual within a voice.
pub(super) fn scaled(rows: &[[f64; SIZE]]) -> DMatrix<f64> {
    let mut matrix = DMatrix::from_fn(rows.len(), SIZE, |row, k| rows[row][k] / USUAL[k]);
    for mut column in matrix.column_iter_mut() {
        let mean = column.mean();
        column.add_scalar_mut(-mean);
    }
    matrix
}

/// How much the usual is believed against what `windows` of a recording say: they overlap, so there
/// are fewer of them than are counted.
fn belief(count: usize) -> f64 {
    LEAST_SPREAD + USUAL_WINDOWS / real(count.max(1))
}

/// The `keep` directions in which windows differ most against how those differ that follow each
/// other.
pub(super) fn directions(rows: &DMatrix<f64>, windows: &[Window], keep: usize) -> DMatrix<f64> {
    let mut pairs: Vec<DVector<f64>> = Vec::new();
    for (index, first) in windows.iter().enumerate() {
        let next = (index + 1..windows.len()).find(|&next| windows[next].0 >= first.1);
        if let Some(next) = next.filter(|&next| windows[next].0 - first.1 <= FOLLOWS) {
            pairs.push((rows.row(next) - rows.row(index)).transpose() / 2_f64.sqrt());
        }
    }
    pairs.sort_by(|a, b| a.norm_squared().total_cmp(&b.norm_squared()));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "part of a count")]
    pairs.truncate((real(pairs.len()) * ALIKE_PART).ceil() as usize);
    let mut within = DMatrix::zeros(SIZE, SIZE);
    for pair in &pairs {
        within += pair * pair.transpose() / real(pairs.len());
    }
    let mean = within.trace() / real(SIZE);
    let ridge = mean.max(1.0) * belief(pairs.len());
    within += DMatrix::identity(SIZE, SIZE) * ridge;
    let Some(root) = within.cholesky() else { return rows.columns(0, keep).into_owned() };
    let total = rows.transpose() * rows / real(rows.nrows().max(1));
    let lower = root.l();
    let half = lower.solve_lower_triangular(&total).unwrap_or(total);
    let both = lower.solve_lower_triangular(&half.transpose()).unwrap_or(half);
    let eigen = SymmetricEigen::new((&both + both.transpose()) / 2.0);
    let mut order: Vec<usize> = (0..SIZE).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    let chosen = DMatrix::from_fn(SIZE, keep, |row, column| {
        let vector = eigen.eigenvectors.column(order[column]);
        // A direction has no sign of its own: the largest part is positive.
        let largest = vector.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs()));
        vector[row] * largest.unwrap_or(1.0).signum()
    });
    let back = lower.transpose().solve_upper_triangular(&chosen).unwrap_or(chosen);
    rows * back
}

/// Different clusterings of the rows into `voices`, the tightest first.
pub(super) fn clusterings(rows: &DMatrix<f64>, voices: usize) -> Vec<Labels> {
    let mut found: Vec<(f64, Labels)> = Vec::new();
    for start in starts(rows, voices) {
        let Some((spread, labels)) = settle(rows, start, voices) else { continue };
        let labels = in_order(labels, voices);
        if !found.iter().any(|(_, other)| *other == labels) {
            found.push((spread, labels));
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found.into_iter().map(|(_, labels)| labels).collect()
}

/// Voices numbered by their first window.
fn in_order(labels: Labels, voices: usize) -> Labels {
    let mut number = vec![None; voices];
    let mut next = 0;
    labels
        .into_iter()
        .map(|label| {
            *number[label].get_or_insert_with(|| {
                next += 1;
                next - 1
            })
        })
        .collect()
}

fn starts(rows: &DMatrix<f64>, voices: usize) -> Vec<Labels> {
    let mut starts = Vec::new();
    // Equal parts along each direction, and equal ranges of it.
    for column in rows.column_iter() {
        let mut sorted: Vec<f64> = column.iter().copied().collect();
        sorted.sort_by(f64::total_cmp);
        let (low, high) = (sorted[sorted.len() / 20], sorted[sorted.len() - 1 - sorted.len() / 20]);
        let part = |edges: &dyn Fn(usize) -> f64| -> Labels {
            column.iter().map(|&v| (1..voices).filter(|&n| v > edges(n)).count()).collect()
        };
        starts.push(part(&|n| sorted[n * sorted.len() / voices]));
        starts.push(part(&|n| low + (high - low) * real(n) / real(voices)));
    }
    let mut draw = 0x9E37_79B9_7F4A_7C15_u64;
    for _ in 0..DRAWN_STARTS {
        draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let first = usize::try_from(draw >> 33).unwrap_or(0) % rows.nrows();
        // From there, always the window furthest from those taken.
        let mut taken = vec![first];
        while taken.len() < voices {
            let far = |row: usize| {
                taken.iter().map(|&t| apart(rows, row, t)).fold(f64::INFINITY, f64::min)
            };
            let next = (0..rows.nrows()).max_by(|&a, &b| far(a).total_cmp(&far(b)).then(b.cmp(&a)));
            taken.push(next.unwrap_or(first));
        }
        let nearest = |row: usize| {
            (0..voices)
                .min_by(|&a, &b| apart(rows, row, taken[a]).total_cmp(&apart(rows, row, taken[b])))
                .unwrap_or(0)
        };
        starts.push((0..rows.nrows()).map(nearest).collect());
    }
    starts
}

fn apart(rows: &DMatrix<f64>, a: usize, b: usize) -> f64 {
    (rows.row(a) - rows.row(b)).norm_squared()
}

/// Moves the centres until nothing changes; `None` when a voice is left with nothing.
fn settle(rows: &DMatrix<f64>, mut labels: Labels, voices: usize) -> Option<(f64, Labels)> {
    let mut spread = 0.0;
    for _ in 0..ROUNDS {
        let centres = centres(rows, labels.iter().map(|&label| Some(label)), voices);
        if centres.iter().any(Option::is_none) {
            return None;
        }
        spread = 0.0;
        let before = labels.clone();
        for (row, label) in labels.iter_mut().enumerate() {
            let distance = |voice: usize| {
                let centre = centres[voice].as_ref();
                centre.map_or(f64::INFINITY, |c| (rows.row(row).transpose() - c).norm_squared())
            };
            let distances: Vec<f64> = (0..voices).map(distance).collect();
            *label =
                (0..voices).min_by(|&a, &b| distances[a].total_cmp(&distances[b])).unwrap_or(0);
            spread += distances[*label];
        }
        if labels == before {
            break;
        }
    }
    Some((spread, labels))
}

/// The mean row of each voice; `None` for one with fewer than [`LEAST_WINDOWS`].
fn centres(
    rows: &DMatrix<f64>,
    labels: impl Iterator<Item = Option<usize>>,
    voices: usize,
) -> Vec<Option<DVector<f64>>> {
    let mut sums = vec![(0_usize, DVector::zeros(rows.ncols())); voices];
    for (row, label) in labels.enumerate() {
        if let Some(label) = label {
            sums[label].0 += 1;
            sums[label].1 += rows.row(row).transpose();
        }
    }
    let mean = |(count, sum): (usize, DVector<f64>)| {
        (count >= LEAST_WINDOWS).then(|| sum / real(count.max(1)))
    };
    sums.into_iter().map(mean).collect()
}

/// By how much labels explain the rows better than one voice does: the log of the volume all rows
/// fill against that they fill around their own centres.
pub(super) fn gain(rows: &DMatrix<f64>, labels: &[Option<usize>], voices: usize) -> f64 {
    let volume = |voices: usize, labels: &[Option<usize>]| {
        let known = labels.iter().flatten().count();
        let ridge = DMatrix::identity(SIZE, SIZE) * belief(known);
        let spread = spread(rows, labels, &centres(rows, labels.iter().copied(), voices));
        (spread + ridge).cholesky().map(|root| 2.0 * root.l().diagonal().map(f64::ln).sum())
    };
    let one: Vec<Option<usize>> = labels.iter().map(|label| label.map(|_| 0)).collect();
    let gain = volume(1, &one).zip(volume(voices, labels)).map(|(one, many)| one - many);
    gain.unwrap_or(f64::NEG_INFINITY)
}

/// How rows vary around the centres of their voices.
fn spread(
    rows: &DMatrix<f64>,
    labels: &[Option<usize>],
    centres: &[Option<DVector<f64>>],
) -> DMatrix<f64> {
    let mut spread = DMatrix::zeros(rows.ncols(), rows.ncols());
    let mut count = 0;
    for (row, label) in labels.iter().enumerate() {
        let Some(centre) = label.and_then(|label| centres[label].as_ref()) else { continue };
        let off = rows.row(row).transpose() - centre;
        spread.ger(1.0, &off, &off, 1.0);
        count += 1;
    }
    spread / real(count.max(1))
}

/// A voice has at least so many windows.
const LEAST_WINDOWS: usize = 2;

/// What tells the voices of this recording apart: a normal distribution each, all of one shape.
pub(super) struct Discriminant {
    /// Rows times this have spread 1 in every direction.
    whitening: DMatrix<f64>,
    /// The centre of each voice, whitened; none where a voice has too little.
    centres: Vec<Option<DVector<f64>>>,
}

impl Discriminant {
    /// From the rows that have a label.
    pub fn new(rows: &DMatrix<f64>, labels: &[Option<usize>], voices: usize) -> Option<Self> {
        let centres = centres(rows, labels.iter().copied(), voices);
        let mut spread = spread(rows, labels, &centres);
        let known = labels.iter().flatten().count();
        let ridge = (spread.trace() / real(rows.ncols())).max(1.0) * belief(known);
        spread += DMatrix::identity(rows.ncols(), rows.ncols()) * ridge;
        let whitening = spread.cholesky()?.l().transpose().try_inverse()?;
        let whiten = |centre: DVector<f64>| whitening.tr_mul(&centre);
        let centres = centres.into_iter().map(|c| c.map(whiten)).collect();
        Some(Self { whitening, centres })
    }

    /// Log-likelihood of each voice for each row, against the likeliest: 0 or less, not under
    /// `least`.
    pub fn scores(&self, rows: &DMatrix<f64>, least: f64) -> Vec<Vec<f64>> {
        let white = rows * &self.whitening;
        let score = |row: usize| -> Vec<f64> {
            let own = white.row(row).transpose();
            let of = |centre: &Option<DVector<f64>>| {
                centre.as_ref().map_or(f64::NEG_INFINITY, |c| -0.5 * (&own - c).norm_squared())
            };
            let scores: Vec<f64> = self.centres.iter().map(of).collect();
            let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            scores.into_iter().map(|score| (score - best).max(least)).collect()
        };
        (0..white.nrows()).map(score).collect()
    }

    /// How far the two nearest centres are apart, in spreads; `None` with fewer than two.
    pub fn apart(&self) -> Option<f64> {
        let known: Vec<_> = self.centres.iter().flatten().collect();
        let distances = known
            .iter()
            .enumerate()
            .flat_map(|(n, a)| known[n + 1..].iter().map(move |b| (*a - *b).norm()));
        distances.min_by(f64::total_cmp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two voices, `apart` of what is usual within one, in turns of twenty windows.
    fn rows(apart: f64) -> (DMatrix<f64>, Vec<Window>, Labels) {
        let mut state = 7_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (f64::from(state >> 8) / f64::from(1 << 23) - 1.0) * 1.7
        };
        let labels: Labels = (0..200).map(|n| n / 20 % 2).collect();
        let row = |&label: &usize| -> [f64; SIZE] {
            std::array::from_fn(|k| (noise() + real(label) * apart) * USUAL[k])
        };
        let rows: Vec<[f64; SIZE]> = labels.iter().map(row).collect();
        let windows = (0..200).map(|n| (n * 150, n * 150 + 150)).collect();
        (scaled(&rows), windows, labels)
    }

    #[test]
    fn voices_that_differ_are_found_without_being_told() {
        let (rows, windows, labels) = rows(2.0);
        let found = clusterings(&directions(&rows, &windows, 3), 2);
        assert_eq!(found[0], labels);
    }

    #[test]
    fn a_discriminant_is_surer_of_voices_further_apart() {
        let distance = |apart: f64| {
            let (rows, _, labels) = rows(apart);
            let labels: Vec<_> = labels.into_iter().map(Some).collect();
            Discriminant::new(&rows, &labels, 2).unwrap().apart().unwrap()
        };
        assert!(distance(0.5) < distance(1.0) && distance(1.0) < distance(2.0));
    }

    #[test]
    fn right_labels_explain_more_than_wrong_ones() {
        let (rows, _, labels) = rows(1.0);
        let wrong: Vec<_> = labels.iter().enumerate().map(|(n, _)| Some(n / 3 % 2)).collect();
        let right: Vec<_> = labels.into_iter().map(Some).collect();
        assert!(gain(&rows, &right, 2) > gain(&rows, &wrong, 2));
    }

    #[test]
    fn a_voice_without_windows_is_never_chosen() {
        let (rows, _, labels) = rows(1.0);
        let labels: Vec<_> = labels.into_iter().map(Some).collect();
        let discriminant = Discriminant::new(&rows, &labels, 3).unwrap();
        assert!(discriminant.scores(&rows, -8.0).iter().all(|scores| scores[2] <= -8.0));
    }
}
