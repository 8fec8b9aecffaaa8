//! The sound of words that were given to another speaker than their voice.
//!
//! A stretch of speech is what was heard. Where the voices left open whose it is, a word in it that
//! belongs to another by the sentence it stands in takes its part of the stretch along, so that talk
//! times and quotations agree. Where the voice is sure it stays: word times are the less exact of the
//! two (`docs/decisions/0005-one-channel.md`).

use super::whose::overlap;
use crate::session::{Ms, Span, join};

/// What is left of a stretch on either side of a word that was moved is moved with it when it is
/// shorter than this: no speech is (`speakers`: a shorter stretch is a click).
const SLIVER: Ms = Ms(100);

/// A word's sound.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sound {
    /// Its speaker, an index into the voices.
    pub whose: usize,
    /// When.
    pub span: Span,
    /// Whether the voices leave open whose it is.
    pub open: bool,
}

/// Moves speech after `words`, which are in time order.
pub(super) fn follow(words: &[Sound], voices: &mut [Vec<Span>]) {
    let mut moves: Vec<(usize, Span)> = Vec::new();
    let mut going_on = false;
    for &Sound { whose: to, span, open } in words {
        let own = overlap(&voices[to], span);
        let others = voices.iter().enumerate().filter(|&(voice, _)| voice != to);
        let theirs: Ms = others.map(|(_, other)| overlap(other, span)).sum();
        let against = open && theirs > own;
        match moves.last_mut().filter(|(last, _)| going_on && *last == to) {
            Some((_, stretch)) if against => *stretch = stretch.hull(span),
            _ if against => moves.push((to, span)),
            _ => {}
        }
        going_on = against;
    }
    for (to, stretch) in moves {
        for voice in (0..voices.len()).filter(|&voice| voice != to) {
            let taken = take(&mut voices[voice], stretch);
            voices[to].extend(taken);
        }
        voices[to] = join(std::mem::take(&mut voices[to]), Ms::ZERO);
    }
}

/// Takes what lies in `stretch` out of `own`, with slivers beside it.
fn take(own: &mut Vec<Span>, stretch: Span) -> Vec<Span> {
    let mut taken = Vec::new();
    let mut left = Vec::new();
    for span in own.drain(..) {
        if span.overlap(stretch) == Ms::ZERO {
            left.push(span);
            continue;
        }
        let before = Span::new(span.start(), stretch.start()).filter(|s| s.length() >= SLIVER);
        let after = Span::new(stretch.end(), span.end()).filter(|s| s.length() >= SLIVER);
        let from = before.map_or(span.start(), Span::end);
        let to = after.map_or(span.end(), Span::start);
        left.extend(before);
        taken.extend(Span::new(from, to));
        left.extend(after);
    }
    *own = left;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: u64, end: u64) -> Span {
        Span::new(Ms(start), Ms(end)).unwrap()
    }

    fn open(whose: usize, start: u64, end: u64) -> Sound {
        Sound { whose, span: span(start, end), open: true }
    }

    #[test]
    fn where_the_voice_is_sure_its_sound_stays() {
        let mut voices = vec![vec![span(0, 600)], vec![span(600, 2_000)]];
        let before = voices.clone();
        follow(&[Sound { open: false, ..open(0, 620, 900) }], &mut voices);
        assert_eq!(voices, before);
    }

    #[test]
    fn doubtful_words_take_their_sound_along() {
        let mut voices = vec![vec![span(0, 600)], vec![span(600, 2_000)]];
        let words =
            [open(0, 0, 300), open(0, 620, 900), open(0, 900, 1_200), open(1, 1_250, 1_900)];
        follow(&words, &mut voices);
        assert_eq!(voices, [vec![span(0, 1_200)], vec![span(1_200, 2_000)]]);
    }

    #[test]
    fn a_short_sign_without_words_keeps_its_voice() {
        let mut voices = vec![vec![span(0, 900), span(1_400, 2_000)], vec![span(1_000, 1_300)]];
        let before = voices.clone();
        follow(&[open(0, 0, 300), open(0, 1_450, 1_900)], &mut voices);
        assert_eq!(voices, before);
    }

    #[test]
    fn where_both_speak_the_word_keeps_its_own_sound() {
        let mut voices = vec![vec![span(0, 900)], vec![span(0, 900)]];
        let before = voices.clone();
        follow(&[open(1, 100, 400)], &mut voices);
        assert_eq!(voices, before);
    }
}
