//! What is neither asked nor advised: giving back, praise, facts, small signs of listening, and
//! leave to share.
//!
//! Source: CODEBOOK §1. A statement about the client without another cue gives back; one without
//! anybody in it informs; both are stated with a confidence that says so.

use super::clause::{Clause, Hit};
use super::cues::{Kind, Lexicon};
use super::text::{Mark, Word};
use super::{Code, Cue};

/// A code with what shows it.
pub(super) type Found = (Code, Vec<Cue>, f64);

/// Confidence of a rule that states none.
const USUAL: f64 = 0.75;

/// Confidence of a statement about the client without a cue of its own, and of one about things;
/// the share of them that the machine coders call so (development sentences).
const ABOUT_CLIENT: f64 = 0.6;
const ABOUT_THINGS: f64 = 0.52;

/// Fewest words of a statement that is taken for anything without a cue.
const STATEMENT_MIN_WORDS: usize = 4;

/// Fewest words of a statement about things that is taken for a fact without a cue; shorter ones are
/// mostly small talk and summaries without a verb.
const FACT_MIN_WORDS: usize = 7;

/// Most words of a backchannel (CODEBOOK §1).
const BACKCHANNEL_MAX_WORDS: usize = 3;

/// Whether `words` are at most three, all from the list.
pub(super) fn is_backchannel(words: &[Word], lexicon: &Lexicon) -> bool {
    let mut count = 0;
    let mut place = 0;
    while place < words.len() {
        count += 1;
        // The longest entry of the list that begins here: "mm-hmm" is one, "i see" two words.
        let longest = (1..=3).rev().find(|length| {
            let Some(run) = words.get(place..place + length) else { return false };
            let mut text = run[0].text.clone();
            for word in &run[1..] {
                text.push(' ');
                text.push_str(&word.text);
            }
            lexicon.backchannel.contains(&text)
        });
        let Some(length) = longest else { return false };
        let joined = words[place + 1..place + length]
            .iter()
            .filter(|word| !word.joined && !words[place].text.ends_with('\''))
            .count();
        count += joined;
        place += length;
        if count > BACKCHANNEL_MAX_WORDS {
            return false;
        }
    }
    count > 0
}

/// Leave asked for or the choice stressed.
pub(super) fn permission(clause: &Clause<'_>) -> Option<Found> {
    let hit = clause.of(Kind::Permission).next()?;
    Some((Code::Permission, vec![clause.cue(hit)], hit.rule.confidence.unwrap_or(USUAL)))
}

/// Praise, a statement given back, or a fact.
pub(super) fn statement(clause: &Clause<'_>, asked: bool) -> Option<Found> {
    let marked = clause.marked && clause.mark == Mark::Question;
    let found = |code: Code, hit: &Hit<'_>| {
        (code, vec![clause.cue(hit)], hit.rule.confidence.unwrap_or(USUAL))
    };
    if let Some(hit) = clause.of(Kind::Reflection).next()
        && (marked || clause.of(Kind::Affirmation).next().is_none())
    {
        return Some(found(Code::Reflection { checking: marked }, hit));
    }
    if asked || marked {
        return None;
    }
    if let Some(hit) = clause.of(Kind::Affirmation).next() {
        return Some(found(Code::Affirmation, hit));
    }
    if let Some(hit) = clause.of(Kind::Information).max_by_key(|hit| hit.rule.experience) {
        return Some(found(Code::Information { experience: hit.rule.experience }, hit));
    }
    if clause.words.len() < STATEMENT_MIN_WORDS
        || clause.has_frame("housekeeping")
        || clause.has_frame("small_talk")
    {
        return None;
    }
    if clause.has_frame("second_person") {
        return Some((Code::Reflection { checking: false }, Vec::new(), ABOUT_CLIENT));
    }
    (clause.words.len() >= FACT_MIN_WORDS && !clause.has_frame("first_person"))
        .then(|| (Code::Information { experience: false }, Vec::new(), ABOUT_THINGS))
}
