//! Transcripts in other forms.
//!
//! In: a [`Session`](crate::session::Session). Out: `transcript.json` (`openfloor.transcript/1`,
//! [`transcript_json`]) and `WebVTT` ([`vtt`]). Pure: text out, no files. Reading transcripts in and
//! other formats are later work and have their place here.

mod transcript;
mod webvtt;

pub use transcript::{Transcript, TranscriptSpeaker, transcript, transcript_json};
pub use webvtt::vtt;
