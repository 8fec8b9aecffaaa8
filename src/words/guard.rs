//! Text that speech-to-text invents, and how it is told from what was said.
//!
//! Whisper repeats itself when it is lost, and writes the credits of its training films where it
//! hears nothing ("Thank you for watching", « Sous-titrage … »). Only what nobody says in a session
//! is dropped; a plain "thank you" is kept.

use super::Hearing;

/// A mean log-probability under this makes a window worth a second try: OpenAI's `logprob_threshold`.
const DOUBTFUL: f64 = -1.0;

/// Faster than anybody speaks, words a second: auctioneers reach about 8 (ours).
const FASTEST: f64 = 9.0;

/// Phrases out of films' credits, in the folded form of [`fold`]: a window or a piece that is nothing
/// but these was not said. Seen with Whisper on silence, noise and music; lists of them circulate in
/// whisper.cpp's and faster-whisper's issue trackers.
const CREDITS: [&str; 22] = [
    "thank you for watching",
    "thank you so much for watching",
    "thank you very much for watching",
    "thanks for watching",
    "thanks for watching and see you next time",
    "please subscribe",
    "please subscribe to my channel",
    "like and subscribe",
    "subtitles by the amara org community",
    "see you in the next video",
    "sous titrage",
    "sous titrage st 501",
    "sous titrage societe radio canada",
    "sous titres realises par la communaute d amara org",
    "sous titres realises para la communaute d amara org",
    "sous titres par la communaute d amara org",
    "merci d avoir regarde cette video",
    "merci d avoir regarde",
    "merci d avoir regarde la video",
    "abonnez vous",
    "n oubliez pas de vous abonner",
    "a la prochaine pour une nouvelle video",
];

/// Openings of credits that go on in many ways.
const CREDIT_OPENINGS: [&str; 4] =
    ["sous titrage ", "sous titres realises", "subtitles by ", "transcription by "];

/// Lower case, letters without accents, anything else a single space.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        let plain = match letter {
            'à' | 'â' | 'ä' => 'a',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'î' | 'ï' => 'i',
            'ô' | 'ö' => 'o',
            'û' | 'ù' | 'ü' => 'u',
            'ç' => 'c',
            other if other.is_alphanumeric() => other,
            _ => ' ',
        };
        if plain != ' ' || !(folded.is_empty() || folded.ends_with(' ')) {
            folded.push(plain);
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Whether `text` is nothing but a film's credits, or nothing but a note on sounds.
pub(super) fn is_credit(text: &str) -> bool {
    let folded = fold(text);
    let bracketed = text.trim().starts_with(['[', '(', '♪', '*', '♫'])
        && text.trim().ends_with([']', ')', '♪', '*', '♫', '.']);
    folded.is_empty()
        || bracketed
        || CREDITS.contains(&folded.as_str())
        || CREDIT_OPENINGS.iter().any(|opening| folded.starts_with(opening))
}

/// A run of words said over and over: where the second saying starts, and where the run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Loop {
    pub second: usize,
    pub end: usize,
}

/// How often a phrase of so many words must follow itself to be a loop. People do say "no no no no"
/// and "step by step by step"; nobody says a sentence three times word for word without a breath.
fn too_often(words: usize) -> usize {
    match words {
        1 => 6,
        2 => 5,
        3 => 4,
        _ => 3,
    }
}

/// The first loop in `words` (folded).
pub(super) fn find_loop(words: &[String]) -> Option<Loop> {
    const LONGEST_PHRASE: usize = 25;
    for start in 0..words.len() {
        for length in 1..=LONGEST_PHRASE.min((words.len() - start) / 2) {
            let phrase = &words[start..start + length];
            let times = words[start..].chunks_exact(length).take_while(|c| *c == phrase).count();
            if times >= too_often(length) {
                return Some(Loop { second: start + length, end: start + times * length });
            }
        }
    }
    None
}

/// Whether a window is worth a second try at a higher temperature.
pub(super) fn doubtful(hearing: &Hearing, speech_seconds: f64) -> bool {
    let folded: Vec<String> = hearing.words.iter().map(|word| fold(&word.text)).collect();
    let too_fast = f64::from(u32::try_from(hearing.words.len()).unwrap_or(u32::MAX))
        > FASTEST * speech_seconds + 5.0;
    hearing.log_probability < DOUBTFUL || too_fast || find_loop(&folded).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(fold).collect()
    }

    #[test]
    fn credits_are_recognised_in_both_languages_and_thanks_are_kept() {
        assert!(is_credit("Thank you for watching!"));
        assert!(is_credit("Sous-titres réalisés par la communauté d'Amara.org"));
        assert!(is_credit("Sous-titrage Société Radio-Canada"));
        assert!(is_credit("♪ ♪"));
        assert!(is_credit("[Music]"));
        assert!(!is_credit("Thank you."));
        assert!(!is_credit("Merci."));
        assert!(!is_credit("Thank you for watching over him."));
    }

    #[test]
    fn a_sentence_said_three_times_is_a_loop_and_twice_is_not() {
        let twice = words("what do you want what do you want");
        let thrice = words("so what do you want what do you want what do you want today");
        assert_eq!(find_loop(&twice), None);
        assert_eq!(find_loop(&thrice), Some(Loop { second: 5, end: 13 }));
    }

    #[test]
    fn no_said_five_times_is_no_loop() {
        assert_eq!(find_loop(&words("no no no no no")), None);
        assert!(find_loop(&words("oui oui oui oui oui oui oui")).is_some());
    }

    #[test]
    fn more_words_than_anybody_speaks_are_doubtful() {
        let word = |n: usize| super::super::RawWord {
            text: format!("w{n}"),
            start: None,
            confidence: 1.0,
        };
        let hearing = Hearing { words: (0..60).map(word).collect(), ..Hearing::default() };
        assert!(doubtful(&hearing, 2.0));
        assert!(!doubtful(&hearing, 20.0));
    }
}
