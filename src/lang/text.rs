//! Text as words: what was written, folded so that cues can be looked for, with the way back.
//!
//! In: an utterance as speech-to-text or a person wrote it. Out: [`Word`]s in lower case with
//! straight apostrophes, each with its place in the original text in Unicode scalar values, and
//! the [`Mark`]s that stand between them. Brackets ("[laughs]", "(pause)") are no words. French
//! elisions are words of their own: "qu'est-ce" is `qu'`, `est`, `ce`. One pass, any input.

use super::CharSpan;
use crate::session::Language;

/// What closes a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// ".", "!", a new line.
    Point,
    /// "?", also with others.
    Question,
    /// Nothing: the text ends, or was cut.
    Nothing,
}

/// One word.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about one word")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Lower case, straight apostrophe.
    pub text: String,
    /// Where in the original.
    pub span: CharSpan,
    /// A comma, dash, colon or quotation mark stands before it.
    pub pause: bool,
    /// A hyphen ties it to the word before ("avez-vous").
    pub joined: bool,
    /// It is broken off ("wh- what").
    pub cut: bool,
    /// It stands in quotation marks that were opened inside the sentence.
    pub quoted: bool,
    /// It began with a capital letter.
    pub capital: bool,
    /// What closes the sentence after it, and where that ends.
    pub stop: Option<(Mark, u32)>,
}

/// Longest bracket that is taken for a remark rather than for speech.
const BRACKET_MAX_CHARS: usize = 48;

/// Left parts of French elisions.
const ELIDED: [&str; 15] = [
    "c", "d", "j", "l", "m", "n", "s", "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "z",
    "quelqu",
];

/// Abbreviations whose full stop ends no sentence.
const ABBREVIATIONS: [&str; 14] =
    ["mr", "mrs", "ms", "dr", "st", "vs", "prof", "m", "mme", "mlle", "e.g", "i.e", "p", "no"];

/// Reads `text` into words.
pub(super) fn words(text: &str, language: Language) -> Vec<Word> {
    Reader::new(text, language).read()
}

fn straight(c: char) -> char {
    match c {
        '’' | '‘' | 'ʼ' | '`' | '´' | '′' => '\'',
        '\u{2010}' | '\u{2011}' => '-',
        '？' | '؟' => '?',
        '！' => '!',
        '。' => '.',
        c => c,
    }
}

/// Zero-width characters and the soft hyphen: they are in a word and mean nothing.
fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

/// A letter and the combining accent after it, as one letter; French only needs these.
fn composed(letter: char, accent: char) -> Option<char> {
    let row = match accent {
        '\u{301}' => "eé",
        '\u{300}' => "eèaàuù",
        '\u{302}' => "eêaâiîoôuû",
        '\u{308}' => "eëiïuü",
        '\u{327}' => "cç",
        _ => return None,
    };
    let mut pairs = row.chars();
    while let (Some(plain), Some(whole)) = (pairs.next(), pairs.next()) {
        if plain == letter {
            return Some(whole);
        }
    }
    None
}

struct Reader {
    chars: Vec<char>,
    language: Language,
    words: Vec<Word>,
    pause: bool,
    joined: bool,
    quoted: bool,
}

impl Reader {
    fn new(text: &str, language: Language) -> Self {
        Self {
            chars: text.chars().map(straight).collect(),
            language,
            words: Vec::new(),
            pause: false,
            joined: false,
            quoted: false,
        }
    }

    fn at(&self, place: usize) -> char {
        self.chars.get(place).copied().unwrap_or('\0')
    }

    fn read(mut self) -> Vec<Word> {
        let mut place = 0;
        while place < self.chars.len() {
            let c = self.at(place);
            place = match c {
                '[' | '(' => self.bracket(place),
                '.' | '?' | '!' | '…' | '\n' => self.closing(place),
                '-' => self.hyphen(place),
                '"' | '“' | '”' | '«' | '»' => {
                    let inside = self.words.last().is_some_and(|w| w.stop.is_none());
                    self.quoted = matches!(c, '"' if !self.quoted && inside)
                        || (matches!(c, '“' | '«') && inside);
                    self.pause = true;
                    place + 1
                }
                ',' | ';' | ':' | '–' | '—' | '/' => {
                    self.pause = true;
                    place + 1
                }
                c if c.is_alphanumeric() => self.word(place),
                '\'' if self.at(place + 1).is_alphanumeric() => self.word(place),
                _ => place + 1,
            };
        }
        self.words
    }

    /// Skips a short remark in brackets; otherwise only the bracket itself.
    fn bracket(&mut self, place: usize) -> usize {
        let close = if self.at(place) == '[' { ']' } else { ')' };
        let end = self.chars.len().min(place + BRACKET_MAX_CHARS);
        self.pause = true;
        self.chars[place..end].iter().position(|c| *c == close).map_or(place + 1, |n| place + n + 1)
    }

