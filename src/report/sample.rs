//! Plausible sessions and analyses for the tests of this room; no part of the product.
//!
//! In: the truth of a spoken session (`../shared/speech/dev`, where it is there) or a small one
//! written here. Out: a [`Session`] and an [`Analysis`] with figures from the truth and rough
//! intervals. What is measured for real is measured in `analysis`.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::too_many_lines,
    reason = "times and counts of small test files; a builder of literals"
)]

use serde_json::{Value, json};

use crate::analysis::{Analysis, Reason, Status};
use crate::session::Session;

/// A short session in English, always there.
pub(crate) fn english() -> (Analysis, Session) {
    build(&written("en", "What would you like to explore?", "You should call him.", "Mm-hmm."))
}

/// A short session in French, always there.
pub(crate) fn french() -> (Analysis, Session) {
    let question = "Qu’est-ce que vous voulez explorer ?";
    build(&written("fr", question, "Vous devriez l’appeler.", "Hum."))
}

/// A spoken session by name, where the shared material is.
pub(crate) fn spoken(id: &str) -> Option<(Analysis, Session)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/speech/dev");
    let text = std::fs::read_to_string(format!("{folder}/{id}.truth.json")).ok()?;
    Some(build(&serde_json::from_str(&text).unwrap()))
}

/// The same session with nobody taken for the coach.
pub(crate) fn without_coach(analysis: &Analysis, session: &Session) -> (Analysis, Session) {
    use crate::session::{Role, Warning, WarningCode};
    let (mut analysis, mut session) = (analysis.clone(), session.clone());
    for speaker in &mut session.speakers {
        speaker.role = Role::Unknown;
        speaker.role_evidence = None;
    }
    for speaker in &mut analysis.speakers {
        speaker.role = Role::Unknown;
        speaker.role_evidence = None;
    }
    for index in 0..analysis.fundamentals.len() {
        set_reason(&mut analysis, index, Reason::CoachUnknown);
    }
    let code = WarningCode::CoachUnknown;
    analysis.warnings.push(Warning { code, message: "the coach is not known".into() });
    (analysis, session)
}

/// Makes one fundamental not measured, for this reason.
pub(crate) fn set_reason(analysis: &mut Analysis, index: usize, reason: Reason) {
    let fundamental = &mut analysis.fundamentals[index];
    fundamental.status = Status::NotMeasured;
    let id = fundamental.metric.clone();
    let metric = analysis.metrics.iter_mut().find(|metric| metric.id == id).unwrap();
    (metric.value, metric.low, metric.high) = (None, None, None);
    metric.reason = Some(reason);
}

fn written(language: &str, question: &str, advice: &str, sign: &str) -> Value {
    let length = |text: &str| text.chars().count();
    json!({
        "id": format!("written_{language}"), "language": language, "duration_ms": 61_000,
        "speakers": [
            {"id": "S1", "role": "coach", "channel": "left", "talk_ms": 6_000, "words": 10},
            {"id": "S2", "role": "coachee", "channel": "right", "talk_ms": 34_000, "words": 90}],
        "utterances": [
            {"id": 1, "speaker": "S2", "start_ms": 0, "end_ms": 900, "text": "Bonjour, hello."},
            {"id": 2, "speaker": "S1", "start_ms": 1_000, "end_ms": 3_000, "text": question,
             "acts": [{"text": question, "kind": "question", "form": "wh", "openness": "open",
                       "openness_strict": "open", "flags": [], "start": 0,
                       "end": length(question), "start_ms": 1_000, "end_ms": 3_000}]},
            {"id": 3, "speaker": "S2", "start_ms": 6_500, "end_ms": 40_000,
             "text": "The new job & my team <all of it>."},
            {"id": 4, "speaker": "S1", "start_ms": 20_000, "end_ms": 20_600, "text": sign,
             "acts": [{"text": sign, "kind": "backchannel", "start": 0, "end": length(sign),
                       "start_ms": 20_000, "end_ms": 20_600}]},
            {"id": 5, "speaker": "S1", "start_ms": 41_000, "end_ms": 43_000, "text": advice,
             "acts": [{"text": advice, "kind": "prescriptive", "form": "directive", "level": 3,
                       "start": 0, "end": length(advice), "start_ms": 41_000,
                       "end_ms": 43_000}]}],
        "speech": {"S1": [[1_000, 3_000], [20_000, 20_600], [41_000, 43_000]],
                   "S2": [[0, 900], [6_500, 40_000]]},
        "silences": [{"start_ms": 3_000, "end_ms": 6_500, "next": "S2"}],
        "interruptions": [], "monologues": [],
        "waits": [{"utterance": 2, "wait_ms": 3_500, "next": "S2", "broken": false,
                   "inside_utterance": false}],
        "counts": {"coach_turns": 3, "questions": 1, "open_pragmatic": 1, "leading": 0,
                   "stacked_turns": 0, "question_turns": 1,
                   "prescriptive": {"level_3": 1, "level_2": 0, "level_1": 0,
                                    "with_permission": 0},
                   "backchannel": 1, "interruptions_by_coach": 0},
        "measures": {"coach_talk_share": 0.15, "open_share_strict": 1.0,
                     "broken_share_of_utterance_final_questions": 0.0}
    })
}

