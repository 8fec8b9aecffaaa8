//! Icons: where a figure falls, what a mark is, the keys of the legend.
//!
//! In: a kind. Out: a small drawing that a reader of the screen passes over, for the words beside
//! it say the same. Shapes, not colours, tell them apart.

use super::svg::{Percent, Svg};
use crate::analysis::Status;

/// What a mark beside a quotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// An open question: a ring.
    Open,
    /// An open question that leads: a ring and a chevron.
    OpenLeading,
    /// A closed question: a disc.
    Closed,
    /// A closed question that leads: a disc and a chevron.
    ClosedLeading,
    /// An option: one bar.
    Option,
    /// Advice: two.
    Advice,
    /// A directive: three.
    Directive,
    /// A crossing of two lines.
    Interruption,
    /// A gap between two posts.
    Silence,
    /// A point.
    Sign,
    /// A long measure.
    Stretch,
    /// An arrow turning back.
    Reflection,
    /// A pennant.
    Marked,
    /// Nothing.
    None,
}

impl Icon {
    fn id(self) -> Option<&'static str> {
        Some(match self {
            Self::Open => "g-open",
            Self::OpenLeading => "g-open-l",
            Self::Closed => "g-closed",
            Self::ClosedLeading => "g-closed-l",
            Self::Option => "g-p1",
            Self::Advice => "g-p2",
            Self::Directive => "g-p3",
            Self::Interruption => "g-int",
            Self::Silence => "g-sil",
            Self::Sign => "g-bc",
            Self::Stretch => "g-mono",
            Self::Reflection => "g-refl",
            Self::Marked => "g-mark",
            Self::None => return None,
        })
    }

    /// The mark around the origin; it refers to [`defs`], which the page holds once.
    #[must_use]
    pub fn reference(self) -> Option<Svg> {
        Some(Svg::new("use").with("href", format!("#{}", self.id()?)))
    }

    /// The mark as a drawing of its own.
    #[must_use]
    pub fn draw(self) -> Option<Svg> {
        // Its size and its place in it are the style's: a page holds over a thousand of them.
        let drawing = Svg::new("svg").with("class", "i").with("aria-hidden", "true");
        Some(drawing.holding(self.reference()?))
    }
}

/// The hatch, the dots of a silence and the marks, to stand once at the top of the page.
#[must_use]
pub fn defs() -> Svg {
    let ring = || Svg::new("circle").with("class", "g-o").with("r", 5);
    let disc = || Svg::new("circle").with("class", "g-f").with("r", 6);
    let stroke = |d: &str| Svg::new("path").with("class", "g-l").with("d", d);
    let chevron = || stroke("M8.5-4L12 0L8.5 4");
    let group = |id: &str| Svg::new("g").with("id", id);
    let hatch = Svg::new("pattern")
        .with("id", "hatch")
        .with("width", 5)
        .with("height", 5)
        .with("patternUnits", "userSpaceOnUse")
        .with("patternTransform", "rotate(45)")
        .holding(Svg::new("path").with("class", "hl").with("d", "M0 0V5"));
    let dots = Svg::new("pattern")
        .with("id", "dots")
        .with("width", 5)
        .with("height", 5)
        .with("patternUnits", "userSpaceOnUse")
        .holding(Svg::new("circle").with("class", "sd").with("cx", 2).with("cy", 2).with("r", 1));
    let defs = Svg::new("defs")
        .holding(hatch)
        .holding(dots)
        .holding(group("g-open").holding(ring()))
        .holding(group("g-closed").holding(disc()))
        .holding(group("g-open-l").holding(ring()).holding(chevron()))
        .holding(group("g-closed-l").holding(disc()).holding(chevron()))
        .holding(group("g-p1").holding(stroke("M-5 0H5")))
        .holding(group("g-p2").holding(stroke("M-5-2H5M-5 2H5")))
        .holding(group("g-p3").holding(stroke("M-5-4H5M-5 0H5M-5 4H5")))
        .holding(group("g-int").holding(stroke("M-4-4L4 4M-4 4L4-4")))
        .holding(group("g-sil").holding(stroke("M-4-5V5M4-5V5M-1 0H1")))
        .holding(group("g-bc").holding(Svg::new("circle").with("class", "g-f").with("r", "2.5")))
        .holding(group("g-mono").holding(stroke("M-7 0H7M-7-4V4M7-4V4")))
        .holding(group("g-refl").holding(stroke("M5 4H-5L-2 1M-5 4L-2 7M-5-4H5")))
        .holding(group("g-mark").holding(stroke("M-3 6V-6L5-3L-3 0")));
    Svg::decoration(0, 0).with("class", "vh").holding(defs)
}

/// Where a figure falls: a bracket is the range, the dot is this session.
#[must_use]
pub fn status(status: Status, firm: bool) -> Svg {
    let svg = Svg::decoration(44, 16);
    if status == Status::Shown {
        return svg;
    }
    let bracket = Svg::new("path").with("class", "g-l").with("d", "M5 2H2V14H5M18 2H21V14H18");
    let svg = svg.holding(bracket);
    let at = match status {
        Status::InBand => "11.5",
        Status::Watch => "26.5",
        Status::OutOfBand => "38",
        Status::Shown | Status::NotMeasured => return svg,
    };
    let class = if firm { "dot" } else { "dot lean" };
    let dot = Svg::new("circle").with("class", class).with("cx", at).with("cy", 8).with("r", 4);
    svg.holding(dot)
}

/// The five keys of the legend, in its order: range, near, session, span, hollow.
#[must_use]
pub fn key() -> [Svg; 5] {
    let rect = |class: &str| Svg::new("rect").with("class", class);
    let dot = |class: &str| {
        let circle =
            Svg::new("circle").with("class", class).with("cx", 8).with("cy", 8).with("r", 6);
        Svg::decoration(16, 16).holding(circle)
    };
    let range = rect("zr").with("x", 1).with("y", 2).with("width", 26).with("height", 12);
    let near = rect("zn").with("y", 3).with("width", 28).with("height", 10);
    let line = Svg::new("line").with("class", "wk").with("x1", 0).with("x2", 28);
    [
        Svg::decoration(28, 16).holding(range),
        Svg::decoration(28, 16).holding(near),
        dot("dot"),
        Svg::decoration(28, 16).holding(line.with("y1", 8).with("y2", 8)),
        dot("dot lean"),
    ]
}

/// Keys of the ribbon: a block of this class, as a lane or a silence is drawn.
#[must_use]
pub fn swatch(class: &'static str) -> Svg {
    let rect = Svg::new("rect").with("class", class).with("x", 1).with("y", 1);
    Svg::decoration(24, 16).holding(rect.with("width", 22).with("height", 14))
}

/// Key of the ribbon: two questions tied.
#[must_use]
pub fn tied() -> Svg {
    let tie = Svg::new("path").with("class", "tie").with("d", "M9 10H27");
    let mark = |x: u32| Svg::new("use").with("href", "#g-closed").with("x", x).with("y", 10);
    Svg::decoration(36, 20).holding(tie).holding(mark(9)).holding(mark(27))
}

/// A bar as long as an answer, beside the longest one.
#[must_use]
pub fn answer_bar(length: f64, longest: f64) -> Svg {
    /// Pixels of the longest answer.
    const LONGEST: f64 = 120.0;
    let width = (Percent::of(length, 0.0, longest).value() / 100.0 * LONGEST).max(2.0).round();
    let rect = Svg::new("rect").with("width", width);
    let drawing = Svg::new("svg").with("class", "len").with("width", width);
    drawing.with("aria-hidden", "true").holding(rect)
}
