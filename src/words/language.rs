//! In which language a recording is: English, French, or another.
//!
//! Decided once a recording, from several stretches spread over it, by how likely English is against
//! French: a French session that opens with "hello" stays French, and what Whisper thinks of the
//! other ninety-seven languages matters only when both are unlikely again and again.

use super::{EngineFailed, Guess, Listen};
use crate::session::Language;

/// Stretches listened to at most.
const STRETCHES: usize = 5;
/// Stretches whose openings are enough when they are clear together.
const ENOUGH: usize = 2;
/// Clear: one language is this likely beside the other.
const CLEAR: f64 = 0.95;
/// Sound heard in one go: 28 s at 16 kHz.
const TOGETHER_SAMPLES: usize = 28 * 16_000;
/// Both together under this: another language, as far as this stretch goes.
const NEITHER: f64 = 0.3;

/// Decides from `samples`, which gives the sound of the nth stretch; `count` is how many there are.
///
/// First the openings of several stretches are heard in one go, which costs as much as hearing one.
/// Only when that is not clear is each heard for itself.
///
/// # Errors
/// The engine or `samples` failed.
pub fn decide<E: From<EngineFailed>>(
    listener: &mut dyn Listen,
    count: usize,
    mut samples: impl FnMut(usize) -> Result<Vec<f32>, E>,
) -> Result<Language, E> {
    let stretches = spread(count).into_iter().map(&mut samples).collect::<Result<Vec<_>, E>>()?;
    if stretches.is_empty() {
        return Ok(Language::En);
    }
    let openings: Vec<f32> = stretches
        .iter()
        .flat_map(|stretch| &stretch[..stretch.len().min(TOGETHER_SAMPLES / stretches.len())])
        .copied()
        .collect();
    let together = listener.guess(&openings)?;
    if stretches.len() >= ENOUGH && agree(&[together]) {
        return Ok(judge(&[together]));
    }
    let mut guesses = vec![together];
    for stretch in &stretches {
        guesses.push(listener.guess(stretch)?);
    }
    Ok(judge(&guesses))
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

    /// The language after exactly these guesses, of so many stretches.
    fn decided(guesses: &[(f64, f64)], stretches: usize) -> Language {
        let guesses: Vec<Guess> =
            guesses.iter().map(|&(english, french)| Guess { english, french }).collect();
        let mut listener = Scripted(guesses, 0);
        let language =
            decide::<EngineFailed>(&mut listener, stretches, |_| Ok(vec![0.0; 16_000])).unwrap();
        assert_eq!(listener.1, listener.0.len(), "every guess was asked for");
        language
    }

    #[test]
    fn what_is_clear_in_one_go_is_heard_once() {
        assert_eq!(decided(&[(0.01, 0.97)], 5), Language::Fr);
        assert_eq!(decided(&[(0.9, 0.01)], 3), Language::En);
    }

    #[test]
    fn a_french_session_with_an_english_stretch_stays_french() {
        let guesses =
            [(0.4, 0.5), (0.9, 0.08), (0.02, 0.95), (0.01, 0.97), (0.03, 0.9), (0.1, 0.8)];
        assert_eq!(decided(&guesses, 5), Language::Fr);
    }

    #[test]
    fn another_language_needs_several_stretches() {
        let one = [(0.1, 0.1), (0.05, 0.05), (0.8, 0.05), (0.9, 0.02)];
        assert_eq!(decided(&one, 3), Language::En);
        let most = [(0.1, 0.1), (0.05, 0.05), (0.1, 0.02), (0.8, 0.03)];
        assert_eq!(decided(&most, 3), Language::Other);
        assert_eq!(decided(&[(0.05, 0.04), (0.5, 0.2)], 1), Language::En);
    }

    #[test]
    fn the_stretches_are_spread_and_do_not_begin_at_the_start() {
        assert_eq!(spread(100), [50, 70, 90, 10, 30]);
        assert_eq!(spread(2), [1, 0]);
        assert_eq!(spread(1), [0]);
        assert!(spread(0).is_empty());
    }
}
