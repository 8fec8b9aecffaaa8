//! The fundamentals as rows: name, figure with its likely span, where it falls, one sentence.
//!
//! In: an [`Analysis`]. Out: a [`Row`] for each of its fundamentals, in its order, in the words of
//! report/README. A row that was not measured says why and keeps its range.

use super::chart::{Bar, Label, Position};
use super::numbers;
use super::text::{anchor, clean};
use super::words::{Words, fill};
use crate::analysis::{
    Analysis, Fundamental, Metric, Moment, MomentFlag, MomentKind, Reason, Status, Subject, Unit,
};
use crate::session::{Ms, Role};

/// Fewer prescriptive phrases than this are "to look at" (CODEBOOK §4).
const FEW: u64 = 4;

/// One fundamental, ready to be laid out.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// As in CODEBOOK §4.
    pub id: String,
    /// In the coach's words.
    pub name: String,
    /// What it means here, with its counts; the reason where there is no figure.
    pub sentence: String,
    /// Where its moments are.
    pub link: Option<Link>,
    /// `65%`; `None` when it was not measured.
    pub figure: Option<String>,
    /// `likely 64–67%`.
    pub likely: Option<String>,
    /// What the figure is of.
    pub unit: String,
    /// Where it falls.
    pub status: Status,
    /// Settled, or leaning.
    pub firm: bool,
    /// Where it falls, in words.
    pub status_words: &'static str,
    /// The drawing.
    pub bar: Bar,
}

/// A way to moments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Name of an element of the page.
    pub target: String,
    /// What to show there, where a script can filter.
    pub show: &'static str,
    /// Its words.
    pub text: &'static str,
}

/// The rows of an analysis.
#[must_use]
pub fn rows(words: &'static Words, analysis: &Analysis) -> Vec<Row> {
    analysis.fundamentals.iter().map(|f| row(words, analysis, f)).collect()
}

/// Where a figure falls, in words.
#[must_use]
pub fn status_words(words: &'static Words, status: Status, firm: bool) -> &'static str {
    match (status, firm) {
        (Status::InBand, true) => words.in_band,
        (Status::InBand, false) => words.in_band_leans,
        (Status::Watch, true) => words.watch,
        (Status::Watch, false) => words.watch_leans,
        (Status::OutOfBand, true) => words.out_of_band,
        (Status::OutOfBand, false) => words.out_of_band_leans,
        (Status::Shown, _) => words.shown,
        (Status::NotMeasured, _) => words.not_measured,
    }
}

/// Why there is no figure, in words.
#[must_use]
pub fn reason_words(words: &'static Words, reason: Reason) -> &'static str {
    match reason {
        Reason::NoTimes => words.no_times,
        Reason::CaptionTimes => words.caption_times,
        Reason::NoOverlapEvidence => words.no_overlap_evidence,
        Reason::NoChannels => words.no_channels,
        Reason::CoachUnknown => words.coach_unknown,
        Reason::LanguageUnsupported => words.language_unsupported,
        Reason::NoQuestions => words.no_questions,
        Reason::NoPrescriptiveAct => words.no_prescriptive_act,
        Reason::NoSpeech => words.no_speech,
        Reason::TooShort => words.too_short,
    }
}

/// The figure of this name that belongs to the coach or the session, else the first of the name.
#[must_use]
pub fn metric<'a>(analysis: &'a Analysis, id: &str) -> Option<&'a Metric> {
    let mut named = analysis.metrics.iter().filter(|metric| metric.id == id);
    let first = named.clone().next();
    named.find(|metric| !matches!(metric.subject, Subject::Speaker(_))).or(first)
}

