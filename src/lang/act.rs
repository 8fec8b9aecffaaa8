//! What the language engine finds in an utterance: acts, each with the words that show it.

use serde::{Deserialize, Serialize};

/// A range of an utterance's text in Unicode scalar values, half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "(u32, u32)", from = "(u32, u32)")]
pub struct CharSpan {
    /// First scalar value.
    pub start: u32,
    /// One past the last.
    pub end: u32,
}

impl From<(u32, u32)> for CharSpan {
    fn from((start, end): (u32, u32)) -> Self {
        Self { start, end }
    }
}

impl From<CharSpan> for (u32, u32) {
    fn from(span: CharSpan) -> Self {
        (span.start, span.end)
    }
}

/// A rule that fired and the words that made it fire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cue {
    /// `language.kind.name`, as in `src/lang/*.toml`.
    pub rule: String,
    /// Where, in the utterance's text.
    #[serde(flatten)]
    pub span: CueSpan,
}

/// [`CharSpan`] written as two fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CueSpan {
    /// First scalar value.
    pub start: u32,
    /// One past the last.
    pub end: u32,
}

/// The form of a question (CODEBOOK §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionForm {
    /// What, how, why, …
    Wh,
    /// "Tell me …", "I wonder …".
    Indirect,
    /// Inversion, est-ce que.
    YesNo,
    /// A or B.
    Alternative,
    /// A statement with "don't you?", « n'est-ce pas ? ».
    Tag,
    /// A statement in a rising tone.
    Declarative,
    /// "And then?", « Et encore ? ».
    Fragment,
}

/// Open or closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Openness {
    /// The client chooses the direction and length of the answer.
    Open,
    /// Yes or no, a choice, a number, one fact.
    Closed,
}

/// How hard a prescriptive phrase pushes; never lowered by a request for leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Push {
    /// Level 1: "you could".
    Option,
    /// Level 2: "I would recommend".
    Advice,
    /// Level 3: "you should".
    Directive,
}

impl Push {
    /// 1, 2 or 3.
    #[must_use]
    pub fn level(self) -> u8 {
        match self {
            Self::Option => 1,
            Self::Advice => 2,
            Self::Directive => 3,
        }
    }
}

/// What an act is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Code {
    /// Asks.
    Question {
        /// Grammatical form.
        form: QuestionForm,
        /// Openness under the pragmatic rule.
        pragmatic: Openness,
        /// Openness under the strict rule.
        strict: Openness,
        /// The wording carries the answer.
        leading: bool,
    },
    /// Says what to do.
    Prescriptive {
        /// How hard.
        push: Push,
    },
    /// Asks leave to share, or stresses the choice.
    Permission,
    /// Facts, method, logistics.
    Information {
        /// The speaker's own experience.
        experience: bool,
    },
    /// Gives back what the client said or meant.
    Reflection {
        /// In a rising tone.
        checking: bool,
    },
    /// Praise, support.
    Affirmation,
    /// Only words of the list; whether it stands as a backchannel is for the timing to say.
    Backchannel,
}

/// One act: a sentence-sized stretch of an utterance and its code. An act of two kinds is two acts
/// of equal span.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Act {
    /// Where in the utterance's text.
    pub span: CharSpan,
    /// What it is.
    pub code: Code,
    /// What shows it; each lies inside `span`. Empty where only position decides; where the melody
    /// does, the word on which the voice rises.
    pub cues: Vec<Cue>,
    /// How sure, from 0 to 1: at 0.5 and above it is counted, below it is shown as unsure.
    pub confidence: f64,
}
