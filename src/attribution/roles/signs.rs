//! What a conversation shows of each speaker, as numbers that grow with being the coach or not.
//!
//! In: utterances and their acts. Out: [`Shown`] a speaker. Every number is a logarithm of a count
//! with something added, so that the difference of two speakers is the logarithm of a ratio: small
//! where little was counted, whatever the length, and the same in both languages, since acts and
//! persons are.

use crate::lang::{self, Act, Code, Openness};
use crate::session::{RoleSign, SpeakerId, Utterance};

/// Acts at or over this confidence are counted where a count is told (DESIGN §4).
const COUNTED: f64 = 0.5;

/// What is shown of one speaker.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// Whose.
    pub speaker: SpeakerId,
    /// Words said.
    pub words: f64,
    /// Questions asked.
    pub questions: u32,
    /// Acts a coach is known by: questions, and giving back, advising, asking leave.
    pub acts: u32,
    /// A number for each of [`RoleSign::ALL`].
    pub signs: [f64; RoleSign::COUNT],
}

#[derive(Debug, Clone, Default)]
struct Counts {
    words: f64,
    questions: u32,
    acts: u32,
    asks: f64,
    open: f64,
    answers: f64,
    oneself: f64,
    addressed: f64,
    advises: f64,
    gives_back: f64,
    leave: f64,
}

impl Counts {
    /// Adds the acts of an utterance; whether it asks.
    fn add(&mut self, acts: &[Act]) -> bool {
        let before = self.questions;
        for act in acts {
            let sure = act.confidence;
            let counted = u32::from(sure >= COUNTED);
            let sum = match act.code {
                Code::Question { pragmatic, .. } => {
                    self.questions += counted;
                    if pragmatic == Openness::Open {
                        self.open += sure;
                    }
                    &mut self.asks
                }
                Code::Prescriptive { .. } => &mut self.advises,
                Code::Permission => &mut self.leave,
                Code::Reflection { .. } => &mut self.gives_back,
                Code::Information { .. } | Code::Affirmation | Code::Backchannel => continue,
            };
            *sum += sure;
            self.acts += counted;
        }
        self.questions > before
    }

    fn signs(&self, opens: bool) -> [f64; RoleSign::COUNT] {
        [
            (self.asks + 1.0).ln(),
            (self.open + 1.0).ln(),
            (self.answers + 20.0).ln(),
            ((self.addressed + 2.0) / (self.oneself + 2.0)).ln(),
            (self.advises + 1.0).ln(),
            (self.gives_back + 1.0).ln(),
            (self.leave + 1.0).ln(),
            f64::from(u8::from(opens)),
        ]
    }
}

/// Looks at a conversation; `whole` says whether it is known from its beginning to its end.
#[must_use]
pub fn look(
    speakers: &[SpeakerId],
    utterances: &[Utterance],
    acts: &[Vec<Act>],
    whole: bool,
) -> Vec<Shown> {
    let mut counts = vec![Counts::default(); speakers.len()];
    let place = |id: SpeakerId| speakers.iter().position(|&one| one == id);
    let mut first = None;
    // Who asked in the turn before the one that is running.
    let (mut floor, mut asked): (Option<usize>, Option<usize>) = (None, None);
    for (utterance, acts) in utterances.iter().zip(acts) {
        let Some(own) = place(utterance.speaker) else { continue };
        #[expect(clippy::cast_precision_loss, reason = "words of one utterance")]
        let as_f64 = |count: u64| count as f64;
        let words = as_f64(lang::word_count(&utterance.text));
        let (oneself, addressed) = lang::persons(&utterance.text, utterance.language);
        let one = &mut counts[own];
        one.words += words;
        one.oneself += as_f64(oneself);
        one.addressed += as_f64(addressed);
        // A small word of listening takes no turn.
        if words == 0.0 || matches!(acts.first(), Some(Act { code: Code::Backchannel, .. })) {
            continue;
        }
        first = first.or(Some(own));
        if floor != Some(own) {
            floor = Some(own);
            asked = asked.filter(|&asker| asker != own);
        }
        let asks = one.add(acts);
        if let Some(asker) = asked.filter(|&asker| asker != own) {
            counts[asker].answers += words;
        }
        if asks {
            asked = Some(own);
        }
    }
    speakers
        .iter()
        .zip(&counts)
        .enumerate()
        .map(|(own, (&speaker, one))| Shown {
            speaker,
            words: one.words,
            questions: one.questions,
            acts: one.acts,
            signs: one.signs(whole && first == Some(own)),
        })
        .collect()
}
