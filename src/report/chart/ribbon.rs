//! The session as a ribbon: a block a few minutes wide, from numbers and finished labels.
//!
//! In: a [`Block`]: who speaks when, what is marked, the share over time. Out: a drawing as wide as
//! its place. Positions are percent, so text never shrinks; voices are one path a lane in a drawing
//! of their own that does stretch, so an hour of talk stays small. From above: time, questions,
//! phrases, the lanes with silences across them, the share.

use std::fmt::Write as _;

use super::icons::Icon;
use super::svg::{Percent, Svg};
use crate::session::{Ms, Span};

/// Marks closer than this go one above the other: 15 px where a block is 320 px wide.
const MARK_GAP: f64 = 4.7;
/// Lengths closer than this would touch.
const LABEL_GAP: f64 = 11.0;
/// Heights of the marks of a row, the lowest first.
const QUESTIONS: [u32; 3] = [52, 37, 22];
const PHRASES: [u32; 2] = [88, 73];
const SIGNS: [u32; 1] = [97];
/// Top of the first lane, and from one lane to the next.
const LANES: u32 = 102;
const LANE: u32 = 24;
/// Height of the share, and of what stands under it.
const SHARE: u32 = 40;

/// One block.
#[derive(Debug, Clone)]
pub struct Block {
    /// From where to where; the last one may reach past the end of the session.
    pub span: Span,
    /// Its place in words.
    pub spoken: String,
    /// Places of its clock.
    pub ticks: Vec<(Ms, String)>,
    /// Whose voice, from above.
    pub lanes: Vec<Lane>,
    /// Nobody speaks.
    pub silences: Vec<Held>,
    /// Long stretches.
    pub stretches: Vec<Held>,
    /// Marks in order of time.
    pub marks: Vec<Mark>,
    /// The share, slice by slice.
    pub slices: Vec<Slice>,
    /// Edges of the usual range of the share.
    pub edges: Vec<f64>,
}

/// Speech of one side.
#[derive(Debug, Clone, Default)]
pub struct Lane {
    /// Whose turn it is.
    pub floor: Vec<Span>,
    /// When it is heard.
    pub voice: Vec<Span>,
}

/// A stretch with a label that leads somewhere.
#[derive(Debug, Clone)]
pub struct Held {
    /// When, within the block.
    pub span: Span,
    /// The lane it is of; silences are across all.
    pub lane: u32,
    /// Where it leads; `None` for what goes on from the block before.
    pub link: Option<Link>,
    /// Its length.
    pub text: String,
}

/// Where a mark leads.
#[derive(Debug, Clone)]
pub struct Link {
    /// Name of the moment's element.
    pub target: Option<String>,
    /// Where it starts.
    pub at: Ms,
    /// What it is.
    pub spoken: String,
}

/// The row a mark stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// Questions, and moments marked while recording.
    Question,
    /// Phrases.
    Phrase,
    /// Small signs.
    Sign,
    /// Between the lanes.
    Between,
}

/// A mark.
#[derive(Debug, Clone)]
pub struct Mark {
    /// Where it leads.
    pub link: Link,
    /// Its row.
    pub row: Row,
    /// Its drawing.
    pub icon: Icon,
    /// Marks of one turn are tied.
    pub turn: Option<String>,
}

/// The share of one slice.
#[derive(Debug, Clone)]
pub struct Slice {
    /// When, within the block.
    pub span: Span,
    /// From 0 to 1.
    pub share: f64,
    /// Written under it.
    pub text: String,
}

