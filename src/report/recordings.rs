//! What the page can play.
//!
//! In: the files of an analysis. Out: a [`Recording`] a file, each once: a two-channel recording
//! has an entry a channel. A link is kept only where it leads to a file near the page.

use super::text::clean;
use crate::analysis::Analysis;
use crate::session::{Ms, SourceKind, WarningCode};

/// A file that can be heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Its name.
    pub name: String,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
    /// Link from the page.
    pub href: Option<String>,
    /// Whether a browser can be expected to play it.
    pub playable: bool,
    /// Where it starts on the session's clock.
    pub offset: Ms,
}

/// The files of a recording; none of a transcript.
#[must_use]
pub fn recordings(analysis: &Analysis) -> Vec<Recording> {
    let mut all: Vec<Recording> = Vec::new();
    if analysis.source.kind == SourceKind::Transcript {
        return all;
    }
    for file in &analysis.source.files {
        let recording = Recording {
            name: clean(&file.name),
            sha256: clean(&file.sha256),
            href: file.href.as_ref().filter(|href| is_near(href)).cloned(),
            playable: file.playable,
            offset: file.offset_ms,
        };
        if !all.contains(&recording) {
            all.push(recording);
        }
    }
    all
}

/// The length a player should find, to tell another file by; `None` where decoding already found
/// less than the file says.
#[must_use]
pub fn expected_length(analysis: &Analysis) -> Option<Ms> {
    let cut = [WarningCode::DamagedAudio, WarningCode::ShorterThanDeclared];
    let whole = !analysis.warnings.iter().any(|warning| cut.contains(&warning.code));
    analysis.source.duration_ms.filter(|_| whole)
}

/// A relative link: no scheme, no host, no place on the disk.
fn is_near(href: &str) -> bool {
    let first = href.split('/').next().unwrap_or_default();
    !first.is_empty() && !first.contains([':', '\\']) && clean(href) == href
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_recording_of_two_channels_is_one_file() {
        let mut analysis = sample::english().0;
        let mut right = analysis.source.files[0].clone();
        analysis.source.files[0].channel = Some(0);
        right.channel = Some(1);
        analysis.source.files.push(right);
        let all = recordings(&analysis);
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].href.as_deref(), Some("../written_en.stereo.flac"));
    }

    #[test]
    fn a_link_that_leads_elsewhere_is_not_kept() {
        for href in ["https://a.example/x.wav", "//host/x.wav", "/etc/x.wav", "javascript:x()", ""]
        {
            assert!(!is_near(href), "{href}");
        }
        assert!(is_near("../s%C3%A9ance%201.wav") && is_near("talk.m4a"));
    }

    #[test]
    fn a_transcript_has_nothing_to_play() {
        let mut analysis = sample::english().0;
        analysis.source.kind = SourceKind::Transcript;
        assert_eq!(recordings(&analysis), Vec::new());
    }
}
