//! The moments behind the figures, as cards in groups.
//!
//! In: an [`Analysis`] and the [`Session`] it is of. Out: [`Group`]s in the order of the page, each
//! with finished cards, or one honest line when it is empty. A stacked turn is one card; an act of
//! two kinds is two cards that name each other. What a person rejected stands apart, at the end.

mod cards;
mod quote;
mod reader;

pub(crate) use cards::level;
pub use quote::{Piece, pieces};
pub(crate) use quote::{display, index, runs};
pub use reader::Reader;

use super::chart::{Icon, Svg};
use super::rows::{metric, reason_words};
use super::words::Words;
use crate::analysis::{Analysis, Moment, MomentKind, Subject};
use crate::session::{Ms, Place, Role, Session};

/// Moments of one kind.
#[derive(Debug, Clone)]
pub struct Group {
    /// Name of its element.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// Its cards.
    pub cards: Vec<Card>,
    /// Short cards, several a line.
    pub compact: bool,
    /// Said when there are none, or when a kind is missing from the group.
    pub note: Option<String>,
    /// How many are printed on paper.
    pub on_paper: usize,
    /// Said on paper when that is not all.
    pub paper_note: Option<String>,
}

/// A moment, or the stacked questions of one turn.
#[derive(Debug, Clone, Default)]
pub struct Card {
    /// Name of its element.
    pub anchor: String,
    /// Names of the other moments on it.
    pub anchors: Vec<String>,
    /// What it is, for a script that filters: words with spaces between.
    pub show: String,
    /// Where it starts, for a script that sorts or plays; empty without times.
    pub start: Option<Ms>,
    /// Where it starts, to be read.
    pub place: String,
    /// What the other said just before.
    pub before: Option<String>,
    /// What was said, a line an act.
    pub quotes: Vec<Quote>,
    /// What it is, in a word or two.
    pub label: String,
    /// What goes on after the label.
    pub label_more: String,
    /// What a question brought.
    pub answer: Option<AnswerView>,
    /// More about it.
    pub tags: Vec<Tag>,
    /// An open question that would have given the choice back, beside a prescriptive phrase.
    pub instead: Option<String>,
    /// What a person noted.
    pub notes: Vec<String>,
    /// The moment, for corrections, where no quotation names it.
    pub of: Option<Address>,
}

/// Where a correction of a moment goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Speaker, start, end, utterance, first and last character, with bars between; what is not
    /// known is empty.
    pub at: String,
    /// Its kind, as `edits.json` names it.
    pub kind: &'static str,
    /// A person said that it is none.
    pub rejected: bool,
}

impl Address {
    fn of(moment: &Moment) -> Self {
        let place = moment.place();
        Self { at: address(&place), kind: moment.kind.name(), rejected: moment.rejected }
    }
}

/// A place as the page's script reads it.
pub(crate) fn address(place: &Place) -> String {
    let number = |n: Option<u64>| n.map(|n| n.to_string()).unwrap_or_default();
    let time = place.time.0;
    [
        place.speaker.map(|id| id.to_string()).unwrap_or_default(),
        number(time.map(|time| time.start().0)),
        number(time.map(|time| time.end().0)),
        number(place.utterance.map(u64::from)),
        number(place.chars.map(|chars| chars.0.into())),
        number(place.chars.map(|chars| chars.1.into())),
    ]
    .join("|")
}

/// A line of a card.
#[derive(Debug, Clone, Default)]
pub struct Quote {
    /// The mark beside it.
    pub icon: Option<Svg>,
    /// The words, the deciding ones marked.
    pub pieces: Vec<Piece>,
    /// What the mark says, for those who do not see it.
    pub spoken: String,
    /// "… 14 more words".
    pub more: Option<String>,
    /// The moment, for corrections.
    pub of: Option<Address>,
}

/// What a question brought.
#[derive(Debug, Clone)]
pub struct AnswerView {
    /// As long as the answer.
    pub bar: Option<Svg>,
    /// In words.
    pub text: String,
    /// Length by which questions are put in order: milliseconds, or words without times.
    pub size: u64,
}

/// A remark on a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its words.
    pub text: String,
    /// A moment it leads to, and that moment's words.
    pub link: Option<(String, String)>,
}

impl Tag {
    fn of(text: impl Into<String>) -> Self {
        Self { text: text.into(), link: None }
    }
}

