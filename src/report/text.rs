//! Text that others wrote, made safe to lay out.
//!
//! In: anything a recording, a transcript or a file name may hold. Out: one line of visible text of
//! the same number of characters, so that the offsets of cues still fit. Escaping for HTML is the
//! template's work and comes after.

/// What stands in for a character that could drive a terminal or turn the direction of a page.
const REPLACEMENT: char = '\u{fffd}';

/// One line: line breaks and tabs become spaces; control characters, and the marks that embed,
/// override or isolate a direction, become �. Right-to-left letters stay.
#[must_use]
pub fn clean(text: &str) -> String {
    text.chars().map(clean_char).collect()
}

fn clean_char(c: char) -> char {
    match c {
        '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => REPLACEMENT,
        // Code points that are no characters and tags that cannot be seen.
        '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}' => {
            REPLACEMENT
        }
        c if c.is_control() => REPLACEMENT,
        c => c,
    }
}

/// French marks keep to their word: the ordinary space before `? ! ; : »` or after `«` becomes one
/// that does not break. One character for one.
#[must_use]
pub fn french_spaces(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied();
    let keep = |(i, &c): (usize, &char)| match c {
        ' ' if matches!(at(i + 1), Some('?' | '!' | ';' | '»'))
            || (i > 0 && at(i - 1) == Some('«')) =>
        {
            '\u{202f}'
        }
        ' ' if at(i + 1) == Some(':') => '\u{a0}',
        c => c,
    };
    chars.iter().enumerate().map(keep).collect()
}

/// The first `words` words, and how many more there are; never more than `chars` characters.
#[must_use]
pub fn opening(text: &str, words: usize, chars: usize) -> (String, u64) {
    let mut kept = String::new();
    let mut left = 0;
    let mut room = chars;
    for (i, word) in text.split_whitespace().enumerate() {
        if i >= words || room == 0 {
            left += 1;
            continue;
        }
        if i > 0 {
            kept.push(' ');
        }
        let cut: String = word.chars().take(room).collect();
        room -= cut.chars().count();
        kept.push_str(&cut);
        if cut.len() < word.len() {
            kept.push('…');
        }
    }
    (kept, left)
}

/// The last `words` words, after "…" when there are more; never more than `chars` characters.
#[must_use]
pub fn ending(text: &str, words: usize, chars: usize) -> String {
    let all: Vec<&str> = text.split_whitespace().collect();
    let from = all.len().saturating_sub(words);
    let mut kept = all.get(from..).unwrap_or_default().join(" ");
    let over = kept.chars().count().saturating_sub(chars);
    if over > 0 {
        kept = kept.chars().skip(over).collect();
    }
    if from > 0 || over > 0 { format!("… {kept}") } else { kept }
}

/// A name for an element of the page, from a moment's id.
#[must_use]
pub fn anchor(id: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    id.chars().take(80).map(plain).collect()
}

/// A file name as one argument of a shell command.
#[must_use]
pub fn shell_word(name: &str) -> String {
    let name = clean(name);
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | '+' | ',');
    if !name.is_empty() && !name.starts_with('-') && name.chars().all(plain) {
        return name;
    }
    let quoted = format!("'{}'", name.replace('\'', "'\\''"));
    if name.starts_with('-') { format!("./{quoted}") } else { quoted }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_can_drive_a_terminal() {
        let hostile = "a\u{1b}[31mred\u{7}\0b\u{9b}2J\u{202e}txt\nnew";
        let clean = clean(hostile);
        assert!(clean.chars().all(|c| !c.is_control()), "{clean:?}");
        assert!(!clean.contains('\u{202e}'));
        assert_eq!(clean.chars().count(), hostile.chars().count(), "offsets still fit");
    }

    #[test]
    fn a_quotation_is_cut_by_words_and_by_characters() {
        assert_eq!(opening("one two three", 2, 100), ("one two".into(), 1));
        assert_eq!(ending("one two three", 2, 100), "… two three");
        assert_eq!(opening(&"x".repeat(10_000), 5, 10), ("xxxxxxxxxx…".into(), 0));
        assert!(ending(&"x".repeat(10_000), 5, 10).chars().count() < 20);
    }

    #[test]
    fn a_file_name_is_one_word_of_a_command() {
        assert_eq!(shell_word("séance.flac"), "séance.flac");
        assert_eq!(shell_word("it's; rm -rf ~"), r"'it'\''s; rm -rf ~'");
        assert_eq!(shell_word("-o.wav"), "./'-o.wav'");
    }

    #[test]
    fn french_marks_do_not_leave_their_word() {
        let text = "Et alors ? Il dit : « non » !";
        let kept = french_spaces(text);
        assert_eq!(kept, "Et alors\u{202f}? Il dit\u{a0}: «\u{202f}non\u{202f}»\u{202f}!");
        assert_eq!(kept.chars().count(), text.chars().count());
    }
}
