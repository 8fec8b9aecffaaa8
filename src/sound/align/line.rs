//! What the finds agree on: a place on the one clock is a place on the other, on a straight line.

#![expect(clippy::cast_precision_loss, reason = "a few finds")]

use super::Lie;

/// A stretch of one recording, found in the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Find {
    /// Its middle on the first one's clock, seconds.
    pub at: f64,
    /// How much later it is on the second one's clock, seconds.
    pub lag: f64,
    /// How alike the two are there, 0 to 1.
    pub likeness: f64,
    /// How alike they are at the next best place.
    pub second: f64,
}

impl Find {
    /// The same with the recordings changed over.
    pub fn turned(self) -> Self {
        Self { at: self.at + self.lag, lag: -self.lag, ..self }
    }

    /// Whether it may be believed at all.
    fn counts(&self) -> bool {
        self.likeness >= LEAST_LIKENESS && self.likeness >= ABOVE_SECOND * self.second
    }
}

/// Likeness of stretches that have nothing to do with each other stays under this
/// (`docs/decisions/0010-tracks.md`).
const LEAST_LIKENESS: f64 = 0.09;
/// What is found is more alike than what is next by this factor.
const ABOVE_SECOND: f64 = 1.15;
/// The fastest clocks differ by 200 ppm; more than this is no clock.
const MOST_DRIFT: f64 = 400e-6;
/// A find is on the line when it is no further from it, seconds: a person moves a metre.
const ON_LINE: f64 = 0.004;
/// As many finds must agree …
const LEAST_FINDS: usize = 3;
/// … or this much likeness beyond the least, of few.
const ENOUGH: f64 = 0.4;
/// A drift that comes to less over the whole is none, seconds …
const LEAST_EFFECT: f64 = 0.005;
/// … and so is one of fewer standard errors.
const SURE: f64 = 3.0;

/// A straight line through finds: `lag = lag + slope · (at − middle)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    middle: f64,
    lag: f64,
    slope: f64,
    /// Standard error of the slope.
    error: f64,
    /// Likeness of all its finds.
    weight: f64,
}

/// The line that most finds lie on; `None` where too few agree.
pub(super) fn through(finds: &[Find]) -> Option<Line> {
    let sure: Vec<Find> = finds.iter().copied().filter(Find::counts).collect();
    let mut best: Vec<Find> = Vec::new();
    let weight = |finds: &[Find]| finds.iter().map(|find| find.likeness).sum::<f64>();
    for (index, one) in sure.iter().enumerate() {
        for other in &sure[index..] {
            let span = other.at - one.at;
            let slope = if span.abs() < 1.0 { 0.0 } else { (other.lag - one.lag) / span };
            if slope.abs() > MOST_DRIFT {
                continue;
            }
            let on =
                |find: &&Find| (find.lag - one.lag - slope * (find.at - one.at)).abs() <= ON_LINE;
            let on: Vec<Find> = sure.iter().filter(on).copied().collect();
            if weight(&on) > weight(&best) {
                best = on;
            }
        }
    }
    let beyond: f64 = best.iter().map(|find| find.likeness - LEAST_LIKENESS).sum();
    (best.len() >= LEAST_FINDS || beyond >= ENOUGH).then(|| Line::fitted(&best))
}

