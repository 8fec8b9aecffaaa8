//! The files of one session on one clock.
//!
//! In order of belief: that the program that wrote them begins them together; the mix in which all are
//! heard; what leaks from one microphone into another; what all files declare to better than a second.
//! A track that nothing ties begins with the first one, and the session says so where that can be
//! wrong (`docs/decisions/0010-tracks.md`).

use serde::{Deserialize, Serialize};

use super::Together;
use super::takes::Recorded;
use crate::error::Result;
use crate::progress::Cancel;
use crate::session::Ms;
use crate::sound::{Heard, Lie, WorkCopy, frame_levels, lie, lie_in_mix, samples_of_ms};

/// Changes whenever the same files can come to stand otherwise.
pub(super) const VERSION: u32 = 1;

/// Tracks that begin this near to the first begin with it: the air between two people makes as much.
const TOGETHER: f64 = 0.020;
/// Where a program begins tracks together they do so to this, seconds: what is found further off is
/// the way of a voice through the call.
const PROGRAM: f64 = 1.5;
/// A track that is never louder is nobody's, dBFS.
const NOBODY: f32 = -60.0;

/// What says where a track begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Tied {
    /// The program that wrote it.
    Program,
    /// The mix in which it is heard.
    Mix,
    /// What leaks from it or into it.
    Leak,
    /// All files declare when they begin.
    Declared,
    /// Nobody is heard in it.
    Silent,
    /// Nothing.
    Nothing,
}

/// Where a track lies: seconds after some moment, how fast its clock is, and what says so.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    start: f64,
    drift: f64,
    by: Tied,
}

impl Place {
    const FIRST: Self = Self { start: 0.0, drift: 0.0, by: Tied::Nothing };

    /// The place of what lies so to what is here.
    fn then(self, lie: Lie, by: Tied) -> Self {
        let rate = 1.0 + self.drift;
        Self { start: self.start + lie.start / rate, drift: rate * (1.0 + lie.drift) - 1.0, by }
    }
}

/// Finds out where the tracks begin, and writes it to `recorded`. `of` says on which channel of each
/// copy its person is heard.
pub(super) fn find(
    together: &Together,
    copies: &[WorkCopy],
    of: &[(usize, u16)],
    mix: Option<Heard<'_>>,
    recorded: &mut [Recorded],
    cancel: &dyn Cancel,
) -> Result<()> {
    let heard: Vec<Heard<'_>> =
        of.iter().map(|&(copy, channel)| Heard { copy: &copies[copy], channel }).collect();
    let mut places: Vec<Option<Place>> = vec![None; heard.len()];
    if together.begin {
        begun_together(&heard, &mut places, cancel)?;
    } else {
        if let Some(mix) = mix {
            for (place, track) in places.iter_mut().zip(&heard) {
                let lie = lie_in_mix(mix, *track, cancel)?;
                *place = lie.map(|lie| Place::FIRST.then(lie, Tied::Mix));
            }
        }
        by_leaks(&heard, &mut places, cancel)?;
        if places.iter().all(Option::is_none)
            && let Some(starts) = declared(recorded)
        {
            for (place, start) in places.iter_mut().zip(starts) {
                *place = Some(Place { start: start.seconds(), drift: 0.0, by: Tied::Declared });
            }
        }
    }
    let earliest = places.iter().flatten().map(|place| place.start).fold(f64::INFINITY, f64::min);
    for ((place, track), recorded) in places.iter().zip(&heard).zip(recorded) {
        let place = match place {
            Some(place) => Place { start: place.start - earliest, ..*place },
            None if is_silent(*track)? => Place { by: Tied::Silent, ..Place::FIRST },
            None => Place::FIRST,
        };
        let start = if place.start <= TOGETHER { 0.0 } else { place.start };
        recorded.offset = milliseconds(start);
        // Two digits: a thousandth of a second in a day.
        recorded.drift_ppm = (place.drift * 1e8).round() / 100.0;
        recorded.tied = Some(place.by);
    }
    Ok(())
}

