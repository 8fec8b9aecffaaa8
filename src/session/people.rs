//! The people of a session: who they are to each other, and how that is known.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A speaker, numbered from 1 in the order of the channels, tracks or voices; written `S1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct SpeakerId(pub u8);

impl fmt::Display for SpeakerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S{}", self.0)
    }
}

impl From<SpeakerId> for String {
    fn from(id: SpeakerId) -> Self {
        id.to_string()
    }
}

/// A speaker's label is not `S` and a number from 1 to 255.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a speaker is written S1 to S255")]
pub struct NotASpeaker;

impl FromStr for SpeakerId {
    type Err = NotASpeaker;
    fn from_str(text: &str) -> Result<Self, NotASpeaker> {
        let number = text.strip_prefix(['S', 's']).ok_or(NotASpeaker)?;
        match number.parse() {
            Ok(0) | Err(_) => Err(NotASpeaker),
            Ok(number) => Ok(Self(number)),
        }
    }
}

impl TryFrom<String> for SpeakerId {
    type Error = NotASpeaker;
    fn try_from(text: String) -> Result<Self, NotASpeaker> {
        text.parse()
    }
}

/// What a speaker is in the conversation.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Asks and listens.
    Coach,
    /// The person who is coached.
    Coachee,
    /// Neither of the two.
    Other,
    /// Not known: metrics of the coach are then not given.
    #[default]
    Unknown,
}

/// Where a role comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleFrom {
    /// `--coach`.
    Option,
    /// `--track coach=FILE`.
    Track,
    /// The transcript that was read in.
    Import,
    /// A person's correction.
    Edit,
    /// Worked out from who asks and who is asked.
    Conversation,
    /// The voice is like the coach's voiceprint.
    Voiceprint,
    /// Said of the microphones when it was recorded.
    Recording,
}

/// What shows that somebody is the coach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleSign {
    /// Asks.
    Asks,
    /// Asks what leaves the answer open.
    AsksOpenly,
    /// Is answered at length: words of the others in the turn after one that asks.
    Answered,
    /// Speaks of the other rather than of oneself: "you" against "I".
    SpeaksOfYou,
    /// Advises or directs.
    Advises,
    /// Gives back what the other said or meant.
    GivesBack,
    /// Asks leave, stresses the choice.
    AsksLeave,
    /// Says the first thing in a recording that is whole.
    Opens,
}

impl RoleSign {
    /// How many there are.
    pub const COUNT: usize = 8;

    /// All of them.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Asks,
        Self::AsksOpenly,
        Self::Answered,
        Self::SpeaksOfYou,
        Self::Advises,
        Self::GivesBack,
        Self::AsksLeave,
        Self::Opens,
    ];
}

/// Why nobody is taken for the coach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// Fewer than two people say anything.
    OneVoice,
    /// Too little is said to tell.
    TooLittle,
    /// Nobody asks, advises and speaks of the other as a coach does.
    NobodyCoaches,
    /// More than one does.
    Alike,
}

/// Why a speaker has the role they have, as facts a sentence can be made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoleEvidence {
    /// Where the role comes from.
    pub from: RoleFrom,
    /// Questions this speaker asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub questions: Option<u32>,
    /// Questions asked by everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<u32>,
    /// The channel of a two-channel recording this speaker is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// How like the voice is to the voiceprint, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likeness: Option<f64>,
    /// What else decided, the heaviest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signs: Vec<RoleSign>,
    /// Why the conversation gave this speaker no role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Doubt>,
}

impl RoleEvidence {
    /// Where a role comes from, and nothing more.
    #[must_use]
    pub fn new(from: RoleFrom) -> Self {
        Self {
            from,
            questions: None,
            of: None,
            side: None,
            likeness: None,
            signs: Vec::new(),
            doubt: None,
        }
    }
}

/// A channel of a two-channel recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The first channel.
    Left,
    /// The second channel.
    Right,
}

/// One speaker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Speaker {
    /// Label in every result.
    pub id: SpeakerId,
    /// Role in the conversation.
    #[serde(default)]
    pub role: Role,
    /// A name, where somebody gave one.
    #[serde(default)]
    pub name: Option<String>,
    /// Why this role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_evidence: Option<RoleEvidence>,
    /// How sure the role is, from 0 to 1; absent where it was given, not worked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_confidence: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speaker_is_written_s_and_a_number() {
        assert_eq!(serde_json::to_string(&SpeakerId(2)).unwrap(), r#""S2""#);
        assert_eq!("s3".parse(), Ok(SpeakerId(3)));
        assert_eq!("S0".parse::<SpeakerId>(), Err(NotASpeaker));
        assert_eq!("Anna".parse::<SpeakerId>(), Err(NotASpeaker));
    }
}