/// Draws it.
#[must_use]
pub fn block(block: &Block) -> Svg {
    let lanes = u32::try_from(block.lanes.len()).unwrap_or(2).max(2);
    let below = LANES + lanes * LANE - 4;
    let share = below + 30;
    let foot = if block.slices.is_empty() { below + 14 } else { share + SHARE };
    let height = if block.slices.is_empty() { foot + 10 } else { foot + 18 };
    let mut svg = Svg::new("svg")
        .with("class", "blk")
        .with("height", height)
        .with("role", "group")
        .with("aria-label", &block.spoken)
        .with("data-from", block.span.start().0)
        .with("data-to", block.span.end().0);
    let draw = Drawing { span: block.span, below };
    for (at, text) in &block.ticks {
        let x = draw.place(*at);
        svg.push(vertical("tick", x, foot));
        svg.push(Svg::new("text").with("x", x).with("dx", 3).with("y", 12).saying(text));
    }
    for (index, lane) in (1..).zip(&block.lanes) {
        let y = LANES + (index - 1) * LANE;
        let floor = draw.stretches(&format!("fl{index}"), &lane.floor, y, 20);
        let voice = draw.stretches(&format!("lane{index}"), &lane.voice, y + 3, 14);
        floor.into_iter().chain(voice).for_each(|path| svg.push(path));
    }
    draw.marks(&mut svg, &block.marks);
    draw.silences(&mut svg, &block.silences);
    block.stretches.iter().filter_map(|held| draw.pill(held)).for_each(|pill| svg.push(pill));
    draw.share(&mut svg, block, share);
    let cursor = vertical("cur", Percent::of(0.0, 0.0, 1.0), foot).with("visibility", "hidden");
    svg.push(cursor);
    svg
}

fn vertical(class: &'static str, x: Percent, to: u32) -> Svg {
    Svg::new("line").with("class", class).with("x1", x).with("x2", x).with("y1", 6).with("y2", to)
}

/// A drawing of no size at a place in percent, which a path cannot have.
fn at(x: Percent, y: u32) -> Svg {
    Svg::new("svg")
        .with("x", x)
        .with("y", y)
        .with("width", 1)
        .with("height", 1)
        .with("overflow", "visible")
}

fn link(to: &Link) -> Svg {
    let mark = match &to.target {
        Some(target) => Svg::new("a").with("href", format!("#{target}")),
        None => Svg::new("g").with("role", "img"),
    };
    mark.with("class", "mk").with("data-t", to.at.0).with("aria-label", &to.spoken)
}

struct Drawing {
    span: Span,
    /// Foot of the lanes.
    below: u32,
}

impl Drawing {
    fn place(&self, at: Ms) -> Percent {
        let (from, to) = (self.span.start().as_f64(), self.span.end().as_f64());
        Percent::of(at.as_f64(), from, to)
    }

    fn middle(&self, span: Span) -> Percent {
        self.place(Ms(u64::midpoint(span.start().0, span.end().0)))
    }

    /// One path for all stretches of a lane, in hundredths of a second.
    fn stretches(&self, class: &str, spans: &[Span], y: u32, height: u32) -> Option<Svg> {
        let mut path = String::new();
        for span in spans {
            let start = span.start().since(self.span.start()).0 / 10;
            let length = (span.length().0 / 10).max(1);
            // Writing to a string does not fail.
            let _ = write!(path, "M{start} 0h{length}v1h-{length}");
        }
        let drawing = Svg::new("svg")
            .with("y", y)
            .with("width", "100%")
            .with("height", height)
            .with("viewBox", format!("0 0 {} 1", self.span.length().0 / 10))
            .with("preserveAspectRatio", "none");
        let path = (!path.is_empty()).then_some(path)?;
        Some(drawing.holding(Svg::new("path").with("class", class).with("d", path)))
    }

    fn marks(&self, svg: &mut Svg, marks: &[Mark]) {
        let rows = [
            (Row::Question, QUESTIONS.as_slice()),
            (Row::Phrase, PHRASES.as_slice()),
            (Row::Sign, SIGNS.as_slice()),
            (Row::Between, &[LANES + LANE - 2]),
        ];
        for (row, heights) in rows {
            let own: Vec<&Mark> = marks.iter().filter(|mark| mark.row == row).collect();
            let places: Vec<Percent> = own.iter().map(|mark| self.place(mark.link.at)).collect();
            let heights = levels(&places, heights);
            for (i, pair) in own.windows(2).enumerate() {
                if let ([one, next], [x1, x2, ..], [y1, y2, ..]) = (
                    pair,
                    places.get(i..).unwrap_or_default(),
                    heights.get(i..).unwrap_or_default(),
                ) && one.turn.is_some()
                    && one.turn == next.turn
                {
                    let tie = Svg::new("line").with("class", "tie").with("x1", x1).with("x2", x2);
                    svg.push(tie.with("y1", y1).with("y2", y2));
                }
            }
            for ((mark, &x), y) in own.iter().zip(&places).zip(heights) {
                let reach = if row == Row::Sign { 7 } else { 9 };
                let hit = Svg::new("circle").with("cx", x).with("cy", y);
                let hit = hit.with("r", reach);
                let icon = mark.icon.reference().map(|icon| icon.with("x", x).with("y", y));
                let mark = link(&mark.link).holding(hit);
                svg.push(icon.into_iter().fold(mark, Svg::holding));
            }
        }
    }

