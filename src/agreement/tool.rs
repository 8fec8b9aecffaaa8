//! What the tool says of a unit: the moments that it counts, as they stand in its report.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Asked, Codes, Unit};
use crate::analysis::{self, Moment, MomentFlag, OpennessRule, Profile, code_session};
use crate::lang::{CharSpan, Code, Openness};
use crate::session::{Language, MomentKind, Role, Session, SpeakerId, Utterance};

/// A recording and what the tool found in it.
#[derive(Debug, Clone)]
pub struct Recording {
    /// What a table of codes calls it.
    pub name: String,
    /// What was said.
    pub session: Session,
    /// What makes a question open.
    pub rule: OpennessRule,
    moments: Vec<Moment>,
    /// Utterances that are only small words of listening.
    signs: BTreeSet<u32>,
}

/// Why the tool says nothing of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Withheld {
    /// The utterance is neither English nor French.
    LanguageUnsupported,
    /// Somebody else than the coach says it.
    NotTheCoach,
    /// A person took it off the record, or left nothing of it.
    OffTheRecord,
}

impl Recording {
    /// Codes a session. What a person corrected in it ([`Session::corrections`]) is honoured.
    #[must_use]
    pub fn new(name: String, session: Session, profile: &Profile) -> Self {
        let coding = code_session(&session);
        let moments = analysis::analyse(&session, &coding, profile).moments;
        // By the words alone: a person who reads a sheet has no timing either.
        let listens = |acts: &[crate::lang::Act]| acts.iter().any(|a| a.code == Code::Backchannel);
        let said = session.utterances.iter().zip(&coding.0);
        let mut signs: BTreeSet<u32> =
            said.filter(|(_, acts)| listens(acts)).map(|(said, _)| said.id).collect();
        let refused = moments.iter().filter(|one| one.rejected);
        for one in refused.filter(|one| one.kind == MomentKind::Backchannel) {
            if let Some([id, _]) = one.utterances {
                signs.remove(&id);
            }
        }
        Self { name, session, rule: profile.openness.rule, moments, signs }
    }

    /// The coach, where it is known who that is; otherwise everybody is coded.
    #[must_use]
    pub fn coach(&self) -> Option<SpeakerId> {
        self.session.only(Role::Coach)
    }

    /// The utterance of this number.
    #[must_use]
    pub fn utterance(&self, id: u32) -> Option<&Utterance> {
        self.session.utterances.iter().find(|one| one.id == id)
    }

    /// The utterances that are coded: the coach's, or everybody's.
    pub fn coded(&self) -> impl Iterator<Item = (usize, &Utterance)> {
        let coach = self.coach();
        let all = self.session.utterances.iter().enumerate();
        all.filter(move |(_, one)| coach.is_none_or(|coach| coach == one.speaker))
    }

    /// What the tool counts in a unit of this recording.
    ///
    /// # Errors
    /// It codes nothing there.
    pub fn codes(&self, unit: &Unit) -> Result<Codes, Withheld> {
        let said = self.utterance(unit.utterance).ok_or(Withheld::OffTheRecord)?;
        if self.coach().is_some_and(|coach| coach != said.speaker) {
            return Err(Withheld::NotTheCoach);
        }
        if said.language == Language::Other {
            return Err(Withheld::LanguageUnsupported);
        }
        let counted: Vec<&Moment> = self
            .within(unit)
            .filter(|one| !one.rejected && !one.flags.contains(&MomentFlag::Unsure))
            .collect();
        let is = |kind| Some(counted.iter().any(|one| one.kind == kind));
        Ok(Codes {
            question: Some(asked(&counted, |one| one.openness)),
            question_strict: Some(asked(&counted, |one| one.openness_strict)),
            level: Some(counted.iter().filter_map(|one| one.level).max().unwrap_or(0)),
            reflection: is(MomentKind::Reflection),
            information: is(MomentKind::Information),
            affirmation: is(MomentKind::Affirmation),
            backchannel: Some(self.signs.contains(&unit.utterance)),
            permission: is(MomentKind::Permission),
        })
    }

    /// How sure the tool is that there is a moment of this kind in a unit, counted or not; `None`
    /// where it sees no sign of one.
    #[must_use]
    pub fn confidence(&self, unit: &Unit, kind: MomentKind) -> Option<f64> {
        let found = self.within(unit).filter(|one| one.kind == kind && !one.rejected);
        found.map(|one| one.confidence).max_by(f64::total_cmp)
    }

    /// Moments of a unit: of a part those that share more than half of the shorter of the two.
    fn within(&self, unit: &Unit) -> impl Iterator<Item = &Moment> {
        let (id, part) = (unit.utterance, unit.part);
        self.moments.iter().filter(move |one| {
            one.utterances == Some([id, id])
                && part.is_none_or(|part| one.span.is_some_and(|span| shares_half(span, part)))
        })
    }
}

fn shares_half(one: CharSpan, other: CharSpan) -> bool {
    let common = one.end.min(other.end).saturating_sub(one.start.max(other.start));
    let length = |span: CharSpan| span.end.saturating_sub(span.start);
    u64::from(common) * 2 > u64::from(length(one).min(length(other)).max(1))
}

/// Open when any of the questions is: a closed one that follows narrows it and does not undo it.
/// Measured on AnnoMI's turns without coder 3 (`scripts/evaluate-coding`, 2026-11-29), none / closed /
/// open has kappa .753 so, .752 by the last question alone and .752 by the first.
fn asked(moments: &[&Moment], openness: impl Fn(&Moment) -> Option<Openness>) -> Asked {
    let each = moments.iter().filter_map(|one| openness(one));
    each.map(|one| if one == Openness::Open { Asked::Open } else { Asked::Closed })
        .max()
        .unwrap_or(Asked::No)
}
