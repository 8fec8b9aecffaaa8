//! Who is the coach, from the conversation: who asks and who answers, who speaks of "you".
//!
//! In: utterances and their acts. Out: a [`Finding`]: the likeliest coach, how surely, what decided,
//! and why that is not enough where it is not. A logistic model over a few signs (`signs.rs`) whose
//! weights (`weights.rs`) `scripts/train-roles` learns; `docs/decisions/0011-coach.md` has what it
//! was measured at.

mod signs;
mod weights;

pub use signs::{Shown, look};

/// What each of [`RoleSign::ALL`] weighs.
pub type Weights = [f64; RoleSign::COUNT];

use crate::lang::Act;
use crate::session::{Doubt, RoleSign, SpeakerId, Utterance};

/// Under this confidence nobody is taken for the coach.
pub const FLOOR: f64 = 0.75;

/// Nothing is surer than this: of 72 transcripts apart from each other the coach was found in all,
/// which speaks for 73 of 74 (rule of succession), less a little for kinds that were not seen.
const SUREST: f64 = 0.98;

/// Fewer words than this of all together say too little.
const LEAST_WORDS: f64 = 60.0;
/// Fewer acts by the likeliest coach than this say too little: questions, giving back, advice, leave.
const LEAST_ACTS: u32 = 3;
/// Less than this much "you" for "I" (logarithm, [`RoleSign::SpeaksOfYou`]) was heard of no coach.
const LEAST_YOU: f64 = -0.5;

/// A sign that moves the odds by less than this (logarithm) is not named among the reasons.
const NAMED: f64 = 0.2;
/// Most signs that are named.
const NAMED_MOST: usize = 3;

/// Who is the coach.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The likeliest coach.
    pub coach: SpeakerId,
    /// How sure, from 0 to 1.
    pub confidence: f64,
    /// Questions the likeliest coach asks.
    pub questions: u32,
    /// Questions asked by anybody.
    pub of: u32,
    /// What decided, the heaviest first.
    pub signs: Vec<RoleSign>,
    /// Why the likeliest coach is not to be taken for it.
    pub doubt: Option<Doubt>,
}

/// Works out the coach among `speakers`; `acts` are those of each utterance, and `whole` says that the
/// conversation is known from its beginning. `None` without anybody who says something.
#[must_use]
pub fn infer(
    speakers: &[SpeakerId],
    utterances: &[Utterance],
    acts: &[Vec<Act>],
    whole: bool,
) -> Option<Finding> {
    infer_with(&weights::WEIGHTS, look(speakers, utterances, acts, whole))
}

/// The same with other weights than the program's own (their measuring).
#[must_use]
pub fn infer_with(weights: &Weights, mut shown: Vec<Shown>) -> Option<Finding> {
    let score = |one: &Shown| -> f64 {
        one.signs.iter().zip(weights).map(|(sign, weight)| sign * weight).sum()
    };
    shown.retain(|one| one.words > 0.0);
    shown.sort_by(|a, b| score(b).total_cmp(&score(a)).then(a.speaker.cmp(&b.speaker)));
    let first = shown.first()?;
    let rest: f64 = shown.iter().skip(1).map(|one| (score(one) - score(first)).exp()).sum();
    let confidence = (1.0 / (1.0 + rest)).min(SUREST);
    let words: f64 = shown.iter().map(|one| one.words).sum();
    let doubt = if shown.len() < 2 {
        Some(Doubt::OneVoice)
    } else if words < LEAST_WORDS || first.acts < LEAST_ACTS {
        Some(Doubt::TooLittle)
    } else if first.signs[RoleSign::SpeaksOfYou as usize] < LEAST_YOU {
        Some(Doubt::NobodyCoaches)
    } else if confidence < FLOOR {
        Some(Doubt::Alike)
    } else {
        None
    };
    Some(Finding {
        coach: first.speaker,
        confidence,
        questions: first.questions,
        of: shown.iter().map(|one| one.questions).sum(),
        signs: shown.get(1).map_or_else(Vec::new, |second| decided(weights, first, second)),
        doubt,
    })
}

