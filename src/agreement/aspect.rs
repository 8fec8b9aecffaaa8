//! What is compared: each aspect sorts units into two or three classes.

use serde::Serialize;

/// Whether and how a unit asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// No question.
    #[serde(rename = "none")]
    No,
    /// A closed question.
    Closed,
    /// An open question.
    Open,
}

/// The codes of one unit; `None`: not coded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Codes {
    /// Under the rule in force (CODEBOOK §1).
    pub question: Option<Asked>,
    /// Under the strict rule.
    pub question_strict: Option<Asked>,
    /// How hard it pushes: 0 not at all, 3 a directive.
    pub level: Option<u8>,
    /// Gives back what the client said or meant.
    pub reflection: Option<bool>,
    /// Facts, method, logistics.
    pub information: Option<bool>,
    /// Praise, support.
    pub affirmation: Option<bool>,
    /// Only small words of listening.
    pub backchannel: Option<bool>,
    /// Asks leave to share, or stresses the choice.
    pub permission: Option<bool>,
}

impl Codes {
    /// Both together; `None` where they contradict each other.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Option<Self> {
        self.takes(other).ok()
    }

    fn takes(&self, other: &Self) -> Result<Self, Contradicts> {
        Ok(Self {
            question: either(self.question, other.question)?,
            question_strict: either(self.question_strict, other.question_strict)?,
            level: either(self.level, other.level)?,
            reflection: either(self.reflection, other.reflection)?,
            information: either(self.information, other.information)?,
            affirmation: either(self.affirmation, other.affirmation)?,
            backchannel: either(self.backchannel, other.backchannel)?,
            permission: either(self.permission, other.permission)?,
        })
    }
}

struct Contradicts;

fn either<T: PartialEq>(one: Option<T>, other: Option<T>) -> Result<Option<T>, Contradicts> {
    match (one, other) {
        (Some(one), Some(other)) if one != other => Err(Contradicts),
        (one, other) => Ok(one.or(other)),
    }
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// A question or none.
    Question,
    /// None, closed or open, under the rule in force.
    Openness,
    /// The same under the strict rule.
    OpennessStrict,
    /// Prescriptive at all.
    #[serde(rename = "level_1")]
    Level1,
    /// Advice or a directive.
    #[serde(rename = "level_2")]
    Level2,
    /// Gives back what the client said or meant.
    Reflection,
    /// Facts, method, logistics.
    Information,
    /// Praise, support.
    Affirmation,
    /// Only small words of listening.
    Backchannel,
    /// Asks leave to share.
    Permission,
}

impl Aspect {
    /// Every aspect, in the order of the tables.
    pub const ALL: [Self; 10] = [
        Self::Question,
        Self::Openness,
        Self::OpennessStrict,
        Self::Level1,
        Self::Level2,
        Self::Reflection,
        Self::Information,
        Self::Affirmation,
        Self::Backchannel,
        Self::Permission,
    ];

    /// What it is called in a table.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Openness => "none / closed / open",
            Self::OpennessStrict => "the same, strict rule",
            Self::Level1 => "prescriptive, level 1 or more",
            Self::Level2 => "prescriptive, level 2 or more",
            Self::Reflection => "reflection",
            Self::Information => "information",
            Self::Affirmation => "affirmation",
            Self::Backchannel => "backchannel",
            Self::Permission => "permission",
        }
    }

    /// Its classes; the first is that there is nothing.
    #[must_use]
    pub fn classes(self) -> &'static [&'static str] {
        match self {
            Self::Openness | Self::OpennessStrict => &["none", "closed", "open"],
            _ => &["no", "yes"],
        }
    }

    /// The class of a unit with these codes; `None` where this was not coded.
    #[must_use]
    pub fn of(self, codes: &Codes) -> Option<usize> {
        match self {
            Self::Question => codes.question.map(|asked| usize::from(asked != Asked::No)),
            Self::Openness => codes.question.map(|asked| asked as usize),
            Self::OpennessStrict => codes.question_strict.map(|asked| asked as usize),
            Self::Level1 => codes.level.map(|level| usize::from(level >= 1)),
            Self::Level2 => codes.level.map(|level| usize::from(level >= 2)),
            Self::Reflection => codes.reflection.map(usize::from),
            Self::Information => codes.information.map(usize::from),
            Self::Affirmation => codes.affirmation.map(usize::from),
            Self::Backchannel => codes.backchannel.map(usize::from),
            Self::Permission => codes.permission.map(usize::from),
        }
    }
}
