//! Transcripts in other forms.
//!
//! Out: a [`Session`](crate::session::Session) as `transcript.json` (`openfloor.transcript/1`,
//! [`transcript_json`]) and `WebVTT` ([`vtt`]). In: transcripts made elsewhere ([`read()`]). Pure: text
//! in and out, no files.

mod read;
mod transcript;
mod webvtt;

pub use read::{Form, Imported, Unreadable, read, recognised, text};
pub use transcript::{Transcript, TranscriptSpeaker, transcript, transcript_json};
pub use webvtt::vtt;
