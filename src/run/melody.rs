//! How the voices end what they say: measured once the words are known, and kept.
//!
//! An end is the last word of an utterance, or one that a pause follows. What is listened to is the
//! speaker's own speech up to there; where all voices share one channel, without what others say at
//! the same time.

use serde::{Deserialize, Serialize};

use super::listen::Listened;
use super::takes::Takes;
use crate::error::{Error, Result};
use crate::progress::Cancel;
use crate::session::{Evidence, Ms, Prosody, Span, Utterance, WordEnd};
use crate::sound::{Melody, REACH};

/// Changes whenever the same ends can be measured otherwise.
pub(super) const VERSION: u32 = 1;

/// A shorter time between two words is no pause: 150 ms is the error of word times in the middle
/// (`docs/decisions/0002-word-times.md`).
const PAUSE: Ms = Ms(150);
/// The end of speech is that of a word this near to it: twice that error.
const WORD_TIME_ERROR: Ms = Ms(300);

/// An end to be measured: all that decides what is heard there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct End {
    /// The take it is heard on.
    take: usize,
    /// What is listened to, on the recording's clock.
    own: Vec<Span>,
    /// The word, by where it ends; none for the last of an utterance.
    word: Option<Ms>,
}

/// What was measured at an end.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Measured {
    slope_st_per_s: Option<f64>,
    voiced_ms: Ms,
}

/// The artefact of this stage.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Heard {
    /// One an end, in order.
    ends: Vec<Measured>,
}

/// The ends of utterances, a list each.
pub(super) fn ends(listened: &Listened, utterances: &[Utterance]) -> Vec<Vec<End>> {
    let alone: Vec<Vec<Span>> = (0..listened.speech.len()).map(|of| alone(listened, of)).collect();
    utterances.iter().map(|one| ends_of(one, listened, &alone)).collect()
}

fn ends_of(utterance: &Utterance, listened: &Listened, alone: &[Vec<Span>]) -> Vec<End> {
    let speaker = usize::from(utterance.speaker.0).wrapping_sub(1);
    let (Some(&take), Some(speech), Some(alone)) =
        (listened.takes.get(speaker), listened.speech.get(speaker), alone.get(speaker))
    else {
        return Vec::new();
    };
    let end = |word: Option<Ms>, to: Ms| End { take, own: before(alone, to), word };
    let mut ends: Vec<End> = Vec::new();
    for pair in utterance.words.windows(2) {
        let (word, next) = (pair[0].span, pair[1].span);
        if next.start().since(word.end()) >= PAUSE {
            let near = |stretch: &&Span| {
                let end = stretch.end();
                stretch.start() < word.end()
                    && end.since(word.end()).max(word.end().since(end)) <= WORD_TIME_ERROR
            };
            let stops = speech.iter().find(near).map_or(word.end(), |stretch| stretch.end());
            ends.push(end(Some(word.end()), stops.min(next.start())));
        }
    }
    ends.extend(utterance.time().map(|time| end(None, time.end())));
    ends
}

/// Where a speaker is heard by themselves on their take.
fn alone(listened: &Listened, speaker: usize) -> Vec<Span> {
    let mut own = listened.speech[speaker].clone();
    if listened.evidence != Evidence::Voices {
        return own;
    }
    let others = listened.speech.iter().enumerate().filter(|(other, _)| *other != speaker);
    for &cut in others.flat_map(|(_, spans)| spans) {
        own = own.into_iter().flat_map(|span| span.without(cut)).collect();
    }
    own
}

/// The part of `own` that lies in the [`REACH`] before `to`.
fn before(own: &[Span], to: Ms) -> Vec<Span> {
    let from = Ms(to.0.saturating_sub(REACH.0));
    let first = own.partition_point(|span| span.end() <= from);
    own[first..]
        .iter()
        .take_while(|span| span.start() < to)
        .filter_map(|span| Span::new(span.start().max(from), span.end().min(to)))
        .collect()
}

/// Measures ends.
pub(super) fn measure(ends: &[Vec<End>], takes: &Takes, cancel: &dyn Cancel) -> Result<Heard> {
    let mut melody = Melody::default();
    let mut measured = Vec::new();
    for end in ends.iter().flatten() {
        if cancel.cancelled() {
            return Err(Error::Cancelled);
        }
        let (copy, channel) = takes.take(end.take);
        let on_copy = |span: &Span| {
            Span::new(span.start().since(takes.start()), span.end().since(takes.start()))
        };
        let own: Vec<Span> = end.own.iter().filter_map(on_copy).collect();
        let found = melody.ending(copy, channel, &own)?;
        measured.push(Measured {
            slope_st_per_s: found.slope.map(|slope| (slope * 10.0).round() / 10.0),
            voiced_ms: found.voiced,
        });
    }
    Ok(Heard { ends: measured })
}

