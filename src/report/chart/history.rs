//! A fundamental over the sessions of a coach: a dot and its likely span for each, in order of date.
//!
//! In: a [`History`] of numbers on their scale with finished labels. Out: two drawings of the same
//! height, the labels of the scale and the sessions, which is as wide as its place. The block is the
//! range, the hatch is near it, the dashed frame is the middle half of the earlier sessions, the
//! line in it their median; beyond the scale an arrow stands at the end.

use super::bullet::{Label, Position};
use super::svg::{Percent, Svg};

/// From the top of the drawing to the upper end of the scale, in pixels.
const TOP: f64 = 12.0;
/// From the upper to the lower end of the scale.
const HEIGHT: f64 = 120.0;
/// Where a session that was not measured has its mark: below the scale.
const GAP: f64 = TOP + HEIGHT + 11.0;
/// The whole drawing.
const WHOLE: f64 = GAP + 7.0;
/// Closer than this two labels of the scale would touch.
const LABEL_GAP: f64 = 14.0;
/// Width of the labels: « 100 % » in the page's small type.
const LABELS: u32 = 42;

/// One session.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dot {
    /// Its number on the page.
    pub session: usize,
    /// Where it falls; `None` when it was not measured.
    pub position: Option<Position>,
    /// The newest is drawn larger.
    pub newest: bool,
}

/// The middle half of the earlier sessions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Middle {
    /// First quartile.
    pub lower: f64,
    /// Median.
    pub median: f64,
    /// Third quartile.
    pub upper: f64,
    /// How many sessions, from the first on, are the earlier ones.
    pub sessions: usize,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// Ends of the scale.
    pub axis: (f64, f64),
    /// Pieces of the usual range.
    pub within: Vec<(f64, f64)>,
    /// Pieces near it.
    pub near: Vec<(f64, f64)>,
    /// Figures beside the scale, the ones to keep first.
    pub labels: Vec<Label>,
    /// Sessions in order of date.
    pub dated: Vec<Dot>,
    /// Sessions without one, which stand apart at the end.
    pub undated: Vec<Dot>,
    /// What is usual.
    pub middle: Option<Middle>,
    /// The drawing in words.
    pub spoken: String,
}

impl History {
    fn y(&self, value: f64) -> f64 {
        TOP + HEIGHT * (1.0 - Percent::of(value, self.axis.0, self.axis.1).value() / 100.0)
    }

    /// Places on the drawing: one a session, and an empty one between the dated and the others.
    fn places(&self) -> usize {
        self.dated.len() + self.undated.len() + usize::from(self.parted())
    }

    fn parted(&self) -> bool {
        !self.dated.is_empty() && !self.undated.is_empty()
    }

    /// The left side of a place; its middle with `half`.
    #[expect(clippy::cast_precision_loss, reason = "a number of sessions")]
    fn x(&self, place: usize, half: bool) -> Percent {
        let at = place as f64 + if half { 0.5 } else { 0.0 };
        Percent::of(at, 0.0, self.places() as f64)
    }

    /// Radius of the dots, by how many there are.
    fn radius(&self) -> f64 {
        match self.places() {
            0..=14 => 5.0,
            15..=45 => 3.5,
            _ => 2.5,
        }
    }
}

/// Draws it: labels, then sessions.
#[must_use]
pub fn history(of: &History) -> (Svg, Svg) {
    let many = of.places() > 45;
    let mut plot = Svg::new("svg")
        .with("role", "img")
        .with("aria-label", &of.spoken)
        .with("class", if many { "plot many" } else { "plot" })
        .with("height", WHOLE);
    let block = |class, (from, to): (f64, f64)| {
        let (top, bottom) = (of.y(to), of.y(from));
        let rect = Svg::new("rect").with("class", class).with("x", 0).with("width", "100%");
        rect.with("y", px(top)).with("height", px(bottom - top))
    };
    for &piece in &of.near {
        plot.push(block("zn", piece));
    }
    for &piece in &of.within {
        plot.push(block("zr", piece));
    }
    for end in [of.axis.0, of.axis.1] {
        plot.push(level("end", of.y(end), Percent::of(1.0, 0.0, 1.0)));
    }
    if let Some(middle) = of.middle {
        let (top, bottom) = (of.y(middle.upper), of.y(middle.lower));
        let width = of.x(middle.sessions, false);
        let frame = Svg::new("rect").with("class", "us").with("x", 0).with("width", width);
        // Quartiles that fall together are still seen.
        plot.push(frame.with("y", px(top)).with("height", px((bottom - top).max(1.0))));
        plot.push(level("md", of.y(middle.median), width));
    }
    if of.parted() {
        let x = of.x(of.dated.len(), true);
        let line = Svg::new("line").with("class", "apart").with("x1", x).with("x2", x);
        plot.push(line.with("y1", 0).with("y2", px(WHOLE)));
    }
    let apart = of.dated.len() + usize::from(of.parted());
    let places = (0..of.dated.len()).chain(apart..);
    for (place, dot) in places.zip(of.dated.iter().chain(&of.undated)) {
        plot.push(drawn(of, of.x(place, true), *dot));
    }
    (labels(of), plot)
}

fn level(class: &'static str, y: f64, to: Percent) -> Svg {
    let line = Svg::new("line").with("class", class).with("x1", 0).with("x2", to);
    line.with("y1", px(y)).with("y2", px(y))
}

