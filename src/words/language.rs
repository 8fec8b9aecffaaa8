//! In which language a recording is: English, French, or another.
//!
//! Decided once a recording, from several stretches spread over it, by how likely English is against
//! French: a French session that opens with "hello" stays French, and what Whisper thinks of the
//! other ninety-seven languages matters only when both are unlikely again and again.

use super::{EngineFailed, Guess, Listen};
use crate::session::Language;

/// Stretches listened to at most.
const STRETCHES: usize = 5;
/// Stretches that are enough when they agree.
const ENOUGH: usize = 2;
/// A stretch agrees when one language is this likely beside the other.
const CLEAR: f64 = 0.95;
/// Both together under this: another language, as far as this stretch goes.
const NEITHER: f64 = 0.3;

/// The language and what it was decided by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    /// The language.
    pub language: Language,
    /// Stretches listened to.
    pub stretches: usize,
}

/// Decides from `samples`, which gives the sound of the nth stretch, longest first or spread as the
/// caller likes; `count` is how many there are.
///
/// # Errors
/// The engine or `samples` failed.
pub fn decide<E: From<EngineFailed>>(
    listener: &mut dyn Listen,
    count: usize,
    mut samples: impl FnMut(usize) -> Result<Vec<f32>, E>,
) -> Result<Decision, E> {
    let mut guesses: Vec<Guess> = Vec::new();
    for index in spread(count) {
        guesses.push(listener.guess(&samples(index)?)?);
        if guesses.len() >= ENOUGH && agree(&guesses) {
            break;
        }
    }
    Ok(Decision { language: judge(&guesses), stretches: guesses.len() })
}

/// Which of `count` stretches to listen to: the middle, then outwards, never only the start.
fn spread(count: usize) -> Vec<usize> {
    let wanted = count.min(STRETCHES);
    let mut places: Vec<usize> =
        (0..wanted).map(|nth| (2 * nth + 1) * count / (2 * wanted)).collect();
    let middle = places.len() / 2;
    places.rotate_left(middle);
    places.dedup();
    places
}

fn english_share(guess: Guess) -> f64 {
    guess.english / (guess.english + guess.french).max(1e-9)
}

fn agree(guesses: &[Guess]) -> bool {
    let known = guesses.iter().all(|guess| guess.english + guess.french > NEITHER);
    let english = guesses.iter().all(|&guess| english_share(guess) > CLEAR);
    let french = guesses.iter().all(|&guess| english_share(guess) < 1.0 - CLEAR);
    known && (english || french)
}

fn judge(guesses: &[Guess]) -> Language {
    let strange = guesses.iter().filter(|guess| guess.english + guess.french < NEITHER).count();
    if strange >= ENOUGH && 2 * strange > guesses.len() {
        return Language::Other;
    }
    let odds: f64 =
        guesses.iter().map(|guess| ((guess.english + 1e-3) / (guess.french + 1e-3)).ln()).sum();
    if odds < 0.0 { Language::Fr } else { Language::En }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Hearing;

    struct Scripted(Vec<Guess>, usize);

    impl Listen for Scripted {
        fn guess(&mut self, _: &[f32]) -> Result<Guess, EngineFailed> {
            self.1 += 1;
            Ok(self.0[self.1 - 1])
        }
        fn hear(&mut self, _: &[f32], _: Language, _: f32) -> Result<Hearing, EngineFailed> {
            Ok(Hearing::default())
        }
    }

    fn decided(guesses: &[(f64, f64)]) -> (Language, usize) {
        let guesses: Vec<Guess> =
            guesses.iter().map(|&(english, french)| Guess { english, french }).collect();
        let count = guesses.len();
        let mut listener = Scripted(guesses, 0);
        let decision =
            decide::<EngineFailed>(&mut listener, count, |_| Ok(vec![0.0; 16_000])).unwrap();
        (decision.language, decision.stretches)
    }

    #[test]
    fn two_clear_stretches_are_enough() {
        assert_eq!(decided(&[(0.01, 0.97), (0.0, 0.99), (0.9, 0.1)]), (Language::Fr, 2));
    }

    #[test]
    fn a_french_session_with_an_english_stretch_stays_french() {
        let guesses = [(0.9, 0.08), (0.02, 0.95), (0.01, 0.97), (0.03, 0.9), (0.1, 0.8)];
        assert_eq!(decided(&guesses).0, Language::Fr);
    }

    #[test]
    fn another_language_needs_several_stretches() {
        assert_eq!(decided(&[(0.05, 0.05), (0.8, 0.05), (0.9, 0.02)]).0, Language::En);
        assert_eq!(decided(&[(0.05, 0.05), (0.1, 0.02), (0.02, 0.03)]).0, Language::Other);
        assert_eq!(decided(&[(0.05, 0.04)]).0, Language::En);
    }

    #[test]
    fn the_stretches_are_spread_and_do_not_begin_at_the_start() {
        assert_eq!(spread(100), [50, 70, 90, 10, 30]);
        assert_eq!(spread(2), [1, 0]);
        assert_eq!(spread(1), [0]);
        assert!(spread(0).is_empty());
    }
}
