//! Fundamentals: where a figure falls in the bands of the profile, and how firmly.
//!
//! An edge belongs to the better side. A figure beyond the axis is read as its end. A row is *firm*
//! when the whole range of its figure falls where the figure does, no edge lies inside the range,
//! and there is enough material (DESIGN §4). There is no total (CODEBOOK §4).

use super::profiles::{Profile, Row};
use super::result::{Band, Fundamental, Metric, MetricFlag, Status, Subject};

/// The rows of the profile, read from `metrics`.
pub(super) fn rows(profile: &Profile, metrics: &[Metric]) -> Vec<Fundamental> {
    profile.fundamentals.iter().map(|row| read(row, metrics)).collect()
}

fn read(row: &Row, metrics: &[Metric]) -> Fundamental {
    // Roles unknown: the coach's row has no value, and a speaker's figure is nobody's fundamental.
    let metric = metrics
        .iter()
        .find(|metric| metric.id == row.metric && !matches!(metric.subject, Subject::Speaker(_)));
    let value = metric.and_then(|metric| Some((metric, metric.value?)));
    let status = match value {
        None => Status::NotMeasured,
        Some((metric, value)) => lenient(row, metric, status(row, value)),
    };
    Fundamental {
        id: row.id.clone(),
        status,
        firm: value.is_some_and(|(metric, value)| firm(row, metric, value)),
        metric: row.metric.clone(),
        band: row.within.clone().map(|within| Band {
            within,
            watch: row.watch.clone().unwrap_or_default(),
            source: row.source.clone().unwrap_or_default(),
        }),
        axis: row.axis.ends(),
        why: row.why.clone(),
        marker: row.marker.clone(),
    }
}

/// Where a value falls.
fn status(row: &Row, value: f64) -> Status {
    let Some(within) = &row.within else { return Status::Shown };
    let value = value.clamp(row.axis.from, row.axis.to);
    // A share made of counts may miss an edge by the last bit.
    let inside = |pieces: &[[f64; 2]]| {
        pieces.iter().any(|&[from, to]| from - 1e-9 <= value && value <= to + 1e-9)
    };
    if inside(within) {
        Status::InBand
    } else if inside(row.watch.as_deref().unwrap_or_default()) {
        Status::Watch
    } else {
        Status::OutOfBand
    }
}

/// With few acts the status is never worse than `watch`.
fn lenient(row: &Row, metric: &Metric, status: Status) -> Status {
    let few = row
        .judged_from
        .as_ref()
        .is_some_and(|from| metric.numerator.is_some_and(|acts| acts < f64::from(from.acts)));
    if few && status == Status::OutOfBand { Status::Watch } else { status }
}

fn firm(row: &Row, metric: &Metric, value: f64) -> bool {
    if metric.flags.contains(&MetricFlag::LittleMaterial) {
        return false;
    }
    let (Some(low), Some(high)) = (metric.low, metric.high) else { return true };
    let here = status(row, value);
    let pieces = row.within.iter().chain(&row.watch).flatten();
    let mut edges = pieces.flatten().filter(|&&edge| row.axis.from < edge && edge < row.axis.to);
    status(row, low) == here && status(row, high) == here && !edges.any(|&e| low < e && e < high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::figure::{Figure, Sheet};

    fn row(id: &str) -> Row {
        let rows = Profile::built_in("coaching").unwrap().fundamentals;
        rows.into_iter().find(|row| row.id == id).unwrap()
    }

    fn metric(id: &str, figure: Figure) -> Metric {
        let mut sheet = Sheet::default();
        sheet.put(id, Subject::Coach, Ok(figure));
        sheet.metrics.remove(0)
    }

    #[test]
    fn an_edge_belongs_to_the_better_side() {
        let listens = row("listens");
        assert_eq!(status(&listens, 0.30), Status::InBand);
        assert_eq!(status(&listens, 0.31), Status::Watch);
        assert_eq!(status(&listens, 0.50), Status::Watch);
        assert_eq!(status(&listens, 0.51), Status::OutOfBand);
        assert_eq!(status(&row("asks_openly"), 7.0 / 10.0), Status::InBand);
        assert_eq!(status(&row("asks_openly"), 0.5), Status::Watch);
    }

    #[test]
    fn a_piece_that_reaches_the_end_of_the_axis_goes_on_beyond_it() {
        let signs = row("shows_understanding");
        let at = |value| status(&signs, value);
        assert_eq!((at(95.0), at(80.0), at(60.0)), (Status::Watch, Status::Watch, Status::InBand));
        assert_eq!((at(5.0), at(2.0), at(1.9)), (Status::InBand, Status::Watch, Status::OutOfBand));
        assert_eq!(status(&row("does_not_prescribe"), 40.0), Status::OutOfBand);
    }

    #[test]
    fn three_phrases_are_never_worse_than_watch_and_four_may_be() {
        let row = row("does_not_prescribe");
        let of =
            |acts| read(&row, &[metric(&row.metric, Figure::scaled(acts, 10.0, 100.0))]).status;
        assert_eq!((of(3.0), of(4.0)), (Status::Watch, Status::OutOfBand));
    }

    #[test]
    fn a_range_across_an_edge_is_not_firm() {
        let row = row("listens");
        let firm = |low, high| {
            read(&row, &[metric(&row.metric, Figure::plain(0.2).range(low, high))]).firm
        };
        assert!(firm(0.15, 0.30));
        assert!(!firm(0.15, 0.32));
    }

    #[test]
    fn what_is_not_measured_has_no_place_in_a_band() {
        let read = read(&row("listens"), &[]);
        assert_eq!((read.status, read.firm), (Status::NotMeasured, false));
    }
}
