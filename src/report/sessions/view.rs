//! The page's parts as plain data with finished sentences.
//!
//! In: [`Sessions`] and who is to see them. Out: a [`CoachView`] for each coach, with a
//! [`GroupView`] for each profile. A page to share has no name of a person or a file, no day and no
//! link: none comes into a view in the first place.

use std::collections::BTreeMap;

use super::changed::{beside, changed, number, unit};
use super::groups::{Entry, Group, Sessions, Track, client};
use super::page::Audience;
use super::record::{Reading, Record};
use crate::analysis::{Fundamental, OpennessRule, Profile, Reason};
use crate::report::chart::{Dot, History, Middle, Position};
use crate::report::evidence::profile;
use crate::report::numbers;
use crate::report::rows::{labels, name, pieces, range, reason_words, status_words, unit_words};
use crate::report::text::clean;
use crate::report::words::{Words, fill};
use crate::session::DateFrom;

/// Up to so many sessions without a figure are named by their dates.
const NAMED_GAPS: usize = 4;

/// A coach's sessions.
pub(super) struct CoachView {
    pub name: String,
    pub groups: Vec<GroupView>,
}

/// Sessions whose figures may be set against each other.
pub(super) struct GroupView {
    pub title: String,
    pub notes: Vec<String>,
    pub changed: String,
    pub tracks: Vec<TrackView>,
    /// Whether the drawings need the whole width.
    pub wide: bool,
    pub rows: Vec<RowView>,
    /// Reasons that cells of the table refer to, by letter.
    pub reasons: Vec<(char, &'static str)>,
    /// What stands under a drawing, from left to right.
    pub ends: Vec<String>,
}

/// A fundamental over the sessions.
pub(super) struct TrackView {
    pub name: String,
    pub unit: String,
    pub say: String,
    pub gaps: Vec<String>,
    pub history: History,
}

/// A session in the table.
pub(super) struct RowView {
    pub number: usize,
    pub date: String,
    /// That it is the file's, where it is.
    pub date_note: &'static str,
    /// Number of the client among those that can be chosen; 0 for none.
    pub chosen_by: usize,
    pub client: String,
    pub length: String,
    pub cells: Vec<Cell>,
    pub file: String,
    pub report: Option<String>,
}

/// A figure in the table.
pub(super) struct Cell {
    /// Of which fundamental, for a telephone, where the table has no head.
    pub name: String,
    pub figure: Option<String>,
    pub likely: Option<String>,
    pub words: &'static str,
    /// Letter of the reason why there is no figure.
    pub reason: Option<char>,
}

/// A choice of the filter.
pub(super) struct Choice {
    pub number: usize,
    pub name: String,
    pub sessions: usize,
}

/// What the view is made for.
pub(super) struct Viewer<'a> {
    pub words: &'static Words,
    pub sessions: &'a Sessions,
    pub audience: Audience,
    clients: BTreeMap<String, usize>,
}

impl<'a> Viewer<'a> {
    pub(super) fn new(sessions: &'a Sessions, audience: Audience) -> Self {
        let named = sessions.entries.iter().filter_map(|entry| client(&entry.record));
        let mut clients: BTreeMap<String, usize> = named.map(|name| (name, 0)).collect();
        for (number, at) in clients.values_mut().enumerate() {
            *at = number + 1;
        }
        Self { words: sessions.words, sessions, audience, clients }
    }

    fn shared(&self) -> bool {
        self.audience == Audience::Others
    }

    /// Clients to choose from, where there is a choice.
    pub(super) fn choices(&self) -> Vec<Choice> {
        let count = |number: usize| {
            let entries = self.sessions.entries.iter();
            entries.filter(|entry| self.chosen_by(&entry.record) == number).count()
        };
        let mut choices: Vec<Choice> = self
            .clients
            .iter()
            .map(|(name, &number)| Choice { number, name: name.clone(), sessions: count(number) })
            .collect();
        let without = count(0);
        if without > 0 {
            let name = self.words.no_client.to_owned();
            choices.push(Choice { number: 0, name, sessions: without });
        }
        if self.shared() || choices.len() < 2 { Vec::new() } else { choices }
    }

    fn chosen_by(&self, record: &Record) -> usize {
        client(record).and_then(|name| self.clients.get(&name).copied()).unwrap_or_default()
    }

    pub(super) fn coaches(&self) -> Vec<CoachView> {
        let groups = &self.sessions.groups;
        let by_coach = groups.chunk_by(|one, other| one.coach == other.coach);
        by_coach.enumerate().map(|(at, groups)| self.coach(at, groups)).collect()
    }

