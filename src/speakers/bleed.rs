//! How loud one voice is in another's channel.
//!
//! The level difference between two channels has one mode when the first speaker talks and another
//! when the second does. Two normal distributions, fitted by expectation maximisation over the loud
//! frames, find the two: far apart, each channel is a person; close together, both channels hold
//! both voices (one phone between two people) or the same mix.

/// The two modes of the level difference between channels `a` and `b`, dB (a − b).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Modes {
    /// While `b` talks: the lower mode.
    pub low: f64,
    /// While `a` talks: the upper mode.
    pub high: f64,
    /// Standard deviations.
    pub low_spread: f64,
    /// Of the upper mode.
    pub high_spread: f64,
    /// Share of the frames that belong to the upper mode, 0 to 1.
    pub high_weight: f64,
}

impl Modes {
    /// How far apart the modes are, dB.
    pub fn apart(&self) -> f64 {
        self.high - self.low
    }

    /// The mean difference.
    pub fn mean(&self) -> f64 {
        self.low * (1.0 - self.high_weight) + self.high * self.high_weight
    }

    /// How far apart the modes are in their own spreads: d′ of signal detection.
    pub fn distinctness(&self) -> f64 {
        let variance = f64::midpoint(self.low_spread.powi(2), self.high_spread.powi(2));
        self.apart() / variance.sqrt().max(1e-6)
    }
}

/// Narrowest spread allowed, dB: levels of 30 ms of speech are not surer.
const NARROWEST: f64 = 1.5;
const ROUNDS: usize = 60;

/// Fits two modes to `differences`; `None` for fewer than `least` of them.
pub(super) fn modes(differences: &[f64], least: usize) -> Option<Modes> {
    if differences.len() < least.max(2) {
        return None;
    }
    let mut sorted = differences.to_vec();
    sorted.sort_by(f64::total_cmp);
    // From the outermost fiftieths, so that a person who says little still has a mode.
    let edge = sorted.len() / 50;
    let mut mean = [sorted[edge], sorted[sorted.len() - 1 - edge]];
    let mut spread = [6.0_f64; 2];
    let mut weight = [0.5_f64; 2];
    for _ in 0..ROUNDS {
        let mut sums = [[0.0_f64; 3]; 2];
        for &value in differences {
            let likelihood = |k: usize| {
                weight[k] * (-0.5 * ((value - mean[k]) / spread[k]).powi(2)).exp() / spread[k]
            };
            let (low, high) = (likelihood(0), likelihood(1));
            let total = low + high;
            let upper = if total > 0.0 {
                high / total
            } else {
                f64::from(u8::from((value - mean[1]).abs() < (value - mean[0]).abs()))
            };
            for (sum, share) in sums.iter_mut().zip([1.0 - upper, upper]) {
                sum[0] += share;
                sum[1] += share * value;
                sum[2] += share * value * value;
            }
        }
        let count: f64 = sums.iter().map(|sum| sum[0]).sum();
        for k in 0..2 {
            let own = sums[k][0].max(1e-9);
            weight[k] = sums[k][0] / count;
            mean[k] = sums[k][1] / own;
            spread[k] = (sums[k][2] / own - mean[k].powi(2)).max(0.0).sqrt().max(NARROWEST);
        }
    }
    let (low, high) = if mean[0] <= mean[1] { (0, 1) } else { (1, 0) };
    Some(Modes {
        low: mean[low],
        high: mean[high],
        low_spread: spread[low],
        high_spread: spread[high],
        high_weight: weight[high],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(centre: f64, count: usize) -> impl Iterator<Item = f64> {
        (0..count).map(move |n| centre + f64::from(u32::try_from(n % 9).unwrap()) - 4.0)
    }

    #[test]
    fn two_people_have_two_modes_also_when_one_says_little() {
        let differences: Vec<f64> = around(25.0, 900).chain(around(-10.0, 60)).collect();
        let modes = modes(&differences, 10).unwrap();
        assert!((modes.high - 25.0).abs() < 1.0 && (modes.low + 10.0).abs() < 1.0, "{modes:?}");
        assert!((modes.high_weight - 0.94).abs() < 0.02 && modes.distinctness() > 5.0);
    }

    #[test]
    fn the_same_mix_on_both_channels_has_modes_that_lie_together() {
        let differences: Vec<f64> = around(3.0, 500).collect();
        assert!(modes(&differences, 10).unwrap().apart() < 9.0);
    }

    #[test]
    fn too_few_frames_say_nothing() {
        assert_eq!(modes(&[1.0, 2.0], 10), None);
    }
}
