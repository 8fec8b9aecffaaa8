//! AIFF files that are cut off.
//!
//! In: an AIFF or AIFC file. Out: where its sizes have to be put right for Symphonia, which gives a
//! file up whose sound is shorter than its header says, and how many frames the header speaks of.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// Chunks looked at; a real file has a handful.
const MOST_CHUNKS: usize = 1000;

/// What the header says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Aiff {
    /// Frames, by the common chunk.
    pub(super) declared: Option<u64>,
    /// Bytes that read otherwise.
    pub(super) patches: Vec<(u64, [u8; 4])>,
}

/// Reads the header of a file that is `length` bytes long from `start` on.
pub(super) fn read(file: &mut File, start: u64, length: u64) -> io::Result<Aiff> {
    let mut aiff = Aiff::default();
    let mut at = 12;
    for _ in 0..MOST_CHUNKS {
        if at + 8 > length {
            break;
        }
        let head: [u8; 8] = read_at(file, start + at)?;
        let size = u64::from(u32::from_be_bytes([head[4], head[5], head[6], head[7]]));
        let body = at + 8;
        match &head[..4] {
            b"COMM" if body + 6 <= length => {
                let common: [u8; 6] = read_at(file, start + body)?;
                let frames = u32::from_be_bytes([common[2], common[3], common[4], common[5]]);
                aiff.declared = (frames > 0).then_some(u64::from(frames));
            }
            b"SSND" if body + size > length => {
                let there = |bytes: u64| u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes();
                aiff.patches = vec![(4, there(length - 8)), (at + 4, there(length - body))];
            }
            _ => {}
        }
        at = body + size + size % 2;
    }
    Ok(aiff)
}

fn read_at<const N: usize>(file: &mut File, at: u64) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}
