//! Zoom, recorded on this computer with "a separate audio file for each participant".
//!
//! A meeting's folder holds the mix (`audio_only.m4a`, `audio1234567890.m4a`, `zoom_0.mp4`,
//! `video1234567890.mp4`), what was chatted, perhaps captions, and the folder `Audio Record`:
//! `audioAnnaMartin11234567890.m4a`, the name without spaces, the number of the participant and that of
//! the meeting (Zoom's help, "Understanding recording file formats"); older ones `audio_only_1.m4a`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Tracks, number_at_end, stem};
use crate::run::Together;
use crate::run::discover::kinds;
use crate::run::endings::is_recording;

/// Zoom's name for it in every language.
const FOLDER: &str = "Audio Record";
/// Digits at the end of the names that say which meeting it is: the first before them is the
/// participant's.
const MEETING_DIGITS: usize = 6;

/// What a meeting's folder holds besides the tracks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::run::discover) struct Meeting {
    /// The folder of the tracks.
    pub tracks: PathBuf,
    /// Whether these are taken; else what is in it is left out, for the mix is taken.
    pub apart: bool,
    /// The recordings and transcripts beside it that are left out.
    pub left_out: Vec<PathBuf>,
}

/// Looks at a folder with the folder of tracks in it; `None` where there is none, or nothing is
/// sure.
pub(in crate::run::discover) fn meeting(entries: &[PathBuf]) -> Option<Meeting> {
    let tracks = entries.iter().find(|path| path.is_dir() && is_tracks_folder(path))?;
    let mixes = Mixes::of(entries);
    let inside = recordings(tracks);
    let found = self::tracks(tracks, &inside);
    let apart = !found.is_empty();
    let used: Vec<&PathBuf> = found.iter().filter_map(|one| one.together.mix.as_ref()).collect();
    let single = mixes.single()?;
    if apart && !used.contains(&single) || !apart && inside.is_empty() {
        return None;
    }
    let transcripts =
        entries.iter().filter(|path| path.is_file() && kinds::transcript(path).is_some());
    let mut left_out: Vec<PathBuf> = mixes.all().chain(transcripts).cloned().collect();
    left_out.retain(|path| apart || path != single);
    Some(Meeting { tracks: tracks.clone(), apart, left_out })
}

/// Whether a file's name is that of a meeting's mix.
pub(in crate::run::discover) fn is_mix(path: &Path) -> bool {
    Mixes::of(&[path.to_owned()]).single().is_some()
}

/// The sessions in a folder of tracks.
pub(super) fn tracks(folder: &Path, recordings: &[PathBuf]) -> Vec<Tracks> {
    // A folder may be named as `.`.
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    if !is_tracks_folder(&whole) {
        return Vec::new();
    }
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty());
    let above =
        if folder.file_name().is_some() && above.is_some() { above } else { whole.parent() };
    let mixes = above.map(|above| Mixes::of(&files(above))).unwrap_or_default();
    let mut meetings: BTreeMap<String, Vec<Track>> = BTreeMap::new();
    let all: Vec<Track> = recordings.iter().filter_map(|path| Track::of(path)).collect();
    for track in &all {
        meetings.entry(track.meeting()).or_default().push(track.clone());
    }
    // Where each has a number of its own, the folder says that they are one meeting's.
    if meetings.values().all(|tracks| tracks.len() == 1) {
        meetings = BTreeMap::from([(String::new(), all)]);
    }
    let alone = meetings.len() == 1;
    let session = |(meeting, tracks): (String, Vec<Track>)| {
        let mix = mixes.of_meeting(&meeting, alone).cloned();
        Tracks::of(named(&tracks), Together { mix, ..Together::default() })
    };
    meetings.into_iter().filter_map(session).collect()
}

/// Whether a folder is the one of a Zoom meeting's tracks.
pub(in crate::run) fn is_tracks_folder(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.eq_ignore_ascii_case(FOLDER))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|p| p.is_file()).collect();
    files.sort();
    files
}

