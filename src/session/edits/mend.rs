//! Mended words take over the times of those they replace.

use crate::session::{Ms, Span, Utterance, Word};

/// Puts `text` in the place of what was heard. Words that are the same at the start and at the end
/// keep their times; those between share the time of the ones they replace, by their length.
pub(super) fn mend(utterance: &mut Utterance, text: &str) {
    let mended: Vec<&str> = text.split_whitespace().collect();
    utterance.text = mended.join(" ");
    if utterance.words.is_empty() {
        return;
    }
    let heard = std::mem::take(&mut utterance.words);
    let same = |pair: &(&Word, &&str)| pair.0.text == **pair.1;
    let start = heard.iter().zip(&mended).take_while(same).count();
    let left = heard.len().min(mended.len()) - start;
    let end = heard.iter().rev().zip(mended.iter().rev()).take(left).take_while(same).count();
    let (old, new) = (&heard[start..heard.len() - end], &mended[start..mended.len() - end]);
    let room = room(&heard, start, end, old);
    utterance.words.extend_from_slice(&heard[..start]);
    if let Some(room) = room {
        utterance.words.extend(shared(new, room));
    }
    utterance.words.extend_from_slice(&heard[heard.len() - end..]);
}

/// The time of the replaced words; where none was replaced, from the middle of the word before to
/// the middle of the one after.
fn room(heard: &[Word], start: usize, end: usize, old: &[Word]) -> Option<Span> {
    if let (Some(first), Some(last)) = (old.first(), old.last()) {
        return Some(first.span.hull(last.span));
    }
    let middle = |word: &Word| Ms(u64::midpoint(word.span.start().0, word.span.end().0));
    let before = start.checked_sub(1).and_then(|at| heard.get(at));
    let after = heard.get(heard.len() - end);
    let from = before.map(middle).or_else(|| after.map(|word| word.span.start()))?;
    let to = after.map(middle).or_else(|| before.map(|word| word.span.end()))?;
    Span::new(from, to).or_else(|| before.or(after).map(|word| word.span))
}

fn shared(words: &[&str], room: Span) -> Vec<Word> {
    let size = |word: &str| u64::try_from(word.chars().count()).unwrap_or(1).max(1);
    let total: u64 = words.iter().map(|word| size(word)).sum::<u64>().max(1);
    let at = |before: u64| room.start() + Ms(room.length().0.saturating_mul(before) / total);
    let mut before = 0;
    let mut all = Vec::with_capacity(words.len());
    for word in words {
        let after = before + size(word);
        let span = Span::new(at(before), at(after)).unwrap_or(room);
        // A person wrote it: no model is sure of it or not.
        all.push(Word { text: (*word).to_owned(), span, confidence: None });
        before = after;
    }
    all
}
