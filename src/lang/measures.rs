//! Small questions about a text that other rooms ask: how long, whose marks, the same again?
//!
//! In: text. Out: numbers, spans, yes or no. Definitions: CODEBOOK §1 and §2.

use std::collections::HashSet;

use super::{CharSpan, Punctuation, cues, listening, text};
use crate::session::Language;

/// Question marks per hundred words from which they can be leant on.
///
/// Over the 66 sessions of `annomi_dev.csv` as written, both speakers, the density is 0.36 at the
/// lowest and 1.23 in the middle; our six coached sessions have 2.2 to 2.9; without punctuation it
/// is 0. A third of the lowest leaves room for transcripts that mark only some questions.
const MARKS_PER_100_WORDS: f64 = 0.1;

/// Whether the question marks of a recording can be leant on, by how dense they are.
#[must_use]
pub fn punctuation<'a>(texts: impl Iterator<Item = &'a str>) -> Punctuation {
    let (mut marks, mut words) = (0_u32, 0_u32);
    for text in texts {
        marks = marks.saturating_add(
            u32::try_from(text.chars().filter(|c| matches!(c, '?' | '？' | '؟')).count())
                .unwrap_or(u32::MAX),
        );
        words = words.saturating_add(u32::try_from(word_count(text)).unwrap_or(u32::MAX));
    }
    if f64::from(marks) * 100.0 > MARKS_PER_100_WORDS * f64::from(words) {
        Punctuation::Written
    } else {
        Punctuation::Missing
    }
}

/// The sentences of a text as its punctuation has them.
#[must_use]
pub fn sentences(text: &str) -> Vec<CharSpan> {
    let words = text::words(text, Language::Other);
    super::sentences::written(&words).iter().map(|sentence| sentence.span(&words)).collect()
}

/// Words of a text: stretches between spaces with a letter or a digit in them. "Don't", « j'ai »
/// and « est-ce » are one word each, as captions and word-per-minute figures count them; a remark
/// in brackets is none.
#[must_use]
pub fn word_count(text: &str) -> u64 {
    let words = text::words(text, Language::Other);
    words.iter().filter(|word| !word.joined).count() as u64
}

/// Whether a text is rather French than English, by the small words of both that the cues know: for
/// texts too short to be sure of by their letters. Without any, it is English.
#[must_use]
pub fn rather_french(text: &str) -> bool {
    let small = |language| {
        let Some(lexicon) = cues::lexicon(language) else { return 0 };
        let known = |word: &&text::Word| {
            lexicon.function.contains(&word.text) || lexicon.backchannel.contains(&word.text)
        };
        text::words(text, language).iter().filter(known).count()
    };
    small(Language::Fr) > small(Language::En)
}

/// At most three words, all of them small signs of listening ("mm-hmm", « d'accord, ok »).
/// Whether it stands as a backchannel is for the timing to say.
#[must_use]
pub fn is_backchannel(text: &str, language: Language) -> bool {
    // Three of the longest are half as long; but a remark in brackets is no word, however long.
    const LONGEST_BYTES: usize = 120;
    if text.len() > LONGEST_BYTES && !text.contains(['(', '[']) {
        return false;
    }
    cues::lexicon(language)
        .is_some_and(|lexicon| listening::is_backchannel(&text::words(text, language), lexicon))
}

/// Words of a text by which its speaker speaks of themselves ("I", "my", « je »), and by which they
/// speak of whom they talk to ("you", « vous », « tu »); "you know" and its like speak of nobody.
#[must_use]
pub fn persons(text: &str, language: Language) -> (u64, u64) {
    let Some(lexicon) = cues::lexicon(language) else { return (0, 0) };
    let words = text::words(text, language);
    let aside = |place: usize| {
        let pair = |first: usize| {
            words.get(first..first + 2).is_some_and(|pair| {
                lexicon.asides.contains(&format!("{} {}", pair[0].text, pair[1].text))
            })
        };
        pair(place) || place.checked_sub(1).is_some_and(pair)
    };
    let count = |list: &HashSet<String>| {
        let told = (0..words.len()).filter(|&at| list.contains(&words[at].text) && !aside(at));
        told.count() as u64
    };
    (count(&lexicon.oneself), count(&lexicon.addressed))
}