/// All groups of a session, empty ones with their line.
#[must_use]
pub fn groups(words: &'static Words, analysis: &Analysis, session: &Session) -> Vec<Group> {
    let reader = Reader::new(words, analysis, session);
    let mut groups = vec![
        questions(&reader),
        prescriptive(&reader),
        interruptions(&reader),
        stretches(&reader),
        silences(&reader),
        compact(&reader, "g-signs", words.g_signs, words.signs_empty, &[MomentKind::Backchannel]),
        compact(
            &reader,
            "g-reflections",
            words.g_reflections,
            words.reflections_empty,
            &[MomentKind::Reflection],
        ),
    ];
    let others = [MomentKind::Permission, MomentKind::Affirmation, MomentKind::Information];
    let others = compact(&reader, "g-others", words.g_others, "", &others);
    if !others.cards.is_empty() {
        groups.push(others);
    }
    groups.extend(taken_out(&reader));
    // What a person marked is what they look for first.
    let marks = compact(&reader, "g-marks", words.g_marks, "", &[MomentKind::Mark]);
    if !marks.cards.is_empty() {
        groups.insert(0, marks);
    }
    groups
}

/// What a person rejected, so that it can be put back; nothing where there is none.
fn taken_out(reader: &Reader<'_>) -> Option<Group> {
    let rejected = reader.analysis.moments.iter().filter(|moment| moment.rejected);
    let cards: Vec<Card> = rejected.map(|moment| cards::taken_out(reader, moment)).collect();
    let n = cards.len();
    let group = group(reader, "g-rejected", reader.words.c_rejected, cards, n);
    (n > 0).then_some(Group { compact: true, ..group })
}

/// Moments of a kind that are the coach's, or anybody's while the coach is unknown.
pub(crate) fn of_kind<'a>(reader: &Reader<'a>, kind: MomentKind) -> Vec<&'a Moment> {
    let known = super::evidence::coach(reader.analysis).is_some();
    let coachs = |moment: &Moment| {
        let Some(speaker) = moment.speaker else { return true };
        !known || reader.session.role(speaker) == Role::Coach
    };
    let all = reader.analysis.moments.iter().filter(|m| m.kind == kind && !m.rejected);
    match kind {
        MomentKind::LongestTurn | MomentKind::Interruption | MomentKind::Mark => all.collect(),
        _ => all.filter(|moment| coachs(moment)).collect(),
    }
}

fn group(
    reader: &Reader<'_>,
    id: &'static str,
    title: &'static str,
    cards: Vec<Card>,
    on_paper: usize,
) -> Group {
    let n = cards.len();
    let first = on_paper.to_string();
    let paper_note = (n > on_paper).then(|| {
        let n = u64::try_from(n).unwrap_or(u64::MAX);
        reader.words.count(n, reader.words.on_paper, &[("first", &first)])
    });
    Group { id, title, cards, compact: false, note: None, on_paper, paper_note }
}

/// The line of an empty group: the reason when it could not be measured, else that there is none.
fn empty_line(reader: &Reader<'_>, metric_id: &str, none: &str) -> String {
    let reason = metric(reader.analysis, metric_id).and_then(|metric| metric.reason);
    reason.map_or_else(|| none.to_owned(), |reason| reason_words(reader.words, reason).to_owned())
}

fn questions(reader: &Reader<'_>) -> Group {
    let words = reader.words;
    let moments = of_kind(reader, MomentKind::Question);
    let longest = moments.iter().filter_map(|m| m.answer.as_ref()?.ms).max().unwrap_or(Ms(1));
    let mut turns: Vec<Vec<&Moment>> = Vec::new();
    for moment in moments {
        let same = |turn: &&mut Vec<&Moment>| {
            moment.group.is_some() && turn.first().is_some_and(|first| first.group == moment.group)
        };
        match turns.iter_mut().find(same) {
            Some(turn) => turn.push(moment),
            None => turns.push(vec![moment]),
        }
    }
    let mut cards: Vec<Card> =
        turns.iter().filter_map(|turn| cards::question(reader, turn, longest)).collect();
    // The longest answer first; equal ones in the order of the session, for the sort is stable.
    let size = |card: &Card| card.answer.as_ref().map_or(0, |answer| answer.size);
    cards.sort_by_key(|card| std::cmp::Reverse(size(card)));
    let mut group = group(reader, "g-questions", words.g_questions, cards, 12);
    if group.cards.is_empty() {
        group.note = Some(empty_line(reader, "question_count", words.questions_empty));
    }
    group
}

fn prescriptive(reader: &Reader<'_>) -> Group {
    let words = reader.words;
    let moments = of_kind(reader, MomentKind::Prescriptive);
    let cards = moments.into_iter().map(|moment| cards::prescriptive(reader, moment)).collect();
    let mut group = group(reader, "g-prescriptive", words.g_prescriptive, cards, 12);
    if group.cards.is_empty() {
        let none = words.prescriptive_empty;
        group.note = Some(empty_line(reader, "prescriptive_per_100_turns", none));
    }
    group
}

