//! WAV files whose header lies, and RF64.
//!
//! In: a RIFF/WAVE or RF64 file. Out: the same bytes as Symphonia's WAV reader needs them, with the
//! sizes put right, ending where the sound ends; and how many frames the header spoke of.
//!
//! A recorder that crashed leaves a data size of 0 or 0xFFFFFFFF, a cut copy one larger than the
//! file; RF64 (EBU Tech 3306) keeps its 64 bit sizes in a `ds64` chunk. In each case what is there
//! is read. Symphonia alone stops at "chunk length exceeds parent".

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::dates;
use super::patched::Patched;
use crate::session::Ms;

/// What the header says, and the source put right.
pub(super) struct Wav {
    /// The file with its sizes put right.
    pub(super) source: Patched,
    /// Channels.
    pub(super) channels: u16,
    /// Frames a second.
    pub(super) rate: u32,
    /// Frames the header speaks of; `None` where it leaves the length open.
    pub(super) declared: Option<u64>,
    /// When it was recorded, by the Broadcast Wave chunk (EBU Tech 3285).
    pub(super) recorded: Option<String>,
    /// When it begins, by the date and the samples since midnight there.
    pub(super) started: Option<Ms>,
}

/// Why a WAV file has no sound to decode.
#[derive(Debug)]
pub(super) enum NoSound {
    /// Reading failed.
    Io(io::Error),
    /// The header is not one, in a word.
    Wrong(&'static str),
}

impl From<io::Error> for NoSound {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Wrong("it ends inside its header"),
            _ => Self::Io(error),
        }
    }
}

/// Chunks looked at before the data chunk; a real file has a handful.
const MOST_CHUNKS: usize = 1000;

/// Reads the header of `file` and puts its sizes right.
pub(super) fn open(mut file: File) -> Result<Wav, NoSound> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut at = 12;
    let mut large = None;
    let mut format = None;
    let mut recorded = None;
    let mut midnight = None;
    for _ in 0..MOST_CHUNKS {
        if at + 8 > length {
            break;
        }
        let head: [u8; 8] = read_at(&mut file, at)?;
        let (size, body) = (u64::from(u32_at(&head, 4)), at + 8);
        match &head[..4] {
            b"ds64" => large = Some(u64_at(&read_at::<16>(&mut file, body)?, 8)),
            b"fmt " => {
                let fmt: [u8; 20] = read_at(&mut file, body)?;
                // Microsoft's and IMA's ADPCM code many frames as one block, and say how many.
                let adpcm = matches!(u16_at(&fmt, 0), 2 | 0x11) && size >= 20;
                let frames_per_block = if adpcm { u16_at(&fmt, 18) } else { 1 };
                let block = (u16_at(&fmt, 12), frames_per_block);
                format = Some((u16_at(&fmt, 2), u32_at(&fmt, 4), block));
            }
            // OriginationDate and OriginationTime follow 320 bytes of description and originator.
            b"bext" if size >= 338 && body + 338 <= length => {
                let date: [u8; 18] = read_at(&mut file, body + 320)?;
                let text = |piece: &[u8]| String::from_utf8_lossy(piece).into_owned();
                recorded = dates::text(&format!("{} {}", text(&date[..10]), text(&date[10..])));
                if body + 346 <= length {
                    let samples = u64_at(&read_at::<8>(&mut file, body + 338)?, 0);
                    midnight = Some((text(&date[..10]), samples));
                }
            }
            b"data" => {
                let (channels, rate, (block, frames)) =
                    format.ok_or(NoSound::Wrong("it has sound but does not say of which kind"))?;
                let said = if size == u64::from(u32::MAX) { large.unwrap_or(size) } else { size };
                let open = said == 0 || said == u64::from(u32::MAX);
                let there = length - body;
                let block = u64::from(block).max(1);
                let data = if open { there } else { there.min(said) } / block * block;
                let declared = (!open).then_some(said / block * u64::from(frames));
                let size = u32::try_from(data).unwrap_or(u32::MAX).to_le_bytes();
                let patches = vec![(0, *b"RIFF"), (4, [0xff; 4]), (body - 4, size)];
                let source = Patched::new(file, patches, body + data);
                let started =
                    midnight.and_then(|(day, samples)| dates::since_midnight(&day, samples, rate));
                return Ok(Wav { source, channels, rate, declared, recorded, started });
            }
            _ => {}
        }
        at = body.saturating_add(size).saturating_add(size & 1);
    }
    Err(NoSound::Wrong("it has no data chunk"))
}

pub(super) fn read_at<const N: usize>(file: &mut File, at: u64) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
