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
mod listening;
mod measures;
mod prescriptive;
mod question;
mod sentences;
mod text;

pub use act::{Act, CharSpan, Code, Cue, CueSpan, Openness, Push, QuestionForm};
pub use measures::{
    is_backchannel, is_unfinished, punctuation, rather_french, same_question, sentences, word_count,
};

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
    let Some(book) = cues::book(language) else { return Vec::new() };
    let words = text::words(text, language);
    if listening::is_backchannel(&words, book.lexicon) {
        let span = Sentence { words: 0..words.len(), mark: Mark::Nothing }.span(&words);
        return vec![Act {
            span,
            code: Code::Backchannel,
            cues: Vec::new(),
            confidence: BACKCHANNEL,
        }];
    }
    let bare = words.len() >= UNMARKED_MIN_WORDS
        && words.iter().all(|word| word.stop.is_none() && !word.pause)
        && !words[0].capital;
    let marked = context.punctuation == Punctuation::Written && !bare;
    let whole =
        if marked { sentences::written(&words) } else { sentences::by_words(&words, book.lexicon) };
    whole
        .iter()
        .flat_map(|sentence| question::cut(sentence, &words, book, marked))
        .flat_map(|sentence| acts(&sentence, &words, book, marked))
        .collect()
}

/// The acts of one sentence.
fn acts(sentence: &Sentence, words: &[Word], book: &Book, marked: bool) -> Vec<Act> {
    let span = sentence.span(words);
    let part = &words[sentence.words.clone()];
    let clause = Clause::read(book, part, sentence.words.start, sentence.mark, marked);
    let mut acts: Vec<Act> = Vec::new();
    let mut add = |code, cues, confidence| acts.push(Act { span, code, cues, confidence });
    let asked = question::read(&clause);
    let pushed = prescriptive::read(
        &clause,
        asked.as_ref().is_some_and(|asked| asked.form == QuestionForm::Indirect),
    );
    let permission = listening::permission(&clause);
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
    if says_more && let Some((code, cues, confidence)) = listening::statement(&clause, asks) {
        acts.push(Act { span, code, cues, confidence });
    }
    acts
}
