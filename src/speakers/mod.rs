//! Whose voice: the channels or tracks of a recording → the speech of each speaker.
//!
//! In: levels and voice activity of each channel ([`crate::sound`]). Out: [`Told`]: stretches of
//! speech a channel and how cleanly they are separated, or the reason why the channels are not
//! people ([`NotPeople`]). What has several voices on one channel goes through [`Diarise`].

mod activity;
mod bleed;
mod channels;
mod encoder;
mod frames;
mod mix;
mod voiceprint;
mod voices;

pub use activity::Channel;
pub use channels::{NotPeople, Told, VoiceDoubt, tell_apart};
pub use encoder::{EMBEDDED_FRAMES, EMBEDDING, Embedding, VoiceEncoder, likeness};
pub use mix::mix_of_others;
pub use voiceprint::{Voice, voice};
pub use voices::{Diarise, MOST_SPEAKERS, Mixed, VoiceClusters};
