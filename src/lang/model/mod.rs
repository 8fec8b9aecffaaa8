//! The learnt part of the engine: how likely a sentence asks, leaves open, prescribes, gives back.
//!
//! In: sentences with what the rules say of them. Out: acts. One linear model a language and mode
//! (with marks, by words alone), over the features of `features.rs`; its weights (`table.rs`) are
//! made by `scripts/train-coder`. The rules keep the veto where they are certain (`decide.rs`).

mod borders;
mod classes;
mod decide;
mod features;
mod hash;
mod table;

pub(super) use borders::cut;
pub use borders::{Borders, Gap, gaps};
pub use decide::Models;
pub(super) use decide::decide;
pub use features::{Feature, Features, Group};
pub use table::{HEADS, Head, Table, root};

/// The weights of one language and mode.
pub type Weights = Table<HEADS>;

use super::cues;
use super::text;
use super::{Act, CharSpan, Context, Part, leans_on_marks, parts};
use crate::session::Language;
use features::Around;

/// A sentence as training sees it.
#[derive(Debug, Clone)]
pub struct Example {
    /// Where it stands in its utterance.
    pub span: CharSpan,
    /// Whether it is read by its punctuation.
    pub marked: bool,
    /// What the rules say.
    pub acts: Vec<Act>,
    /// What the model sees.
    pub features: Features,
}

/// The sentences of an utterance as the model sees them; with `alone`, these characters are one
/// sentence whatever the cutting would make of them. `borders` cut what has no punctuation.
#[must_use]
pub fn examples(
    text: &str,
    language: Language,
    context: Context<'_>,
    alone: Option<CharSpan>,
    borders: Option<&Borders>,
) -> Vec<Example> {
    let Some(book) = cues::book(language) else { return Vec::new() };
    let words = text::words(text, language);
    let marked = leans_on_marks(&words, context);
    let alone = alone.and_then(|span| {
        let inside = |word: &text::Word| word.span.start < span.end && word.span.end > span.start;
        let from = words.iter().position(inside)?;
        let to = words.iter().rposition(inside)?;
        Some(from..to + 1)
    });
    let parts = parts(&words, book, marked, alone, borders.map(|borders| (borders, language)));
    let features = seen(&parts, language, context.before);
    parts
        .into_iter()
        .zip(features)
        .map(|(part, features)| Example { span: part.span, marked, acts: part.acts, features })
        .collect()
}

/// What the model sees of each part of an utterance.
fn seen(parts: &[Part<'_>], language: Language, before: Option<&str>) -> Vec<Features> {
    (0..parts.len())
        .map(|place| {
            let around = Around {
                earlier: place.checked_sub(1).map(|earlier| parts[earlier].acts.as_slice()),
                later: parts.get(place + 1).map(|later| later.acts.as_slice()),
                before,
            };
            features::read(&parts[place].clause, &parts[place].acts, around, language)
        })
        .collect()
}
