//! From a session to figures with the moments behind them, by the definitions of CODEBOOK.
//!
//! In: a [`Session`], the acts of its utterances ([`Coding`]) and a [`Profile`]. Out: an
//! [`Analysis`]. Pure: no files, no clock; milliseconds for an hour of talk.
//!
//! ```text
//! Session, Coding ─▶ scene (floor, talk time, acts in time) ─▶ moments ─▶ metrics ─▶ fundamentals
//!                                                                 └────▶ prompts
//! ```
//!
//! Every count is taken from the moments, so a figure and its evidence cannot differ.

mod corrections;
mod definitions;
mod figure;
mod fundamentals;
mod interruptions;
pub mod interval;
mod listening;
mod melody;
mod moments;
mod monologues;
mod prescriptive;
mod profiles;
mod prompts;
mod questions;
mod result;
mod rhythm;
mod scene;
pub mod talk_time;
mod turns;

pub use profiles::{JudgedFrom, OpennessSetting, Profile, ProfileError, Row, SourcedAxis};
pub use result::{
    Analysis, Answer, Axis, Band, Edited, Form, Fundamental, Metric, MetricFlag, Moment,
    MomentFlag, OpennessRule, Point, Prompt, Reason, Series, SpeakerTalk, Status, Subject, Unit,
    page_language,
};

use std::collections::BTreeSet;

use crate::lang::{self, Act, Context, Punctuation};
pub use crate::session::MomentKind;
use crate::session::{Language, Ms, SeparationLevel, Session, Warning, WarningCode};
use corrections::Labelled;
use figure::Sheet;
use moments::Item;
use scene::{Scene, View};

/// Changes whenever a number can change for the same session.
pub const DEFINITIONS_VERSION: u32 = 1;

/// A shorter conversation is little material (CODEBOOK §2).
const LITTLE_TALK: Ms = Ms(600_000);
/// So are fewer questions by the coach.
const FEW_QUESTIONS: usize = 5;
/// Without times: ten minutes at 130 words a minute. Ours.
const FEW_WORDS: u64 = 1_300;

/// The acts of a session: one list an utterance, in the order of the utterances.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Coding(pub Vec<Vec<Act>>);

/// Codes every utterance of every speaker, in the light of what another said just before.
#[must_use]
pub fn code_session(session: &Session) -> Coding {
    let said = &session.utterances;
    let punctuation = match lang::punctuation(said.iter().map(|one| one.text.as_str())) {
        Punctuation::Written if session.source.model.is_some() => Punctuation::Heard,
        other => other,
    };
    let code = |(index, one): (usize, &crate::session::Utterance)| {
        let before = said[..index].iter().rev().find(|before| before.speaker != one.speaker);
        let before = before.map(|before| before.text.as_str());
        let glides = melody::glides(one);
        let context = Context { punctuation, before, melody: &glides };
        lang::code(&one.text, one.language, context)
    };
    Coding(said.iter().enumerate().map(code).collect())
}

/// Analyses a session. What a person corrected ([`Session::corrections`]) is honoured: a rejected
/// moment is shown and never counted, one with another label counts as that.
#[must_use]
pub fn analyse(session: &Session, coding: &Coding, profile: &Profile) -> Analysis {
    let labelled = corrections::relabel(session, coding);
    let scene = Scene::new(session, &labelled.coding);
    let views = scene.views();
    let (items, found) = moments(&scene, &views, profile, &labelled);
    let mut sheet = Sheet::default();
    for view in &views {
        talk_time::measure(&scene, view, &mut sheet);
        questions::measure(&items, &scene, view, &mut sheet);
        prescriptive::measure(&items, &scene, view, &mut sheet);
        listening::measure(&items, &scene, view, &mut sheet);
        interruptions::measure(&items, &scene, view, &mut sheet);
        monologues::measure(&items, &scene, view, &mut sheet);
        rhythm::measure(&scene, view, &mut sheet);
    }
    talk_time::measure_session(&scene, &mut sheet);
    rhythm::measure_session(&items, &scene, &mut sheet);
    let little = is_little(&scene, &items);
    if little {
        sheet.flag_little();
    }
    if scene.coach.is_none() {
        without_coach(&scene, &mut sheet);
    }
    let metrics = sheet.sorted();
    Analysis {
        definitions_version: DEFINITIONS_VERSION,
        profile: profile.name.clone(),
        openness_rule: profile.openness.rule,
        source: session.source.clone(),
        session: session.about.clone(),
        speakers: speakers(&scene),
        fundamentals: fundamentals::rows(profile, &metrics),
        metrics,
        series: talk_time::series(&scene),
        prompts: prompts::think_about(&items, &scene),
        moments: moments::sorted(items),
        warnings: warnings(&scene, little),
        edits: corrections::edited(session, &found),
    }
}

