//! `WebVTT`: captions with a voice each, for players and for people.
//!
//! In: a [`Session`]. Out: the text of a `.vtt` file. Source: W3C, "`WebVTT`: The Web Video Text
//! Tracks Format", §4 (syntax) and §3.1 (voice spans). A long utterance is cut into cues at its
//! words; text without times cannot be captioned, and the file then says so in a note.

use std::fmt::Write;

use crate::session::{Ms, Role, Session, Span, SpeakerId, Utterance};

/// Longest cue: two lines of 42 characters, as captions are read.
const CUE_CHARS: usize = 84;
/// Longest time a cue stands.
const CUE_TIME: Ms = Ms(7_000);

/// A cue before it is written.
struct Cue {
    span: Span,
    speaker: SpeakerId,
    text: String,
}

/// The captions of a session.
#[must_use]
pub fn vtt(session: &Session) -> String {
    let mut out = String::from("WEBVTT\n");
    if let Some(language) = session.source.language.code() {
        let _ = write!(out, "\nNOTE Language: {language}\n");
    }
    let timed = session.utterances.iter().any(|utterance| utterance.time().is_some());
    if !timed && !session.utterances.is_empty() {
        out.push_str("\nNOTE The transcript has no times.\n");
    }
    let mut cues: Vec<Cue> = session.utterances.iter().flat_map(cues).collect();
    // Cues start in order; equal starts keep the order of the transcript, for the sort is stable.
    cues.sort_by_key(|cue| cue.span.start());
    for (number, cue) in cues.iter().enumerate() {
        let (start, end) = (clock(cue.span.start()), clock(cue.span.end()));
        let voice = voice(session, cue.speaker);
        let _ = write!(out, "\n{}\n{start} --> {end}\n<v {voice}>{}\n", number + 1, cue.text);
    }
    out
}

/// An utterance in pieces that can be read in time.
fn cues(utterance: &Utterance) -> Vec<Cue> {
    let Some(time) = utterance.time() else { return Vec::new() };
    let words = timed_words(utterance, time);
    let mut cues: Vec<Cue> = Vec::new();
    for (text, span) in words {
        let text = escaped(&text);
        let joins = |cue: &&mut Cue| {
            let length = cue.text.chars().count() + 1 + text.chars().count();
            length <= CUE_CHARS && span.end().since(cue.span.start()) <= CUE_TIME
        };
        match cues.last_mut().filter(joins) {
            Some(cue) => {
                cue.text.push(' ');
                cue.text.push_str(&text);
                cue.span = cue.span.hull(span);
            }
            None => cues.push(Cue { span, speaker: utterance.speaker, text }),
        }
    }
    cues
}

/// The words with their times; where they are not known apart, spread over the utterance by their
/// length. Words without a visible character are left out.
fn timed_words(utterance: &Utterance, time: Span) -> Vec<(String, Span)> {
    if !utterance.words.is_empty() {
        let words = utterance.words.iter();
        let all = words.flat_map(|word| pieces(&word.text).into_iter().map(|w| (w, word.span)));
        return all.collect();
    }
    let words = pieces(&utterance.text);
    let size = |word: &String| u64::try_from(word.chars().count() + 1).unwrap_or(1);
    let total: u64 = words.iter().map(size).sum::<u64>().max(1);
    let length = time.length().0;
    let at = |chars: u64| time.start() + Ms(length * chars / total);
    let mut before = 0;
    let mut timed = Vec::with_capacity(words.len());
    for word in words {
        let after = before + size(&word);
        let span = Span::new(at(before), at(after)).unwrap_or(time);
        timed.push((word, span));
        before = after;
    }
    timed
}

/// Words without white space or control characters, none longer than a cue.
fn pieces(text: &str) -> Vec<String> {
    let visible: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut pieces = Vec::new();
    for word in visible.split_whitespace() {
        let chars: Vec<char> = word.chars().collect();
        pieces.extend(chars.chunks(CUE_CHARS).map(|chunk| chunk.iter().collect::<String>()));
    }
    pieces
}

/// Cue text: `&`, `<` and `>` as references, so that neither a tag nor `-->` can arise.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Who speaks: the name somebody gave, else the role, else the label.
fn voice(session: &Session, id: SpeakerId) -> String {
    let speaker = session.speakers.iter().find(|speaker| speaker.id == id);
    let name = speaker.and_then(|speaker| speaker.name.as_deref());
    let name = name.map(|name| pieces(name).join(" ")).filter(|name| !name.is_empty());
    name.map_or_else(
        || match session.role(id) {
            Role::Coach => "Coach".to_owned(),
            Role::Coachee => "Coachee".to_owned(),
            Role::Other | Role::Unknown => id.to_string(),
        },
        |name| escaped(&name),
    )
}

/// `hh:mm:ss.ttt`.
fn clock(at: Ms) -> String {
    let (seconds, ms) = (at.0 / 1000, at.0 % 1000);
    format!("{:02}:{:02}:{:02}.{ms:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests;
