//! The ID3 tag at the start of an MP3: how long it is, and the date in it.
//!
//! In: a file (id3.org, `id3v2.4.0-structure` and `id3v2.3.0`). Out: where the sound begins. A
//! picture of 40 MB is stepped over, not read.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::dates;

/// Frames looked at; real tags have a few dozen.
const MOST_FRAMES: usize = 1000;
/// The longest frame that can hold a date.
const LONGEST_TEXT: u32 = 256;

/// Length of the tag that begins with `head`, if there is one.
pub(super) fn length(head: &[u8]) -> Option<u64> {
    let tag = head.first_chunk::<10>();
    let tag = tag.filter(|tag| tag.starts_with(b"ID3") && (2..=4).contains(&tag[3]))?;
    // A footer repeats the header.
    let footer = if tag[5] & 0x10 == 0 { 0 } else { 10 };
    Some(10 + u64::from(syncsafe([tag[6], tag[7], tag[8], tag[9]])) + footer)
}

/// When it was recorded, by the tag at the start of `file`.
pub(super) fn recorded(file: &mut File) -> io::Result<Option<String>> {
    let mut head = [0; 10];
    file.rewind()?;
    file.read_exact(&mut head)?;
    let (Some(end), version) = (length(&head), head[3]) else { return Ok(None) };
    let (mut year, mut day, mut time) = (None, None, None);
    let mut at = 10;
    for _ in 0..MOST_FRAMES {
        if at + 10 > end || !(3..=4).contains(&version) {
            break;
        }
        let mut frame = [0; 10];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut frame)?;
        let size = [frame[4], frame[5], frame[6], frame[7]];
        let size = if version == 4 { syncsafe(size) } else { u32::from_be_bytes(size) };
        let wanted = match &frame[..4] {
            b"TDRC" | b"TYER" => &mut year,
            b"TDAT" => &mut day,
            b"TIME" => &mut time,
            [0, ..] => break,
            _ => &mut None,
        };
        if frame.starts_with(b"T") && size <= LONGEST_TEXT {
            let mut body = vec![0; usize::try_from(size).unwrap_or(0)];
            file.read_exact(&mut body)?;
            *wanted = Some(plain(&body));
        }
        at += 10 + u64::from(size);
    }
    // Version 2.3 keeps DDMM and HHMM apart from the year.
    let joined = |year: &String, day: &String| {
        let time = time.as_deref().filter(|time| time.len() == 4 && time.is_ascii());
        let time = time.map(|time| format!(" {}:{}", &time[..2], &time[2..])).unwrap_or_default();
        let whole = year.len() == 4 && day.len() == 4 && day.is_ascii();
        whole.then(|| format!("{year}-{}-{}{time}", &day[2..], &day[..2]))
    };
    Ok(match (&year, &day) {
        (Some(year), Some(day)) => joined(year, day),
        _ => year,
    }
    .and_then(|date| dates::text(&date)))
}

fn syncsafe(bytes: [u8; 4]) -> u32 {
    bytes.iter().fold(0, |size, &byte| size << 7 | u32::from(byte & 0x7f))
}

/// The ASCII of a text frame: dates have nothing else, and in UTF-16 every other byte is 0.
fn plain(body: &[u8]) -> String {
    let text = body.iter().skip(1).filter(|byte| (b' '..=b'~').contains::<u8>(*byte));
    text.map(|&byte| char::from(byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(version: u8, frames: &[(&[u8; 4], &[u8])]) -> File {
        let frames = frames.iter().map(|(name, body)| {
            let size = u8::try_from(body.len()).unwrap();
            [&name[..], &[0, 0, 0, size, 0, 0], body].concat()
        });
        let body = frames.collect::<Vec<_>>().concat();
        let size = u8::try_from(body.len()).unwrap();
        let mut file = tempfile::tempfile().unwrap();
        let head = [b'I', b'D', b'3', version, 0, 0, 0, 0, 0, size];
        std::io::Write::write_all(&mut file, &[&head[..], &body].concat()).unwrap();
        file
    }

    #[test]
    fn the_date_is_found_in_both_versions() {
        let mut file = tag(4, &[(b"TIT2", b"\x03Talk"), (b"TDRC", b"\x032024-03-12T10:11:12")]);
        assert_eq!(recorded(&mut file).unwrap().as_deref(), Some("2024-03-12T10:11:12"));
        let frames: [(&[u8; 4], &[u8]); 3] =
            [(b"TYER", b"\x002024"), (b"TDAT", b"\x001203"), (b"TIME", b"\x001011")];
        let mut file = tag(3, &frames);
        assert_eq!(recorded(&mut file).unwrap().as_deref(), Some("2024-03-12T10:11:00"));
        let mut file = tag(4, &[(b"TDRC", b"\x032024")]);
        assert_eq!(recorded(&mut file).unwrap(), None);
    }
}
