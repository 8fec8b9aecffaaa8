//! Turns: who has the floor, and the small signs that do not take it.
//!
//! A *turn* is one speaker's speech, pauses under 2 s included, until the other says more than a
//! backchannel. For rates per turn, consecutive turns of one speaker with nothing but backchannels
//! between them are one *run* (DESIGN §2).
//!
//! A *backchannel* is at most three words, at most 1.2 s, all of the list, while the other keeps
//! the floor or resumes it within 1 s; an answer to a question or a word that opens a turn is none
//! (CODEBOOK §1, after MISC Facilitate and `SwDA` b). Speech-to-text drops them, so the timing
//! finds them and words confirm where there are any. Ours: the other must have spoken within 1 s
//! before, and with more than such a word; only a closed question can be answered by one.

use std::collections::BTreeMap;

use super::moments::COUNTED_FROM;
use super::scene::PlacedAct;
use crate::lang::{self, Code, Openness};
use crate::session::{Ms, Session, Span, SpeakerId, Speech, join};

/// A pause of this length ends a turn (DESIGN §2).
pub const TURN_PAUSE: Ms = Ms(2_000);
/// A longer stretch is no backchannel (CODEBOOK §1).
pub const BACKCHANNEL_LONGEST: Ms = Ms(1_200);
/// The other has the floor when they spoke this shortly before, and again this shortly after.
const FLOOR_KEPT: Ms = Ms(1_000);
/// A backchannel word this shortly after a closed question answers it. Ours.
const ANSWER_WITHIN: Ms = Ms(3_000);

/// One stretch of speech.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// When.
    pub span: Span,
    /// Whose.
    pub speaker: SpeakerId,
    /// The utterance it belongs to, by index, where words were heard in it.
    pub utterance: Option<usize>,
    /// It does not take the floor.
    pub backchannel: bool,
}

/// One turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Who has the floor.
    pub speaker: SpeakerId,
    /// From their first sound to their last; `None` without times.
    pub span: Option<Span>,
    /// Number of its run.
    pub run: usize,
}

/// The floor of a whole session.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Floor {
    /// Speech in order of time; empty without times.
    pub stretches: Vec<Stretch>,
    /// Turns in order of their start.
    pub turns: Vec<Turn>,
    /// Without times: the turn of each utterance, `None` for a backchannel.
    turn_of_utterance: Vec<Option<usize>>,
    /// Turns by speaker, in order.
    by_speaker: BTreeMap<SpeakerId, Vec<usize>>,
}

impl Floor {
    /// The turn of `speaker` at `time`, else the nearest one.
    #[must_use]
    pub fn turn_at(&self, speaker: SpeakerId, time: Ms) -> Option<usize> {
        let own = self.by_speaker.get(&speaker)?;
        let distance = |&turn: &usize| {
            let span = self.turns[turn].span?;
            Some(if time < span.start() {
                span.start().since(time)
            } else {
                time.since(span.end())
            })
        };
        let after = own.partition_point(|&turn| {
            self.turns[turn].span.is_some_and(|span| span.start() <= time)
        });
        own[after.saturating_sub(1)..(after + 1).min(own.len())]
            .iter()
            .min_by_key(|turn| distance(turn))
            .copied()
    }

    /// The turn an utterance belongs to in a session without times.
    #[must_use]
    pub fn turn_of(&self, utterance: usize) -> Option<usize> {
        self.turn_of_utterance.get(utterance).copied().flatten()
    }

    /// How many runs a speaker has: the denominator of rates per turn.
    #[must_use]
    pub fn runs(&self, speaker: SpeakerId) -> usize {
        let mut runs: Vec<usize> =
            self.turns.iter().filter(|turn| turn.speaker == speaker).map(|turn| turn.run).collect();
        runs.dedup();
        runs.len()
    }

    /// Start of the speaker's first turn of a later run.
    #[must_use]
    pub fn next_run_start(&self, speaker: SpeakerId, run: usize) -> Option<Ms> {
        let turn = self.turns.iter().find(|turn| turn.speaker == speaker && turn.run > run)?;
        turn.span.map(Span::start)
    }

    /// One speaker's speech without backchannels, in order.
    pub fn talk_of(&self, speaker: SpeakerId) -> impl Iterator<Item = &Stretch> {
        self.stretches.iter().filter(move |one| one.speaker == speaker && !one.backchannel)
    }

    fn push(&mut self, speaker: SpeakerId, span: Option<Span>) -> usize {
        let run = match self.turns.last() {
            Some(last) if last.speaker == speaker => last.run,
            Some(last) => last.run + 1,
            None => 0,
        };
        self.turns.push(Turn { speaker, span, run });
        self.by_speaker.entry(speaker).or_default().push(self.turns.len() - 1);
        self.turns.len() - 1
    }
}

