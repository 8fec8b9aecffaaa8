//! Listening: small signs while the other talks, reflections, affirmations, information.
//!
//! Backchannels are found by [`super::turns`] from the timing, and words confirm them: one that is
//! heard without words has a confidence of 0.6, one with words 0.95. They are counted per 10 minutes
//! of the other's talk (CODEBOOK §2, after MISC Facilitate, `SwDA` b, Gavin & Bernardi 2025).

use super::figure::{Figure, LEAST_TALK_MS, Sheet, number};
use super::interval;
use super::moments::{Item, tally};
use super::result::Reason;
use super::scene::{Scene, View};
use crate::session::{MomentKind, Ms};

/// A short sound without words may be a cough. Ours, not measured.
const BY_TIMING_ALONE: f64 = 0.6;
/// Words of the list in the right place. Ours: on transcripts the list alone has precision 1.00.
const WITH_WORDS: f64 = 0.95;

/// The backchannels of one speaker as moments.
pub(super) fn backchannels(scene: &Scene, view: &View) -> Vec<Item> {
    let signs =
        scene.floor.stretches.iter().filter(|one| one.speaker == view.own && one.backchannel);
    signs
        .map(|one| {
            let confidence = if one.utterance.is_some() { WITH_WORDS } else { BY_TIMING_ALONE };
            let mut item =
                Item::heard(MomentKind::Backchannel, Some(one.speaker), one.span, confidence);
            // The words of an utterance that is nothing but this sign.
            let whole = one.utterance.map(|index| &scene.session.utterances[index]);
            if let Some(said) =
                whole.filter(|said| crate::lang::is_backchannel(&said.text, said.language))
            {
                item.moment.utterances = Some([said.id; 2]);
                item.moment.text = Some(said.text.clone());
            }
            item
        })
        .collect()
}

/// The figures about how one speaker listens.
pub(super) fn measure(items: &[Item], scene: &Scene, view: &View, sheet: &mut Sheet) {
    let subject = view.subject;
    let coded = scene.coded();
    let of = |kind: MomentKind| tally(items.iter().filter(|item| item.is(kind, view.own)));
    for (id, kind) in [
        ("reflection_count", MomentKind::Reflection),
        ("affirmation_count", MomentKind::Affirmation),
        ("information_count", MomentKind::Information),
    ] {
        let tally = of(kind);
        let (low, high) = interval::count(&tally.chances);
        let figure = Figure::plain(number(tally.count)).range(low, high).of(tally.ids);
        sheet.put(id, subject, coded.map(|()| figure));
    }
    let per_question = coded.and_then(|()| {
        let (given, asked) = (of(MomentKind::Reflection), of(MomentKind::Question));
        if asked.count == 0 {
            return Err(Reason::NoQuestions);
        }
        Ok(Figure::over(number(given.count), number(asked.count))
            .maybe_range(interval::ratio(&given.chances, &asked.chances))
            .of(given.ids.into_iter().chain(asked.ids).collect()))
    });
    sheet.put("reflections_per_question", subject, per_question);
    let rate = scene.heard().and_then(|_| others_talk(scene, view)).map(|talk| {
        let signs = of(MomentKind::Backchannel);
        let (low, high) = interval::count(&signs.chances);
        let scale = 600_000.0 / talk;
        Figure::scaled(number(signs.count), talk, 600_000.0)
            .range(low * scale, high * scale)
            .of(signs.ids)
    });
    sheet.put("backchannels_per_10min", subject, rate);
}

/// Talk time of the others, ms, where there is enough of it for a rate.
pub(super) fn others_talk(scene: &Scene, view: &View) -> Result<f64, Reason> {
    let timed = scene.timed()?;
    let talk: Ms = view.others.iter().map(|&other| timed.talk.of(other)).sum();
    if talk.as_f64() < LEAST_TALK_MS { Err(Reason::TooShort) } else { Ok(talk.as_f64()) }
}
