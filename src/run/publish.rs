//! What a reader finds in the results folder, made from a session and its analysis.

use std::path::Path;

use serde::Serialize;
use serde_json::json;

use super::measure::Measured;
use super::{Counts, Job, Runtime};
use crate::error::{Error, Result};
use crate::interchange;
use crate::results::{Folder, TOOL_VERSION};
use crate::session::{Language, Session};

/// Wall time of each stage that was run, for `run.json`.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Elapsed {
    /// Milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decode: Option<u64>,
    /// Milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<u64>,
    /// Milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcribe: Option<u64>,
    /// Milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure: Option<u64>,
}

/// Files made from the session and the analysis.
const DERIVED: [&str; 3] = ["transcript.json", "transcript.vtt", "report.html"];

/// Whether everything that is made from an analysis is there.
pub(super) fn complete(results: &Path) -> bool {
    DERIVED.iter().all(|name| results.join(name).is_file())
}

/// Writes the transcript and the subtitles.
pub(super) fn transcript(folder: &Folder, session: &Session) -> Result<()> {
    let transcript = interchange::transcript_json(session, TOOL_VERSION)
        .map_err(|error| unmade(folder, DERIVED[0], &error))?;
    folder.write(DERIVED[0], transcript.as_bytes())?;
    folder.write(DERIVED[1], interchange::vtt(session).as_bytes())
}

/// Writes the page.
pub(super) fn page(folder: &Folder, measured: &Measured, language: Option<Language>) -> Result<()> {
    let page =
        measured.page(language, false).map_err(|error| unmade(folder, DERIVED[2], &error))?;
    folder.write(DERIVED[2], page.as_bytes())
}

fn unmade(folder: &Folder, name: &str, error: &dyn std::error::Error) -> Error {
    Error::WriteResult {
        path: folder.path().join(name),
        source: std::io::Error::other(error.to_string()),
    }
}

/// Writes how the run went: the one place for clock, machine and times.
pub(super) fn run_record(
    folder: &Folder,
    job: &Job,
    runtime: Runtime,
    started: jiff::Timestamp,
    elapsed: &Elapsed,
    counts: Counts,
) -> Result<()> {
    // As text: a path that is no UTF-8 has no other form in JSON.
    let inputs: Vec<_> = job
        .inputs
        .iter()
        .map(|input| json!({"path": input.path.display().to_string(), "role": input.role}))
        .collect();
    let command = json!({
        "inputs": inputs, "model": job.options.model, "language": job.options.language,
        "coach": job.options.coach, "about": job.options.about,
        "profile": job.options.reading.profile.name, "force": runtime.force, "verify": runtime.verify,
    });
    let record = json!({
        "schema": "openfloor.run/1", "tool_version": TOOL_VERSION,
        "started": started.to_string(), "finished": jiff::Timestamp::now().to_string(),
        "elapsed_ms": elapsed, "outcome": "done", "threads": runtime.threads, "counts": counts,
        "host": {
            "cores": std::thread::available_parallelism().map_or(1, usize::from),
            "os": std::env::consts::OS, "arch": std::env::consts::ARCH,
        },
        "command": command,
    });
    let mut text = serde_json::to_string_pretty(&record).unwrap_or_default();
    text.push('\n');
    folder.write("run.json", text.as_bytes())
}

/// The name of a file, without its path.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// A link from the results folder to a recording that lies beside it; `None` for one elsewhere,
/// whose path would say where a person keeps their sessions.
pub(super) fn href(recording: &Path, results: &Path) -> Option<String> {
    let folder = |path: &Path| path.canonicalize().ok()?.parent().map(Path::to_owned);
    let beside = folder(recording)? == folder(results)?;
    let name = recording.file_name()?.to_str()?;
    beside.then(|| format!("../{}", percent_encoded(name.as_bytes())))
}

/// One part of a path as it stands in a link.
pub(super) fn percent_encoded(name: &[u8]) -> String {
    let mut encoded = String::with_capacity(name.len());
    for &byte in name {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(format!("%{byte:02X}").chars());
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_a_recording_beside_the_results_only() {
        let folder = tempfile::tempdir().unwrap();
        let recording = folder.path().join("séance 1#.wav");
        let results = folder.path().join("séance 1#.wav.openfloor");
        std::fs::write(&recording, "").unwrap();
        std::fs::create_dir(&results).unwrap();
        assert_eq!(href(&recording, &results).unwrap(), "../s%C3%A9ance%201%23.wav");
        let elsewhere = folder.path().join("out");
        std::fs::create_dir_all(elsewhere.join("r")).unwrap();
        assert_eq!(href(&recording, &elsewhere.join("r")), None);
    }
}
