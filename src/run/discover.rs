//! Paths a person names → the recordings and transcripts to analyse, in order.
//!
//! In a folder, files of one name are one session: meeting programs write the transcript beside the
//! recording. The recording is analysed and the transcript left out; of transcripts alone, the one
//! that says most. Where a program wrote a file a participant ([`tracks`](self::tracks)), these are
//! one session. A file that was named is analysed whatever lies beside it.

mod settled;
mod tracks;

pub use self::settled::Settled;
pub(super) use self::tracks::is_tracks_folder;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use self::tracks::{Meeting, Tracks, meeting};
use super::{Input, Together, import};
use crate::error::Error;
use crate::hashing;
use crate::results::FOLDER_SUFFIX;

/// Endings by which a file in a folder is taken for a recording. Which of them can be read is for
/// the decoder to say; a file that was named is tried whatever it ends in.
const RECORDINGS: [&str; 24] = [
    "wav", "wave", "flac", "m4a", "mp4", "m4b", "mp3", "ogg", "oga", "opus", "webm", "mkv", "mov",
    "aac", "aif", "aiff", "caf", "wma", "amr", "3gp", "m4v", "avi", "wmv", "mka",
];

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

    fn one(path: PathBuf, results: PathBuf, left_out: Vec<PathBuf>) -> Self {
        let inputs = vec![Input { path, role: None, name: None }];
        Self { inputs, results, left_out, together: Together::default() }
    }
}

/// A folder without recordings, or one that cannot be read, and the sentence about it.
pub type Fruitless = (PathBuf, Error);

/// The recordings under `paths`: files as named, folders walked, each in the order of its names. A
/// folder that yields nothing is an item of its own, and stops no other.
pub fn recordings(paths: &[PathBuf], out: Option<&Path>) -> Vec<Result<Found, Fruitless>> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut files = Vec::new();
            let mut seen = BTreeSet::new();
            walk(path, &mut files, &mut seen);
            if files.is_empty() {
                let error = Error::NothingToDo {
                    path: path.clone(),
                    wrong: "there is no recording and no transcript in this folder".to_owned(),
                    remedy: "name a folder with WAV, FLAC, M4A, MP4, VTT or SRT files, or a file"
                        .into(),
                };
                found.push(Err((path.clone(), error)));
            }
            found.extend(files.into_iter().map(|file| {
                let mut file = file?;
                if let Some(out) = out {
                    let inside = file.results.strip_prefix(path).unwrap_or(&file.results);
                    file.results = out.join(inside);
                }
                Ok(file)
            }));
        } else {
            let results = out.map_or_else(|| beside(path), |out| in_folder(out, path));
            found.push(Ok(Found::one(path.clone(), results, Vec::new())));
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

/// Finds the sessions of a folder, results beside them.
fn walk(folder: &Path, found: &mut Vec<Result<Found, Fruitless>>, seen: &mut BTreeSet<PathBuf>) {
    let entries = match entries(folder, seen) {
        Ok(entries) => entries,
        Err(source) => {
            let error = Error::ReadFile { path: folder.to_owned(), source };
            found.push(Err((folder.to_owned(), error)));
            return;
        }
    };
    let open = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        !name.starts_with('.') && !name.ends_with(FOLDER_SUFFIX)
    };
    let entries: Vec<PathBuf> = entries.into_iter().filter(open).collect();
    let meeting = meeting(&entries);
    let mut taken = taken(folder, &entries, meeting.as_ref());
    // Of a meeting that is told by its mix, the tracks are left out.
    let closed = meeting.filter(|meeting| !meeting.apart).map(|meeting| meeting.tracks);
    for path in entries {
        if path.is_dir() {
            if closed.as_ref() != Some(&path) {
                walk(&path, found, seen);
            }
        } else if let Some(one) = taken.remove(&path) {
            found.push(Ok(one));
        }
    }
}

