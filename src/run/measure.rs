//! The session as it was heard, and what a person corrected → figures, pages, files.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::edits::{self, Edits};
use super::publish::Elapsed;
use super::{Counts, Done, Job, Reading, Runtime, coding, copies, publish};
use crate::analysis::{self, Analysis, Coding};
use crate::error::{Error, Result};
use crate::hashing::sha256;
use crate::progress::{Progress, Stage};
use crate::report::{Alternative, NoPage, PageSettings, SmallPrint, page};
use crate::results::{self, Folder, TOOL_VERSION, fingerprint, is_whole};
use crate::session::edits::apply;
use crate::session::{Corrections, Edit, Language, Ms, Role, Session, SpeakerId};

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

/// Fingerprints of the session as it was heard or read, and of the analysis made from it with what a
/// person corrected.
pub(super) struct Sums {
    /// Of the session.
    pub session: String,
    /// Of the analysis.
    pub analysis: String,
    /// What was corrected.
    edits: Edits,
}

impl Sums {
    /// With a session of this fingerprint, read so, corrected as the results say.
    pub fn new(reading: &Reading, results: &Path, session: String) -> Result<Self> {
        let edits = edits::read(results)?;
        let analysis = print(
            results,
            &json!({
                "stage": "analysis", "session": session, "reading": reading, "edits": edits.edits,
                "unread": edits.unread, "definitions_version": analysis::DEFINITIONS_VERSION,
            }),
        )?;
        Ok(Self { session, analysis, edits })
    }
}

/// The fingerprint of `parts`.
pub(super) fn print(results: &Path, parts: &serde_json::Value) -> Result<String> {
    fingerprint(parts).map_err(|error| unprinted(results, error))
}

/// What is to be fingerprinted has no form in JSON.
pub(super) fn unprinted(results: &Path, error: serde_json::Error) -> Error {
    Error::WriteResult { path: results.to_owned(), source: std::io::Error::other(error) }
}

/// What was done up to the session.
#[derive(Default)]
pub(super) struct Work {
    pub started: jiff::Timestamp,
    pub elapsed: Elapsed,
    pub counts: Counts,
}

/// Results that an earlier run left complete. By their heads and ends; `verify` reads all of them.
pub(super) fn already(job: &Job, sums: &Sums, verify: bool) -> Option<Done> {
    let results = &job.results;
    let is_there = |(name, schema): (&str, &str), fingerprint: &str| {
        let path = results.join(name);
        if verify {
            results::load::<IgnoredAny>(&path, schema, fingerprint).is_some()
        } else {
            is_whole(&path, schema, fingerprint)
        }
    };
    let whole = is_there(ANALYSIS, &sums.analysis) && is_there(SESSION, &sums.session);
    let (duration, counts) = (Ms::ZERO, Counts::default());
    (whole && publish::complete(results)).then(|| Done {
        results: results.clone(),
        already: true,
        duration,
        counts,
    })
}

/// The analysis in a results folder.
///
/// # Errors
/// It is not there, or damaged.
pub fn analysis_of(results: &Path) -> Result<Analysis> {
    results::read(&results.join(ANALYSIS.0), ANALYSIS.1).map(|(_, analysis)| analysis)
}

/// The session that an earlier run made of the same.
pub(super) fn kept_session(results: &Path, sums: &Sums) -> Option<Session> {
    results::load(&results.join(SESSION.0), SESSION.1, &sums.session)
}

/// Keeps a session that was made anew.
pub(super) fn keep_session(folder: &Folder, sums: &Sums, session: &Session) -> Result<()> {
    // Before anything it stands for is replaced: a run killed from here on must not leave an
    // older analysis that vouches for a newer page.
    folder.remove(ANALYSIS.0)?;
    folder.save(SESSION.0, SESSION.1, &sums.session, session)
}

/// Measures a session and writes everything that is made from it.
pub(super) fn finish(
    job: &Job,
    folder: &Folder,
    runtime: Runtime,
    progress: &dyn Progress,
    session: Session,
    sums: Sums,
    mut work: Work,
) -> Result<Done> {
    progress.begin(Stage::Measure, None);
    let clock = Instant::now();
    let reading = &job.options.reading;
    let measured = measure(folder, session, sums, reading)?;
    write(folder, &measured, reading, || {
        work.elapsed.measure = Some(milliseconds(clock));
        publish::run_record(folder, job, runtime, work.started, &work.elapsed, work.counts)
    })?;
    let duration = measured.session.source.duration_ms.unwrap_or_default();
    Ok(Done { results: job.results.clone(), already: false, duration, counts: work.counts })
}

/// Since `clock`, for `run.json`.
pub(super) fn milliseconds(clock: Instant) -> u64 {
    u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Measures a session.
///
/// # Errors
/// The disk does not take the acts that were found.
pub(super) fn measure(
    folder: &Folder,
    heard: Session,
    sums: Sums,
    reading: &Reading,
) -> Result<Measured> {
    let Sums { session: of_heard, analysis: fingerprint, edits } = sums;
    let mut session = apply(&edits.edits, heard);
    session.corrections.unread = edits.unread;
    let coding = coding::coding(folder, &session)?;
    let analysis = analysis::analyse(&session, &coding, &reading.profile);
    let others = others(&session, &coding, reading);
    let hashes = session.source.files.iter().map(|file| file.sha256.as_str());
    let copies = copies::there(folder.path(), hashes);
    let (heard, edits) = (of_heard, edits.text);
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
        let mut other = apply(
            &[Edit::SetRole { speaker: id, role: Role::Coach }],
            Session { corrections: Corrections::default(), ..session.clone() },
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
    folder.stages()?;
    let said = sha256(format!("{TOOL_VERSION} {} {}", measured.heard, measured.edits).as_bytes());
    let keep = |transcript: Option<String>| {
        let stored = Stored { reading: reading.clone(), transcript };
        folder.save(READING.0, READING.1, &measured.fingerprint, &stored)
    };
    // How the figures are read changes no transcript.
    let before =
        folder.read::<Stored>(READING.0, READING.1).ok().and_then(|(_, one)| one.transcript);
    if before.as_ref() != Some(&said) || !publish::complete(folder.path()) {
        keep(None)?;
        publish::transcript(folder, &measured.session)?;
    }
    publish::page(folder, measured, reading.language)?;
    keep(Some(said))?;
    before_last()?;
    folder.save(ANALYSIS.0, ANALYSIS.1, &measured.fingerprint, &measured.analysis)
}

#[derive(Serialize, Deserialize)]
struct Stored {
    reading: Reading,
    /// What the transcript was made from; `None` while it is written.
    #[serde(default)]
    transcript: Option<String>,
}

/// How the report before was read.
///
/// # Errors
/// There is none, or it is damaged.
pub(super) fn reading(folder: &Folder) -> Result<Reading> {
    folder.read::<Stored>(READING.0, READING.1).map(|(_, stored)| stored.reading)
}
