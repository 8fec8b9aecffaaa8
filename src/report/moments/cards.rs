//! One card a moment.
//!
//! In: a moment and a [`Reader`] of its session. Out: a [`Card`] in finished words.

use super::quote::display;
use super::{Address, AnswerView, Card, Piece, Quote, Reader, Tag, icon, is_coach, pieces};
use crate::analysis::{Moment, MomentFlag, MomentKind};
use crate::lang::{Openness, RISE, reframings};
use crate::report::chart::answer_bar;
use crate::report::numbers::{length, place};
use crate::report::text::{anchor, clean, opening};
use crate::report::words::{Words, fill};
use crate::session::{Ms, Role};

/// Under this a wait is "at once".
const AT_ONCE: Ms = Ms(250);
/// Words, and characters, that are quoted of a long stretch.
const STRETCH: (usize, usize) = (28, 300);

fn card(reader: &Reader<'_>, moment: &Moment, show: &str) -> Card {
    Card {
        anchor: anchor(&moment.id),
        show: show.to_owned(),
        start: moment.start_ms,
        place: moment.start_ms.map_or_else(|| reader.words.no_time.to_owned(), place),
        notes: noted(reader, moment),
        tags: by_hand(reader, moment).into_iter().collect(),
        ..Card::default()
    }
}

/// What a person noted about a moment.
fn noted(reader: &Reader<'_>, moment: &Moment) -> Vec<String> {
    let at = moment.place();
    let notes = reader.analysis.edits.iter().flat_map(|edits| &edits.notes);
    // A moment that was given another kind keeps what was noted about it before.
    let about = |kind| kind == Some(moment.kind) || moment.corrected;
    let here = notes.filter(|note| about(note.kind) && note.at.find([at]).is_some());
    here.map(|note| clean(&note.text)).collect()
}

fn by_hand(reader: &Reader<'_>, moment: &Moment) -> Option<Tag> {
    moment.corrected.then(|| Tag::of(reader.words.c_by_hand))
}

/// What a person rejected, in few words.
pub(super) fn taken_out(reader: &Reader<'_>, moment: &Moment) -> Card {
    let mut card = card(reader, moment, "rejected");
    if moment.text.is_some() {
        card.quotes = vec![quote(reader, moment)];
    } else {
        card.of = Some(Address::of(moment));
    }
    card.label = kind(reader.words, moment);
    card
}

/// What a moment was taken for, in a word or two.
fn kind(words: &'static Words, moment: &Moment) -> String {
    match moment.kind {
        MomentKind::Question => return asked_kind(words, moment),
        MomentKind::Prescriptive => level(words, moment),
        MomentKind::Permission => words.permission,
        MomentKind::Information => words.information,
        MomentKind::Affirmation => words.affirmation,
        MomentKind::Mark => words.mark,
        MomentKind::Reflection => words.show_reflection,
        MomentKind::Backchannel => words.show_sign,
        MomentKind::Interruption => words.show_interruption,
        MomentKind::Monologue | MomentKind::LongestTurn => words.show_stretch,
        MomentKind::Silence => words.show_silence,
    }
    .to_owned()
}

fn quote(reader: &Reader<'_>, moment: &Moment) -> Quote {
    Quote {
        icon: icon(moment).draw(),
        pieces: pieces(moment, reader.words.french()),
        spoken: String::new(),
        more: None,
        of: Some(Address::of(moment)),
    }
}

