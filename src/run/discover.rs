//! Paths a person names → the recordings and transcripts to analyse, in order.
//!
//! In a folder, files of one name are one session: meeting programs write the transcript beside the
//! recording. The recording is analysed and the transcript left out; of transcripts alone, the one
//! that says most. Where a program wrote a file a participant ([`tracks`](self::tracks)), these are
//! one session. So are the files of a recording that was too long for one ([`record`]). A file that was
//! named is analysed whatever lies beside it.
//!
//! Only regular files are ever opened: a pipe would wait for ever.

mod duplicates;
mod filter;
mod kinds;
mod settled;
mod tracks;

pub use self::duplicates::{Duplicate, once};
pub use self::filter::Filter;
pub use self::settled::Settled;
pub(super) use self::tracks::is_tracks_folder;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use self::kinds::{Rank, rank, session_name};
use self::tracks::{Meeting, Tracks, meeting};
use super::endings::is_recording;
use super::{Input, Together, record};
use crate::error::Error;
use crate::hashing;
use crate::results::{FOLDER_SUFFIX, is_results_name};

/// Bytes of the longest name that file systems take.
const LONGEST_NAME: usize = 255;

/// A recording that was found: its files and where its results go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its files.
    pub inputs: Vec<Input>,
    /// Its results folder.
    pub results: PathBuf,
    /// Transcripts and other recordings of the same session beside it, which are not analysed.
    pub left_out: Vec<PathBuf>,
    /// What is known of its files together.
    pub together: Together,
}

impl Found {
    /// The recordings of the session, also the one that is only used to put the others on one clock.
    pub fn recordings(&self) -> impl Iterator<Item = &Path> {
        self.inputs.iter().map(|input| &input.path).chain(&self.together.mix).map(PathBuf::as_path)
    }

    fn one(path: &Path, results: PathBuf, left_out: Vec<PathBuf>) -> Self {
        let files = record::files(path);
        let together = Together { parts: files.len() > 1, ..Together::default() };
        let inputs = files.into_iter().map(|path| Input { path, role: None, name: None });
        Self { inputs: inputs.collect(), results, left_out, together }
    }
}

/// A folder without recordings, or one that cannot be read, and the sentence about it.
pub type Fruitless = (PathBuf, Error);

/// The recordings under `paths`: files as named, folders walked, each in the order of its names. Of
/// folders only what `filter` wants. A folder that yields nothing is an item of its own, and stops no
/// other.
pub fn recordings(
    paths: &[PathBuf],
    out: Option<&Path>,
    filter: &Filter,
) -> Vec<Result<Found, Fruitless>> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut walk = Walk {
                root: path,
                out,
                filter,
                seen: BTreeSet::new(),
                filtered: false,
                found: Vec::new(),
            };
            walk.folder(path);
            if walk.found.is_empty() {
                found.push(Err((path.clone(), walk.nothing())));
            }
            found.append(&mut walk.found);
        } else {
            let results = out.map_or_else(|| beside(path), |out| in_folder(out, path));
            found.push(Ok(Found::one(path, results, Vec::new())));
        }
    }
    found
}

/// One recording of several files that were named.
#[must_use]
pub fn named_tracks(inputs: Vec<Input>, out: Option<&Path>) -> Found {
    let first = inputs.first().map_or_else(PathBuf::new, |input| input.path.clone());
    let results = out.map_or_else(|| beside(&first), |out| in_folder(out, &first));
    Found { inputs, results, left_out: Vec::new(), together: Together::default() }
}

fn in_folder(out: &Path, file: &Path) -> PathBuf {
    out.join(beside(Path::new(file.file_name().unwrap_or_default())))
}

/// `talk.wav` → `talk.wav.openfloor`. Of a name too long for that, the start, and what tells it from
/// others of the same start.
#[must_use]
pub fn beside(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default();
    if name.len() + FOLDER_SUFFIX.len() <= LONGEST_NAME {
        let mut results = file.as_os_str().to_owned();
        results.push(FOLDER_SUFFIX);
        return PathBuf::from(results);
    }
    let hash = hashing::sha256(name.as_encoded_bytes());
    let end = format!("~{}{FOLDER_SUFFIX}", &hash[..8]);
    let name = name.to_string_lossy();
    let start = &name[..name.floor_char_boundary(LONGEST_NAME - end.len())];
    file.with_file_name(format!("{start}{end}"))
}

/// A walk through a folder that was named.
struct Walk<'a> {
    root: &'a Path,
    out: Option<&'a Path>,
    filter: &'a Filter,
    /// Folders gone through, by their true paths.
    seen: BTreeSet<PathBuf>,
    /// Whether the filter left something out.
    filtered: bool,
    found: Vec<Result<Found, Fruitless>>,
}

