//! Plain text: a line a person (`Name: text`), or a line with a name and a time over the words, as
//! Teams and Otter copy them.
//!
//! Times in it are starts only and tell no talk time: they are passed over, and the transcript is
//! one without times.

use super::conversation::Said;
use super::encoding::clean;
use super::{Unreadable, names};

/// A line that was looked at.
enum Line<'a> {
    /// A name and a time; the words follow.
    Heading(String),
    /// A name before a colon, and the words.
    Named(String, &'a str),
    /// Words.
    Words(&'a str),
}

/// Reads a text. What stands before the first name is a title and is left out.
pub(super) fn plain(text: &str) -> Result<Vec<Said>, Unreadable> {
    let lines: Vec<&str> =
        text.lines().map(without_time).filter(|line| !line.trim().is_empty()).collect();
    let headings = lines.iter().filter(|line| heading(line).is_some()).count();
    let read = |line: &&'_ str| -> Option<String> { Some(names::before_colon(line)?.0) };
    let colons: Vec<String> = lines.iter().filter_map(read).collect();
    // Under headings a colon is one of a sentence.
    let believed = if headings > 1 {
        Vec::new()
    } else {
        names::believed(colons.iter().map(String::as_str), lines.len())
    };
    let mut said: Vec<Said> = Vec::new();
    for line in &lines {
        match looked_at(line, &believed, headings > 1) {
            Line::Heading(name) => said.push(Said { name: Some(name), ..Said::default() }),
            Line::Named(name, text) => {
                said.push(Said { name: Some(name), time: None, text: text.to_owned() });
            }
            Line::Words(text) => {
                if let Some(last) = said.last_mut() {
                    last.text.push(' ');
                    last.text.push_str(text);
                }
            }
        }
    }
    match (said.is_empty(), lines.is_empty()) {
        (_, true) => Err(Unreadable::NothingSaid),
        (true, false) => Err(Unreadable::NoNames),
        (false, false) => Ok(said),
    }
}

fn looked_at<'a>(line: &'a str, believed: &[&str], headings: bool) -> Line<'a> {
    if headings && let Some(name) = heading(line) {
        return Line::Heading(name);
    }
    match names::before_colon(line) {
        Some((name, text)) if believed.contains(&name.as_str()) => Line::Named(name, text),
        _ => Line::Words(line),
    }
}

/// `Anna Smith  0:12`: a name with a time behind it and nothing else.
fn heading(line: &str) -> Option<String> {
    let line = line.trim();
    let (name, time) = line.rsplit_once(char::is_whitespace)?;
    let time = time.trim_matches(['(', ')', '[', ']']);
    if !names::is_time(time) || clean(name).ends_with(':') {
        return None;
    }
    names::name(name)
}

/// A line without the time it opens with: `[00:12] Anna: …`, `0:12 - Anna: …`.
fn without_time(line: &str) -> &str {
    let open = line.trim_start();
    let end = open.find(|c: char| !(c.is_ascii_digit() || "[]():.,".contains(c)));
    let (time, rest) = open.split_at(end.unwrap_or(open.len()));
    let time = time.trim_matches(['[', ']', '(', ')']);
    if !names::is_time(time) {
        return line;
    }
    rest.trim_start_matches([' ', '\t', '-', '–', ']', ')'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<(String, String)> {
        let all = plain(text).unwrap().into_iter();
        all.map(|one| (one.name.unwrap(), clean(&one.text))).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|&(name, text)| (name.to_owned(), text.to_owned())).collect()
    }

    #[test]
    fn lines_open_with_names_and_go_on_on_the_next() {
        let text = "Session of Monday\n\nCoach: What now?\nTom: I think:\nmy team.\n\nCoach: And?\nTom: One thing: time.\n";
        assert_eq!(
            said(text),
            pairs(&[
                ("Coach", "What now?"),
                ("Tom", "I think: my team."),
                ("Coach", "And?"),
                ("Tom", "One thing: time."),
            ])
        );
    }

    #[test]
    fn names_may_be_headings_with_a_time() {
        let text = "Anna Smith  0:03\nWhat now?\nOne thing: this?\n\nTom   1:00:12\nNo.\n\nAnna Smith (0:15)\nAnd?\n";
        assert_eq!(
            said(text),
            pairs(&[
                ("Anna Smith", "What now? One thing: this?"),
                ("Tom", "No."),
                ("Anna Smith", "And?"),
            ])
        );
    }

    #[test]
    fn times_before_names_are_passed_over() {
        let text = "[00:00:03] Anna: What now?\n0:07 - Tom: This.\n00:12 Anna: And?\n";
        assert_eq!(said(text), pairs(&[("Anna", "What now?"), ("Tom", "This."), ("Anna", "And?")]));
    }

    #[test]
    fn text_without_names_is_refused() {
        assert_eq!(plain("hello\nworld\n"), Err(Unreadable::NoNames));
        assert_eq!(plain(" \n\n"), Err(Unreadable::NothingSaid));
    }
}
