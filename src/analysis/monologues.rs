//! Long turns: the coach's monologues and the coachee's longest turn.
//!
//! A monologue is a turn of the coach longer than 60 s; the coachee's backchannels do not break it
//! and pauses under 2 s are part of it (CODEBOOK §1, after ICF PCC 7.8; the threshold is ours).
//! Whether it was a guided exercise the coachee asked for cannot be known here, so the flag
//! `exercise` is left to a person.

use super::figure::{Figure, Sheet, number};
use super::moments::{Item, tally};
use super::result::Reason;
use super::scene::{Scene, View};
use crate::session::{MomentKind, Ms, Span, SpeakerId};

/// A longer turn is a monologue.
const LONG: Ms = Ms(60_000);

/// Monologues of the one looked at, and the longest turn of the coachee.
pub(super) fn find(scene: &Scene, view: &View) -> Vec<Item> {
    let turns = scene.floor.turns.iter().filter(|turn| turn.speaker == view.own);
    let long = turns.filter_map(|turn| turn.span).filter(|span| span.length() > LONG);
    let heard = |kind, who, span| with_words(scene, Item::heard(kind, Some(who), span, 1.0));
    let mut items: Vec<Item> =
        long.map(|span| heard(MomentKind::Monologue, view.own, span)).collect();
    let listened: &[SpeakerId] = match view.other_subject {
        Some(_) => &view.others,
        None => std::slice::from_ref(&view.own),
    };
    if let Some((who, span)) = longest(scene, listened) {
        items.push(heard(MomentKind::LongestTurn, who, span));
    }
    items
}

/// The utterances a long turn runs over.
fn with_words(scene: &Scene, mut item: Item) -> Item {
    let (Some(at), who) = (item.at, item.moment.speaker) else { return item };
    let inside = scene.session.utterances.iter().filter(|utterance| {
        Some(utterance.speaker) == who
            && utterance.time().is_some_and(|time| time.overlap(at) > Ms::ZERO)
    });
    for utterance in inside {
        let first = item.moment.utterances.map_or(utterance.id, |[first, _]| first);
        item.moment.utterances = Some([first, utterance.id]);
    }
    item
}

/// The longest turn of any of `speakers`, the first of equals.
fn longest(scene: &Scene, speakers: &[SpeakerId]) -> Option<(SpeakerId, Span)> {
    let turns = scene.floor.turns.iter().filter(|turn| speakers.contains(&turn.speaker));
    let spans = turns.filter_map(|turn| Some((turn.speaker, turn.span?)));
    spans.reduce(|best, next| if next.1.length() > best.1.length() { next } else { best })
}

/// The figures about long turns.
pub(super) fn measure(items: &[Item], scene: &Scene, view: &View, sheet: &mut Sheet) {
    let timed = scene.timed().map(|_| ());
    let tally = tally(items.iter().filter(|item| item.is(MomentKind::Monologue, view.own)));
    let ids = tally.ids.clone();
    let count = timed.map(|()| Figure::plain(number(tally.count)).of(tally.ids));
    sheet.put("monologue_count", view.subject, count);
    let own = timed.and_then(|()| longest(scene, &[view.own]).ok_or(Reason::TooShort));
    let own = own.map(|(_, span)| {
        let id = items
            .iter()
            .find(|item| item.is(MomentKind::Monologue, view.own) && item.at == Some(span));
        let moments = id.map(|item| item.moment.id.clone()).into_iter().collect();
        debug_assert!(span.length() <= LONG || !ids.is_empty());
        Figure::plain(span.length().as_f64()).of(moments)
    });
    sheet.put("longest_monologue_ms", view.subject, own);
    let (subject, speakers) = match view.other_subject {
        Some(coachee) => (coachee, view.others.clone()),
        None => (view.subject, vec![view.own]),
    };
    let other = timed.and_then(|()| longest(scene, &speakers).ok_or(Reason::TooShort));
    let other = other.map(|(who, span)| {
        let moments = items.iter().filter(|item| item.is(MomentKind::LongestTurn, who));
        let ids = moments.map(|item| item.moment.id.clone()).collect();
        Figure::plain(span.length().as_f64()).of(ids)
    });
    sheet.put("coachee_longest_turn_ms", subject, other);
}
