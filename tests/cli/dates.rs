//! The date of a session: what says it, and that the report says what does.

use std::fs;

use crate::support::{Place, json, silence, touch};

#[test]
fn the_report_says_where_the_date_is_from() {
    let place = Place::new();
    for (name, more, date, from, says) in [
        (
            "2026-03-12 14-00-12.wav",
            None,
            "2026-03-12",
            "file_name",
            "2026-03-12, by the file’s name",
        ),
        ("talk.wav", None, "2025-11-05", "mtime", "2025-11-05, the file’s date"),
        ("talk.wav", Some("2026-01-02"), "2026-01-02", "option", "2026-01-02"),
    ] {
        silence(&place.path(name), 1);
        touch(&place.path(name), "2025-11-05T09:00:00Z");
        let given = more.map(|date| ["--date", date]);
        let line: Vec<&str> = [name].into_iter().chain(given.into_iter().flatten()).collect();
        let said = place.analyze(line).exits(0);
        let results = place.path(format!("{name}.openfloor"));
        for artefact in ["analysis.json", "session.json"] {
            let artefact = json(results.join(artefact));
            let session = artefact.get("session").unwrap_or(&artefact["about"]);
            assert_eq!((&session["date"], &session["date_from"]), (&date.into(), &from.into()));
        }
        let page = fs::read_to_string(results.join("report.html")).unwrap();
        assert!(said.out.contains(says), "{}", said.out);
        assert!(page.contains(&format!("<bdi>{says}</bdi>")), "{says}");
        let in_title = page.contains(&format!("<title>Coaching session · {date}"));
        assert_eq!(in_title, from != "mtime", "{from}");
    }
}

#[test]
fn the_file_s_time_matters_where_it_is_the_date_and_nowhere_else() {
    let place = Place::new();
    let prints = |name: &str, day: &str| {
        let path = place.path(name);
        silence(&path, 1);
        touch(&path, &format!("2025-11-{day}T09:00:00Z"));
        place.analyze([name]).exits(0);
        let analysis = json(place.path(format!("{name}.openfloor/analysis.json")));
        analysis["fingerprint"].as_str().unwrap().to_owned()
    };
    assert_eq!(prints("2026-03-12.wav", "05"), prints("2026-03-12.wav", "06"));
    assert_ne!(prints("talk.wav", "05"), prints("talk.wav", "06"));
}