/// The floor of a session without times: utterances in their order.
#[must_use]
pub fn by_order(session: &Session, acts: &[PlacedAct]) -> Floor {
    let said = &session.utterances;
    let mut asked = vec![false; said.len()];
    for placed in acts.iter().filter(|placed| placed.act.confidence >= COUNTED_FROM) {
        // The last question mark of an utterance decides whether a short word after it answers.
        if let Code::Question { pragmatic, .. } = placed.act.code {
            asked[placed.utterance] = pragmatic == Openness::Closed;
        }
    }
    let mut floor = Floor::default();
    let mut last: Option<usize> = None;
    for (index, one) in said.iter().enumerate() {
        let neighbours = index.checked_sub(1).and_then(|i| said.get(i)).zip(said.get(index + 1));
        let sign = neighbours.is_some_and(|(before, after)| {
            before.speaker != one.speaker
                && after.speaker == before.speaker
                && lang::is_backchannel(&one.text, one.language)
                && !asked[index - 1]
        });
        if sign {
            floor.turn_of_utterance.push(None);
            continue;
        }
        let turn = match last {
            Some(turn) if floor.turns[turn].speaker == one.speaker => turn,
            _ => floor.push(one.speaker, None),
        };
        last = Some(turn);
        floor.turn_of_utterance.push(Some(turn));
    }
    floor
}

/// The floor of a session with times.
#[must_use]
pub fn by_time(session: &Session, speech: &[Speech], acts: &[PlacedAct]) -> Floor {
    let mut stretches = with_words(session, speech);
    let signs = signs(session, &stretches, acts);
    for (stretch, sign) in stretches.iter_mut().zip(signs) {
        stretch.0.backchannel = sign;
    }
    let mut floor = Floor {
        stretches: stretches.into_iter().map(|(one, _)| one).collect(),
        ..Floor::default()
    };
    let mut last: Option<usize> = None;
    for index in 0..floor.stretches.len() {
        let Stretch { span, speaker, backchannel, .. } = floor.stretches[index];
        if backchannel {
            continue;
        }
        let goes_on =
            last.and_then(|turn| Some((turn, floor.turns[turn].span?))).filter(|&(turn, held)| {
                floor.turns[turn].speaker == speaker && span.start().since(held.end()) < TURN_PAUSE
            });
        if let Some((turn, held)) = goes_on {
            floor.turns[turn].span = Some(held.hull(span));
        } else {
            last = Some(floor.push(speaker, Some(span)));
        }
    }
    floor
}

/// What was heard inside a stretch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heard {
    Nothing,
    OnlySigns,
    More,
}

/// Stretches in order of time with the utterance each belongs to and what was heard in it.
fn with_words(session: &Session, speech: &[Speech]) -> Vec<(Stretch, Heard)> {
    // Every timed word of a speaker by its middle; an utterance without words stands for itself.
    let mut said: BTreeMap<SpeakerId, Vec<(Ms, usize, Option<usize>)>> = BTreeMap::new();
    for (index, one) in session.utterances.iter().enumerate() {
        let list = said.entry(one.speaker).or_default();
        for (nth, word) in one.words.iter().enumerate() {
            list.push((middle(word.span), index, Some(nth)));
        }
        if let (true, Some(span)) = (one.words.is_empty(), one.time()) {
            list.push((middle(span), index, None));
        }
    }
    for list in said.values_mut() {
        list.sort_unstable();
    }
    let mut stretches = Vec::with_capacity(speech.len());
    for one in &apart(speech) {
        let list = said.get(&one.speaker).map_or(&[][..], Vec::as_slice);
        let first = list.partition_point(|&(time, _, _)| time < one.span.start());
        let past = list.partition_point(|&(time, _, _)| time < one.span.end());
        let inside = &list[first..past];
        let utterance = inside.first().map(|&(_, index, _)| index).or_else(|| {
            let covers = |&index: &usize| {
                let utterance = &session.utterances[index];
                utterance.time().is_some_and(|time| time.overlap(one.span) > Ms::ZERO)
            };
            let near = &list[first.saturating_sub(1)..(past + 1).min(list.len())];
            near.iter().map(|&(_, index, _)| index).find(covers)
        });
        let heard = match utterance {
            None => Heard::Nothing,
            // Too long to be one: what was said does not matter.
            Some(_) if one.span.length() > BACKCHANNEL_LONGEST => Heard::More,
            Some(index) => {
                let whole = &session.utterances[index];
                // Word times are coarse: a stretch that none falls into has the utterance's words.
                let text = if whole.words.is_empty() || inside.is_empty() {
                    whole.text.clone()
                } else {
                    let word = |&(_, at, nth): &(Ms, usize, Option<usize>)| {
                        Some(session.utterances[at].words.get(nth?)?.text.as_str())
                    };
                    inside.iter().filter_map(word).collect::<Vec<_>>().join(" ")
                };
                // A sign drawn out over two stretches ("I … see.") is one as a whole.
                let is_sign = |text: &str| lang::is_backchannel(text, whole.language);
                if is_sign(&text) || is_sign(&whole.text) { Heard::OnlySigns } else { Heard::More }
            }
        };
        let stretch =
            Stretch { span: one.span, speaker: one.speaker, utterance, backchannel: false };
        stretches.push((stretch, heard));
    }
    stretches.sort_by_key(|(one, _)| (one.span, one.speaker));
    stretches
}

