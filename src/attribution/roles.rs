//! Who is the coach, from the conversation: who asks, who is asked.
//!
//! A coach asks questions, gives back what was said, asks leave and says what to do; the other tells
//! of "I" and "my". Each such act is weak evidence, and acts of one session are alike, so their sum
//! is damped. Measured by `tests/roles.rs` on every transcript with known roles in `../shared`.

use crate::lang::{Act, Code};
use crate::session::{Language, SpeakerId, Utterance};

/// Under this confidence nobody is taken for the coach. By `tests/roles.rs`.
pub const FLOOR: f64 = 0.75;

/// Acts at or over this confidence count (DESIGN §4).
const COUNTED: f64 = 0.5;

/// Natural logarithm of how many times likelier an act is from a coach than from a coachee. By
/// `tests/roles.rs` (practitioners of counselling demonstrations against their clients), halved
/// since acts of one session are not independent.
const QUESTION: f64 = 0.9;
const REFLECTION: f64 = 0.5;
const PRESCRIPTIVE: f64 = 0.5;
const PERMISSION: f64 = 0.8;
/// Of a word that means oneself ("I", « je ») over and above the other's share: per hundred words.
const SELF_PER_HUNDRED: f64 = 0.25;
/// However much is said, nothing is surer than this.
const SUREST: f64 = 5.0;

/// Who is the coach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inference {
    /// The likeliest coach.
    pub coach: SpeakerId,
    /// How sure, from 0 to 1: below [`FLOOR`] nobody is to be taken for the coach.
    pub confidence: f64,
    /// Questions the coach asks.
    pub questions: u32,
    /// Questions asked by anybody.
    pub of: u32,
}

#[derive(Debug, Clone, Copy)]
struct Evidence {
    speaker: SpeakerId,
    score: f64,
    questions: u32,
    words: f64,
    selves: f64,
}

/// Works out the coach among `speakers`; `acts` are those of each utterance. `None` with fewer than
/// two speakers that say something.
#[must_use]
pub fn infer(
    speakers: &[SpeakerId],
    utterances: &[Utterance],
    acts: &[Vec<Act>],
) -> Option<Inference> {
    let mut evidence: Vec<Evidence> = speakers
        .iter()
        .map(|&speaker| weigh(speaker, utterances, acts))
        .filter(|evidence| evidence.words > 0.0)
        .collect();
    if evidence.len() < 2 {
        return None;
    }
    let rate = |e: &Evidence| 100.0 * e.selves / e.words.max(20.0);
    #[expect(clippy::cast_precision_loss, reason = "a handful of speakers")]
    let mean = evidence.iter().map(rate).sum::<f64>() / evidence.len() as f64;
    for one in &mut evidence {
        one.score -= SELF_PER_HUNDRED * (rate(one) - mean);
    }
    evidence.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.speaker.cmp(&b.speaker)));
    let ahead = (evidence[0].score - evidence[1].score).min(SUREST);
    Some(Inference {
        coach: evidence[0].speaker,
        confidence: 1.0 / (1.0 + (-ahead).exp()),
        questions: evidence[0].questions,
        of: evidence.iter().map(|one| one.questions).sum(),
    })
}

fn weigh(speaker: SpeakerId, utterances: &[Utterance], acts: &[Vec<Act>]) -> Evidence {
    let mut evidence = Evidence { speaker, score: 0.0, questions: 0, words: 0.0, selves: 0.0 };
    for (utterance, acts) in utterances.iter().zip(acts) {
        if utterance.speaker != speaker {
            continue;
        }
        for word in utterance.text.split_whitespace() {
            evidence.words += 1.0;
            evidence.selves += f64::from(u8::from(means_oneself(word, utterance.language)));
        }
        for act in acts.iter().filter(|act| act.confidence >= COUNTED) {
            evidence.score += match act.code {
                Code::Question { .. } => {
                    evidence.questions += 1;
                    QUESTION
                }
                Code::Reflection { .. } => REFLECTION,
                Code::Prescriptive { .. } => PRESCRIPTIVE,
                Code::Permission => PERMISSION,
                Code::Information { .. } | Code::Affirmation | Code::Backchannel => 0.0,
            };
        }
    }
    evidence
}

fn means_oneself(word: &str, language: Language) -> bool {
    let word = word.to_lowercase().replace('’', "'");
    let word = word.trim_matches(|letter: char| !letter.is_alphanumeric());
    match language {
        Language::En => {
            matches!(word, "i" | "my" | "me" | "myself" | "mine") || word.starts_with("i'")
        }
        Language::Fr => {
            matches!(word, "je" | "moi" | "mon" | "ma" | "mes" | "me")
                || word.starts_with("j'")
                || word.starts_with("m'")
        }
        Language::Other => false,
    }
}
