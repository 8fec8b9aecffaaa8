//! What kind of file this is, by its content.
//!
//! In: a path. Out: the file, opened, and which reader it needs; or one sentence that says what it
//! is instead and what to do. The name of a file is not looked at: people rename things.

use std::fs::{self, File};
use std::io::{Read, Seek};
use std::path::Path;

use crate::error::{Error, Result};

/// What to do about a recording of another kind.
pub(super) const CONVERT: &str =
    "convert it to WAV, FLAC or M4A (for example: ffmpeg -i RECORDING talk.wav)";
/// What to do about a file that is no recording.
pub(super) const CHOOSE: &str = "choose a recording: WAV, FLAC or M4A";
/// What to do about a file that is damaged beyond reading.
pub const COPY_AGAIN: &str =
    "copy it again from the recorder, or export it anew as WAV, FLAC or M4A";

/// A container this room reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// RIFF/WAVE or RF64.
    Wav,
    /// FLAC.
    Flac,
    /// MP4, M4A, MOV, 3GP.
    Mp4,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Readable(Kind),
    /// Sound of a kind not read: its name.
    Other(&'static str),
    /// Not sound: what it is.
    Strange(&'static str),
}

/// The error for `path` with what is wrong and what to do.
pub(super) fn refuse(path: &Path, wrong: impl Into<String>, remedy: &'static str) -> Error {
    Error::Decode { path: path.to_owned(), wrong: wrong.into(), remedy: remedy.into() }
}

/// Opens `path` and recognises it.
///
/// # Errors
/// [`Error::ReadFile`], or [`Error::Decode`] with the sentence for a file of another kind. Anything
/// but a regular file is refused without being opened: a pipe would wait for ever.
pub(super) fn open(path: &Path) -> Result<(File, Kind)> {
    let unread = |source| Error::ReadFile { path: path.to_owned(), source };
    let about = fs::metadata(path).map_err(unread)?;
    if about.is_dir() {
        return Err(refuse(path, "this is a folder, not a recording", CHOOSE));
    }
    if !about.is_file() {
        return Err(refuse(path, "this is a pipe or a device, not a file", CHOOSE));
    }
    if about.len() == 0 {
        return Err(refuse(path, "the file is empty", COPY_AGAIN));
    }
    let mut file = File::open(path).map_err(unread)?;
    let mut head = Vec::new();
    file.by_ref().take(4096).read_to_end(&mut head).map_err(unread)?;
    let tagged = id3_length(&head);
    if let Some(skip) = tagged {
        // A tag of ID3 (mostly MP3's) may stand before anything.
        head.clear();
        file.seek(std::io::SeekFrom::Start(skip)).map_err(unread)?;
        file.by_ref().take(4096).read_to_end(&mut head).map_err(unread)?;
    }
    file.rewind().map_err(unread)?;
    match recognise(&head) {
        Found::Readable(kind) => Ok((file, kind)),
        Found::Strange(_) if tagged.is_some() => Err(not_read(path, "MP3")),
        Found::Other(name) => Err(not_read(path, name)),
        Found::Strange(what) => {
            Err(refuse(path, format!("this is {what}, not a recording"), CHOOSE))
        }
    }
}

/// Whether `path` is a recording of a kind this room reads, by its first bytes: what is refused here
/// is refused before it is read through, hashed or given a results folder.
///
/// # Errors
/// [`Error::ReadFile`], or [`Error::Decode`] with the sentence for a file of another kind.
pub fn recognised(path: &Path) -> Result<()> {
    open(path).map(drop)
}

/// The error for sound of a kind that is not read.
pub(super) fn not_read(path: &Path, name: &str) -> Error {
    refuse(path, format!("{name} is not read yet"), CONVERT)
}

/// Length of the ID3 tag at the start, if there is one (id3.org, `id3v2.4.0-structure`, 3.1).
fn id3_length(head: &[u8]) -> Option<u64> {
    let tag = head.first_chunk::<10>().filter(|tag| tag.starts_with(b"ID3"))?;
    let size = tag[6..].iter().fold(0, |size, &byte| size << 7 | u64::from(byte & 0x7f));
    Some(10 + size)
}

fn recognise(head: &[u8]) -> Found {
    let at = |offset: usize, magic: &[u8]| head.get(offset..).is_some_and(|h| h.starts_with(magic));
    let has = |magic: &[u8]| head.windows(magic.len()).take(256).any(|window| window == magic);
    if (at(0, b"RIFF") || at(0, b"RF64")) && at(8, b"WAVE") {
        return Found::Readable(Kind::Wav);
    }
    if at(0, b"fLaC") {
        return Found::Readable(Kind::Flac);
    }
    if at(4, b"ftyp") || at(4, b"moov") || at(4, b"mdat") || at(4, b"wide") {
        return Found::Readable(Kind::Mp4);
    }
    match head {
        h if h.starts_with(b"OggS") && has(b"OpusHead") => Found::Other("Opus"),
        h if h.starts_with(b"OggS") && has(b"vorbis") => Found::Other("Ogg Vorbis"),
        h if h.starts_with(b"OggS") => Found::Other("Ogg"),
        h if h.starts_with(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11") => Found::Other("WMA (ASF)"),
        h if h.starts_with(b"#!AMR") => Found::Other("AMR"),
        h if h.starts_with(b"\x1a\x45\xdf\xa3") => Found::Other("WebM or Matroska"),
        h if h.starts_with(b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC")) => Found::Other("AIFF"),
        h if h.starts_with(b"caff") => Found::Other("CAF"),
        h if h.starts_with(b"RIFX") => Found::Other("big-endian WAV"),
        h if h.starts_with(b"riff\x2e\x91\xcf\x11") => Found::Other("Wave64"),
        h if h.starts_with(b".snd") => Found::Other("AU"),
        h if h.starts_with(b"wvpk") => Found::Other("WavPack"),
        h if h.starts_with(b"MAC ") => Found::Other("Monkey's Audio"),
        h if h.starts_with(b"RIFF") && at(8, b"AVI ") => Found::Other("AVI"),
        [0xff, second, ..] if second & 0xf6 == 0xf0 => {
            Found::Other("AAC without a container (ADTS)")
        }
        [0xff, second, ..] if second & 0xe0 == 0xe0 && second & 0x06 != 0 => Found::Other("MP3"),
        h if h.starts_with(b"PK\x03\x04") => Found::Strange("a zip archive or an office document"),
        h if h.starts_with(b"%PDF") => Found::Strange("a PDF document"),
        h if h.starts_with(b"\x89PNG") || h.starts_with(b"\xff\xd8\xff") => {
            Found::Strange("a picture")
        }
        h if is_text(h) => Found::Strange("text"),
        _ => Found::Strange("a file of unknown kind"),
    }
}

/// UTF-8 (a character may be cut at the end) without control characters other than white space.
fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty() && text.chars().all(|c| !c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(name: &str, content: &[u8]) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        fs::write(&path, content).unwrap();
        let error = open(&path).unwrap_err();
        assert!(matches!(error, Error::Decode { .. }));
        error.to_string().replace(dir.path().to_str().unwrap(), "")
    }

    #[test]
    fn other_sound_is_named_with_what_to_do() {
        let convert = "is not read yet; convert it to WAV, FLAC or M4A \
                       (for example: ffmpeg -i RECORDING talk.wav)";
        for (content, name) in [
            (&b"ID3\x04\0\0\0\0\0\x0a0123456789\xff\xfb\x90\x64"[..], "MP3"),
            (b"ID3\x04\0\0\0\0\0\x04abcd", "MP3"),
            (b"\xff\xfb\x90\x64\0\0", "MP3"),
            (b"\xff\xf3\x90\x64\0\0", "MP3"),
            (b"\xff\xf1\x50\x80", "AAC without a container (ADTS)"),
            (b"OggS\0\x02\0\0\0\0\0\0\0\0____\0\0\0\0____\x01\x13OpusHead", "Opus"),
            (b"OggS\0\x02\0\0\0\0\0\0\0\0____\0\0\0\0____\x01\x1e\x01vorbis", "Ogg Vorbis"),
            (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9", "WMA (ASF)"),
            (b"#!AMR\n<", "AMR"),
            (b"\x1a\x45\xdf\xa3....webm", "WebM or Matroska"),
            (b"FORM\0\0\0\0AIFF", "AIFF"),
        ] {
            assert_eq!(sentence("talk.mp3", content), format!("/talk.mp3: {name} {convert}"));
        }
    }

    #[test]
    fn what_is_no_recording_is_named() {
        for (content, what) in [
            (&b"PK\x03\x04...."[..], "a zip archive or an office document"),
            (b"%PDF-1.7", "a PDF document"),
            ("Bonjour, c\u{e9}tait".as_bytes(), "text"),
            (b"\0\x01\x02\x03", "a file of unknown kind"),
        ] {
            let expected = format!(
                "/talk.wav: this is {what}, not a recording; choose a recording: WAV, FLAC or M4A"
            );
            assert_eq!(sentence("talk.wav", content), expected);
        }
    }

    #[test]
    fn an_empty_file_says_so() {
        assert!(
            sentence("talk.wav", b"").starts_with("/talk.wav: the file is empty; copy it again")
        );
    }

    #[test]
    fn a_folder_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let error = open(dir.path()).unwrap_err().to_string();
        assert!(error.contains("this is a folder, not a recording"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_refused_without_waiting() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pipe.wav");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let error = open(&path).unwrap_err().to_string();
        assert!(error.contains("this is a pipe or a device, not a file"), "{error}");
    }

    #[test]
    fn a_missing_file_cannot_be_read() {
        let error = open(Path::new("/nonexistent/talk.wav")).unwrap_err();
        assert!(matches!(error, Error::ReadFile { .. }), "{error}");
    }
}
