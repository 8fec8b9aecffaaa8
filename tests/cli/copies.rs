//! `--copy-audio`: copies that a browser plays, in the results.

use std::fs;
use std::path::Path;

use crate::support::{Place, RESULTS, ffmpeg, talk};

fn copies(place: &Place, results: &str) -> Vec<String> {
    let names = fs::read_dir(place.path(results)).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut copies: Vec<String> = names.filter(|name| name.starts_with("sound-")).collect();
    copies.sort();
    copies
}

#[test]
fn what_a_browser_plays_is_copied_as_it_is_also_into_finished_results() {
    let place = Place::with_finished_talk();
    assert_eq!(copies(&place, RESULTS), Vec::<String>::new());
    place.analyze_talk(&["--copy-audio"]).exits(0);
    let all = copies(&place, RESULTS);
    let [copy] = &all[..] else { panic!("{all:?}") };
    assert_eq!(Path::new(copy).extension().unwrap(), "wav");
    assert_eq!(fs::read(place.talk(copy)).unwrap(), fs::read(place.path("talk.wav")).unwrap());
    let page = fs::read_to_string(place.talk("report.html")).unwrap();
    assert!(page.contains(&format!("data-href=\"{copy}\"")));
    let said = place.analyze_talk(&["--copy-audio"]).exits(0);
    assert!(said.out.contains("already analysed"), "{}", said.out);
    // A report made again still plays it, with the recording gone.
    fs::remove_file(place.path("talk.wav")).unwrap();
    place.run(["report", RESULTS]).exits(0);
    let again = fs::read_to_string(place.talk("report.html")).unwrap();
    assert!(again.contains(&format!("data-href=\"{copy}\"")));
}

#[test]
fn what_a_browser_does_not_play_is_copied_as_opus() {
    let place = Place::new();
    ffmpeg(&["-i", talk().to_str().unwrap(), place.path("talk.aiff").to_str().unwrap()]);
    place.analyze(["talk.aiff", "--copy-audio", "--language", "en", "--coach", "left"]).exits(0);
    let results = "talk.aiff.openfloor";
    let all = copies(&place, results);
    let [copy] = &all[..] else { panic!("{all:?}") };
    assert_eq!(Path::new(copy).extension().unwrap(), "opus");
    let page = fs::read_to_string(place.path(results).join("report.html")).unwrap();
    assert!(
        page.contains(&format!("data-href=\"{copy}\"")) && page.contains("data-playable=\"true\"")
    );
    // It is a recording of its own that can be heard from start to end.
    fs::copy(place.path(results).join(copy), place.path("copy.opus")).unwrap();
    let said =
        place.analyze(["copy.opus", "--json", "--language", "en", "--coach", "left"]).exits(0);
    let analysis: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let whole: serde_json::Value = crate::support::json(place.path(results).join("analysis.json"));
    let length = |one: &serde_json::Value| one["source"]["duration_ms"].as_u64().unwrap();
    assert!(length(&analysis).abs_diff(length(&whole)) <= 1);
}