    fn coach(&self, at: usize, groups: &[Group]) -> CoachView {
        let coach = groups.first().and_then(|group| group.coach.clone());
        let (n, of) = ((at + 1).to_string(), self.sessions.coaches());
        let name = match coach {
            _ if self.shared() && of == 1 => self.words.a_coach.to_owned(),
            _ if self.shared() => {
                fill(self.words.a_coach_of, &[("n", &n), ("of", &of.to_string())])
            }
            Some(name) => name,
            None => self.words.coach_not_named.to_owned(),
        };
        CoachView { name, groups: groups.iter().map(|one| self.group(groups, one)).collect() }
    }

    fn group(&self, all: &[Group], group: &Group) -> GroupView {
        let w = self.words;
        let entries: Vec<&Entry> =
            group.members.iter().filter_map(|&index| self.sessions.entries.get(index)).collect();
        let same = all.iter().filter(|other| other.profile == group.profile).count();
        let dated = entries.iter().take_while(|entry| entry.record.day().is_some()).count();
        let day = |member: usize| entries.get(member).and_then(|one| self.day(&one.record));
        let (first, last) = (day(0), dated.checked_sub(1).and_then(day));
        let mut reasons: Vec<Reason> = group
            .tracks
            .iter()
            .flat_map(|track| track.readings.iter().flatten())
            .filter_map(|reading| reading.measured.err())
            .collect();
        reasons.sort_unstable();
        reasons.dedup();
        let letters: Vec<(Reason, char)> = reasons.into_iter().zip('a'..='z').collect();
        let row = |(member, (entry, &index)): (usize, (&&Entry, &usize))| {
            self.row(&letters, group, member, entry, index)
        };
        let rows = entries.iter().zip(&group.members).enumerate().map(row).collect();
        let tracks = group.tracks.iter().filter(|track| self.shown(&track.fundamental));
        let tracks: Vec<TrackView> =
            tracks.map(|track| self.track(group, track, &entries, dated)).collect();
        let undated = (dated < entries.len()).then(|| w.no_date.to_owned());
        let mut ends: Vec<String> = [first.clone(), last.clone()].into_iter().flatten().collect();
        ends.dedup();
        ends.extend(undated);
        GroupView {
            title: self.title(group, same > 1, entries.len(), first.as_deref(), last.as_deref()),
            notes: self.notes(&entries, dated, same > 1),
            changed: changed(w, group, last.as_deref()),
            wide: entries.len() > 30,
            tracks,
            rows,
            reasons: letters.iter().map(|&(why, at)| (at, reason_words(w, why))).collect(),
            ends,
        }
    }

    /// Names of rows that are none of ours were written by somebody: a page to share leaves them out.
    pub(super) fn shown(&self, fundamental: &Fundamental) -> bool {
        let ours = || name(self.words, &fundamental.id) != clean(&fundamental.id).replace('_', " ");
        !self.shared() || ours()
    }

    /// `Read as coaching · 12 sessions · 2026-01-12 to 2026-11-20`.
    fn title(
        &self,
        group: &Group,
        definitions: bool,
        n: usize,
        first: Option<&str>,
        last: Option<&str>,
    ) -> String {
        let w = self.words;
        let own = !Profile::names().any(|name| name == group.profile);
        let profile = if own && self.shared() {
            w.own_profile.to_owned()
        } else {
            profile(w, &group.profile)
        };
        let mut parts = vec![format!("{} {profile}", w.read_as)];
        if definitions {
            let rule = match group.rule {
                OpennessRule::Pragmatic => w.rule_pragmatic,
                OpennessRule::Strict => w.rule_strict,
            };
            let version = group.definitions_version.to_string();
            parts.push(fill(w.definitions_of, &[("version", &version), ("rule", rule)]));
        }
        parts.push(w.count(number(n), w.sessions_n, &[]));
        parts.push(match (first, last) {
            (Some(first), Some(last)) if first == last => first.to_owned(),
            (Some(first), Some(last)) => fill(w.from_until, &[("from", first), ("to", last)]),
            _ => w.no_dates.to_owned(),
        });
        parts.join(" · ")
    }

    fn notes(&self, entries: &[&Entry], dated: usize, definitions: bool) -> Vec<String> {
        let w = self.words;
        let weak = entries.iter().filter(|entry| weak(&entry.record));
        let (weak, missing) = (number(weak.count()), number(entries.len() - dated));
        let mut notes = Vec::new();
        if definitions {
            notes.push(w.definitions_differ.to_owned());
        }
        if weak > 0 {
            notes.push(w.count(weak, w.dates_weak, &[]));
        }
        if missing > 0 && dated > 0 {
            notes.push(w.count(missing, w.dates_missing, &[]));
        }
        notes
    }