fn recordings(folder: &Path) -> Vec<PathBuf> {
    files(folder).into_iter().filter(|path| is_recording(path)).collect()
}

/// A participant's file.
#[derive(Debug, Clone)]
struct Track {
    path: PathBuf,
    /// What stands before the digits; empty where no name was written.
    name: String,
    digits: String,
}

impl Track {
    fn of(path: &Path) -> Option<Self> {
        let stem = stem(path);
        let (name, digits) = number_at_end(stem.strip_prefix("audio")?);
        let name = if matches!(name, "_only_" | "_") { "" } else { name };
        let numbered = !digits.is_empty() && (name.is_empty() || digits.len() > 1);
        let track =
            Self { path: path.to_owned(), name: name.to_owned(), digits: digits.to_owned() };
        numbered.then_some(track)
    }

    /// The end of the meeting's number.
    fn meeting(&self) -> String {
        let from = self.digits.len().checked_sub(MEETING_DIGITS).filter(|from| *from > 0);
        from.map_or_else(String::new, |from| self.digits[from..].to_owned())
    }
}

/// The files with the names of the people: what is before the participant's number, which is the one
/// digit before what all have in common.
fn named(tracks: &[Track]) -> Vec<(PathBuf, Option<String>)> {
    let ends = |at: usize| {
        let mut digits = tracks.iter().map(|track| track.digits.bytes().rev().nth(at));
        let first = digits.next().flatten();
        first.is_some() && digits.all(|digit| digit == first)
    };
    let least = tracks.iter().map(|track| track.digits.len()).min().unwrap_or(0);
    let common = (0..least).take_while(|&at| ends(at)).count();
    let name = |track: &Track| {
        let own = track.digits.len().saturating_sub(common + 1);
        let digits = if common == 0 { "" } else { &track.digits[..own] };
        (!track.name.is_empty()).then(|| spaced(&format!("{}{digits}", track.name)))
    };
    tracks.iter().map(|track| (track.path.clone(), name(track))).collect()
}

/// `AnnaMartin` → `Anna Martin`: Zoom leaves the spaces out.
fn spaced(name: &str) -> String {
    let mut spaced = String::new();
    for letter in name.trim().chars() {
        if letter.is_uppercase() && spaced.ends_with(char::is_lowercase) {
            spaced.push(' ');
        }
        spaced.push(letter);
    }
    spaced
}

/// The recordings of everybody in a meeting's folder, by kind.
#[derive(Debug, Default)]
struct Mixes {
    sound: Vec<PathBuf>,
    picture: Vec<PathBuf>,
}

impl Mixes {
    fn of(entries: &[PathBuf]) -> Self {
        let mut mixes = Self::default();
        for path in entries.iter().filter(|path| is_recording(path) && path.is_file()) {
            let stem = stem(path);
            let (before, digits) = number_at_end(&stem);
            match (before, digits.len()) {
                ("audio", 5..) | ("audio_only", 0) | ("audio_only_", 1..) => {
                    mixes.sound.push(path.clone());
                }
                ("video", 5..) | ("zoom_", 1..) => mixes.picture.push(path.clone()),
                _ => {}
            }
        }
        mixes
    }

    fn all(&self) -> impl Iterator<Item = &PathBuf> {
        self.sound.iter().chain(&self.picture)
    }

    /// The mix where there is no more than one of a kind; the sound of a film is the same.
    fn single(&self) -> Option<&PathBuf> {
        let one = self.sound.len() <= 1 && self.picture.len() <= 1;
        self.all().next().filter(|_| one)
    }

    /// The mix of the meeting whose number ends so.
    fn of_meeting(&self, digits: &str, alone: bool) -> Option<&PathBuf> {
        let mut of_it =
            self.all().filter(|path| !digits.is_empty() && stem(path).ends_with(digits));
        of_it.next().or_else(|| self.single().filter(|_| alone))
    }
}
