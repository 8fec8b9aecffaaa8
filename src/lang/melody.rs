//! Whether the voice rises where a sentence ends, and what that is worth.
//!
//! In: a sentence and how the voice moves at the ends of words. Out: the word on which it rises, where
//! that may decide: the sentence has no question mark, and the words leave in doubt whether it asks.
//! Used for what is asked, never for what is felt. Sources, and what they do not cover:
//! `docs/decisions/0009-melody.md`.

use super::text::Mark;
use super::{CharSpan, CueSpan, Part};
use crate::session::Language;

/// How the voice moves over a word that a pause follows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glide {
    /// The word, in the utterance's text.
    pub word: CharSpan,
    /// Slope of the pitch over the half second up to its end, semitones a second.
    pub slope_st_per_s: f64,
    /// How much of that is voiced, seconds.
    pub voiced_s: f64,
}

/// What the rule that shows a rise is called, after its language.
pub const RISE: &str = "question.rise";

/// A movement of fewer semitones plays no part in talk ('t Hart 1981, JASA 69:811: three).
const RISES_ST: f64 = 3.0;
/// A line through half a second that climbs further than an octave is a slip of the tracker: 7 of the
/// 743 ends of the spoken sessions, whose voices cannot do that.
const MOST_ST: f64 = 12.0;

/// What a rise adds to the logarithm of the odds that a sentence asks: of statements that ask, 33 %
/// end in a rise (Geluykens 1987, Journal of Pragmatics 11:483, 60 British ones in conversation), of
/// tone units at large at most 18 % (1,076 read, 82 % fall: Leonarduzzi & Herment): ln (33 ÷ 18).
pub(super) const WORTH: f64 = 0.606;

/// The rule's whole name.
pub(super) fn rule(language: Language) -> String {
    format!("{}.{RISE}", language.code().unwrap_or_default())
}

/// The last word of a sentence, if the voice rises on it and that decides: by `score`, the logarithm of
/// the odds that it asks, it would not be counted without, and is with it.
pub(super) fn rise(part: &Part<'_>, melody: &[Glide], score: f64) -> Option<CueSpan> {
    if part.clause.mark == Mark::Question || score >= 0.0 || score + WORTH < 0.0 {
        return None;
    }
    let last = part.clause.words.last()?.span;
    let on_it = |glide: &&Glide| glide.word.start < last.end && last.start < glide.word.end;
    let glide = melody.iter().find(on_it)?;
    (RISES_ST..=MOST_ST)
        .contains(&(glide.slope_st_per_s * glide.voiced_s))
        .then_some(CueSpan { start: last.start, end: last.end })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::model::{HEADS, Head, Models, Weights};
    use crate::lang::{Act, Code, Context, Punctuation, code_with};

    /// Weights by which every sentence asks with this score, and gives back with that.
    fn weights(asks: f32, reflects: f32) -> Weights {
        let mut bias = [-9.0; HEADS];
        (bias[Head::Asks as usize], bias[Head::Reflects as usize]) = (asks, reflects);
        Weights::new(bias, [Default::default(); HEADS], Vec::new(), Vec::new())
    }

    fn coded(text: &str, weights: &Weights, slope: f64) -> Vec<Act> {
        let end = u32::try_from(text.chars().count()).unwrap();
        let word = CharSpan { start: end - 6, end };
        let melody = [Glide { word, slope_st_per_s: slope, voiced_s: 0.4 }];
        let context = Context { punctuation: Punctuation::Written, before: None, melody: &melody };
        let models = Models { marked: Some(weights), ..Models::default() };
        code_with(text, Language::En, context, models)
    }

    fn asks(acts: &[Act]) -> bool {
        acts.iter().any(|act| matches!(act.code, Code::Question { .. }) && act.confidence >= 0.5)
    }

    const TEXT: &str = "I see. You told him already.";

    #[test]
    fn a_rise_of_three_semitones_makes_a_doubtful_sentence_a_question_and_is_its_cue() {
        let acts = coded(TEXT, &weights(-0.5, -9.0), 7.6);
        assert!(asks(&acts), "{acts:?}");
        let act = acts.iter().find(|act| act.span.start == 7 && act.confidence >= 0.5).unwrap();
        let cue = &act.cues[0];
        assert_eq!((cue.rule.as_str(), cue.span.start, cue.span.end), ("en.question.rise", 20, 27));
        // The other sentence has no melody of its own.
        assert_eq!(acts.iter().filter(|act| act.confidence >= 0.5).count(), 1);
    }

    #[test]
    fn less_than_three_semitones_more_than_an_octave_and_a_fall_change_nothing() {
        for slope in [7.4, 0.0, -12.0, 31.0] {
            let acts = coded(TEXT, &weights(-0.5, -9.0), slope);
            assert!(!asks(&acts), "{slope}");
            assert_eq!(acts, coded(TEXT, &weights(-0.5, -9.0), 0.0), "{slope}");
        }
    }

    #[test]
    fn where_the_words_or_the_mark_speak_the_melody_is_silent() {
        let same = |text: &str, weights: &Weights| {
            assert_eq!(coded(text, weights, 20.0), coded(text, weights, 0.0), "{text}");
        };
        same(TEXT, &weights(-0.7, -9.0));
        same(TEXT, &weights(0.1, -9.0));
        same("I see. You told him already?", &weights(-0.3, -9.0));
        // What is given back stays given back, however the voice goes.
        same(TEXT, &weights(-0.3, 1.0));
    }
}
