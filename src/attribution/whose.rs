//! Whose words: words heard on one channel → the words of each speaker, and their speech.
//!
//! Three things say whose a word is: whose voice sounds while it is said, the sentence it stands in,
//! since people change places at the ends of sentences and in pauses, and what was just asked, since
//! after a question mostly the other speaks. None is exact: word times are off by some 150 ms, voices
//! are told apart to about as much, and a short answer may stand between two sentences without a
//! pause. So the speakers of all words are decided together, the sequence with the least cost
//! (Viterbi 1967): a word costs by how little its speaker's voice sounds in it, a change of speaker
//! by where it falls. Where the voices left it open, the sound of words goes with them
//! ([`super::moved`]).

use super::SpokenWords;
use super::moved::{Sound, follow};
use crate::session::{Ms, SPEECH_PAUSE, Span, SpeakerId, Speech, VoiceScores, Word};

/// Voice that is taken to sound for every speaker in every word, so that nothing is impossible.
const DOUBT_MS: f64 = 20.0;
/// A word is no longer than this: its end reaches to the next word, over whatever silence there is.
const WORD: Ms = Ms(600);
/// What a change of speaker costs in the middle of a sentence, in nats: more than one short word in
/// the other's voice, less than two (a word of 300 ms wholly in it costs 2.8).
const IN_SENTENCE: f64 = 5.0;
/// … in a pause of [`SPEECH_PAUSE`] inside a sentence.
const IN_PAUSE: f64 = 1.5;
/// … between sentences that follow each other closely.
const BETWEEN_SENTENCES: f64 = 0.7;
/// … between sentences, in a pause.
const BETWEEN_IN_PAUSE: f64 = 0.2;
/// What it costs to go on after one's own question. Of the sentences in the coded sessions and
/// `AnnoMI` (`../shared/coding/dev`) 79, 85 and 77 % of those that ask are followed by the other, of
/// the rest 44, 47 and 55 %: the odds differ by 3.4, and ln 3.4 is 1.2.
const AFTER_QUESTION: f64 = 1.2;

/// A voice this likely in a word may well be its speaker's, whoever's it was taken for.
const OPEN: f64 = 0.3;

/// Words and speech of each speaker.
#[derive(Debug, Clone, PartialEq)]
pub struct Attributed {
    /// The words of each speaker, in time order.
    pub spoken: Vec<SpokenWords>,
    /// The speech, with that of words that were moved.
    pub speech: Vec<Speech>,
}

/// The words of each of `speakers`, in time order. Words whose speaker is known keep them; the
/// others are given to whoever's speech they lie in, by `scores` where that is doubtful.
#[must_use]
pub fn by_speaker(
    speakers: &[SpeakerId],
    words: Vec<(Option<SpeakerId>, Word)>,
    speech: &[Speech],
    scores: Option<&VoiceScores>,
) -> Attributed {
    let mut spoken: Vec<SpokenWords> =
        speakers.iter().map(|&speaker| SpokenWords { speaker, words: Vec::new() }).collect();
    let mut open = Vec::new();
    for (speaker, word) in words {
        match speaker {
            Some(known) => spoken
                .iter_mut()
                .filter(|one| one.speaker == known)
                .for_each(|one| one.words.push(word.clone())),
            None => open.push(word),
        }
    }
    open.sort_by_key(|word| word.span);
    let mut voices: Vec<Vec<Span>> = speakers.iter().map(|&id| speech_of(id, speech)).collect();
    let whose = cheapest(&open, &voices, scores);
    for (word, &whose) in open.iter().zip(&whose) {
        spoken[whose].words.push(word.clone());
    }
    for one in &mut spoken {
        one.words.sort_by_key(|word| word.span);
    }
    let sound = |(word, whose): (&Word, usize)| {
        let span = sound_of(word);
        let likely = scores.and_then(|scores| scores.likelihood(whose, span));
        Sound { whose, span, open: likely.is_some_and(|likely| likely >= OPEN) }
    };
    let sounds: Vec<Sound> = open.iter().zip(whose).map(sound).collect();
    follow(&sounds, &mut voices);
    let each = speakers.iter().zip(voices);
    let mut speech: Vec<Speech> = each
        .flat_map(|(&speaker, own)| own.into_iter().map(move |span| Speech { span, speaker }))
        .collect();
    speech.sort_unstable();
    Attributed { spoken, speech }
}