    /// A length that would touch the one before it is not written: the mark still says it.
    fn silences(&self, svg: &mut Svg, all: &[Held]) {
        let mut last = f64::NEG_INFINITY;
        for held in all {
            let at = self.middle(held.span).held(6.0);
            let written = held.link.is_some() && at.value() - last >= LABEL_GAP;
            if written {
                last = at.value();
            }
            svg.push(self.silence(held, written.then_some(at)));
        }
    }

    fn silence(&self, held: &Held, text_at: Option<Percent>) -> Svg {
        let (from, to) = (self.place(held.span.start()), self.place(held.span.end()));
        let rect = |class: &'static str, height: u32| {
            let rect = Svg::new("rect").with("class", class).with("x", from);
            rect.with("width", from.to(to)).with("y", LANES).with("height", height)
        };
        let silence = rect("sil", self.below - LANES);
        let Some(to) = &held.link else { return silence };
        let text = |x: Percent| {
            let text = Svg::new("text").with("class", "pt").with("x", x);
            text.with("y", self.below + 16).saying(&held.text)
        };
        let mark = link(to).holding(silence).holding(rect("hit", self.below - LANES + 14));
        text_at.map(text).into_iter().fold(mark, Svg::holding)
    }

    fn pill(&self, held: &Held) -> Option<Svg> {
        let to = held.link.as_ref()?;
        // Digits and letters of 12 px text are about seven wide.
        let wide = u32::try_from(held.text.chars().count()).unwrap_or(5).min(12) * 7 + 8;
        let half = i64::from(wide / 2);
        let rect = |class: &'static str, by: i64| {
            let rect = Svg::new("rect").with("class", class).with("x", -half - by);
            rect.with("width", i64::from(wide) + 2 * by).with("rx", 7)
        };
        let text = Svg::new("text").with("class", "pt").with("y", 14).saying(&held.text);
        let drawn = at(self.middle(held.span).held(8.0), LANES + held.lane * LANE)
            .holding(rect("hit", 3).with("y", 0).with("height", 20))
            .holding(rect("pill", 0).with("y", 3).with("height", 14))
            .holding(text);
        Some(link(to).holding(drawn))
    }

    fn share(&self, svg: &mut Svg, block: &Block, top: u32) {
        let level = |share: f64| {
            let y = f64::from(top) + f64::from(SHARE) * (1.0 - share.clamp(0.0, 1.0));
            format!("{y:.1}")
        };
        for slice in &block.slices {
            let (from, to) = (self.place(slice.span.start()), self.place(slice.span.end()));
            let rect = |class: &'static str| {
                Svg::new("rect").with("class", class).with("x", from).with("width", from.to(to))
            };
            svg.push(rect("sh2").with("y", top).with("height", SHARE));
            let height = f64::from(SHARE) * slice.share.clamp(0.0, 1.0);
            let y = level(slice.share);
            svg.push(rect("sh1").with("y", &y).with("height", format!("{height:.1}")));
            let edge = Svg::new("line").with("class", "she").with("x1", from).with("x2", to);
            svg.push(edge.with("y1", &y).with("y2", &y));
            let text = Svg::new("text").with("class", "sht").with("x", self.middle(slice.span));
            svg.push(text.with("y", top + SHARE + 15).saying(&slice.text));
        }
        let Some(last) = block.slices.last() else { return };
        for &edge in &block.edges {
            let y = level(edge);
            let line = Svg::new("line").with("class", "shr").with("x1", 0).with("y1", &y);
            svg.push(line.with("x2", self.place(last.span.end())).with("y2", &y));
        }
    }
}

