//! What a moment of a conversation can be.

use serde::{Deserialize, Serialize};

/// What a moment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MomentKind {
    /// A question.
    Question,
    /// A phrase that says what to do.
    Prescriptive,
    /// A request for leave, or the choice stressed.
    Permission,
    /// Facts.
    Information,
    /// Given back.
    Reflection,
    /// Praise, support.
    Affirmation,
    /// A small sign of listening.
    Backchannel,
    /// Starts before the other has finished.
    Interruption,
    /// A long stretch of the coach's.
    Monologue,
    /// The coachee's longest turn.
    LongestTurn,
    /// Three seconds or more of nobody.
    Silence,
    /// Set while recording.
    Mark,
}
