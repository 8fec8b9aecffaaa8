//! The session as it was heard, and what a person corrected → figures, pages, files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::edits::Edits;
use super::{Reading, coding, copies, publish};
use crate::analysis::{self, Analysis, Coding};
use crate::error::Result;
use crate::report::{Alternative, NoPage, PageSettings, SmallPrint, page};
use crate::results::{Folder, TOOL_VERSION, fingerprint};
use crate::session::{Edit, Language, Role, Session, SpeakerId, edits};

/// The waist.
pub(super) const SESSION: (&str, &str) = ("session.json", "openfloor.session/1");
/// What is measured.
pub(super) const ANALYSIS: (&str, &str) = ("analysis.json", "openfloor.analysis/1");
/// How it is read: a rebuilt report is read as the one before.
const READING: (&str, &str) = ("stages/reading.json", "openfloor.reading/1");

/// A session with the corrections, and what was measured in it.
pub(super) struct Measured {
    /// With the corrections.
    pub session: Session,
    /// Its figures.
    pub analysis: Analysis,
    /// Of the analysis.
    pub fingerprint: String,
    /// Of the session as it was heard.
    heard: String,
    /// The same with somebody else as the coach.
    others: Vec<(SpeakerId, Session, Analysis)>,
    /// `edits.json` as it stands.
    edits: String,
    /// Copies of the recordings in the results: hash → link.
    copies: BTreeMap<String, String>,
}

/// Fingerprints of what is measured.
pub(super) struct Prints {
    /// Of the session as it was heard.
    pub session: String,
    /// Of the analysis.
    pub analysis: String,
}

/// The fingerprint of an analysis.
///
/// # Errors
/// None that can be met: the parts are plain data.
pub(super) fn print(session: &str, reading: &Reading, edits: &Edits) -> serde_json::Result<String> {
    fingerprint(&json!({
        "stage": "analysis", "session": session, "reading": reading, "edits": edits.edits,
        "unread": edits.unread, "definitions_version": analysis::DEFINITIONS_VERSION,
    }))
}

/// Measures a session.
///
/// # Errors
/// The disk does not take the acts that were found.
pub(super) fn measure(
    folder: &Folder,
    heard: Session,
    prints: Prints,
    reading: &Reading,
    edits: &Edits,
) -> Result<Measured> {
    let mut session = edits::apply(&edits.edits, heard);
    session.corrections.unread = edits.unread;
    let coding = coding::coding(folder, &session)?;
    let analysis = analysis::analyse(&session, &coding, &reading.profile);
    let others = others(&session, &coding, reading);
    let Prints { session: heard, analysis: fingerprint } = prints;
    let (edits, copies) = (edits.text.clone(), copies::there(folder.path(), &session));
    Ok(Measured { session, analysis, fingerprint, heard, others, edits, copies })
}

/// What the figures would be with the other of two taken for the coach: the commonest mistake, and
/// then they are at hand. Who is whom does not change how words are coded.
fn others(
    session: &Session,
    coding: &Coding,
    reading: &Reading,
) -> Vec<(SpeakerId, Session, Analysis)> {
    let two: Vec<SpeakerId> =
        session.speakers.iter().filter(|one| one.role != Role::Other).map(|one| one.id).collect();
    if two.len() != 2 {
        return Vec::new();
    }
    let now = session.only(Role::Coach);
    let with = two.into_iter().filter(|&id| Some(id) != now).map(|id| {
        let mut other = edits::apply(
            &[Edit::SetRole { speaker: id, role: Role::Coach }],
            Session { corrections: edits::Corrections::default(), ..session.clone() },
        );
        other.corrections = session.corrections.clone();
        let analysis = analysis::analyse(&other, coding, &reading.profile);
        (id, other, analysis)
    });
    with.collect()
}

impl Measured {
    /// The page; `served`: corrections go to the program that shows it.
    pub(super) fn page(&self, language: Option<Language>, served: bool) -> Result<String, NoPage> {
        let small = SmallPrint {
            tool_version: TOOL_VERSION.to_owned(),
            fingerprint: self.fingerprint.clone(),
            session: self.heard.clone(),
        };
        let others = self.others.iter();
        let others = others
            .map(|(coach, session, analysis)| Alternative { coach: *coach, session, analysis })
            .collect();
        let settings = PageSettings {
            language,
            served,
            edits: &self.edits,
            copies: Some(&self.copies),
            others,
        };
        page(&self.analysis, &self.session, &small, &settings)
    }
}

/// Writes everything that is made of a measured session. The analysis goes first and comes back
/// last, after `before_last`: a run that finds it believes all the rest.
pub(super) fn write(
    folder: &Folder,
    measured: &Measured,
    reading: &Reading,
    before_last: impl FnOnce() -> Result<()>,
) -> Result<()> {
    folder.remove(ANALYSIS.0)?;
    publish::derived(folder, measured, reading.language)?;
    folder.stages()?;
    folder.save(
        READING.0,
        READING.1,
        &measured.fingerprint,
        &Stored { reading: reading.clone() },
    )?;
    before_last()?;
    folder.save(ANALYSIS.0, ANALYSIS.1, &measured.fingerprint, &measured.analysis)
}

#[derive(Serialize, Deserialize)]
struct Stored {
    reading: Reading,
}

/// How the report before was read.
///
/// # Errors
/// There is none, or it is damaged.
pub(super) fn reading(folder: &Folder) -> Result<Reading> {
    folder.read::<Stored>(READING.0, READING.1).map(|(_, stored)| stored.reading)
}
