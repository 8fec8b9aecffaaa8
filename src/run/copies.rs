//! Copies of the recordings that a browser plays, in the results folder (`--copy-audio`): the
//! original where it can be played, else Ogg Opus.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::worker::Worker;
use crate::error::{Error, Result};
use crate::progress::{Cancel, Progress};
use crate::results::Folder;
use crate::session::Source;
use crate::sound::{WorkCopy, write_opus};

/// What the name of a copy begins with; the start of the recording's hash follows.
const PREFIX: &str = "sound-";

/// The copies that are there: hash of the recording → link from the page.
pub(super) fn there<'a>(
    folder: &Path,
    hashes: impl Iterator<Item = &'a str>,
) -> BTreeMap<String, String> {
    let names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with(PREFIX))
        .collect();
    let found = hashes.filter_map(|sha256| {
        let start = format!("{}.", stem(sha256));
        let name = names.iter().filter(|name| name.starts_with(&start)).min()?;
        Some((sha256.to_owned(), name.clone()))
    });
    found.collect()
}

fn stem(sha256: &str) -> String {
    format!("{PREFIX}{}", sha256.get(..16).unwrap_or(sha256))
}

/// Makes the copies that are missing.
///
/// # Errors
/// A recording cannot be read any more, or the disk does not take a copy.
pub(super) fn make(
    folder: &Folder,
    source: &Source,
    recordings: &[(&Path, &str)],
    worker: &Worker,
    progress: &dyn Progress,
    cancel: &dyn Cancel,
) -> Result<()> {
    let there = there(folder.path(), recordings.iter().map(|&(_, sha256)| sha256));
    for &(path, sha256) in recordings {
        if there.contains_key(sha256) {
            continue;
        }
        let plays = source.files.iter().any(|file| file.sha256 == sha256 && file.playable);
        let ending = path.extension().and_then(|ending| ending.to_str());
        let ending = ending.filter(|ending| ending.bytes().all(|b| b.is_ascii_alphanumeric()));
        if let Some(ending) = ending.filter(|_| plays) {
            let name = format!("{}.{}", stem(sha256), ending.to_lowercase());
            let mut from = fs::File::open(path)
                .map_err(|source| Error::ReadFile { path: path.to_owned(), source })?;
            folder.write_with(&name, |file| io::copy(&mut from, file).map(drop))?;
            continue;
        }
        let copies = decoded(path, &folder.stages()?, worker, progress, cancel)?;
        folder.write_with(&format!("{}.opus", stem(sha256)), |file| {
            let mut out = BufWriter::new(file);
            write_opus(&copies, &mut out)?;
            out.flush()
        })?;
    }
    Ok(())
}

fn decoded(
    path: &Path,
    work: &Path,
    worker: &Worker,
    progress: &dyn Progress,
    cancel: &dyn Cancel,
) -> Result<Vec<WorkCopy>> {
    let (first, facts) = worker.work_copy(path, 0, work, progress, cancel)?;
    let mut copies = vec![first];
    for track in 1..facts.tracks {
        copies.push(worker.work_copy(path, track, work, progress, cancel)?.0);
    }
    Ok(copies)
}
