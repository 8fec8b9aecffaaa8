//! What is usual for a coach: the median and the middle half of the earlier sessions.
//!
//! In: figures of the earlier sessions. Out: [`Usual`], from five sessions on; below that a quartile
//! rests on one session or two and says nothing of the next.

use super::record::Measured;
use crate::analysis::Unit;

/// So many earlier sessions, and a quartile lies between two of them that both have neighbours.
pub const ENOUGH: usize = 5;

/// Median and middle half of the earlier sessions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usual {
    /// How many sessions it rests on.
    pub sessions: usize,
    /// Half of them lie below.
    pub median: f64,
    /// First quartile.
    pub lower: f64,
    /// Third quartile.
    pub upper: f64,
}

/// Where a figure lies beside the middle half.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Its likely span reaches into it.
    Within,
    /// All of the likely span lies above.
    Above,
    /// All of it lies below.
    Below,
}

impl Usual {
    /// Of figures in any order; `None` below [`ENOUGH`].
    #[must_use]
    pub fn of(figures: &[f64]) -> Option<Self> {
        let mut sorted: Vec<f64> = figures.iter().copied().filter(|one| one.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        if sorted.len() < ENOUGH {
            return None;
        }
        Some(Self {
            sessions: sorted.len(),
            median: quantile(&sorted, 2),
            lower: quantile(&sorted, 1),
            upper: quantile(&sorted, 3),
        })
    }

    /// Where a figure lies, by its likely span where it has one.
    #[must_use]
    pub fn place(&self, figure: &Measured) -> Place {
        let (low, high) = figure.span.unwrap_or((figure.value, figure.value));
        // A figure can lie outside a span that others computed.
        let (low, high) = (low.min(figure.value), high.max(figure.value));
        if low > self.upper {
            Place::Above
        } else if high < self.lower {
            Place::Below
        } else {
            Place::Within
        }
    }

    /// How far a figure lies from the median, in middle halves. One is never taken to be narrower
    /// than what the page can show: a share has no decimals, a rate one.
    #[must_use]
    pub fn distance(&self, figure: &Measured, unit: Unit) -> f64 {
        let least = match unit {
            Unit::Share => 0.01,
            Unit::PerHour | Unit::Per10Min | Unit::Per100Turns | Unit::Ratio => 0.1,
            Unit::Count | Unit::Words | Unit::WordsPerMinute => 1.0,
            Unit::Ms => 100.0,
        };
        (figure.value - self.median).abs() / (self.upper - self.lower).max(least)
    }
}

/// A quartile of sorted figures, between two neighbours in proportion (type 7 of Hyndman and Fan
/// 1996, the rule of R and of spreadsheets).
fn quantile(sorted: &[f64], quarters: usize) -> f64 {
    let steps = (sorted.len() - 1) * quarters;
    let at = |index: usize| sorted.get(index).copied().unwrap_or_default();
    let (below, above) = (at(steps / 4), at((steps / 4 + 1).min(sorted.len() - 1)));
    let part = [0.0, 0.25, 0.5, 0.75][steps % 4];
    below + (above - below) * part
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Status;

    fn figure(value: f64, low: f64, high: f64) -> Measured {
        Measured { value, span: Some((low, high)), status: Status::Shown, firm: true }
    }

    #[test]
    fn quartiles_agree_with_those_of_r() {
        // quantile(c(1, 2, 4, 8, 16, 32), c(.25, .5, .75)) in R: 2.5, 6, 14.
        let usual = Usual::of(&[8.0, 1.0, 32.0, 2.0, 16.0, 4.0]).unwrap();
        assert_eq!((usual.lower, usual.median, usual.upper), (2.5, 6.0, 14.0));
        let five = Usual::of(&[5.0, 1.0, 4.0, 2.0, 3.0]).unwrap();
        assert_eq!((five.lower, five.median, five.upper), (2.0, 3.0, 4.0));
    }

    #[test]
    fn four_sessions_are_too_few_and_what_is_no_number_is_none() {
        assert_eq!(Usual::of(&[1.0, 2.0, 3.0, 4.0]), None);
        assert_eq!(Usual::of(&[1.0, 2.0, 3.0, 4.0, f64::NAN]), None);
    }

    #[test]
    fn a_likely_span_that_reaches_in_is_within_the_usual() {
        let usual = Usual::of(&[0.30, 0.32, 0.34, 0.36, 0.38]).unwrap();
        assert_eq!(usual.place(&figure(0.50, 0.35, 0.60)), Place::Within);
        assert_eq!(usual.place(&figure(0.50, 0.37, 0.60)), Place::Above);
        assert_eq!(usual.place(&figure(0.20, 0.10, 0.31)), Place::Below);
        let bare = Measured { span: None, ..figure(0.34, 0.0, 0.0) };
        assert_eq!(usual.place(&bare), Place::Within);
    }

    #[test]
    fn sessions_that_are_all_alike_make_no_difference_endless() {
        let usual = Usual::of(&[0.3; 6]).unwrap();
        assert!((usual.distance(&figure(0.32, 0.32, 0.32), Unit::Share) - 2.0).abs() < 1e-9);
    }
}
