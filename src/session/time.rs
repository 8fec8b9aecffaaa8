//! Time inside Openfloor: whole milliseconds from the first sample of the earliest source.
//!
//! Whisper counts centiseconds and audio counts samples; both are converted once, at the border
//! (`words::whisper`, `sound::work`), and nothing else converts.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use serde::{Deserialize, Serialize};

/// Milliseconds from the start of the session, or a length in milliseconds.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Ms(pub u64);

impl Ms {
    /// Zero.
    pub const ZERO: Self = Self(0);

    /// This time less `other`; zero when `other` is later.
    #[must_use]
    #[inline]
    pub fn since(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Seconds, for pages and rates.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "milliseconds stay far below 2^53")]
    #[inline]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// Milliseconds as a real number, for ratios.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "milliseconds stay far below 2^53")]
    #[inline]
    pub fn as_f64(self) -> f64 {
        self.0 as f64
    }
}

impl Add for Ms {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Ms {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Ms {
    fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
        values.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Ms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

/// A stretch of time, half-open, never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawSpan")]
pub struct Span {
    #[serde(rename = "start_ms")]
    start: Ms,
    #[serde(rename = "end_ms")]
    end: Ms,
}

#[derive(Deserialize)]
struct RawSpan {
    start_ms: Ms,
    end_ms: Ms,
}

impl TryFrom<RawSpan> for Span {
    type Error = EmptySpan;
    fn try_from(raw: RawSpan) -> Result<Self, EmptySpan> {
        Self::new(raw.start_ms, raw.end_ms)
            .ok_or(EmptySpan { start: raw.start_ms, end: raw.end_ms })
    }
}

/// A stored span ends at or before its start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a stretch of time ends at {end}, which is not after its start at {start}")]
pub struct EmptySpan {
    start: Ms,
    end: Ms,
}

impl Span {
    /// The stretch from `start` to `end`; `None` when it would be empty.
    #[must_use]
    #[inline]
    pub fn new(start: Ms, end: Ms) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// First millisecond.
    #[must_use]
    #[inline]
    pub fn start(self) -> Ms {
        self.start
    }

    /// One past the last millisecond.
    #[must_use]
    #[inline]
    pub fn end(self) -> Ms {
        self.end
    }

    /// How long it lasts.
    #[must_use]
    #[inline]
    pub fn length(self) -> Ms {
        self.end.since(self.start)
    }

    /// The same stretch, `by` later.
    #[must_use]
    #[inline]
    pub fn later(self, by: Ms) -> Self {
        Self { start: self.start + by, end: self.end + by }
    }

    /// How long the two run together.
    #[must_use]
    #[inline]
    pub fn overlap(self, other: Self) -> Ms {
        self.end.min(other.end).since(self.start.max(other.start))
    }

    /// Whether `time` lies inside.
    #[must_use]
    #[inline]
    pub fn contains(self, time: Ms) -> bool {
        self.start <= time && time < self.end
    }

    /// What is left of it without `cut`: up to two stretches.
    pub fn without(self, cut: Self) -> impl Iterator<Item = Self> {
        let before = Self::new(self.start, self.end.min(cut.start));
        let after = Self::new(self.start.max(cut.end), self.end);
        before.into_iter().chain(after)
    }

    /// From the earlier start to the later end.
    #[must_use]
    #[inline]
    pub fn hull(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// Sorts stretches and joins those less than `gap` apart: touching ones always, and for `gap` zero
/// only those.
#[must_use]
pub fn join(mut spans: Vec<Span>, gap: Ms) -> Vec<Span> {
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start <= last.end || span.start.since(last.end) < gap => {
                last.end = last.end.max(span.end);
            }
            _ => joined.push(span),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: u64, end: u64) -> Span {
        Span::new(Ms(start), Ms(end)).unwrap()
    }

    #[test]
    fn an_empty_span_does_not_exist() {
        assert_eq!(Span::new(Ms(5), Ms(5)), None);
        assert!(serde_json::from_str::<Span>(r#"{"start_ms":7,"end_ms":7}"#).is_err());
    }

    #[test]
    fn a_gap_of_exactly_the_limit_stays_open() {
        let spans = vec![span(0, 100), span(400, 500)];
        assert_eq!(join(spans.clone(), Ms(300)).len(), 2);
        assert_eq!(join(spans, Ms(301)), vec![span(0, 500)]);
    }

    #[test]
    fn touching_spans_join_at_gap_zero() {
        assert_eq!(join(vec![span(5, 9), span(0, 5)], Ms(0)), vec![span(0, 9)]);
    }
}
