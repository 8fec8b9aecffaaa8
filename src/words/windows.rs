//! Packing speech into windows for the speech-to-text model, and mapping times back.
//!
//! Whisper reads 30 seconds at a time and costs the same for one second as for thirty, and it
//! invents text where nobody speaks. So the speech of one speaker is packed into windows, silence
//! left out. Three rules, each of which cost somebody days (DESIGN §7):
//!
//! * between two packed stretches 300 ms stay without speech, or words run together;
//! * a cut falls in a pause, never inside speech: a stretch that is longer than a window is cut
//!   where its channel is quietest;
//! * times are mapped back piece by piece, and a word belongs to the piece that holds its middle.

use serde::{Deserialize, Serialize};

use crate::session::{Ms, Span, SpeakerId};

/// Longest window. Under whisper's 30 s, so that its end is never taken for a cut: at exactly 30 s a
/// second encoder pass is run when the last time falls short.
pub const WINDOW: Ms = Ms(28_000);

/// Longest silence between packed stretches, beside their margins: shorter pauses are kept as they
/// are. Stretches are at least [`SPEECH_PAUSE`](crate::session::SPEECH_PAUSE) apart, so with their
/// margins there are always 300 ms between the speech of two pieces.
const LONGEST_SILENCE: Ms = Ms(400);

/// Sound kept on both sides of a stretch: voice activity starts and ends a little inside speech.
/// whisper.cpp's own voice activity pads 30 ms, faster-whisper 400 ms; consonants live here. Of
/// margins of 120 and 200 ms with silences of 200, 400 and 500 ms, 120 and 400 gave the fewest word
/// errors together with few windows (`docs/decisions/0002-word-times.md`).
const MARGIN: Ms = Ms(120);

/// Where a stretch longer than a window may be cut: the quietest place in the last part of it.
const CUT_FROM: Ms = Ms(18_000);

/// Silence between the pieces of two speakers in one window: several times the error of word times,
/// so that no word changes its speaker.
const BETWEEN_SPEAKERS: Ms = Ms(1000);

/// A stretch of one speaker's channel inside a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Whose speech, where that is known before it is heard.
    pub speaker: Option<SpeakerId>,
    /// Which sound it is read from, from 0: a channel of the recording, or a track.
    pub take: u16,
    /// Where it is in the recording, margins included.
    pub source: Span,
    /// The speech in it: words are clamped to this.
    pub speech: Span,
    /// Where it starts in the window.
    #[serde(rename = "at_ms")]
    pub at: Ms,
}

/// What is handed to the model in one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The pieces, apart from each other by silence; each speaker's in time order.
    pub pieces: Vec<Piece>,
}

impl Window {
    /// How long the window is.
    #[must_use]
    pub fn length(&self) -> Ms {
        self.pieces.last().map_or(Ms::ZERO, |last| last.at + last.source.length())
    }

    /// How much speech is in it.
    #[must_use]
    pub fn speech(&self) -> Ms {
        self.pieces.iter().map(|piece| piece.speech.length()).sum()
    }

    /// The same window of a recording whose clock starts `by` earlier.
    #[must_use]
    pub fn later(mut self, by: Ms) -> Self {
        for piece in &mut self.pieces {
            piece.source = piece.source.later(by);
            piece.speech = piece.speech.later(by);
        }
        self
    }

    /// The index of the piece that holds `time`, or is nearest to it.
    #[must_use]
    pub fn piece_at(&self, time: Ms) -> Option<usize> {
        let away =
            |piece: &Piece| piece.at.since(time) + time.since(piece.at + piece.source.length());
        (0..self.pieces.len()).min_by_key(|&index| away(&self.pieces[index]))
    }
}

/// Packs the speech of one speaker into windows, in time order.
///
/// `duration` bounds the margins; `quietest` says where in a stretch its channel is quietest.
pub fn pack(
    speaker: Option<SpeakerId>,
    take: u16,
    speech: &[Span],
    duration: Ms,
    quietest: &dyn Fn(Span) -> Ms,
) -> Vec<Window> {
    let mut windows: Vec<Window> = Vec::new();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut filled = Ms::ZERO;
    for part in parts(speech, quietest) {
        let source = margins(part.span, duration, &part);
        let pause = pieces.last().map_or(Ms::ZERO, |last: &Piece| {
            source.start().since(last.source.end()).min(LONGEST_SILENCE)
        });
        if !pieces.is_empty() && filled + pause + source.length() > WINDOW {
            windows.push(Window { pieces: std::mem::take(&mut pieces) });
            filled = Ms::ZERO;
        }
        let at = if pieces.is_empty() { Ms::ZERO } else { filled + pause };
        pieces.push(Piece { speaker, take, source, speech: part.span, at });
        filled = at + source.length();
    }
    if !pieces.is_empty() {
        windows.push(Window { pieces });
    }
    windows
}

/// Puts what is left over of one speaker, a window that is not full, together with what is left over
/// of another: a window costs the same however full it is.
#[must_use]
pub fn share_leftovers(by_speaker: Vec<Vec<Window>>) -> Vec<Window> {
    let mut windows = Vec::new();
    let mut leftovers: Vec<Window> = Vec::new();
    for mut own in by_speaker {
        let Some(last) = own.pop() else { continue };
        windows.append(&mut own);
        let shared = leftovers
            .iter_mut()
            .find(|other| other.length() + BETWEEN_SPEAKERS + last.length() <= WINDOW);
        match shared {
            Some(window) => {
                let from = window.length() + BETWEEN_SPEAKERS;
                window.pieces.extend(
                    last.pieces.into_iter().map(|piece| Piece { at: piece.at + from, ..piece }),
                );
            }
            None => leftovers.push(last),
        }
    }
    windows.append(&mut leftovers);
    windows.sort_by_key(|window| window.pieces.first().map(|piece| piece.source));
    windows
}