impl Line {
    /// Least squares, each find by its likeness.
    fn fitted(finds: &[Find]) -> Self {
        let weight: f64 = finds.iter().map(|find| find.likeness).sum();
        let mean = |value: fn(&Find) -> f64| {
            finds.iter().map(|find| find.likeness * value(find)).sum::<f64>() / weight
        };
        let (middle, lag) = (mean(|find| find.at), mean(|find| find.lag));
        let sum = |value: &dyn Fn(&Find) -> f64| finds.iter().map(value).sum::<f64>();
        let spread = sum(&|find| find.likeness * (find.at - middle).powi(2));
        let slope = if spread > 0.0 {
            sum(&|find| find.likeness * (find.at - middle) * (find.lag - lag)) / spread
        } else {
            0.0
        };
        let off = |find: &Find| (find.lag - lag - slope * (find.at - middle)).powi(2);
        let free = finds.len().saturating_sub(2) as f64;
        let error = if free > 0.0 && spread > 0.0 {
            // A find is no surer than half a whitened sample.
            let mean_off =
                (sum(&|find| find.likeness * off(find)) / weight).max(0.000_25_f64.powi(2));
            (mean_off * (finds.len() as f64 / free) * weight / finds.len() as f64 / spread).sqrt()
        } else {
            f64::INFINITY
        };
        Self { middle, lag, slope, error, weight }
    }

    fn at(&self, time: f64) -> f64 {
        self.lag + self.slope * (time - self.middle)
    }

    /// How far two lines are apart, in the middle between them.
    pub fn apart(&self, other: &Self) -> f64 {
        let middle = f64::midpoint(self.middle, other.middle);
        (self.at(middle) - other.at(middle)).abs()
    }

    /// The line between two.
    pub fn middle(&self, other: &Self) -> Self {
        let middle = f64::midpoint(self.middle, other.middle);
        let (own, its) = (self.error.powi(-2), other.error.powi(-2));
        let (slope, error) = if own + its > 0.0 {
            ((own * self.slope + its * other.slope) / (own + its), (own + its).powf(-0.5))
        } else {
            (0.0, f64::INFINITY)
        };
        let lag = f64::midpoint(
            self.lag + slope * (middle - self.middle),
            other.lag + slope * (middle - other.middle),
        );
        Self { middle, lag, slope, error, weight: self.weight + other.weight }
    }

    /// The one of two that more speaks for.
    pub fn surer(self, other: Self) -> Self {
        if self.weight >= other.weight { self } else { other }
    }

    /// What follows for two recordings that share at most `length` seconds.
    pub fn lie(self, length: f64) -> Lie {
        let clear =
            self.slope.abs() > SURE * self.error && self.slope.abs() * length >= LEAST_EFFECT;
        let drift = if clear { self.slope } else { 0.0 };
        // A place t of the first is place t + lag + drift · (t − middle) of the second.
        let start = (drift * self.middle - self.lag) / (1.0 + drift);
        Lie { start, drift }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(at: f64, lag: f64) -> Find {
        Find { at, lag, likeness: 0.3, second: 0.05 }
    }

    #[test]
    fn a_clock_that_is_fast_is_a_line_that_rises_and_strays_are_left_out() {
        let mut finds: Vec<Find> =
            (1..12).map(|n| f64::from(n) * 200.0).map(|at| find(at, 7.3 + at * 120e-6)).collect();
        finds.extend([find(30.0, -400.0), find(900.0, 1200.0)]);
        let lie = through(&finds).unwrap().lie(3600.0);
        assert!((lie.drift - 120e-6).abs() < 1e-7, "{lie:?}");
        assert!((lie.start + 7.3 / 1.00012).abs() < 1e-6, "{lie:?}");
    }

    #[test]
    fn finds_that_do_not_agree_are_no_line() {
        let finds: Vec<Find> =
            (0..20).map(|n| find(f64::from(n) * 60.0, f64::from(n * n * 37 % 101))).collect();
        assert_eq!(through(&finds), None);
        assert_eq!(through(&[]), None);
    }

    #[test]
    fn what_is_alike_in_many_places_is_found_in_none() {
        let alike: Vec<Find> =
            (0..9).map(|n| Find { second: 0.29, ..find(f64::from(n) * 60.0, 1.0) }).collect();
        assert_eq!(through(&alike), None);
    }

    #[test]
    fn changed_over_it_is_the_same_place() {
        let turned = find(100.0, -7.0).turned();
        assert_eq!((turned.at, turned.lag), (93.0, 7.0));
    }
}
