//! Results of many sessions, as `analyze` leaves them: conversations written here, analysed by the
//! library, with another day, name and figures each.

use std::path::{Path, PathBuf};

use openfloor::session::{About, DateFrom, Language, Session};
use serde_json::{Value, json};

use crate::sample::{analysed, html, session};

/// Who and when.
#[derive(Debug, Clone, Copy)]
pub struct Of<'a> {
    pub date: Option<&'a str>,
    pub coach: Option<&'a str>,
    pub client: Option<&'a str>,
}

/// `folder/NAME.openfloor` with an analysis, changed before it is written, and its report.
pub fn results(
    folder: &Path,
    name: &str,
    mut told: Session,
    of: Of<'_>,
    change: impl FnOnce(&mut Value),
) -> PathBuf {
    told.about = About {
        date: of.date.map(str::to_owned),
        date_from: of.date.map(|_| DateFrom::FileName),
        coach: of.coach.map(str::to_owned),
        client: of.client.map(str::to_owned),
        consent: None,
    };
    let results = folder.join(format!("{name}.openfloor"));
    for file in &mut told.source.files {
        name.clone_into(&mut file.name);
        // Another recording each.
        file.sha256 = results.display().to_string();
    }
    let analysis = analysed(&told, "coaching");
    let mut document = json!({"schema": "openfloor.analysis/1", "tool_version": "0.1.0",
        "fingerprint": "f".repeat(64)});
    let body = serde_json::to_value(&analysis).unwrap();
    document.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    change(&mut document);
    std::fs::create_dir_all(&results).unwrap();
    std::fs::write(results.join("analysis.json"), document.to_string()).unwrap();
    std::fs::write(results.join("report.html"), html(&analysis, &told)).unwrap();
    results
}

/// Sessions of one coach, some days apart, with two clients and figures that go up and down; every
/// seventh has one microphone for both.
pub fn many(folder: &Path, n: usize, language: Language, coach: Option<&str>) -> Vec<PathBuf> {
    (0..n)
        .map(|at| {
            let date = format!("{}-{:02}-{:02}", 2024 + at / 36, at / 3 % 12 + 1, at % 3 * 9 + 2);
            let client = ["K.", "Madame M."][at / 2 % 2];
            let of = Of { date: Some(&date), coach, client: Some(client) };
            let name = format!("{date} séance {}.m4a", at + 1);
            results(folder, &name, session(language), of, |document| vary(document, at))
        })
        .collect()
}

/// Other figures, by the number of the session.
pub fn vary(document: &mut Value, at: usize) {
    let rows = document["fundamentals"].as_array().unwrap().clone();
    for (row, fundamental) in rows.iter().enumerate() {
        let (from, to) = (
            fundamental["axis"]["from"].as_f64().unwrap(),
            fundamental["axis"]["to"].as_f64().unwrap(),
        );
        let turn = (at * (row + 3)) as f64 * 0.7 + row as f64;
        let mut share = 0.35 + 0.2 * turn.sin();
        if at == 5 && row == 1 {
            share = 0.95;
        }
        let (value, width) = (from + (to - from) * share, (to - from) * 0.06);
        let unheard = at % 7 == 3 && fundamental["id"] == "lets_finish";
        for metric in document["metrics"].as_array_mut().unwrap() {
            if metric["id"] == fundamental["metric"] {
                metric["value"] = if unheard { Value::Null } else { json!(value) };
                metric["low"] =
                    if unheard { Value::Null } else { json!((value - width).max(from)) };
                metric["high"] = if unheard { Value::Null } else { json!(value + width) };
                metric["reason"] = if unheard { json!("no_overlap_evidence") } else { Value::Null };
            }
        }
        let row = &mut document["fundamentals"][row];
        row["status"] = json!(if unheard { "not_measured" } else { place(fundamental, value) });
        row["firm"] = json!(!at.is_multiple_of(3));
    }
}

fn place(fundamental: &Value, value: f64) -> &'static str {
    let lies = |pieces: &str| {
        let pieces = fundamental["band"][pieces].as_array();
        pieces
            .into_iter()
            .flatten()
            .any(|piece| (piece[0].as_f64().unwrap()..=piece[1].as_f64().unwrap()).contains(&value))
    };
    if lies("in") {
        "in_band"
    } else if lies("watch") {
        "watch"
    } else {
        "out_of_band"
    }
}
