//! Captions: `WebVTT` and `SubRip` → what was said, by whom and when.
//!
//! Sources: W3C, "`WebVTT`: The Web Video Text Tracks Format", §4 and §6.4; `SubRip` has no standard
//! but its use. Read leniently, as players do: a block that is no caption is passed over. Names come
//! as `<v Name>` (Teams, and this program), as `Name: text` (Zoom) or as `[Name] text`.

use std::sync::LazyLock;

use regex::Regex;

use super::conversation::Said;
use super::{LATEST, Unreadable, language, names};
use crate::session::{Language, Ms};

/// A form of captions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Captions {
    WebVtt,
    SubRip,
}

/// What a file of captions holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Captioned {
    pub language: Option<Language>,
    pub said: Vec<Said>,
}

/// A caption before its names are read.
#[derive(Debug, Default)]
struct Cue {
    time: Option<(Ms, Ms)>,
    lines: Vec<String>,
}

/// Reads the captions of a file.
pub(super) fn captions(text: &str, form: Captions) -> Result<Captioned, Unreadable> {
    let (cues, language) = cues(text, form);
    if cues.is_empty() {
        return Err(Unreadable::NoCaptions);
    }
    let voices = form == Captions::WebVtt
        && cues.iter().flat_map(|cue| &cue.lines).any(|l| VOICE.is_match(l));
    let said = if voices { cues.iter().flat_map(by_voice).collect() } else { by_words(&cues) };
    Ok(Captioned { language, said })
}

/// The captions, and the language that the file says it is in.
fn cues(text: &str, form: Captions) -> (Vec<Cue>, Option<Language>) {
    let mut cues: Vec<Cue> = Vec::new();
    let mut said = None;
    for (nth, block) in blocks(text).enumerate() {
        let head = block.first().copied().unwrap_or_default();
        if form == Captions::WebVtt && (nth == 0 || is_note(head)) {
            let found = block.iter().find_map(|line| line.split_once("Language:"));
            said = said.or_else(|| language::of_code(found?.1));
        }
        let timed = block.iter().any(|line| line.contains("-->"));
        if !timed {
            // A blank line inside a caption is against the rules of both, and common in SubRip.
            if form == Captions::SubRip
                && let Some(cue) = cues.last_mut()
            {
                let words = block.iter().filter(|line| !is_number(line));
                cue.lines.extend(words.map(|line| (*line).to_owned()));
            }
            continue;
        }
        let mut open = false;
        for (at, line) in block.iter().enumerate() {
            if line.contains("-->") {
                cues.push(Cue { time: times(line), lines: Vec::new() });
                open = true;
            } else if let Some(cue) = cues.last_mut().filter(|_| open) {
                // The number of a caption that follows without a blank line.
                let next = block.get(at + 1).is_some_and(|next| next.contains("-->"));
                if !(next && is_number(line)) {
                    cue.lines.push((*line).to_owned());
                }
            }
        }
    }
    (cues, said)
}

/// Lines between blank lines.
fn blocks(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let mut lines = text.lines();
    std::iter::from_fn(move || {
        let first = lines.find(|line| !line.trim().is_empty())?;
        let rest = lines.by_ref().take_while(|line| !line.trim().is_empty());
        Some(std::iter::once(first).chain(rest).collect())
    })
}

fn is_note(line: &str) -> bool {
    line.strip_prefix("NOTE").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

fn is_number(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit())
}

/// `00:01.000 --> 00:04.000 align:start`: both times, or `None` when one cannot be read.
fn times(line: &str) -> Option<(Ms, Ms)> {
    let (start, rest) = line.split_once("-->")?;
    let end = rest.split_whitespace().next()?;
    Some((clock(start.trim())?, clock(end)?))
}