/// The questions of one turn; `None` for an empty turn.
pub(super) fn question(reader: &Reader<'_>, turn: &[&Moment], longest: Ms) -> Option<Card> {
    let words = reader.words;
    let (first, last) = (*turn.first()?, *turn.last()?);
    let more = turn.get(1..).unwrap_or_default();
    let mut show: Vec<&str> = vec!["question"];
    for moment in turn {
        show.push(if moment.openness == Some(Openness::Open) { "open" } else { "closed" });
        show.extend(moment.flags.contains(&MomentFlag::Leading).then_some("leading"));
        show.extend(moment.flags.contains(&MomentFlag::Stacked).then_some("stacked"));
        show.extend(moment.broken.then_some("broken"));
    }
    show.sort_unstable();
    show.dedup();
    let mut card = card(reader, first, &show.join(" "));
    card.anchors = more.iter().map(|moment| anchor(&moment.id)).collect();
    card.notes.extend(more.iter().flat_map(|moment| noted(reader, moment)));
    if card.tags.is_empty() {
        card.tags.extend(more.iter().find_map(|moment| by_hand(reader, moment)));
    }
    card.before = reader.before(first);
    // Of one question the label under it says what it is.
    card.quotes = match turn {
        [only] => vec![quote(reader, only)],
        several => several.iter().map(|moment| asked(reader, moment)).collect(),
    };
    let mut kinds: Vec<&str> = Vec::new();
    for moment in turn {
        let kind = openness(words, moment);
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    card.label = kinds.join(" / ");
    if turn.len() > 1 {
        let n = u64::try_from(turn.len()).unwrap_or(u64::MAX);
        card.label_more = format!(", {}", words.count(n, words.in_one_turn, &[]));
    } else if first.flags.contains(&MomentFlag::Leading) {
        card.label_more = format!(", {}", words.leading);
    }
    card.answer = Some(answer(reader, last, longest));
    if let Some(wait) = turn.iter().filter(|m| m.broken).find_map(|m| m.wait_ms) {
        let silence = length(words, wait);
        card.tags.push(Tag::of(fill(words.went_on, &[("length", &silence)])));
    }
    let rises = |moment: &&Moment| moment.cues.iter().any(|cue| cue.rule.ends_with(RISE));
    card.tags.extend(turn.iter().copied().find(rises).map(|_| Tag::of(words.voice_rises)));
    for moment in turn {
        card.tags.extend(twins(reader, moment));
    }
    finish(reader, &mut card, turn);
    Some(card)
}

fn openness(words: &'static Words, moment: &Moment) -> &'static str {
    if moment.openness == Some(Openness::Open) { words.open } else { words.closed }
}

fn asked(reader: &Reader<'_>, moment: &Moment) -> Quote {
    let words = reader.words;
    let open = moment.openness == Some(Openness::Open);
    let kind = if open { words.open_question } else { words.closed_question };
    let mut spoken = format!(", {kind}");
    if moment.flags.contains(&MomentFlag::Leading) {
        spoken = format!("{spoken}, {}", words.leading);
    }
    Quote { spoken, ..quote(reader, moment) }
}

fn answer(reader: &Reader<'_>, question: &Moment, longest: Ms) -> AnswerView {
    let words = reader.words;
    let brought = question.answer.as_ref().filter(|a| a.words > 0 || a.ms > Some(Ms(0)));
    let wait = question.wait_ms.map(|wait| match wait {
        wait if wait < AT_ONCE => words.at_once.to_owned(),
        wait => fill(words.after_wait, &[("length", &length(words, wait))]),
    });
    let Some(answer) = brought else {
        let coach = question.next.is_some_and(|next| is_coach(reader, next));
        let text = match question.wait_ms.filter(|_| coach) {
            Some(wait) => fill(words.no_answer_coach, &[("length", &length(words, wait))]),
            None => words.no_answer.to_owned(),
        };
        return AnswerView { bar: None, text, size: 0 };
    };
    // The wait of a question the coach went on after is said by its own tag.
    let wait = wait.filter(|_| !question.broken).unwrap_or_default();
    let said = words.count(answer.words, words.answer_words, &[]);
    let (said, wait) = (("words", said.as_str()), ("wait", wait.as_str()));
    match answer.ms {
        Some(ms) => AnswerView {
            bar: Some(answer_bar(ms.as_f64(), longest.as_f64())),
            text: fill(words.answer, &[("length", &length(words, ms)), said, wait]),
            size: ms.0,
        },
        None => AnswerView {
            bar: None,
            text: fill(words.answer_untimed, &[said, wait]),
            size: answer.words,
        },
    }
}

/// A phrase that says what to do.
pub(super) fn prescriptive(reader: &Reader<'_>, moment: &Moment) -> Card {
    let words = reader.words;
    let mut card = card(reader, moment, "prescriptive");
    card.before = reader.before(moment);
    card.quotes = vec![quote(reader, moment)];
    level(words, moment).clone_into(&mut card.label);
    let leave = moment.flags.contains(&MomentFlag::Permission);
    let leave = if leave { words.with_leave } else { words.without_leave };
    if moment.level.unwrap_or(1) <= 1 {
        card.tags.push(Tag::of(words.option_shown));
    }
    card.tags.push(Tag::of(leave));
    card.tags.extend(twins(reader, moment));
    card.instead = instead(reader, moment);
    finish(reader, &mut card, &[moment]);
    card
}

/// The same as an open question, in the language it was said in.
fn instead(reader: &Reader<'_>, moment: &Moment) -> Option<String> {
    let first = moment.utterances.map(|[first, _]| first);
    let said = reader.session.utterances.iter().find(|said| Some(said.id) == first);
    reframings(&clean(moment.text.as_deref()?), said?.language).into_iter().next()
}

/// How hard a phrase pushes, in a word.
pub(crate) fn level(words: &'static Words, moment: &Moment) -> &'static str {
    match moment.level {
        Some(3) => words.directive,
        Some(2) => words.advice,
        _ => words.option,
    }
}

/// Somebody starts before the other has finished.
pub(super) fn interruption(reader: &Reader<'_>, moment: &Moment) -> Card {
    let words = reader.words;
    let mut card = card(reader, moment, "interruption");
    card.before = reader.before(moment);
    card.quotes = vec![quote(reader, moment)];
    let who = moment.speaker.map_or_else(|| words.somebody.to_owned(), |id| reader.at_start(id));
    let other = moment.of.map_or_else(|| words.somebody.to_owned(), |id| reader.the(id));
    let (who, other) = (("who", who.as_str()), ("other", other.as_str()));
    card.tags.push(Tag::of(match moment.overlap_ms {
        Some(ms) => fill(words.starts_before_end, &[who, other, ("length", &length(words, ms))]),
        None => fill(words.starts_before, &[who, other]),
    }));
    card
}

/// A long stretch of the coach's, or the longest of the person coached.
pub(super) fn stretch(reader: &Reader<'_>, moment: &Moment) -> Card {
    let words = reader.words;
    let mut card = card(reader, moment, "stretch");
    card.before = reader.before(moment);
    let said = moment.text.clone().or_else(|| said(reader, moment)).unwrap_or_default();
    let (text, more) = opening(&display(&said, words.french()), STRETCH.0, STRETCH.1);
    card.quotes = vec![Quote {
        icon: icon(moment).draw(),
        pieces: vec![Piece { text, marked: false }],
        spoken: String::new(),
        more: (more > 0).then(|| words.count(more, words.more_words, &[])),
        of: Some(Address::of(moment)),
    }];
    let lasts = moment.end_ms.unwrap_or_default().since(moment.start_ms.unwrap_or_default());
    let lasts = length(words, lasts);
    let of_coach = moment.kind == MomentKind::Monologue;
    let label = if of_coach { words.monologue } else { words.longest_stretch };
    card.label = fill(label, &[("length", &lasts)]);
    if moment.flags.contains(&MomentFlag::Exercise) {
        card.tags.push(Tag::of(words.exercise));
    }
    card.tags.extend(whose(reader, moment));
    card
}

/// What was said from the first to the last utterance of a moment by whoever it is of.
fn said(reader: &Reader<'_>, moment: &Moment) -> Option<String> {
    let [first, last] = moment.utterances?;
    let of = |id: u32| (first..=last).contains(&id);
    let own = reader.session.utterances.iter().filter(|u| of(u.id));
    let own = own.filter(|u| moment.speaker.is_none_or(|speaker| speaker == u.speaker));
    Some(own.map(|utterance| utterance.text.as_str()).collect::<Vec<_>>().join(" "))
}

/// Nobody speaks.
pub(super) fn silence(reader: &Reader<'_>, moment: &Moment, lasts: Ms) -> Card {
    let words = reader.words;
    let mut card = card(reader, moment, "silence");
    let lasts = length(words, lasts);
    let text = match moment.next {
        Some(next) => {
            let who = reader.the_subject(next);
            fill(words.silence_then, &[("length", &lasts), ("who", &who)])
        }
        None => fill(words.silence_only, &[("length", &lasts)]),
    };
    card.label = text;
    card.of = Some(Address::of(moment));
    let after = moment.start_ms.and_then(|start| reader.last_words(start));
    card.tags.extend(after.map(Tag::of));
    card
}

/// A moment in few words: a small sign, something given back, and the rest.
pub(super) fn short(reader: &Reader<'_>, moment: &Moment) -> Card {
    let words = reader.words;
    let (show, label) = match moment.kind {
        MomentKind::Backchannel => ("sign", ""),
        MomentKind::Reflection => ("reflection", ""),
        MomentKind::Permission => ("other", words.permission),
        MomentKind::Affirmation => ("other", words.affirmation),
        MomentKind::Information if moment.flags.contains(&MomentFlag::Experience) => {
            ("other", words.experience)
        }
        MomentKind::Information => ("other", words.information),
        _ => ("other", words.mark),
    };
    let mut card = card(reader, moment, show);
    if moment.text.is_some() {
        card.quotes = vec![quote(reader, moment)];
    } else {
        card.of = Some(Address::of(moment));
    }
    label.clone_into(&mut card.label);
    if moment.flags.contains(&MomentFlag::Checking) {
        card.tags.push(Tag::of(words.checking));
    }
    card.tags.extend(whose(reader, moment));
    if moment.kind == MomentKind::Mark {
        let before = moment.start_ms.and_then(|start| reader.last_words(start));
        card.tags.extend(before.map(Tag::of));
    }
    if moment.flags.contains(&MomentFlag::Unsure) {
        card.tags.push(Tag::of(words.unsure));
    }
    card
}

/// Whose it is, where roles are unknown.
fn whose(reader: &Reader<'_>, moment: &Moment) -> Option<Tag> {
    let speaker = moment.speaker?;
    (reader.session.role(speaker) == Role::Unknown).then(|| Tag::of(reader.name(speaker)))
}

/// The other moments of the very same words.
fn twins(reader: &Reader<'_>, moment: &Moment) -> Vec<Tag> {
    let words = reader.words;
    let same = |other: &&Moment| {
        other.id != moment.id
            && !other.rejected
            && other.kind != moment.kind
            && other.span.is_some()
            && other.span == moment.span
            && other.utterances == moment.utterances
    };
    let tag = |other: &Moment| {
        let what = match other.kind {
            MomentKind::Question => asked_kind(words, other),
            MomentKind::Prescriptive => level(words, other).to_lowercase(),
            MomentKind::Permission => words.permission.to_lowercase(),
            _ => return None,
        };
        Some(Tag { text: words.also.to_owned(), link: Some((anchor(&other.id), what)) })
    };
    reader.analysis.moments.iter().filter(same).filter_map(tag).collect()
}

/// "closed question", as a tag says it.
fn asked_kind(words: &Words, question: &Moment) -> String {
    let open = question.openness == Some(Openness::Open);
    if open { words.open_question } else { words.closed_question }.to_owned()
}

/// Whose it is and how sure, at the end of every coded card.
fn finish(reader: &Reader<'_>, card: &mut Card, moments: &[&Moment]) {
    let words = reader.words;
    card.tags.extend(moments.first().and_then(|moment| whose(reader, moment)));
    let unsure = moments.iter().any(|moment| moment.flags.contains(&MomentFlag::Unsure));
    let least = moments.iter().map(|moment| moment.confidence).fold(1.0, f64::min);
    card.tags.push(Tag::of(match least {
        _ if unsure => words.unsure,
        sure if sure >= 0.8 => words.clear_case,
        sure if sure >= 0.6 => words.fairly_clear,
        _ => words.unsure,
    }));
}
