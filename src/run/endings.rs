//! What a file's name says of it, by its ending. No file is opened here.

use std::path::Path;

/// Endings by which a file is taken for a recording. Which of them can be read is for the decoder to
/// say.
const RECORDINGS: [&str; 24] = [
    "wav", "wave", "flac", "m4a", "mp4", "m4b", "mp3", "ogg", "oga", "opus", "webm", "mkv", "mov",
    "aac", "aif", "aiff", "caf", "wma", "amr", "3gp", "m4v", "avi", "wmv", "mka",
];

/// Endings of files that are read as transcripts although their content does not say so. In a folder
/// only the first two are taken without looking inside.
const TRANSCRIPTS: [&str; 5] = ["vtt", "srt", "json", "txt", "text"];

/// Endings of what is still being written: browsers, copying programs and editors rename it when it
/// is whole.
const UNFINISHED: [&str; 8] =
    ["part", "partial", "crdownload", "download", "opdownload", "filepart", "tmp", "temp"];

/// Whether a file's name is that of a recording.
pub(super) fn is_recording(path: &Path) -> bool {
    ends_in(path, &RECORDINGS)
}

/// Whether this is an ending of recordings.
pub(super) fn is_of_recordings(ending: &str) -> bool {
    RECORDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// Whether a file's name is that of captions: a transcript without looking inside.
pub(super) fn is_captions(path: &Path) -> bool {
    ends_in(path, &TRANSCRIPTS[..2])
}

/// Whether a file's name is that of a document that may be a transcript in this program's own form.
pub(super) fn is_document(path: &Path) -> bool {
    ends_in(path, &TRANSCRIPTS[2..3])
}

/// Whether a file's name may be that of a transcript.
pub(super) fn may_be_transcript(path: &Path) -> bool {
    ends_in(path, &TRANSCRIPTS)
}

/// Whether a file's name is that of one that is still being written.
pub(super) fn is_unfinished(path: &Path) -> bool {
    ends_in(path, &UNFINISHED)
}

fn ends_in(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    endings.iter().any(|known| ending.eq_ignore_ascii_case(known))
}
