//! The part of an analysis that is compared over time.
//!
//! In: `analysis.json`, of which moments, series and the like are passed over, so that a thousand
//! sessions are read in seconds. Out: a [`Record`].

use jiff::civil::Date;
use serde::Deserialize;

use crate::analysis::{Fundamental, OpennessRule, Reason, Status, Subject, Unit};
use crate::session::{About, Language, Ms, Role, Span};

/// A session's figures and what is known of it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Record {
    /// Version of the definitions the figures follow.
    pub definitions_version: u32,
    /// Name of the profile it is read by.
    pub profile: String,
    /// The rule by which questions are open.
    #[serde(default)]
    pub openness_rule: OpennessRule,
    /// Where it comes from.
    pub source: Origin,
    /// What people and file names say about it.
    pub session: About,
    /// Who speaks.
    pub speakers: Vec<Voice>,
    /// The figures.
    pub metrics: Vec<Figure>,
    /// The rows of its report.
    pub fundamentals: Vec<Fundamental>,
}

/// Where a session comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Origin {
    /// Its length; null for a text without times.
    pub duration_ms: Option<Ms>,
    /// The part of the recording that is the session, where it is not all of it.
    #[serde(default)]
    pub part: Option<Span>,
    /// The language of most of the talk.
    pub language: Language,
    /// Its files.
    pub files: Vec<Named>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Named {
    /// Its name, never its path.
    pub name: String,
    /// The hash of its content.
    pub sha256: String,
}

/// Who speaks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Voice {
    /// In which role.
    pub role: Role,
}

/// A figure of a session, without the moments that made it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Figure {
    /// As in CODEBOOK §5.
    pub id: String,
    /// Whose.
    pub subject: Subject,
    /// Null when it was not measured.
    pub value: Option<f64>,
    /// Its unit.
    pub unit: Unit,
    /// Lower end of the 80 % range.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Why there is no value.
    pub reason: Option<Reason>,
}

/// A fundamental of a session: measured, or the reason why not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Unit of the figures.
    pub unit: Unit,
    /// The figure, where there is one.
    pub measured: Result<Measured, Reason>,
}

/// A figure with its likely span and where it falls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The figure.
    pub value: f64,
    /// The likely span.
    pub span: Option<(f64, f64)>,
    /// Where it falls.
    pub status: Status,
    /// Settled, or leaning.
    pub firm: bool,
}

impl Record {
    /// Whether both are of the same sound, or the same transcript, read in the same way.
    #[must_use]
    pub fn is_double_of(&self, other: &Self) -> bool {
        let (files, others) = (&self.source.files, &other.source.files);
        files.len() == others.len()
            && files.iter().zip(others).all(|(one, other)| one.sha256 == other.sha256)
            && self.source.part == other.source.part
            && (&self.profile, self.openness_rule, self.definitions_version)
                == (&other.profile, other.openness_rule, other.definitions_version)
    }

    /// The day of the session; `None` for what is no day.
    #[must_use]
    pub fn day(&self) -> Option<Date> {
        self.session.date.as_ref()?.parse().ok()
    }

    /// Names of its files, each once: a two-channel recording has an entry a channel.
    #[must_use]
    pub fn file_names(&self) -> Vec<String> {
        let names = self.source.files.iter().map(|file| file.name.clone());
        let mut names: Vec<String> = names.collect();
        names.dedup();
        names
    }

    /// One of its fundamentals by name; `None` where its profile has no such row.
    #[must_use]
    pub fn reading(&self, id: &str) -> Option<Reading> {
        let fundamental = self.fundamentals.iter().find(|fundamental| fundamental.id == id)?;
        let mut named = self.metrics.iter().filter(|figure| figure.id == fundamental.metric);
        let first = named.clone().next();
        let figure = named.find(|one| !matches!(one.subject, Subject::Speaker(_))).or(first);
        let value = figure.and_then(|figure| figure.value);
        let measured = match value.filter(|_| fundamental.status != Status::NotMeasured) {
            Some(value) => Ok(Measured {
                value,
                span: figure.and_then(|figure| figure.low.zip(figure.high)),
                status: fundamental.status,
                firm: fundamental.firm,
            }),
            None => Err(figure.and_then(|figure| figure.reason).unwrap_or_else(|| {
                let known = self.speakers.iter().any(|voice| voice.role == Role::Coach);
                if known { Reason::TooShort } else { Reason::CoachUnknown }
            })),
        };
        Some(Reading { unit: figure.map_or(Unit::Share, |figure| figure.unit), measured })
    }
}
