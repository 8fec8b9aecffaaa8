use serde_json::{Value, json};

use super::sample::{days, document, entry};
use super::*;
use crate::report::sample as one;
use crate::session::Language;

fn own(entries: Vec<Entry>) -> String {
    page(&Sessions::new(entries, None), Audience::Own, "0.1.0").unwrap()
}

fn shared(entries: Vec<Entry>) -> String {
    page(&Sessions::new(entries, None), Audience::Others, "0.1.0").unwrap()
}

/// Text of a page without marks.
fn text(page: &str) -> String {
    let body = page.split_once("<body>").unwrap().1.split_once("<script>").unwrap().0;
    let outside = body.split('<').filter_map(|part| part.split_once('>')).map(|part| part.1);
    outside.collect::<Vec<_>>().join(" ").replace("&#39;", "'").replace("&#38;", "&")
}

#[test]
fn a_record_is_read_past_moments_and_has_what_the_report_has() {
    let (analysis, _) = one::english();
    let record: Record = serde_json::from_value(document()).unwrap();
    let rows = crate::report::rows::rows(crate::report::words::words(Language::En), &analysis);
    assert_eq!(record.fundamentals.len(), rows.len());
    for row in rows {
        let reading = record.reading(&row.id).unwrap();
        assert_eq!(reading.measured.is_ok(), row.figure.is_some(), "{}", row.id);
        if let Ok(measured) = reading.measured {
            assert_eq!((measured.status, measured.firm), (row.status, row.firm), "{}", row.id);
        }
    }
}

#[test]
fn any_order_of_the_arguments_gives_the_same_bytes() {
    let mut entries = days(&[0.3, 0.2, 0.4, 0.35, 0.31, 0.33, 0.6]);
    entries.push(entry(50, "", |_| ()));
    entries.push(entry(51, "2026-01-03", |d| d["session"]["coach"] = json!("Zoé")));
    let all = |entries: Vec<Entry>| {
        let sessions = Sessions::new(entries, None);
        let page = page(&sessions, Audience::Own, "0.1.0").unwrap();
        (page, csv(&sessions), json(&sessions, "0.1.0", "abc").unwrap(), summary(&sessions))
    };
    let forth = all(entries.clone());
    entries.reverse();
    assert_eq!(forth, all(entries.clone()));
    entries.rotate_left(3);
    assert_eq!(forth, all(entries));
}

#[test]
fn coaches_profiles_and_definitions_never_meet() {
    let entries = vec![
        entry(1, "2026-01-01", |_| ()),
        entry(2, "2026-01-02", |d| d["session"]["coach"] = json!(" Anna ")),
        entry(3, "2026-01-03", |d| d["session"]["coach"] = json!("Bert")),
        entry(4, "2026-01-04", |d| d["session"]["coach"] = Value::Null),
        entry(5, "2026-01-05", |d| d["profile"] = json!("lead")),
        entry(6, "2026-01-06", |d| d["definitions_version"] = json!(99)),
    ];
    let sessions = Sessions::new(entries, None);
    let groups: Vec<_> = sessions
        .groups
        .iter()
        .map(|group| (group.coach.as_deref(), group.profile.as_str(), group.members.as_slice()))
        .collect();
    assert_eq!(
        groups,
        [
            (Some("Anna"), "coaching", &[5][..]),
            (Some("Anna"), "coaching", &[0, 1]),
            (Some("Anna"), "lead", &[4]),
            (Some("Bert"), "coaching", &[2]),
            (None, "coaching", &[3]),
        ]
    );
    assert_eq!(sessions.coaches(), 3);
    let page = text(&page(&sessions, Audience::Own, "0.1.0").unwrap());
    assert!(page.contains("Coach not named") && page.contains("definitions 99, pragmatic rule"));
}

#[test]
fn medians_are_given_from_five_earlier_sessions_on() {
    let listens = |shares: &[f64]| {
        let sessions = Sessions::new(days(shares), None);
        let group = &sessions.groups[0];
        (group.tracks[0].usual, group.changed_most().map(|track| track.fundamental.id.clone()))
    };
    assert_eq!(listens(&[0.3, 0.3, 0.3, 0.3, 0.9]), (None, None));
    let (usual, changed) = listens(&[0.30, 0.28, 0.32, 0.34, 0.26, 0.50]);
    assert_eq!(usual.unwrap().sessions, 5);
    assert_eq!(changed.as_deref(), Some("listens"));
    let few = text(&own(days(&[0.3, 0.3, 0.9])));
    assert!(few.contains("2 earlier sessions: medians and middle halves are drawn from five on"));
}

