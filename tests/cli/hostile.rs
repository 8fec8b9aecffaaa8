//! Words that others wrote, in every output: shown as text, never run, never driving a terminal.

use std::fs;

use serde_json::json;

use crate::support::Place;

fn hostile() -> Vec<String> {
    vec![
        "<script>window.owned = 1</script>".into(),
        "\"><img src=x onerror=alert(1)>".into(),
        "</style></script></template><b>bold".into(),
        "=HYPERLINK(\"http://evil.example\")".into(),
        "\u{202e}drowkcab\u{2066} \u{200f}".into(),
        "a\u{0}b\u{1b}[31mred\u{7}".into(),
        "--> 00:00:01.000\n\nNOTE".into(),
        "w".repeat(10_000),
    ]
}

#[test]
fn hostile_names_and_words_are_text_in_every_output() {
    for word in hostile() {
        let place = Place::new();
        let short: String = word.chars().take(30).collect();
        let said = |id: u32, speaker: &str, start: u64, text: &str| {
            json!({"id": id, "speaker": speaker, "start_ms": start, "end_ms": start + 2_500,
                "language": "en", "text": format!("{text} {word}")})
        };
        let transcript = json!({
            "schema": "openfloor.transcript/1", "language": "en", "duration_ms": 20_000,
            "speakers": [{"id": "S1", "role": "coach", "name": word},
                         {"id": "S2", "role": "coachee", "name": format!("{word}!")}],
            "speech": [{"speaker": "S1", "start_ms": 500, "end_ms": 3_000},
                       {"speaker": "S2", "start_ms": 4_000, "end_ms": 6_500},
                       {"speaker": "S1", "start_ms": 8_000, "end_ms": 10_500}],
            "utterances": [said(1, "S1", 500, "What would you like?"), said(2, "S2", 4_000, "Rest."),
                           said(3, "S1", 8_000, "You should sleep.")],
        });
        place.write("talk.json", transcript.to_string());
        // No argument of a program can hold a null byte.
        let name = word.replace('\0', "");
        let (client, coach) = (format!("--client={name}"), format!("--coach-name={name}"));
        let told = place.analyze(["talk.json", &client, &coach, "--date", "2026-11-02"]).exits(0);
        let results = place.path("talk.json.openfloor");
        place
            .run([
                "speakers",
                "talk.json",
                "--name",
                &format!("S1={}", name.chars().take(200).collect::<String>()),
            ])
            .exits(0);
        place.run(["mark", "talk.json", "0:08", &format!("--note={name}")]).exits(0);
        place.run(["report", "talk.json", "--share", "share.html", "--quotes"]).exits(0);
        let over_time = place.run(["report", "."]).exits(0);
        for page in
            [results.join("report.html"), place.path("share.html"), place.path("sessions.html")]
        {
            let text = fs::read_to_string(&page).unwrap();
            for raw in ["<script>window", "<img src=x", "</style></script></template><b>"] {
                assert!(!text.contains(raw), "{}: {short}", page.display());
            }
            let bare = |c: char| {
                (c.is_control() && c != '\n')
                    || ('\u{202a}'..='\u{202e}').contains(&c)
                    || ('\u{2066}'..='\u{2069}').contains(&c)
            };
            assert!(!text.chars().any(bare), "{}: {short:?}", page.display());
        }
        let share = fs::read_to_string(place.path("share.html")).unwrap();
        assert!(!share.contains("Rest."), "{short}");
        let table = fs::read_to_string(place.path("sessions.csv")).unwrap();
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        for record in reader.records() {
            for cell in &record.unwrap() {
                assert!(!cell.starts_with(['=', '@', '\t', '\r']), "{short}: {cell:.40}");
            }
        }
        let captions = fs::read_to_string(results.join("transcript.vtt")).unwrap();
        let cues = captions.lines().filter(|line| line.contains("-->")).count();
        assert!(
            captions
                .lines()
                .filter(|line| line.contains("-->"))
                .all(|line| line.starts_with("00:")),
            "{short}"
        );
        assert!(cues >= 3, "{short}");
        for out in [&told.out, &over_time.out] {
            assert!(!out.chars().any(|c| c.is_control() && c != '\n'), "{short:?}");
        }
        for document in ["analysis.json", "transcript.json", "session.json"] {
            let text = fs::read_to_string(results.join(document)).unwrap();
            serde_json::from_str::<serde_json::Value>(&text).unwrap();
        }
    }
}
