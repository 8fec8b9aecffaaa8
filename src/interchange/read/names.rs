//! Who speaks, as the words of a file say it: `Name: text`, `[Name] text`, and names that say what
//! a person is.

use std::collections::BTreeMap;

use super::encoding::clean;
use crate::session::Role;

/// Longer is no name, in words and in characters. Ours.
const MOST_WORDS: usize = 6;
const MOST_CHARS: usize = 60;

/// Of this share of lines that open with a name, all names are believed. Ours: Zoom puts one on
/// every cue; where one stands only on some, a sentence such as "One thing: …" looks like one.
const NEARLY_ALL: f64 = 0.9;

/// The name before a colon, and what follows it.
pub(super) fn before_colon(line: &str) -> Option<(String, &str)> {
    let line = line.trim_start_matches(['-', '–', '>', ' ', '\t']);
    let ends = |(at, c): (usize, char)| {
        let rest = &line[at + c.len_utf8()..];
        (c == ':' && (rest.is_empty() || rest.starts_with(char::is_whitespace)))
            .then_some((at, rest))
    };
    // A name ends within its length: the rest of a long line is not looked through.
    let (at, rest) = line.char_indices().take(MOST_CHARS + 20).find_map(ends)?;
    Some((name(&line[..at])?, rest))
}

/// The name in square brackets at the start of a line, and what follows it.
pub(super) fn in_brackets(line: &str) -> Option<(String, &str)> {
    let (inside, rest) = line.trim_start().strip_prefix('[')?.split_once(']')?;
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    if rest.trim().is_empty() {
        return None;
    }
    Some((name(inside)?, rest))
}

/// A name as it is kept: without a time in brackets behind it. `None` for what cannot be one.
pub(super) fn name(text: &str) -> Option<String> {
    let mut name = clean(text);
    if let Some(at) = name.rfind(['(', '['])
        && is_time(name[at + 1..].trim_end_matches([')', ']']))
    {
        name.truncate(at);
        name = clean(&name);
    }
    let words: Vec<&str> = name.split(' ').collect();
    let possible = words.len() <= MOST_WORDS
        && name.chars().count() <= MOST_CHARS
        && name.chars().any(char::is_alphabetic)
        && !name.contains(['?', '!', ';', '…', '"', '«', '»', '“', '”', '<', '>', '{', '}', '/'])
        && words.iter().all(|word| ends_no_sentence(word))
        && (!name.contains(',') || words.iter().all(|word| opens_large(word)));
    possible.then_some(name)
}

/// "Dr." and "J." end no sentence; "Yes." does.
fn ends_no_sentence(word: &str) -> bool {
    let short = ["dr", "mr", "mrs", "ms", "mme", "mlle", "prof", "st", "jr", "sr"];
    word.strip_suffix('.').is_none_or(|word| {
        word.chars().count() == 1 || short.contains(&word.to_lowercase().as_str())
    })
}

fn opens_large(word: &str) -> bool {
    word.trim_start_matches('(').chars().next().is_some_and(char::is_uppercase)
}

/// `0:12`, `00:12`, `1:00:12`, with parts of a second or without.
pub(super) fn is_time(text: &str) -> bool {
    let parts: Vec<&str> = text.trim().split(':').collect();
    let digits =
        |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let Some((last, before)) = parts.split_last() else { return false };
    let seconds = last.split(['.', ',']).next().unwrap_or_default();
    let fraction = &last[seconds.len()..];
    (1..=2).contains(&before.len())
        && before.iter().all(|part| digits(part))
        && seconds.len() == 2
        && digits(seconds)
        && fraction.chars().skip(1).all(|c| c.is_ascii_digit())
}

/// Which of the names found at the start of `lines` lines are believed. Where names stand on nearly
/// all lines, all are; else one that stands once, when two others stand more often, is a sentence.
pub(super) fn believed<'a>(names: impl Iterator<Item = &'a str>, lines: usize) -> Vec<&'a str> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for name in names {
        *times.entry(name).or_default() += 1;
    }
    let found: usize = times.values().sum();
    #[expect(clippy::cast_precision_loss, reason = "lines of a file stay far below 2^53")]
    let everywhere = found as f64 >= lines as f64 * NEARLY_ALL;
    let often = times.values().filter(|&&count| count > 1).count();
    let keep = |&(_, count): &(&str, usize)| everywhere || often < 2 || count > 1;
    times.into_iter().filter(keep).map(|(name, _)| name).collect()
}

/// What a person is whose name says so: "Coach", "Anna (coach)", « Cliente ».
pub(super) fn role(name: &str) -> Option<Role> {
    let name = name.to_lowercase();
    let said = match name.rsplit_once('(') {
        Some((_, inside)) => inside.trim_end_matches(')').trim(),
        None => name.trim(),
    };
    match said {
        "coach" | "le coach" | "la coach" | "the coach" | "mentor" => Some(Role::Coach),
        "coachee" | "coaché" | "coachée" | "client" | "cliente" | "mentee" | "mentoré"
        | "mentorée" => Some(Role::Coachee),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_at_a_colon() {
        let named = |line| before_colon(line).map(|(name, rest)| (name, rest.trim().to_owned()));
        let pair = |name: &str, rest: &str| Some((name.to_owned(), rest.to_owned()));
        assert_eq!(named("Anna Müller: What now?"), pair("Anna Müller", "What now?"));
        assert_eq!(named("- Dr. J. Smith : Yes"), pair("Dr. J. Smith", "Yes"));
        assert_eq!(named("Smith, Anna (Coach): Yes: no"), pair("Smith, Anna (Coach)", "Yes: no"));
        assert_eq!(named("Élodie\u{a0}: oui"), pair("Élodie", "oui"));
        assert_eq!(named("Anna (00:12): hello"), pair("Anna", "hello"));
        assert_eq!(named("Speaker 2:"), pair("Speaker 2", ""));
        for line in [
            "Yes. So here it is: go",
            "Well, you know what: go",
            "What did he say? This: go",
            "at 10:30 we met",
            "https://example.org",
            "10: go",
            "a b c d e f g: too many words",
            ": nobody",
            "",
        ] {
            assert_eq!(named(line), None, "{line}");
        }
        assert_eq!(named(&format!("{}: x", "a".repeat(10_000))), None);
    }

    #[test]
    fn a_sentence_that_looks_like_a_name_is_not_believed() {
        let some = ["Anna", "Tom", "One thing", "Anna", "Tom"];
        assert_eq!(believed(some.into_iter(), 20), ["Anna", "Tom"]);
        assert_eq!(believed(some.into_iter(), 5), ["Anna", "One thing", "Tom"]);
        assert_eq!(believed(["Anna", "Tom"].into_iter(), 20), ["Anna", "Tom"]);
    }

    #[test]
    fn names_may_say_what_a_person_is() {
        assert_eq!(role("Coach"), Some(Role::Coach));
        assert_eq!(role("Anna Müller (Coach)"), Some(Role::Coach));
        assert_eq!(role("Coachée"), Some(Role::Coachee));
        assert_eq!(role("CLIENT"), Some(Role::Coachee));
        assert_eq!(role("Anna Coachman"), None);
    }

    #[test]
    fn a_time_is_digits_and_colons() {
        assert!(["0:12", "00:12", "1:00:12", "12:30.5"].iter().all(|time| is_time(time)));
        assert!(["12", "a:12", "0:1", "1:2:3:44", "", ":12"].iter().all(|time| !is_time(time)));
    }
}
