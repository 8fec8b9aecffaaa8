//! Recordings as phones, calls and studios write them, through the whole program. That each is
//! decoded to the millisecond is held in `tests/sound/`.

use crate::support::{GIVEN, Place, Said, ffmpeg, json, silence, talk, text};

/// The talk in another form.
fn talk_as(place: &Place, name: &str, more: &[&str]) {
    ffmpeg(&[&["-i", text(talk())], more, &[text(&place.path(name))]].concat());
}

#[test]
fn what_only_ffmpeg_reads_comes_in_and_the_report_says_so() {
    let place = Place::new();
    talk_as(&place, "talk.wma", &["-c:a", "wmav2"]);
    let said = place.analyze([&["talk.wma"][..], &GIVEN].concat()).exits(0);
    assert!(said.out.contains("read by ffmpeg"), "{}", said.out);
    let analysis = json(place.path("talk.wma.openfloor/analysis.json"));
    let file = &analysis["source"]["files"][0];
    assert_eq!(
        (file["decoded_by"].as_str(), file["playable"].as_bool()),
        (Some("ffmpeg"), Some(false))
    );
    let mut without = place.command(["analyze", "-q", "talk.wma", "--force"]);
    let said = Said::of(without.env("PATH", place.path("")));
    said.fails_on("talk.wma", "ffmpeg");
}

#[test]
fn a_video_call_is_heard_and_dated_by_its_container() {
    let place = Place::new();
    let picture = ["-f", "lavfi", "-i", "color=size=64x64:rate=5:duration=14", "-c:v", "mpeg4"];
    let date = ["-metadata", "creation_time=2026-03-12T14:00:00Z", "-c:a", "aac"];
    talk_as(&place, "call.mp4", &[&picture[..], &date].concat());
    place.analyze([&["call.mp4"][..], &GIVEN].concat()).exits(0);
    let analysis = json(place.path("call.mp4.openfloor/analysis.json"));
    assert_eq!(analysis["source"]["speaker_evidence"], "channels");
    assert_eq!(analysis["session"]["date"], "2026-03-12");
    assert_eq!(analysis["session"]["date_from"], "container");
    // A name says more.
    std::fs::rename(place.path("call.mp4"), place.path("GMT20260313-140000_call.mp4")).unwrap();
    place.analyze([&["GMT20260313-140000_call.mp4"][..], &GIVEN].concat()).exits(0);
    let analysis = json(place.path("GMT20260313-140000_call.mp4.openfloor/analysis.json"));
    assert_eq!(
        (&analysis["session"]["date"], &analysis["session"]["date_from"]),
        (&"2026-03-13".into(), &"file_name".into())
    );
}

#[test]
fn a_name_of_255_bytes_has_results_beside_it() {
    let place = Place::new();
    let name = format!("{}.wav", "a".repeat(251));
    silence(&place.path(&name), 1);
    place.analyze([&name]).exits(0);
    let results: Vec<String> =
        place.entries().into_iter().filter(|one| one.ends_with(".openfloor")).collect();
    assert_eq!(results.len(), 1);
    assert!(results[0].starts_with("aaaa") && results[0].len() <= 255, "{results:?}");
    let said = place.analyze([&name]).exits(0);
    assert!(said.out.contains("already analysed"), "{}", said.out);
}
