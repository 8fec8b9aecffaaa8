//! What a file of a folder is, and which session it belongs to.
//!
//! Files with the endings of recordings are taken by their name and not opened. Of all others the first
//! bytes are read: people rename things, and recorders write `.bin` or no ending at all.

use std::path::Path;

use crate::run::{endings, import};
use crate::sound::is_surely_recording;

/// Craig's recording in its own form, which begins as an Ogg file does and is none.
const CRAIGS: &str = "raw.dat";

/// What is taken of a session, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Recording,
    /// Our own: words with their times, and speech.
    Document,
    WebVtt,
    SubRip,
}

/// What a regular file of a folder is; `None` where it is nothing to analyse. A file with results is
/// a recording without a look.
pub(super) fn rank(path: &Path, has_results: impl FnOnce() -> bool) -> Option<Rank> {
    if endings::is_recording(path) {
        return Some(Rank::Recording);
    }
    let by_content = || {
        let never = endings::is_unfinished(path) || path.file_name().is_some_and(|n| n == CRAIGS);
        // What was analysed as a transcript has results, too.
        let known = || !endings::may_be_transcript(path) && has_results();
        !never && (known() || is_surely_recording(path))
    };
    transcript(path).or_else(|| by_content().then_some(Rank::Recording))
}

/// What a transcript in a folder is; `None` where it is none.
pub(super) fn transcript(path: &Path) -> Option<Rank> {
    if !import::is_transcript_in_folder(path) {
        return None;
    }
    let ending = path.extension()?.to_str()?.to_lowercase();
    Some(match ending.as_str() {
        "vtt" => Rank::WebVtt,
        "srt" => Rank::SubRip,
        _ => Rank::Document,
    })
}

/// What the names of one session's files have in common: `x` of `x.mp4`, `x.vtt`, `x.transcript.vtt`
/// and `x.cc.vtt` (Zoom), `x_1920x1080.mp4` (Zoom), `x.fr.srt`, `x.mp4.vtt`.
pub(super) fn session_name(path: &Path, rank: Rank) -> &[u8] {
    // Bytes: two names that are no UTF-8 may look the same.
    let stem = path.file_stem().unwrap_or_default().as_encoded_bytes();
    let (mark, known): (u8, fn(&str) -> bool) = match rank {
        Rank::Recording => (b'_', is_size),
        _ => (b'.', is_of_transcripts),
    };
    let at = stem.iter().rposition(|byte| *byte == mark).filter(|at| *at > 0);
    let known = |at: &usize| str::from_utf8(&stem[at + 1..]).is_ok_and(known);
    at.filter(known).map_or(stem, |at| &stem[..at])
}

/// `1920x1080`.
fn is_size(end: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    end.split_once('x').is_some_and(|(width, height)| digits(width) && digits(height))
}

/// What may stand before the ending of a transcript.
fn is_of_transcripts(end: &str) -> bool {
    ["transcript", "cc", "en", "fr"].iter().any(|known| end.eq_ignore_ascii_case(known))
        || endings::is_of_recordings(end)
}
