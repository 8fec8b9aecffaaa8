//! A prescriptive phrase turned round: open questions that would have given the choice back.
//!
//! In: the words of the phrase. Out: no, one or two questions in the same language, made of its own
//! words: "You should talk to her" → "What might come of talking to her?". The cue is taken off
//! (you should, why don't you, je vous conseille de …), what is to be done is kept up to the next
//! pause or conjunction, and put into fixed sentences (`english.rs`, `french.rs`). Where what is
//! left does not begin with a verb we know the form of, or is longer than [`DOING_MAX_WORDS`],
//! nothing is offered: a question that reads badly teaches nothing.

mod english;
mod french;

use super::cues;
use super::text::{Word, words};
use crate::session::Language;

/// Most words of what is to be done.
const DOING_MAX_WORDS: usize = 12;

/// Open questions in place of a prescriptive phrase; empty where none would read well.
#[must_use]
pub fn reframings(phrase: &str, language: Language) -> Vec<String> {
    let words = words(phrase, language);
    match (language, cues::lexicon(language)) {
        (Language::En, Some(lexicon)) => english::questions(&words, phrase, lexicon),
        (Language::Fr, _) => french::questions(&words, phrase),
        _ => Vec::new(),
    }
}

/// How many words the longest of `runs` (words with spaces between) takes at `place`; words of
/// `between` may stand inside it.
fn run_at(words: &[Word], place: usize, runs: &[&str], between: &[&str]) -> Option<usize> {
    let is = |at: usize, text: &str| words.get(at).is_some_and(|word| word.text == text);
    let length = |run: &&str| {
        let mut at = place;
        for (number, part) in run.split(' ').enumerate() {
            while number > 0 && !is(at, part) && between.iter().any(|word| is(at, word)) {
                at += 1;
            }
            if !is(at, part) {
                return None;
            }
            at += 1;
        }
        Some(at - place)
    };
    runs.iter().filter_map(length).max()
}

/// End of the stretch that begins at `place`: the next pause, stop or word of `joins`, or the end.
fn stretch_end(words: &[Word], place: usize, joins: &[&str]) -> usize {
    let mut end = place;
    while end < words.len() {
        let word = &words[end];
        if end > place && (word.pause && !word.joined || joins.contains(&word.text.as_str())) {
            break;
        }
        end += 1;
        if word.stop.is_some() {
            break;
        }
    }
    end
}

/// The words as they were written, from the first to the one before `end`.
fn written(phrase: &str, words: &[Word], from: usize, end: usize) -> String {
    let (Some(first), Some(last)) = (words.get(from), words.get(end.saturating_sub(1))) else {
        return String::new();
    };
    if from >= end {
        return String::new();
    }
    let (start, stop) = (first.span.start as usize, last.span.end as usize);
    phrase.chars().skip(start).take(stop.saturating_sub(start)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Code, Context, Openness, Punctuation, code};

    fn english(phrase: &str) -> Vec<String> {
        reframings(phrase, Language::En)
    }

    fn french(phrase: &str) -> Vec<String> {
        reframings(phrase, Language::Fr)
    }

    #[test]
    fn an_english_phrase_gives_the_choice_back_in_its_own_words() {
        for (phrase, want) in [
            ("You should talk to her.", "What might come of talking to her?"),
            ("You really need to stop, today.", "What might come of stopping?"),
            ("Why don't you write it down?", "What might come of writing it down?"),
            ("I'd suggest you take a day off and rest", "What might come of taking a day off?"),
            ("You shouldn't be there.", "What might come of not being there?"),
            (
                "So maybe try talking to your boss first.",
                "What might come of talking to your boss first?",
            ),
            ("How about sitting down?", "What might come of sitting down?"),
            ("And don't be modest.", "What might come of not being modest?"),
            ("Tell him no.", "What might come of telling him no?"),
        ] {
            assert_eq!(english(phrase).first().map(String::as_str), Some(want), "{phrase}");
        }
    }

    #[test]
    fn a_french_phrase_gives_the_choice_back_in_its_own_words() {
        for (phrase, want) in [
            ("Tu devrais lui parler.", "Qu’est-ce que ça changerait de lui parler\u{202f}?"),
            (
                "Je vous conseille d’en parler à votre équipe, dès demain.",
                "Qu’est-ce que ça changerait d’en parler à votre équipe\u{202f}?",
            ),
            ("Il faut absolument dormir.", "Qu’est-ce que ça changerait de dormir\u{202f}?"),
            (
                "Vous ne devriez pas accepter",
                "Qu’est-ce que ça changerait de ne pas accepter\u{202f}?",
            ),
            ("Pourquoi ne pas écrire ?", "Qu’est-ce que ça changerait d’écrire\u{202f}?"),
        ] {
            assert_eq!(french(phrase).first().map(String::as_str), Some(want), "{phrase}");
        }
    }

    #[test]
    fn nothing_is_offered_where_it_would_not_read_well() {
        for phrase in [
            "You should, really.",
            "That would be best.",
            "It's time.",
            "You should the car",
            "That's what you have to do, you write it down.",
            "",
        ] {
            assert!(english(phrase).is_empty(), "{phrase}: {:?}", english(phrase));
        }
        for phrase in
            ["Il faut que tu lui parles.", "Parlez-en.", "Tu devrais.", "Il faut se lever."]
        {
            assert!(french(phrase).is_empty(), "{phrase}: {:?}", french(phrase));
        }
    }

    #[test]
    fn every_question_offered_is_open_to_our_own_coder_and_tells_nothing() {
        let phrases = [
            (Language::En, "You have to call the bank."),
            (Language::En, "You could ask your team what they think."),
            (Language::Fr, "Tu dois appeler la banque."),
            (Language::Fr, "Vous pourriez demander à votre équipe."),
        ];
        for (language, phrase) in phrases {
            let offered = reframings(phrase, language);
            assert_eq!(offered.len(), 2, "{phrase}");
            for question in offered {
                let context =
                    Context { punctuation: Punctuation::Written, before: None, melody: &[] };
                let acts = code(&question, language, context);
                assert!(
                    acts.iter().any(|act| matches!(
                        act.code,
                        Code::Question { pragmatic: Openness::Open, leading: false, .. }
                    )),
                    "{question}: {acts:?}"
                );
                let tells = |act: &&crate::lang::Act| {
                    matches!(act.code, Code::Prescriptive { .. }) && act.confidence >= 0.5
                };
                assert_eq!(acts.iter().find(tells), None, "{question}");
            }
        }
    }
}