/// The sound of a word: no longer than [`WORD`].
fn sound_of(word: &Word) -> Span {
    let end = word.span.end().min(word.span.start() + WORD);
    Span::new(word.span.start(), end).unwrap_or(word.span)
}

fn speech_of(speaker: SpeakerId, speech: &[Speech]) -> Vec<Span> {
    speech.iter().filter(|one| one.speaker == speaker).map(|one| one.span).collect()
}

/// The index of the voice of each word.
fn cheapest(words: &[Word], voices: &[Vec<Span>], scores: Option<&VoiceScores>) -> Vec<usize> {
    let mut steps: Vec<Vec<usize>> = Vec::with_capacity(words.len());
    let mut total = vec![0.0_f64; voices.len()];
    for (index, word) in words.iter().enumerate() {
        let last = index.checked_sub(1).map(|before| &words[before]);
        let change = last.map_or(0.0, |last| change(last, word));
        let stay = last.map_or(0.0, stay);
        let arrival =
            |from: usize, voice: usize| total[from] + if from == voice { stay } else { change };
        // Of equal costs one's own, then the first voice: the result is the same every time.
        let from: Vec<usize> = (0..total.len())
            .map(|voice| {
                let order = std::iter::once(voice).chain((0..total.len()).filter(|&n| n != voice));
                order
                    .min_by(|&a, &b| arrival(a, voice).total_cmp(&arrival(b, voice)))
                    .unwrap_or(voice)
            })
            .collect();
        let own = costs(word, voices, scores);
        total = (0..total.len()).map(|voice| arrival(from[voice], voice) + own[voice]).collect();
        steps.push(from);
    }
    let mut voice = (0..total.len()).min_by(|&a, &b| total[a].total_cmp(&total[b])).unwrap_or(0);
    let mut whose = vec![0; words.len()];
    for index in (0..words.len()).rev() {
        whose[index] = voice;
        voice = steps[index][voice];
    }
    whose
}

/// What it costs that whoever said `last` goes on.
fn stay(last: &Word) -> f64 {
    if last.text.ends_with('?') { AFTER_QUESTION } else { 0.0 }
}

/// What it costs that another says `next` than said `last`.
fn change(last: &Word, next: &Word) -> f64 {
    let ends = last.text.ends_with(['.', '?', '!', '…']);
    let pause = next.span.start().since(last.span.end()) >= SPEECH_PAUSE;
    match (ends, pause) {
        (true, true) => BETWEEN_IN_PAUSE,
        (true, false) => BETWEEN_SENTENCES,
        (false, true) => IN_PAUSE,
        (false, false) => IN_SENTENCE,
    }
}

/// What it costs, by voice, that this voice says `word`: the negative logarithm of its part of the
/// voices that sound.
fn costs(word: &Word, voices: &[Vec<Span>], scores: Option<&VoiceScores>) -> Vec<f64> {
    let span = sound_of(word);
    let mut sounding: Vec<f64> = voices.iter().map(|own| overlap(own, span).as_f64()).collect();
    let likely = |voice| scores.and_then(|scores| scores.likelihood(voice, span));
    if let Some(likely) = (0..voices.len()).map(likely).collect::<Option<Vec<f64>>>() {
        let all: f64 = sounding.iter().sum();
        sounding = likely.into_iter().map(|part| part * all).collect();
    }
    if sounding.iter().all(|&ms| ms == 0.0) {
        // Between the stretches: whoever is nearest.
        let away: Vec<Ms> = voices.iter().map(|own| distance(own, span)).collect();
        let nearest = away.iter().copied().min().unwrap_or_default();
        for (ms, away) in sounding.iter_mut().zip(&away) {
            *ms = if *away == nearest { span.length().as_f64() } else { 0.0 };
        }
    }
    let all: f64 = sounding.iter().map(|ms| ms + DOUBT_MS).sum();
    sounding.iter().map(|ms| -((ms + DOUBT_MS) / all).ln()).collect()
}

pub(super) fn overlap(own: &[Span], span: Span) -> Ms {
    let first = own.partition_point(|one| one.end() <= span.start());
    own[first..]
        .iter()
        .take_while(|one| one.start() < span.end())
        .map(|one| one.overlap(span))
        .sum()
}

