//! Interruptions: starting before the other has finished, so that they stop.
//!
//! One speaker starts 0.3 s or more before the end of the other's stretch of speech, with more than
//! a backchannel, and the other stops within 1 s leaving an unfinished clause, or both talk for
//! 0.8 s or more (CODEBOOK §1, after ICF PCC 6.6; the thresholds are ours). A clause is unfinished
//! when its words end in a dash, in dots or in no mark at all, or in a word that no clause ends in
//! ("about", « que »: speech-to-text closes broken clauses with a full stop); without words only the
//! long overlap counts. One who had the floor already and is talked over does not interrupt by going on.
//!
//! Only tracks and channels show overlap well enough.

use super::figure::{Figure, LEAST_TALK_MS, Sheet, number};
use super::interval;
use super::listening::others_talk;
use super::moments::{Item, tally};
use super::questions::SAME_BREATH;
use super::result::Reason;
use super::scene::{Scene, View};
use super::turns::{Stretch, TURN_PAUSE};
use crate::lang;
use crate::session::{Evidence, MomentKind, Ms, SpeakerId};

/// A start this long before the other's end is early.
const EARLY: Ms = Ms(300);
/// One who stops within this has given way.
const GIVES_WAY: Ms = Ms(1_000);
/// Both talking this long is a contest, whoever stops.
const CONTEST: Ms = Ms(800);

/// Whether overlap can be heard.
fn evidence(scene: &Scene) -> Result<(), Reason> {
    scene.heard()?;
    match scene.session.source.speaker_evidence {
        Evidence::Tracks | Evidence::Channels => Ok(()),
        Evidence::Voices => Err(Reason::NoOverlapEvidence),
        // What a transcript was made from is not known.
        Evidence::Imported => Err(Reason::NoChannels),
    }
}

/// All interruptions between those who are looked at.
pub(super) fn find(scene: &Scene, speakers: &[SpeakerId]) -> Vec<Item> {
    if evidence(scene).is_err() {
        return Vec::new();
    }
    let all = &scene.floor.stretches;
    let mut found = Vec::new();
    // Until when anybody has spoken so far: mostly nobody is still speaking.
    let mut latest = Ms::ZERO;
    for (index, one) in all.iter().enumerate() {
        let before = latest;
        latest = latest.max(one.span.end());
        let in_time = before.since(one.span.start()) < EARLY;
        if in_time || one.backchannel || !speakers.contains(&one.speaker) {
            continue;
        }
        // Whose stretch is still going on; the latest start is the one that is cut.
        let cut = all[..index].iter().rev().find(|held| {
            held.speaker != one.speaker
                && !held.backchannel
                && held.span.end().since(one.span.start()) >= EARLY
        });
        let Some(cut) = cut.filter(|cut| speakers.contains(&cut.speaker)) else { continue };
        let own_before = all[..index].iter().rev().find(|before| before.speaker == one.speaker);
        let had_floor = own_before.is_some_and(|before| {
            before.span.end() > cut.span.start()
                && one.span.start().since(before.span.end()) < SAME_BREATH
                && before.span.start() < cut.span.start()
        });
        if had_floor {
            continue;
        }
        let Some(confidence) = confidence(scene, one, cut, &all[index..]) else { continue };
        let mut item =
            Item::heard(MomentKind::Interruption, Some(one.speaker), one.span, confidence);
        item.moment.of = Some(cut.speaker);
        item.moment.overlap_ms = Some(one.span.overlap(cut.span));
        if let Some(said) = one.utterance.map(|index| &scene.session.utterances[index]) {
            item.moment.utterances = Some([said.id; 2]);
            item.moment.text = Some(said.text.clone());
        }
        found.push(item);
    }
    found
}

/// How sure it is that `one` interrupts `cut`; `None` when it does not. Ours, not measured: a long
/// overlap is heard, an unfinished clause depends on the punctuation of speech-to-text.
fn confidence(scene: &Scene, one: &Stretch, cut: &Stretch, after: &[Stretch]) -> Option<f64> {
    let overlap = one.span.overlap(cut.span);
    if overlap >= CONTEST {
        return Some(if one.utterance.is_some() { 0.9 } else { 0.6 });
    }
    let stops = cut.span.end().since(one.span.start()) <= GIVES_WAY
        && !after.iter().any(|next| {
            next.speaker == cut.speaker
                && !next.backchannel
                && next.span.start() > cut.span.end()
                && next.span.start().since(cut.span.end()) < TURN_PAUSE
                && next.span.start() < one.span.end()
        });
    (stops && unfinished(scene, cut)?).then_some(0.8)
}

/// Whether the clause at the end of a stretch is unfinished; `None` without words or full stops.
fn unfinished(scene: &Scene, stretch: &Stretch) -> Option<bool> {
    if !scene.session.utterances.iter().any(|said| said.text.ends_with('.')) {
        return None;
    }
    let utterance = &scene.session.utterances[stretch.utterance?];
    let end = stretch.span.end();
    let inside = utterance.words.iter().rev().find(|word| word.span.start() < end);
    let last = inside.map_or(utterance.text.as_str(), |word| word.text.as_str());
    let last = last.trim_end_matches(['"', '”', '»', ')', '\u{a0}', '\u{202f}', ' ']);
    if !last.ends_with(['!', '?']) && lang::is_unfinished(last, utterance.language) {
        return Some(true);
    }
    Some(last.ends_with("...") || last.ends_with('…') || !last.ends_with(['.', '!', '?']))
}

/// The figures about who interrupts whom.
pub(super) fn measure(items: &[Item], scene: &Scene, view: &View, sheet: &mut Sheet) {
    let heard = evidence(scene);
    let by =
        |interrupter: &dyn Fn(SpeakerId) -> bool, of: &dyn Fn(SpeakerId) -> bool, talk: f64| {
            let tally = tally(items.iter().filter(|item| {
                item.moment.kind == MomentKind::Interruption
                    && item.moment.speaker.is_some_and(interrupter)
                    && item.moment.of.is_some_and(of)
            }));
            let (low, high) = interval::count(&tally.chances);
            let scale = 600_000.0 / talk;
            Figure::scaled(number(tally.count), talk, 600_000.0)
                .range(low * scale, high * scale)
                .of(tally.ids)
        };
    let own = |speaker: SpeakerId| speaker == view.own;
    let others = |speaker: SpeakerId| view.others.contains(&speaker);
    let rate = heard.and_then(|()| others_talk(scene, view)).map(|talk| by(&own, &others, talk));
    sheet.put("interruptions_per_10min", view.subject, rate);
    let Some(coachee) = view.other_subject else { return };
    let reverse = heard.and_then(|()| {
        let talk = scene.timed()?.talk.of(view.own).as_f64();
        if talk < LEAST_TALK_MS { Err(Reason::TooShort) } else { Ok(by(&others, &own, talk)) }
    });
    sheet.put("interrupted_by_coachee_per_10min", coachee, reverse);
}