fn drawn(of: &History, x: Percent, dot: Dot) -> Svg {
    let group = Svg::new("g").with("class", "d").with("data-s", dot.session);
    let Some(position) = dot.position else {
        let dash = Svg::new("path").with("class", "g-l").with("d", "M-3 0H3");
        return group.holding(at(x, GAP).holding(dash));
    };
    let mut group = group;
    if let Some((low, high)) = position.span {
        let line = Svg::new("line").with("class", "wk").with("x1", x).with("x2", x);
        group.push(line.with("y1", px(of.y(high))).with("y2", px(of.y(low))));
    }
    let class = if position.firm { "dot" } else { "dot lean" };
    if position.value > of.axis.1 {
        let arrow = Svg::new("path").with("class", class).with("d", "M-5 7L0-4L5 7Z");
        return group.holding(at(x, TOP).holding(arrow));
    }
    let radius = of.radius() + if dot.newest { 2.0 } else { 0.0 };
    let circle = Svg::new("circle").with("class", class).with("cx", x);
    group.holding(circle.with("cy", px(of.y(position.value))).with("r", radius))
}

/// A nested drawing moves a path to a place in percent, which the path itself cannot.
fn at(x: Percent, y: f64) -> Svg {
    let moved = Svg::new("svg").with("x", x).with("y", px(y)).with("width", 1).with("height", 1);
    moved.with("overflow", "visible")
}

fn labels(of: &History) -> Svg {
    let svg = Svg::new("svg").with("width", LABELS).with("height", WHOLE);
    let mut svg = svg.with("aria-hidden", "true").with("class", "scale");
    let mut kept: Vec<f64> = Vec::new();
    for label in &of.labels {
        let y = of.y(label.at);
        if kept.iter().any(|other| (other - y).abs() < LABEL_GAP) {
            continue;
        }
        kept.push(y);
        let text = Svg::new("text").with("x", LABELS - 4).with("y", px(y + 4.0));
        svg.push(text.with("text-anchor", "end").saying(&label.text));
    }
    svg
}

fn px(at: f64) -> String {
    format!("{at:.1}")
}

/// What the marks are: a session, the middle half, the median, a session not measured.
#[must_use]
pub fn history_key() -> [Svg; 4] {
    let draw = || Svg::decoration(26, 16);
    let span = || Svg::new("line").with("class", "wk").with("x1", 13).with("x2", 13);
    let circle = Svg::new("circle").with("class", "dot").with("cx", 13).with("cy", 8).with("r", 5);
    let frame = Svg::new("rect").with("class", "us").with("x", 1).with("y", 2);
    let line = Svg::new("line").with("class", "md").with("x1", 1).with("x2", 25);
    [
        draw().holding(span().with("y1", 0).with("y2", 16)).holding(circle),
        draw().holding(frame.with("width", 24).with("height", 12)),
        draw().holding(line.with("y1", 8).with("y2", 8)),
        draw().holding(Svg::new("path").with("class", "g-l").with("d", "M10 8H16")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(session: usize, value: Option<f64>) -> Dot {
        let position = value.map(|value| Position { value, span: Some((0.1, 9.0)), firm: true });
        Dot { session, position, newest: false }
    }

    fn of(dated: Vec<Dot>, undated: Vec<Dot>) -> History {
        History {
            axis: (0.0, 1.0),
            within: vec![(0.7, 1.0)],
            near: vec![(0.5, 0.7)],
            labels: vec![Label { at: 0.7, text: "70%".into() }],
            dated,
            undated,
            middle: None,
            spoken: "Open questions".into(),
        }
    }

    #[test]
    fn sessions_stand_at_equal_distances_and_those_without_a_date_apart() {
        let drawn = history(&of(vec![dot(1, Some(0.5)), dot(2, None)], vec![dot(3, Some(1.0))]));
        let plot = drawn.1.to_string();
        assert!(plot.contains("cx=\"12.50%\" cy=\"72.0\""), "{plot}");
        assert!(plot.contains("class=\"apart\" x1=\"62.50%\""), "{plot}");
        assert!(plot.contains("cx=\"87.50%\" cy=\"12.0\""), "{plot}");
        // The one that was not measured has a mark below the scale, and no dot.
        assert!(plot.contains("data-s=\"2\"><svg x=\"37.50%\" y=\"143.0\""), "{plot}");
        assert_eq!(plot.matches("<circle").count(), 2);
    }

    #[test]
    fn a_span_ends_with_the_scale_and_a_figure_beyond_it_is_an_arrow() {
        let plot = history(&of(vec![dot(1, Some(3.0))], Vec::new())).1.to_string();
        assert!(plot.contains("y1=\"12.0\" y2=\"120.0\""), "{plot}");
        assert!(plot.contains("M-5 7L0-4L5 7Z") && !plot.contains("<circle"), "{plot}");
    }

    #[test]
    fn the_middle_half_spans_the_earlier_sessions() {
        let mut four = of((1..=4).map(|n| dot(n, Some(0.5))).collect(), Vec::new());
        four.middle = Some(Middle { lower: 0.25, median: 0.5, upper: 0.75, sessions: 3 });
        let plot = history(&four).1.to_string();
        let frame = "class=\"us\" x=\"0\" width=\"75.00%\" y=\"42.0\" height=\"60.0\"";
        assert!(plot.contains(frame), "{plot}");
    }

    #[test]
    fn no_session_and_odd_numbers_draw_something() {
        let mut odd = of(vec![dot(1, Some(f64::NAN)), dot(2, Some(f64::INFINITY))], Vec::new());
        odd.axis = (1.0, 1.0);
        assert!(history(&odd).1.to_string().ends_with("</svg>"));
        assert!(history(&of(Vec::new(), Vec::new())).1.to_string().ends_with("</svg>"));
    }
}