impl Walk<'_> {
    /// Finds the sessions of a folder.
    fn folder(&mut self, folder: &Path) {
        let entries = match entries(folder, &mut self.seen) {
            Ok(entries) => entries,
            Err(source) => {
                let error = Error::ReadFile { path: folder.to_owned(), source };
                self.found.push(Err((folder.to_owned(), error)));
                return;
            }
        };
        let entries: Vec<PathBuf> = entries.into_iter().filter(|path| self.wants(path)).collect();
        let meeting = meeting(&entries);
        let mut taken = self.taken(folder, &entries, meeting.as_ref());
        // Of a meeting that is told by its mix, the tracks are left out.
        let closed = meeting.filter(|meeting| !meeting.apart).map(|meeting| meeting.tracks);
        for path in entries {
            if path.is_dir() {
                if closed.as_ref() != Some(&path) {
                    self.folder(&path);
                }
            } else if let Some(one) = taken.remove(&path) {
                self.found.push(Ok(one));
            }
        }
    }

    /// Whether an entry is looked at: not what is hidden, nor results, nor what the filter leaves out.
    fn wants(&mut self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default();
        if name.as_encoded_bytes().starts_with(b".") || is_results_name(name) {
            return false;
        }
        let inside = path.strip_prefix(self.root).unwrap_or(path);
        let wants =
            if path.is_dir() { self.filter.enters(inside) } else { self.filter.takes(inside) };
        self.filtered |= !wants;
        wants
    }

    /// Where the results of a file go.
    fn results(&self, file: &Path) -> PathBuf {
        let beside = beside(file);
        match self.out {
            Some(out) => out.join(beside.strip_prefix(self.root).unwrap_or(&beside)),
            None => beside,
        }
    }

    /// The sentence for a folder that yields nothing.
    fn nothing(&self) -> Error {
        let (wrong, remedy) = if self.filtered {
            (
                "what --include and --exclude leave of this folder holds no recording and no \
                 transcript",
                "change the patterns, on the command line or in openfloor.toml, or name a file",
            )
        } else {
            (
                "there is no recording and no transcript in this folder",
                "name a folder with WAV, FLAC, M4A, MP4, VTT or SRT files, or a file",
            )
        };
        let path = self.root.to_owned();
        Error::NothingToDo { path, wrong: wrong.to_owned(), remedy: remedy.into() }
    }

    /// What is taken of a folder's files, by the first file of each.
    fn taken(
        &self,
        folder: &Path,
        entries: &[PathBuf],
        meeting: Option<&Meeting>,
    ) -> BTreeMap<PathBuf, Found> {
        let mut taken = BTreeMap::new();
        let mut gone: BTreeSet<&PathBuf> = BTreeSet::new();
        let files = entries.iter().filter(|path| path.is_file());
        let ranked =
            |path: &PathBuf| Some((rank(path, || self.results(path).is_dir())?, path.clone()));
        let files: Vec<(Rank, PathBuf)> = files.filter_map(ranked).collect();
        let recordings: Vec<PathBuf> = files
            .iter()
            .filter(|file| file.0 == Rank::Recording)
            .map(|file| file.1.clone())
            .collect();
        // What a recording goes on in is no recording of its own.
        let parts: Vec<PathBuf> =
            recordings.iter().flat_map(|path| record::files(path).into_iter().skip(1)).collect();
        gone.extend(&parts);
        let apart = tracks::of_folder(folder, &recordings);
        for Tracks { inputs, together, left_out } in &apart {
            gone.extend(inputs.iter().map(|input| &input.path).chain(left_out));
            let mut left_out = left_out.clone();
            // The mix of a meeting lies in the folder above.
            left_out.extend(together.mix.clone().filter(|mix| !left_out.contains(mix)));
            let first = &inputs[0].path;
            let found = Found {
                inputs: inputs.clone(),
                results: self.results(first),
                left_out,
                together: together.clone(),
            };
            taken.insert(first.clone(), found);
        }
        gone.extend(meeting.into_iter().flat_map(|meeting| &meeting.left_out));
        let mut sessions: BTreeMap<&[u8], Vec<(Rank, PathBuf)>> = BTreeMap::new();
        for (rank, path) in files.iter().filter(|file| !gone.contains(&file.1)) {
            sessions.entry(session_name(path, *rank)).or_default().push((*rank, path.clone()));
        }
        for mut alike in sessions.into_values() {
            alike.sort();
            let best = alike[0].0;
            // Several recordings of one name are each taken: who knows which is the better one.
            let (mut first, mut rest) = (Vec::new(), Vec::new());
            for (rank, path) in alike {
                let one = if rank == best { &mut first } else { &mut rest };
                one.push(path);
            }
            for path in first {
                let results = self.results(&path);
                let found = Found::one(&path, results, std::mem::take(&mut rest));
                taken.insert(path, found);
            }
        }
        if let Some(meeting) = meeting.filter(|meeting| !meeting.apart) {
            let inside = fs::read_dir(&meeting.tracks).into_iter().flatten().flatten();
            let mut inside: Vec<PathBuf> =
                inside.map(|entry| entry.path()).filter(|path| is_recording(path)).collect();
            inside.sort();
            let mix = taken.values_mut().find(|one| tracks::is_mix(&one.inputs[0].path));
            if let Some(mix) = mix {
                mix.left_out.extend(meeting.left_out.iter().cloned());
                mix.left_out.extend(inside);
                mix.left_out.sort();
                mix.left_out.dedup();
            }
        }
        taken
    }
}

/// What is in a folder, in order; nothing where it was seen before: a link that leads back up would
/// go round for ever.
pub(super) fn entries(folder: &Path, seen: &mut BTreeSet<PathBuf>) -> io::Result<Vec<PathBuf>> {
    if !seen.insert(folder.canonicalize()?) {
        return Ok(Vec::new());
    }
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    entries.sort();
    Ok(entries)
}

#[cfg(test)]
mod tests;
