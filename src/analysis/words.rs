//! What analysis asks of the language room about single words.
//!
//! MERGE: the bodies are stand-ins until `lang::{word_count, is_backchannel, same_question,
//! punctuation}` are there; then each becomes a call.

use crate::lang::Punctuation;
use crate::session::Language;

/// A small sign of listening has at most so many words (CODEBOOK §1).
const LONGEST_SIGN: u64 = 3;

/// Words of a text.
pub(super) fn count(text: &str) -> u64 {
    let spoken = text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric));
    u64::try_from(spoken.count()).unwrap_or(u64::MAX)
}

/// At most three words, all of them small signs of listening.
pub(super) fn is_backchannel(text: &str, _language: Language) -> bool {
    const SIGNS: &[&str] = &[
        "mm", "hmm", "mmhmm", "mhm", "uh", "huh", "hm", "yeah", "yes", "yep", "right", "okay",
        "ok", "sure", "i", "see", "ah", "oh", "hum", "mmh", "oui", "ouais", "daccord", "je",
        "vois", "bien", "sûr", "voilà",
    ];
    let plain: Vec<String> = text
        .split(|c: char| c.is_whitespace() || c == '-')
        .map(|word| word.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase())
        .filter(|word| !word.is_empty())
        .collect();
    count(text) <= LONGEST_SIGN
        && !text.contains('?')
        && !plain.is_empty()
        && plain.iter().all(|word| SIGNS.contains(&word.as_str()))
}

/// Whether the second question repeats or repairs the first.
pub(super) fn same_question(first: &str, second: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.split_whitespace()
            .map(|word| word.chars().filter(|c| c.is_alphanumeric()).collect::<String>())
            .map(|word| word.to_lowercase())
            .filter(|word| word.chars().count() > 3)
            .collect()
    };
    let (first, second) = (words(first), words(second));
    let shared = second.iter().filter(|word| first.contains(word)).count();
    let shorter = first.len().min(second.len());
    shorter > 0 && shared * 3 >= shorter * 2
}

/// Whether this recording's question marks can be leant on.
pub(super) fn punctuation<'a>(mut texts: impl Iterator<Item = &'a str>) -> Punctuation {
    if texts.any(|text| text.contains('?')) { Punctuation::Written } else { Punctuation::Missing }
}
