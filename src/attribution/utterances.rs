//! Words of each speaker → utterances.
//!
//! An utterance is what one speaker says in one go. It ends at a pause that would end a turn (2 s,
//! CODEBOOK "turn"), where the other says more than a short word in between, and where the other's
//! short word follows the end of a sentence: "Did you?" – "Yes." – "And then?" are three, while a
//! "mm-hm" inside a sentence leaves it whole. Its times are those of the speech its first and last
//! words lie in, since voice activity knows edges better than word times do.

use crate::session::{Language, Ms, OptionalSpan, Span, SpeakerId, Speech, Utterance, Word, join};

/// A pause of one speaker that ends an utterance even when nobody else speaks (CODEBOOK: a turn
/// includes pauses under 2 s).
const TURN_PAUSE: Ms = Ms(2000);
/// Speech of another up to this long may be a backchannel (CODEBOOK §1: ≤ 1.2 s).
const SHORT_SPEECH: Ms = Ms(1200);
/// A word's time may be off by this much against the speech it lies in: twice the median error of
/// word times (`docs/decisions/0002-word-times.md`).
const WORD_TIME_ERROR: Ms = Ms(300);

/// The words of one speaker, in time order.
#[derive(Debug, Clone, PartialEq)]
pub struct SpokenWords {
    /// Who says them.
    pub speaker: SpeakerId,
    /// The words.
    pub words: Vec<Word>,
}

/// Utterances of all speakers in time order, numbered from 1.
#[must_use]
pub fn utterances(spoken: &[SpokenWords], speech: &[Speech], language: Language) -> Vec<Utterance> {
    let mut utterances: Vec<Utterance> = spoken
        .iter()
        .flat_map(|spoken| {
            let of = |own: bool| {
                let chosen = speech.iter().filter(|s| (s.speaker == spoken.speaker) == own);
                join(chosen.map(|s| s.span).collect(), Ms::ZERO)
            };
            of_speaker(spoken, &of(true), &of(false), language)
        })
        .collect();
    utterances.sort_by_key(|utterance| (utterance.time(), utterance.speaker));
    for (number, utterance) in (1..).zip(&mut utterances) {
        utterance.id = number;
    }
    utterances
}

fn of_speaker(
    spoken: &SpokenWords,
    own: &[Span],
    others: &[Span],
    language: Language,
) -> Vec<Utterance> {
    let mut utterances = Vec::new();
    let mut words: Vec<Word> = Vec::new();
    for word in &spoken.words {
        if words.last().is_some_and(|last| breaks(last, word, own, others)) {
            utterances.extend(utterance(spoken.speaker, std::mem::take(&mut words), own, language));
        }
        words.push(word.clone());
    }
    utterances.extend(utterance(spoken.speaker, words, own, language));
    utterances
}

/// Whether an utterance ends between two words of its speaker.
fn breaks(last: &Word, next: &Word, own: &[Span], others: &[Span]) -> bool {
    // The pause between the stretches of speech, if the words are in different ones.
    let from = holding(own, last.span).map_or(last.span.end(), Span::end);
    let to = holding(own, next.span).map_or(next.span.start(), Span::start);
    let Some(pause) = Span::new(from, to) else { return false };
    if pause.length() >= TURN_PAUSE {
        return true;
    }
    let mut between = others.iter().filter(|other| {
        let inside = other.overlap(pause);
        other.start() >= last.span.start() && inside.0 * 2 >= other.length().min(pause.length()).0
    });
    let ends = last.text.ends_with(['.', '?', '!', '…']);
    between.any(|other| ends || other.length() > SHORT_SPEECH)
}

/// The stretch that holds the middle of `word`, or one that ends or starts within the error of word
/// times.
fn holding(own: &[Span], word: Span) -> Option<Span> {
    let middle = Ms(u64::midpoint(word.start().0, word.end().0));
    let after = own.partition_point(|stretch| stretch.end() <= middle);
    let candidates = own[after.saturating_sub(1)..own.len().min(after + 1)].iter().copied();
    let distance = |stretch: &Span| stretch.start().since(middle).0 + middle.since(stretch.end()).0;
    candidates.min_by_key(distance).filter(|stretch| distance(stretch) <= WORD_TIME_ERROR.0)
}