    fn track(&self, group: &Group, track: &Track, entries: &[&Entry], dated: usize) -> TrackView {
        let w = self.words;
        let fundamental = &track.fundamental;
        let unit = unit(track);
        let say = beside(w, group, track);
        let dot = |(member, &index): (usize, &usize)| Dot {
            session: index + 1,
            position: track.measured(member).map(|one| Position {
                value: one.value,
                span: one.span,
                firm: one.firm,
            }),
            newest: group.newest == Some(member),
        };
        let mut dots: Vec<Dot> = group.members.iter().enumerate().map(dot).collect();
        let undated = dots.split_off(dated.min(dots.len()));
        let name = name(w, &fundamental.id);
        let n = entries.len().to_string();
        let spoken = [("name", name.as_str()), ("n", &n), ("say", &say)];
        let mut spoken = fill(w.history_spoken, &spoken);
        if let Some(range) = range(w, fundamental, unit) {
            spoken = format!("{spoken} {}.", fill(w.range_words, &[("range", &range)]));
        }
        let history = History {
            axis: (fundamental.axis.from, fundamental.axis.to),
            within: pieces(fundamental, true),
            near: pieces(fundamental, false),
            labels: labels(w, fundamental, unit),
            dated: dots,
            undated,
            middle: track.usual.map(|usual| Middle {
                lower: usual.lower,
                median: usual.median,
                upper: usual.upper,
                sessions: group.earlier,
            }),
            spoken,
        };
        TrackView {
            unit: unit_words(w, &fundamental.id, unit, 2.0),
            gaps: self.gaps(track, entries),
            name,
            say,
            history,
        }
    }

    /// Sessions without a figure, by their reasons.
    fn gaps(&self, track: &Track, entries: &[&Entry]) -> Vec<String> {
        let w = self.words;
        let mut by_reason: BTreeMap<Reason, Vec<&Entry>> = BTreeMap::new();
        for (reading, entry) in track.readings.iter().zip(entries) {
            if let Some(Reading { measured: Err(reason), .. }) = reading {
                by_reason.entry(*reason).or_default().push(entry);
            }
        }
        let say = |(reason, entries): (Reason, Vec<&Entry>)| {
            let days: Option<Vec<String>> =
                entries.iter().map(|entry| self.day(&entry.record)).collect();
            let sessions = match days.filter(|days| days.len() <= NAMED_GAPS) {
                Some(days) => days.join(", "),
                None => w.count(number(entries.len()), w.gap_sessions, &[]),
            };
            let reason = reason_words(w, reason);
            fill(w.gap_reason, &[("sessions", &sessions), ("reason", reason)])
        };
        by_reason.into_iter().map(say).collect()
    }

    fn row(
        &self,
        letters: &[(Reason, char)],
        group: &Group,
        member: usize,
        entry: &Entry,
        index: usize,
    ) -> RowView {
        let w = self.words;
        let record = &entry.record;
        let tracks = group.tracks.iter().filter(|track| self.shown(&track.fundamental));
        let cells = tracks.map(|track| {
            let reading = track.readings.get(member).copied().flatten();
            cell(w, &track.fundamental.id, letters, reading)
        });
        let length = record.source.duration_ms.map(|length| numbers::length(w, length));
        RowView {
            number: index + 1,
            date: self.day(record).unwrap_or_else(|| w.no_date.to_owned()),
            date_note: if weak(record) && !self.shared() { w.file_date } else { "" },
            chosen_by: self.chosen_by(record),
            client: client(record).filter(|_| !self.shared()).unwrap_or_default(),
            length: length.unwrap_or_else(|| w.unknown_length.to_owned()),
            cells: cells.collect(),
            file: if self.shared() {
                String::new()
            } else {
                clean(&record.file_names().join(", "))
            },
            report: entry.report.clone().filter(|_| !self.shared()),
        }
    }

    /// `2026-03-12`, or `2026-03` on a page to share.
    fn day(&self, record: &Record) -> Option<String> {
        let day = record.day()?;
        let month = || format!("{:04}-{:02}", day.year(), day.month());
        Some(if self.shared() { month() } else { day.to_string() })
    }
}

fn cell(w: &'static Words, id: &str, letters: &[(Reason, char)], reading: Option<Reading>) -> Cell {
    let name = name(w, id);
    let none = Cell { name, figure: None, likely: None, words: w.not_measured, reason: None };
    match reading {
        None => none,
        Some(Reading { unit, measured: Ok(measured) }) => Cell {
            figure: Some(numbers::figure(w, unit, measured.value)),
            likely: measured.span.map(|(low, high)| numbers::span(w, unit, low, high)),
            words: status_words(w, measured.status, measured.firm),
            ..none
        },
        Some(Reading { measured: Err(reason), .. }) => {
            let letter = letters.iter().find(|(why, _)| *why == reason);
            Cell { reason: letter.map(|(_, at)| *at), ..none }
        }
    }
}

/// Whether the day is only that of the file.
fn weak(record: &Record) -> bool {
    record.session.date_from == Some(DateFrom::Mtime) && record.day().is_some()
}
