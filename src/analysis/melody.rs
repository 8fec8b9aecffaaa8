//! The melody of an utterance, laid to the words of its text.

use crate::lang::{CharSpan, Glide};
use crate::session::{Ms, Utterance};

/// How the voice moves over the words that pauses follow, the last one among them. A word that a
/// person put in the place of another is not what was heard, so the end it had is passed over.
pub(super) fn glides(utterance: &Utterance) -> Vec<Glide> {
    let Some(heard) = &utterance.prosody else { return Vec::new() };
    let mut glides = Vec::new();
    let mut glide = |word: CharSpan, slope: Option<f64>, voiced: Option<Ms>| {
        if let (Some(slope_st_per_s), Some(voiced)) = (slope, voiced) {
            glides.push(Glide { word, slope_st_per_s, voiced_s: voiced.seconds() });
        }
    };
    let mut at = 0;
    let mut ends = heard.ends.iter().peekable();
    for word in &utterance.words {
        let length = characters(&word.text);
        let span = CharSpan { start: at, end: at.saturating_add(length) };
        while ends.next_if(|end| end.at_ms < word.span.end()).is_some() {}
        if let Some(end) = ends.next_if(|end| end.at_ms == word.span.end()) {
            glide(span, end.slope_st_per_s, Some(end.voiced_ms));
        }
        at = span.end.saturating_add(1);
    }
    let end = characters(utterance.text.trim_end());
    let last = utterance.text.trim_end().rsplit(char::is_whitespace).next().unwrap_or_default();
    let span = CharSpan { start: end.saturating_sub(characters(last)), end };
    glide(span, heard.final_slope_st_per_s, heard.voiced_ms);
    glides
}

fn characters(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Language, OptionalSpan, Prosody, Span, SpeakerId, Word, WordEnd};

    fn said(text: &str, ends: &[u64]) -> Utterance {
        let word = |(n, word): (u64, &str)| Word {
            text: word.to_owned(),
            span: Span::new(Ms(n * 500), Ms(n * 500 + 300)).unwrap(),
            confidence: None,
        };
        let end = |&at| WordEnd { at_ms: Ms(at), slope_st_per_s: Some(1.0), voiced_ms: Ms(400) };
        Utterance {
            id: 1,
            speaker: SpeakerId(1),
            span: OptionalSpan(None),
            language: Language::Fr,
            text: text.to_owned(),
            words: (0..).zip(text.split(' ')).map(word).collect(),
            prosody: Some(Prosody {
                final_slope_st_per_s: Some(-2.0),
                voiced_ms: Some(Ms(500)),
                ends: ends.iter().map(end).collect(),
            }),
        }
    }

    #[test]
    fn ends_find_their_words_and_the_last_word_has_the_end_of_all() {
        let glides = glides(&said("Ça va déjà, tu crois", &[1_300]));
        let found: Vec<_> = glides.iter().map(|g| (g.word.start, g.word.end)).collect();
        assert_eq!(found, [(6, 11), (15, 20)]);
        assert!((glides[1].slope_st_per_s + 2.0).abs() < 1e-9);
    }

    #[test]
    fn an_end_whose_word_was_replaced_is_passed_over() {
        assert_eq!(glides(&said("oui et toi", &[290, 777])).len(), 1);
        let none = Utterance { prosody: None, ..said("oui et toi", &[]) };
        assert!(glides(&none).is_empty());
    }
}
