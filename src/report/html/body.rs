//! What stands on the page: everything but its head, its player and its script.

use askama::Template;

use super::correct::{Corrections, corrections};
use super::{SmallPrint, small};
use crate::analysis::{Analysis, Moment, MomentFlag, MomentKind};
use crate::lang::Openness;
use crate::report::about::{date, language, words_by};
use crate::report::chart::{self, Svg, bullet};
use crate::report::evidence::{Evidence, evidence, file_names, profile};
use crate::report::moments::{Group, Reader, groups, of_kind};
use crate::report::numbers;
use crate::report::recordings::recordings;
use crate::report::ribbon::{Ribbon, ribbon};
use crate::report::rows::{Row, rows};
use crate::report::text::clean;
use crate::report::think::{Thought, thoughts};
use crate::report::transcript::{Turn, turns};
use crate::report::words::Words;
use crate::session::{Ms, Session, SourceKind};

#[derive(Template)]
#[template(path = "body.html")]
struct Body {
    w: &'static Words,
    meta: Vec<(&'static str, String)>,
    evidence: Evidence,
    /// Said of a copy to show.
    note: Option<&'static str>,
    legend: Vec<(Svg, &'static str)>,
    rows: Vec<RowView>,
    ribbon: Result<Ribbon, &'static str>,
    ribbon_lede: &'static str,
    chips: Vec<Chip>,
    sortable: bool,
    groups: Vec<Group>,
    turns: Vec<Turn>,
    thoughts: Vec<Thought>,
    think_lede: String,
    corrections: Option<Corrections>,
    playable: bool,
    small: Vec<(String, String)>,
}

impl Body {
    #[expect(clippy::unused_self, clippy::ref_option, reason = "called by the templates")]
    /// A place in time as a number, for the script.
    fn ms(&self, at: &Option<Ms>) -> u64 {
        at.unwrap_or_default().0
    }
}

/// A row and its drawings.
pub(super) struct RowView {
    pub(super) row: Row,
    pub(super) bar: Svg,
    pub(super) status: Svg,
}

/// A choice of the filter.
struct Chip {
    show: &'static str,
    text: &'static str,
    n: usize,
}

/// Header, figures, ribbon, moments, transcript, questions, small print.
pub(super) fn body(
    w: &'static Words,
    analysis: &Analysis,
    session: &Session,
    small: &SmallPrint,
) -> Result<String, askama::Error> {
    let reader = Reader::new(w, analysis, session);
    let groups = groups(w, analysis, session);
    let thoughts = thoughts(&reader);
    let body = Body {
        w,
        meta: meta(w, analysis),
        evidence: evidence(w, analysis),
        note: None,
        legend: legend(w),
        rows: rows(w, analysis).into_iter().map(row_view).collect(),
        chips: chips(&reader, &groups),
        sortable: sortable(&groups),
        ribbon: ribbon(&reader),
        ribbon_lede: w.ribbon_lede,
        turns: turns(&reader),
        think_lede: think_lede(w, thoughts.len()),
        thoughts,
        corrections: corrections(&reader),
        playable: !recordings(analysis).is_empty(),
        small: small::small(w, analysis, Some(small)),
        groups,
    };
    body.render()
}

fn think_lede(w: &'static Words, n: usize) -> String {
    let n = u64::try_from(n).unwrap_or(u64::MAX);
    let number = w.small_number(n);
    let mut first = number.chars();
    let capital = first.next().map(|c| c.to_uppercase().chain(first).collect::<String>());
    w.count(n, w.think_lede, &[("number", &capital.unwrap_or_default())])
}

pub(super) fn row_view(row: Row) -> RowView {
    RowView { bar: bullet(&row.bar), status: chart::status(row.status, row.firm), row }
}

pub(super) fn legend(w: &'static Words) -> Vec<(Svg, &'static str)> {
    let texts = [w.range_usual, w.range_near, w.this_session, w.likely_span_key, w.hollow];
    chart::key().into_iter().zip(texts).collect()
}

/// What stands under the title: names are given only where somebody gave one.
pub(super) fn meta(w: &'static Words, analysis: &Analysis) -> Vec<(&'static str, String)> {
    let (source, about) = (&analysis.source, &analysis.session);
    let length = source.duration_ms.map(|length| numbers::length(w, length));
    let mut meta = vec![
        (w.date, date(w, about).unwrap_or_else(|| w.not_given.to_owned())),
        (w.length, length.unwrap_or_else(|| w.unknown_length.to_owned())),
        (w.language, language(w, source.language).to_owned()),
        (w.read_as, profile(w, &analysis.profile)),
        (w.words_by, words_by(w, analysis)),
    ];
    meta.extend(about.coach.as_ref().map(|name| (w.coach, clean(name))));
    meta.extend(about.client.as_ref().map(|name| (w.coachee, clean(name))));
    let files = file_names(analysis);
    if !files.is_empty() {
        let recording = source.kind == SourceKind::Recording;
        let label = if recording { w.recording } else { w.transcript_file };
        meta.push((label, files.join(", ")));
    }
    meta
}

fn chips(reader: &Reader<'_>, groups: &[Group]) -> Vec<Chip> {
    let w = reader.words;
    // A card of a stacked turn holds several questions: open, closed and leading count each.
    let asked = of_kind(reader, MomentKind::Question);
    let questions = |keep: &dyn Fn(&Moment) -> bool| asked.iter().filter(|m| keep(m)).count();
    let cards = |show: &str| {
        let cards = groups.iter().flat_map(|group| &group.cards);
        cards.filter(|card| card.show.split(' ').any(|word| word == show)).count()
    };
    let open = |moment: &Moment| moment.openness == Some(Openness::Open);
    let leading = |moment: &Moment| moment.flags.contains(&MomentFlag::Leading);
    let all = [
        Chip { show: "open", text: w.show_open, n: questions(&open) },
        Chip { show: "closed", text: w.show_closed, n: questions(&|moment| !open(moment)) },
        Chip { show: "stacked", text: w.show_stacked, n: cards("stacked") },
        Chip { show: "leading", text: w.show_leading, n: questions(&leading) },
        Chip { show: "broken", text: w.show_broken, n: cards("broken") },
        Chip { show: "prescriptive", text: w.show_prescriptive, n: cards("prescriptive") },
        Chip { show: "interruption", text: w.show_interruption, n: cards("interruption") },
        Chip { show: "stretch", text: w.show_stretch, n: cards("stretch") },
        Chip { show: "silence", text: w.show_silence, n: cards("silence") },
        Chip { show: "sign", text: w.show_sign, n: cards("sign") },
        Chip { show: "reflection", text: w.show_reflection, n: cards("reflection") },
    ];
    all.into_iter().filter(|chip| chip.n > 0).collect()
}

fn sortable(groups: &[Group]) -> bool {
    groups.iter().any(|group| group.id == "g-questions" && group.cards.len() > 1)
}
