//! `openfloor report` on folders of results: the page, the table, the document, and what is said of
//! results that cannot be read. The results are made by the library: nothing is listened to here.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use openfloor::session::Language;
use serde_json::{Value, json};

use crate::history::{Of, many, results};
use crate::sample::session;
use crate::support::{Place, json as read};

const MADE: [&str; 3] = ["calls/sessions.csv", "calls/sessions.html", "calls/sessions.json"];

fn six() -> Place {
    let place = Place::new();
    many(&place.path("calls"), 6, Language::En, Some("Anna Kern"));
    place
}

fn bytes(place: &Place, names: [&str; 3]) -> Vec<Vec<u8>> {
    names.iter().map(|name| fs::read(place.path(name)).unwrap()).collect()
}

#[test]
fn a_folder_of_results_gets_a_page_a_table_and_a_document() {
    let place = six();
    let said = place.run(["report", "calls"]).exits(0);
    assert_eq!(
        said.out,
        "6 sessions, 1 coach\n  Anna Kern  Read as coaching · 6 sessions · 2024-01-02 to \
         2024-02-20\ncalls/sessions.html\n"
    );
    assert_eq!(said.err, "");
    for name in MADE {
        let mode = fs::metadata(place.path(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
    }
    let document = read(place.path("calls/sessions.json"));
    for session in document["sessions"].as_array().unwrap() {
        let link = session["report"].as_str().unwrap();
        assert!(link.contains("%20s%C3%A9ance%20"), "{link}");
        let name = session["files"][0].as_str().unwrap();
        assert!(place.path(format!("calls/{name}.openfloor/report.html")).is_file(), "{name}");
    }
    assert_eq!(document["groups"][0]["earlier"], 5);
    assert_eq!(document["groups"][0]["changed_most"], "asks_openly");
    let folder = fs::metadata(place.path("calls")).unwrap().permissions().mode() & 0o777;
    assert_eq!(folder, 0o755, "the person's own folder stays as it was");
}

#[test]
fn the_same_results_give_the_same_bytes_however_they_are_named() {
    let place = six();
    place.run(["report", "calls"]).exits(0);
    let first = bytes(&place, MADE);
    let mut each: Vec<PathBuf> = fs::read_dir(place.path("calls"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    each.sort();
    each.reverse();
    let mut line = vec![PathBuf::from("report")];
    line.extend(each);
    // Twice the same is once.
    line.push(place.path("calls/../calls"));
    place.run(&line).exits(0);
    assert_eq!(first, bytes(&place, MADE));
}

#[test]
fn results_that_cannot_be_read_are_a_sentence_each_and_the_rest_goes_on() {
    let place = six();
    let analysis = |name: &str, text: &str| {
        place.write(format!("calls/{name}.openfloor/analysis.json"), text);
    };
    let whole =
        fs::read_to_string(place.path("calls/2024-01-02 séance 1.m4a.openfloor/analysis.json"))
            .unwrap();
    analysis("torn", &whole[..whole.len() / 2]);
    let of = |schema: &str| {
        format!("{{\"schema\":\"{schema}\",\"tool_version\":\"9\",\"fingerprint\":\"a secret\"}}")
    };
    analysis("newer", &of("openfloor.analysis/2"));
    analysis("other", &of("something.else/1"));
    analysis("empty", "");
    fs::create_dir(place.path("calls/unfinished.openfloor")).unwrap();
    let said = place.run(["report", "calls"]).exits(3);
    assert!(said.out.starts_with("6 sessions, 1 coach\n"), "{}", said.out);
    for (name, says) in [
        ("torn", "this result is damaged: it was cut short or changed"),
        ("newer", "this result was written by a newer openfloor; update this one"),
        ("other", "this is another kind of file than its name says"),
        ("empty", "this result is damaged: it was cut short or changed"),
        ("unfinished", "there is no analysis in these results"),
    ] {
        let line = said.err.lines().find(|line| line.contains(&format!("/{name}.openfloor")));
        assert!(line.is_some_and(|line| line.contains(says)), "{name}: {}", said.err);
    }
    assert_eq!(said.err.lines().count(), 5, "{}", said.err);
    assert!(!said.err.contains("secret"));
}

#[test]
fn two_results_of_one_recording_are_one_session_and_it_is_said() {
    let place = six();
    let of = place.path("calls/2024-01-02 séance 1.m4a.openfloor/analysis.json");
    let text = fs::read_to_string(of).unwrap();
    place.write("calls/copy.m4a.openfloor/analysis.json", &text);
    // Read by another profile it stands with others, and is one more.
    let mentoring = text.replace("\"profile\":\"coaching\"", "\"profile\":\"mentoring\"");
    assert_ne!(mentoring, text);
    place.write("calls/mentor/copy.m4a.openfloor/analysis.json", mentoring);
    let said = place.run(["report", "calls"]).exits(0);
    assert!(said.out.starts_with("7 sessions, 1 coach\n"), "{}", said.out);
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    assert!(said.err.contains("copy.m4a.openfloor: the same recording as "), "{}", said.err);
    assert!(said.err.contains("séance 1.m4a.openfloor, which stands for both"), "{}", said.err);
}

#[test]
fn where_nothing_can_be_read_nothing_is_written() {
    let place = Place::new();
    place.write("empty/notes.txt", "");
    place.write("torn/a.openfloor/analysis.json", "{");
    for (path, says) in [
        ("gone", "there is no such file or folder"),
        ("empty", "there are no results of openfloor analyze here"),
        ("empty/notes.txt", "there are no results here"),
        ("torn", "this result is damaged"),
    ] {
        let said = place.run(["report", path]).exits(1);
        assert!(said.sentence(path).contains(says), "{path}: {}", said.err);
        assert_eq!(said.out, "");
    }
    assert!(!place.entries().iter().any(|name| name.contains("sessions.")));
    place.run(["report"]).exits(2);
    place.run(["report", "empty", "--share", "x.html", "--out", "y"]).exits(2);
}

#[test]
fn out_takes_the_page_elsewhere_and_links_still_lead_to_the_reports() {
    let place = six();
    place.run(["report", "calls", "--out", "over/time"]).exits(0);
    assert!(!place.path("calls/sessions.html").exists());
    let document = read(place.path("over/time/sessions.json"));
    let link = document["sessions"][0]["report"].as_str().unwrap();
    assert!(link.starts_with("../../calls/2024"), "{link}");
    place.write("taken", "a file");
    let said = place.run(["report", "calls", "--out", "taken"]).exits(1);
    assert!(said.sentence("taken").contains("cannot be written"), "{}", said.err);
}

#[test]
fn results_of_two_folders_meet_in_the_nearest_one_above() {
    let place = Place::new();
    many(&place.path("all/2024"), 2, Language::Fr, Some("Zoé"));
    many(&place.path("all/2025/x"), 2, Language::Fr, None);
    let said = place.run(["report", "all/2024", "all/2025/x"]).exits(0);
    assert!(said.out.ends_with("all/sessions.html\n"), "{}", said.out);
    assert!(said.out.starts_with("4 séances, 2 coachs\n"), "{}", said.out);
    let document = read(place.path("all/sessions.json"));
    assert!(document["sessions"][0]["report"].as_str().unwrap().starts_with("2024/2024-01-02"));
    let said = place.run(["report", "all", "--report-language", "en"]).exits(0);
    assert!(said.out.starts_with("4 sessions, 2 coaches\n"), "{}", said.out);
}

#[test]
fn a_page_to_share_is_all_that_is_written_and_names_nobody() {
    let place = six();
    let before = place.entries();
    place.run(["report", "calls", "--share", "group.html"]).exits(0);
    let made: Vec<String> =
        place.entries().into_iter().filter(|name| !before.contains(name)).collect();
    assert_eq!(made, ["group.html"]);
    let page = fs::read_to_string(place.path("group.html")).unwrap();
    for word in ["Kern", "Madame", "séance", "openfloor/report", "2024-01-02", "calls"] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(page.contains("2024-01"));
}

#[test]
fn with_json_there_is_a_line_for_all_and_one_for_each_that_failed() {
    let place = six();
    place.write("calls/torn.openfloor/analysis.json", "{");
    let said = place.run(["report", "calls", "--json"]).exits(3);
    let lines: Vec<Value> =
        said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["schema"], "openfloor.failure/1");
    assert_eq!(lines[1]["schema"], "openfloor.sessions/1");
    assert_eq!(lines[1], read(place.path("calls/sessions.json")));
}

#[test]
fn hostile_names_are_text_in_every_output() {
    let place = Place::new();
    let words = ["<script>alert(1)</script>", "=1+1", "\u{1b}[31mred\u{202e}", "</style>\"'&"];
    for (n, word) in words.iter().enumerate() {
        let of = Of { date: Some("2026-01-02"), coach: Some(word), client: Some(word) };
        let name = format!("{n}{}.wav", word.replace('/', "|"));
        results(&place.path("calls"), &name, session(Language::En), of, |document| {
            document["profile"] = json!(word);
        });
    }
    let said = place.run(["report", "calls"]).exits(0);
    assert!(!said.out.contains(['\u{1b}', '\u{202e}']), "{}", said.out);
    let page = fs::read_to_string(place.path(MADE[1])).unwrap();
    assert_eq!((page.matches("<script").count(), page.matches("</style").count()), (1, 1));
    let table = fs::read_to_string(place.path(MADE[0])).unwrap();
    assert!(!table.contains(",=") && table.contains(",'=1+1,"), "{table}");
    assert!(!table.contains(['\u{1b}', '\u{202e}']));
    let document = read(place.path(MADE[2]));
    assert_eq!(document["sessions"].as_array().unwrap().len(), 4);
    for session in document["sessions"].as_array().unwrap() {
        let link = session["report"].as_str().unwrap();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%/".contains(&byte);
        assert!(link.bytes().all(plain), "{link}");
    }
}

#[test]
fn a_link_that_leads_back_is_followed_once() {
    let place = six();
    std::os::unix::fs::symlink("..", place.path("calls/up")).unwrap();
    let one = Path::new("2024-01-02 séance 1.m4a.openfloor");
    std::os::unix::fs::symlink(one, place.path("calls/again.openfloor")).unwrap();
    let said = place.run(["report", "calls"]).exits(0);
    assert!(said.out.starts_with("6 sessions, 1 coach\n"), "{}", said.out);
}
