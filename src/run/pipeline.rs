//! One recording, stage by stage. A stage whose artefact is there and was made from the same is
//! skipped; a killed run goes on from there.
//!
//! ```text
//! files ─▶ stages/speech.json ─▶ stages/words.jsonl ─▶ stages/melody.json ─▶ session.json ─▶ analysis.json,
//!          (who speaks when)     (a line a window)     (how voices end)    (the waist)     transcript,
//!                                                                                         report, run.json
//! ```

use std::path::Path;
use std::time::Instant;

use serde_json::json;

use super::assemble::Said;
use super::listen::{self, Listened};
use super::measure::{self, SESSION, Sums, Work};
use super::melody;
use super::publish::Elapsed;
use super::takes::{Recorded, Takes};
use super::transcribe::{self, Heard, WordLog};
use super::voiceprint::{self, Likenesses, Voiceprint};
use super::{
    Counts, Done, Engines, Job, Outcome, Runtime, assemble, copies, date, import, publish, takes,
    tracks,
};
use crate::error::{Error, Result};
use crate::hashing;
use crate::progress::{Cancel, Progress, Stage};
use crate::results::Folder;
use crate::session::Session;
use crate::sound::recognised;
use crate::words::HeardWindow;

/// Changes whenever the same speech and words can make another session.
const SESSION_VERSION: u32 = 4;

const SPEECH: (&str, &str) = ("stages/speech.json", "openfloor.speech/1");
const WORDS: (&str, &str) = ("stages/words.jsonl", "openfloor.words/1");
const MELODY: (&str, &str) = ("stages/melody.json", "openfloor.melody/1");
const LIKENESS: (&str, &str) = ("stages/likeness.json", "openfloor.likeness/1");

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
    // A mix that cannot be read is none.
    let mix = job.together.mix.as_ref().and_then(|mix| hash(mix, runtime).ok());
    let voiceprint = voiceprint::of_job(job, engines)?;
    let folder = Folder::open(&job.results)?;
    let run = Run { job, engines, runtime, progress, cancel, folder, hashes, mix, voiceprint };
    let done = run.all();
    if done.is_err() {
        run.folder.leave();
    }
    done
}

fn source_hashes(job: &Job, runtime: Runtime) -> Result<Vec<String>> {
    job.inputs.iter().map(|input| hash(&input.path, runtime)).collect()
}

fn hash(path: &Path, runtime: Runtime) -> Result<String> {
    recognised(path)?;
    let hash = if runtime.verify {
        hashing::sha256_of_file_anew(path)
    } else {
        hashing::sha256_of_file(path)
    };
    hash.map_err(|source| Error::ReadFile { path: path.to_owned(), source })
}

struct Run<'a> {
    job: &'a Job,
    engines: &'a Engines,
    runtime: Runtime,
    progress: &'a dyn Progress,
    cancel: &'a dyn Cancel,
    folder: Folder,
    hashes: Vec<String>,
    /// That of the mix of the tracks.
    mix: Option<String>,
    /// What the coach is to be known by.
    voiceprint: Option<Voiceprint>,
}

/// Fingerprints of the stages, each made from the one before.
struct Prints {
    speech: String,
    words: String,
    sums: Sums,
}

