//! Sentences: where one act ends and the next begins.
//!
//! In: words with their marks. Out: ranges of words. With punctuation a sentence ends at ".", "?",
//! "!", a new line, or "…" before a capital. Without, a new one begins at a discourse marker that
//! opens a clause ("so you …", « alors tu … »); `question.rs` cuts further where a question starts.

use std::ops::Range;

use super::text::{Mark, Word};
use super::{CharSpan, cues::Lexicon};

/// A run of words and what closes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    /// Its words.
    pub words: Range<usize>,
    /// What closes it.
    pub mark: Mark,
}

impl Sentence {
    /// From the first letter to the end of the closing mark.
    pub(super) fn span(&self, words: &[Word]) -> CharSpan {
        let start = words.get(self.words.start).map_or(0, |word| word.span.start);
        let last = words.get(self.words.end.saturating_sub(1));
        let end = last.map_or(start, |word| word.stop.map_or(word.span.end, |(_, end)| end));
        CharSpan { start, end }
    }
}

/// Most words in one sentence; longer runs are cut, so that work grows with length and no faster.
const SENTENCE_MAX_WORDS: usize = 150;

/// Sentences as the punctuation has them.
pub(super) fn written(words: &[Word]) -> Vec<Sentence> {
    let mut found = Vec::new();
    let mut start = 0;
    for (place, word) in words.iter().enumerate() {
        if let Some((mark, _)) = word.stop {
            found.push(Sentence { words: start..place + 1, mark });
            start = place + 1;
        } else if place + 1 - start >= SENTENCE_MAX_WORDS {
            found.push(Sentence { words: start..place + 1, mark: Mark::Nothing });
            start = place + 1;
        }
    }
    if start < words.len() {
        found.push(Sentence { words: start..words.len(), mark: Mark::Nothing });
    }
    found
}

/// Fewest words that make a clause of their own where nothing is punctuated.
const CLAUSE_MIN_WORDS: usize = 3;

/// Sentences by words alone: cut before a discourse marker that opens a clause.
pub(super) fn by_words(words: &[Word], lexicon: &Lexicon) -> Vec<Sentence> {
    let mut found = Vec::new();
    let mut start = 0;
    for place in 1..words.len() {
        let long = place - start >= SENTENCE_MAX_WORDS;
        if long
            || place - start >= CLAUSE_MIN_WORDS
                && words.len() - place >= CLAUSE_MIN_WORDS
                && lexicon.breaks.contains(words[place].text.as_str())
                && !lexicon.breaks.contains(words[place - 1].text.as_str())
                && after_markers(words, place, lexicon)
        {
            found.push(Sentence { words: start..place, mark: Mark::Nothing });
            start = place;
        }
    }
    if start < words.len() {
        found.push(Sentence { words: start..words.len(), mark: Mark::Nothing });
    }
    found
}

/// Whether the markers from `place` on are followed by a word that begins a clause.
fn after_markers(words: &[Word], place: usize, lexicon: &Lexicon) -> bool {
    words[place..]
        .iter()
        .take(4)
        .find(|word| !lexicon.breaks.contains(word.text.as_str()))
        .is_some_and(|word| lexicon.begins.contains(word.text.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{cues, text};
    use crate::session::Language;

    #[test]
    fn an_abbreviation_a_number_and_a_trailing_ellipsis_end_no_sentence() {
        let words = text::words("Dr. Smith said 3.5... maybe more. Really?!", Language::En);
        let marks: Vec<_> = written(&words).into_iter().map(|s| (s.words, s.mark)).collect();
        assert_eq!(marks, [(0..6, Mark::Point), (6..7, Mark::Question)]);
    }

    #[test]
    fn without_punctuation_a_marker_that_opens_a_clause_begins_a_sentence() {
        let words = text::words("j'ai fait ma liste hier alors tu vas en parler", Language::Fr);
        let lexicon = cues::lexicon(Language::Fr).unwrap();
        assert_eq!(by_words(&words, lexicon).len(), 2);
    }
}