fn n(value: &Value) -> f64 {
    value.as_f64().unwrap_or(0.0)
}

fn build(truth: &Value) -> (Analysis, Session) {
    let words = |u: &Value| -> Vec<Value> {
        let text = u["text"].as_str().unwrap();
        let (start, end) = (n(&u["start_ms"]) as u64, n(&u["end_ms"]) as u64);
        let all: Vec<&str> = text.split_whitespace().collect();
        let at = |i: usize| start + (end - start) * i as u64 / all.len() as u64;
        let word = |(i, word): (usize, &&str)| json!({"text": word, "start_ms": at(i), "end_ms": at(i + 1), "confidence": 0.9});
        all.iter().enumerate().map(word).collect()
    };
    let utterances: Vec<Value> = truth["utterances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|u| {
            json!({"id": u["id"], "speaker": u["speaker"], "start_ms": u["start_ms"],
               "end_ms": u["end_ms"], "language": truth["language"], "text": u["text"],
               "words": words(u)})
        })
        .collect();
    let mut speech: Vec<Value> = Vec::new();
    for (speaker, spans) in truth["speech"].as_object().unwrap() {
        for span in spans.as_array().unwrap() {
            speech.push(json!({"start_ms": span[0], "end_ms": span[1], "speaker": speaker}));
        }
    }
    speech.sort_by_key(|s| s["start_ms"].as_u64());
    let questions = n(&truth["counts"]["questions"]) as u64;
    let all_talk: f64 =
        truth["speakers"].as_array().unwrap().iter().map(|s| n(&s["talk_ms"])).sum();
    let speakers: Vec<Value> = truth["speakers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| {
            json!({"id": s["id"], "role": s["role"], "name": null, "role_evidence":
               {"from": "conversation", "questions": questions, "of": questions + 4,
                "side": s["channel"]}, "role_confidence": 0.97, "talk_ms": s["talk_ms"],
               "talk_share": n(&s["talk_ms"]) / all_talk, "words": s["words"]})
        })
        .collect();
    let id = truth["id"].as_str().unwrap();
    let file = format!("{id}.stereo.flac");
    let source = json!({"kind": "recording", "duration_ms": truth["duration_ms"],
        "language": truth["language"], "model": "base-q8_0", "speaker_evidence": "channels",
        "separation": {"level": "clear", "bleed_db": -26.0, "talk_share_error": 0.015},
        "files": [{"name": file, "sha256": "0".repeat(64), "href": format!("../{file}"),
                   "playable": true, "channel": null, "track": null, "offset_ms": 0,
                   "speaker": null}]});
    let about = json!({"date": null, "date_from": null, "coach": null, "client": null});
    let mut warnings = vec![json!({"code": "little_material", "message": "under ten minutes"})];
    if truth["language"] == "fr" {
        warnings.push(json!({"code": "model_weak_in_language", "message": "weak"}));
    }
    let moments = moments(truth);
    let (metrics, fundamentals) = figures(truth, &moments, all_talk);
    let session = json!({"source": source, "about": about, "speakers": speakers,
        "speech": speech, "utterances": utterances, "warnings": warnings});
    let analysis = json!({"definitions_version": 1, "profile": "coaching",
        "openness_rule": "pragmatic", "source": source, "session": about,
        "speakers": speakers, "metrics": metrics, "fundamentals": fundamentals,
        "moments": moments, "series": [{"metric": "coach_talk_share", "slice_ms": 60_000,
            "points": [{"start_ms": 0, "end_ms": 60_000, "value": 0.6}]}],
        "prompts": prompts(&moments), "warnings": warnings});
    (serde_json::from_value(analysis).unwrap(), serde_json::from_value(session).unwrap())
}