/// Tracks that begin together differ in how fast their clocks are, at most.
fn begun_together(
    heard: &[Heard<'_>],
    places: &mut [Option<Place>],
    cancel: &dyn Cancel,
) -> Result<()> {
    let mut found: Vec<Option<Place>> = vec![None; heard.len()];
    by_leaks(heard, &mut found, cancel)?;
    let near = |place: &Place| place.start.abs() <= PROGRAM;
    for (place, found) in places.iter_mut().zip(found) {
        let drift = found.filter(near).map_or(0.0, |found| found.drift);
        *place = Some(Place { start: 0.0, drift, by: Tied::Program });
    }
    Ok(())
}

/// Places tracks by those that have a place; where none has, by the first that another is tied to.
fn by_leaks(heard: &[Heard<'_>], places: &mut [Option<Place>], cancel: &dyn Cancel) -> Result<()> {
    let begun = places.iter().any(Option::is_some);
    let roots = if begun { 0..1 } else { 0..heard.len().saturating_sub(1) };
    for root in roots {
        let mut known: Vec<usize> = (0..heard.len()).filter(|&one| places[one].is_some()).collect();
        if !begun {
            known.push(root);
        }
        let mut next = 0;
        while let Some(&from) = known.get(next) {
            next += 1;
            let place = places[from].unwrap_or(Place { by: Tied::Leak, ..Place::FIRST });
            for to in 0..heard.len() {
                // Earlier roots were tied to nothing.
                if known.contains(&to) || (!begun && to < root) {
                    continue;
                }
                if let Some(lie) = lie(heard[from], heard[to], cancel)? {
                    places[from] = Some(place);
                    places[to] = Some(place.then(lie, Tied::Leak));
                    known.push(to);
                }
            }
        }
        if known.len() > 1 {
            break;
        }
    }
    Ok(())
}

/// When each begins, where all say so by the same clock, and are of one session by it.
fn declared(recorded: &[Recorded]) -> Option<Vec<Ms>> {
    let starts: Vec<Ms> = recorded.iter().map(|one| one.facts.started).collect::<Option<_>>()?;
    let container = &recorded.first()?.facts.container;
    let alike = recorded.iter().all(|one| one.facts.container == *container);
    let ends = starts.iter().zip(recorded).map(|(&start, one)| start + one.facts.duration);
    (alike && starts.iter().max() < ends.min().as_ref()).then_some(starts)
}

fn is_silent(track: Heard<'_>) -> Result<bool> {
    Ok(frame_levels(track.copy, track.channel)?.iter().all(|&level| level <= NOBODY))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a length of time, not negative"
)]
fn milliseconds(seconds: f64) -> Ms {
    Ms((seconds * 1000.0).round().max(0.0) as u64)
}

/// A track on the session's clock.
pub(super) fn placed(copy: WorkCopy, recorded: &Recorded) -> WorkCopy {
    if recorded.offset == Ms::ZERO && recorded.drift_ppm == 0.0 {
        return copy;
    }
    copy.placed(samples_of_ms(recorded.offset), recorded.drift_ppm * 1e-6)
}

/// Lengths of tracks that differ by more are those of tracks that did not begin together, or did not
/// end so …
const LENGTHS_APART: Ms = Ms(2_000);
/// … or by a fiftieth of the longest.
const LENGTHS_PART: u64 = 50;

/// Whether a track stands where nothing says that it belongs, and another length makes that doubtful.
pub(super) fn doubtful(recorded: &[Recorded]) -> bool {
    let longest = recorded.iter().map(|one| one.facts.duration).max().unwrap_or_default();
    let apart = LENGTHS_APART.max(Ms(longest.0 / LENGTHS_PART));
    let shorter = |one: &Recorded| longest.since(one.facts.duration) > apart;
    let untied = |one: &&Recorded| one.tied == Some(Tied::Nothing);
    recorded.iter().any(|one| untied(&one)) && recorded.iter().any(shorter)
}