/// Speech in which no stretch touches another of the same speaker, whoever measured it.
fn apart(speech: &[Speech]) -> Vec<Speech> {
    let mut spans: BTreeMap<SpeakerId, Vec<Span>> = BTreeMap::new();
    for one in speech {
        spans.entry(one.speaker).or_default().push(one.span);
    }
    let joined = spans.into_iter().flat_map(|(speaker, spans)| {
        join(spans, Ms::ZERO).into_iter().map(move |span| Speech { span, speaker })
    });
    joined.collect()
}

fn middle(span: Span) -> Ms {
    Ms(u64::midpoint(span.start().0, span.end().0))
}

/// Which stretches are backchannels.
fn signs(session: &Session, all: &[(Stretch, Heard)], acts: &[PlacedAct]) -> Vec<bool> {
    let short: Vec<bool> = all
        .iter()
        .map(|(one, heard)| one.span.length() <= BACKCHANNEL_LONGEST && *heard != Heard::More)
        .collect();
    let mut closed: BTreeMap<SpeakerId, Vec<Ms>> = BTreeMap::new();
    for placed in acts.iter().filter(|placed| placed.act.confidence >= COUNTED_FROM) {
        if let (Code::Question { pragmatic: Openness::Closed, .. }, Some(at)) =
            (placed.act.code, placed.at)
        {
            closed.entry(placed.speaker).or_default().push(at.end());
        }
    }
    (0..all.len())
        .map(|index| {
            short[index] && is_sign(all, &short, index) && {
                let one = &all[index].0;
                let answers =
                    session.speakers.iter().filter(|s| s.id != one.speaker).any(|other| {
                        closed.get(&other.id).is_some_and(|ends| {
                            ends.iter().any(|&end| {
                                end <= one.span.start() + Ms(300)
                            && one.span.start().since(end) <= ANSWER_WITHIN
                            // Nothing more of the asker's between the question and the word.
                            && !all.iter().any(|(between, _)| {
                                between.speaker == other.id
                                    && between.span.start() > end
                                    && between.span.start() < one.span.start()
                            })
                            })
                        })
                    });
                !answers
            }
        })
        .collect()
}

/// Whether a short stretch stands while another has the floor, and neither opens nor continues a
/// turn of its own speaker.
fn is_sign(all: &[(Stretch, Heard)], short: &[bool], index: usize) -> bool {
    let one = &all[index].0;
    let (start, end) = (one.span.start(), one.span.end());
    // Looking back: the other's last talk, and one's own.
    let (mut held, mut own_before, mut others_since) = (None, None, false);
    for (at, (before, _)) in all[..index].iter().enumerate().rev() {
        if before.speaker == one.speaker {
            own_before = own_before.or(Some((before.span.end(), others_since)));
        } else if !short[at] {
            others_since = true;
            held = held.max(Some(before.span.end()));
        }
        // An hour-long stretch that still covers this one lies further back: 30 s is enough here.
        if start.since(before.span.start()) > Ms(30_000) && held.is_some() && own_before.is_some() {
            break;
        }
    }
    // Stretches that start with this one or inside it.
    let (mut own_after, mut other_after) = (None, None);
    for (at, (after, _)) in all.iter().enumerate().skip(index + 1) {
        if after.speaker == one.speaker {
            own_after = own_after.or(Some(after.span.start()));
        } else if !short[at] {
            other_after = other_after.or(Some(after.span));
        }
        if own_after.is_some() && other_after.is_some() {
            break;
        }
    }
    let Some(held) = held else { return false };
    let had_floor = held + FLOOR_KEPT >= start;
    let keeps = held > end;
    let resumes = other_after.is_some_and(|next| next.start() <= end + FLOOR_KEPT);
    let opens = !keeps
        && own_after.is_some_and(|own| {
            own.since(end) < TURN_PAUSE && other_after.is_none_or(|next| next.start() >= own)
        });
    let continues = own_before.is_some_and(|(before, others)| {
        start.since(before) < TURN_PAUSE && !others && held <= start
    });
    had_floor && (keeps || resumes) && !opens && !continues
}
