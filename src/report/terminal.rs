//! The summary: one screen of plain text, the same words in the same order as the page.
//!
//! In: an [`Analysis`], the width of the screen and whether it takes colour. Out: at most 40 lines
//! at 80 columns, each ended by a line feed. Widths are those of a terminal, so that accents and
//! wide letters line up. Nothing that comes from a recording can drive the terminal.

use unicode_width::UnicodeWidthStr;

use super::chart::{Bar, Percent};
use super::evidence::{Evidence, evidence, file_names, profile};
use super::numbers;
use super::rows::{Row, rows};
use super::text::clean;
use super::words::{Words, words};
use crate::analysis::{Analysis, Moment, MomentFlag, MomentKind};
use crate::lang::Openness;

/// How the summary is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Bold and dim; off unless somebody asked.
    pub color: bool,
    /// Columns of the screen.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, width: 80 }
    }
}

/// Columns below which a row takes two lines.
const ONE_LINE: usize = 160;
/// Cells of a bar.
const CELLS: usize = 24;
/// Cells of the longest words for where a figure falls (« plutôt hors du repère »).
const STATUS: usize = 21;
/// Cells of the longest likely span that is usual (« probable : 24–44 % »).
const LIKELY: usize = 19;
/// Narrower than this the text is laid out as if the screen were so wide.
const NARROWEST: usize = 40;

/// The summary of one session.
#[must_use]
pub fn summary(analysis: &Analysis, style: Style) -> String {
    let w = words(analysis.source.language);
    let mut screen =
        Screen { out: String::new(), color: style.color, width: style.width.clamp(NARROWEST, 200) };
    let evidence = evidence(w, analysis);
    title(&mut screen, w, analysis);
    rests_on(&mut screen, w, &evidence);
    screen.blank();
    fundamentals(&mut screen, w, &rows(w, analysis));
    counts(&mut screen, w, analysis);
    coach_unknown(&mut screen, &evidence);
    screen.out
}

/// Text with a width.
struct Screen {
    out: String,
    color: bool,
    width: usize,
}

/// How a stretch of text stands out.
#[derive(Clone, Copy)]
enum Weight {
    Plain,
    Bold,
    Dim,
}

