//! Questions: whether a clause asks, in which form, and how open it leaves the answer.
//!
//! Source: CODEBOOK §1 (open, closed, leading questions and "how trained coders resolve what is
//! ambiguous"). With question marks a cue says of what form and how open a question is; without
//! them only cues that ask by themselves count. Of several cues in one clause the first decides,
//! unless one of lower rank stands within [`NEAR_WORDS`] of it ("can you tell me what …").

use std::ops::Range;

use super::clause::{Clause, Hit};
use super::cues::{Asks, Book, Kind};
use super::sentences::Sentence;
use super::text::{Mark, Word};
use super::{Cue, Openness, QuestionForm};

/// A question as found.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub form: QuestionForm,
    pub pragmatic: Openness,
    pub strict: Openness,
    pub leading: bool,
    pub cues: Vec<Cue>,
    pub confidence: f64,
}

/// Cues this close to the first one compete with it by rank.
const NEAR_WORDS: usize = 4;

/// Rank from which a cue decides only where there is no other: tags, "any …".
const WEAK_RANK: u8 = 9;

/// Fewest words of a question without its mark.
const UNMARKED_MIN_WORDS: usize = 2;

/// Confidence with a cue and a question mark; a cue alone; no cue; a statement given back with a
/// rising tone, which half of trained coders call a question (CODEBOOK §1), so it is not counted.
const SURE: f64 = 0.92;
const BY_WORDS: f64 = 0.7;
const BY_MARK: f64 = 0.62;
const GIVEN_BACK: f64 = 0.4;

/// What the clause asks, if it asks.
pub(super) fn read(clause: &Clause<'_>) -> Option<Asked> {
    if clause.words.is_empty() || clause.has_frame("tag_only") {
        return None;
    }
    let marked = clause.marked && clause.mark == Mark::Question;
    let mut hits: Vec<&Hit<'_>> =
        clause.of(Kind::Question).filter(|hit| marked || asks_here(clause, hit)).collect();
    if !marked && clause.words.len() < UNMARKED_MIN_WORDS {
        hits.retain(|hit| hit.rule.asks == Asks::Always);
    }
    hits.sort_by_key(|hit| (hit.from, hit.rule.rank));
    let strong = hits.iter().find(|hit| hit.rule.rank < WEAK_RANK);
    let gives_back = clause.of(Kind::Reflection).next().is_some();
    let Some(first) = strong else {
        return match hits.iter().min_by_key(|hit| (hit.rule.rank, !hit.rule.leading, hit.from)) {
            Some(tag) if marked || tag.rule.asks == Asks::Always => {
                Some(tagged(clause, tag, gives_back))
            }
            _ if marked => by_mark(clause, gives_back),
            _ => None,
        };
    };
    let chosen = hits
        .iter()
        .filter(|hit| hit.from <= first.from + NEAR_WORDS && hit.rule.rank < WEAK_RANK)
        .min_by_key(|hit| (hit.rule.rank, hit.from))
        .unwrap_or(first);
    Some(by_cue(clause, chosen, &hits, marked))
}

/// Whether a cue asks where it stands, without a question mark.
fn asks_here(clause: &Clause<'_>, hit: &Hit<'_>) -> bool {
    match hit.rule.asks {
        Asks::Always => true,
        Asks::Marked => false,
        Asks::Opening if clause.marked => hit.from <= clause.head,
        Asks::Opening => {
            clause.opens[hit.from]
                || hit.rule.form == QuestionForm::Wh
                || !clause.frame_before("glues", hit.from, 0)
        }
    }
}