fn distance(own: &[Span], span: Span) -> Ms {
    let after = own.partition_point(|one| one.end() <= span.start());
    let before = after.checked_sub(1).map(|index| span.start().since(own[index].end()));
    let next = own.get(after).map(|one| one.start().since(span.end()));
    before.into_iter().chain(next).min().unwrap_or(Ms(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COACH: SpeakerId = SpeakerId(1);
    const CLIENT: SpeakerId = SpeakerId(2);

    fn span(start: u64, end: u64) -> Span {
        Span::new(Ms(start), Ms(end)).unwrap()
    }

    /// Words of 300 ms each, one after the other from `start` on.
    fn say(start: u64, text: &str) -> Vec<(Option<SpeakerId>, Word)> {
        let words = text.split(' ').zip(0_u64..);
        let at = |index: u64| start + index * 300;
        let word = |(text, index): (&str, u64)| Word {
            text: text.to_owned(),
            span: span(at(index), at(index + 1)),
            confidence: None,
        };
        words.map(|word_at| (None, word(word_at))).collect()
    }

    fn said(
        words: Vec<(Option<SpeakerId>, Word)>,
        speech: &[(SpeakerId, u64, u64)],
    ) -> [String; 2] {
        let speech: Vec<Speech> = speech
            .iter()
            .map(|&(speaker, start, end)| Speech { speaker, span: span(start, end) })
            .collect();
        let text = |spoken: &SpokenWords| {
            spoken.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
        };
        let spoken = by_speaker(&[COACH, CLIENT], words, &speech, None).spoken;
        [text(&spoken[0]), text(&spoken[1])]
    }

    #[test]
    fn a_word_is_of_the_voice_that_sounds_in_it() {
        let words = say(0, "What else? I could call her.");
        let speech = [(COACH, 0, 600), (CLIENT, 600, 1_800)];
        assert_eq!(said(words, &speech), ["What else?", "I could call her."]);
    }

    #[test]
    fn a_sentence_is_not_torn_by_a_change_that_comes_a_little_late() {
        let words = say(0, "What else? I could call her.");
        let speech = [(COACH, 0, 850), (CLIENT, 850, 1_800)];
        assert_eq!(said(words, &speech), ["What else?", "I could call her."]);
    }

    #[test]
    fn a_short_answer_between_two_questions_is_the_others() {
        let words = say(0, "Did you? Yes. And then?");
        let speech = [(COACH, 0, 600), (CLIENT, 600, 900), (COACH, 900, 1_500)];
        assert_eq!(said(words, &speech), ["Did you? And then?", "Yes."]);
    }

    #[test]
    fn a_moment_of_the_wrong_voice_inside_a_sentence_changes_nothing() {
        let words = say(0, "I could call her on Monday morning.");
        let speech = [(CLIENT, 0, 600), (COACH, 600, 850), (CLIENT, 850, 2_100)];
        assert_eq!(said(words, &speech), ["", "I could call her on Monday morning."]);
    }

    #[test]
    fn a_word_between_the_stretches_is_of_the_nearest() {
        let words = [say(0, "Yes."), say(1_500, "So?")].concat();
        assert_eq!(said(words, &[(CLIENT, 350, 900), (COACH, 1_850, 2_400)]), ["So?", "Yes."]);
    }

    #[test]
    fn where_the_voices_leave_it_open_an_answer_is_the_others() {
        let words = say(0, "What else? I could call her.");
        let speech: Vec<Speech> =
            [Speech { speaker: COACH, span: span(0, 1_800) }].into_iter().collect();
        let mut doubtful = vec![50; 18];
        doubtful[..6].fill(90);
        let other = doubtful.iter().map(|part| 100 - part).collect();
        let scores = VoiceScores { start_ms: Ms::ZERO, of: vec![doubtful, other] };
        let found = by_speaker(&[COACH, CLIENT], words, &speech, Some(&scores));
        assert_eq!(found.spoken[0].words.len(), 2);
        assert_eq!(found.speech[0], Speech { speaker: COACH, span: span(0, 600) });
        assert_eq!(found.speech[1], Speech { speaker: CLIENT, span: span(600, 1_800) });
    }

    #[test]
    fn a_known_speaker_stays() {
        let mut words = say(0, "Yes.");
        words[0].0 = Some(CLIENT);
        assert_eq!(said(words, &[(COACH, 0, 300)]), ["", "Yes."]);
    }

    #[test]
    fn without_any_speech_nothing_is_lost() {
        assert_eq!(said(say(0, "Yes. No."), &[]), ["Yes. No.", ""]);
    }
}
