//! Rhythm: gaps between turns, silences held, pace.
//!
//! A *gap* runs from the end of one speaker's turn to the start of the other's; negative is
//! overlap. Turns that begin and end inside another's are left out: nobody answered them. A
//! *silence held* is a pause of 3 s or more between speech of any kind (CODEBOOK §2; Rowe's 3 s).
//! *Pace* is words per minute of own talk time.

use super::figure::{Figure, LEAST_TALK_MS, Sheet, median, number, real};
use super::moments::{Item, tally};
use super::result::{Reason, Subject};
use super::scene::{Scene, View};
use crate::session::{MomentKind, Ms, Span, SpeakerId, join};

/// A pause of this length is held (CODEBOOK §2).
const HELD: Ms = Ms(3_000);

/// The silences of a session as moments, with who spoke before and who speaks next.
pub(super) fn silences(scene: &Scene) -> Vec<Item> {
    if scene.heard().is_err() {
        return Vec::new();
    }
    let all = &scene.floor.stretches;
    let joined = join(all.iter().map(|one| one.span).collect(), Ms(1));
    let mut items = Vec::new();
    for pair in joined.windows(2) {
        let Some(pause) = Span::new(pair[0].end(), pair[1].start()) else { continue };
        if pause.length() < HELD || scene.is_cut(pause.start(), pause.end()) {
            continue;
        }
        let mut item = Item::heard(MomentKind::Silence, None, pause, 1.0);
        let before = all.iter().find(|one| one.span.end() == pause.start());
        let next = all.iter().find(|one| one.span.start() == pause.end());
        item.moment.after = before.map(|one| scene.subject(one.speaker));
        item.moment.next = next.map(|one| scene.subject(one.speaker));
        items.push(item);
    }
    items
}

/// The figures about the silences of the session.
pub(super) fn measure_session(items: &[Item], scene: &Scene, sheet: &mut Sheet) {
    let silences: Vec<&Item> = items
        .iter()
        .filter(|item| item.moment.kind == MomentKind::Silence && item.counts())
        .collect();
    let ids = tally(silences.iter().copied()).ids;
    let length = |item: &&Item| item.at.map(Span::length).unwrap_or_default();
    let timed = scene.heard();
    let rate = timed.map(|timed| {
        let count = number(silences.len());
        Figure::scaled(count, timed.duration.as_f64(), 600_000.0).of(ids.clone())
    });
    sheet.put("silence_held_per_10min", Subject::Session, rate);
    let total: Ms = silences.iter().map(length).sum();
    let total = timed.map(|_| Figure::plain(total.as_f64()).of(ids.clone()));
    sheet.put("silence_held_ms_total", Subject::Session, total);
    let longest = silences.iter().map(|item| (length(item), &item.moment.id));
    let longest = longest.reduce(|best, next| if next.0 > best.0 { next } else { best });
    let longest = timed.map(|_| match longest {
        Some((length, id)) => Figure::plain(length.as_f64()).of(vec![id.clone()]),
        None => Figure::plain(0.0),
    });
    sheet.put("longest_silence_ms", Subject::Session, longest);
}

/// Gaps and pace of one speaker, and of the coachee.
pub(super) fn measure(scene: &Scene, view: &View, sheet: &mut Sheet) {
    sheet.put("response_gap_ms_median", view.subject, gap(scene, &[view.own]));
    sheet.put("coach_words_per_minute", view.subject, pace(scene, &[view.own]));
    if let Some(coachee) = view.other_subject {
        sheet.put("response_gap_ms_median", coachee, gap(scene, &view.others));
        sheet.put("coachee_words_per_minute", coachee, pace(scene, &view.others));
    }
}

/// Median gap before the turns of `who` that follow somebody else's.
fn gap(scene: &Scene, who: &[SpeakerId]) -> Result<Figure, Reason> {
    scene.heard()?;
    let mut gaps = Vec::new();
    let mut held: Option<(SpeakerId, Ms)> = None;
    for turn in &scene.floor.turns {
        let Some(span) = turn.span else { continue };
        match held {
            Some((_, end)) if span.end() <= end => continue,
            Some((_, end)) if scene.is_cut(end, span.start()) => {}
            Some((speaker, end)) if speaker != turn.speaker && who.contains(&turn.speaker) => {
                gaps.push(span.start().as_f64() - end.as_f64());
            }
            _ => {}
        }
        held = Some((turn.speaker, span.end()));
    }
    median(gaps).map(Figure::plain).ok_or(Reason::TooShort)
}

fn pace(scene: &Scene, who: &[SpeakerId]) -> Result<Figure, Reason> {
    let timed = scene.timed()?;
    let talk = who.iter().map(|&one| timed.talk.of(one)).sum::<Ms>().as_f64();
    let words: u64 = who.iter().map(|&one| scene.words_of(one)).sum();
    // Time without a word means that nothing was transcribed, not that nothing was said.
    if talk < LEAST_TALK_MS || words == 0 {
        return Err(Reason::TooShort);
    }
    Ok(Figure::scaled(real(words), talk, 60_000.0))
}
