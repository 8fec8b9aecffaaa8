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

impl MomentKind {
    /// As it is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Prescriptive => "prescriptive",
            Self::Permission => "permission",
            Self::Information => "information",
            Self::Reflection => "reflection",
            Self::Affirmation => "affirmation",
            Self::Backchannel => "backchannel",
            Self::Interruption => "interruption",
            Self::Monologue => "monologue",
            Self::LongestTurn => "longest_turn",
            Self::Silence => "silence",
            Self::Mark => "mark",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_is_stored() {
        for name in ["question", "longest_turn", "backchannel", "mark"] {
            let kind: MomentKind = serde_json::from_value(name.into()).unwrap();
            assert_eq!((kind.name(), serde_json::to_value(kind).unwrap()), (name, name.into()));
        }
    }
}
