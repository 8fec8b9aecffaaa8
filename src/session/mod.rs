//! The waist of the pipeline: one conversation as plain data.
//!
//! In: nothing of ours. Out: [`Session`], made by `run` from sound or read from a transcript, and
//! read by `analysis`, `report` and `interchange`. Everything before it may be slow and use models;
//! everything after it is pure and takes milliseconds.

pub mod edits;
mod kind;
mod people;
mod source;
mod text;
mod time;
mod voices;

pub use edits::{Corrections, Edit, Label, Place};
pub use kind::MomentKind;
pub use people::{
    Doubt, NotASpeaker, Role, RoleEvidence, RoleFrom, RoleSign, Side, Speaker, SpeakerId,
};
pub use source::{
    About, Consent, DateFrom, Decoder, Evidence, Noted, Separation, SeparationLevel, Source,
    SourceFile, SourceKind, SpeechFrom, Warning, WarningCode,
};
pub use text::{Language, OptionalSpan, Prosody, Utterance, Word, WordEnd};
pub use time::{EmptySpan, Ms, Span, join};
pub use voices::VoiceScores;

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
    /// What was noted while it was recorded.
    #[serde(default, skip_serializing_if = "Noted::is_empty")]
    pub noted: Noted,
    /// What a person corrected; empty in `session.json`, which is never edited.
    #[serde(default, skip_serializing_if = "Corrections::is_empty")]
    pub corrections: Corrections,
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

    /// Gives roles to those without one once somebody is the coach or the coachee: the other role,
    /// when there is one other; of several others, the coachee is the one who talks most.
    pub fn give_other_roles(&mut self, from: RoleFrom) {
        if self.only(Role::Coach).is_none() && self.only(Role::Coachee).is_none() {
            return;
        }
        for wanted in [Role::Coach, Role::Coachee, Role::Other] {
            let open = self.speakers.iter().filter(|one| one.role == Role::Unknown);
            let mut open: Vec<SpeakerId> = open.map(|one| one.id).collect();
            open.sort_by_key(|&id| (std::cmp::Reverse(self.talk_of(id)), id));
            let taken = self.speakers.iter().any(|one| one.role == wanted);
            // With the coachee named and several others, who of them coaches is not known.
            let guess = wanted == Role::Coach && open.len() > 1;
            for (nth, id) in open.into_iter().enumerate() {
                if wanted == Role::Other || (!taken && nth == 0 && !guess) {
                    self.give_role(id, wanted, from);
                }
            }
        }
    }

    /// Gives one speaker a role that was said, not worked out.
    pub fn give_role(&mut self, id: SpeakerId, role: Role, from: RoleFrom) {
        let side = self.side(id);
        if let Some(speaker) = self.speakers.iter_mut().find(|speaker| speaker.id == id) {
            speaker.role = role;
            speaker.role_confidence = None;
            speaker.role_evidence = Some(RoleEvidence { side, ..RoleEvidence::new(from) });
        }
    }

    /// The channel a speaker is on, where the recording has two and each is a person's.
    #[must_use]
    pub fn side(&self, id: SpeakerId) -> Option<Side> {
        match (self.source.speaker_evidence == Evidence::Channels, id.0) {
            (true, 1) => Some(Side::Left),
            (true, 2) => Some(Side::Right),
            _ => None,
        }
    }

    /// How much somebody talks, as far as it can be told: milliseconds, without times letters.
    fn talk_of(&self, id: SpeakerId) -> u64 {
        if self.speech.is_some() {
            return self.speech_of(id).map(|span| span.length().0).sum();
        }
        let said = self.utterances.iter().filter(|one| one.speaker == id);
        said.map(|one| u64::try_from(one.text.len()).unwrap_or(u64::MAX)).sum()
    }

    /// What counts as no time of the session: what a person took off the record, and what was not
    /// recorded; in order, apart.
    #[must_use]
    pub fn left_out(&self) -> Vec<Span> {
        let all = self.corrections.excluded.iter().chain(&self.noted.gaps);
        join(all.copied().collect(), Ms(1))
    }

    /// Speech of one speaker, in order; empty where there are no times.
    pub fn speech_of(&self, id: SpeakerId) -> impl Iterator<Item = Span> + '_ {
        self.speech.iter().flatten().filter(move |speech| speech.speaker == id).map(|s| s.span)
    }
}