fn row(words: &'static Words, analysis: &Analysis, fundamental: &Fundamental) -> Row {
    let metric = metric(analysis, &fundamental.metric);
    let unit = metric.map_or(Unit::Share, |metric| metric.unit);
    let measured = metric.filter(|_| fundamental.status != Status::NotMeasured);
    let value = measured.and_then(|metric| metric.value);
    let (status, firm) = match value {
        Some(_) => (fundamental.status, fundamental.firm),
        None => (Status::NotMeasured, true),
    };
    let status_words = status_words(words, status, firm);
    let span = measured.and_then(|metric| metric.low.zip(metric.high)).filter(|_| value.is_some());
    let figure = value.map(|value| numbers::figure(words, unit, value));
    let (sentence, link) = if let Some(metric) = measured.filter(|_| value.is_some()) {
        (sentence(words, analysis, fundamental, metric), link(words, analysis, &fundamental.id))
    } else {
        let why = Some(not_measured(words, analysis, metric));
        let said = [why, stand_in(words, analysis, fundamental)];
        (said.into_iter().flatten().collect::<Vec<_>>().join(" "), None)
    };
    let range = spoken_range(words, fundamental, unit);
    let shown = figure.as_deref().unwrap_or(status_words);
    let spoken = [Some(shown), range.as_deref(), figure.as_ref().map(|_| status_words)];
    let spoken: Vec<&str> = spoken.into_iter().flatten().collect();
    Row {
        name: name(words, &fundamental.id),
        sentence,
        link,
        likely: span.map(|(low, high)| {
            fill(words.likely, &[("span", &numbers::span(words, unit, low, high))])
        }),
        unit: unit_words(words, &fundamental.id, unit, value.unwrap_or(2.0)),
        status,
        firm,
        status_words,
        bar: Bar {
            axis: (fundamental.axis.from, fundamental.axis.to),
            within: pieces(fundamental, true),
            near: pieces(fundamental, false),
            position: value.map(|value| Position { value, span, firm }),
            labels: labels(words, fundamental, unit),
            spoken: spoken.join(". "),
        },
        figure,
        id: clean(&fundamental.id),
    }
}

pub(super) fn pieces(fundamental: &Fundamental, within: bool) -> Vec<(f64, f64)> {
    let band = fundamental.band.as_ref();
    let pieces = band.map(|band| if within { &band.within } else { &band.watch });
    pieces.into_iter().flatten().map(|&[from, to]| (from, to)).collect()
}

/// Edges of the range first, then the ends of the scale, then those of the hatch.
pub(super) fn labels(words: &Words, fundamental: &Fundamental, unit: Unit) -> Vec<Label> {
    let axis = fundamental.axis;
    let within = pieces(fundamental, true).into_iter().flat_map(|(from, to)| [from, to]);
    let near = pieces(fundamental, false).into_iter().flat_map(|(from, to)| [from, to]);
    let on_scale = |at: &f64| (axis.from..=axis.to).contains(at);
    let text = |at: f64| {
        let figure = numbers::figure(words, unit, at);
        // A rate can lie beyond its scale, a share seldom does.
        let open = at >= axis.to && unit != Unit::Share;
        Label { at, text: if open { format!("{figure}+") } else { figure } }
    };
    within.chain([axis.from, axis.to]).chain(near).filter(on_scale).map(text).collect()
}

fn spoken_range(words: &Words, fundamental: &Fundamental, unit: Unit) -> Option<String> {
    let range = range(words, fundamental, unit)?;
    Some(fill(words.range_words, &[("range", &range)]))
}

/// The range as text: `0% to 30%`.
#[must_use]
pub fn range(words: &Words, fundamental: &Fundamental, unit: Unit) -> Option<String> {
    let piece = |(from, to): (f64, f64)| {
        // An open end is said at the end of the scale.
        let to = if to.is_finite() { to } else { fundamental.axis.to };
        let (from, to) = (numbers::figure(words, unit, from), numbers::figure(words, unit, to));
        fill(words.range_from_to, &[("from", &from), ("to", &to)])
    };
    let pieces: Vec<String> = pieces(fundamental, true).into_iter().map(piece).collect();
    (!pieces.is_empty()).then(|| pieces.join(words.range_and))
}

/// A fundamental in the coach's words; one that a profile of the user's own adds keeps its id.
#[must_use]
pub fn name(words: &Words, id: &str) -> String {
    let name = match id {
        "listens" => words.listens,
        "asks_openly" => words.asks_openly,
        "one_at_a_time" => words.one_at_a_time,
        "does_not_prescribe" => words.does_not_prescribe,
        "asks_permission" => words.asks_permission,
        "gives_space" => words.gives_space,
        "lets_finish" => words.lets_finish,
        "shows_understanding" => words.shows_understanding,
        own => return clean(own).replace('_', " "),
    };
    name.to_owned()
}

