//! What is said of a group's newest session beside its earlier ones: figures and places, no verdict.
//!
//! In: a [`Group`] or a [`Track`]. Out: finished sentences.

use super::groups::{Group, Track};
use super::record::Measured;
use super::usual::{ENOUGH, Place, Usual};
use crate::analysis::Unit;
use crate::report::numbers;
use crate::report::rows::{name, unit_words};
use crate::report::words::{Words, fill};

/// What changed most, or why nothing can be said to have.
pub(super) fn changed(words: &'static Words, group: &Group, newest: Option<&str>) -> String {
    let Some(date) = newest else { return words.changed_no_date.to_owned() };
    if !group.has_usual() {
        return words.count(number(group.earlier), words.changed_too_few, &[]);
    }
    let said = || {
        let track = group.changed_most()?;
        let figure = figure(words, track, group.newest?)?;
        let mut values = usual_values(words, track, figure.unit)?;
        values.push(("date", date.to_owned()));
        values.push(("name", name(words, &track.fundamental.id)));
        values.extend(figure.values(words));
        Some(filled(words.changed_say, &values))
    };
    said().unwrap_or_else(|| fill(words.changed_none, &[("date", date)]))
}

/// The newest session and the earlier ones on one fundamental.
pub(super) fn beside(words: &'static Words, group: &Group, track: &Track) -> String {
    let Some(newest) = group.newest else { return String::new() };
    let figure = figure(words, track, newest);
    let mut sentences = vec![match &figure {
        Some(figure) => filled(words.newest_say, &figure.values(words)),
        None => words.newest_none.to_owned(),
    }];
    let unit = unit(track);
    sentences.push(match (track.usual, usual_values(words, track, unit)) {
        (Some(usual), Some(values)) => {
            let text = match figure.map(|figure| usual.place(&figure.measured)) {
                Some(Place::Within) => words.usual_within,
                Some(Place::Above) => words.usual_above,
                Some(Place::Below) => words.usual_below,
                None => words.usual_say,
            };
            filled(text, &values)
        }
        _ => words.count(number(track.earlier), words.usual_too_few, &[]),
    });
    sentences.join(" ")
}

/// The unit of a track's figures.
pub(super) fn unit(track: &Track) -> Unit {
    track.readings.iter().flatten().next_back().map_or(Unit::Share, |reading| reading.unit)
}

pub(super) fn number(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

struct Shown {
    measured: Measured,
    unit: Unit,
    of: String,
}

fn figure(words: &'static Words, track: &Track, member: usize) -> Option<Shown> {
    let measured = track.measured(member)?;
    let unit = unit(track);
    let of = unit_words(words, &track.fundamental.id, unit, measured.value);
    Some(Shown { measured, unit, of })
}

impl Shown {
    fn values(&self, words: &'static Words) -> Vec<(&'static str, String)> {
        let likely = likely(words, self.unit, &self.measured);
        vec![
            ("figure", numbers::figure(words, self.unit, self.measured.value)),
            ("unit", self.of.clone()),
            ("likely", likely.map_or_else(String::new, |likely| format!(" ({likely})"))),
        ]
    }
}

/// `likely 64–67%`.
pub(super) fn likely(words: &'static Words, unit: Unit, measured: &Measured) -> Option<String> {
    let (low, high) = measured.span?;
    Some(fill(words.likely, &[("span", &numbers::span(words, unit, low, high))]))
}

fn usual_values(
    words: &'static Words,
    track: &Track,
    unit: Unit,
) -> Option<Vec<(&'static str, String)>> {
    let Usual { sessions, median, lower, upper } = track.usual?;
    debug_assert!(sessions >= ENOUGH);
    let figure = |value| numbers::figure(words, unit, value);
    Some(vec![
        ("n", sessions.to_string()),
        ("median", figure(median)),
        ("lower", figure(lower)),
        ("upper", figure(upper)),
    ])
}

fn filled(text: &str, values: &[(&'static str, String)]) -> String {
    let values: Vec<(&str, &str)> =
        values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fill(text, &values)
}