/// A stretch short enough for a window, and how far its margins may reach.
struct Part {
    span: Span,
    free_before: Ms,
    free_after: Ms,
}

fn parts(speech: &[Span], quietest: &dyn Fn(Span) -> Ms) -> Vec<Part> {
    let longest = Ms(WINDOW.0 - 2 * MARGIN.0);
    let mut parts: Vec<Part> = Vec::new();
    for (index, &stretch) in speech.iter().enumerate() {
        let free_before = index
            .checked_sub(1)
            .map_or(stretch.start(), |before| stretch.start().since(speech[before].end()));
        let free_after =
            speech.get(index + 1).map_or(MARGIN, |after| after.start().since(stretch.end()));
        let mut rest = stretch;
        let mut before = free_before;
        while rest.length() > longest {
            let search = Span::new(rest.start() + CUT_FROM, rest.start() + longest);
            let cut = search.map_or(rest.start() + longest, quietest);
            let (Some(head), Some(tail)) =
                (Span::new(rest.start(), cut), Span::new(cut, rest.end()))
            else {
                break;
            };
            parts.push(Part { span: head, free_before: before, free_after: Ms::ZERO });
            rest = tail;
            before = Ms::ZERO;
        }
        parts.push(Part { span: rest, free_before: before, free_after });
    }
    parts
}

/// Widens a part by the margins, never into half of the pause that a neighbour may want.
fn margins(span: Span, duration: Ms, part: &Part) -> Span {
    let before = MARGIN.min(Ms(part.free_before.0 / 2));
    let after = MARGIN.min(Ms(part.free_after.0 / 2));
    let end = (span.end() + after).min(duration.max(span.end()));
    Span::new(span.start().since(before), end).unwrap_or(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: u64, end: u64) -> Span {
        Span::new(Ms(start), Ms(end)).unwrap()
    }

    fn packed(speech: &[Span]) -> Vec<Window> {
        pack(Some(SpeakerId(1)), 0, speech, Ms(10_000_000), &|stretch| {
            Ms(u64::midpoint(stretch.start().0, stretch.end().0))
        })
    }

    #[test]
    fn no_window_is_longer_than_the_model_reads_and_no_speech_is_lost() {
        let speech: Vec<Span> =
            (0..200).map(|n| span(n * 7_000, n * 7_000 + 300 + (n * 97) % 6_000)).collect();
        let windows = packed(&speech);
        assert!(windows.iter().all(|window| window.length() <= WINDOW));
        let total: Ms = windows.iter().map(Window::speech).sum();
        assert_eq!(total, speech.iter().map(|stretch| stretch.length()).sum());
    }

    #[test]
    fn a_long_stretch_is_cut_where_it_is_quietest() {
        let windows = packed(&[span(1_000, 61_000)]);
        assert!(windows.len() >= 3);
        assert_eq!(windows[0].pieces[0].speech.end(), windows[1].pieces[0].speech.start());
        assert!(windows.iter().all(|window| window.length() <= WINDOW));
    }

    #[test]
    fn packed_stretches_are_apart_and_a_time_finds_its_piece() {
        let windows = packed(&[span(10_000, 12_000), span(40_000, 41_000)]);
        assert_eq!(windows.len(), 1);
        let [first, second] = windows[0].pieces[..] else { panic!("two pieces") };
        let speech_end = first.at + first.speech.end().since(first.source.start());
        let next_speech = second.at + second.speech.start().since(second.source.start());
        assert!(next_speech.since(speech_end) >= Ms(300));
        assert_eq!(windows[0].piece_at(second.at + Ms(300)), Some(1));
        assert_eq!(windows[0].piece_at(second.at.since(Ms(50))), Some(1));
        assert_eq!(windows[0].piece_at(Ms(100)), Some(0));
    }

    #[test]
    fn what_is_left_over_of_two_speakers_shares_a_window() {
        let of = |speaker: u8, speech: &[Span]| {
            pack(Some(SpeakerId(speaker)), u16::from(speaker - 1), speech, Ms(1_000_000), &|s| {
                s.start()
            })
        };
        let coach = of(1, &[span(0, 27_000), span(60_000, 64_000)]);
        let client = of(2, &[span(30_000, 41_000)]);
        let windows = share_leftovers(vec![coach, client]);
        assert_eq!(windows.len(), 2);
        let [first, second] = windows[1].pieces[..] else { panic!("two pieces") };
        assert_eq!((first.speaker, second.speaker), (Some(SpeakerId(1)), Some(SpeakerId(2))));
        assert!(second.at.since(first.at + first.source.length()) >= Ms(1_000));
        let full = of(2, &[span(0, 26_000)]);
        assert_eq!(share_leftovers(vec![of(1, &[span(0, 9_000)]), full]).len(), 2);
    }

    #[test]
    fn margins_never_reach_into_a_neighbour() {
        let windows = packed(&[span(10_000, 12_000), span(12_100, 13_000)]);
        let [first, second] = windows[0].pieces[..] else { panic!("two pieces") };
        assert!(first.source.end() <= second.source.start());
    }
}