pub(super) fn unit_words(words: &Words, id: &str, unit: Unit, value: f64) -> String {
    let text = match (id, unit) {
        ("listens", Unit::Share) => words.listens_unit,
        ("asks_openly", Unit::Share) => words.asks_openly_unit,
        ("one_at_a_time", Unit::Share) => words.one_at_a_time_unit,
        ("does_not_prescribe", Unit::Per100Turns) => words.does_not_prescribe_unit,
        ("asks_permission", Unit::Share) => words.asks_permission_unit,
        ("gives_space", Unit::Share) => words.gives_space_unit,
        ("lets_finish", Unit::Per10Min) => words.lets_finish_unit,
        ("shows_understanding", Unit::Per10Min) => words.shows_understanding_unit,
        (_, Unit::Share) => words.unit_share,
        (_, Unit::Count) => words.unit_count,
        (_, Unit::Words) => words.unit_words,
        (_, Unit::Ms) => "",
        (_, Unit::PerHour) => words.unit_per_hour,
        (_, Unit::Per10Min) => words.unit_per_10_min,
        (_, Unit::Per100Turns) => words.unit_per_100_turns,
        (_, Unit::Ratio) => words.unit_ratio,
        (_, Unit::WordsPerMinute) => words.unit_words_per_minute,
    };
    words.form(value, text).to_owned()
}

fn not_measured(words: &'static Words, analysis: &Analysis, metric: Option<&Metric>) -> String {
    let known = super::evidence::coach(analysis).is_some();
    let otherwise = if known { Reason::TooShort } else { Reason::CoachUnknown };
    let reason = metric.and_then(|metric| metric.reason).unwrap_or(otherwise);
    reason_words(words, reason).to_owned()
}

/// What stands in for a figure that a text without times cannot have: words for talk time.
fn stand_in(words: &Words, analysis: &Analysis, fundamental: &Fundamental) -> Option<String> {
    let untimed = metric(analysis, &fundamental.metric)?.reason == Some(Reason::NoTimes);
    if !untimed || fundamental.id != "listens" {
        return None;
    }
    let share = metric(analysis, "coach_word_share")?;
    Some(listening(words, share, share.numerator?, share.denominator?))
}

fn counted(moment: &Moment) -> bool {
    !moment.rejected && !moment.flags.contains(&MomentFlag::Unsure)
}

fn sentence(
    words: &'static Words,
    analysis: &Analysis,
    fundamental: &Fundamental,
    metric: &Metric,
) -> String {
    let (Some(n), Some(of)) = (metric.numerator, metric.denominator) else {
        return clean(&fundamental.why);
    };
    let (count, total) = (numbers::count(n), numbers::count(of).to_string());
    // English goes by the number of all, French by the number of those: "1 of 19 questions",
    // « 1 question sur 19 ».
    let governing = if words.french() { n } else { of };
    let number = count.to_string();
    let some =
        |text| fill(words.form(governing, text), &[("n", number.as_str()), ("of", total.as_str())]);
    let none = |text| fill(words.form(of, text), &[("of", total.as_str())]);
    let length = coachee_talk(words, analysis, metric);
    let in_length = [("length", length.as_str())];
    match fundamental.id.as_str() {
        "listens" => listening(words, metric, n, of),
        "asks_openly" => {
            let rest = numbers::count(of - n).to_string();
            let values = [("n", number.as_str()), ("of", &total), ("rest", &rest)];
            fill(words.form(governing, words.asks_openly_say), &values)
        }
        "one_at_a_time" if count == 0 => none(words.one_at_a_time_none),
        "one_at_a_time" => some(words.one_at_a_time_say),
        "does_not_prescribe" => prescribing(words, analysis, metric, count, &total),
        "asks_permission" if count == 0 => none(words.permission_none),
        "asks_permission" => some(words.permission_say),
        "gives_space" if count == 0 => none(words.space_none),
        "gives_space" => some(words.space_say),
        "lets_finish" => match count {
            0 => fill(words.finish_none, &in_length),
            1 => words.finish_once.to_owned(),
            2 => words.finish_twice.to_owned(),
            _ => words.count(count, words.finish_say, &[]),
        },
        "shows_understanding" if count == 0 => fill(words.signs_none, &in_length),
        "shows_understanding" => words.count(count, words.signs_say, &in_length),
        _ => clean(&fundamental.why),
    }
}

fn listening(words: &Words, metric: &Metric, coach: f64, all: f64) -> String {
    let coachee = (all - coach).max(0.0);
    if metric.denominator_unit.as_deref() == Some("words") {
        let (coach, coachee) = (numbers::count(coach), numbers::count(coachee));
        let (coach, coachee) = (coach.to_string(), coachee.to_string());
        return fill(words.listens_words_say, &[("coach", &coach), ("coachee", &coachee)]);
    }
    let time = |ms: f64| numbers::length(words, Ms(numbers::count(ms)));
    fill(words.listens_say, &[("coach", &time(coach)), ("coachee", &time(coachee))])
}

