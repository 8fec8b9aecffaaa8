//! Whose voice: the channels or tracks of a recording → the speech of each speaker.
//!
//! In: levels and voice activity of each channel ([`crate::sound`]). Out: [`Told`]: stretches of
//! speech a channel and how cleanly they are separated, or the reason why the channels are not
//! people ([`NotPeople`]).

mod bleed;
mod channels;
mod frames;

pub use channels::{Channel, NotPeople, Told, tell_apart};