/// The moments, and which edits found theirs.
fn moments(
    scene: &Scene,
    views: &[View],
    profile: &Profile,
    labelled: &Labelled,
) -> (Vec<Item>, BTreeSet<usize>) {
    let mut items = moments::of_words(scene, profile.openness.rule);
    let mut looked_at = Vec::new();
    for view in views {
        looked_at.push(view.own);
        looked_at.extend(view.others.iter().filter(|_| view.other_subject.is_some()));
        items.extend(listening::backchannels(scene, view));
        items.extend(monologues::find(scene, view));
    }
    items.extend(interruptions::find(scene, &looked_at));
    items.extend(rhythm::silences(scene));
    items.extend(moments::marks(scene));
    let mut found = corrections::reject(&mut items, scene.session);
    found.extend(corrections::mark(&mut items, scene.session, labelled));
    for view in views {
        questions::enrich(&mut items, scene, view);
        prescriptive::enrich(&mut items, scene, view);
    }
    (items, found)
}

/// Every metric of the coach and the coachee, null: nobody could be taken for either.
fn without_coach(scene: &Scene, sheet: &mut Sheet) {
    let silent = scene.words.values().all(|&count| count == 0)
        && scene.timed().err() == Some(Reason::NoSpeech);
    let reason = if silent { Reason::NoSpeech } else { Reason::CoachUnknown };
    for metric in definitions::ALL {
        let of_session = sheet
            .metrics
            .iter()
            .any(|known| known.id == metric.id && known.subject == Subject::Session);
        if of_session {
            continue;
        }
        let subject = match metric.id {
            "interrupted_by_coachee_per_10min"
            | "coachee_longest_turn_ms"
            | "coachee_words_per_minute" => Subject::Coachee,
            _ => Subject::Coach,
        };
        sheet.put(metric.id, subject, Err(reason));
        if metric.id == "response_gap_ms_median" {
            sheet.put(metric.id, Subject::Coachee, Err(reason));
        }
    }
}

/// Under ten minutes of conversation, or under five questions by the coach.
fn is_little(scene: &Scene, items: &[Item]) -> bool {
    let short = match scene.timed() {
        Ok(timed) => {
            let start = timed.speech.iter().map(|one| one.span.start()).min();
            let end = timed.speech.iter().map(|one| one.span.end()).max();
            end.unwrap_or_default().since(start.unwrap_or_default()) < LITTLE_TALK
        }
        Err(Reason::NoTimes) => scene.words.values().sum::<u64>() < FEW_WORDS,
        // Nothing is measured, so nothing is measured on too little.
        Err(_) => return false,
    };
    let asked = scene.coded().is_ok()
        && scene.coach.is_some_and(|coach| {
            let questions = items.iter().filter(|i| i.is(MomentKind::Question, coach));
            questions.filter(|item| item.counts()).count() < FEW_QUESTIONS
        });
    short || asked
}

fn speakers(scene: &Scene) -> Vec<SpeakerTalk> {
    let timed = scene.timed().ok();
    let talk = |speaker: &crate::session::Speaker| SpeakerTalk {
        id: speaker.id,
        role: speaker.role,
        name: speaker.name.clone(),
        role_evidence: speaker.role_evidence.clone(),
        role_confidence: speaker.role_confidence,
        talk_ms: timed.map(|timed| timed.talk.of(speaker.id)),
        talk_share: timed.and_then(|timed| timed.talk.share(speaker.id)),
        words: scene.words_of(speaker.id),
    };
    scene.session.speakers.iter().map(talk).collect()
}

/// The session's warnings, and those that only the analysis can give.
fn warnings(scene: &Scene, little: bool) -> Vec<Warning> {
    let silent = scene.words.values().all(|&count| count == 0)
        && scene.timed().err() == Some(Reason::NoSpeech);
    let source = &scene.session.source;
    let ours = [
        (
            silent,
            WarningCode::NoSpeech,
            "Nobody speaks in this recording, so nothing was measured.",
        ),
        (
            !silent && scene.coach.is_none(),
            WarningCode::CoachUnknown,
            "Who is the coach is not known, so figures are given per speaker; name the coach with --coach.",
        ),
        (
            !silent && source.language == Language::Other,
            WarningCode::LanguageUnsupported,
            "The language is neither English nor French, so what is measured from words was left out.",
        ),
        (
            source.separation.level == SeparationLevel::Weak,
            WarningCode::WeakSeparation,
            "The voices are mixed more than the figures can bear: read them as rough.",
        ),
        (
            little,
            WarningCode::LittleMaterial,
            "Under ten minutes of conversation or under five questions by the coach: the figures are a first indication only.",
        ),
    ];
    let mut warnings = scene.session.warnings.clone();
    for (holds, code, message) in ours {
        if holds && !warnings.iter().any(|known| known.code == code) {
            warnings.push(Warning { code, message: message.to_owned() });
        }
    }
    warnings
}

#[cfg(test)]
mod tests;
