//! What decoding found out about a recording.

use serde::{Deserialize, Serialize};

pub use crate::session::Decoder;
use crate::session::{Ms, Span};

/// How much less than declared still counts as complete: a packet of AAC at 8 kHz is 128 ms.
const SLACK: Ms = Ms(150);

/// What a recording is, as far as decoding shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoundFacts {
    /// Length of what was decoded, silences that stand for damage included.
    #[serde(rename = "duration_ms")]
    pub duration: Ms,
    /// Channels.
    pub channels: u16,
    /// Samples a second in the file.
    #[serde(rename = "sample_rate_hz")]
    pub sample_rate: u32,
    /// A short name of the container, such as `wav`, `mp4`, `matroska`, `ogg`, `asf`.
    pub container: String,
    /// The decoder's short name of the codec, such as `pcm_s16le`, `flac`, `aac`, `opus`.
    pub codec: String,
    /// Audio tracks in the file; one of them was decoded.
    pub tracks: u16,
    /// Which program took the sound apart.
    #[serde(default)]
    pub decoded_by: Decoder,
    /// When it was recorded, where the file says so to the day at least: `YYYY-MM-DDTHH:MM:SSZ`
    /// where the container keeps UTC; `YYYY-MM-DDTHH:MM:SS` or `YYYY-MM-DD` where it keeps the
    /// recorder's own clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<String>,
    /// When it begins on its recorder's clock, milliseconds since 1970, where the file says so to
    /// better than a second.
    #[serde(default, rename = "started_ms", skip_serializing_if = "Option::is_none")]
    pub started: Option<Ms>,
    /// Stretches that are silence because the sound there was damaged or missing.
    pub damaged: Vec<Span>,
    /// Length by the file's own header, where it says one.
    #[serde(rename = "declared_ms")]
    pub declared: Option<Ms>,
}

impl SoundFacts {
    /// Whether current browsers play the file as it is.
    #[must_use]
    pub fn playable(&self) -> bool {
        let codec = self.codec.as_str();
        self.decoded_by == Decoder::Symphonia
            && match self.container.as_str() {
                "wav" => codec.starts_with("pcm_"),
                "mp4" => matches!(codec, "aac" | "mp3" | "flac" | "opus"),
                "ogg" => matches!(codec, "opus" | "vorbis" | "flac"),
                "webm" => matches!(codec, "opus" | "vorbis"),
                "mp3" => codec == "mp3",
                "flac" | "adts" => true,
                _ => false,
            }
    }

    /// How much shorter the recording is than its header says; zero when it is complete, or when
    /// the header says nothing.
    #[must_use]
    pub fn missing(&self) -> Ms {
        let short = self.declared.unwrap_or_default().since(self.duration);
        if short > SLACK { short } else { Ms::ZERO }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_play_what_they_play() {
        let facts = |container: &str, codec: &str, decoded_by| SoundFacts {
            duration: Ms(1000),
            channels: 1,
            sample_rate: 48_000,
            container: container.to_owned(),
            codec: codec.to_owned(),
            tracks: 1,
            decoded_by,
            recorded: None,
            started: None,
            damaged: Vec::new(),
            declared: None,
        };
        for (container, codec, plays) in [
            ("wav", "pcm_s16le", true),
            ("wav", "adpcm_ms", false),
            ("flac", "flac", true),
            ("mp3", "mp3", true),
            ("mp3", "mp2", false),
            ("adts", "aac", true),
            ("mp4", "aac", true),
            ("mp4", "alac", false),
            ("ogg", "opus", true),
            ("webm", "opus", true),
            ("matroska", "opus", false),
            ("aiff", "pcm_s16be", false),
            ("caf", "pcm_s16le", false),
        ] {
            assert_eq!(
                facts(container, codec, Decoder::Symphonia).playable(),
                plays,
                "{container} {codec}"
            );
            assert!(!facts(container, codec, Decoder::Ffmpeg).playable());
        }
    }

    #[test]
    fn facts_written_before_there_were_two_decoders_are_read() {
        let old = r#"{"duration_ms":1000,"channels":1,"sample_rate_hz":16000,"container":"wav",
            "codec":"pcm_s16le","tracks":1,"damaged":[],"declared_ms":1000}"#;
        let facts: SoundFacts = serde_json::from_str(old).unwrap();
        assert_eq!((facts.decoded_by, facts.recorded), (Decoder::Symphonia, None));
    }
}
