//! Which rules are worth running where: by the first word that each of them can begin with.
//!
//! In: the patterns of a book. Out: for a word, the rules that may match from it on. A sentence has
//! few of the hundreds of words that rules begin with, so most rules are never run on it.

use std::collections::HashMap;

use regex_automata::meta::{Config, Regex};
use regex_automata::{Anchored, Input};
use regex_syntax::hir::literal::{ExtractKind, Extractor};

/// Memory for the automata of one pattern; the default makes the search fall back to a slow one.
const AUTOMATON_BYTES: usize = 64 << 20;

/// Most beginnings that are told apart in one pattern; with more it is tried at every word.
const BEGINNINGS_MAX: usize = 4000;

/// Patterns by what they begin with. A pattern is matched against ` word word word `, begins at a
/// space and ends at one.
#[derive(Debug, Default)]
pub(super) struct Finder {
    patterns: Vec<Regex>,
    /// By a whole first word.
    words: HashMap<String, Vec<usize>>,
    /// By what a first word begins with.
    prefixes: HashMap<char, Vec<(String, usize)>>,
    /// That may begin with any word.
    anywhere: Vec<usize>,
}

impl Finder {
    /// Adds a pattern; its number is how many were added before it.
    pub(super) fn add(&mut self, pattern: &str) -> Result<(), String> {
        let pattern = format!(" (?:{pattern}) ");
        let config = Config::new()
            .nfa_size_limit(Some(AUTOMATON_BYTES))
            .hybrid_cache_capacity(AUTOMATON_BYTES);
        let number = self.patterns.len();
        let hir = regex_syntax::parse(&pattern).map_err(|error| error.to_string())?;
        let regex = Regex::builder()
            .configure(config)
            .build_from_hir(&hir)
            .map_err(|error| error.to_string())?;
        let mut extractor = Extractor::new();
        extractor.kind(ExtractKind::Prefix).limit_total(BEGINNINGS_MAX).limit_class(64);
        match extractor.extract(&hir).literals() {
            None => self.anywhere.push(number),
            Some(literals) => {
                let mut begins: Vec<(String, bool)> = Vec::new();
                for literal in literals {
                    // An odd cut through a letter is left off: what stands before it still holds.
                    let text = String::from_utf8_lossy(literal.as_bytes());
                    let text = text.trim_end_matches('\u{fffd}').trim_start();
                    begins.push(match text.split_once(' ') {
                        Some((word, _)) => (word.to_owned(), true),
                        None => (text.to_owned(), false),
                    });
                }
                begins.sort();
                begins.dedup();
                if begins.iter().any(|(text, _)| text.is_empty()) {
                    self.anywhere.push(number);
                } else {
                    for (text, whole) in begins {
                        match text.chars().next() {
                            Some(first) if !whole => {
                                self.prefixes.entry(first).or_default().push((text, number));
                            }
                            _ => self.words.entry(text).or_default().push(number),
                        }
                    }
                }
            }
        }
        self.patterns.push(regex);
        Ok(())
    }

    /// Every match in `text`, whose words begin at the bytes `starts` (the last of which is its
    /// length): number of the pattern, first word, one past the last. Matches of one pattern do not
    /// overlap; the leftmost come first.
    pub(super) fn find(&self, text: &str, starts: &[usize]) -> Vec<(usize, usize, usize)> {
        let mut found = Vec::new();
        let mut free = vec![0_usize; self.patterns.len()];
        let mut tried: Vec<usize> = Vec::new();
        for (place, pair) in starts.windows(2).enumerate() {
            let word = &text[pair[0]..pair[1] - 1];
            tried.clear();
            tried.extend(&self.anywhere);
            tried.extend(self.words.get(word).into_iter().flatten());
            let by_prefix = word.chars().next().and_then(|first| self.prefixes.get(&first));
            tried.extend(
                by_prefix
                    .into_iter()
                    .flatten()
                    .filter(|(prefix, _)| word.starts_with(prefix.as_str()))
                    .map(|(_, number)| *number),
            );
            tried.sort_unstable();
            tried.dedup();
            for number in &tried {
                if free[*number] > place {
                    continue;
                }
                let input = Input::new(text).range(pair[0] - 1..).anchored(Anchored::Yes);
                let Some(hit) = self.patterns[*number].find(input) else { continue };
                if let Ok(end) = starts.binary_search(&hit.end()) {
                    found.push((*number, place, end));
                    free[*number] = end;
                }
            }
        }
        found.sort_unstable();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(patterns: &[&str], text: &str) -> Vec<(usize, usize, usize)> {
        let mut finder = Finder::default();
        for pattern in patterns {
            finder.add(pattern).unwrap();
        }
        let mut canon = String::from(" ");
        let mut starts = Vec::new();
        for word in text.split(' ') {
            starts.push(canon.len());
            canon.push_str(word);
            canon.push(' ');
        }
        starts.push(canon.len());
        finder.find(&canon, &starts)
    }

    #[test]
    fn a_pattern_is_found_at_each_word_it_can_begin_with() {
        let patterns = ["you (?:should|must)", "[a-z]+ed", "(?:l' )?été", "any(?:thing)? else"];
        assert_eq!(
            found(&patterns, "you should rest and you must say anything else"),
            [(0, 0, 2), (0, 4, 6), (3, 7, 9)]
        );
        assert_eq!(found(&patterns, "l' été passed"), [(1, 2, 3), (2, 0, 2)]);
    }

    #[test]
    fn only_whole_words_are_found_and_one_pattern_never_twice_on_a_word() {
        assert_eq!(found(&["so so", "s"], "so so so s"), [(0, 0, 2), (1, 3, 4)]);
        assert_eq!(found(&["you"], "your young you"), [(0, 2, 3)]);
    }
}
