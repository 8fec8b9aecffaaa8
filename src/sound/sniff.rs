//! What kind of file this is, by its content.
//!
//! In: a path. Out: the file, opened, and which reader it needs; or one sentence that says what it
//! is instead and what to do. The name of a file is not looked at: people rename things.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::id3;
use crate::error::{Error, Result};

/// What to do about a recording of another kind.
pub(super) const CONVERT: &str =
    "convert it to WAV, FLAC or M4A (for example: ffmpeg -i RECORDING talk.wav)";
/// What to do about a file that is no recording.
pub(super) const CHOOSE: &str = "choose a recording, such as WAV, FLAC, M4A or MP3";
/// What to do about a file that is damaged beyond reading.
pub const COPY_AGAIN: &str =
    "copy it again from the recorder, or export it anew as WAV, FLAC or M4A";
/// What to do about a file that leads to another.
const FOLLOW: &str = "choose the recording it leads to";

/// A container this room reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// RIFF/WAVE or RF64.
    Wav,
    /// FLAC.
    Flac,
    /// MP4, M4A, MOV, 3GP.
    Mp4,
    /// MPEG audio, layer II or III.
    Mp3,
    /// AAC in frames of its own.
    Adts,
    /// Ogg.
    Ogg,
    /// Matroska or `WebM`.
    Matroska,
    /// AIFF or AIFC.
    Aiff,
    /// Apple's Core Audio Format.
    Caf,
    /// What an installed ffmpeg reads.
    Other(Other),
}

/// A container that Symphonia does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Other {
    /// Its name, for people.
    pub(super) name: &'static str,
    /// ffmpeg's name for it.
    pub(super) demuxer: &'static str,
}

impl Kind {
    /// A short name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Flac => "flac",
            Self::Mp4 => "mp4",
            Self::Mp3 => "mp3",
            Self::Adts => "adts",
            Self::Ogg => "ogg",
            Self::Matroska => "matroska",
            Self::Aiff => "aiff",
            Self::Caf => "caf",
            Self::Other(other) => other.demuxer,
        }
    }

    /// ffmpeg's name for it.
    pub(super) fn demuxer(self) -> &'static str {
        match self {
            Self::Adts => "aac",
            kind => kind.name(),
        }
    }
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Readable(Kind),
    /// Not sound, or none that can be had: what it is, and what to do.
    Strange(&'static str, &'static str),
}

