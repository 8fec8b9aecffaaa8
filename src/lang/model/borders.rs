//! Where a sentence ends when nothing is punctuated.
//!
//! In: words. Out: sentences. A linear model looks at the two or three words on each side of every
//! gap; it has learnt from punctuated talk with the marks taken off (`scripts/train-coder`).

use super::classes::class;
use super::features::{Feature, Features};
use super::hash::Name;
use super::table::Table;
use crate::lang::CharSpan;
use crate::lang::sentences::Sentence;
use crate::lang::text::{self, Mark, Word};
use crate::session::Language;

/// The weights of the gaps of one language.
pub type Borders = Table<1>;

/// Most words in one sentence; longer runs are cut, so that work grows with length and no faster.
const SENTENCE_MAX_WORDS: usize = 60;

/// Kind of the names of these features: apart from those of sentences.
const GAP: u8 = 16;

/// Sentences by words alone.
pub(in crate::lang) fn cut(words: &[Word], borders: &Borders, language: Language) -> Vec<Sentence> {
    let mut found = Vec::new();
    let mut start = 0;
    for place in 1..words.len() {
        let long = place - start >= SENTENCE_MAX_WORDS;
        if long || !words[place].joined && borders.scores(&gap(words, place, language))[0] > 0.0 {
            found.push(Sentence { words: start..place, mark: Mark::Nothing });
            start = place;
        }
    }
    if start < words.len() {
        found.push(Sentence { words: start..words.len(), mark: Mark::Nothing });
    }
    found
}

/// A gap between two words, as the model sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// What is seen of it.
    pub features: Features,
    /// From the end of the word before to the start of the word after.
    pub span: CharSpan,
    /// Whether the punctuation ends a sentence there.
    pub ends: bool,
}

/// The gaps of a text.
#[must_use]
pub fn gaps(text: &str, language: Language) -> Vec<Gap> {
    let words = text::words(text, language);
    (1..words.len())
        .filter(|place| !words[*place].joined)
        .map(|place| Gap {
            features: gap(&words, place, language),
            span: CharSpan { start: words[place - 1].span.end, end: words[place].span.start },
            ends: words[place - 1].stop.is_some(),
        })
        .collect()
}

/// Words on each side of a gap that are seen wherever they stand.
const NEAR: isize = 6;

/// What is seen of the gap before `place`.
fn gap(words: &[Word], place: usize, language: Language) -> Features {
    let word = |offset: isize| -> &str {
        place
            .checked_add_signed(offset)
            .and_then(|at| words.get(at))
            .map_or("^", |word| word.text.as_str())
    };
    let shape = |offset: isize| class(word(offset), language);
    let near = |count: usize| if count < 3 { ["0", "1", "2"][count] } else { "3+" };
    let (left, right) = (near(place), near(words.len() - place));
    let names: [&[&str]; 17] = [
        &["l", word(-1)],
        &["r", word(0)],
        &["ll", word(-2), word(-1)],
        &["rr", word(0), word(1)],
        &["lr", word(-1), word(0)],
        &["l.r", word(-2), word(0)],
        &["lr.", word(-1), word(1)],
        &["llr", word(-2), word(-1), word(0)],
        &["lrr", word(-1), word(0), word(1)],
        &["rrr", word(0), word(1), word(2)],
        &["s lll", shape(-3), shape(-2), shape(-1)],
        &["s rrr", shape(0), shape(1), shape(2)],
        &["s lr", shape(-1), shape(0)],
        &["s llrr", shape(-2), shape(-1), shape(0), shape(1)],
        &["edge", left, right],
        &["edge l", left, word(0)],
        &["edge r", right, word(0)],
    ];
    let mut features = Features::default();
    let group = &mut features.groups[0];
    for parts in names {
        let name = parts.iter().fold(Name::new(GAP), |name, part| name.text(part).border());
        group.push(Feature { key: name.number(), from: 0, to: 0 });
    }
    for (side, offsets) in [("left", -NEAR..0), ("right", 0..NEAR)] {
        for offset in offsets {
            let name = Name::new(GAP).text(side).border().text(word(offset)).border();
            group.push(Feature { key: name.number(), from: 0, to: 0 });
            let name = Name::new(GAP).text(side).border().text(shape(offset)).border().border();
            group.push(Feature { key: name.number(), from: 0, to: 0 });
        }
    }
    group.sort_unstable();
    group.dedup_by_key(|feature| feature.key);
    features
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_an_end_where_a_sentence_closes_and_marks_are_not_seen() {
        let ends = |text: &str| -> Vec<bool> {
            gaps(text, Language::En).into_iter().map(|gap| gap.ends).collect()
        };
        assert_eq!(ends("I see. So what now?"), [false, true, false, false]);
        let seen = |text: &str| -> Vec<Features> {
            gaps(text, Language::En).into_iter().map(|gap| gap.features).collect()
        };
        assert_eq!(seen("I see. So, what now?"), seen("i see so what now"));
    }
}
