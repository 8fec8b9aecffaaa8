//! Sessions in order, and who stands with whom.
//!
//! In: [`Entry`]s in any order. Out: [`Sessions`]: in order of date, a [`Group`] for each coach,
//! profile and version of the definitions. Figures of two groups never meet.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::civil::Date;

use super::record::{Measured, Reading, Record};
use super::usual::Usual;
use crate::analysis::{Fundamental, OpennessRule};
use crate::report::text::clean;
use crate::report::words::{Words, words};
use crate::session::Language;

/// A session and where it lies.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What was measured.
    pub record: Record,
    /// Its results by path, in their common folder: sets sessions of one day in order.
    pub label: String,
    /// A link from the page to its report, percent-encoded; `None` where there is no report.
    pub report: Option<String>,
}

/// Sessions, in order.
#[derive(Debug, Clone)]
pub struct Sessions {
    /// By date, those without one last; of one date by label.
    pub entries: Vec<Entry>,
    /// Coaches by name, the unnamed last; of each the built-in profiles first.
    pub groups: Vec<Group>,
    /// The words of the page.
    pub words: &'static Words,
}

/// Sessions of one coach whose figures may be set against each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The coach's name, where somebody gave one.
    pub coach: Option<String>,
    /// By which profile they are read.
    pub profile: String,
    /// By which definitions they are measured.
    pub definitions_version: u32,
    /// By which rule questions are open.
    pub rule: OpennessRule,
    /// Which entries, in order.
    pub members: Vec<usize>,
    /// One for each fundamental of the group.
    pub tracks: Vec<Track>,
    /// Place among the members of the newest that has a date.
    pub newest: Option<usize>,
    /// How many of the members lie on earlier days than that; they are the first.
    pub earlier: usize,
}

/// One fundamental over the sessions of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// As the last session has it: its range and scale are drawn.
    pub fundamental: Fundamental,
    /// For each member; `None` where its profile has no such row.
    pub readings: Vec<Option<Reading>>,
    /// Median and middle half of the earlier sessions.
    pub usual: Option<Usual>,
    /// How many earlier sessions have a figure.
    pub earlier: usize,
}

impl Track {
    /// The figure of a member.
    #[must_use]
    pub fn measured(&self, member: usize) -> Option<Measured> {
        self.readings.get(member).copied().flatten()?.measured.ok()
    }
}

impl Sessions {
    /// Sets them in order; whatever order they come in, it is the same. Without a language: French
    /// where most of the sessions are.
    #[must_use]
    pub fn new(mut entries: Vec<Entry>, language: Option<Language>) -> Self {
        entries.sort_by(|a, b| order(a).cmp(&order(b)));
        let french = entries.iter().filter(|one| one.record.source.language == Language::Fr);
        let most = if french.count() * 2 > entries.len() { Language::Fr } else { Language::En };
        let mut groups: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (index, entry) in entries.iter().enumerate() {
            groups.entry(key(&entry.record)).or_default().push(index);
        }
        let groups = groups.into_values().filter_map(|members| Group::of(&entries, members));
        Self { groups: groups.collect(), words: words(language.unwrap_or(most)), entries }
    }

    /// How many coaches there are; those without a name count as one.
    #[must_use]
    pub fn coaches(&self) -> usize {
        let mut names: Vec<_> = self.groups.iter().map(|group| &group.coach).collect();
        names.dedup();
        names.len()
    }

    /// The ids of all fundamentals, as the groups have them.
    #[must_use]
    pub fn fundamentals(&self) -> Vec<&str> {
        let mut ids = Vec::new();
        for track in self.groups.iter().flat_map(|group| &group.tracks) {
            let id = track.fundamental.id.as_str();
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }
}

fn order(entry: &Entry) -> (bool, Option<Date>, &str, Option<&str>) {
    let day = entry.record.day();
    (day.is_none(), day, &entry.label, entry.report.as_deref())
}

/// The name of the coach, as sessions are told apart by it.
pub(super) fn coach(record: &Record) -> Option<String> {
    named(record.session.coach.as_deref())
}

/// The pseudonym of the client.
pub(super) fn client(record: &Record) -> Option<String> {
    named(record.session.client.as_deref())
}

fn named(name: Option<&str>) -> Option<String> {
    let name = clean(name?).trim().to_owned();
    (!name.is_empty()).then_some(name)
}

type Key = (bool, Option<String>, usize, String, Reverse<u32>, bool);

fn key(record: &Record) -> Key {
    let coach = coach(record);
    let mut built_in = crate::analysis::Profile::names();
    let place = built_in.position(|name| name == record.profile).unwrap_or(usize::MAX);
    let strict = record.openness_rule == OpennessRule::Strict;
    let version = Reverse(record.definitions_version);
    (coach.is_none(), coach, place, record.profile.clone(), version, strict)
}

impl Group {
    fn of(entries: &[Entry], members: Vec<usize>) -> Option<Self> {
        let records: Vec<&Record> =
            members.iter().filter_map(|&index| Some(&entries.get(index)?.record)).collect();
        let (last, first) = (records.last()?, records.first()?);
        let newest = records.iter().rposition(|record| record.day().is_some());
        let day = newest.and_then(|newest| records.get(newest)?.day());
        let earlier = records.iter().take_while(|one| one.day().is_some_and(|on| Some(on) < day));
        let earlier = earlier.count();
        let mut tracks: Vec<Track> = Vec::new();
        // The last session has its rows first; what only earlier ones have comes after.
        for fundamental in records.iter().rev().flat_map(|record| &record.fundamentals) {
            if tracks.iter().all(|track| track.fundamental.id != fundamental.id) {
                tracks.push(Track::of(fundamental, &records, earlier));
            }
        }
        Some(Self {
            coach: coach(first),
            profile: last.profile.clone(),
            definitions_version: last.definitions_version,
            rule: last.openness_rule,
            members,
            tracks,
            newest,
            earlier,
        })
    }

    /// The fundamental whose newest figure lies furthest from the median, among those whose likely
    /// span does not reach into the middle half.
    #[must_use]
    pub fn changed_most(&self) -> Option<&Track> {
        let newest = self.newest?;
        let outside = self.tracks.iter().filter_map(|track| {
            let (usual, figure) = (track.usual?, track.measured(newest)?);
            let unit = track.readings.get(newest).copied().flatten()?.unit;
            let outside = usual.place(&figure) != super::usual::Place::Within;
            outside.then(|| (track, usual.distance(&figure, unit)))
        });
        // Of two that lie as far, the first of the report.
        let furthest = outside.reduce(|most, one| if one.1 > most.1 { one } else { most });
        furthest.map(|(track, _)| track)
    }

    /// Whether any fundamental has a median to be set against.
    #[must_use]
    pub fn has_usual(&self) -> bool {
        self.tracks.iter().any(|track| track.usual.is_some())
    }
}

impl Track {
    fn of(fundamental: &Fundamental, records: &[&Record], earlier: usize) -> Self {
        // A profile of the user's own may read a row from another metric than it once did.
        let same = |one: &&Record| {
            let rows = &one.fundamentals;
            rows.iter().any(|row| row.id == fundamental.id && row.metric == fundamental.metric)
        };
        let reading = |one: &&Record| one.reading(&fundamental.id).filter(|_| same(one));
        let readings: Vec<_> = records.iter().map(reading).collect();
        let before = readings.iter().take(earlier).flatten();
        let figures: Vec<f64> =
            before.filter_map(|reading| Some(reading.measured.ok()?.value)).collect();
        Self {
            fundamental: fundamental.clone(),
            usual: Usual::of(&figures),
            earlier: figures.len(),
            readings,
        }
    }
}