#[test]
fn what_changed_most_is_said_as_a_figure_beside_a_span() {
    let page = text(&own(days(&[0.30, 0.28, 0.32, 0.34, 0.26, 0.50])));
    assert!(
        page.contains(
            "Listening: 50% (likely 48–52%) of the talk is the coach’s in the newest session, \
             2026-01-06. In the 5 earlier sessions the median is 30% and the middle half lies from \
             28% to 32%."
        ),
        "{page}"
    );
    let alike = text(&own(days(&[0.30, 0.28, 0.32, 0.34, 0.26, 0.33])));
    assert!(alike.contains("reaches into the middle half of the earlier ones: within the usual"));
}

#[test]
fn sessions_of_the_newest_day_are_not_earlier_and_those_without_a_day_come_last() {
    let mut entries = days(&[0.3; 6]);
    entries.push(entry(90, "2026-01-06", |_| ()));
    entries.push(entry(91, "", |_| ()));
    entries.push(entry(92, "12 March", |_| ()));
    let sessions = Sessions::new(entries, None);
    let group = &sessions.groups[0];
    assert_eq!((group.earlier, group.newest), (5, Some(6)));
    let page = text(&page(&sessions, Audience::Own, "0.1.0").unwrap());
    assert!(page.contains("2 sessions have no date: they stand last"), "{page}");
    assert!(!page.contains("12 March"));
    let bare = text(&own(vec![entry(1, "", |_| ()), entry(2, "", |_| ())]));
    assert!(bare.contains("No session here has a date"), "{bare}");
}

#[test]
fn a_session_that_was_not_measured_is_a_gap_with_its_reason() {
    let mut entries = days(&[0.3, 0.3]);
    entries.push(entry(9, "2026-02-01", |d| {
        for metric in d["metrics"].as_array_mut().unwrap() {
            if metric["id"] == "coach_talk_share" {
                metric["value"] = Value::Null;
                metric["reason"] = json!("no_times");
            }
        }
    }));
    let page = own(entries);
    let text = text(&page);
    assert!(text.contains("2026-02-01: not measured. The transcript has no times."), "{text}");
    assert!(text.contains("Newest session: not measured. 2 earlier sessions measured."), "{text}");
    assert!(text.contains("– not measured (a)") && text.contains("a: The transcript has no times"));
}

#[test]
fn the_page_speaks_the_language_of_most_sessions_or_the_one_asked_for() {
    let french = |d: &mut Value| d["source"]["language"] = json!("fr");
    let two = || vec![entry(1, "2026-01-01", french), entry(2, "2026-01-02", french)];
    let mut entries = two();
    entries.push(entry(3, "2026-01-03", |_| ()));
    assert!(own(entries.clone()).contains("<html lang=\"fr\">"));
    let asked = Sessions::new(entries.clone(), Some(Language::En));
    assert!(page(&asked, Audience::Own, "0").unwrap().contains("<html lang=\"en\">"));
    entries.push(entry(4, "2026-01-04", |_| ()));
    assert!(own(entries).contains("<html lang=\"en\">"), "as many: English");
}

/// Sessions whose every name is one that must not come out.
fn secret() -> Vec<Entry> {
    let with = |n: usize| {
        let date = format!("2026-03-{:02}", n + 10);
        let mut entry = entry(n, &date, |d| {
            d["session"]["coach"] = json!("Xaverine");
            d["session"]["client"] = json!("Quibble");
            d["profile"] = json!("Zaubermann");
            d["source"]["files"][0]["name"] = json!("Wolkenkuckuck.wav");
            d["fundamentals"][1]["id"] = json!("vitzliputzli_row");
        });
        entry.label = "Hinterhaus/x.openfloor".into();
        entry.report = Some("Hinterhaus/x.openfloor/report.html".into());
        entry
    };
    (0..7).map(with).collect()
}

