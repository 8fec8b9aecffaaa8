//! A file seen with a few bytes changed, and perhaps without its beginning or its end.
//!
//! In: a file, and what a truthful header would say. Out: what Symphonia reads. The file itself is
//! never written to.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use symphonia::core::io::MediaSource;

/// A part of a file in which a few bytes read otherwise.
pub(super) struct Patched {
    file: File,
    patches: Vec<(u64, [u8; 4])>,
    start: u64,
    end: u64,
    at: u64,
}

impl Patched {
    /// `file` up to byte `end`, with four bytes changed at each place of `patches`.
    pub(super) fn new(file: File, patches: Vec<(u64, [u8; 4])>, end: u64) -> Self {
        Self { file, patches, start: 0, end, at: 0 }
    }

    /// `file` from byte `start` to byte `end`, with four bytes changed at each place of `patches`,
    /// counted from `start`.
    pub(super) fn part(file: File, patches: Vec<(u64, [u8; 4])>, start: u64, end: u64) -> Self {
        Self { file, patches, start, end: end.saturating_sub(start), at: 0 }
    }
}

impl Read for Patched {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let room = left.min(into.len());
        if room == 0 {
            return Ok(0);
        }
        self.file.seek(SeekFrom::Start(self.start.saturating_add(self.at)))?;
        let count = self.file.read(&mut into[..room])?;
        for &(start, bytes) in &self.patches {
            for (offset, byte) in (start..).zip(bytes) {
                let place = offset.checked_sub(self.at).and_then(|p| usize::try_from(p).ok());
                if let Some(byte_there) = place.and_then(|p| into[..count].get_mut(p)) {
                    *byte_there = byte;
                }
            }
        }
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Patched {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.end.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

impl MediaSource for Patched {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.end)
    }
}