fn by_cue(clause: &Clause<'_>, chosen: &Hit<'_>, hits: &[&Hit<'_>], marked: bool) -> Asked {
    let rule = chosen.rule;
    let (mut form, mut pragmatic, mut strict) = (rule.form, rule.openness, rule.strict);
    let choice = clause.has_frame("choice");
    if choice && form == QuestionForm::YesNo && pragmatic == Openness::Closed {
        form = QuestionForm::Alternative;
    } else if clause.has_frame("offered") && form == QuestionForm::Wh {
        (form, pragmatic, strict) = (QuestionForm::Alternative, Openness::Closed, Openness::Closed);
    }
    let leading = hits.iter().any(|hit| hit.rule.leading);
    let base = if marked { SURE } else { BY_WORDS };
    let mut cues = vec![clause.cue(chosen)];
    cues.extend(
        hits.iter()
            .filter(|hit| hit.rule.leading && hit.rule.id != rule.id)
            .map(|hit| clause.cue(hit)),
    );
    Asked {
        form,
        pragmatic,
        strict,
        leading,
        cues,
        confidence: rule.confidence.map_or(base, |own| own.min(base)),
    }
}

/// A statement with a tag: a question, unless it gives back and the tag says little ("right?").
fn tagged(clause: &Clause<'_>, tag: &Hit<'_>, gives_back: bool) -> Asked {
    let light = tag.rule.name() == "tag_light";
    Asked {
        form: tag.rule.form,
        pragmatic: tag.rule.openness,
        strict: tag.rule.strict,
        leading: tag.rule.leading && !clause.has_frame("gives_back"),
        cues: vec![clause.cue(tag)],
        confidence: if light && gives_back { GIVEN_BACK } else { 0.75 },
    }
}

/// A statement with a question mark.
fn by_mark(clause: &Clause<'_>, gives_back: bool) -> Option<Asked> {
    if clause.words.len() <= 1 {
        return None;
    }
    let verbless = clause.words.len() <= 4 && !clause.has_frame("subject_anywhere");
    Some(Asked {
        form: if verbless { QuestionForm::Fragment } else { QuestionForm::Declarative },
        pragmatic: Openness::Closed,
        strict: Openness::Closed,
        leading: false,
        cues: Vec::new(),
        confidence: if gives_back { GIVEN_BACK } else { BY_MARK },
    })
}

/// Cuts a sentence where a question begins: each of several questions in one breath is an act of
/// its own, and without punctuation a question is cut off from what is said before it.
pub(super) fn cut<'b>(
    sentence: &Sentence,
    words: &'b [Word],
    book: &'b Book,
    marked: bool,
) -> Vec<(Sentence, Clause<'b>)> {
    let whole = Clause::of_sentence(sentence, words, book, marked);
    let cuts = cuts(&whole, book, marked);
    if cuts.is_empty() {
        return vec![(sentence.clone(), whole)];
    }
    divide(sentence, &whole, &cuts)
        .into_iter()
        .map(|part| {
            let clause = Clause::of_sentence(&part, words, book, marked);
            (part, clause)
        })
        .collect()
}

/// Words of the clause before which it is cut.
fn cuts(clause: &Clause<'_>, book: &Book, marked: bool) -> Vec<usize> {
    if marked && clause.mark != Mark::Question {
        return Vec::new();
    }
    let mut starts: Vec<usize> = clause
        .of(Kind::Question)
        .filter(|hit| {
            hit.rule.rank < WEAK_RANK
                && match hit.rule.asks {
                    // « …, et avec qui ? »: after a pause a wh-word asks again.
                    Asks::Marked => {
                        marked && clause.opens[hit.from] && hit.rule.form == QuestionForm::Wh
                    }
                    Asks::Always | Asks::Opening => {
                        clause.opens[hit.from] || !marked && asks_here(clause, hit)
                    }
                }
        })
        .map(|hit| hit.from)
        .collect();
    starts.sort_unstable();
    starts.dedup();
    let mut cuts: Vec<usize> = Vec::new();
    let mut asked: Option<usize> = None;
    for start in starts {
        let left = cuts.last().copied().unwrap_or(0);
        let start_at = back_over_markers(clause, start, book);
        let alternative =
            clause.words[start_at..=start].iter().any(|w| w.text == "or" || w.text == "ou");
        let far = asked.is_some_and(|before| start_at >= before + 2);
        let free = !marked && asked.is_none() && start_at >= left + 3;
        if (far && (!marked || clause.words[start_at].pause) || free) && !alternative {
            cuts.push(start_at);
        }
        asked = Some(start);
    }
    cuts
}

/// First of the markers that lead into `start`.
fn back_over_markers(clause: &Clause<'_>, start: usize, book: &Book) -> usize {
    let mut place = start;
    while place > 0
        && !clause.words[place].pause
        && book.lexicon.breaks.contains(&clause.words[place - 1].text)
    {
        place -= 1;
    }
    place
}

fn divide(sentence: &Sentence, clause: &Clause<'_>, cuts: &[usize]) -> Vec<Sentence> {
    let mut edges: Vec<usize> = vec![sentence.words.start];
    edges.extend(
        cuts.iter()
            .filter_map(|cut| clause.places.get(*cut))
            .filter(|p| **p > sentence.words.start),
    );
    edges.push(sentence.words.end);
    edges.dedup();
    edges
        .windows(2)
        .map(|pair| {
            let words: Range<usize> = pair[0]..pair[1];
            Sentence { words, mark: sentence.mark }
        })
        .collect()
}