/// Talk of the person coached: what the rates "per 10 min" are over.
fn coachee_talk(words: &Words, analysis: &Analysis, metric: &Metric) -> String {
    let over = metric.denominator.filter(|_| metric.denominator_unit.as_deref() == Some("ms"));
    let others = analysis.speakers.iter().filter(|speaker| speaker.role == Role::Coachee);
    let talk = || others.filter_map(|speaker| speaker.talk_ms).sum::<Ms>();
    numbers::length(words, over.map_or_else(talk, |ms| Ms(numbers::count(ms))))
}

fn prescribing(
    words: &Words,
    analysis: &Analysis,
    metric: &Metric,
    count: u64,
    turns: &str,
) -> String {
    let of = ("of", turns);
    let of_level = |level: u8, among: &dyn Fn(&Moment) -> bool| {
        let phrases = analysis.moments.iter().filter(|m| m.kind == MomentKind::Prescriptive);
        let n = phrases.filter(|m| m.level == Some(level) && counted(m) && among(m)).count();
        u64::try_from(n).unwrap_or(u64::MAX)
    };
    let listed = |moment: &Moment| metric.moments.contains(&moment.id);
    let first = match count {
        0 => fill(words.prescribe_none, &[of]),
        n if n < FEW => words.count(n, words.prescribe_few, &[of]),
        n => {
            let kinds = [(3, words.levels_directive), (2, words.levels_advice)];
            let levels: Vec<String> = kinds
                .into_iter()
                .map(|(level, text)| (of_level(level, &listed), text))
                .filter(|(n, _)| *n > 0)
                .map(|(n, text)| words.count(n, text, &[]))
                .collect();
            let levels = if levels.is_empty() {
                String::new()
            } else {
                fill(words.prescribe_levels, &[("levels", &levels.join(", "))])
            };
            words.count(n, words.prescribe_say, &[of, ("levels", &levels)])
        }
    };
    match of_level(1, &|_| true) {
        0 => first,
        options => format!("{first} {}", words.count(options, words.prescribe_options, &[])),
    }
}

/// To the group of its moments, or to the one there is.
fn link(words: &Words, analysis: &Analysis, id: &str) -> Option<Link> {
    let of_kind = |kind: MomentKind| {
        let moments = analysis.moments.iter().filter(move |m| m.kind == kind && !m.rejected);
        moments.collect::<Vec<_>>()
    };
    let group = |kind: MomentKind, target: &str, show, text| {
        let some = !of_kind(kind).is_empty();
        some.then(|| Link { target: target.to_owned(), show, text })
    };
    let first = |found: Vec<&Moment>, show, text, one| {
        let first = found.first()?;
        let text = if found.len() == 1 { one } else { text };
        Some(Link { target: anchor(&first.id), show, text })
    };
    let questions = |keep: fn(&Moment) -> bool| {
        let all = of_kind(MomentKind::Question);
        all.into_iter().filter(|m| keep(m)).collect::<Vec<_>>()
    };
    match id {
        "listens" => {
            let (show, text) = ("stretch", words.see_stretches);
            let own = group(MomentKind::Monologue, "g-stretches", show, text);
            own.or_else(|| group(MomentKind::LongestTurn, "g-stretches", show, text))
        }
        "asks_openly" => {
            group(MomentKind::Question, "g-questions", "question", words.see_questions)
        }
        "one_at_a_time" => first(
            questions(|m| m.flags.contains(&MomentFlag::Stacked)),
            "stacked",
            words.see_stacked,
            words.see_stacked,
        ),
        "does_not_prescribe" => {
            group(MomentKind::Prescriptive, "g-prescriptive", "prescriptive", words.see_phrases)
        }
        "asks_permission" => {
            group(MomentKind::Prescriptive, "g-prescriptive", "prescriptive", words.see_suggestions)
        }
        "gives_space" => {
            first(questions(|m| m.broken), "broken", words.see_broken, words.see_question)
        }
        "lets_finish" => group(
            MomentKind::Interruption,
            "g-interruptions",
            "interruption",
            words.see_interruptions,
        ),
        "shows_understanding" => group(MomentKind::Backchannel, "g-signs", "sign", words.see_signs),
        _ => None,
    }
}
