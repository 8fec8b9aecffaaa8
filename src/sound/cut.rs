//! AIFF and CAF files that are cut off.
//!
//! In: such a file. Out: where its sizes have to be put right for Symphonia, which gives a file up
//! whose sound is shorter than its header says, and how many frames the header speaks of.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// Chunks looked at; a real file has a handful.
const MOST_CHUNKS: usize = 1000;

/// What the header says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sizes {
    /// Frames.
    pub(super) declared: Option<u64>,
    /// Bytes that read otherwise.
    pub(super) patches: Vec<(u64, [u8; 4])>,
}

/// A part of a file, which begins at `start`.
struct Part<'a> {
    file: &'a mut File,
    start: u64,
    length: u64,
}

impl Part<'_> {
    /// Bytes at a place; `None` where the part ends before.
    fn bytes<const N: usize>(&mut self, at: u64) -> io::Result<Option<[u8; N]>> {
        let mut bytes = [0; N];
        if at.saturating_add(N as u64) > self.length {
            return Ok(None);
        }
        self.file.seek(SeekFrom::Start(self.start + at))?;
        self.file.read_exact(&mut bytes)?;
        Ok(Some(bytes))
    }
}

/// The header of an AIFF or AIFC that is `length` bytes long from byte `start` of `file` on (Apple,
/// "Audio Interchange File Format", 1989).
pub(super) fn aiff(file: &mut File, start: u64, length: u64) -> io::Result<Sizes> {
    let (mut part, mut sizes, mut at) = (Part { file, start, length }, Sizes::default(), 12_u64);
    for _ in 0..MOST_CHUNKS {
        let Some(head) = part.bytes::<8>(at)? else { break };
        let size = u64::from(u32::from_be_bytes([head[4], head[5], head[6], head[7]]));
        let body = at + 8;
        match &head[..4] {
            b"COMM" => {
                let common = part.bytes::<6>(body)?.unwrap_or_default();
                let frames = u32::from_be_bytes([common[2], common[3], common[4], common[5]]);
                sizes.declared = (frames > 0).then_some(u64::from(frames));
            }
            b"SSND" if body + size > length => {
                sizes.patches = vec![(4, low(length - 8)), (at + 4, low(length - body))];
            }
            _ => {}
        }
        at = body + size + size % 2;
    }
    Ok(sizes)
}

/// The header of a CAF (Apple, "Core Audio Format Specification 1.0"). Packets of changing size are
/// counted in a table, which Symphonia reads.
pub(super) fn caf(file: &mut File, start: u64, length: u64) -> io::Result<Sizes> {
    let (mut part, mut sizes, mut at) = (Part { file, start, length }, Sizes::default(), 8_u64);
    let (mut packet_bytes, mut packet_frames) = (0, 0);
    for _ in 0..MOST_CHUNKS {
        let Some(head) = part.bytes::<12>(at)? else { break };
        let number =
            |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let size = u64::from(number(4)) << 32 | u64::from(number(8));
        let body = at + 12;
        match &head[..4] {
            b"desc" => {
                let counts = part.bytes::<8>(body + 16)?.unwrap_or_default();
                let count = |at: usize| {
                    u32::from_be_bytes([counts[at], counts[at + 1], counts[at + 2], counts[at + 3]])
                };
                (packet_bytes, packet_frames) = (count(0), count(4));
            }
            // −1: the recorder did not come back to write it, and the sound goes to the end.
            b"data" if size != u64::MAX => {
                // The sound follows an edit count of four bytes.
                let packets = size.saturating_sub(4).checked_div(u64::from(packet_bytes));
                let frames = packets.and_then(|packets| packets.checked_mul(packet_frames.into()));
                sizes.declared = frames.filter(|&frames| frames > 0);
                if body.saturating_add(size) > length {
                    let there = length - body;
                    let high = low(there >> 32);
                    sizes.patches =
                        vec![(at + 4, high), (at + 8, low(there & u64::from(u32::MAX)))];
                }
            }
            _ => {}
        }
        at = body.saturating_add(size);
    }
    Ok(sizes)
}

/// The number as four bytes, or the most that four bytes hold.
fn low(number: u64) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_give_sizes_without_a_panic() {
        use std::io::Write as _;
        let mut state = 5_u32;
        for round in 0..400 {
            let mut data: Vec<u8> = std::iter::repeat_with(|| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .take(round % 120)
            .collect();
            for (at, name) in [(8, b"desc"), (12, b"SSND"), (20, b"data"), (12, b"COMM")] {
                if let Some(place) = data.get_mut(at..at + 4) {
                    place.copy_from_slice(name);
                    let mut file = tempfile::tempfile().unwrap();
                    file.write_all(&data).unwrap();
                    aiff(&mut file, 0, data.len() as u64).unwrap();
                    caf(&mut file, 0, data.len() as u64).unwrap();
                }
            }
        }
    }
}