impl Run<'_> {
    fn all(&self) -> Result<Done> {
        let prints = self.prints()?;
        if !self.runtime.force
            && let Some(done) = measure::already(self.job, &self.folder, &prints.sums)
            && !(self.runtime.copy_audio && self.lacks_copies(&done))
        {
            return Ok(done);
        }
        let mut work = Work { started: jiff::Timestamp::now(), ..Work::default() };
        let session = self.session(&prints, &mut work.counts, &mut work.elapsed)?;
        if self.runtime.copy_audio {
            let files = self.recordings();
            let (worker, progress, cancel) = (&self.engines.worker, self.progress, self.cancel);
            copies::make(&self.folder, &session.source, &files, worker, progress, cancel)?;
        }
        measure::finish(
            self.job,
            &self.folder,
            self.runtime,
            self.progress,
            session,
            prints.sums,
            work,
        )
    }

    /// The recordings with their hashes.
    fn recordings(&self) -> Vec<(&Path, &str)> {
        let paths = self.job.inputs.iter().map(|input| input.path.as_path());
        paths.zip(self.hashes.iter().map(String::as_str)).collect()
    }

    fn lacks_copies(&self, done: &Done) -> bool {
        let there = copies::there(self.folder.path(), &done.analysis.source);
        self.hashes.iter().any(|hash| !there.contains_key(hash))
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
        let print = |parts| measure::print(&self.folder, &parts);
        let mut parts = json!({
            "stage": "speech", "version": listen::VERSION, "sources": self.hashes,
            "voice_activity": self.engines.voice_activity.sha256,
            "part": options.part, "speakers": options.speakers,
        });
        if self.job.inputs.len() > 1 {
            parts["tracks"] = json!({
                "version": tracks::VERSION, "mix": self.mix, "begin": self.job.together.begin,
            });
        }
        let speech = print(parts)?;
        let words = print(json!({
            "stage": "words", "version": transcribe::VERSION, "speech": speech,
            "model": self.engines.speech_to_text.sha256, "language": options.language,
        }))?;
        let mut parts = json!({
            "stage": "session", "version": SESSION_VERSION, "melody": melody::VERSION, "words": words, "sources": sources,
            "names": names, "coach": options.coach, "voiceprint": self.voiceprint, "like": voiceprint::VERSION, "about": options.about, "date": date::print(self.job),
            "model": self.engines.speech_to_text.name,
        });
        let people: Vec<_> = self.job.inputs.iter().map(|input| &input.name).collect();
        if people.iter().any(|name| name.is_some()) {
            parts["people"] = json!(people);
        }
        let session = print(parts)?;
        let sums = Sums::new(&self.job.options.reading, &self.folder, session)?;
        Ok(Prints { speech, words, sums })
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
        let (listened, said, takes) = self.speech_and_words(prints, counts, elapsed)?;
        let known = self.known_voice(prints, &listened, takes, counts, elapsed)?;
        let model = &self.engines.speech_to_text.name;
        let session = assemble::session(self.job, &self.hashes, model, &listened, said, known)?;
        measure::keep_session(&self.folder, &prints.sums, &session)?;
        Ok(session)
    }

    /// The speaker whose voice is clearly that of the voiceprint, from 0, and how like.
    fn known_voice(
        &self,
        prints: &Prints,
        listened: &Listened,
        takes: Option<Takes>,
        counts: &mut Counts,
        elapsed: &mut Elapsed,
    ) -> Result<Option<(usize, f64)>> {
        let Some(voiceprint) = &self.voiceprint else { return Ok(None) };
        let print = measure::print(
            &self.folder,
            &json!({
                "stage": "likeness", "version": voiceprint::VERSION, "speech": prints.speech,
                "voiceprint": voiceprint,
            }),
        )?;
        if !self.runtime.force
            && let Some(found) = self.folder.load::<Likenesses>(LIKENESS.0, LIKENESS.1, &print)
        {
            return Ok(found.clear());
        }
        let takes = match takes {
            Some(takes) => takes,
            None => self.takes(&self.folder.stages()?, Some(listened), counts, elapsed)?.0,
        };
        let found = voiceprint::compare(voiceprint, listened, &takes, self.engines, self.cancel)?;
        self.folder.save(LIKENESS.0, LIKENESS.1, &print, &found)?;
        Ok(found.clear())
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
    ) -> Result<(Listened, Said, Option<Takes>)> {
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
                let mut said = assemble::said(known, Heard { language, windows: before });
                let (ends, print) = self.ends(prints, known, &said)?;
                let takes = if let Some(heard) = self.folder.load(MELODY.0, MELODY.1, &print) {
                    self.skip_sound();
                    melody::give(&mut said.utterances, &ends, &heard);
                    None
                } else {
                    let (takes, _) = self.takes(&work, Some(known), counts, elapsed)?;
                    self.progress.skip(Stage::Listen);
                    self.progress.skip(Stage::Transcribe);
                    self.melody(&takes, &mut said, &ends, &print)?;
                    Some(takes)
                };
                return Ok((known.clone(), said, takes));
            }
        }
        let (progress, cancel) = (self.progress, self.cancel);
        let (takes, recorded) = self.takes(&work, listened.as_ref(), counts, elapsed)?;
        let listened = if let Some(known) = listened {
            self.progress.skip(Stage::Listen);
            known
        } else {
            let clock = Instant::now();
            let found = listen::listen(self.job, &takes, recorded, self.engines, progress, cancel)?;
            elapsed.listen = Some(measure::milliseconds(clock));
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
        elapsed.transcribe = Some(measure::milliseconds(clock));
        let mut said = assemble::said(&listened, heard);
        let (ends, print) = self.ends(prints, &listened, &said)?;
        self.melody(&takes, &mut said, &ends, &print)?;
        Ok((listened, said, Some(takes)))
    }

    /// The sound, decoded.
    fn takes(
        &self,
        work: &Path,
        known: Option<&Listened>,
        counts: &mut Counts,
        elapsed: &mut Elapsed,
    ) -> Result<(Takes, Vec<Recorded>)> {
        let clock = Instant::now();
        let found = takes::takes(
            self.job,
            work,
            self.engines,
            known.map(|known| &known.recorded[..]),
            counts,
            self.progress,
            self.cancel,
        )?;
        elapsed.decode = Some(measure::milliseconds(clock));
        Ok(found)
    }

    /// The ends at which the melody is measured, and the fingerprint of what is found there.
    fn ends(
        &self,
        prints: &Prints,
        listened: &Listened,
        said: &Said,
    ) -> Result<(Vec<Vec<melody::End>>, String)> {
        let ends = melody::ends(listened, &said.utterances);
        let parts = json!({
            "stage": "melody", "version": melody::VERSION, "speech": prints.speech, "ends": ends,
        });
        let print = measure::print(&self.folder, &parts)?;
        Ok((ends, print))
    }

    /// Measures the melody and gives it to the utterances.
    fn melody(
        &self,
        takes: &Takes,
        said: &mut Said,
        ends: &[Vec<melody::End>],
        print: &str,
    ) -> Result<()> {
        let heard = melody::measure(ends, takes, self.cancel)?;
        self.folder.save(MELODY.0, MELODY.1, print, &heard)?;
        melody::give(&mut said.utterances, ends, &heard);
        Ok(())
    }
}
