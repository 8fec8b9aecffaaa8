//! The whole conversation, by turn, coded acts marked.
//!
//! In: a [`Reader`] of a session. Out: [`Turn`]s: consecutive utterances of one speaker, in pieces
//! whose kind the page underlines or tints.

use super::moments::Reader;
use super::numbers::place;
use crate::analysis::{Moment, MomentKind};
use crate::lang::Openness;
use crate::report::moments::{display, index, runs};
use crate::session::{Ms, Role, Span, SpeakerId, Utterance};

/// What one speaker says until another does.
#[derive(Debug, Clone)]
pub struct Turn {
    /// Who.
    pub who: String,
    /// `c`, `o` or nothing: the coach, the other, unknown.
    pub class: &'static str,
    /// Where it starts; `None` without times.
    pub start: Option<Ms>,
    /// The same, to be read.
    pub place: String,
    /// Label of the speaker, for corrections.
    pub speaker: SpeakerId,
    /// The words, an utterance after the other.
    pub lines: Vec<Line>,
}

/// An utterance.
#[derive(Debug, Clone)]
pub struct Line {
    /// Number of the utterance.
    pub utterance: u32,
    /// When it is said.
    pub time: Option<Span>,
    /// The words.
    pub pieces: Vec<Coded>,
}

/// A stretch of words that were coded alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coded {
    /// The words.
    pub text: String,
    /// Classes of the page's style; empty for what was not coded.
    pub class: String,
    /// The code in words, for those who do not see the class.
    pub spoken: String,
}

/// The codes of a character: open, closed, phrased as advice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Codes {
    open: bool,
    closed: bool,
    level: Option<u8>,
}

/// The turns of a session.
#[must_use]
pub fn turns(reader: &Reader<'_>) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    let mut last = None;
    for utterance in &reader.session.utterances {
        let line = Line {
            utterance: utterance.id,
            time: utterance.time(),
            pieces: coded(reader, utterance),
        };
        match turns.last_mut().filter(|_| last == Some(utterance.speaker)) {
            Some(turn) => turn.lines.push(line),
            None => turns.push(Turn {
                who: reader.called(utterance.speaker),
                speaker: utterance.speaker,
                class: match reader.session.role(utterance.speaker) {
                    Role::Coach => "c",
                    Role::Coachee => "o",
                    Role::Other | Role::Unknown => "",
                },
                start: line.time.map(Span::start),
                place: line.time.map(|time| place(time.start())).unwrap_or_default(),
                lines: vec![line],
            }),
        }
        last = Some(utterance.speaker);
    }
    turns
}

fn coded(reader: &Reader<'_>, utterance: &Utterance) -> Vec<Coded> {
    let text = display(&utterance.text, reader.words.french());
    let chars: Vec<char> = text.chars().collect();
    let mut codes = vec![Codes::default(); chars.len()];
    let here = |moment: &&Moment| moment.utterances == Some([utterance.id; 2]) && !moment.rejected;
    for moment in reader.analysis.moments.iter().filter(here) {
        let Some(span) = moment.span else { continue };
        let (start, end) = (index(span.start), index(span.end).min(chars.len()));
        for code in codes.get_mut(start..end.max(start)).unwrap_or_default() {
            match (moment.kind, moment.openness) {
                (MomentKind::Question, Some(Openness::Open)) => code.open = true,
                (MomentKind::Question, _) => code.closed = true,
                (MomentKind::Prescriptive, _) => code.level = moment.level.or(Some(1)),
                _ => {}
            }
        }
    }
    let words = reader.words;
    let piece = |(text, codes): (String, Codes)| {
        let level = codes.level.map(|level| match level {
            3 => words.directive,
            2 => words.advice,
            _ => words.option,
        });
        let classes = [
            codes.open.then_some("a-open"),
            codes.closed.then_some("a-closed"),
            codes.level.map(|_| "a-p"),
        ];
        let spoken = [
            codes.open.then_some(words.open_question),
            codes.closed.then_some(words.closed_question),
            level,
        ];
        let spoken: Vec<String> = spoken
            .into_iter()
            .flatten()
            .map(|word| word.trim_start_matches([',', ' ']).to_lowercase())
            .collect();
        let class = classes.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let spoken =
            if spoken.is_empty() { String::new() } else { format!("[{}] ", spoken.join(", ")) };
        Coded { text, class, spoken }
    };
    runs(&chars, &codes).map(piece).collect()
}