fn interruptions(reader: &Reader<'_>) -> Group {
    let words = reader.words;
    let moments = of_kind(reader, MomentKind::Interruption);
    let by_coach = |moment: &&Moment| {
        moment.speaker.is_some_and(|speaker| reader.session.role(speaker) == Role::Coach)
    };
    let none_by_coach = !moments.iter().any(by_coach);
    let cards = moments.into_iter().map(|moment| cards::interruption(reader, moment)).collect();
    let mut group = group(reader, "g-interruptions", words.g_interruptions, cards, 6);
    let known = super::evidence::coach(reader.analysis).is_some();
    if group.cards.is_empty() || (none_by_coach && known) {
        let none = words.interruptions_empty;
        group.note = Some(empty_line(reader, "interruptions_per_10min", none));
    }
    group
}

fn stretches(reader: &Reader<'_>) -> Group {
    let words = reader.words;
    let longest = of_kind(reader, MomentKind::LongestTurn);
    let monologues = of_kind(reader, MomentKind::Monologue);
    let none = monologues.is_empty();
    let all = longest.into_iter().chain(monologues);
    let cards = all.map(|moment| cards::stretch(reader, moment)).collect();
    let mut group = group(reader, "g-stretches", words.g_stretches, cards, 6);
    if none {
        group.note = Some(empty_line(reader, "monologue_count", words.stretches_empty));
    }
    group
}

fn silences(reader: &Reader<'_>) -> Group {
    let words = reader.words;
    let mut moments = of_kind(reader, MomentKind::Silence);
    let length = |m: &Moment| m.end_ms.unwrap_or_default().since(m.start_ms.unwrap_or_default());
    moments.sort_by_key(|moment| std::cmp::Reverse(length(moment)));
    let cards = moments.into_iter().map(|m| cards::silence(reader, m, length(m))).collect();
    let mut group = group(reader, "g-silences", words.g_silences, cards, 6);
    if group.cards.is_empty() {
        group.note = Some(empty_line(reader, "longest_silence_ms", words.silences_empty));
    }
    group
}

fn compact(
    reader: &Reader<'_>,
    id: &'static str,
    title: &'static str,
    none: &str,
    kinds: &[MomentKind],
) -> Group {
    let moments = kinds.iter().flat_map(|&kind| of_kind(reader, kind));
    let cards = moments.map(|moment| cards::short(reader, moment)).collect();
    let mut group = group(reader, id, title, cards, 12);
    group.compact = true;
    if group.cards.is_empty() {
        let metric = match kinds {
            [MomentKind::Backchannel] => "backchannels_per_10min",
            _ => "reflection_count",
        };
        group.note = Some(empty_line(reader, metric, none));
    }
    group
}

/// The mark beside a question or a phrase.
#[must_use]
pub fn icon(moment: &Moment) -> Icon {
    use crate::analysis::MomentFlag::Leading;
    use crate::lang::Openness::{Closed, Open};
    let leading = moment.flags.contains(&Leading);
    match (moment.kind, moment.openness, leading, moment.level) {
        (MomentKind::Question, Some(Open), false, _) => Icon::Open,
        (MomentKind::Question, Some(Open), true, _) => Icon::OpenLeading,
        (MomentKind::Question, Some(Closed) | None, false, _) => Icon::Closed,
        (MomentKind::Question, Some(Closed) | None, true, _) => Icon::ClosedLeading,
        (MomentKind::Prescriptive, _, _, Some(3)) => Icon::Directive,
        (MomentKind::Prescriptive, _, _, Some(2)) => Icon::Advice,
        (MomentKind::Prescriptive, _, _, _) => Icon::Option,
        (MomentKind::Interruption, ..) => Icon::Interruption,
        (MomentKind::Silence, ..) => Icon::Silence,
        (MomentKind::Backchannel, ..) => Icon::Sign,
        (MomentKind::Monologue | MomentKind::LongestTurn, ..) => Icon::Stretch,
        (MomentKind::Reflection, ..) => Icon::Reflection,
        (MomentKind::Mark, ..) => Icon::Marked,
        (MomentKind::Permission | MomentKind::Information | MomentKind::Affirmation, ..) => {
            Icon::None
        }
    }
}

/// Whether the subject is the coach.
fn is_coach(reader: &Reader<'_>, subject: Subject) -> bool {
    match subject {
        Subject::Coach => true,
        Subject::Speaker(id) => reader.session.role(id) == Role::Coach,
        Subject::Coachee | Subject::Session => false,
    }
}
