//! Sound: from a file or a microphone to 16 kHz samples per channel, and where a voice is in them.
//!
//! In: the path of a recording (WAV, AIFF, CAF, FLAC, MP3, AAC, MP4, Ogg, Matroska; others by way of
//! an installed ffmpeg) of any rate and up to [`MAX_CHANNELS`] channels.
//! Out: a [`WorkCopy`] (16 kHz, 16 bit, one stretch of bytes a channel, on disk, so memory stays
//! flat whatever the length), the [`SoundFacts`], voice probabilities ([`DetectVoice`]), levels
//! ([`frame_levels`]), pitch ([`PitchTracker`]) and how it moves at the end of a stretch ([`Melody`]). Channels are never mixed here: one voice a channel is the best evidence
//! there is of who speaks.
//!
//! ```text
//! path ─▶ sniff ─▶ source: wav | cut | mp4 | matroska | id3 (what the container hides)
//!      ─▶ packets (Symphonia) ─▶ engine (Symphonia's decoders, opus)
//!      ─▶ place (packet times, edits, gaps) ─▶ resample (rubato) ─▶ work ─▶ voice_activity, level
//!      ─▶ ffmpeg (what none of these decode) ──────────────────────▶ work
//! ```
//!
//! Time: a sample's place in the work copy is its place on the file's own clock, as a player shows
//! it. What could not be decoded is silence of the same length, and is listed as damaged.

mod aac;
mod align;
mod capture;
mod cut;
mod dates;
mod decode;
mod engine;
mod facts;
mod ffmpeg;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod glance;
mod growing;
mod id3;
mod level;
mod matroska;
mod melody;
mod mend;
mod mp4;
mod opus;
mod opus_file;
mod packets;
mod patched;
mod pitch;
mod place;
mod resample;
mod sniff;
mod source;
mod voice_activity;
mod wav;
mod work;

pub use align::{Heard, Lie, lie, lie_in_mix};
pub use capture::{Capture, Chosen, Format, Input, Level, Piece, Wanted, choose, inputs};
pub use decode::{decode, work_copy};
pub use facts::{Decoder, SoundFacts};
pub use glance::is_surely_recording;
pub use growing::GrowingWav;
pub use level::{LEVEL_HOP_SAMPLES, LEVEL_WINDOW_SAMPLES, LOWEST_DBFS, frame_levels};
pub use melody::{Ending, Melody, REACH};
pub use mend::{Mended, mend};
pub use opus_file::write_opus;
pub use pitch::{PITCH_WINDOW, PitchTracker};
pub use sniff::{COPY_AGAIN, recognised};
pub use source::MAX_CHANNELS;
pub use voice_activity::{DetectVoice, Silero};
pub use work::{SAMPLE_RATE, TakeSound, WorkCopy, WorkWriter, ms_of_samples, samples_of_ms};