/// `hh:mm:ss.ttt` or `mm:ss,ttt`; the hours may be longer and the parts of a second missing.
fn clock(text: &str) -> Option<Ms> {
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let number = |digits: &str| -> Option<u64> {
        let plain = !digits.is_empty() && digits.len() <= 6;
        digits.parse().ok().filter(|_| plain && digits.bytes().all(|b| b.is_ascii_digit()))
    };
    let mut parts = whole.rsplit(':').map(number);
    let (seconds, minutes) = (parts.next()??, parts.next()??);
    let hours = parts.next().unwrap_or(Some(0))?;
    if parts.next().is_some() {
        return None;
    }
    let thousandths = number(&format!("{part:0<3}").chars().take(3).collect::<String>())?;
    let time = Ms(((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths);
    (time <= LATEST).then_some(time)
}

/// `<v Name>`, `<v.class Name>`.
static VOICE: LazyLock<Regex> = LazyLock::new(|| pattern(r"<v(?:\.[^\s<>]*)?[ \t]+([^<>]+)>"));
/// A tag of either form: a letter or a time after `<`, or `{\an8}`.
static TAG: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"</?[a-zA-Z][^<>]*>|<[0-9][0-9:.]*>|\{\\[^{}]*\}"));

#[expect(clippy::expect_used, reason = "written here and compiled by the tests")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern")
}

/// The voices of a caption; several share its time by their length.
fn by_voice(cue: &Cue) -> Vec<Said> {
    let text = cue.lines.join("\n");
    let mut pieces: Vec<(Option<String>, &str)> = Vec::new();
    let (mut name, mut from) = (None, 0);
    for found in VOICE.captures_iter(&text) {
        let (Some(whole), Some(who)) = (found.get(0), found.get(1)) else { continue };
        pieces.push((name.take(), &text[from..whole.start()]));
        (name, from) = (Some(plain(who.as_str())), whole.end());
    }
    pieces.push((name, &text[from..]));
    let pieces: Vec<Said> = pieces
        .into_iter()
        .map(|(name, text)| Said { name, time: None, text: plain(text) })
        .filter(|said| !said.text.trim().is_empty())
        .collect();
    shared_out(pieces, cue.time)
}

/// Gives each piece its part of a time.
fn shared_out(mut pieces: Vec<Said>, time: Option<(Ms, Ms)>) -> Vec<Said> {
    let size = |said: &Said| u64::try_from(said.text.chars().count()).unwrap_or(u64::MAX);
    let total = pieces.iter().map(size).sum::<u64>().max(1);
    let mut before = 0;
    for piece in &mut pieces {
        let after = before + size(piece);
        piece.time = time.map(|(start, end)| {
            // Neither is later than `LATEST`, and a file is no longer than memory: no overflow.
            let at = |chars: u64| start + Ms(end.since(start).0.saturating_mul(chars) / total);
            if end <= start { (start, end) } else { (at(before), at(after)) }
        });
        before = after;
    }
    pieces
}

/// Names before the words: by colon, or where there are none and most captions have them, in
/// brackets ("[laughs]" is no name).
fn by_words(cues: &[Cue]) -> Vec<Said> {
    let lines: Vec<Vec<String>> =
        cues.iter().map(|cue| cue.lines.iter().map(|line| plain(line)).collect()).collect();
    let first: Vec<&String> = lines.iter().filter_map(|lines| lines.first()).collect();
    let colons = lines.iter().flatten().filter_map(|line| names::before_colon(line));
    let colons: Vec<String> = colons.map(|(name, _)| name).collect();
    let believed = names::believed(colons.iter().map(String::as_str), first.len());
    let brackets = first.iter().filter(|line| names::in_brackets(line).is_some()).count();
    let in_brackets = believed.is_empty() && brackets * 2 >= first.len();
    let named = |line: &str| -> Option<(String, String)> {
        let (name, rest) =
            if in_brackets { names::in_brackets(line)? } else { names::before_colon(line)? };
        let known = in_brackets || believed.contains(&name.as_str());
        known.then(|| (name, rest.to_owned()))
    };
    let mut said = Vec::new();
    for (cue, lines) in cues.iter().zip(&lines) {
        let mut pieces: Vec<Said> = Vec::new();
        for line in lines {
            match (named(line), pieces.last_mut()) {
                (Some((name, text)), _) => {
                    pieces.push(Said { name: Some(name), time: None, text });
                }
                (None, Some(last)) => {
                    last.text.push(' ');
                    last.text.push_str(line);
                }
                (None, None) => pieces.push(Said { name: None, time: None, text: line.clone() }),
            }
        }
        said.extend(shared_out(pieces, cue.time));
    }
    said
}

/// Words without tags, references as characters.
fn plain(text: &str) -> String {
    html_escape::decode_html_entities(&TAG.replace_all(text, "")).into_owned()
}

#[cfg(test)]
mod tests;
