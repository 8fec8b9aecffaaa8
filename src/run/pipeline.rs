//! One recording, stage by stage. A stage whose artefact is there and was made from the same is
//! skipped; a killed run goes on from there.
//!
//! ```text
//! files ─▶ stages/speech.json ─▶ stages/words.jsonl ─▶ session.json ─▶ analysis.json, transcript,
//!          (who speaks when)     (a line a window)     (the waist)     report, run.json
//! ```

use std::time::Instant;

use serde_json::json;

use super::listen::{self, Listened};
use super::publish::Elapsed;
use super::transcribe::{self, Heard, WordLog};
use super::{Counts, Done, Engines, Job, Outcome, Runtime, assemble, date, import, publish, takes};
use crate::analysis::{self, Analysis};
use crate::error::{Error, Result};
use crate::hashing;
use crate::progress::{Cancel, Progress, Stage};
use crate::results::{Folder, fingerprint};
use crate::session::Session;
use crate::sound::recognised;
use crate::words::HeardWindow;

/// Changes whenever the same speech and words can make another session.
const SESSION_VERSION: u32 = 2;

const SPEECH: (&str, &str) = ("stages/speech.json", "openfloor.speech/1");
const WORDS: (&str, &str) = ("stages/words.jsonl", "openfloor.words/1");
const SESSION: (&str, &str) = ("session.json", "openfloor.session/1");
const ANALYSIS: (&str, &str) = ("analysis.json", "openfloor.analysis/1");

/// Analyses one recording and writes its results.
///
/// Never fails: what went wrong is in the outcome. A transcript needs no `engines`, and a recording
/// without any finds its own.
pub fn run(
    job: &Job,
    engines: Option<&Engines>,
    runtime: Runtime,
    progress: &dyn Progress,
    cancel: &dyn Cancel,
) -> Outcome {
    let done = match (import::transcript(job), engines) {
        (Some(path), _) => import::analyse(job, path, runtime, progress),
        (None, Some(engines)) => analyse(job, engines, runtime, progress, cancel),
        (None, None) => Engines::find(&job.options.model)
            .and_then(|engines| analyse(job, &engines, runtime, progress, cancel)),
    };
    match done {
        Ok(done) => Outcome::Done(Box::new(done)),
        Err(error) => Outcome::Failed { reaction: error.reaction(), error: error.to_string() },
    }
}

fn analyse(
    job: &Job,
    engines: &Engines,
    runtime: Runtime,
    progress: &dyn Progress,
    cancel: &dyn Cancel,
) -> Result<Done> {
    let hashes = source_hashes(job, runtime)?;
    let folder = Folder::open(&job.results)?;
    let run = Run { job, engines, runtime, progress, cancel, folder, hashes };
    let done = run.all();
    if done.is_err() {
        run.folder.leave();
    }
    done
}

fn source_hashes(job: &Job, runtime: Runtime) -> Result<Vec<String>> {
    let hash = |input: &super::Input| {
        recognised(&input.path)?;
        let hash = if runtime.verify {
            hashing::sha256_of_file_anew(&input.path)
        } else {
            hashing::sha256_of_file(&input.path)
        };
        hash.map_err(|source| Error::ReadFile { path: input.path.clone(), source })
    };
    job.inputs.iter().map(hash).collect()
}

struct Run<'a> {
    job: &'a Job,
    engines: &'a Engines,
    runtime: Runtime,
    progress: &'a dyn Progress,
    cancel: &'a dyn Cancel,
    folder: Folder,
    hashes: Vec<String>,
}

/// Fingerprints of the stages, each made from the one before.
struct Prints {
    speech: String,
    words: String,
    sums: Sums,
}

/// Fingerprints of the session and of the analysis made from it.
pub(super) struct Sums {
    session: String,
    analysis: String,
}

impl Sums {
    /// With a session of this fingerprint.
    pub fn new(job: &Job, folder: &Folder, session: String) -> Result<Self> {
        let analysis = print(
            folder,
            &json!({
                "stage": "analysis", "session": session, "profile": job.options.profile,
                "definitions_version": analysis::DEFINITIONS_VERSION,
            }),
        )?;
        Ok(Self { session, analysis })
    }
}

/// The fingerprint of `parts`.
pub(super) fn print(folder: &Folder, parts: &serde_json::Value) -> Result<String> {
    fingerprint(parts).map_err(|error| Error::WriteResult {
        path: folder.path().to_owned(),
        source: std::io::Error::other(error),
    })
}

/// What was done up to the session.
#[derive(Default)]
pub(super) struct Work {
    pub started: jiff::Timestamp,
    pub elapsed: Elapsed,
    pub counts: Counts,
}

/// Results that an earlier run left complete.
pub(super) fn already(job: &Job, folder: &Folder, sums: &Sums) -> Option<Done> {
    let analysis = folder.load::<Analysis>(ANALYSIS.0, ANALYSIS.1, &sums.analysis)?;
    let whole = publish::complete(folder)
        && folder.load::<Session>(SESSION.0, SESSION.1, &sums.session).is_some();
    whole.then(|| done(job, analysis, sums, true, Counts::default()))
}

