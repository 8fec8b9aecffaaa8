//! The windows of a recording, heard: each by one listener, several listeners at once, results in
//! the order of the windows.
//!
//! A window's words depend on its samples and the language only. What looks wrong is heard again:
//! a loop or a doubtful reading at a higher temperature, and speech that got no words (Whisper skips
//! stretches, and swallows short answers between others) once more in a window of its own.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

use serde::{Deserialize, Serialize};

use super::guard::{doubtful, find_loop, fold, is_credit};
use super::{EngineFailed, Hearing, Listen, Piece, RawWord, Transcribe, Window};
use crate::progress::{Cancel, Progress, Stage};
use crate::session::{Language, Ms, Span, SpeakerId, Word};

/// What was heard in one window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeardWindow {
    /// Its place among the windows, from 0.
    pub index: usize,
    /// The words, on the session's clock.
    pub words: Vec<HeardWord>,
    /// Words left out because they were invented: credits, or a phrase said over and over.
    pub invented: u32,
}

/// A word and whose it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeardWord {
    /// Who says it, where that is known before it is heard.
    pub speaker: Option<SpeakerId>,
    /// The word.
    #[serde(flatten)]
    pub word: Word,
}

/// The windows of one recording and how to hear them.
pub struct Job<'a, E> {
    /// The windows, in the order the results are wanted.
    pub windows: &'a [Window],
    /// The language of the recording.
    pub language: Language,
    /// Windows heard before, by index: they are not heard again.
    pub done: BTreeMap<usize, HeardWindow>,
    /// How many listeners at once.
    pub listeners: usize,
    /// Gives the samples of a window, from −1 to 1 at 16 kHz.
    pub samples: &'a (dyn Fn(&Window) -> Result<Vec<f32>, E> + Sync),
    /// Turns a failure of the engine at a time of the session into the caller's error.
    pub failed: &'a (dyn Fn(EngineFailed, Ms) -> E + Sync),
}

/// Temperatures of second tries: OpenAI's.
const TEMPERATURES: [f32; 4] = [0.2, 0.4, 0.6, 0.8];

/// Speech without a word for this long inside a piece is heard again. A slow word takes a second.
const HOLE: Ms = Ms(2500);

/// A piece of at least this much speech that got no word is heard again. Shorter ones are mostly
/// breaths and noises that voice activity took for speech.
const WORDLESS: Ms = Ms(600);

