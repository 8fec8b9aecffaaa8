//! The bar of a fundamental: range, near it, likely span, this session.
//!
//! In: a [`Bar`] of numbers on their scale with finished labels. Out: a drawing as wide as its
//! place. The block is the range, the hatch is near it, the line is the likely span, the dot is
//! this session; beyond the scale an arrow stands at the end.

use super::svg::{Percent, Svg};

/// Closer than this, in percent of the bar, two labels would touch on a narrow screen.
const LABEL_GAP: f64 = 14.0;
/// The line the dot sits on.
const MIDDLE: u32 = 14;

/// Where this session falls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// The figure.
    pub value: f64,
    /// The likely span.
    pub span: Option<(f64, f64)>,
    /// Hollow when it only leans.
    pub firm: bool,
}

/// A figure written under the bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// Where.
    pub at: f64,
    /// What.
    pub text: String,
}

/// What a bar shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Ends of the scale.
    pub axis: (f64, f64),
    /// Pieces of the usual range.
    pub within: Vec<(f64, f64)>,
    /// Pieces near it.
    pub near: Vec<(f64, f64)>,
    /// This session; `None` when it was not measured.
    pub position: Option<Position>,
    /// Figures under the bar, the ones to keep first.
    pub labels: Vec<Label>,
    /// The bar in words, for those who do not see it.
    pub spoken: String,
}

impl Bar {
    fn place(&self, value: f64) -> Percent {
        Percent::of(value, self.axis.0, self.axis.1)
    }

    /// Whether this session lies beyond the scale.
    #[must_use]
    pub fn beyond(&self) -> bool {
        self.position.is_some_and(|p| p.value > self.axis.1)
    }
}

/// Draws it.
#[must_use]
pub fn bullet(bar: &Bar) -> Svg {
    let mut svg = Svg::new("svg").with("role", "img").with("aria-label", &bar.spoken);
    svg.push(line("ax", Percent::of(0.0, 0.0, 1.0), Percent::of(1.0, 0.0, 1.0)));
    for &(from, to) in &bar.near {
        let (from, to) = (bar.place(from), bar.place(to));
        svg.push(rect("zn", from, to).with("y", 8).with("height", 12));
    }
    for &(from, to) in &bar.within {
        let (from, to) = (bar.place(from), bar.place(to));
        svg.push(rect("zr", from, to).with("y", 6).with("height", 16).with("rx", "1.5"));
    }
    for label in kept_labels(bar) {
        svg.push(written(bar.place(label.at), &label.text));
    }
    if let Some(position) = bar.position {
        if let Some((low, high)) = position.span {
            svg.push(line("wk", bar.place(low), bar.place(high)));
        }
        svg.push(dot(bar, position));
    }
    svg
}

fn dot(bar: &Bar, position: Position) -> Svg {
    let class = if position.firm { "dot" } else { "dot lean" };
    let at = bar.place(position.value);
    if bar.beyond() {
        // A nested drawing moves the arrow to the end, which a path cannot do in percent.
        return Svg::new("svg")
            .with("x", at)
            .with("y", MIDDLE)
            .with("width", 1)
            .with("height", 1)
            .with("overflow", "visible")
            .holding(Svg::new("path").with("class", class).with("d", "M-11-7L2 0L-11 7Z"));
    }
    Svg::new("circle").with("class", class).with("cx", at).with("cy", MIDDLE).with("r", 6)
}

fn line(class: &'static str, from: Percent, to: Percent) -> Svg {
    Svg::new("line")
        .with("class", class)
        .with("x1", from)
        .with("x2", to)
        .with("y1", MIDDLE)
        .with("y2", MIDDLE)
}

fn rect(class: &'static str, from: Percent, to: Percent) -> Svg {
    Svg::new("rect").with("class", class).with("x", from).with("width", from.to(to))
}

fn written(at: Percent, text: &str) -> Svg {
    let anchor = match at.value() {
        v if v < 1.0 => "start",
        v if v > 99.0 => "end",
        _ => "middle",
    };
    Svg::new("text").with("x", at).with("y", 38).with("text-anchor", anchor).saying(text)
}

/// Labels from the most to the least important, leaving out any that would touch one before it.
fn kept_labels(bar: &Bar) -> Vec<&Label> {
    let mut kept: Vec<&Label> = Vec::new();
    for label in &bar.labels {
        let at = bar.place(label.at).value();
        if kept.iter().all(|k| (bar.place(k.at).value() - at).abs() >= LABEL_GAP) {
            kept.push(label);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(value: f64) -> Bar {
        let label = |at: f64| Label { at, text: format!("{at}") };
        Bar {
            axis: (0.0, 6.0),
            within: vec![(0.0, 1.0)],
            near: vec![(1.0, 3.0)],
            position: Some(Position { value, span: Some((0.5, 51.0)), firm: false }),
            labels: vec![label(0.0), label(1.0), label(0.9), label(6.0), label(3.0)],
            spoken: "14".into(),
        }
    }

    #[test]
    fn beyond_the_scale_an_arrow_stands_at_the_end() {
        let drawn = bullet(&bar(14.0)).to_string();
        assert!(drawn.contains("M-11-7L2 0L-11 7Z") && !drawn.contains("<circle"));
        assert!(drawn.contains("x1=\"8.33%\" x2=\"100.00%\""), "the span ends with the scale");
    }

    #[test]
    fn on_the_scale_a_dot_does_hollow_when_it_leans() {
        let drawn = bullet(&bar(3.0)).to_string();
        assert!(drawn.contains("class=\"dot lean\" cx=\"50.00%\""));
    }

    #[test]
    fn labels_that_would_touch_are_left_out() {
        let drawn = bullet(&bar(3.0)).to_string();
        assert_eq!(drawn.matches("<text").count(), 4);
        assert!(!drawn.contains(">0.9<"));
    }
}
