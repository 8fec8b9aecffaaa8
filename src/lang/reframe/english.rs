//! English: what is to be done, as a gerund.

use super::super::cues::Lexicon;
use super::super::text::Word;
use super::{DOING_MAX_WORDS, run_at, stretch_end, written};

/// Cues before a base form.
const BEFORE_BASE: [&str; 38] = [
    "you should",
    "you must",
    "you need to",
    "you have to",
    "you've got to",
    "you gotta",
    "you ought to",
    "you had better",
    "you'd better",
    "you better",
    "you could",
    "you can",
    "you might",
    "you might want to",
    "you may want to",
    "you could try to",
    "you want to",
    "you'll need to",
    "you'll have to",
    "you should not",
    "you shouldn't",
    "you must not",
    "you mustn't",
    "you can't",
    "why don't you",
    "why not",
    "make sure you",
    "make sure to",
    "remember to",
    "don't forget to",
    "try to",
    "suggest you",
    "recommend you",
    "advise you to",
    "suggest that you",
    "recommend that you",
    "want you to",
    "encourage you to",
];
/// Cues before a gerund.
const BEFORE_GERUND: [&str; 12] = [
    "how about",
    "what about",
    "try",
    "thought about",
    "thought of",
    "considered",
    "consider",
    "recommend",
    "suggest",
    "you could try",
    "you should try",
    "worth",
];
/// Cues that say not to.
const NOT: [&str; 5] =
    ["you should not", "you shouldn't", "you must not", "you mustn't", "you can't"];
/// Orders not to.
const DO_NOT: [&str; 3] = ["don't", "do not", "never"];
/// Verbs that say too little by themselves.
const NEEDS_MORE: [&str; 11] =
    ["try", "consider", "make", "take", "get", "give", "put", "have", "be", "do", "say"];
/// Words between the cue and the verb.
const BETWEEN: [&str; 16] = [
    "really",
    "just",
    "definitely",
    "probably",
    "always",
    "maybe",
    "perhaps",
    "also",
    "simply",
    "absolutely",
    "certainly",
    "first",
    "then",
    "at least",
    "actually",
    "please",
];
/// Words that begin something else.
const JOINS: [&str; 14] = [
    "and", "but", "because", "so", "or", "then", "if", "when", "before", "after", "since", "okay",
    "right", "while",
];
/// Words that may stand before an order.
const LEADS: [&str; 12] =
    ["so", "well", "okay", "ok", "and", "but", "now", "just", "please", "then", "maybe", "right"];
/// Short verbs whose last letter is not doubled though it looks as if: the stress is not on it.
const UNDOUBLED: [&str; 9] =
    ["listen", "open", "visit", "cancel", "limit", "follow", "remember", "offer", "order"];

/// Questions in place of the phrase.
pub(super) fn questions(words: &[Word], phrase: &str, lexicon: &Lexicon) -> Vec<String> {
    let verb = |place: usize| {
        words.get(place).filter(|word| lexicon.verbs.contains(&word.text) || word.text == "be")
    };
    let past = |mut place: usize| {
        while let Some(length) = run_at(words, place, &BETWEEN, &[]) {
            place += length;
        }
        place
    };
    let mut found: Option<(bool, usize, bool)> = None;
    for place in 0..words.len() {
        if let Some(length) = run_at(words, place, &BEFORE_BASE, &BETWEEN) {
            let start = past(place + length);
            if verb(start).is_some() {
                found = Some((run_at(words, place, &NOT, &BETWEEN) == Some(length), start, false));
                break;
            }
        }
        if let Some(length) = run_at(words, place, &BEFORE_GERUND, &BETWEEN) {
            let start = past(place + length);
            let gerund = words.get(start).filter(|w| w.text.len() > 4 && w.text.ends_with("ing"));
            if gerund.is_some_and(|word| lexicon.verbs.iter().any(|v| ing(v) == word.text)) {
                found = Some((false, start, true));
                break;
            }
        }
    }
    if found.is_none() {
        let mut head = 0;
        while words.get(head).is_some_and(|word| LEADS.contains(&word.text.as_str())) {
            head += 1;
        }
        let not = run_at(words, head, &DO_NOT, &[]);
        let head = head + not.unwrap_or(0);
        if verb(head).is_some() {
            found = Some((not.is_some(), head, false));
        }
    }
    let Some((not, start, gerund)) = found else { return Vec::new() };
    let end = stretch_end(words, start, &JOINS);
    if end - start > DOING_MAX_WORDS {
        return Vec::new();
    }
    let after = &words[start].text;
    if end == start + 1 && NEEDS_MORE.contains(&after.as_str()) {
        return Vec::new();
    }
    let rest = written(phrase, words, start + 1, end);
    let verb = if gerund { after.clone() } else { ing(after) };
    let doing = [if not { "not" } else { "" }, verb.as_str(), rest.as_str()];
    let doing = doing.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let change = format!("What would {doing} change for you?");
    // "What might come of coming" stumbles.
    if verb == "coming" {
        vec![change]
    } else {
        vec![format!("What might come of {doing}?"), change]
    }
}

/// The gerund of a base form.
fn ing(verb: &str) -> String {
    let letters: Vec<char> = verb.chars().collect();
    let vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u');
    match letters.as_slice() {
        ['b', 'e'] => "being".to_owned(),
        [stem @ .., 'i', 'e'] => format!("{}ying", stem.iter().collect::<String>()),
        [.., a, 'e'] if !matches!(a, 'e' | 'o' | 'y') => format!("{}ing", &verb[..verb.len() - 1]),
        [.., a, b, c]
            if vowel(*b)
                && !vowel(*a)
                && !vowel(*c)
                && !matches!(c, 'w' | 'x' | 'y')
                && !UNDOUBLED.contains(&verb) =>
        {
            format!("{verb}{c}ing")
        }
        // "quit": the u belongs to the q.
        ['q', 'u', b, c] if vowel(*b) && !vowel(*c) => format!("{verb}{c}ing"),
        _ => format!("{verb}ing"),
    }
}

#[cfg(test)]
mod tests {
    use super::ing;

    #[test]
    fn gerunds_are_spelt_as_english_spells_them() {
        for (verb, want) in [
            ("talk", "talking"),
            ("write", "writing"),
            ("stop", "stopping"),
            ("lie", "lying"),
            ("see", "seeing"),
            ("say", "saying"),
            ("quit", "quitting"),
            ("listen", "listening"),
            ("fix", "fixing"),
            ("be", "being"),
            ("put", "putting"),
            ("open", "opening"),
        ] {
            assert_eq!(ing(verb), want);
        }
    }
}
