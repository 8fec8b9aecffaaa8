//! A session without what would betray it: for a copy that is shown to others.
//!
//! In: an [`Analysis`] and its [`Session`]. Out: the same figures without a word that was said, a
//! name, a file, a day, or anything a person wrote. With `quotes`, the coach's own questions and
//! phrases stay, and nothing else that was said.

use super::words::Words;
use crate::analysis::{Analysis, Moment, MomentKind, Profile};
use crate::session::{Corrections, Role, Session, SpeakerId, Word};

/// Whisper's families: a model of another name is of the user's own, and its name may say anything.
const KNOWN_MODELS: [&str; 5] = ["tiny", "base", "small", "medium", "large"];

/// Strips both.
#[must_use]
pub fn stripped(
    words: &Words,
    analysis: &Analysis,
    session: &Session,
    quotes: bool,
) -> (Analysis, Session) {
    let (mut analysis, mut session) = (analysis.clone(), session.clone());
    let coach = session.only(Role::Coach);
    let kept = |moment: &Moment| quotes && coach.is_some() && is_phrase(moment, coach);
    for moment in &mut analysis.moments {
        if !kept(moment) {
            moment.text = None;
            moment.cues.clear();
        }
    }
    for speaker in &mut analysis.speakers {
        speaker.name = None;
    }
    for source in [&mut analysis.source, &mut session.source] {
        source.files.clear();
        let known = |model: &String| {
            let family = model.split(['.', '-']).next().unwrap_or_default();
            KNOWN_MODELS.contains(&family) && model.chars().all(is_model_letter)
        };
        if let Some(model) = source.model.as_mut().filter(|model| !known(model)) {
            words.share_own_model.clone_into(model);
        }
    }
    for about in [&mut analysis.session, &mut session.about] {
        (about.coach, about.client, about.consent) = (None, None, None);
        about.date = about.date.take().and_then(|date| month(&date));
        // What says so could be a file name.
        about.date_from = None;
    }
    if Profile::names().all(|name| name != analysis.profile) {
        words.share_own_profile.clone_into(&mut analysis.profile);
        for fundamental in &mut analysis.fundamentals {
            fundamental.why.clear();
            fundamental.marker = None;
            if let Some(band) = &mut fundamental.band {
                band.source.clear();
            }
        }
    }
    for warning in &mut analysis.warnings {
        warning.message.clear();
    }
    (analysis.edits, session.corrections) = (None, Corrections::default());
    analysis.prompts.clear();
    for speaker in &mut session.speakers {
        speaker.name = None;
    }
    for utterance in &mut session.utterances {
        if !utterance.text.trim().is_empty() {
            "…".clone_into(&mut utterance.text);
        }
        utterance.words = Vec::<Word>::new();
    }
    (analysis, session)
}

/// A question of the coach's, or a phrase that says what to do.
fn is_phrase(moment: &Moment, coach: Option<SpeakerId>) -> bool {
    let kind = matches!(moment.kind, MomentKind::Question | MomentKind::Prescriptive);
    kind && moment.speaker == coach && !moment.rejected
}

fn is_model_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "-._".contains(letter)
}

/// `2026-11-28` → `2026-11`.
fn month(date: &str) -> Option<String> {
    let month = date.get(..7)?;
    let digits = |(place, byte): (usize, u8)| byte.is_ascii_digit() != (place == 4);
    (month.bytes().enumerate().all(digits) && month.as_bytes().get(4) == Some(&b'-'))
        .then(|| month.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_becomes_its_month() {
        assert_eq!(month("2026-11-28").as_deref(), Some("2026-11"));
        assert_eq!(month("28 Nov 2026"), None);
        assert_eq!(month("é"), None);
    }
}
