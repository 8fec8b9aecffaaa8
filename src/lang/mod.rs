//! What is done with words: questions, prescriptive phrases and the rest, in English and French.
//!
//! In: the text of an utterance. Out: [`Act`]s with the words that show them. Pure: no files, no
//! clock. The cues are data (`en.toml`, `fr.toml`), each with examples that a test runs; what the
//! words of a sentence mean together is code. Definitions: CODEBOOK §1.
//!
//! The way of a text: `text` folds it to words that know their place, `sentences` cuts it,
//! `clause` finds the cues of `cues` and drops those that do not mean what they seem to, then
//! `question`, `prescriptive` and `listening` each say what they see. All positions that leave
//! this room are Unicode scalar values of the original text.

mod act;
mod clause;
#[cfg(test)]
mod codebook;
mod cues;
mod finder;
mod listening;
mod measures;
mod melody;
pub mod model;
mod prescriptive;
mod question;
mod reframe;
mod sentences;
mod text;

pub use act::{Act, CharSpan, Code, Cue, CueSpan, Openness, Push, QuestionForm};
pub use measures::{
    is_backchannel, is_unfinished, persons, punctuation, rather_french, same_question, sentences,
    word_count,
};
pub use melody::{Glide, RISE};
pub use reframe::reframings;

use crate::session::Language;
use clause::Clause;
use cues::Book;
use sentences::Sentence;
use text::{Mark, Word};

/// Whether a transcript's question marks can be leant on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Punctuation {
    /// Question marks are written where questions are asked.
    Written,
    /// The same, but speech-to-text wrote them: a question mark is to be believed, a full stop may
    /// stand where one is missing.
    Heard,
    /// They are mostly missing: only the words speak, and questions are under-counted.
    Missing,
}

/// What an utterance is read in the light of.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Whether question marks can be leant on in this recording.
    pub punctuation: Punctuation,
    /// What the other speaker said just before, where there is such a thing.
    pub before: Option<&'a str>,
    /// How the voice moves at the ends of words that pauses follow; empty where nothing was heard.
    pub melody: &'a [Glide],
}

/// Confidence that words of the list, alone, are a small sign of listening; the timing decides.
const BACKCHANNEL: f64 = 0.9;

/// Confidence from which an act is counted (DESIGN §4).
const COUNTED: f64 = 0.5;

/// Words from which an utterance without any mark at all is read by its words, whatever the
/// recording's punctuation: speech-to-text sometimes drops it for a stretch.
const UNMARKED_MIN_WORDS: usize = 5;

/// The acts of one utterance, in the order of their spans.
///
/// Empty for [`Language::Other`]: codes are withheld there.
#[must_use]
pub fn code(text: &str, language: Language, context: Context<'_>) -> Vec<Act> {
    code_with(text, language, context, model::Models::of(language))
}

/// The same with other weights than the program's own (their measuring).
#[must_use]
pub fn code_with(
    text: &str,
    language: Language,
    context: Context<'_>,
    models: model::Models<'_>,
) -> Vec<Act> {
    let Some(book) = cues::book(language) else { return Vec::new() };
    let words = text::words(text, language);
    if let Some(act) = backchannel(&words, book) {
        return vec![act];
    }
    let marked = leans_on_marks(&words, context);
    let borders = models.borders.map(|borders| (borders, language));
    let parts = parts(&words, book, marked, None, borders);
    let weights = if marked { models.marked } else { models.words };
    let again = if marked && context.punctuation == Punctuation::Heard {
        parts.iter().map(|part| bare(part, &words, book)).collect()
    } else {
        Vec::new()
    };
    let by_words = models.words.filter(|_| !again.is_empty()).map(|weights| (&again[..], weights));
    model::decide(&parts, by_words, language, weights, context)
}

/// The same sentence as if nothing had been punctuated.
fn bare<'b>(part: &Part<'_>, words: &'b [Word], book: &'b Book) -> Part<'b> {
    let from = words.partition_point(|word| word.span.end <= part.span.start);
    let to = words.partition_point(|word| word.span.start < part.span.end);
    let sentence = Sentence { words: from..to, mark: Mark::Nothing };
    let clause = Clause::of_sentence(&sentence, words, book, false);
    Part::new(part.span, clause)
}

