//! A recording's file to 16 kHz samples.
//!
//! In: a path. Out: samples to a [`TakeSound`], and the [`SoundFacts`]. Streamed: memory holds one packet and one
//! filter block whatever the length. The bytes may be hostile: lengths are bounded, and a panic in a
//! decoder becomes this recording's error. What Symphonia and libopus do not decode goes through an
//! installed ffmpeg.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::facts::SoundFacts;
use super::ffmpeg;
use super::packets::Decoding;
use super::sniff::{self, COPY_AGAIN, refuse};
use super::source::{NotOurs, Source};
use super::work::{TakeSound, WorkCopy, WorkWriter};
use crate::error::Result;
use crate::progress::{Cancel, Progress};

/// Decodes audio track `track` (from 0) of `path` to 16 kHz, each channel for itself.
///
/// Tells [`Stage::Decode`](crate::progress::Stage::Decode): the declared length at the start, then each second done.
///
/// # Errors
/// - [`Error::ReadFile`](crate::error::Error::ReadFile): the file, or the disk under it, cannot be read.
/// - [`Error::Decode`](crate::error::Error::Decode): not a recording of a kind this room reads, or nothing in it can be decoded.
/// - [`Error::Cancelled`](crate::error::Error::Cancelled): `cancel` asked to stop.
/// - what `into` gives.
pub fn decode(
    path: &Path,
    track: u16,
    into: &mut dyn TakeSound,
    progress: &dyn Progress,
    cancel: &dyn Cancel,
) -> Result<SoundFacts> {
    let opened = sniff::open(path)?;
    let kind = opened.kind;
    let found = catch_unwind(AssertUnwindSafe(|| {
        Decoding::new(path, track, Source::new(path, track, opened)?)
    }));
    let broken = |_| Err(refuse(path, "its data make the decoder fail", COPY_AGAIN).into());
    match found.unwrap_or_else(broken) {
        Ok(decoding) => {
            let decoded = catch_unwind(AssertUnwindSafe(|| decoding.run(into, progress, cancel)));
            decoded
                .unwrap_or_else(|_| Err(refuse(path, "its data make the decoder fail", COPY_AGAIN)))
        }
        Err(NotOurs::Refused(error)) => Err(error),
        Err(NotOurs::Other(name)) => {
            ffmpeg::decode(path, kind, &name, track, into, progress, cancel)
        }
    }
}

/// [`decode()`] into a work copy in `work_dir`, in this process.
///
/// # Errors
/// As [`decode()`], and [`Error::WriteResult`](crate::error::Error::WriteResult): `work_dir` cannot take the copy (a full disk).
pub fn work_copy(
    path: &Path,
    track: u16,
    work_dir: &Path,
    progress: &dyn Progress,
    cancel: &dyn Cancel,
) -> Result<(WorkCopy, SoundFacts)> {
    let mut writer = WorkWriter::new(work_dir);
    let facts = decode(path, track, &mut writer, progress, cancel)?;
    Ok((writer.finish()?, facts))
}
