//! Words and voices joined: what each speaker says in one go, and who is the coach.
//!
//! In: words with times and the speech they belong to ([`by_speaker`], [`utterances`]); coded utterances
//! ([`roles::infer`]). Out: utterances in time order; the coach, how surely, and why. Pure.

mod moved;
pub mod roles;
mod utterances;
mod whose;

pub use utterances::{SpokenWords, utterances};
pub use whose::{Attributed, by_speaker};