/// A sentence as it is read.
struct Part<'b> {
    span: CharSpan,
    clause: Clause<'b>,
    /// What the rules say.
    acts: Vec<Act>,
}

impl<'b> Part<'b> {
    fn new(span: CharSpan, clause: Clause<'b>) -> Self {
        let acts = acts(span, &clause);
        Self { span, clause, acts }
    }
}

/// An utterance made only of small words of listening, as one act.
fn backchannel(words: &[Word], book: &Book) -> Option<Act> {
    listening::is_backchannel(words, book.lexicon).then(|| Act {
        span: Sentence { words: 0..words.len(), mark: Mark::Nothing }.span(words),
        code: Code::Backchannel,
        cues: Vec::new(),
        confidence: BACKCHANNEL,
    })
}

/// Whether this utterance is read by its punctuation.
fn leans_on_marks(words: &[Word], context: Context<'_>) -> bool {
    let bare = words.len() >= UNMARKED_MIN_WORDS
        && words.iter().all(|word| word.stop.is_none() && !word.pause)
        && !words[0].capital;
    context.punctuation != Punctuation::Missing && !bare
}

/// The sentences of an utterance, each with what the rules say of it. `alone` are words known to be
/// a sentence of their own, whatever the cutting would make of them (training).
fn parts<'b>(
    words: &'b [Word],
    book: &'b Book,
    marked: bool,
    alone: Option<std::ops::Range<usize>>,
    borders: Option<(&model::Borders, Language)>,
) -> Vec<Part<'b>> {
    let cut = |from: usize, to: usize| -> Vec<(Sentence, Clause<'b>)> {
        let stretch = &words[from..to];
        let whole = if marked {
            sentences::written(stretch)
        } else if let Some((borders, language)) = borders {
            model::cut(stretch, borders, language)
        } else {
            sentences::by_words(stretch, book.lexicon)
        };
        let moved = |s: Sentence| Sentence { words: s.words.start + from..s.words.end + from, ..s };
        whole
            .into_iter()
            .map(moved)
            .flat_map(|sentence| question::cut(&sentence, words, book, marked))
            .collect()
    };
    let sentences = match alone {
        None => cut(0, words.len()),
        Some(range) => {
            let last = words[range.clone()].last().and_then(|word| word.stop);
            let mark = last.map_or(Mark::Nothing, |(mark, _)| mark);
            let mut all = cut(0, range.start);
            let alone = Sentence { words: range.clone(), mark };
            let clause = Clause::of_sentence(&alone, words, book, marked);
            all.push((alone, clause));
            all.extend(cut(range.end, words.len()));
            all
        }
    };
    sentences
        .into_iter()
        .filter(|(sentence, _)| !sentence.words.is_empty())
        .map(|(sentence, clause)| Part::new(sentence.span(words), clause))
        .collect()
}

/// The acts of one sentence by the rules.
fn acts(span: CharSpan, clause: &Clause<'_>) -> Vec<Act> {
    let mut acts: Vec<Act> = Vec::new();
    let mut add = |code, cues, confidence| acts.push(Act { span, code, cues, confidence });
    let asked = question::read(clause);
    let pushed = prescriptive::read(
        clause,
        asked.as_ref().is_some_and(|asked| asked.form == QuestionForm::Indirect),
    );
    let permission = listening::permission(clause);
    let asks = asked.is_some();
    let says_more = pushed.is_none()
        && permission.is_none()
        && asked.as_ref().is_none_or(|asked| asked.confidence < COUNTED);
    if let Some(q) = asked {
        let code = Code::Question {
            form: q.form,
            pragmatic: q.pragmatic,
            strict: q.strict,
            leading: q.leading,
        };
        add(code, q.cues, q.confidence);
    }
    if let Some(p) = pushed {
        add(Code::Prescriptive { push: p.push }, p.cues, p.confidence);
    }
    if let Some((code, cues, confidence)) = permission {
        add(code, cues, confidence);
    }
    if says_more && let Some((code, cues, confidence)) = listening::statement(clause, asks) {
        acts.push(Act { span, code, cues, confidence });
    }
    acts
}