impl Screen {
    fn weigh(&self, text: &str, weight: Weight) -> String {
        match weight {
            Weight::Bold if self.color => format!("\u{1b}[1m{text}\u{1b}[0m"),
            Weight::Dim if self.color => format!("\u{1b}[2m{text}\u{1b}[0m"),
            Weight::Plain | Weight::Bold | Weight::Dim => text.to_owned(),
        }
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn blank(&mut self) {
        self.out.push('\n');
    }

    /// Text broken at spaces, indented, the first line after `lead`.
    fn text(&mut self, indent: usize, text: &str, weight: Weight) {
        for line in wrap(text, self.width.saturating_sub(indent)) {
            let line = self.weigh(&line, weight);
            self.line(&format!("{}{line}", " ".repeat(indent)));
        }
    }
}

/// Lines no wider than `width`, broken at ordinary spaces; a longer word has a line of its own, cut.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let word = cut(word, width);
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

/// As much of a text as fits, ending in "…" when that is not all.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        let mut buffer = [0; 4];
        if kept.width() + c.encode_utf8(&mut buffer).width() >= width {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    kept
}

/// Padded with spaces to a width.
fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

fn title(screen: &mut Screen, w: &'static Words, analysis: &Analysis) {
    let source = &analysis.source;
    let files = file_names(analysis);
    let length = source.duration_ms.map(|length| numbers::length(w, length));
    let mut parts = vec![
        length.unwrap_or_else(|| w.unknown_length.to_owned()),
        super::about::language(w, source.language).to_owned(),
        format!("{} {}", w.read_as.to_lowercase(), profile(w, &analysis.profile)),
    ];
    parts.extend(super::about::date(w, &analysis.session));
    parts.extend(source.model.as_deref().map(|model| format!("Whisper {}", clean(model))));
    let name = cut(&files.join(", "), screen.width / 2);
    let head = if name.is_empty() { w.title.to_owned() } else { format!("{} · {name}", w.title) };
    let head = screen.weigh(&head, Weight::Bold);
    screen.line(&head);
    screen.text(0, &parts.join(" · "), Weight::Dim);
}

fn rests_on(screen: &mut Screen, w: &'static Words, evidence: &Evidence) {
    let mark = if evidence.loud { "! " } else { "  " };
    let head = screen.weigh(&format!("{mark}{}", w.rests_on), Weight::Bold);
    screen.line(head.trim_start());
    for line in &evidence.lines {
        screen.text(2, line, Weight::Plain);
    }
    if let Some(unknown) = &evidence.unknown {
        screen.text(2, &unknown.say, Weight::Bold);
    }
}

fn fundamentals(screen: &mut Screen, w: &'static Words, rows: &[Row]) {
    let legend =
        format!("━ {} · ╌ {} · ● {} · ○ {}", w.range_usual, w.range_near, w.this_session, w.hollow);
    let head = screen.weigh(w.fundamentals, Weight::Bold);
    let together = w.fundamentals.width() + 2 + legend.width() <= screen.width;
    let legend_text = screen.weigh(&legend, Weight::Dim);
    if together {
        screen.line(&format!("{head}  {legend_text}"));
    } else {
        screen.line(&head);
        screen.text(2, &legend, Weight::Dim);
    }
    let name_width = rows.iter().map(|row| row.name.width()).max().unwrap_or(0);
    for row in rows {
        if screen.width >= ONE_LINE {
            one_line(screen, row, name_width);
        } else {
            two_lines(screen, row, name_width);
        }
    }
}

fn figure(row: &Row) -> (String, String) {
    let figure = row.figure.clone().unwrap_or_else(|| "–".to_owned());
    (figure, row.likely.clone().unwrap_or_default())
}

fn one_line(screen: &mut Screen, row: &Row, name_width: usize) {
    let (number, likely) = figure(row);
    let start = format!(
        "  {}  {} {}  {}  {}  ",
        screen.weigh(&pad(&row.name, name_width), Weight::Bold),
        pad(&number, 4),
        pad(&likely, LIKELY),
        text_bar(&row.bar),
        pad(row.status_words, STATUS),
    );
    let used = 2 + name_width + 2 + 4 + 1 + LIKELY + 2 + CELLS + 2 + STATUS + 2;
    beside(screen, &start, used, row);
}

fn two_lines(screen: &mut Screen, row: &Row, name_width: usize) {
    let (number, likely) = figure(row);
    let name = screen.weigh(&pad(&row.name, name_width), Weight::Bold);
    // On a wide screen the words stay near the figures.
    let room = screen.width.min(100).saturating_sub(2 + name_width + 2);
    if room < 4 + 1 + LIKELY + STATUS - 5 {
        // A narrow screen: name, figure and where it falls one under the other.
        screen.line(&format!("  {}", name.trim_end()));
        let text = format!("{number}  {likely}  {}", row.status_words);
        screen.text(4, &text, Weight::Plain);
    } else {
        let figures = pad(&format!("{} {likely} ", pad(&number, 5)), room.saturating_sub(STATUS));
        screen.line(&format!("  {name}  {figures}{}", row.status_words));
    }
    let start = format!("  {}  ", text_bar(&row.bar));
    beside(screen, &start, 2 + CELLS + 2, row);
}

/// What the figure is of, or why there is none, beside `start` and under its own beginning.
fn beside(screen: &mut Screen, start: &str, start_width: usize, row: &Row) {
    let about = if row.figure.is_some() { &row.unit } else { &row.sentence };
    let mut lines = wrap(about, screen.width.saturating_sub(start_width)).into_iter();
    let first = screen.weigh(&lines.next().unwrap_or_default(), Weight::Dim);
    screen.line(&format!("{start}{first}"));
    for line in lines {
        let line = screen.weigh(&line, Weight::Dim);
        screen.line(&format!("{}{line}", " ".repeat(start_width)));
    }
}

/// The bar in cells: `━` range, `╌` near it, `·` the scale, the session on top of it.
fn text_bar(bar: &Bar) -> String {
    let (from, to) = bar.axis;
    let last = CELLS - 1;
    let cell = |value: f64| numbers::index(Percent::of(value, from, to).value() / 100.0, last);
    let mut cells = vec!['·'; CELLS];
    for (pieces, mark) in [(&bar.near, '╌'), (&bar.within, '━')] {
        for &(start, end) in pieces {
            if let Some(stretch) = cells.get_mut(cell(start)..=cell(end)) {
                stretch.fill(mark);
            }
        }
    }
    if let Some(position) = bar.position {
        let (dot, arrow) = if position.firm { ('●', '▶') } else { ('○', '▷') };
        if let Some(place) = cells.get_mut(cell(position.value)) {
            *place = if bar.beyond() { arrow } else { dot };
        }
    }
    cells.into_iter().collect()
}

fn counts(screen: &mut Screen, w: &'static Words, analysis: &Analysis) {
    if super::evidence::coach(analysis).is_none() {
        return;
    }
    let of_coach = |moment: &&Moment| {
        let role = |id| analysis.speakers.iter().find(|s| s.id == id).map(|s| s.role);
        moment.speaker.and_then(role).is_none_or(|role| role == crate::session::Role::Coach)
    };
    let counted: Vec<&Moment> = analysis
        .moments
        .iter()
        .filter(|moment| !moment.rejected && !moment.flags.contains(&MomentFlag::Unsure))
        .filter(of_coach)
        .collect();
    let count = |keep: &dyn Fn(&Moment) -> bool| {
        u64::try_from(counted.iter().filter(|moment| keep(moment)).count()).unwrap_or(u64::MAX)
    };
    let kind = |kind: MomentKind| count(&|moment| moment.kind == kind);
    let questions = |openness: Openness| {
        count(&|m| m.kind == MomentKind::Question && m.openness == Some(openness))
    };
    let level = |n: u8| count(&|m| m.kind == MomentKind::Prescriptive && m.level == Some(n));
    let leading =
        count(&|m| m.kind == MomentKind::Question && m.flags.contains(&MomentFlag::Leading));
    let mut parts = vec![with_parts(
        w,
        (kind(MomentKind::Question), w.count_questions),
        &[
            (questions(Openness::Open), w.count_open),
            (questions(Openness::Closed), w.count_closed),
            (leading, w.count_leading),
        ],
    )];
    parts.push(with_parts(
        w,
        (kind(MomentKind::Prescriptive), w.count_phrases),
        &[(level(3), w.count_directives), (level(2), w.count_advice), (level(1), w.count_options)],
    ));
    let rest = [
        (kind(MomentKind::Interruption), w.count_interruptions),
        (kind(MomentKind::Monologue), w.count_monologues),
        (kind(MomentKind::Silence), w.count_silences),
        (kind(MomentKind::Backchannel), w.count_signs),
        (kind(MomentKind::Reflection), w.count_reflections),
    ];
    // What was not measured has no moments either: only what there is is counted here.
    let there = rest.into_iter().filter(|(n, _)| *n > 0);
    parts.extend(there.map(|(n, text)| w.count(n, text, &[])));
    screen.blank();
    let head = screen.weigh(w.counts, Weight::Bold);
    screen.line(&head);
    screen.text(2, &parts.join(" · "), Weight::Plain);
}

/// `19 questions (5 open, 14 closed)`.
fn with_parts(w: &Words, whole: (u64, &'static str), parts: &[(u64, &'static str)]) -> String {
    let text = w.count(whole.0, whole.1, &[]);
    let parts: Vec<String> =
        parts.iter().filter(|(n, _)| *n > 0).map(|&(n, text)| w.count(n, text, &[])).collect();
    if parts.is_empty() { text } else { format!("{text} ({})", parts.join(", ")) }
}

/// Last of all, so that the command to run is the last line of the screen.
fn coach_unknown(screen: &mut Screen, evidence: &Evidence) {
    let Some(unknown) = &evidence.unknown else { return };
    screen.blank();
    for voice in &unknown.voices {
        screen.text(2, voice, Weight::Plain);
    }
    let lead = screen.weigh(&format!("! {}", unknown.lead), Weight::Bold);
    screen.line(&lead);
    // A command is never broken: it is there to be copied.
    for command in &unknown.commands {
        screen.line(&format!("    {command}"));
    }
}

#[cfg(test)]
mod tests;