/// The signs that speak most for the first against the second.
fn decided(weights: &Weights, first: &Shown, second: &Shown) -> Vec<RoleSign> {
    let mut weighed: Vec<(f64, RoleSign)> = RoleSign::ALL
        .into_iter()
        .enumerate()
        .map(|(at, sign)| (weights[at] * (first.signs[at] - second.signs[at]), sign))
        .filter(|(weight, _)| *weight >= NAMED)
        .collect();
    weighed.sort_by(|a, b| b.0.total_cmp(&a.0));
    weighed.into_iter().take(NAMED_MOST).map(|(_, sign)| sign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Context, Punctuation, code};
    use crate::session::{Language, OptionalSpan};

    fn found(said: &[(u8, &str)], language: Language, whole: bool) -> Option<Finding> {
        let utterances: Vec<Utterance> = (1..)
            .zip(said)
            .map(|(id, &(speaker, text))| Utterance {
                id,
                speaker: SpeakerId(speaker),
                span: OptionalSpan(None),
                language,
                text: text.to_owned(),
                words: Vec::new(),
                prosody: None,
            })
            .collect();
        let context = Context { punctuation: Punctuation::Written, before: None, melody: &[] };
        let acts: Vec<Vec<Act>> =
            utterances.iter().map(|one| code(&one.text, language, context)).collect();
        infer(&[SpeakerId(1), SpeakerId(2)], &utterances, &acts, whole)
    }

    const COACHED: [(u8, &str); 6] = [
        (1, "I keep saying yes to my boss and I hate it, I really do, I lie awake and go over it."),
        (2, "What makes you say yes?"),
        (
            1,
            "I think I fear that they would find out I am not as good as I look, so I never refuse.",
        ),
        (2, "So you feel you have to prove yourself. What would you like instead?"),
        (
            1,
            "I would like to be able to say no once a week and to go home and not think of my work.",
        ),
        (2, "How could you begin?"),
    ];

    #[test]
    fn the_one_who_asks_and_speaks_of_you_is_the_coach_and_it_is_said_why() {
        let found = found(&COACHED, Language::En, true).unwrap();
        assert_eq!((found.coach, found.doubt), (SpeakerId(2), None));
        assert_eq!((found.questions, found.of), (3, 3));
        assert_eq!(found.signs[0], RoleSign::SpeaksOfYou);
        assert!(found.confidence > 0.9 && found.confidence <= SUREST);
    }

    #[test]
    fn the_french_say_vous_and_tu() {
        let said = [
            (
                2,
                "Je dis toujours oui à mon chef, je n'en peux plus, j'y pense la nuit et je tourne.",
            ),
            (1, "Qu'est-ce qui vous fait dire oui ?"),
            (
                2,
                "J'ai peur qu'on découvre que je ne suis pas si bon, alors je ne refuse jamais rien.",
            ),
            (1, "Vous avez l'impression de devoir tout prouver. Que voudriez-vous à la place ?"),
            (2, "J'aimerais dire non une fois par semaine, rentrer chez moi et ne plus y penser."),
            (1, "Comment pourriez-vous commencer ?"),
        ];
        let found = found(&said, Language::Fr, true).unwrap();
        assert_eq!((found.coach, found.doubt), (SpeakerId(1), None));
    }

    #[test]
    fn a_few_words_and_one_voice_are_refused_with_their_reason() {
        let doubt = |said: &[(u8, &str)]| found(said, Language::En, true).map(|one| one.doubt);
        assert_eq!(doubt(&COACHED[..2]), Some(Some(Doubt::TooLittle)));
        assert_eq!(doubt(&COACHED[..1]), Some(Some(Doubt::OneVoice)));
        assert_eq!(doubt(&[]), None);
    }

    #[test]
    fn two_who_talk_about_a_thing_have_no_coach() {
        let said = [
            (
                1,
                "The remote has twelve buttons and the battery lasts for a week in the tests we ran.",
            ),
            (
                2,
                "The case costs two euros, and the market study says that people want it in yellow.",
            ),
            (1, "Is the case made of rubber? Is the chip on the list? The deadline is in May."),
            (
                2,
                "It is on the list. The supplier ships it in April, and the logo goes on the front.",
            ),
            (
                1,
                "I think I will order the chip, and I will send my drawing of the case to the factory.",
            ),
            (
                2,
                "I have my doubts. I will write to the supplier, and I will ask for my sample again.",
            ),
        ];
        let found = found(&said, Language::En, true).unwrap();
        assert!(found.doubt.is_some(), "{found:?}");
    }
}