fn done(job: &Job, analysis: Analysis, sums: &Sums, already: bool, counts: Counts) -> Done {
    let (fingerprint, results) = (sums.analysis.clone(), job.results.clone());
    Done { analysis, fingerprint, results, already, counts }
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
    session: &Session,
    sums: &Sums,
    mut work: Work,
) -> Result<Done> {
    progress.begin(Stage::Measure, None);
    let clock = Instant::now();
    folder.remove(ANALYSIS.0)?;
    let coding = analysis::code_session(session);
    let analysis = analysis::analyse(session, &coding, &job.options.profile);
    publish::derived(folder, session, &analysis, &sums.analysis)?;
    work.elapsed.measure = Some(milliseconds(clock));
    publish::run_record(folder, job, runtime, work.started, &work.elapsed, work.counts)?;
    // Last: what makes a later run believe that all of it is there.
    folder.save(ANALYSIS.0, ANALYSIS.1, &sums.analysis, &analysis)?;
    Ok(done(job, analysis, sums, false, work.counts))
}

impl Run<'_> {
    fn all(&self) -> Result<Done> {
        let prints = self.prints()?;
        if !self.runtime.force
            && let Some(done) = already(self.job, &self.folder, &prints.sums)
        {
            return Ok(done);
        }
        let mut work = Work { started: jiff::Timestamp::now(), ..Work::default() };
        let session = self.session(&prints, &mut work.counts, &mut work.elapsed)?;
        let (job, folder) = (self.job, &self.folder);
        finish(job, folder, self.runtime, self.progress, &session, &prints.sums, work)
    }

    fn prints(&self) -> Result<Prints> {
        let options = &self.job.options;
        let sources: Vec<_> = self
            .hashes
            .iter()
            .zip(&self.job.inputs)
            .map(|(hash, input)| json!({"sha256": hash, "role": input.role}))
            .collect();
        let names: Vec<_> =
            self.job.inputs.iter().map(|input| publish::file_name(&input.path)).collect();
        let print = |parts| print(&self.folder, &parts);
        let speech = print(json!({
            "stage": "speech", "version": listen::VERSION, "sources": self.hashes,
            "voice_activity": self.engines.voice_activity.sha256,
            "part": options.part, "speakers": options.speakers,
        }))?;
        let words = print(json!({
            "stage": "words", "version": transcribe::VERSION, "speech": speech,
            "model": self.engines.speech_to_text.sha256, "language": options.language,
        }))?;
        let session = print(json!({
            "stage": "session", "version": SESSION_VERSION, "words": words, "sources": sources,
            "names": names, "coach": options.coach, "about": options.about, "date": date::print(self.job),
            "model": self.engines.speech_to_text.name,
        }))?;
        Ok(Prints { speech, words, sums: Sums::new(self.job, &self.folder, session)? })
    }

    fn session(
        &self,
        prints: &Prints,
        counts: &mut Counts,
        elapsed: &mut Elapsed,
    ) -> Result<Session> {
        if !self.runtime.force
            && let Some(session) = self.folder.load(SESSION.0, SESSION.1, &prints.sums.session)
        {
            self.skip_sound();
            return Ok(session);
        }
        let (listened, heard) = self.speech_and_words(prints, counts, elapsed)?;
        let model = &self.engines.speech_to_text.name;
        let session = assemble::session(self.job, &self.hashes, model, &listened, heard)?;
        keep_session(&self.folder, &prints.sums, &session)?;
        Ok(session)
    }

    /// Says that nothing is to be listened to: an earlier run has.
    fn skip_sound(&self) {
        for stage in [Stage::Decode, Stage::Listen, Stage::Transcribe] {
            self.progress.skip(stage);
        }
    }

    /// The log of words, and the windows that earlier runs heard, in order.
    fn words(&self, prints: &Prints) -> Result<(WordLog, Vec<HeardWindow>)> {
        let mut log: WordLog = self.folder.log(WORDS.0, WORDS.1, &prints.words)?;
        let mut before = log.take_entries();
        before.sort_by_key(|heard| heard.index);
        Ok((log, before))
    }

    fn speech_and_words(
        &self,
        prints: &Prints,
        counts: &mut Counts,
        elapsed: &mut Elapsed,
    ) -> Result<(Listened, Heard)> {
        let work = self.folder.stages()?;
        let mut listened: Option<Listened> = None;
        if self.runtime.force {
            self.folder.remove(WORDS.0)?;
        } else {
            listened = self.folder.load(SPEECH.0, SPEECH.1, &prints.speech);
        }
        if let Some(known) = &listened {
            let (log, before) = self.words(prints)?;
            if let Some(language) = transcribe::heard_before(&log, &before, known) {
                self.skip_sound();
                return Ok((known.clone(), Heard { language, windows: before }));
            }
        }
        let clock = Instant::now();
        let (progress, cancel) = (self.progress, self.cancel);
        let (takes, recorded) =
            takes::takes(self.job, &work, self.engines, counts, progress, cancel)?;
        elapsed.decode = Some(milliseconds(clock));
        let listened = if let Some(known) = listened {
            self.progress.skip(Stage::Listen);
            known
        } else {
            let clock = Instant::now();
            let found = listen::listen(self.job, &takes, recorded, self.engines, progress, cancel)?;
            elapsed.listen = Some(milliseconds(clock));
            self.folder.save(SPEECH.0, SPEECH.1, &prints.speech, &found)?;
            found
        };
        // Not opened before there is something to keep: a file that cannot be read leaves no folder.
        let (mut log, before) = self.words(prints)?;
        let clock = Instant::now();
        let heard = if listened.windows.is_empty() {
            transcribe::nothing(&mut log, &self.job.options)?
        } else {
            transcribe::transcribe(
                self.job,
                &takes,
                &listened,
                log,
                before,
                self.engines,
                self.runtime,
                counts,
                self.progress,
                self.cancel,
            )?
        };
        elapsed.transcribe = Some(milliseconds(clock));
        Ok((listened, heard))
    }
}

fn milliseconds(clock: Instant) -> u64 {
    u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX)
}
