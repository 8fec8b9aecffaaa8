//! A transcript made elsewhere → results. No sound, no model: read, measured, published.
//!
//! ```text
//! file ─▶ session.json ─▶ analysis.json, transcript, report, run.json
//! ```

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use serde_json::json;

use super::measure::{self, Sums};
use super::{Done, Job, LanguageChoice, Runtime, assemble, date, endings, publish};
use crate::error::{Error, Result};
use crate::hashing;
use crate::interchange::{self, Imported};
use crate::progress::{Progress, Stage};
use crate::results::Folder;
use crate::session::{
    Corrections, Decoder, Language, Ms, Noted, Session, Source, SourceFile, SourceKind,
};
use crate::sound::recognised;

/// Changes whenever the same transcript can make another session.
const VERSION: u32 = 2;

/// A larger file is no transcript: ten hours with the time of each word make about ten megabytes.
const LARGEST: u64 = 64 << 20;

/// Whether a file is a transcript: by how it starts, or by its ending where it is no recording. What is
/// named as recordings are is none, and is not opened.
#[must_use]
pub fn is_transcript(path: &Path) -> bool {
    let named = || endings::may_be_transcript(path) && recognised(path).is_err() && path.is_file();
    !endings::is_recording(path) && (starts_as_transcript(path) || named())
}

/// Whether a file in a folder is taken for a transcript: `.vtt` and `.srt` by their ending, `.json`
/// only when it opens as ours.
pub(super) fn is_transcript_in_folder(path: &Path) -> bool {
    endings::is_captions(path) || (endings::is_document(path) && starts_as_transcript(path))
}

fn starts_as_transcript(path: &Path) -> bool {
    // A pipe would wait for ever.
    if !fs::metadata(path).is_ok_and(|about| about.is_file()) {
        return false;
    }
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(4096).read_to_end(&mut head));
    read.is_ok() && interchange::recognised(&head).is_some()
}

/// The path of a job that is a transcript.
pub(super) fn transcript(job: &Job) -> Option<&Path> {
    match &job.inputs[..] {
        [only] if is_transcript(&only.path) => Some(&only.path),
        _ => None,
    }
}

/// Reads the transcript of a job and writes its results.
pub(super) fn analyse(
    job: &Job,
    path: &Path,
    runtime: Runtime,
    progress: &dyn Progress,
) -> Result<Done> {
    let (bytes, hash) = bytes(path)?;
    let sums = sums(job, &hash)?;
    if !runtime.force
        && let Some(done) = measure::already(job, &sums, runtime.verify)
    {
        return Ok(done);
    }
    let language = match job.options.language {
        LanguageChoice::Auto => None,
        LanguageChoice::En => Some(Language::En),
        LanguageChoice::Fr => Some(Language::Fr),
    };
    let kept = if runtime.force { None } else { measure::kept_session(&job.results, &sums) };
    let session = if let Some(session) = kept {
        Known::Before(session)
    } else {
        // Before the folder is made: a file that cannot be read leaves none.
        let read = interchange::read(&bytes, language).map_err(|wrong| Error::ReadTranscript {
            path: path.to_owned(),
            wrong: wrong.to_string(),
        })?;
        Known::Now(session(job, path, &hash, read)?)
    };
    let folder = Folder::open(&job.results)?;
    let done = written(job, &folder, sums, session, runtime, progress);
    if done.is_err() {
        folder.leave();
    }
    done
}

/// A session, and when it was read.
enum Known {
    /// By an earlier run: it is kept.
    Before(Session),
    Now(Session),
}

/// The bytes of a transcript and their hash.
fn bytes(path: &Path) -> Result<(Vec<u8>, String)> {
    let unread = |source| Error::ReadFile { path: path.to_owned(), source };
    if fs::metadata(path).map_err(unread)?.len() > LARGEST {
        let wrong = format!(
            "it is larger than {} MB, which no transcript is; name a transcript of one conversation",
            LARGEST >> 20
        );
        return Err(Error::ReadTranscript { path: path.to_owned(), wrong });
    }
    hashing::read_with_sha256(path).map_err(unread)
}

/// Fingerprints of the results of a transcript with this hash.
pub(super) fn sums(job: &Job, hash: &str) -> Result<Sums> {
    let options = &job.options;
    let print = measure::print(
        &job.results,
        &json!({
            "stage": "import", "version": VERSION, "sha256": hash,
            "names": job.inputs.iter().map(|one| publish::file_name(&one.path)).collect::<Vec<_>>(),
            "language": options.language, "coach": options.coach, "about": options.about,
            "date": date::print(job),
        }),
    )?;
    Sums::new(&options.reading, &job.results, print)
}

fn written(
    job: &Job,
    folder: &Folder,
    sums: Sums,
    session: Known,
    runtime: Runtime,
    progress: &dyn Progress,
) -> Result<Done> {
    let started = jiff::Timestamp::now();
    for stage in [Stage::Decode, Stage::Listen, Stage::Transcribe] {
        progress.skip(stage);
    }
    let session = match session {
        Known::Before(session) => session,
        Known::Now(session) => {
            measure::keep_session(folder, &sums, &session)?;
            session
        }
    };
    let work = measure::Work { started, ..measure::Work::default() };
    measure::finish(job, folder, runtime, progress, session, sums, work)
}

/// The session of what was read. A coach that was named wins over the roles in the transcript, and
/// those over what the conversation shows.
fn session(job: &Job, path: &Path, hash: &str, read: Imported) -> Result<Session> {
    let file = SourceFile {
        name: publish::file_name(path),
        sha256: hash.to_owned(),
        href: None,
        playable: false,
        channel: None,
        track: None,
        decoded_by: Decoder::default(),
        offset_ms: Ms::ZERO,
        speaker: None,
    };
    let mut session = Session {
        source: Source {
            kind: SourceKind::Transcript,
            duration_ms: read.duration_ms,
            part: read.part,
            language: read.language,
            model: None,
            speaker_evidence: read.evidence,
            separation: read.separation,
            speech_from: read.speech_from,
            files: vec![file],
        },
        about: date::about(job, None),
        speakers: read.speakers,
        speech: read.speech,
        utterances: read.utterances,
        warnings: Vec::new(),
        noted: Noted::default(),
        corrections: Corrections::default(),
    };
    assemble::give_roles(job, &mut session, None)?;
    Ok(session)
}
