//! What was said: words with times where they are known, and the utterances they form.

use serde::{Deserialize, Serialize};

use super::{Ms, Span, SpeakerId};

/// The language of a stretch of talk, as far as the language engine tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    En,
    /// French.
    Fr,
    /// Any other: words are kept, codes are withheld (`language_unsupported`).
    #[serde(other)]
    Other,
}

impl Language {
    /// ISO 639-1 code, `None` for [`Language::Other`].
    #[must_use]
    pub fn code(self) -> Option<&'static str> {
        match self {
            Self::En => Some("en"),
            Self::Fr => Some("fr"),
            Self::Other => None,
        }
    }
}

/// One word as heard, with its punctuation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// The word, without spaces around it.
    pub text: String,
    /// When it is said.
    #[serde(flatten)]
    pub span: Span,
    /// How sure the speech-to-text model is of it, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
}

/// How the pitch moves at the end of an utterance, and before each pause inside it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Prosody {
    /// Slope of the pitch over the last half second, semitones a second; `None` where too little of
    /// it is voiced to tell.
    pub final_slope_st_per_s: Option<f64>,
    /// How much of it was voiced.
    pub voiced_ms: Option<Ms>,
    /// The same before pauses inside the utterance, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ends: Vec<WordEnd>,
}

/// How the pitch moves at the end of a word that a pause follows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WordEnd {
    /// Where the word ends, as `words` has it.
    pub at_ms: Ms,
    /// Slope of the pitch over the half second before, semitones a second.
    pub slope_st_per_s: Option<f64>,
    /// How much of it was voiced.
    pub voiced_ms: Ms,
}

/// What one speaker says in one go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Utterance {
    /// Number from 1, in the order of the transcript.
    pub id: u32,
    /// Who says it.
    pub speaker: SpeakerId,
    /// When, from the first to the last audible sound; absent in a transcript without times.
    #[serde(flatten, default)]
    pub span: OptionalSpan,
    /// Its language.
    pub language: Language,
    /// The words, as one line.
    pub text: String,
    /// The words one by one, where they are known apart. Joined by single spaces they are `text`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Word>,
    /// Melody of its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prosody: Option<Prosody>,
}

/// A span that may be absent, written as two fields `start_ms` and `end_ms` that are null or missing
/// together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "RawOptional", into = "RawOptional")]
pub struct OptionalSpan(pub Option<Span>);

#[derive(Default, Serialize, Deserialize)]
struct RawOptional {
    #[serde(default)]
    start_ms: Option<Ms>,
    #[serde(default)]
    end_ms: Option<Ms>,
}

impl From<RawOptional> for OptionalSpan {
    fn from(raw: RawOptional) -> Self {
        Self(raw.start_ms.zip(raw.end_ms).and_then(|(start, end)| Span::new(start, end)))
    }
}

impl From<OptionalSpan> for RawOptional {
    fn from(span: OptionalSpan) -> Self {
        Self { start_ms: span.0.map(Span::start), end_ms: span.0.map(Span::end) }
    }
}

impl Utterance {
    /// When it is said, if known.
    #[must_use]
    pub fn time(&self) -> Option<Span> {
        self.span.0
    }
}