fn utterance(
    speaker: SpeakerId,
    mut words: Vec<Word>,
    own: &[Span],
    language: Language,
) -> Option<Utterance> {
    let (first, last) = (words.first()?.span, words.last()?.span);
    // A first word is said where its speech starts, if it is near: word times lag there.
    let start = holding(own, first)
        .map(Span::start)
        .filter(|&start| first.start().since(start) <= WORD_TIME_ERROR)
        .unwrap_or(first.start());
    let end = holding(own, last)
        .map(Span::end)
        .filter(|&end| end.since(last.end()) <= WORD_TIME_ERROR || last.end() > end)
        .unwrap_or(last.end());
    let span = Span::new(start, end.max(start + Ms(1)))?;
    if let Some(word) = words.first_mut() {
        word.span = Span::new(start, first.end().max(start + Ms(1)))?;
    }
    let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    Some(Utterance {
        id: 0,
        speaker,
        span: OptionalSpan(Some(span)),
        language,
        text: text.join(" "),
        words,
        prosody: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COACH: SpeakerId = SpeakerId(1);
    const CLIENT: SpeakerId = SpeakerId(2);

    fn span(start: u64, end: u64) -> Span {
        Span::new(Ms(start), Ms(end)).unwrap()
    }

    fn says(speaker: SpeakerId, words: &[(&str, u64, u64)]) -> SpokenWords {
        let word = |&(text, start, end): &(&str, u64, u64)| Word {
            text: text.to_owned(),
            span: span(start, end),
            confidence: None,
        };
        SpokenWords { speaker, words: words.iter().map(word).collect() }
    }

    fn speech(stretches: &[(SpeakerId, u64, u64)]) -> Vec<Speech> {
        let mut speech: Vec<Speech> = stretches
            .iter()
            .map(|&(speaker, start, end)| Speech { speaker, span: span(start, end) })
            .collect();
        speech.sort();
        speech
    }

    fn texts(spoken: &[SpokenWords], speech: &[Speech]) -> Vec<String> {
        let made = utterances(spoken, speech, Language::En);
        made.iter().map(|u| format!("{} {}", u.speaker, u.text)).collect()
    }

    #[test]
    fn a_short_answer_between_two_questions_makes_three_utterances() {
        let spoken = [
            says(
                COACH,
                &[
                    ("Did", 100, 300),
                    ("you?", 300, 900),
                    ("And", 2_100, 2_300),
                    ("then?", 2_300, 2_900),
                ],
            ),
            says(CLIENT, &[("Yes.", 1_300, 1_700)]),
        ];
        let speech = speech(&[(COACH, 100, 900), (CLIENT, 1_300, 1_700), (COACH, 2_100, 2_900)]);
        assert_eq!(texts(&spoken, &speech), ["S1 Did you?", "S2 Yes.", "S1 And then?"]);
    }

    #[test]
    fn a_small_sign_inside_a_sentence_leaves_it_whole() {
        let spoken = [
            says(
                CLIENT,
                &[
                    ("I", 100, 300),
                    ("thought", 300, 900),
                    ("that", 1_900, 2_300),
                    ("we", 2_300, 2_900),
                ],
            ),
            says(COACH, &[("Mm-hm.", 1_100, 1_500)]),
        ];
        let speech = speech(&[(CLIENT, 100, 900), (COACH, 1_100, 1_500), (CLIENT, 1_900, 2_900)]);
        assert_eq!(texts(&spoken, &speech), ["S2 I thought that we", "S1 Mm-hm."]);
    }

    #[test]
    fn a_pause_of_two_seconds_ends_an_utterance_and_a_shorter_one_does_not() {
        let spoken =
            [says(COACH, &[("What.", 0, 500), ("else?", 2_499, 3_000), ("Now?", 5_000, 5_500)])];
        let speech = speech(&[(COACH, 0, 500), (COACH, 2_499, 3_000), (COACH, 5_000, 5_500)]);
        assert_eq!(texts(&spoken, &speech), ["S1 What. else?", "S1 Now?"]);
    }

    #[test]
    fn talk_of_the_other_ends_a_sentence_left_open() {
        let spoken = [
            says(CLIENT, &[("I", 100, 300), ("wanted", 300, 900), ("anyway", 3_500, 3_900)]),
            says(
                COACH,
                &[("You", 1_000, 1_300), ("should", 1_300, 1_800), ("call.", 1_800, 2_900)],
            ),
        ];
        let speech = speech(&[(CLIENT, 100, 900), (COACH, 1_000, 2_900), (CLIENT, 2_850, 3_900)]);
        assert_eq!(texts(&spoken, &speech).len(), 3);
    }

    #[test]
    fn times_are_those_of_the_speech() {
        let spoken = [says(COACH, &[("So", 250, 400), ("what?", 400, 800)])];
        let made = utterances(&spoken, &speech(&[(COACH, 100, 950)]), Language::En);
        assert_eq!(made[0].time(), Some(span(100, 950)));
        assert_eq!(made[0].words[0].span.start(), Ms(100));
    }

    #[test]
    fn no_words_make_no_utterance() {
        assert!(
            utterances(&[says(COACH, &[])], &speech(&[(COACH, 0, 500)]), Language::En).is_empty()
        );
    }
}