    fn hyphen(&mut self, place: usize) -> usize {
        let before = place > 0 && self.at(place - 1).is_alphanumeric();
        let after = self.at(place + 1).is_alphanumeric();
        match (before, after) {
            (true, true) => self.joined = true,
            (true, false) => {
                if let Some(word) = self.words.last_mut() {
                    word.cut = true;
                }
                self.pause |= self.at(place + 1) == '-';
            }
            // "avez -vous", as some transcripts are spaced.
            (false, true) if place > 0 && self.at(place - 1) == ' ' => self.joined = true,
            _ => self.pause = true,
        }
        place + 1
    }

    /// A run of closing marks: does it end a sentence, and which?
    fn closing(&mut self, place: usize) -> usize {
        let mut end = place;
        let (mut question, mut dots, mut strong) = (false, 0, false);
        while matches!(self.at(end), '.' | '?' | '!' | '…' | '\n') {
            match self.at(end) {
                '?' => question = true,
                '.' => dots += 1,
                '…' => dots += 3,
                _ => strong = true,
            }
            end += 1;
        }
        let next = self.chars[end..].iter().take(4).find(|c| c.is_alphanumeric()).copied();
        let inside = dots == 1 && end == place + 1 && self.at(end).is_alphanumeric();
        let trails = dots > 1 && next.is_some_and(|c| !c.is_uppercase());
        let Some(word) = self.words.last_mut() else { return end };
        let short = dots == 1
            && next.is_some()
            && (ABBREVIATIONS.contains(&word.text.as_str())
                && (word.capital || word.text.len() > 1)
                || word.capital && word.text.chars().count() == 1 && word.text != "i");
        if !question && !strong && (inside || trails || short) {
            self.pause |= trails;
            return end;
        }
        let mark = if question { Mark::Question } else { Mark::Point };
        let close = u32::try_from(end).unwrap_or(u32::MAX);
        word.stop = match word.stop {
            Some((Mark::Question, _)) => Some((Mark::Question, close)),
            _ => Some((mark, close)),
        };
        self.quoted = false;
        end
    }

    fn word(&mut self, place: usize) -> usize {
        let mut end = place;
        let mut text = String::new();
        let capital = self.at(place).is_uppercase();
        loop {
            let c = self.at(end);
            if c == '\'' {
                let more = self.at(end + 1).is_alphanumeric();
                if self.language == Language::Fr && ELIDED.contains(&text.as_str()) {
                    text.push('\'');
                    end += 1;
                    if text == "quelqu'" && more {
                        continue;
                    }
                    break;
                }
                if !more {
                    break;
                }
                text.push('\'');
            } else if c.is_alphanumeric() || c == '%' {
                text.extend(c.to_lowercase());
            } else if let Some(whole) = text.chars().last().and_then(|last| composed(last, c)) {
                text.pop();
                text.push(whole);
            } else if matches!(c, '.' | ',')
                && text.ends_with(|d: char| d.is_ascii_digit())
                && self.at(end + 1).is_ascii_digit()
            {
                text.push(c);
            } else if !invisible(c) {
                break;
            }
            end += 1;
        }
        let bound = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.words.push(Word {
            text,
            span: CharSpan { start: bound(place), end: bound(end) },
            pause: std::mem::take(&mut self.pause),
            joined: std::mem::take(&mut self.joined),
            cut: false,
            quoted: self.quoted,
            capital,
            stop: None,
        });
        end.max(place + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str, language: Language) -> Vec<String> {
        words(text, language).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn french_elisions_are_words_and_english_contractions_are_not_split() {
        assert_eq!(
            texts("Qu’est-ce qu'on fait aujourd'hui ?", Language::Fr),
            ["qu'", "est", "ce", "qu'", "on", "fait", "aujourd'hui"]
        );
        assert_eq!(texts("You’re right, don't!", Language::En), ["you're", "right", "don't"]);
    }

    #[test]
    fn a_word_knows_its_place_in_the_original() {
        let text = "😀 Été (rire) ça… \u{200b}va ?";
        let chars: Vec<char> = text.chars().collect();
        let read = words(text, Language::Fr);
        let cut = |w: &Word| -> String {
            chars[w.span.start as usize..w.span.end as usize].iter().collect()
        };
        assert_eq!(read.iter().map(cut).collect::<Vec<_>>(), ["Été", "ça", "va"]);
        assert_eq!(read[2].stop.map(|stop| stop.0), Some(Mark::Question));
    }

    #[test]
    fn decomposed_accents_read_like_composed_ones() {
        assert_eq!(texts("e\u{301}te\u{301}", Language::Fr), ["été"]);
    }
}
