//! A quotation in pieces, the words that decided marked.
//!
//! In: a moment with its cues, whose offsets count characters of the utterance. Out: pieces of the
//! moment's own words, in order, which joined are those words.

use crate::analysis::Moment;
use crate::report::text::{clean, french_spaces};

/// A stretch of a quotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The words.
    pub text: String,
    /// Whether they decided.
    pub marked: bool,
}

/// The words of a moment, with its cues marked. Cues outside the words are passed over; ones that
/// overlap join.
#[must_use]
pub fn pieces(moment: &Moment, french: bool) -> Vec<Piece> {
    let text = display(moment.text.as_deref().unwrap_or_default(), french);
    let chars: Vec<char> = text.chars().collect();
    let mut marked = vec![false; chars.len()];
    if let Some(span) = moment.span {
        for cue in &moment.cues {
            let start = index(cue.span.start.saturating_sub(span.start));
            let end = index(cue.span.end.saturating_sub(span.start)).min(chars.len());
            if let Some(stretch) = marked.get_mut(start..end.max(start)) {
                stretch.fill(true);
            }
        }
    }
    runs(&chars, &marked).map(|(text, marked)| Piece { text, marked }).collect()
}

/// Words as they are shown: one safe line, French marks kept to their word. As many characters as
/// before.
#[must_use]
pub(crate) fn display(text: &str, french: bool) -> String {
    let text = clean(text);
    if french { french_spaces(&text) } else { text }
}

/// Stretches of characters of equal class.
pub(crate) fn runs<'a, T: Copy + PartialEq>(
    chars: &'a [char],
    classes: &'a [T],
) -> impl Iterator<Item = (String, T)> + 'a {
    let mut at = 0;
    std::iter::from_fn(move || {
        let class = *classes.get(at)?;
        let rest = classes.get(at..)?;
        let length = rest.iter().take_while(|&&other| other == class).count();
        let text = chars.get(at..at + length)?.iter().collect();
        at += length;
        Some((text, class))
    })
}

/// An offset as an index.
pub(crate) fn index(offset: u32) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