/// Hears every window that is not done. `keep` is told of each as it is finished, on the calling
/// thread, in no order; it is where a caller writes to disk.
///
/// # Errors
/// The engine or `samples` failed, or `keep` did. `Ok(None)` when `cancel` asked to stop; what was
/// kept until then stays kept.
pub fn transcribe<E: Send>(
    engine: &dyn Transcribe,
    job: Job<'_, E>,
    progress: &dyn Progress,
    cancel: &dyn Cancel,
    mut keep: impl FnMut(&HeardWindow) -> Result<(), E>,
) -> Result<Option<Vec<HeardWindow>>, E> {
    let Job { windows, language, mut done, listeners, samples, failed } = job;
    let todo: Vec<usize> = (0..windows.len()).filter(|index| !done.contains_key(index)).collect();
    for heard in done.values() {
        progress
            .advance(Stage::Transcribe, windows.get(heard.index).map_or(Ms::ZERO, Window::speech));
    }
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let (sender, results) = mpsc::channel::<Result<HeardWindow, E>>();
    let mut first_error = None;
    std::thread::scope(|scope| {
        for _ in 0..listeners.clamp(1, todo.len().max(1)) {
            let (sender, todo, next, stop) = (sender.clone(), &todo, &next, &stop);
            scope.spawn(move || {
                let mut listener = match engine.listener() {
                    Ok(listener) => listener,
                    Err(error) => {
                        drop(sender.send(Err(failed(error, Ms::ZERO))));
                        return;
                    }
                };
                while !stop.load(Ordering::Relaxed) && !cancel.cancelled() {
                    let Some(&index) = todo.get(next.fetch_add(1, Ordering::Relaxed)) else {
                        break;
                    };
                    let mut worker = Worker { listener: &mut *listener, language, samples, failed };
                    if sender.send(worker.window(index, &windows[index])).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for result in results {
            let kept = result.and_then(|heard| {
                progress.advance(Stage::Transcribe, windows[heard.index].speech());
                keep(&heard)?;
                done.insert(heard.index, heard);
                Ok(())
            });
            if let Err(error) = kept {
                stop.store(true, Ordering::Relaxed);
                first_error.get_or_insert(error);
            }
        }
    });
    if let Some(error) = first_error {
        return Err(error);
    }
    let complete = done.len() == windows.len();
    Ok(complete.then(|| done.into_values().collect()))
}

struct Worker<'a, E> {
    listener: &'a mut dyn Listen,
    language: Language,
    samples: &'a (dyn Fn(&Window) -> Result<Vec<f32>, E> + Sync),
    failed: &'a (dyn Fn(EngineFailed, Ms) -> E + Sync),
}

impl<E> Worker<'_, E> {
    fn window(&mut self, index: usize, window: &Window) -> Result<HeardWindow, E> {
        let first = self.placed(window)?;
        let (mut words, mut invented) = (first.words, first.invented);
        if let Some(rest) = unheard(window, &words) {
            let second = self.placed(&rest)?;
            words.extend(second.words);
            invented += second.invented;
            words.sort_by_key(|heard| (heard.speaker, heard.word.span));
        }
        Ok(HeardWindow { index, words, invented })
    }

    /// The words of a window on the session's clock, invented ones left out.
    fn placed(&mut self, window: &Window) -> Result<Placed, E> {
        let hearing = self.best(window)?;
        Ok(place(window, hearing))
    }

    /// The first reading that does not look wrong, else the likeliest.
    fn best(&mut self, window: &Window) -> Result<Hearing, E> {
        let at = window.pieces.first().map_or(Ms::ZERO, |piece| piece.source.start());
        let sound = (self.samples)(window)?;
        let seconds = window.speech().seconds();
        let mut hear = |temperature| {
            self.listener
                .hear(&sound, self.language, temperature)
                .map_err(|error| (self.failed)(error, at))
        };
        let mut best = hear(0.0)?;
        if !doubtful(&best, seconds) {
            return Ok(best);
        }
        for temperature in TEMPERATURES {
            let again = hear(temperature)?;
            if !doubtful(&again, seconds) {
                return Ok(again);
            }
            if again.log_probability > best.log_probability {
                best = again;
            }
        }
        Ok(best)
    }
}

struct Placed {
    words: Vec<HeardWord>,
    invented: u32,
}

/// Gives each word its piece and its time, drops loops, and pieces that hold nothing but credits.
fn place(window: &Window, hearing: Hearing) -> Placed {
    let mut invented = 0;
    let mut words = hearing.words;
    while let Some(found) = {
        let folded: Vec<String> = words.iter().map(|word| fold(&word.text)).collect();
        find_loop(&folded)
    } {
        invented += count(found.end - found.second);
        words.drain(found.second..found.end);
    }
    let mut by_piece: BTreeMap<usize, Vec<(RawWord, Ms, Ms)>> = BTreeMap::new();
    for (index, (start, end)) in times(window, &words).into_iter().enumerate() {
        // The start decides: an end reaches to the next word, over whatever silence there is.
        let piece = window.piece_at(start + Ms(20)).unwrap_or(0);
        by_piece.entry(piece).or_default().push((words[index].clone(), start, end));
    }
    let mut placed = Vec::new();
    for (index, heard) in by_piece {
        let text: Vec<&str> = heard.iter().map(|(word, _, _)| word.text.as_str()).collect();
        if is_credit(&text.join(" ")) {
            invented += count(heard.len());
            continue;
        }
        let Some(piece) = window.pieces.get(index) else { continue };
        placed.extend(heard.into_iter().filter_map(|(word, start, end)| {
            let span = in_piece(piece, start, end)?;
            let confidence = Some(round(word.confidence));
            let word = Word { text: word.text, span, confidence };
            Some(HeardWord { speaker: piece.speaker, word })
        }));
    }
    Placed { words: placed, invented }
}

fn count(words: usize) -> u32 {
    u32::try_from(words).unwrap_or(u32::MAX)
}

/// Three decimals: what a confidence is worth.
fn round(confidence: f64) -> f64 {
    (confidence * 1000.0).round() / 1000.0
}

/// Start and end of each word in the window. Words without a time (the warping found none) are
/// spread evenly between their neighbours; a word ends where the next starts.
fn times(window: &Window, words: &[RawWord]) -> Vec<(Ms, Ms)> {
    let length = window.length();
    let mut starts: Vec<Option<Ms>> =
        words.iter().map(|word| word.start.map(|start| start.min(length))).collect();
    let mut floor = Ms::ZERO;
    for start in starts.iter_mut().flatten() {
        *start = (*start).max(floor);
        floor = *start;
    }
    let mut index = 0;
    while index < starts.len() {
        if starts[index].is_some() {
            index += 1;
            continue;
        }
        let gap_end = (index..starts.len()).find(|&i| starts[i].is_some()).unwrap_or(starts.len());
        let before = index.checked_sub(1).and_then(|i| starts[i]).unwrap_or(Ms::ZERO);
        let after = starts.get(gap_end).copied().flatten().unwrap_or(length);
        let steps = (gap_end - index + 1) as u64;
        for (nth, start) in starts[index..gap_end].iter_mut().enumerate() {
            *start = Some(before + Ms(after.since(before).0 * (nth as u64 + 1) / steps));
        }
        index = gap_end;
    }
    let starts: Vec<Ms> = starts.into_iter().flatten().collect();
    (0..starts.len())
        .map(|i| (starts[i], starts.get(i + 1).copied().unwrap_or(length).max(starts[i] + Ms(1))))
        .collect()
}

/// A stretch of the window that belongs to `piece`, on the session's clock, inside its speech.
fn in_piece(piece: &Piece, start: Ms, end: Ms) -> Option<Span> {
    let to_session = |time: Ms| piece.source.start() + time.since(piece.at);
    let (low, high) = (piece.speech.start(), piece.speech.end());
    let start = to_session(start).clamp(low, Ms(high.0.saturating_sub(1)));
    let end = to_session(end).clamp(start + Ms(1), high.max(start + Ms(1)));
    Span::new(start, end)
}

/// The speech of `window` that got no words, as a window of its own; `None` when all of it did.
fn unheard(window: &Window, words: &[HeardWord]) -> Option<Window> {
    let mut pieces = Vec::new();
    let mut at = Ms::ZERO;
    let mut add = |speech: Span, piece: &Piece| {
        let source = Span::new(
            speech.start().since(Ms(100)).max(piece.source.start()),
            (speech.end() + Ms(100)).min(piece.source.end()),
        );
        let source = source.unwrap_or(speech);
        pieces.push(Piece { source, speech, at, ..*piece });
        at = at + source.length() + Ms(300);
    };
    for piece in &window.pieces {
        let inside: Vec<&Word> = words
            .iter()
            .filter(|heard| heard.speaker == piece.speaker)
            .map(|heard| &heard.word)
            .filter(|word| piece.speech.contains(word.span.start()))
            .collect();
        if inside.is_empty() {
            if piece.speech.length() >= WORDLESS {
                add(piece.speech, piece);
            }
            continue;
        }
        let mut from = piece.speech.start();
        let ends = inside.iter().map(|word| word.span.start()).chain([piece.speech.end()]);
        for next in ends {
            if next.since(from) >= HOLE
                && let Some(hole) = Span::new(
                    from + if from == piece.speech.start() { Ms(0) } else { Ms(600) },
                    next,
                )
            {
                add(hole, piece);
            }
            from = next;
        }
    }
    (!pieces.is_empty()).then_some(Window { pieces })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;
    use crate::words::Guess;
    use std::sync::Mutex;

    /// Hears a fixed reading for each call, in order, and counts.
    struct Scripted(Mutex<Vec<Result<Hearing, EngineFailed>>>);

    struct Reader<'a>(&'a Scripted);

    impl Transcribe for Scripted {
        fn listener(&self) -> Result<Box<dyn Listen + '_>, EngineFailed> {
            Ok(Box::new(Reader(self)))
        }
    }

    impl Listen for Reader<'_> {
        fn guess(&mut self, _: &[f32]) -> Result<Guess, EngineFailed> {
            Ok(Guess { english: 1.0, french: 0.0 })
        }
        fn hear(&mut self, _: &[f32], _: Language, _: f32) -> Result<Hearing, EngineFailed> {
            self.0.0.lock().unwrap().remove(0)
        }
    }

    fn hearing(words: &[(&str, u64)]) -> Hearing {
        let words = words
            .iter()
            .map(|&(text, start)| RawWord {
                text: text.to_owned(),
                start: Some(Ms(start)),
                confidence: 0.9,
            })
            .collect();
        Hearing { words, log_probability: -0.2 }
    }

    fn window(stretches: &[(u64, u64)]) -> Window {
        let mut at = Ms::ZERO;
        let pieces = stretches
            .iter()
            .map(|&(start, end)| {
                let speech = Span::new(Ms(start), Ms(end)).unwrap();
                let (speaker, take) = (Some(SpeakerId(1)), 0);
                let piece = Piece { speaker, take, source: speech, speech, at };
                at = at + speech.length() + Ms(300);
                piece
            })
            .collect();
        Window { pieces }
    }

    fn heard(
        windows: &[Window],
        script: Vec<Result<Hearing, EngineFailed>>,
    ) -> Result<Vec<HeardWindow>, u64> {
        let engine = Scripted(Mutex::new(script));
        let job = Job {
            windows,
            language: Language::En,
            done: BTreeMap::new(),
            listeners: 1,
            samples: &|_| Ok(vec![0.0; 16_000]),
            failed: &|_, at| at.0,
        };
        let result = transcribe(&engine, job, &Silent, &Silent, |_| Ok(()));
        assert!(engine.0.lock().unwrap().is_empty(), "every reading was asked for");
        result.map(|heard| heard.expect("not cancelled"))
    }

    fn texts(heard: &HeardWindow) -> Vec<&str> {
        heard.words.iter().map(|heard| heard.word.text.as_str()).collect()
    }

    #[test]
    fn words_come_back_at_their_place_in_the_recording() {
        let windows = [window(&[(10_000, 11_000), (50_000, 51_000)])];
        let reading = hearing(&[("Yes,", 100), ("I", 500), ("do.", 1_400)]);
        let heard = heard(&windows, vec![Ok(reading)]).unwrap();
        let starts: Vec<u64> =
            heard[0].words.iter().map(|heard| heard.word.span.start().0).collect();
        assert_eq!(starts, [10_100, 10_500, 50_100]);
        assert_eq!(heard[0].words[1].word.span.end(), Ms(11_000));
    }

    #[test]
    fn a_piece_without_words_is_heard_again_in_a_window_of_its_own() {
        let windows = [window(&[(0, 2_000), (30_000, 31_000)])];
        let first = hearing(&[("So", 100), ("what?", 900)]);
        let second = hearing(&[("Mm-hm.", 50)]);
        let heard = heard(&windows, vec![Ok(first), Ok(second)]).unwrap();
        assert_eq!(texts(&heard[0]), ["So", "what?", "Mm-hm."]);
        assert_eq!(heard[0].words[2].word.span.start(), Ms(30_050));
    }

    #[test]
    fn a_stretch_the_model_skips_is_heard_again() {
        let windows = [window(&[(0, 20_000)])];
        let skipping = hearing(&[("One", 100), ("two", 700), ("three", 1_400), ("last", 18_000)]);
        let rest = hearing(&[("the", 200), ("middle", 500)]);
        let heard = heard(&windows, vec![Ok(skipping), Ok(rest)]).unwrap();
        assert_eq!(texts(&heard[0]), ["One", "two", "three", "the", "middle", "last"]);
    }

    #[test]
    fn a_loop_is_tried_again_hotter() {
        let windows = [window(&[(0, 6_000)])];
        let looping: Vec<(&str, u64)> = (0..8).map(|n| ("yes", n * 700)).collect();
        let good = hearing(&[("Yes", 100), ("of", 2_000), ("course", 3_900)]);
        let heard = heard(&windows, vec![Ok(hearing(&looping)), Ok(good)]).unwrap();
        assert_eq!(texts(&heard[0]), ["Yes", "of", "course"]);
        assert_eq!(heard[0].invented, 0);
    }

    #[test]
    fn a_loop_that_stays_is_cut_and_counted() {
        let windows = [window(&[(0, 5_000)])];
        let looping: Vec<(&str, u64)> = (0..8).map(|n| ("yes", n * 600)).collect();
        let script = (0..5).map(|_| Ok(hearing(&looping))).chain([Ok(hearing(&[]))]).collect();
        let heard = heard(&windows, script).unwrap();
        assert_eq!((texts(&heard[0]), heard[0].invented), (vec!["yes"], 7));
    }

    #[test]
    fn credits_in_a_piece_are_dropped_and_the_rest_is_kept() {
        let windows = [window(&[(0, 1_000), (30_000, 30_500)])];
        let reading =
            hearing(&[("Fine.", 100), ("Thanks", 1_310), ("for", 1_500), ("watching.", 1_700)]);
        let heard = heard(&windows, vec![Ok(reading)]).unwrap();
        assert_eq!((texts(&heard[0]), heard[0].invented), (vec!["Fine."], 3));
    }

    #[test]
    fn an_engine_that_gives_up_says_where() {
        let windows = [window(&[(7_000, 9_000)])];
        assert_eq!(heard(&windows, vec![Err(EngineFailed { code: 8 })]), Err(7_000));
    }

    #[test]
    fn a_window_done_before_is_not_heard_again() {
        let windows = [window(&[(0, 1_000)]), window(&[(2_000, 3_000)])];
        let engine = Scripted(Mutex::new(vec![Ok(hearing(&[("new", 100)]))]));
        let old = HeardWindow { index: 0, words: vec![], invented: 0 };
        let job = Job {
            windows: &windows,
            language: Language::En,
            done: BTreeMap::from([(0, old)]),
            listeners: 2,
            samples: &|_| Ok::<_, u64>(vec![0.0; 16_000]),
            failed: &|_, at| at.0,
        };
        let mut kept = Vec::new();
        let result = transcribe(&engine, job, &Silent, &Silent, |heard| {
            kept.push(heard.index);
            Ok(())
        });
        assert_eq!((result.unwrap().unwrap().len(), kept), (2, vec![1]));
    }
}
