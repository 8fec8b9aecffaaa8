//! The waist of the pipeline: one conversation as plain data.
//!
//! In: nothing of ours. Out: [`Session`], made by `run` from sound or read from a transcript, and
//! read by `analysis`, `report` and `interchange`. Everything before it may be slow and use models;
//! everything after it is pure and takes milliseconds.

mod people;
mod source;
mod text;
mod time;

pub use people::{NotASpeaker, Role, RoleEvidence, RoleFrom, Side, Speaker, SpeakerId};
pub use source::{
    About, DateFrom, Decoder, Evidence, Separation, SeparationLevel, Source, SourceFile,
    SourceKind, SpeechFrom, Warning, WarningCode,
};
pub use text::{Language, OptionalSpan, Prosody, Utterance, Word};
pub use time::{EmptySpan, Ms, Span, join};

use serde::{Deserialize, Serialize};

/// A stretch of voice activity of one speaker: pauses under 300 ms are closed, and one speaker's
/// stretches never overlap each other (different speakers' may). The only basis of talk time,
/// overlap, silence and gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Speech {
    /// When; first, so that stretches sort by time.
    #[serde(flatten)]
    pub span: Span,
    /// Whose voice.
    pub speaker: SpeakerId,
}

/// Pauses of one speaker shorter than this are part of their speech (DESIGN §2, "Speech and turn";
/// the truth files of the spoken sessions close the same pauses).
pub const SPEECH_PAUSE: Ms = Ms(300);

/// One conversation: who spoke when and what they said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Where it comes from and how its speakers were told apart.
    pub source: Source,
    /// What a person said about it.
    pub about: About,
    /// The speakers, by label.
    pub speakers: Vec<Speaker>,
    /// Voice activity, sorted by time; `None` for a transcript without times.
    pub speech: Option<Vec<Speech>>,
    /// What was said, sorted by time where there are times.
    pub utterances: Vec<Utterance>,
    /// What a reader should know before believing the numbers.
    pub warnings: Vec<Warning>,
}

impl Session {
    /// The speaker with this role, when there is exactly one.
    #[must_use]
    pub fn only(&self, role: Role) -> Option<SpeakerId> {
        let mut found = self.speakers.iter().filter(|speaker| speaker.role == role);
        match (found.next(), found.next()) {
            (Some(speaker), None) => Some(speaker.id),
            _ => None,
        }
    }

    /// The role of a speaker; [`Role::Unknown`] for a label that is not listed.
    #[must_use]
    pub fn role(&self, id: SpeakerId) -> Role {
        self.speakers.iter().find(|speaker| speaker.id == id).map_or(Role::Unknown, |s| s.role)
    }

    /// Speech of one speaker, in order; empty where there are no times.
    pub fn speech_of(&self, id: SpeakerId) -> impl Iterator<Item = Span> + '_ {
        self.speech.iter().flatten().filter(move |speech| speech.speaker == id).map(|s| s.span)
    }
}
