//! Which files of a folder are the tracks of one session: one file a participant, as meeting and
//! podcast programs write them.
//!
//! Only what a program names so is taken: two recordings that merely lie beside each other are two
//! sessions. A person says `--track` for what is not recognised.
//!
//! | program | what it writes | begins |
//! |---|---|---|
//! | Zoom, on this computer | `Audio Record/audioAnnaMartin11234567890.m4a`; beside that folder the mix | when a person comes |
//! | Riverside | `riverside_anna_martin_raw-audio_studio_0241.wav`, `raw-synced-audio`, `aligned-audio`, the same as `-video` | when a person comes; *synced* and *aligned* together |
//! | Craig (Discord) | `1-anna.flac`, `2-ben.flac` beside `info.txt` or `raw.dat` | together |

mod craig;
mod riverside;
mod zoom;

use std::path::{Path, PathBuf};

use crate::run::{Input, Together};

pub(in crate::run) use zoom::is_tracks_folder;
pub(super) use zoom::{Meeting, is_mix, meeting};

/// The most that are listened to, as many as `--track` takes.
const MOST: usize = 6;

/// The tracks of one session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tracks {
    /// One a participant, in the order of their paths.
    pub inputs: Vec<Input>,
    /// What is known of them.
    pub together: Together,
    /// What else there is of the session in this folder.
    pub left_out: Vec<PathBuf>,
}

impl Tracks {
    /// Of `files`, each with the name of who is heard in it; `None` where they are too few or too many
    /// to be one session's, or two are of one person.
    fn of(mut files: Vec<(PathBuf, Option<String>)>, together: Together) -> Option<Self> {
        files.sort();
        let names: Vec<&String> = files.iter().filter_map(|file| file.1.as_ref()).collect();
        let twice = names.iter().enumerate().any(|(at, name)| names[..at].contains(name));
        if !(2..=MOST).contains(&files.len()) || twice {
            return None;
        }
        let input = |(path, name)| Input { path, role: None, name };
        let inputs = files.into_iter().map(input).collect();
        Some(Self { inputs, together, left_out: Vec::new() })
    }
}

/// The sessions of tracks among the recordings of a folder.
pub(super) fn of_folder(folder: &Path, recordings: &[PathBuf]) -> Vec<Tracks> {
    let mut found = zoom::tracks(folder, recordings);
    found.extend(craig::tracks(folder, recordings));
    found.extend(riverside::tracks(recordings));
    found
}

/// A file's name without its ending.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// A name without the digits it ends in, and these.
fn number_at_end(name: &str) -> (&str, &str) {
    let start = name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    name.split_at(start)
}

#[cfg(test)]
mod tests;
