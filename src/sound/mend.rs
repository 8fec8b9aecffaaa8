//! The header of a recording that was torn off, made to say what is there.
//!
//! In: a WAV of 16 bit samples whose sound is the last thing in it, as [`super::GrowingWav`] writes them.
//! Out: the same file, its two lengths put right by the length of the file, to the whole frame. No
//! sample is touched.

use std::fs::OpenOptions;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use super::wav::{read_at, u16_at, u32_at};

/// What a header says now, and what it said before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mended {
    /// Frames there are.
    pub frames: u64,
    /// Frames the header spoke of before.
    pub said: u64,
    /// Frames a second.
    pub rate_hz: u32,
    /// Channels.
    pub channels: u16,
}

/// Chunks before the sound, at most: we write one.
const MOST_CHUNKS: usize = 100;

/// Puts the header right. `None` for what is no such file, which is left as it is.
///
/// # Errors
/// The file cannot be read or written.
pub fn mend(path: &Path) -> io::Result<Option<Mended>> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    if length < 12 {
        return Ok(None);
    }
    let head: [u8; 12] = read_at(&mut file, 0)?;
    if &head[..4] != b"RIFF" || &head[8..] != b"WAVE" {
        return Ok(None);
    }
    let (mut at, mut format) = (12, None);
    for _ in 0..MOST_CHUNKS {
        if at + 8 > length {
            return Ok(None);
        }
        let chunk: [u8; 8] = read_at(&mut file, at)?;
        let (size, body) = (u64::from(u32_at(&chunk, 4)), at + 8);
        if &chunk[..4] == b"fmt " && body + 16 <= length {
            let fmt: [u8; 16] = read_at(&mut file, body)?;
            let block = u16_at(&fmt, 12);
            let ours = u16_at(&fmt, 14) == 16 && block > 0 && block == 2 * u16_at(&fmt, 2);
            format = ours.then(|| (u16_at(&fmt, 2), u32_at(&fmt, 4), u64::from(block)));
        }
        if &chunk[..4] == b"data" {
            let Some((channels, rate_hz, block)) = format else { return Ok(None) };
            let (frames, said) = ((length - body) / block, size / block);
            let data = frames * block;
            let (Ok(short), Ok(riff)) = (u32::try_from(data), u32::try_from(body + data - 8))
            else {
                return Ok(None);
            };
            if u64::from(short) != size || u32_at(&head, 4) != riff {
                for (place, value) in [(at + 4, short), (4, riff)] {
                    file.seek(SeekFrom::Start(place))?;
                    file.write_all(&value.to_le_bytes())?;
                }
                file.sync_data()?;
            }
            return Ok(Some(Mended { frames, said, rate_hz, channels }));
        }
        at = body + size + (size & 1);
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::sound::GrowingWav;

    /// A file of twenty frames, secured after the first eight, torn.
    fn torn(path: &Path, channels: u16) {
        let mut growing = GrowingWav::create(path, 48_000, channels).unwrap();
        growing.write(&vec![7; 8 * usize::from(channels)]).unwrap();
        growing.secure().unwrap();
        let kept = fs::read(path).unwrap();
        growing.write(&vec![9; 12 * usize::from(channels)]).unwrap();
        let mut whole = fs::read(path).unwrap();
        drop(growing);
        whole[..kept.len()].copy_from_slice(&kept);
        fs::write(path, whole).unwrap();
    }

    #[test]
    fn a_torn_file_is_mended_to_the_whole_frame_wherever_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        for channels in [1, 2, 4] {
            let path = folder.path().join(format!("{channels}.wav"));
            torn(&path, channels);
            let whole = fs::read(&path).unwrap();
            let header = whole.len() - 20 * 2 * usize::from(channels);
            for length in header..=whole.len() {
                fs::write(&path, &whole[..length]).unwrap();
                let mended = mend(&path).unwrap().unwrap();
                let frames = ((length - header) / (2 * usize::from(channels))) as u64;
                assert_eq!(mended, Mended { frames, said: 8, rate_hz: 48_000, channels });
                let reader = hound::WavReader::open(&path).unwrap();
                assert_eq!(u64::from(reader.duration()), frames);
                // Again: nothing to do.
                let before = fs::read(&path).unwrap();
                assert_eq!(mend(&path).unwrap().unwrap().said, frames);
                assert_eq!(fs::read(&path).unwrap(), before);
            }
        }
    }

    #[test]
    fn what_is_no_recording_of_ours_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.wav");
        let float = {
            let spec = hound::WavSpec {
                channels: 1,
                sample_rate: 8_000,
                bits_per_sample: 32,
                sample_format: hound::SampleFormat::Float,
            };
            hound::WavWriter::create(&path, spec).unwrap().finalize().unwrap();
            fs::read(&path).unwrap()
        };
        for bytes in [&b""[..], b"RIFF", b"not a recording at all", &float, &float[..30]] {
            fs::write(&path, bytes).unwrap();
            assert_eq!(mend(&path).unwrap(), None);
            assert_eq!(fs::read(&path).unwrap(), bytes);
        }
    }
}
