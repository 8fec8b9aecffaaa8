//! The page: one self-contained HTML file.
//!
//! In: an [`Analysis`], the [`Session`] its quotations come from, and the [`SmallPrint`]. Out: the
//! text of the page, the same bytes for the same input. Style and script are files of their own,
//! taken in at build time; the page asks for nothing from outside, and its policy lets nothing but
//! that one style and that one script run, so an escape that was missed still could not.

pub(super) mod policy;
mod small;

use askama::Template;

use super::chart::{self, Svg, bullet};
use super::evidence::{Evidence, evidence, file_names, profile};
use super::moments::{Group, Reader, groups, of_kind};
use super::numbers;
use super::recordings::{Recording, expected_length, recordings};
use super::ribbon::{Ribbon, ribbon};
use super::rows::{Row, rows};
use super::text::clean;
use super::think::{Thought, thoughts};
use super::transcript::{Turn, turns};
use super::words::{Words, fill, words};
use crate::analysis::{Analysis, Moment, MomentFlag, MomentKind};
use crate::lang::Openness;
use crate::session::{About, DateFrom, Language, Ms, Session, SourceKind};

/// In this order: what comes later may lean on what comes before; paper has the last word.
const STYLE: &str = concat!(
    include_str!("css/tokens.css"),
    include_str!("css/page.css"),
    include_str!("css/fundamentals.css"),
    include_str!("css/ribbon.css"),
    include_str!("css/chips.css"),
    include_str!("css/moments.css"),
    include_str!("css/transcript.css"),
    include_str!("css/think.css"),
    include_str!("css/player.css"),
    include_str!("css/print.css"),
);
/// One scope that no other script sees, though the policy lets none run.
const SCRIPT: &str = concat!(
    "(() => {\n'use strict';\n",
    include_str!("js/start.js"),
    include_str!("js/moments.js"),
    include_str!("js/ribbon.js"),
    include_str!("js/player.js"),
    include_str!("js/notes.js"),
    "})();\n",
);

/// What the foot of the page says about its making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallPrint {
    /// Version of this program.
    pub tool_version: String,
    /// Fingerprint of the analysis: of the recording, the options and the models.
    pub fingerprint: String,
}

/// The page could not be laid out.
#[derive(Debug, thiserror::Error)]
#[error("the report page could not be laid out")]
pub struct NoPage(#[from] pub(super) askama::Error);

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    w: &'static Words,
    title: String,
    fingerprint: &'a str,
    policy: String,
    style: &'static str,
    script: &'static str,
    defs: Svg,
    meta: Vec<(&'static str, String)>,
    evidence: Evidence,
    legend: Vec<(Svg, &'static str)>,
    rows: Vec<RowView>,
    ribbon: Result<Ribbon, &'static str>,
    chips: Vec<Chip>,
    sortable: bool,
    groups: Vec<Group>,
    turns: Vec<Turn>,
    thoughts: Vec<Thought>,
    think_lede: String,
    recordings: Vec<Recording>,
    playable: bool,
    length: Option<Ms>,
    longer: String,
    choose: String,
    small: Vec<(String, String)>,
}

impl Page<'_> {
    #[expect(clippy::unused_self, clippy::ref_option, reason = "called by the templates")]
    /// A place in time as a number, for the script.
    fn ms(&self, at: &Option<Ms>) -> u64 {
        at.unwrap_or_default().0
    }
}

/// A row and its drawings.
struct RowView {
    row: Row,
    bar: Svg,
    status: Svg,
}

/// A choice of the filter.
struct Chip {
    show: &'static str,
    text: &'static str,
    n: usize,
}

/// The report of one session.
///
/// # Errors
/// Laying out into memory does not fail; the template engine's error type says it might.
pub fn page(analysis: &Analysis, session: &Session, small: &SmallPrint) -> Result<String, NoPage> {
    let w = words(analysis.source.language);
    let reader = Reader::new(w, analysis, session);
    let groups = groups(w, analysis, session);
    let thoughts = thoughts(&reader);
    let recordings = recordings(analysis);
    let length = expected_length(analysis);
    let fingerprint = clean(&small.fingerprint);
    // The time of the file is too weak a word for the title.
    let weak = analysis.session.date_from == Some(DateFrom::Mtime);
    let date = analysis.session.date.as_deref().filter(|_| !weak).map(clean);
    let page = Page {
        w,
        title: date.map_or_else(|| w.title.to_owned(), |date| format!("{} · {date}", w.title)),
        fingerprint: &fingerprint,
        policy: policy::policy(STYLE, SCRIPT),
        style: STYLE,
        script: SCRIPT,
        defs: chart::defs(),
        meta: meta(w, analysis),
        evidence: evidence(w, analysis),
        legend: legend(w),
        rows: rows(w, analysis).into_iter().map(row_view).collect(),
        chips: chips(&reader, &groups),
        sortable: sortable(&groups),
        ribbon: ribbon(&reader),
        turns: turns(&reader),
        think_lede: think_lede(w, thoughts.len()),
        thoughts,
        longer: longer(w, length),
        choose: choose(w, &recordings),
        playable: !recordings.is_empty(),
        recordings,
        length,
        small: small::small(w, analysis, small),
        groups,
    };
    Ok(page.render()?)
}

fn think_lede(w: &'static Words, n: usize) -> String {
    let n = u64::try_from(n).unwrap_or(u64::MAX);
    let number = w.small_number(n);
    let mut first = number.chars();
    let capital = first.next().map(|c| c.to_uppercase().chain(first).collect::<String>());
    w.count(n, w.think_lede, &[("number", &capital.unwrap_or_default())])
}

fn longer(w: &Words, expected: Option<Ms>) -> String {
    let expected = expected.map(|length| numbers::length(w, length)).unwrap_or_default();
    fill(w.recording_length_differs, &[("expected", &expected)])
}

fn choose(w: &Words, recordings: &[Recording]) -> String {
    let names: Vec<&str> = recordings.iter().map(|recording| recording.name.as_str()).collect();
    fill(w.choose_recording, &[("names", &names.join(", "))])
}

fn row_view(row: Row) -> RowView {
    RowView { bar: bullet(&row.bar), status: chart::status(row.status, row.firm), row }
}

fn legend(w: &'static Words) -> Vec<(Svg, &'static str)> {
    let texts = [w.range_usual, w.range_near, w.this_session, w.likely_span_key, w.hollow];
    chart::key().into_iter().zip(texts).collect()
}

/// What stands under the title: names are given only where somebody gave one.
fn meta(w: &'static Words, analysis: &Analysis) -> Vec<(&'static str, String)> {
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

/// The day of the session and, where no person gave it, what says so.
pub(super) fn date(w: &Words, about: &About) -> Option<String> {
    let date = clean(about.date.as_ref()?);
    let sentence = match about.date_from {
        None | Some(DateFrom::Option) => return Some(date),
        Some(DateFrom::Container) => w.date_container,
        Some(DateFrom::FileName) => w.date_file_name,
        Some(DateFrom::Mtime) => w.date_mtime,
    };
    Some(fill(sentence, &[("date", &date)]))
}

/// The language's name.
pub(super) fn language(w: &'static Words, language: Language) -> &'static str {
    match language {
        Language::En => w.language_en,
        Language::Fr => w.language_fr,
        Language::Other => w.language_other,
    }
}

/// Who wrote the words down.
fn words_by(w: &Words, analysis: &Analysis) -> String {
    match &analysis.source.model {
        Some(model) => fill(w.words_by_model, &[("model", &clean(model))]),
        None => w.words_by_import.to_owned(),
    }
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

#[cfg(test)]
mod tests;
