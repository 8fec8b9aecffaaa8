//! The private readers of this room, for `crate::fuzzing`.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use super::{mp4, wav};

pub(crate) fn mp4(path: &Path) {
    let Ok(mut file) = File::open(path) else { return };
    let Ok(movie) = mp4::read(&mut file) else { return };
    for track in &movie.audio {
        for rate in [8_000, 44_100, 768_000] {
            let _ = movie.pieces(track, rate);
        }
    }
}

pub(crate) fn wav(path: &Path) -> Option<impl Read + Seek> {
    File::open(path).ok().and_then(|file| wav::open(file).ok()).map(|wav| wav.source)
}
