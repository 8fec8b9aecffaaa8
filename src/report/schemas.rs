//! Sample documents held against `schemas/analysis.schema.json` and the loose ones.
//!
//! `run` adds the header; here it is put on by hand as DESIGN §4 shows it.

use serde_json::{Value, json};

use super::sample;
use crate::session::{Ms, Prosody, WordEnd};

fn errors(schema: &str, document: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    validator.iter_errors(document).map(|e| format!("{}: {e}", e.instance_path())).collect()
}

fn analysis(of: &crate::analysis::Analysis) -> Value {
    let mut document = json!({"schema": "openfloor.analysis/1", "tool_version": "0.1.0",
        "definitions_version": 1, "fingerprint": "abc"});
    let body = serde_json::to_value(of).unwrap();
    document.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    document
}

const ANALYSIS: &str = include_str!("../../schemas/analysis.schema.json");
const SESSION: &str = include_str!("../../schemas/session.schema.json");
const SESSIONS: &str = include_str!("../../schemas/sessions.schema.json");
const RUN: &str = include_str!("../../schemas/run.schema.json");
const FAILURE: &str = include_str!("../../schemas/failure.schema.json");
const DUPLICATE: &str = include_str!("../../schemas/duplicate.schema.json");

#[test]
fn an_analysis_is_as_its_schema_says() {
    let samples = [Some(sample::english()), Some(sample::french()), sample::spoken("en_promotion")];
    for (known, session) in samples.into_iter().flatten() {
        let unknown = sample::without_coach(&known, &session).0;
        for document in [known, unknown].iter().map(analysis) {
            assert_eq!(errors(ANALYSIS, &document), Vec::<String>::new());
        }
    }
}

#[test]
fn a_wrong_analysis_is_refused() {
    let right = analysis(&sample::english().0);
    let wrong = |change: &dyn Fn(&mut Value)| {
        let mut document = right.clone();
        change(&mut document);
        assert!(!errors(ANALYSIS, &document).is_empty(), "accepted: {document:.200}");
    };
    wrong(&|d| d["schema"] = json!("openfloor.analysis/2"));
    wrong(&|d| d["moments"][0]["confidence"] = json!(1.5));
    wrong(&|d| d["moments"][0]["kind"] = json!("joke"));
    wrong(&|d| d["metrics"][0]["value"] = Value::Null);
    wrong(&|d| d["fundamentals"][0]["status"] = json!("bad"));
    wrong(&|d| d["speakers"][0]["id"] = json!("S0"));
    wrong(&|d| {
        d.as_object_mut().unwrap().remove("warnings");
    });
}

#[test]
fn a_session_is_as_its_schema_says() {
    let (_, mut session) = sample::english();
    session.utterances[0].prosody = Some(Prosody {
        final_slope_st_per_s: Some(-4.2),
        voiced_ms: Some(Ms(310)),
        ends: vec![WordEnd { at_ms: Ms(900), slope_st_per_s: None, voiced_ms: Ms(0) }],
    });
    let mut document = json!({"schema": "openfloor.session/1", "tool_version": "0.1.0",
        "fingerprint": "abc"});
    let body = serde_json::to_value(&session).unwrap();
    document.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    assert_eq!(errors(SESSION, &document), Vec::<String>::new());
    for wrong in ["/speech/0/start_ms", "/utterances/0/prosody/ends/0/at_ms"] {
        let mut document = document.clone();
        *document.pointer_mut(wrong).unwrap() = json!(-1);
        assert!(!errors(SESSION, &document).is_empty(), "{wrong}");
    }
}

#[test]
fn a_run_a_failure_and_a_duplicate_have_schemas() {
    let run = json!({"schema": "openfloor.run/1", "tool_version": "0.1.0",
        "started": "2026-11-25T06:00:00Z", "finished": null, "elapsed_ms": {"words": 1200},
        "host": {"cores": 2}, "threads": 1, "command": {"model": "base"}});
    assert_eq!(errors(RUN, &run), Vec::<String>::new());
    let failure = json!({"schema": "openfloor.failure/1", "source": "a.wav", "error": "no sound"});
    assert_eq!(errors(FAILURE, &failure), Vec::<String>::new());
    assert!(!errors(FAILURE, &json!({"schema": "openfloor.failure/1"})).is_empty());
    let duplicate = json!({"schema": "openfloor.duplicate/1", "source": "b.wav", "of": "a.wav"});
    assert_eq!(errors(DUPLICATE, &duplicate), Vec::<String>::new());
    assert!(!errors(DUPLICATE, &failure).is_empty());
}

#[test]
fn sessions_over_time_are_as_their_schema_says() {
    use super::sessions::{Sessions, json, sample};
    let mut entries = sample::days(&[0.3, 0.28, 0.32, 0.34, 0.26, 0.5, 0.3]);
    entries.push(sample::entry(90, "", |d| d["metrics"] = json!([])));
    let text = json(&Sessions::new(entries, None), "0.1.0", "abc").unwrap();
    let right: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(errors(SESSIONS, &right), Vec::<String>::new());
    let wrong = |change: &dyn Fn(&mut Value)| {
        let mut document = right.clone();
        change(&mut document);
        assert!(!errors(SESSIONS, &document).is_empty(), "accepted: {document:.200}");
    };
    wrong(&|d| d["schema"] = json!("openfloor.sessions/2"));
    wrong(&|d| d["sessions"][0]["date"] = json!("yesterday"));
    wrong(&|d| d["sessions"][0]["fundamentals"][0]["value"] = Value::Null);
    wrong(&|d| d["groups"][0]["fundamentals"][0]["newest"] = json!("better"));
}