fn prompts(moments: &[Value]) -> Vec<Value> {
    let length = |m: &Value| n(&m["end_ms"]) - n(&m["start_ms"]);
    let silences = moments.iter().filter(|m| m["kind"] == "silence");
    let silence = silences.max_by(|a, b| length(a).total_cmp(&length(b)));
    let phrase = moments.iter().find(|m| m["kind"] == "prescriptive");
    let silence = silence.map(|m| {
        json!({"template": "longest_silence", "moment": m["id"],
               "args": {"ms": length(m) as u64, "next": "coachee"}})
    });
    let phrase = phrase.map(
        |m| json!({"template": "first_phrase", "moment": m["id"], "args": {"level": m["level"]}}),
    );
    silence.into_iter().chain(phrase).collect()
}

fn moments(truth: &Value) -> Vec<Value> {
    let utterances = truth["utterances"].as_array().unwrap();
    let mut moments = Vec::new();
    for (at, u) in utterances.iter().enumerate() {
        for act in u["acts"].as_array().into_iter().flatten() {
            let kind = act["kind"].as_str().unwrap();
            if kind == "none" || u["speaker"] != truth["speakers"][0]["id"] {
                continue;
            }
            let (start, end) = (act["start"].as_u64().unwrap(), act["end"].as_u64().unwrap());
            let text = act["text"].as_str().unwrap();
            let first: usize = text.split(' ').take(2).map(|w| w.chars().count() + 1).sum();
            let mut flags: Vec<Value> = act["flags"].as_array().cloned().unwrap_or_default();
            flags.retain(|flag| flag != "asks_permission" && flag != "ask_permission");
            if act["permission"] == true {
                flags.push(json!("permission"));
            }
            let mut moment = json!({
                "id": format!("{}-{}-{start}-{end}", &kind[..1], u["id"]), "kind": kind,
                "flags": flags, "utterances": [u["id"], u["id"]], "span": [start, end],
                "speaker": u["speaker"], "start_ms": act["start_ms"], "end_ms": act["end_ms"],
                "text": text, "rejected": false,
                "cues": [{"rule": format!("en.{kind}.sample"), "start": start,
                          "end": (start + first as u64 - 1).min(end)}],
                "confidence": if act["ambiguous"] == true { 0.55 } else { 0.9 }});
            for key in ["form", "openness", "openness_strict", "level"] {
                if !act[key].is_null() && kind != "reflection" {
                    moment[key] = act[key].clone();
                }
            }
            if kind == "question" {
                moment["group"] = json!(format!("g{}", group(truth, u)));
                if act["flags"].as_array().is_none_or(|f| !f.contains(&json!("stacked"))) {
                    moment["group"] = Value::Null;
                }
                let wait = truth["waits"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .find(|w| w["utterance"] == u["id"] && w["inside_utterance"] == false);
                if let Some(wait) = wait {
                    moment["wait_ms"] = json!(n(&wait["wait_ms"]).max(0.0) as u64);
                    moment["next"] = wait["next"].clone();
                    moment["broken"] = wait["broken"].clone();
                }
                let after =
                    utterances[at + 1..].iter().take_while(|v| v["speaker"] != u["speaker"]);
                let (mut ms, mut words, mut last) = (0.0, 0, u["id"].clone());
                for v in after {
                    ms += n(&v["end_ms"]) - n(&v["start_ms"]);
                    words += v["text"].as_str().unwrap().split_whitespace().count();
                    last = v["id"].clone();
                }
                moment["answer"] = json!({"start_ms": act["end_ms"], "end_ms": null,
                    "ms": ms as u64, "words": words, "utterances": [u["id"], last]});
            }
            moments.push(moment);
        }
    }
    let silent = |id: String, kind: &str| {
        json!({"id": id, "kind": kind, "flags": [],
        "utterances": null, "span": null, "speaker": null, "start_ms": 0, "end_ms": 0,
        "text": null, "rejected": false, "cues": [], "confidence": 1.0})
    };
    for s in truth["silences"].as_array().unwrap() {
        let mut moment = silent(format!("s-{}", s["start_ms"]), "silence");
        for key in ["start_ms", "end_ms", "next"] {
            moment[key] = s[key].clone();
        }
        moments.push(moment);
    }
    for i in truth["interruptions"].as_array().unwrap() {
        let u = utterances.iter().find(|u| u["id"] == i["utterance"]).unwrap();
        let of = utterances.iter().find(|u| u["id"] == i["of"]).unwrap();
        let mut moment = silent(format!("i-{}", i["utterance"]), "interruption");
        for (key, value) in [
            ("start_ms", &i["start_ms"]),
            ("end_ms", &u["end_ms"]),
            ("speaker", &i["by"]),
            ("text", &u["text"]),
            ("overlap_ms", &i["overlap_ms"]),
            ("of", &of["speaker"]),
        ] {
            moment[key] = value.clone();
        }
        moment["utterances"] = json!([u["id"], u["id"]]);
        moments.push(moment);
    }
    for m in truth["monologues"].as_array().unwrap() {
        let within = |u: &&Value| {
            u["speaker"] == m["speaker"]
                && n(&u["start_ms"]) >= n(&m["start_ms"])
                && n(&u["end_ms"]) <= n(&m["end_ms"])
        };
        let ids: Vec<&Value> = utterances.iter().filter(within).map(|u| &u["id"]).collect();
        let mut moment = silent(format!("m-{}", ids[0]), "monologue");
        for key in ["start_ms", "end_ms", "speaker"] {
            moment[key] = m[key].clone();
        }
        moment["utterances"] = json!([ids[0], ids.last().unwrap()]);
        moments.push(moment);
    }
    let longest = utterances
        .iter()
        .filter(|u| u["speaker"] == truth["speakers"][1]["id"])
        .max_by_key(|u| (n(&u["end_ms"]) - n(&u["start_ms"])) as u64)
        .unwrap();
    let mut moment = silent(format!("t-{}", longest["id"]), "longest_turn");
    for key in ["start_ms", "end_ms", "speaker", "text"] {
        moment[key] = longest[key].clone();
    }
    moment["utterances"] = json!([longest["id"], longest["id"]]);
    moments.push(moment);
    moments.sort_by_key(|m| m["start_ms"].as_u64());
    moments
}

/// Utterances less than two seconds apart are one turn.
fn group(truth: &Value, u: &Value) -> u64 {
    let mut id = u["id"].as_u64().unwrap();
    let by = |id: u64| truth["utterances"].as_array().unwrap().iter().find(|v| v["id"] == id);
    while let (Some(here), Some(before)) = (by(id), by(id - 1)) {
        if here["speaker"] != before["speaker"] {
            break;
        }
        id -= 1;
    }
    id
}

fn figures(truth: &Value, moments: &[Value], all_talk: f64) -> (Vec<Value>, Vec<Value>) {
    let (counts, measures) = (&truth["counts"], &truth["measures"]);
    let coach = n(&truth["speakers"][0]["talk_ms"]);
    let coachee = all_talk - coach;
    let turns = n(&counts["coach_turns"]);
    let p = &counts["prescriptive"];
    let (hard, soft) = (n(&p["level_3"]) + n(&p["level_2"]), n(&p["level_1"]));
    let waits: Vec<&Value> = truth["waits"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|w| w["inside_utterance"] == false)
        .collect();
    let broken = waits.iter().filter(|w| w["broken"] == true).count() as f64;
    let ids = |keep: &dyn Fn(&Value) -> bool| -> Vec<Value> {
        moments.iter().filter(|m| keep(m)).map(|m| m["id"].clone()).collect()
    };
    let question = |m: &Value| m["kind"] == "question";
    let phrase = |m: &Value| m["kind"] == "prescriptive";
    let hard_ids = ids(&|m| phrase(m) && m["level"].as_u64() > Some(1));
    let (talk10, ms) = (coachee / 600_000.0, "ms");
    let rows = [
        (
            "listens",
            "coach_talk_share",
            "share",
            coach,
            all_talk,
            1.0,
            ms,
            ids(&|m| m["kind"] == "monologue"),
            json!([[0.0, 0.3]]),
            json!([[0.3, 0.5]]),
            1.0,
        ),
        (
            "asks_openly",
            "open_question_share",
            "share",
            n(&counts["open_pragmatic"]),
            n(&counts["questions"]),
            1.0,
            "questions",
            ids(&question),
            json!([[0.7, 1.0]]),
            json!([[0.5, 0.7]]),
            1.0,
        ),
        (
            "one_at_a_time",
            "stacked_turn_share",
            "share",
            n(&counts["stacked_turns"]),
            n(&counts["question_turns"]),
            1.0,
            "turns",
            ids(&question),
            json!([[0.0, 0.1]]),
            json!([[0.1, 0.25]]),
            0.5,
        ),
        (
            "does_not_prescribe",
            "prescriptive_per_100_turns",
            "per_100_turns",
            hard,
            turns,
            100.0,
            "turns",
            hard_ids,
            json!([[0.0, 3.0]]),
            json!([[3.0, 8.0]]),
            16.0,
        ),
        (
            "asks_permission",
            "permission_share",
            "share",
            n(&p["with_permission"]),
            hard + soft,
            1.0,
            "acts",
            ids(&phrase),
            json!([[0.5, 1.0]]),
            json!([[0.25, 0.5]]),
            1.0,
        ),
        (
            "gives_space",
            "broken_question_share",
            "share",
            broken,
            waits.len() as f64,
            1.0,
            "waits",
            ids(&question),
            json!([[0.0, 0.1]]),
            json!([[0.1, 0.25]]),
            0.5,
        ),
        (
            "lets_finish",
            "interruptions_per_10min",
            "per_10_min",
            n(&counts["interruptions_by_coach"]),
            coachee,
            coachee / talk10,
            ms,
            ids(&|m| m["kind"] == "interruption"),
            json!([[0.0, 1.0]]),
            json!([[1.0, 3.0]]),
            6.0,
        ),
        (
            "shows_understanding",
            "backchannels_per_10min",
            "per_10_min",
            n(&counts["backchannel"]),
            coachee,
            coachee / talk10,
            ms,
            ids(&|m| m["kind"] == "backchannel"),
            json!([[5.0, 60.0]]),
            json!([[2.0, 5.0], [60.0, 80.0]]),
            80.0,
        ),
    ];
    let (mut metrics, mut fundamentals) = (Vec::new(), Vec::new());
    for (id, metric, unit, over, under, times, of, ids, within, watch, end) in rows {
        let value = (under > 0.0).then_some(over / under * times);
        let wide = if unit == "share" { 0.1 } else { value.unwrap_or(0.0) * 0.4 + 1.0 };
        let low = value.map(|v| (v - wide).max(0.0));
        let high = value.map(|v| if unit == "share" { (v + wide).min(1.0) } else { v + wide });
        let inside = |bands: &Value| {
            bands
                .as_array()
                .unwrap()
                .iter()
                .any(|b| value.is_some_and(|v| v >= n(&b[0]) && v <= n(&b[1])))
        };
        let status = match value {
            None => "not_measured",
            _ if inside(&within) => "in_band",
            _ if inside(&watch) => "watch",
            _ => "out_of_band",
        };
        metrics.push(json!({"id": metric, "subject": "coach", "value": value, "unit": unit,
            "numerator": over, "denominator": under, "denominator_unit": of, "low": low,
            "high": high, "flags": ["little_material"], "definition": "A definition.",
            "source": "A source.", "moments": ids,
            "reason": if value.is_none() { json!("no_prescriptive_act") } else { Value::Null }}));
        fundamentals.push(json!({"id": id, "status": status, "firm": false, "metric": metric,
            "band": {"in": within, "watch": watch, "source": "sources"},
            "axis": {"from": 0.0, "to": end}, "why": "It matters.", "marker": "ICF PCC 7.6"}));
    }
    metrics.push(json!({"id": "open_question_share_strict", "subject": "coach",
        "value": measures["open_share_strict"], "unit": "share", "numerator": null,
        "denominator": null, "denominator_unit": null, "low": null, "high": null, "flags": [],
        "definition": "A definition.", "source": "A source.", "moments": [], "reason": null}));
    (metrics, fundamentals)
}
