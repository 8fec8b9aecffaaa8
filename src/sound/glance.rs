//! Whether a file that nobody named, and whose name says nothing, is a recording.
//!
//! [`sniff`](super::sniff) believes two bytes, for a person said that this is a recording. Here any file
//! of a folder may come: of frames, whose heads are that short, a second one must follow.

use std::path::Path;

use super::sniff::{self, Kind, Opened};

/// Whether what `path` begins with is a recording's beyond doubt. Reads a few thousand bytes of a
/// regular file, and opens nothing else. What cannot be read is none.
#[must_use]
pub fn is_surely_recording(path: &Path) -> bool {
    sniff::open(path).is_ok_and(|opened| is_sure(&opened))
}

fn is_sure(opened: &Opened) -> bool {
    match opened.kind {
        // A tag before it says enough.
        Kind::Mp3 | Kind::Adts if opened.start > 0 => true,
        // Layer and sampling rate stay (ISO/IEC 11172-3, 2.4.1.3); the bit rate may change.
        Kind::Mp3 => comes_again(&opened.head, &[0xff, 0xff, 0x0c]),
        // Profile and sampling rate stay (ISO/IEC 14496-3, 1.A.2.2.1).
        Kind::Adts => comes_again(&opened.head, &[0xff, 0xff, 0xfc]),
        // Rate, size (but for its last bit) and version stay (ETSI TS 102 366, 4.3.1).
        Kind::Other(other) if other.demuxer == "ac3" => {
            comes_again(&opened.head, &[0xff, 0xff, 0, 0, 0xfe, 0xff])
        }
        _ => true,
    }
}

/// Whether what `head` begins with, as far as `mask` goes, stands in it once more.
fn comes_again(head: &[u8], mask: &[u8]) -> bool {
    let same = |window: &[u8]| {
        let pairs = window.iter().zip(head).zip(mask);
        { pairs }.all(|((one, other), mask)| one & mask == other & mask)
    };
    head.windows(mask.len()).skip(mask.len()).any(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surely(content: &[u8]) -> bool {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        is_surely_recording(file.path())
    }

    #[test]
    fn one_head_of_a_frame_is_no_recording_and_two_are() {
        for head in [&b"\xff\xfb\x90\x64"[..], b"\xff\xf1\x50\x80", b"\x0b\x77\0\0\x1e\x40"] {
            let frame = [head, &[0x55; 400]].concat();
            assert!(!surely(&frame), "{head:x?}");
            assert!(surely(&frame.repeat(2)), "{head:x?}");
        }
        assert!(surely(b"ID3\x04\0\0\0\0\0\x04abcd\xff\xfb\x90\x64\0\0"));
    }

    #[test]
    fn what_is_not_there_or_no_file_is_none() {
        assert!(!is_surely_recording(Path::new("/nonexistent")));
        assert!(!is_surely_recording(Path::new("/dev/zero")));
        assert!(!surely(b""));
    }
}