/// Gives the utterances what was measured at their ends.
pub(super) fn give(utterances: &mut [Utterance], ends: &[Vec<End>], heard: &Heard) {
    let mut heard = heard.ends.iter();
    for (utterance, ends) in utterances.iter_mut().zip(ends) {
        let mut prosody = Prosody::default();
        for (end, found) in ends.iter().zip(heard.by_ref()) {
            let Measured { slope_st_per_s, voiced_ms } = *found;
            if let Some(at_ms) = end.word {
                prosody.ends.push(WordEnd { at_ms, slope_st_per_s, voiced_ms });
            } else {
                prosody.final_slope_st_per_s = slope_st_per_s;
                prosody.voiced_ms = Some(voiced_ms);
            }
        }
        utterance.prosody = prosody.voiced_ms.is_some().then_some(prosody);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Language, OptionalSpan, Separation, SeparationLevel, SpeakerId, Word};

    fn span(from: u64, to: u64) -> Span {
        Span::new(Ms(from), Ms(to)).unwrap()
    }

    fn listened(evidence: Evidence) -> Listened {
        Listened {
            duration_ms: Ms(10_000),
            part: None,
            recorded: Vec::new(),
            evidence,
            separation: Separation {
                level: SeparationLevel::Clear,
                bleed_db: None,
                talk_share_error: None,
            },
            takes: vec![0, usize::from(evidence != Evidence::Voices)],
            speech: vec![vec![span(0, 1_000), span(1_500, 3_000)], vec![span(2_800, 4_000)]],
            doubt: None,
            scores: None,
            windows: Vec::new(),
        }
    }

    fn said(words: &[(u64, u64)], end: u64) -> Utterance {
        let word = |&(from, to): &(u64, u64)| Word {
            text: "so".to_owned(),
            span: span(from, to),
            confidence: None,
        };
        Utterance {
            id: 1,
            speaker: SpeakerId(1),
            span: OptionalSpan(Some(span(words[0].0, end))),
            language: Language::En,
            text: vec!["so"; words.len()].join(" "),
            words: words.iter().map(word).collect(),
            prosody: None,
        }
    }

    #[test]
    fn a_pause_and_the_last_word_are_ends_and_speech_says_where_they_are() {
        let said = said(&[(0, 400), (400, 900), (1_500, 2_000), (2_000, 2_900)], 3_000);
        let found = &ends(&listened(Evidence::Channels), &[said])[0];
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].word, &found[0].own[..]), (Some(Ms(900)), &[span(0, 1_000)][..]));
        assert_eq!((found[1].word, &found[1].own[..]), (None, &[span(2_000, 3_000)][..]));
    }

    #[test]
    fn on_one_channel_what_others_say_at_the_same_time_is_not_listened_to() {
        let said = said(&[(1_500, 2_900)], 3_000);
        let found = &ends(&listened(Evidence::Voices), &[said])[0];
        assert_eq!(found[0].own, [span(2_000, 2_800)]);
    }

    #[test]
    fn what_was_measured_goes_to_the_end_it_was_measured_at() {
        let mut all =
            vec![said(&[(0, 900), (1_500, 2_900)], 3_000), said(&[(9_000, 9_500)], 9_500)];
        let ends = ends(&listened(Evidence::Channels), &all);
        let one = |slope, voiced| Measured { slope_st_per_s: slope, voiced_ms: Ms(voiced) };
        let heard = Heard { ends: vec![one(Some(1.0), 400), one(Some(2.0), 500), one(None, 0)] };
        give(&mut all, &ends, &heard);
        let first = all[0].prosody.as_ref().unwrap();
        assert_eq!(first.final_slope_st_per_s, Some(2.0));
        assert_eq!((first.ends.len(), first.ends[0].slope_st_per_s), (1, Some(1.0)));
        let second = all[1].prosody.as_ref().unwrap();
        assert_eq!((second.final_slope_st_per_s, second.voiced_ms), (None, Some(Ms(0))));
    }
}