/// What is taken of a folder's files, by the first file of each.
fn taken(
    folder: &Path,
    entries: &[PathBuf],
    meeting: Option<&Meeting>,
) -> BTreeMap<PathBuf, Found> {
    let mut taken = BTreeMap::new();
    let mut gone: BTreeSet<&PathBuf> = BTreeSet::new();
    let files: Vec<PathBuf> = entries.iter().filter(|path| path.is_file()).cloned().collect();
    let recordings: Vec<PathBuf> =
        files.iter().filter(|path| is_recording(path)).cloned().collect();
    let apart = tracks::of_folder(folder, &recordings);
    for Tracks { inputs, together, left_out } in &apart {
        gone.extend(inputs.iter().map(|input| &input.path).chain(left_out));
        let mut left_out = left_out.clone();
        // The mix of a meeting lies in the folder above.
        left_out.extend(together.mix.clone().filter(|mix| !left_out.contains(mix)));
        let first = &inputs[0].path;
        let found = Found {
            inputs: inputs.clone(),
            results: beside(first),
            left_out,
            together: together.clone(),
        };
        taken.insert(first.clone(), found);
    }
    gone.extend(meeting.into_iter().flat_map(|meeting| &meeting.left_out));
    let mut sessions: BTreeMap<String, Vec<(Rank, PathBuf)>> = BTreeMap::new();
    for path in files.iter().filter(|path| !gone.contains(path)) {
        if let Some(rank) = rank(path) {
            sessions.entry(session_name(path, rank)).or_default().push((rank, path.clone()));
        }
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
            let results = beside(&path);
            taken.insert(path.clone(), Found::one(path, results, std::mem::take(&mut rest)));
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

/// What is taken of a session, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Recording,
    /// Our own: words with their times, and speech.
    Document,
    WebVtt,
    SubRip,
}

fn rank(path: &Path) -> Option<Rank> {
    if is_recording(path) {
        return Some(Rank::Recording);
    }
    if !import::is_transcript_in_folder(path) {
        return None;
    }
    let ending = path.extension()?.to_str()?.to_lowercase();
    Some(match ending.as_str() {
        "vtt" => Rank::WebVtt,
        "srt" => Rank::SubRip,
        _ => Rank::Document,
    })
}

/// What the files of one session have in common: `x` of `x.mp4`, `x.vtt`, `x.transcript.vtt` and
/// `x.cc.vtt` (Zoom), `x_1920x1080.mp4` (Zoom), `x.fr.srt`, `x.mp4.vtt`.
fn session_name(path: &Path, rank: Rank) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    if rank == Rank::Recording {
        let size = stem.rsplit_once('_').filter(|(_, size)| {
            let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            size.split_once('x').is_some_and(|(width, height)| digits(width) && digits(height))
        });
        return size.map_or(stem.as_ref(), |(name, _)| name).to_owned();
    }
    let known = |ending: &str| {
        let ending = ending.to_lowercase();
        ["transcript", "cc", "en", "fr"].contains(&ending.as_str())
            || RECORDINGS.contains(&ending.as_str())
    };
    let parts = stem.rsplit_once('.').filter(|(name, ending)| !name.is_empty() && known(ending));
    parts.map_or(stem.as_ref(), |(name, _)| name).to_owned()
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

fn is_recording(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| RECORDINGS.contains(&ending.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        folder
    }

    fn found(folder: &Path, out: Option<&Path>) -> Vec<(String, PathBuf)> {
        recordings(&[folder.to_owned()], out)
            .into_iter()
            .map(|found| {
                let found = found.unwrap();
                let path = found.inputs[0].path.strip_prefix(folder).unwrap().to_owned();
                (path.to_str().unwrap().to_owned(), found.results)
            })
            .collect()
    }

    #[test]
    fn folders_are_walked_in_order_and_hidden_files_and_results_are_left_out() {
        let tree =
            tree(&["b.WAV", "a/x.m4a", "a.wav.openfloor/y.wav", ".z.wav", "notes.txt", "a.flac"]);
        let names: Vec<String> = found(tree.path(), None).into_iter().map(|f| f.0).collect();
        assert_eq!(names, ["a/x.m4a", "a.flac", "b.WAV"]);
    }

    #[test]
    fn results_lie_beside_the_recording_or_under_out_with_the_same_path() {
        let tree = tree(&["a/x.m4a"]);
        let beside = tree.path().join("a/x.m4a.openfloor");
        assert_eq!(found(tree.path(), None)[0].1, beside);
        let out = Path::new("/tmp/out");
        assert_eq!(found(tree.path(), Some(out))[0].1, out.join("a/x.m4a.openfloor"));
    }

    #[test]
    fn a_name_that_fills_its_place_still_has_results_of_its_own() {
        let long = |last: &str| format!("{}{last}.wav", "é".repeat(125));
        let results = |name: &str| beside(Path::new("calls").join(name).as_path());
        let (one, other) = (results(&long("a")), results(&long("b")));
        assert_ne!(one, other);
        let name = one.file_name().unwrap().to_str().unwrap();
        assert!(
            name.len() <= 255 && name.starts_with("éé") && name.ends_with(FOLDER_SUFFIX),
            "{name}"
        );
        assert_eq!(one.parent(), Some(Path::new("calls")));
    }

    #[test]
    fn of_a_session_the_recording_is_taken_else_the_transcript_that_says_most() {
        let tree = tree(&[
            "a.mp4",
            "a.transcript.vtt",
            "a.vtt",
            "b.srt",
            "b.vtt",
            "c_1920x1080.mp4",
            "c.cc.vtt",
            "d.fr.srt",
            "notes.txt",
            "other.json",
            "sub/a.vtt",
        ]);
        let ours = "{\"schema\":\"openfloor.transcript/1\"}";
        fs::write(tree.path().join("d.json"), ours).unwrap();
        let names = |paths: &[PathBuf]| -> Vec<String> {
            let name =
                |path: &PathBuf| path.strip_prefix(tree.path()).unwrap().display().to_string();
            paths.iter().map(name).collect()
        };
        let found: Vec<(String, Vec<String>)> = recordings(&[tree.path().to_owned()], None)
            .into_iter()
            .map(|found| found.unwrap())
            .map(|found| (names(&[found.inputs[0].path.clone()]).remove(0), names(&found.left_out)))
            .collect();
        let expected: [(&str, &[&str]); 5] = [
            ("a.mp4", &["a.transcript.vtt", "a.vtt"]),
            ("b.vtt", &["b.srt"]),
            ("c_1920x1080.mp4", &["c.cc.vtt"]),
            ("d.json", &["d.fr.srt"]),
            ("sub/a.vtt", &[]),
        ];
        let expected = expected.map(|(name, rest)| {
            (name.to_owned(), rest.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn a_folder_that_links_to_itself_is_walked_once() {
        let tree = tree(&["a/x.m4a"]);
        std::os::unix::fs::symlink(tree.path(), tree.path().join("a/up")).unwrap();
        assert_eq!(found(tree.path(), None).len(), 1);
    }

    #[test]
    fn a_folder_without_recordings_says_so() {
        let tree = tree(&["notes.txt"]);
        let error = recordings(&[tree.path().to_owned()], None).remove(0).unwrap_err().1;
        assert!(error.to_string().contains("no recording and no transcript in this"), "{error}");
    }
}
