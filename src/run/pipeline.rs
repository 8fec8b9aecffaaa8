//! One recording, stage by stage. A stage whose artefact is there and was made from the same is
//! skipped; a killed run goes on from there.
//!
//! ```text
//! files ─▶ stages/speech.json ─▶ stages/words.jsonl ─▶ stages/melody.json ─▶ session.json ─▶ analysis.json,
//!          (who speaks when)     (a line a window)     (how voices end)    (the waist)     transcript,
//!                                                                                         report, run.json
//! ```

use std::path::{Path, PathBuf};
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
    Counts, Done, Engines, Job, Outcome, Runtime, assemble, copies, date, import, noted, publish,
    takes, tracks,
};
use crate::error::{Error, Result};
use crate::hashing::{self, Stamp};
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
/// Never fails: what went wrong is in the outcome. A transcript asks for no `engines`.
pub fn run<'a>(
    job: &Job,
    engines: impl FnOnce() -> Result<&'a Engines>,
    runtime: Runtime,
    progress: &dyn Progress,
    cancel: &dyn Cancel,
) -> Outcome {
    let done = match import::transcript(job) {
        Some(path) => import::analyse(job, path, runtime, progress),
        None => engines().and_then(|engines| analyse(job, engines, runtime, progress, cancel)),
    };
    done.map_or_else(Outcome::from, Outcome::Done)
}

/// Results of a job that are complete, by what is remembered of its files: no recording is opened, no
/// model loaded. `None` also where that is not enough to say so.
pub fn finished(job: &Job, engines: Option<&Engines>, runtime: Runtime) -> Option<Done> {
    if runtime.force || runtime.verify {
        return None;
    }
    if let Some(path) = import::transcript(job) {
        let sums = import::sums(job, &hashing::remembered_sha256(path)?).ok()?;
        return measure::already(job, &sums, false);
    }
    let engines = engines?;
    let origin = Origin::remembered(job, engines)?;
    let sums = origin.prints(job, engines).ok()?.sums;
    measure::already(job, &sums, false).filter(|_| !runtime.copy_audio || !origin.lacks_copies(job))
}

