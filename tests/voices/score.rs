//! How a diarisation compares with the truth: the error rate as it is defined for the NIST rich
//! transcription evaluations (missed, false and confused speech against the speech there is, overlap
//! counted, the voices matched as well as they go), and the error of the talk share.

use openfloor::session::{Ms, Span};

/// One recording's errors.
#[derive(Debug, Clone, Copy, Default)]
pub struct Score {
    /// Error of the first voice's talk share, points.
    pub share: f64,
    /// Speech given to the wrong voice, per cent of the speech; no collar.
    pub confused: f64,
    /// Speech that was not found, and speech found where there is none, per cent; no collar.
    pub missed: f64,
    pub false_alarm: f64,
    /// Diarisation error rate, per cent; no collar.
    pub der: f64,
    /// Diarisation error rate, per cent, a quarter of a second around every true edge left out.
    pub der_collar: f64,
}

const COLLAR: Ms = Ms(250);
/// Milliseconds a step.
const STEP: u64 = 10;

/// Who speaks in each step: a bit a voice.
fn steps(voices: &[Vec<Span>], count: usize) -> Vec<u8> {
    let mut on = vec![0_u8; count];
    for (voice, spans) in voices.iter().enumerate() {
        for span in spans {
            let at = |time: Ms| ((time.0 + STEP / 2) / STEP) as usize;
            on[at(span.start()).min(count)..at(span.end()).min(count)]
                .iter_mut()
                .for_each(|bits| *bits |= 1 << voice);
        }
    }
    on
}

/// Scores `found` against `wanted`, each a list of stretches a voice.
pub fn score(found: &[Vec<Span>], wanted: &[Vec<Span>]) -> Score {
    let end = found.iter().chain(wanted).flatten().map(|span| span.end().0).max().unwrap_or(0);
    let count = (end / STEP + 1) as usize;
    let (wanted_at, found_at) = (steps(wanted, count), steps(found, count));
    let mut hits = vec![vec![0.0; found.len()]; wanted.len()];
    for (want, have) in wanted_at.iter().zip(&found_at) {
        for (voice, row) in hits.iter_mut().enumerate().filter(|(voice, _)| want >> voice & 1 == 1)
        {
            debug_assert!(voice < 8);
            row.iter_mut()
                .enumerate()
                .filter(|(other, _)| have >> other & 1 == 1)
                .for_each(|(_, hits)| *hits += 1.0);
        }
    }
    let (_, pairs) = best_match(&hits, 0, &mut vec![false; found.len()]);
    let mut scored = vec![true; count];
    for edge in wanted.iter().flatten().flat_map(|span| [span.start(), span.end()]) {
        let at = |time: Ms| (time.0 / STEP) as usize;
        let range = at(edge.since(COLLAR))..at(edge + COLLAR).min(count);
        scored[range].iter_mut().for_each(|scored| *scored = false);
    }
    let rate = |all: bool| {
        let (mut speech, mut missed, mut wrong, mut confused) = (0_u32, 0_u32, 0_u32, 0_u32);
        for n in (0..count).filter(|&n| all || scored[n]) {
            let (want, have) = (wanted_at[n].count_ones(), found_at[n].count_ones());
            let right = pairs.iter().enumerate().filter(|(voice, other)| {
                wanted_at[n] >> voice & 1 == 1
                    && other.is_some_and(|other| found_at[n] >> other & 1 == 1)
            });
            let right = u32::try_from(right.count()).unwrap();
            speech += want;
            missed += want.saturating_sub(have);
            wrong += have.saturating_sub(want);
            confused += want.min(have) - right;
        }
        let of = |part: u32| 100.0 * f64::from(part) / f64::from(speech.max(1));
        [of(missed), of(wrong), of(confused)]
    };
    let talk = |spans: &[Span]| spans.iter().map(|span| span.length().as_f64()).sum::<f64>();
    let all = |voices: &[Vec<Span>]| voices.iter().map(|spans| talk(spans)).sum::<f64>().max(1.0);
    let own = pairs.first().copied().flatten().map_or(0.0, |index| talk(&found[index]));
    let [missed, false_alarm, confused] = rate(true);
    Score {
        share: 100.0 * (own / all(found) - talk(&wanted[0]) / all(wanted)),
        confused,
        missed,
        false_alarm,
        der: missed + false_alarm + confused,
        der_collar: rate(false).iter().sum(),
    }
}

fn best_match(hits: &[Vec<f64>], row: usize, used: &mut Vec<bool>) -> (f64, Vec<Option<usize>>) {
    let Some(own) = hits.get(row) else { return (0.0, Vec::new()) };
    let mut best = best_match(hits, row + 1, used);
    best.1.insert(0, None);
    for column in 0..own.len() {
        if !used[column] {
            used[column] = true;
            let (sum, mut pairs) = best_match(hits, row + 1, used);
            used[column] = false;
            if sum + own[column] > best.0 {
                pairs.insert(0, Some(column));
                best = (sum + own[column], pairs);
            }
        }
    }
    best
}
