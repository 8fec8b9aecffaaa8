//! The document `openfloor.agreement/1` (`schemas/agreement.schema.json`).

use std::collections::BTreeMap;

use serde::Serialize;

use super::Study;
use crate::agreement::{
    Aspect, Codes, Comparison, Mean, OpenShare, Recording, Reliability, Withheld,
};
use crate::analysis::OpennessRule;
use crate::lang::CharSpan;
use crate::session::{Language, Ms, Span, SpeakerId};

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool_version: &'a str,
    corrected: bool,
    recordings: Vec<Of<'a>>,
    coders: Vec<&'a str>,
    units: u64,
    withheld: &'a BTreeMap<Withheld, u64>,
    tool: Tool<'a>,
    coders_together: Together<'a>,
    open_share: Shares<'a>,
    reliability: &'a [Reliability],
    differs: Vec<Difference<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct Of<'a> {
    name: &'a str,
    language: Language,
    coach: Option<SpeakerId>,
    rule: OpennessRule,
}

#[derive(Serialize)]
struct Tool<'a> {
    with_each: &'a [Comparison],
    with_everyone: &'a Option<Comparison>,
    with_majority: &'a Option<Comparison>,
    mean: &'a [Mean],
}

#[derive(Serialize)]
struct Together<'a> {
    pairs: &'a [Comparison],
    mean: &'a [Mean],
    with_majority_of_others: &'a [Comparison],
}

#[derive(Serialize)]
struct Shares<'a> {
    recordings: &'a [OpenShare],
    mean_error: Option<f64>,
    over: u64,
}

#[derive(Serialize)]
struct Difference<'a> {
    recording: &'a str,
    utterance: u32,
    part: Option<CharSpan>,
    start_ms: Option<Ms>,
    text: Option<&'a str>,
    aspects: &'a [Aspect],
    tool: Option<Codes>,
    coders: Vec<Said<'a>>,
}

#[derive(Serialize)]
struct Said<'a> {
    coder: &'a str,
    codes: Codes,
}

fn of(one: &Recording) -> Of<'_> {
    let language = one.session.source.language;
    Of { name: &one.name, language, coach: one.coach(), rule: one.rule }
}

/// One line of JSON, ended by a line feed.
///
/// # Errors
/// A number that JSON cannot hold; the figures of a study have none.
pub fn json(study: &Study<'_>) -> serde_json::Result<String> {
    let found = study.agreement;
    let document = Document {
        schema: "openfloor.agreement/1",
        tool_version: study.tool_version,
        corrected: study.corrected,
        recordings: study.recordings.iter().map(of).collect(),
        coders: study.coders.iter().map(|one| one.name.as_str()).collect(),
        units: found.units,
        withheld: &found.withheld,
        tool: Tool {
            with_each: &found.each,
            with_everyone: &found.everyone,
            with_majority: &found.majority,
            mean: &found.tool_mean,
        },
        coders_together: Together {
            pairs: &found.pairs,
            mean: &found.coder_mean,
            with_majority_of_others: &found.with_rest,
        },
        open_share: Shares {
            recordings: &found.open_shares,
            mean_error: found.open_share_error.0,
            over: found.open_share_error.1,
        },
        reliability: &found.reliability,
        differs: differences(study),
        notes: study.notes,
    };
    serde_json::to_string(&document).map(|line| line + "\n")
}

fn differences<'a>(study: &Study<'a>) -> Vec<Difference<'a>> {
    let of = |one: &'a crate::agreement::Differs| {
        let recording = study.recordings.get(one.unit.recording)?;
        let said = recording.utterance(one.unit.utterance);
        let coders = one.coders.iter().filter_map(|(nth, codes)| {
            Some(Said { coder: &study.coders.get(*nth)?.name, codes: *codes })
        });
        Some(Difference {
            recording: &recording.name,
            utterance: one.unit.utterance,
            part: one.unit.part,
            start_ms: said.and_then(crate::session::Utterance::time).map(Span::start),
            text: said.map(|said| said.text.as_str()),
            aspects: &one.aspects,
            tool: one.tool,
            coders: coders.collect(),
        })
    };
    study.agreement.differs.iter().filter_map(of).collect()
}
