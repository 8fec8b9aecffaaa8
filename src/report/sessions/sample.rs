//! Records for tests: a sample analysis with another day, name and figure.

use serde_json::{Value, json};

use super::groups::Entry;
use super::record::Record;
use crate::report::sample;

/// One session, as `analysis.json` would have it.
pub(super) fn document() -> Value {
    let mut document = json!({"schema": "openfloor.analysis/1", "tool_version": "0.1.0",
        "fingerprint": "abc"});
    let body = serde_json::to_value(sample::english().0).unwrap();
    document.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    document
}

/// The session of a day, changed; its label and link are by number.
pub(in crate::report) fn entry(n: usize, date: &str, change: impl Fn(&mut Value)) -> Entry {
    let mut document = document();
    document["session"] = json!({"date": date, "date_from": "option", "coach": "Anna",
        "client": null});
    if date.is_empty() {
        document["session"]["date"] = Value::Null;
    }
    change(&mut document);
    let record: Record = serde_json::from_value(document).unwrap();
    let label = format!("talk{n:03}.wav.openfloor");
    let report = Some(format!("{label}/report.html"));
    Entry { record, label, report }
}

/// Sets the figure a fundamental is read from, with its likely span.
pub(super) fn figure(document: &mut Value, fundamental: &str, value: f64, span: (f64, f64)) {
    let rows = document["fundamentals"].as_array_mut().unwrap();
    let row = rows.iter_mut().find(|row| row["id"] == fundamental).unwrap();
    row["status"] = json!("in_band");
    let metric = row["metric"].clone();
    for one in document["metrics"].as_array_mut().unwrap() {
        if one["id"] == metric {
            one["value"] = json!(value);
            (one["low"], one["high"]) = (json!(span.0), json!(span.1));
        }
    }
}

/// Sessions of as many days, whose listening is by number.
pub(in crate::report) fn days(shares: &[f64]) -> Vec<Entry> {
    let one = |(n, &share): (usize, &f64)| {
        let date = format!("2026-{:02}-{:02}", n / 28 + 1, n % 28 + 1);
        entry(n, &date, |d| figure(d, "listens", share, (share - 0.02, share + 0.02)))
    };
    shares.iter().enumerate().map(one).collect()
}