fn analyse(
    job: &Job,
    engines: &Engines,
    runtime: Runtime,
    progress: &dyn Progress,
    cancel: &dyn Cancel,
) -> Result<Done> {
    let origin = Origin::of(job, engines, runtime)?;
    let prints = origin.prints(job, engines)?;
    if !runtime.force
        && let Some(done) = measure::already(job, &prints.sums, runtime.verify)
        && !(runtime.copy_audio && origin.lacks_copies(job))
    {
        return Ok(done);
    }
    let folder = Folder::open(&job.results)?;
    let run = Run { job, engines, runtime, progress, cancel, folder, origin };
    let done = run.all(prints);
    if done.is_err() {
        run.folder.leave();
    }
    done
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

/// What a session is made from, beside the options.
struct Origin {
    /// Of each file.
    hashes: Vec<String>,
    /// What each was when it was hashed.
    stamps: Vec<Option<Stamp>>,
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

impl Origin {
    /// Reads what has to be read.
    fn of(job: &Job, engines: &Engines, runtime: Runtime) -> Result<Self> {
        let stamps = stamps(job);
        let hashes =
            job.inputs.iter().map(|input| hash(&input.path, runtime)).collect::<Result<_>>()?;
        // A mix that cannot be read is none.
        let mix = job.together.mix.as_ref().and_then(|mix| hash(mix, runtime).ok());
        Ok(Self { hashes, stamps, mix, voiceprint: voiceprint::of_job(job, engines)? })
    }

    /// By what is remembered of the files; `None` where something is not.
    fn remembered(job: &Job, engines: &Engines) -> Option<Self> {
        let known = |path: &PathBuf| hashing::remembered_sha256(path);
        let hashes = job.inputs.iter().map(|input| known(&input.path)).collect::<Option<_>>()?;
        let mix = match &job.together.mix {
            Some(mix) => Some(known(mix)?),
            None => None,
        };
        Some(Self {
            hashes,
            stamps: stamps(job),
            mix,
            voiceprint: voiceprint::of_job(job, engines).ok()?,
        })
    }

    fn lacks_copies(&self, job: &Job) -> bool {
        let there = copies::there(&job.results, self.hashes.iter().map(String::as_str));
        self.hashes.iter().any(|hash| !there.contains_key(hash))
    }

    fn prints(&self, job: &Job, engines: &Engines) -> Result<Prints> {
        let options = &job.options;
        let sources: Vec<_> = self
            .hashes
            .iter()
            .zip(&job.inputs)
            .map(|(hash, input)| json!({"sha256": hash, "role": input.role}))
            .collect();
        let names: Vec<_> =
            job.inputs.iter().map(|input| publish::file_name(&input.path)).collect();
        let print = |parts| measure::print(&job.results, &parts);
        let mut parts = json!({
            "stage": "speech", "version": listen::VERSION, "sources": self.hashes,
            "voice_activity": engines.voice_activity.sha256,
            "part": options.part, "speakers": options.speakers,
        });
        if job.together.parts {
            parts["parts"] = json!(true);
        } else if job.inputs.len() > 1 {
            parts["tracks"] = json!({
                "version": tracks::VERSION, "mix": self.mix, "begin": job.together.begin,
            });
        }
        let speech = print(parts)?;
        let words = print(json!({
            "stage": "words", "version": transcribe::VERSION, "speech": speech,
            "model": engines.speech_to_text.sha256, "language": options.language,
        }))?;
        let mut parts = json!({
            "stage": "session", "version": SESSION_VERSION, "melody": melody::VERSION, "words": words, "sources": sources,
            "names": names, "coach": options.coach, "voiceprint": self.voiceprint, "like": voiceprint::VERSION, "about": options.about, "date": date::print(job),
            "model": engines.speech_to_text.name,
        });
        let people: Vec<_> = job.inputs.iter().map(|input| &input.name).collect();
        if people.iter().any(|name| name.is_some()) {
            parts["people"] = json!(people);
        }
        if let Some(notes) = noted::of_job(job) {
            parts["noted"] = json!(notes);
        }
        let session = print(parts)?;
        let sums = Sums::new(&options.reading, &job.results, session)?;
        Ok(Prints { speech, words, sums })
    }
}

fn stamps(job: &Job) -> Vec<Option<Stamp>> {
    job.inputs.iter().map(|input| Stamp::of(&input.path)).collect()
}

struct Run<'a> {
    job: &'a Job,
    engines: &'a Engines,
    runtime: Runtime,
    progress: &'a dyn Progress,
    cancel: &'a dyn Cancel,
    folder: Folder,
    origin: Origin,
}

impl Run<'_> {
    fn all(&self, prints: Prints) -> Result<Done> {
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
        paths.zip(self.origin.hashes.iter().map(String::as_str)).collect()
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
        let session =
            assemble::session(self.job, &self.origin.hashes, model, &listened, said, known)?;
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
        let Some(voiceprint) = &self.origin.voiceprint else { return Ok(None) };
        let print = measure::print(
            self.folder.path(),
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
        self.unchanged()?;
        Ok(found)
    }

    /// What was decoded is what was hashed: a recording may still be copied, or be made.
    fn unchanged(&self) -> Result<()> {
        let now = stamps(self.job);
        let mut files = self.job.inputs.iter().zip(self.origin.stamps.iter().zip(&now));
        let changed = files.find(|(_, (before, now))| before != now);
        let Some((input, (_, now))) = changed else { return Ok(()) };
        let wrong = match now {
            Some(_) => "it changed while it was read",
            None => "it was moved or deleted while it was read",
        };
        Err(Error::Decode {
            path: input.path.clone(),
            wrong: wrong.to_owned(),
            remedy: "analyse it again when it is complete and at its place".into(),
        })
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
        let print = measure::print(self.folder.path(), &parts)?;
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
