//! `sessions.json`: the same for programs (`schemas/sessions.schema.json`).
//!
//! In: [`Sessions`]. Out: one line of JSON, `openfloor.sessions/1`: every session with its figures,
//! then the groups that may be set against each other, by the places of their sessions.

use serde::Serialize;

use super::csv::language;
use super::groups::{Entry, Group, Sessions, Track, client, coach};
use super::usual::Place;
use crate::analysis::{OpennessRule, Reason, Status, Unit};
use crate::session::{DateFrom, Ms};

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool_version: &'a str,
    fingerprint: &'a str,
    sessions: Vec<Session<'a>>,
    groups: Vec<Together<'a>>,
}

#[derive(Serialize)]
struct Session<'a> {
    date: Option<String>,
    date_from: Option<DateFrom>,
    coach: Option<String>,
    client: Option<String>,
    profile: &'a str,
    definitions_version: u32,
    openness_rule: OpennessRule,
    language: &'static str,
    duration_ms: Option<Ms>,
    files: Vec<String>,
    report: Option<&'a str>,
    fundamentals: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    metric: &'a str,
    unit: Unit,
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    status: Status,
    firm: bool,
    reason: Option<Reason>,
}

#[derive(Serialize)]
struct Together<'a> {
    coach: Option<&'a str>,
    profile: &'a str,
    definitions_version: u32,
    openness_rule: OpennessRule,
    /// Places in `sessions`, in order.
    sessions: &'a [usize],
    /// The place of the newest that has a date.
    newest: Option<usize>,
    /// How many of `sessions`, from the first on, lie on earlier days.
    earlier: usize,
    fundamentals: Vec<Over<'a>>,
    changed_most: Option<&'a str>,
}

#[derive(Serialize)]
struct Over<'a> {
    id: &'a str,
    /// How many earlier sessions have a figure; from five on the next three are there.
    earlier: usize,
    median: Option<f64>,
    lower_quartile: Option<f64>,
    upper_quartile: Option<f64>,
    /// Where the newest lies beside the middle half.
    newest: Option<&'static str>,
}

/// The document. `fingerprint` is that of the analyses it is made from.
///
/// # Errors
/// Nothing in it can fail to be written; the type says it might.
pub fn json(
    sessions: &Sessions,
    tool_version: &str,
    fingerprint: &str,
) -> serde_json::Result<String> {
    let document = Document {
        schema: "openfloor.sessions/1",
        tool_version,
        fingerprint,
        sessions: sessions.entries.iter().map(session).collect(),
        groups: sessions.groups.iter().map(together).collect(),
    };
    Ok(serde_json::to_string(&document)? + "\n")
}

fn session(entry: &Entry) -> Session<'_> {
    let record = &entry.record;
    let day = record.day();
    let rows = record.fundamentals.iter().filter_map(|fundamental| {
        let reading = record.reading(&fundamental.id)?;
        let measured = reading.measured.ok();
        let (low, high) = measured.and_then(|one| one.span).unzip();
        Some(Row {
            id: &fundamental.id,
            metric: &fundamental.metric,
            unit: reading.unit,
            value: measured.map(|one| one.value),
            low,
            high,
            status: measured.map_or(Status::NotMeasured, |one| one.status),
            firm: measured.is_some_and(|one| one.firm),
            reason: reading.measured.err(),
        })
    });
    Session {
        date: day.map(|day| day.to_string()),
        date_from: record.session.date_from.filter(|_| day.is_some()),
        coach: coach(record),
        client: client(record),
        profile: &record.profile,
        definitions_version: record.definitions_version,
        openness_rule: record.openness_rule,
        language: language(record.source.language),
        duration_ms: record.source.duration_ms,
        files: record.file_names(),
        report: entry.report.as_deref(),
        fundamentals: rows.collect(),
    }
}

fn together(group: &Group) -> Together<'_> {
    Together {
        coach: group.coach.as_deref(),
        profile: &group.profile,
        definitions_version: group.definitions_version,
        openness_rule: group.rule,
        sessions: &group.members,
        newest: group.newest.and_then(|newest| group.members.get(newest).copied()),
        earlier: group.earlier,
        fundamentals: group.tracks.iter().map(|track| over(group, track)).collect(),
        changed_most: group.changed_most().map(|track| track.fundamental.id.as_str()),
    }
}

fn over<'a>(group: &Group, track: &'a Track) -> Over<'a> {
    let newest = group.newest.and_then(|newest| track.measured(newest));
    let place = track.usual.zip(newest).map(|(usual, figure)| match usual.place(&figure) {
        Place::Within => "within",
        Place::Above => "above",
        Place::Below => "below",
    });
    Over {
        id: &track.fundamental.id,
        earlier: track.earlier,
        median: track.usual.map(|usual| usual.median),
        lower_quartile: track.usual.map(|usual| usual.lower),
        upper_quartile: track.usual.map(|usual| usual.upper),
        newest: place,
    }
}