#[test]
fn a_page_to_share_has_no_name_day_file_or_link() {
    let names =
        ["xaverine", "quibble", "zaubermann", "wolkenkuckuck", "hinterhaus", "vitzliputzli"];
    let (mine, theirs) = (own(secret()).to_lowercase(), shared(secret()).to_lowercase());
    for name in names {
        assert!(mine.contains(name), "{name} is not even on one's own page");
        assert!(!theirs.contains(name), "{name}");
    }
    assert!(!theirs.contains("2026-03-") && theirs.contains("2026-03"));
    assert!(!theirs.contains("report.html") && !theirs.contains("name=\"client\""));
}

#[test]
fn every_word_of_a_page_to_share_is_one_of_the_page_s_own() {
    let w = crate::report::words::words(Language::En);
    let own: std::collections::BTreeSet<String> =
        w.all().iter().flat_map(|(_, text)| words_of(text)).collect();
    for word in words_of(&text(&shared(secret()))) {
        let plain = word.chars().all(|c| !c.is_alphabetic());
        assert!(plain || own.contains(&word) || word == "openfloor", "{word}");
    }
}

fn words_of(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    // A date is a word of digits, a minute is "min".
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '’');
    words
        .filter(|word| !word.is_empty() && *word != "s" && *word != "min")
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_table_has_a_row_a_session_and_four_columns_a_fundamental() {
    let mut entries = days(&[0.3, 0.2]);
    entries.push(entry(9, "", |d| {
        d["session"]["coach"] = json!("=HYPERLINK(\"http://x\")");
        d["session"]["client"] = json!("two\nlines; \"quoted\", and more");
    }));
    let table = csv(&Sessions::new(entries, None));
    let mut reader = ::csv::Reader::from_reader(table.as_bytes());
    let header = reader.headers().unwrap().clone();
    assert_eq!(header.len(), 6 + 8 * 4 + 3);
    let column = |name: &str| header.iter().position(|head| head == name).unwrap();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(&rows[0][column("date")], "2026-01-01");
    assert_eq!(&rows[0][column("listens")], "0.3");
    assert_eq!(&rows[0][column("listens_low")], "0.27999999999999997");
    assert!(rows[0][column("listens_status")].contains("within range"));
    assert_eq!(&rows[2][column("date")], "");
    assert_eq!(&rows[2][column("coach")], "'=HYPERLINK(\"http://x\")");
    assert_eq!(&rows[2][column("client")], "two lines; \"quoted\", and more");
}

#[test]
fn three_hundred_sessions_of_one_coach_make_a_page() {
    let shares: Vec<f64> = (0..300).map(|n| 0.2 + f64::from(n % 37) / 100.0).collect();
    let page = own(days(&shares));
    assert_eq!(page.matches("<tr role=\"row\" id=").count(), 300);
}

#[test]
fn hostile_names_are_text() {
    for name in ["<script>x</script>", "</style>\"'>", "\u{202e}evil\0", "javascript:x", ""] {
        let page = own(vec![entry(1, "2026-01-01", |d| {
            d["session"]["coach"] = json!(name);
            d["session"]["client"] = json!(name);
            d["profile"] = json!(name);
            d["session"]["date"] = json!(name);
            d["source"]["files"][0]["name"] = json!(name);
            d["fundamentals"][0]["id"] = json!(name);
        })]);
        assert_eq!(page.matches("<script").count(), 1, "{name}");
        assert_eq!(page.matches("</style").count(), 1, "{name}");
        assert!(!page.contains('\u{202e}') && !page.contains('\0'), "{name}");
    }
}

#[test]
fn figures_of_another_metric_of_the_same_row_are_left_out() {
    let mut entries = days(&[0.3, 0.3]);
    entries[0] = entry(0, "2026-01-01", |d| {
        let rows = d["fundamentals"].as_array_mut().unwrap();
        rows.iter_mut().filter(|row| row["id"] == "listens").for_each(|row| {
            row["metric"] = json!("silence_share");
        });
    });
    let sessions = Sessions::new(entries, None);
    let track = &sessions.groups[0].tracks[0];
    assert_eq!((track.measured(0), track.measured(1).is_some()), (None, true));
}
