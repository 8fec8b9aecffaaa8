//! One figure on its way into the results: value, range, moments, or the reason why there is none.

use super::definitions;
use super::interval::Range;
use super::result::{Metric, MetricFlag, Reason, Subject, Unit};

/// Sixty seconds of talk, below which a rate of something in it says nothing. Ours: at the edge of
/// a band (one interruption in ten minutes) half a minute would turn a single event into twenty.
pub(super) const LEAST_TALK_MS: f64 = 60_000.0;

/// A measured figure.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figure {
    pub(super) value: f64,
    numerator: Option<f64>,
    denominator: Option<f64>,
    range: Option<Range>,
    moments: Vec<String>,
}

impl Figure {
    /// A count, a length or a median: nothing below the line.
    pub(super) fn plain(value: f64) -> Self {
        Self { value, numerator: None, denominator: None, range: None, moments: Vec::new() }
    }

    /// One number over another, which is not zero.
    pub(super) fn over(numerator: f64, denominator: f64) -> Self {
        Self::scaled(numerator, denominator, 1.0)
    }

    /// The same, times a scale: per hour, per hundred.
    pub(super) fn scaled(numerator: f64, denominator: f64, scale: f64) -> Self {
        Self {
            numerator: Some(numerator),
            denominator: Some(denominator),
            ..Self::plain(numerator / denominator * scale)
        }
    }

    /// With its 80 % range, widened to hold the value: many acts of high confidence are all counted
    /// although a few of them are expected to be wrong.
    pub(super) fn range(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low.min(self.value), high.max(self.value)));
        self
    }

    /// With its range where there is one.
    pub(super) fn maybe_range(self, range: Option<Range>) -> Self {
        match range {
            Some((low, high)) => self.range(low, high),
            None => self,
        }
    }

    /// With the moments that made it.
    pub(super) fn of(mut self, moments: Vec<String>) -> Self {
        self.moments = moments;
        self
    }
}

/// All figures, in the order they are measured.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) metrics: Vec<Metric>,
}

impl Sheet {
    /// Enters a figure under an id of CODEBOOK §5.
    pub(super) fn put(&mut self, id: &str, subject: Subject, figure: Result<Figure, Reason>) {
        let what = definitions::of(id);
        let (figure, reason) = match figure {
            // Nothing that is not a number leaves this room.
            Ok(figure) if figure.value.is_finite() => (Some(figure), None),
            Ok(_) => (None, Some(Reason::TooShort)),
            Err(reason) => (None, Some(reason)),
        };
        let denominator = figure.as_ref().and_then(|f| f.denominator);
        self.metrics.push(Metric {
            id: id.to_owned(),
            subject,
            value: figure.as_ref().map(|f| f.value),
            unit: what.unit,
            numerator: figure.as_ref().and_then(|f| f.numerator),
            denominator,
            denominator_unit: denominator.and(what.over).map(str::to_owned),
            low: figure.as_ref().and_then(|f| f.range).map(|range| range.0),
            high: figure.as_ref().and_then(|f| f.range).map(|range| range.1),
            flags: Vec::new(),
            definition: what.sentence.to_owned(),
            source: what.source.to_owned(),
            moments: figure.map(|f| f.moments).unwrap_or_default(),
            reason,
        });
    }

    /// Every measured rate, share and median says that there is little behind it; counts and
    /// lengths are what they are.
    pub(super) fn flag_little(&mut self) {
        for metric in &mut self.metrics {
            let summed = matches!(metric.unit, Unit::Count | Unit::Ms | Unit::Words);
            let rate = !summed || metric.id.ends_with("_median");
            if metric.value.is_some() && rate {
                metric.flags.push(MetricFlag::LittleMaterial);
            }
        }
    }

    /// In the order of CODEBOOK §5, then of the subjects.
    pub(super) fn sorted(mut self) -> Vec<Metric> {
        self.metrics.sort_by_key(|metric| (definitions::place(&metric.id), metric.subject));
        self.metrics
    }
}

/// A count as a real number.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(super) fn real(count: u64) -> f64 {
    count as f64
}

/// The number of things as a real number.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(super) fn number(count: usize) -> f64 {
    count as f64
}

/// The middle value, of an even number the mean of the two; `None` of none.
pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    let upper = *values.get(half)?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(values[half - 1], upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_is_between_the_middle_two() {
        assert_eq!(median(vec![4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(vec![4.0, 1.0, 3.0]), Some(3.0));
        assert_eq!(median(vec![]), None);
    }

    #[test]
    fn what_is_not_a_number_is_not_measured() {
        let mut sheet = Sheet::default();
        sheet.put("question_count", Subject::Coach, Ok(Figure::over(0.0, 0.0)));
        assert_eq!(
            (sheet.metrics[0].value, sheet.metrics[0].reason),
            (None, Some(Reason::TooShort))
        );
    }

    #[test]
    fn a_range_always_holds_its_value() {
        let mut sheet = Sheet::default();
        sheet.put("question_count", Subject::Coach, Ok(Figure::plain(20.0).range(16.0, 19.0)));
        assert_eq!((sheet.metrics[0].low, sheet.metrics[0].high), (Some(16.0), Some(20.0)));
    }
}