/// Whether the last word of `text` is one that a finished clause does not end in: "it's more
/// about", « il faut que je ». Speech-to-text puts a full stop there all the same.
#[must_use]
pub fn is_unfinished(text: &str, language: Language) -> bool {
    let words = text::words(text, language);
    cues::lexicon(language)
        .zip(words.last())
        .is_some_and(|(lexicon, last)| lexicon.unfinished.contains(&last.text))
}

/// Share of the shorter question's telling words that the other has too, from which it is a repair
/// or a repetition: "What do you want? What do you really want?".
const SAME_OVERLAP: f64 = 0.75;

/// Whether `b` asks what `a` asked, in the same or nearly the same words.
#[must_use]
pub fn same_question(a: &str, b: &str) -> bool {
    let telling = |text: &str| -> HashSet<String> {
        let words = text::words(text, Language::Fr);
        let small = |word: &str| {
            [Language::En, Language::Fr]
                .into_iter()
                .filter_map(cues::lexicon)
                .any(|lexicon| lexicon.function.contains(word) || lexicon.leads.contains(word))
        };
        let rest: HashSet<String> =
            words.iter().filter(|w| !small(&w.text)).map(|w| w.text.clone()).collect();
        if rest.is_empty() { words.into_iter().map(|w| w.text).collect() } else { rest }
    };
    let (a, b) = (telling(a), telling(b));
    let shorter = a.len().min(b.len());
    if shorter == 0 {
        return a.len() == b.len();
    }
    let common = f64::from(u32::try_from(a.intersection(&b).count()).unwrap_or(u32::MAX));
    common >= SAME_OVERLAP * f64::from(u32::try_from(shorter).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_leant_on_where_there_are_some() {
        assert_eq!(punctuation(["What now?", "I see."].into_iter()), Punctuation::Written);
        assert_eq!(punctuation(["what now", "i see"].into_iter()), Punctuation::Missing);
        assert_eq!(punctuation(std::iter::empty()), Punctuation::Missing);
    }

    #[test]
    fn an_elision_counts_with_its_word() {
        assert_eq!(word_count("J'ai fini, est-ce clair ? (rires)"), 4);
        assert_eq!(word_count("I don't  know…"), 3);
        assert_eq!(word_count(" -- "), 0);
    }

    #[test]
    fn who_is_spoken_of_is_counted_in_both_languages_and_asides_are_not() {
        assert_eq!(persons("I told you, you know, it's my job.", Language::En), (2, 1));
        assert_eq!(persons("J'ai fini, tu vois, et toi, tu t'arrêtes ?", Language::Fr), (1, 3));
        assert_eq!(persons("S'il vous plaît, votre avis.", Language::Fr), (0, 1));
        assert_eq!(persons("ich und du", Language::Other), (0, 0));
    }

    #[test]
    fn a_repair_asks_the_same_again() {
        assert!(same_question("What do you want?", "What do you really want?"));
        assert!(same_question(
            "Qu'est-ce que vous voulez ?",
            "Vraiment, qu'est-ce que vous voulez ?"
        ));
        assert!(!same_question("What do you want?", "Who could help you?"));
        assert!(!same_question("Vous étiez en colère ?", "Vous lui avez dit ?"));
    }

    #[test]
    fn a_clause_that_ends_in_a_preposition_is_unfinished_whatever_mark_follows() {
        assert!(is_unfinished("It's more about.", Language::En));
        assert!(is_unfinished("Je n'ai rien dit mais après.", Language::Fr));
        assert!(!is_unfinished("That is what I want.", Language::En));
        assert!(!is_unfinished("", Language::Fr));
    }

    #[test]
    fn a_backchannel_is_three_words_of_the_list() {
        assert!(is_backchannel("Mm-hmm.", Language::En));
        assert!(is_backchannel("D’accord, ok.", Language::Fr));
        assert!(!is_backchannel("Yes, I did that last week.", Language::En));
        assert!(!is_backchannel("", Language::En));
    }

    #[test]
    fn sentences_cover_their_marks() {
        let spans = sentences("Oui… d'accord. Et toi ?");
        assert_eq!(spans, [CharSpan { start: 0, end: 14 }, CharSpan { start: 15, end: 23 }]);
    }
}