/// A file that was recognised.
pub(super) struct Opened {
    /// The file, at its start.
    pub(super) file: File,
    /// What it is.
    pub(super) kind: Kind,
    /// Where the container starts: behind an ID3 tag, which may stand before anything.
    pub(super) start: u64,
    /// What the container starts with.
    pub(super) head: Vec<u8>,
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
pub(super) fn open(path: &Path) -> Result<Opened> {
    let unread = |source| Error::ReadFile { path: path.to_owned(), source };
    let about = fs::metadata(path).map_err(unread)?;
    if about.is_dir() {
        return Err(refuse(path, "this is a folder, not a recording", CHOOSE));
    }
    if !about.is_file() {
        return Err(refuse(path, "this is a pipe, a socket or a device, not a file", CHOOSE));
    }
    if about.len() == 0 {
        return Err(refuse(path, "the file is empty", COPY_AGAIN));
    }
    let mut file = File::open(path).map_err(unread)?;
    let mut head = Vec::new();
    file.by_ref().take(4096).read_to_end(&mut head).map_err(unread)?;
    let mut start = 0;
    if let Some(length) = id3::length(&head) {
        start = length;
        head.clear();
        file.seek(SeekFrom::Start(start)).map_err(unread)?;
        file.by_ref().take(4096).read_to_end(&mut head).map_err(unread)?;
    }
    file.rewind().map_err(unread)?;
    match recognise(&head) {
        Found::Readable(kind) => Ok(Opened { file, kind, start, head }),
        // Some taggers leave room behind the tag; the reader finds the first frame.
        Found::Strange(..) if start > 0 && start < about.len() => {
            Ok(Opened { file, kind: Kind::Mp3, start, head })
        }
        Found::Strange(..) if start > 0 => {
            Err(refuse(path, "it ends inside its tag, before any sound", COPY_AGAIN))
        }
        Found::Strange(what, remedy) => {
            Err(refuse(path, format!("this is {what}, not a recording"), remedy))
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

fn recognise(head: &[u8]) -> Found {
    let at = |offset: usize, magic: &[u8]| head.get(offset..).is_some_and(|h| h.starts_with(magic));
    if let Some(&(_, what, remedy)) = STRANGE.iter().find(|(magic, ..)| head.starts_with(magic)) {
        return Found::Strange(what, remedy);
    }
    // Before the recordings: some of them begin with letters, as words do ("MAC ", "The wide …").
    if is_text(head) {
        let shortcut = head.windows(9).any(|window| window == b"<plist ve");
        return if shortcut {
            Found::Strange("a shortcut to a web page", FOLLOW)
        } else {
            Found::Strange("text", CHOOSE)
        };
    }
    if at(4, b"ftyp") && PICTURES.iter().any(|brand| at(8, brand)) {
        return Found::Strange("a picture", CHOOSE);
    }
    let form = at(0, b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC"));
    let ours = match head {
        _ if (at(0, b"RIFF") || at(0, b"RF64")) && at(8, b"WAVE") => Some(Kind::Wav),
        _ if [b"ftyp", b"moov", b"mdat", b"wide"].iter().any(|name| at(4, *name)) => {
            Some(Kind::Mp4)
        }
        _ if form => Some(Kind::Aiff),
        h if h.starts_with(b"fLaC") => Some(Kind::Flac),
        h if h.starts_with(b"OggS") => Some(Kind::Ogg),
        h if h.starts_with(b"\x1a\x45\xdf\xa3") => Some(Kind::Matroska),
        h if h.starts_with(b"caff") => Some(Kind::Caf),
        [0xff, second, ..] if second & 0xf6 == 0xf0 => Some(Kind::Adts),
        h if is_mpeg_audio(h) => Some(Kind::Mp3),
        _ => None,
    };
    let other = || {
        OTHERS.iter().find_map(|&(place, magic, name, demuxer)| {
            at(place, magic).then_some(Kind::Other(Other { name, demuxer }))
        })
    };
    // A transport stream's packets of 188 bytes each begin with one byte.
    let packets = [0, 188, 376].iter().all(|&place| at(place, b"\x47"));
    let stream = packets.then_some(Kind::Other(Other { name: "MPEG-TS", demuxer: "mpegts" }));
    match ours.or_else(other).or(stream) {
        Some(kind) => Found::Readable(kind),
        None => Found::Strange("a file of unknown kind", CHOOSE),
    }
}

/// Brands of pictures in the container that films are in: HEIF (ISO/IEC 23008-12, annex B), AVIF, and
/// Canon's CR3.
const PICTURES: [&[u8]; 10] =
    [b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"crx "];

/// Where, first bytes, name for people, ffmpeg's name.
const OTHERS: [(usize, &[u8], &str, &str); 15] = [
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "WMA (ASF)", "asf"),
    (0, b"#!AMR", "AMR", "amr"),
    (0, b"\x0b\x77", "AC-3", "ac3"),
    (0, b"RIFX", "big-endian WAV", "wav"),
    (0, b"riff\x2e\x91\xcf\x11", "Wave64", "w64"),
    (0, b".snd", "AU", "au"),
    (0, b"wvpk", "WavPack", "wv"),
    (0, b"MAC ", "Monkey's Audio", "ape"),
    (0, b"TTA1", "True Audio", "tta"),
    (8, b"AVI ", "AVI", "avi"),
    (0, b"FLV\x01", "Flash video", "flv"),
    (0, b".RMF", "RealMedia", "rm"),
    (0, b"\x02dss", "a dictaphone's DSS", "dss"),
    (0, b"\x03dss", "a dictaphone's DSS", "dss"),
    (0, b"\0\0\x01\xba", "MPEG video", "mpeg"),
];

/// First bytes, what it is, what to do.
const STRANGE: [(&[u8], &str, &str); 13] = [
    (
        b"\x03ds2",
        "a dictaphone's DS2 file",
        "export it as WAV or MP3 with the dictaphone's program",
    ),
    (b"PK\x03\x04", "a zip archive or an office document", CHOOSE),
    (b"Rar!\x1a\x07", "an archive", "unpack it and choose a recording"),
    (b"7z\xbc\xaf\x27\x1c", "an archive", "unpack it and choose a recording"),
    (b"\x1f\x8b", "an archive", "unpack it and choose a recording"),
    (b"%PDF", "a PDF document", CHOOSE),
    (b"\x89PNG", "a picture", CHOOSE),
    (b"\xff\xd8\xff", "a picture", CHOOSE),
    (b"\x4c\0\0\0\x01\x14\x02\0", "a Windows shortcut", FOLLOW),
    (b"book\0\0\0\0mark", "a macOS alias", FOLLOW),
    (b"bplist00", "a shortcut to a web page", FOLLOW),
    (b"[InternetShortcut]", "a shortcut to a web page", FOLLOW),
    (b"[Desktop Entry]", "a shortcut", FOLLOW),
];

/// The head of a frame of MPEG audio, layer II or III (ISO/IEC 11172-3, 2.4.1.3), in none of the
/// values it reserves: UTF-16 text begins almost alike.
fn is_mpeg_audio(head: &[u8]) -> bool {
    let &[0xff, second, third, ..] = head else { return false };
    let (version, layer) = (second >> 3 & 3, second >> 1 & 3);
    second & 0xe0 == 0xe0
        && version != 1
        && (layer == 1 || layer == 2)
        && third >> 4 != 15
        && third >> 2 & 3 != 3
}

/// No control characters other than white space, in UTF-8 or an encoding of one byte. What begins with
/// 0xff is a frame of sound, or UTF-16.
fn is_text(head: &[u8]) -> bool {
    let control = |byte: &u8| matches!(byte, 0..=8 | 14..=31 | 127);
    !matches!(head, [] | [0xff, ..]) && !head.iter().any(control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(name: &str, content: &[u8]) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        fs::write(&path, content).unwrap();
        let error = recognised(&path).unwrap_err();
        assert!(matches!(error, Error::Decode { .. }));
        error.to_string().replace(dir.path().to_str().unwrap(), "")
    }

    fn kind(content: &[u8]) -> Kind {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("talk");
        fs::write(&path, content).unwrap();
        recognised(&path).unwrap();
        open(&path).unwrap().kind
    }

    #[test]
    fn recordings_are_recognised_whatever_they_are_called() {
        for (content, name) in [
            (&b"ID3\x04\0\0\0\0\0\x0a0123456789\xff\xfb\x90\x64"[..], "mp3"),
            (b"ID3\x04\0\0\0\0\0\x0a0123456789fLaC\0\0\0\x22", "flac"),
            (b"ID3\x04\0\0\0\0\0\x04abcd\0\0\0\0", "mp3"),
            (b"\xff\xfb\x90\x64\0\0", "mp3"),
            (b"\xff\xf3\x90\x64\0\0", "mp3"),
            (b"\xff\xf1\x50\x80", "adts"),
            (b"OggS\0\x02\0\0", "ogg"),
            (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9", "asf"),
            (b"#!AMR\n<\x91\x17\x16", "amr"),
            (b"\x1a\x45\xdf\xa3....webm", "matroska"),
            (b"FORM\0\0\0\0AIFF", "aiff"),
            (b"caff\0\x01", "caf"),
            (b"RIFF\0\0\0\0AVI LIST", "avi"),
        ] {
            assert_eq!(kind(content).name(), name);
        }
    }

    #[test]
    fn what_is_no_recording_is_named() {
        let choose = "choose a recording, such as WAV, FLAC, M4A or MP3";
        let follow = "choose the recording it leads to";
        for (content, what, remedy) in [
            (&b"PK\x03\x04...."[..], "a zip archive or an office document", choose),
            (b"%PDF-1.7", "a PDF document", choose),
            ("Bonjour, c\u{e9}tait".as_bytes(), "text", choose),
            (b"S\xe9ance, Windows-1252", "text", choose),
            (b"MAC addresses of the devices", "text", choose),
            (b"The wide view", "text", choose),
            (b"\0\0\0\x24ftypheic\0\0\0\0mif1", "a picture", choose),
            (b"\xff\xfeB\0o\0n\0", "a file of unknown kind", choose),
            (b"\0\x01\x02\x03", "a file of unknown kind", choose),
            (b"\x4c\0\0\0\x01\x14\x02\0\0\0\0\0", "a Windows shortcut", follow),
            (b"book\0\0\0\0mark\0\0\0\0", "a macOS alias", follow),
            (b"bplist00\xd1\x01\x02SURL", "a shortcut to a web page", follow),
            (
                b"<?xml version=\"1.0\"?>\n<plist version=\"1.0\"><dict><key>URL</key>",
                "a shortcut to a web page",
                follow,
            ),
            (b"[InternetShortcut]\r\nURL=https://", "a shortcut to a web page", follow),
            (
                b"\x03ds2",
                "a dictaphone's DS2 file",
                "export it as WAV or MP3 with the dictaphone's program",
            ),
        ] {
            let expected = format!("/talk.wav: this is {what}, not a recording; {remedy}");
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
        let error = recognised(dir.path()).unwrap_err().to_string();
        assert!(error.contains("this is a folder, not a recording"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_refused_without_waiting() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pipe.wav");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let error = recognised(&path).unwrap_err().to_string();
        assert!(error.contains("this is a pipe, a socket or a device, not a file"), "{error}");
    }

    #[test]
    fn a_missing_file_cannot_be_read() {
        let error = recognised(Path::new("/nonexistent/talk.wav")).unwrap_err();
        assert!(matches!(error, Error::ReadFile { .. }), "{error}");
    }
}
