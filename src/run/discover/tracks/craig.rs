//! Craig, which records Discord: a zip of `1-anna.flac`, `2-ben_1234.flac` with `info.txt`, and in the
//! forms without loss `raw.dat`. All tracks begin with the recording.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::{Tracks, number_at_end, stem};
use crate::run::Together;

/// What `info.txt` begins with; the number of the recording follows.
const INFO: &[u8] = b"Recording ";

pub(super) fn tracks(folder: &Path, recordings: &[PathBuf]) -> Option<Tracks> {
    if !(folder.join("raw.dat").is_file() || is_info(&folder.join("info.txt"))) {
        return None;
    }
    let mut numbers = BTreeSet::new();
    let mut files = Vec::new();
    for path in recordings {
        let stem = stem(path);
        let Some((number, name)) = stem.split_once('-') else { continue };
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        if is_number && !name.is_empty() {
            // The same tracks in two forms are not twice as many people.
            if !numbers.insert(number.to_owned()) {
                return None;
            }
            files.push((path.clone(), Some(without_number(name))));
        }
    }
    Tracks::of(files, Together { begin: true, ..Together::default() })
}

/// Discord's names had a number of four digits after them, for which there is a 0 since.
fn without_number(name: &str) -> String {
    let (before, digits) = number_at_end(name);
    match before.strip_suffix('_') {
        Some(before) if !before.is_empty() && matches!(digits.len(), 1 | 4) => before.to_owned(),
        _ => name.to_owned(),
    }
}

fn is_info(path: &Path) -> bool {
    let mut start = [0; INFO.len()];
    // A pipe would wait for ever.
    path.is_file()
        && File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok()
        && start == INFO
}
