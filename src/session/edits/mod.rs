//! What a person corrects: [`Edit`]s, each a line of `edits.json`, and [`apply`], which makes the
//! corrected [`Session`] of the one that was heard.
//!
//! In: a session as it stands in `session.json`, which is never edited, and the edits in the order
//! they were made. Out: a session with [`Corrections`]. Pure. An edit is addressed by time, speaker
//! and kind, never by a number that another model would give to something else; one that no longer
//! finds its place is listed in [`Corrections::lost`], never dropped.

mod apply;
mod mend;

pub use apply::apply;

use serde::{Deserialize, Serialize};

use super::{MomentKind, OptionalSpan, Role, Span, SpeakerId};

/// One correction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "snake_case")]
pub enum Edit {
    /// Somebody is the coach, the coachee or neither. Who had the role before takes the other's.
    SetRole {
        /// Who.
        speaker: SpeakerId,
        /// What they are.
        role: Role,
    },
    /// A name, or none again.
    Rename {
        /// Who.
        speaker: SpeakerId,
        /// Their name.
        name: Option<String>,
    },
    /// Two voices are one person.
    Merge {
        /// The voice that goes.
        speaker: SpeakerId,
        /// Whose it is. The voice itself: they are two again.
        into: SpeakerId,
    },
    /// What was really said.
    SetText {
        /// The utterance.
        #[serde(flatten)]
        at: Place,
        /// Its words; none: nothing was said.
        text: String,
    },
    /// What a moment really is.
    SetLabel {
        /// Where.
        #[serde(flatten)]
        at: Place,
        /// What it was taken for.
        kind: MomentKind,
        /// What it is.
        label: Label,
    },
    /// A moment is none.
    RejectMoment {
        /// Where.
        #[serde(flatten)]
        at: Place,
        /// What it was taken for.
        kind: MomentKind,
        /// False: it is one after all.
        #[serde(default = "yes")]
        rejected: bool,
    },
    /// A stretch is off the record: nothing in it is shown, counted or played.
    ExcludeSpan {
        /// When.
        #[serde(flatten)]
        span: Span,
        /// False: it is on the record again.
        #[serde(default = "yes")]
        excluded: bool,
    },
    /// Something to remember; changes no figure.
    Note {
        /// Where.
        #[serde(flatten)]
        at: Place,
        /// The moment's kind, where it is about a moment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<MomentKind>,
        /// What; empty: the note goes again.
        text: String,
    },
}

fn yes() -> bool {
    true
}

/// What a person says a moment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// An open question.
    Open,
    /// A closed question.
    Closed,
    /// A question whose wording carries the answer.
    Leading,
    /// "You should": level 3.
    Directive,
    /// "I would recommend": level 2.
    Advice,
    /// "You could": level 1.
    Option,
    /// A request for leave, or the choice stressed.
    Permission,
    /// Facts, method, logistics.
    Information,
    /// What the other said or meant, given back.
    Reflection,
    /// Praise, support.
    Affirmation,
    /// Of a long stretch of the coach's: a guided exercise that the coachee asked for.
    Exercise,
}

impl Label {
    /// Every label, in the order of a list to choose from.
    pub const ALL: [Self; 11] = [
        Self::Open,
        Self::Closed,
        Self::Leading,
        Self::Directive,
        Self::Advice,
        Self::Option,
        Self::Permission,
        Self::Information,
        Self::Reflection,
        Self::Affirmation,
        Self::Exercise,
    ];

    /// As it is typed and stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Leading => "leading",
            Self::Directive => "directive",
            Self::Advice => "advice",
            Self::Option => "option",
            Self::Permission => "permission",
            Self::Information => "information",
            Self::Reflection => "reflection",
            Self::Affirmation => "affirmation",
            Self::Exercise => "exercise",
        }
    }

    /// Whether a moment of this kind can be it: words can be any act, a long stretch an exercise.
    #[must_use]
    pub fn fits(self, kind: MomentKind) -> bool {
        match kind {
            MomentKind::Question
            | MomentKind::Prescriptive
            | MomentKind::Permission
            | MomentKind::Information
            | MomentKind::Reflection
            | MomentKind::Affirmation => self != Self::Exercise,
            MomentKind::Monologue => self == Self::Exercise,
            MomentKind::Backchannel
            | MomentKind::Interruption
            | MomentKind::LongestTurn
            | MomentKind::Silence
            | MomentKind::Mark => false,
        }
    }
}

/// Where something is said: by whom and when. A text without times has only its utterance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Who says it; null for a silence.
    #[serde(default)]
    pub speaker: Option<SpeakerId>,
    /// When.
    #[serde(flatten, default)]
    pub time: OptionalSpan,
    /// Number of the utterance: the only address of a text without times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utterance: Option<u32>,
    /// Characters of the utterance, from and up to: tells apart what is said at one time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chars: Option<(u32, u32)>,
}

impl Place {
    /// The same place with everybody's voices merged as `whose` says.
    fn with(mut self, whose: impl Fn(SpeakerId) -> SpeakerId) -> Self {
        self.speaker = self.speaker.map(whose);
        self
    }

    /// How well another place answers to this one; `None`: not at all. The same speaker, and more
    /// than half of the shorter stretch in common; without times the same characters.
    fn fit(&self, other: &Self) -> Option<(u64, bool)> {
        if self.speaker != other.speaker {
            return None;
        }
        let same_chars = self.chars == other.chars;
        match (self.time.0, other.time.0) {
            (Some(wanted), Some(found)) => {
                let common = wanted.overlap(found).0;
                let (short, long) = (wanted.length().0, found.length().0);
                let (short, long) = (short.min(long), short.max(long));
                (common > short / 2).then(|| (common * 1000 / long.max(1), same_chars))
            }
            (None, None) => {
                (self.utterance.is_some() && self.utterance == other.utterance && same_chars)
                    .then_some((0, true))
            }
            _ => None,
        }
    }

    /// The one of `places` that is this one: the best match, the first of equals.
    pub fn find(&self, places: impl IntoIterator<Item = Self>) -> Option<usize> {
        let fits = places.into_iter().enumerate();
        let fits = fits.filter_map(|(index, place)| Some((self.fit(&place)?, index)));
        fits.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, index)| index)
    }
}

/// Corrections that figures and pages honour, made of the edits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrections {
    /// Every edit, in the order they were made.
    pub edits: Vec<Edit>,
    /// Moments that are none.
    pub rejections: Vec<Rejection>,
    /// Moments that are something else.
    pub labels: Vec<Relabelled>,
    /// Stretches off the record, in order, apart from each other.
    pub excluded: Vec<Span>,
    /// Notes.
    pub notes: Vec<Note>,
    /// Edits that no longer find their place, as indices into `edits`.
    pub lost: Vec<usize>,
    /// Lines of `edits.json` that could not be read: torn, or of a kind that is not known here.
    pub unread: u64,
}

impl Corrections {
    /// Whether nothing was corrected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty() && self.unread == 0
    }
}

/// A moment that a person rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// Which edit says so.
    pub edit: usize,
    /// What it was taken for.
    pub kind: MomentKind,
    /// Where.
    pub at: Place,
}

/// A moment that a person gave another label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relabelled {
    /// Which edit says so.
    pub edit: usize,
    /// What it was taken for.
    pub kind: MomentKind,
    /// Where.
    pub at: Place,
    /// What it is.
    pub label: Label,
}

/// A person's note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Where.
    #[serde(flatten)]
    pub at: Place,
    /// The kind of the moment it is about, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<MomentKind>,
    /// What.
    pub text: String,
}

#[cfg(test)]
mod tests;
