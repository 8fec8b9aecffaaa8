//! Folders of recordings: which are taken, in what order, and where results go.

use std::fs;

use crate::support::{Place, is_root, silence};

fn tree(names: &[&str]) -> Place {
    let place = Place::new();
    for name in names {
        let path = place.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if name.ends_with("wav") || name.ends_with("WAV") {
            silence(&path, 1);
        } else {
            fs::write(&path, "text").unwrap();
        }
    }
    place
}

const NAMES: [&str; 7] = [
    "calls/b.wav",
    "calls/2026/x.WAV",
    "calls/a.wav",
    "calls/.hidden.wav",
    "calls/.folder/y.wav",
    "calls/notes.txt",
    "calls/old.wav.openfloor/z.wav",
];

#[test]
fn a_folder_is_taken_in_the_order_of_names_without_hidden_files_and_results() {
    let place = tree(&NAMES);
    let said = place.run(["analyze", "calls", "--dry-run"]).exits(0);
    assert_eq!(
        said.out,
        "calls/2026/x.WAV → calls/2026/x.WAV.openfloor\n\
         calls/a.wav → calls/a.wav.openfloor\n\
         calls/b.wav → calls/b.wav.openfloor\n"
    );
    let said = place.analyze(["calls", "--json"]).exits(0);
    let names: Vec<String> = said
        .out
        .lines()
        .map(|line| {
            let analysis: serde_json::Value = serde_json::from_str(line).unwrap();
            analysis["source"]["files"][0]["name"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(names, ["x.WAV", "a.wav", "b.wav"]);
}

#[test]
fn a_dry_run_writes_nothing() {
    let place = tree(&NAMES);
    let before = place.entries();
    place.run(["analyze", "calls", "--dry-run"]).exits(0);
    place.run(["analyze", "calls", "--dry-run", "--out", "results"]).exits(0);
    assert_eq!(place.entries(), before);
    let home = fs::read_dir(place.path(".home")).unwrap().count();
    assert_eq!(home, 0, "not even in the home");
}

#[test]
fn under_out_the_relative_path_is_kept() {
    let place = tree(&["calls/a.wav", "calls/2026/x.wav", "single.wav"]);
    place.analyze(["calls", "single.wav", "--out", "results"]).exits(0);
    for name in ["a.wav", "2026/x.wav", "single.wav"] {
        let report = format!("results/{name}.openfloor/report.html");
        assert!(place.path(&report).exists(), "{report}");
    }
    let beside = place
        .entries()
        .iter()
        .any(|entry| entry.ends_with(".openfloor") && !entry.starts_with("results/"));
    assert!(!beside, "{:?}", place.entries());
}

#[test]
fn results_elsewhere_have_no_link_to_the_recording() {
    let place = tree(&["a.wav"]);
    place.analyze(["a.wav", "--out", "results"]).exits(0);
    place.analyze(["a.wav"]).exits(0);
    let href = |results: &str| {
        let analysis = crate::support::json(place.path(results).join("analysis.json"));
        analysis["source"]["files"][0]["href"].clone()
    };
    assert_eq!(href("results/a.wav.openfloor"), serde_json::Value::Null);
    assert_eq!(href("a.wav.openfloor"), "../a.wav");
}

#[test]
fn a_folder_that_may_not_be_opened_stops_no_other() {
    use std::os::unix::fs::PermissionsExt;
    let place = tree(&["calls/a.wav", "calls/closed/x.wav"]);
    let closed = place.path("calls/closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    fs::create_dir(place.path("out")).unwrap();
    fs::set_permissions(place.path("out"), fs::Permissions::from_mode(0o777)).unwrap();
    let line = ["analyze", "-q", "calls", "--out", "out"];
    let mut command = crate::support::by_another_user(&place, &line);
    let said = crate::support::Said::of(&mut command).exits(3);
    said.sentence("calls/closed");
    assert!(is_root() || place.path("out/a.wav.openfloor/report.html").exists());
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn links_are_followed_and_one_that_leads_back_is_walked_once() {
    let place = tree(&["calls/a.wav"]);
    std::os::unix::fs::symlink("..", place.path("calls/up")).unwrap();
    std::os::unix::fs::symlink("a.wav", place.path("calls/b.wav")).unwrap();
    let said = place.run(["analyze", "calls", "--dry-run"]).exits(0);
    assert_eq!(said.out.lines().count(), 2, "{}", said.out);
}