/// A height for each place: the lowest that is free, else the one that was left longest ago.
fn levels(places: &[Percent], heights: &[u32]) -> Vec<u32> {
    let mut last = vec![f64::NEG_INFINITY; heights.len()];
    let mut chosen = Vec::with_capacity(places.len());
    for place in places {
        let free = last.iter().position(|at| place.value() - at >= MARK_GAP);
        let oldest = || {
            let order = |a: &usize, b: &usize| last[*a].total_cmp(&last[*b]);
            (0..last.len()).min_by(order).unwrap_or_default()
        };
        let level = free.unwrap_or_else(oldest);
        if let (Some(at), Some(height)) = (last.get_mut(level), heights.get(level)) {
            *at = place.value();
            chosen.push(*height);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: u64, to: u64) -> Span {
        Span::new(Ms(from), Ms(to)).unwrap()
    }

    fn to(target: &str, at: u64) -> Link {
        Link { target: Some(target.into()), at: Ms(at), spoken: format!("a \"{target}\" <here>") }
    }

    fn sample() -> Block {
        let mark = |at: u64| Mark {
            link: to("q", at),
            row: Row::Question,
            icon: Icon::Open,
            turn: Some("g1".into()),
        };
        Block {
            span: span(120_000, 240_000),
            spoken: "2:00 – 4:00".into(),
            ticks: vec![(Ms(150_000), "2:30".into())],
            lanes: vec![
                Lane { floor: vec![span(120_000, 130_000)], voice: vec![span(121_000, 123_000)] },
                Lane::default(),
            ],
            silences: vec![Held {
                span: span(236_000, 240_000),
                lane: 0,
                link: Some(to("s", 236_000)),
                text: "4 s".into(),
            }],
            stretches: Vec::new(),
            marks: vec![mark(150_000), mark(151_000), mark(180_000)],
            slices: vec![Slice { span: span(120_000, 180_000), share: 0.75, text: "75%".into() }],
            edges: vec![0.3],
        }
    }

    #[test]
    fn voices_stand_where_they_are_heard() {
        let drawn = block(&sample()).to_string();
        assert!(drawn.contains("viewBox=\"0 0 12000 1\""));
        assert!(drawn.contains("<path class=\"lane1\" d=\"M100 0h200v1h-200\"/>"), "{drawn}");
        assert!(!drawn.contains("lane2"), "a lane without voice is not drawn");
    }

    #[test]
    fn marks_that_would_touch_go_one_above_the_other_and_one_turn_is_tied() {
        let drawn = block(&sample()).to_string();
        for place in ["x=\"25.00%\" y=\"52\"", "x=\"25.83%\" y=\"37\"", "x=\"50.00%\" y=\"52\""] {
            assert!(drawn.contains(place), "{place}: {drawn}");
        }
        assert_eq!(drawn.matches("class=\"tie\"").count(), 2);
    }

    #[test]
    fn a_crowd_of_marks_keeps_to_its_row() {
        let places: Vec<Percent> = (0..20).map(|i| Percent::of(f64::from(i), 0.0, 100.0)).collect();
        let heights = levels(&places, &QUESTIONS);
        assert_eq!(heights[..5], [52, 37, 22, 52, 37]);
    }

    #[test]
    fn a_label_at_the_edge_stays_in_the_drawing_and_words_are_escaped() {
        let drawn = block(&sample()).to_string();
        assert!(drawn.contains("class=\"pt\" x=\"94.00%\""), "{drawn}");
        assert!(drawn.contains("a &quot;s&quot; &lt;here&gt;") && !drawn.contains("<here>"));
    }

    #[test]
    fn lengths_that_would_touch_are_written_once() {
        let mut close = sample();
        let next = Held { span: span(226_000, 230_000), ..close.silences[0].clone() };
        close.silences.insert(0, next);
        let drawn = block(&close).to_string();
        assert_eq!(drawn.matches("class=\"sil\"").count(), 2);
        assert_eq!(drawn.matches(">4 s</text>").count(), 1);
    }

    #[test]
    fn without_a_share_the_block_is_lower() {
        let mut without = sample();
        without.slices.clear();
        let drawn = block(&without).to_string();
        assert!(drawn.contains("height=\"170\"") && !drawn.contains("class=\"sh"), "{drawn}");
    }
}
