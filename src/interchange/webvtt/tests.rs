use serde_json::{Value, json};

use super::*;

fn session(utterances: &Value) -> Session {
    let value = json!({
        "source": {"kind": "recording", "duration_ms": 4_000_000, "language": "fr",
            "model": "base", "speaker_evidence": "channels",
            "separation": {"level": "clear", "bleed_db": null, "talk_share_error": null},
            "files": []},
        "about": {},
        "speakers": [{"id": "S1", "role": "coach", "name": null},
                     {"id": "S2", "role": "coachee", "name": "A > B & <C>\n"}],
        "speech": null, "utterances": utterances, "warnings": []
    });
    serde_json::from_value(value).unwrap()
}

fn one(speaker: &str, start: u64, end: u64, text: &str) -> Value {
    json!({"id": 1, "speaker": speaker, "start_ms": start, "end_ms": end, "language": "fr",
           "text": text})
}

/// Blocks after the header, each with its timing line and its text lines.
fn blocks(vtt: &str) -> Vec<(&str, Vec<&str>)> {
    assert!(vtt.starts_with("WEBVTT\n"));
    let blocks = vtt.split("\n\n").skip(1).filter(|block| !block.starts_with("NOTE"));
    let parse = |block: &'_ str| -> (usize, usize) {
        let timing = block.find("-->").unwrap();
        (timing, block.matches("-->").count())
    };
    blocks
        .map(|block| {
            assert_eq!(parse(block).1, 1, "one arrow a block: {block}");
            let mut lines = block.lines();
            lines.next().unwrap().parse::<usize>().unwrap();
            (lines.next().unwrap(), lines.collect())
        })
        .collect()
}

#[test]
fn a_cue_has_hours_a_voice_and_its_text() {
    let text = vtt(&session(&json!([one("S1", 3_661_005, 3_662_500, "Qu’est-ce qui vient ?")])));
    assert_eq!(
        blocks(&text),
        [("01:01:01.005 --> 01:01:02.500", vec!["<v Coach>Qu’est-ce qui vient ?"])]
    );
}

#[test]
fn hostile_text_stays_text() {
    let hostile = "a --> b\n\n00:00:00.000 --> 00:00:09.000\n<script>&amp;\0\u{1b}[31m </v> NOTE x";
    let text = vtt(&session(&json!([one("S2", 0, 5_000, hostile)])));
    assert!(blocks(&text).iter().all(|(_, lines)| lines.len() == 1));
    assert!(!text.contains("<script") && !text.contains("</v>") && !text.contains('\u{1b}'));
    assert!(text.contains("<v A &gt; B &amp; &lt;C&gt;>"), "{text}");
    assert!(text.contains("a --&gt; b") && text.contains("&amp;amp;"));
}

#[test]
fn a_long_utterance_is_cut_at_its_words() {
    let long = "mot ".repeat(100);
    let text = vtt(&session(&json!([one("S1", 0, 40_000, &long)])));
    let cues = blocks(&text);
    assert!(cues.len() >= 5);
    for (_, lines) in &cues {
        assert!(lines[0].chars().count() <= CUE_CHARS + "<v Coach>".len());
    }
    assert_eq!(text.matches("mot").count(), 100);
    let huge = vtt(&session(&json!([one("S1", 0, 1_000, &"x".repeat(10_000))])));
    assert_eq!(huge.matches('x').count(), 10_000);
}

#[test]
fn cues_start_in_order_and_never_end_before_they_start() {
    let text = vtt(&session(&json!([
        one("S1", 5_000, 9_000, "second"),
        one("S2", 1_000, 30_000, "first and long"),
        one("S2", 5_000, 5_001, "very short but of several words"),
    ])));
    let times: Vec<(&str, &str)> =
        blocks(&text).iter().map(|(timing, _)| timing.split_once(" --> ").unwrap()).collect();
    assert!(times.iter().all(|(start, end)| start < end), "{times:?}");
    assert!(times.windows(2).all(|pair| pair[0].0 <= pair[1].0), "{times:?}");
}

#[test]
fn without_times_it_says_so() {
    let mut untimed = one("S1", 0, 1, "text");
    untimed["start_ms"] = Value::Null;
    untimed["end_ms"] = Value::Null;
    let text = vtt(&session(&json!([untimed])));
    assert!(text.contains("NOTE The transcript has no times.") && !text.contains("-->"));
}

#[test]
fn times_of_words_are_kept() {
    let mut utterance = one("S1", 0, 20_000, "un deux");
    utterance["words"] = json!([{"text": "un", "start_ms": 0, "end_ms": 500},
                                {"text": "deux", "start_ms": 19_000, "end_ms": 20_000}]);
    let text = vtt(&session(&json!([utterance])));
    assert_eq!(blocks(&text).len(), 2, "seven seconds are the most a cue stands: {text}");
    assert!(text.contains("00:00:19.000 --> 00:00:20.000"));
}
