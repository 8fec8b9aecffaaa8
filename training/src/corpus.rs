//! Documents as the model sees them, written and by words alone.

use train_coder::lang::model::{Borders, Example, Models, examples};
use train_coder::lang::{Context, Punctuation, code_with};

use crate::bars::{Said, of_acts};
use crate::data::{Doc, bare};

/// A document read once.
pub struct Read {
    /// Sentences as the program cuts them.
    pub engine: Vec<Example>,
    /// Sentences as they were coded, one a target.
    pub gold: Vec<Example>,
}

/// With punctuation, and without.
pub const MODES: [Punctuation; 2] = [Punctuation::Written, Punctuation::Missing];

/// Number of a mode.
pub fn number(mode: Punctuation) -> usize {
    usize::from(mode == Punctuation::Missing)
}

/// The document's text in a mode; offsets of the targets stay where `aligned`.
pub fn text(doc: &Doc, mode: Punctuation, aligned: bool) -> String {
    match (mode, &doc.asr) {
        (Punctuation::Written | Punctuation::Heard, _) => doc.text.clone(),
        (Punctuation::Missing, Some(asr)) if !aligned => asr.clone(),
        (Punctuation::Missing, _) => bare(&doc.text),
    }
}

fn before(doc: &Doc, mode: Punctuation) -> Option<String> {
    doc.before.as_deref().map(|before| match mode {
        Punctuation::Written | Punctuation::Heard => before.to_owned(),
        Punctuation::Missing => bare(before),
    })
}

/// What the program itself says of a document with these weights.
pub fn code(doc: &Doc, mode: Punctuation, models: Models<'_>) -> Vec<Said> {
    let before = before(doc, mode);
    let context = Context { punctuation: mode, before: before.as_deref(), melody: &[] };
    let whole = text(doc, mode, !matches!(doc.set, "fqb" | "parisstories"));
    let acts = code_with(&whole, doc.language, context, models);
    acts.iter().map(|act| of_acts(act.span, std::slice::from_ref(act))).collect()
}

/// Reads a document in a mode.
pub fn read(doc: &Doc, mode: Punctuation, borders: Option<&Borders>) -> Read {
    let before = before(doc, mode);
    let context = Context { punctuation: mode, before: before.as_deref(), melody: &[] };
    // Turns of AnnoMI are measured on their own unpunctuated text, coded sentences on ours.
    let whole = text(doc, mode, !matches!(doc.set, "fqb" | "parisstories"));
    let aligned = text(doc, mode, true);
    let gold = doc
        .targets
        .iter()
        .filter_map(|target| {
            let all = examples(&aligned, doc.language, context, Some(target.span), borders);
            all.into_iter()
                .find(|one| one.span.start < target.span.end && one.span.end > target.span.start)
        })
        .collect();
    Read { engine: examples(&whole, doc.language, context, None, borders), gold }
}
