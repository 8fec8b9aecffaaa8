//! Five minutes each of silence, noise and music: no utterance, and figures that say why they are
//! missing. whisper.cpp alone writes "Thank you for watching" on such sound.

use std::process::Command;

use openfloor::analysis::{Reason, Status};
use openfloor::run::{Outcome, Runtime, pipeline};
use openfloor::session::WarningCode;

use super::{ENGINES, job, root, tool};
use openfloor::progress::Silent;

#[test]
fn silence_noise_and_music_give_no_utterance() {
    let names = [
        "silence",
        "room",
        "noise-white",
        "noise-pink",
        "hum",
        "music-chords",
        "music-melody",
        "music-drums",
        "music-choir",
        "music-band",
    ];
    let listed = tool(
        Command::new(root().join("scripts/make-sounds")).args(["--seconds", "300"]).args(names),
    );
    let listed = listed.to_str().unwrap().to_owned();
    let mut heard = Vec::new();
    for path in listed.lines() {
        let folder = tempfile::tempdir().unwrap();
        let job = job(path.as_ref(), &folder.path().join("results"));
        let Outcome::Done(done) =
            pipeline::run(&job, || Ok(&*ENGINES), Runtime::default(), &Silent, &Silent)
        else {
            panic!("{path}: nobody speaks, and that is a result");
        };
        let analysis = openfloor::run::analysis_of(&done.results).unwrap();
        let speakers = &analysis.speakers;
        let words: u64 = speakers.iter().map(|one| one.words).sum();
        let talk: u64 = speakers.iter().filter_map(|one| one.talk_ms).map(|talk| talk.0).sum();
        println!(
            "{path}: {words} words, {talk} ms of speech, windows {}",
            done.counts.windows_heard
        );
        if words > 0 {
            heard.push(path.to_owned());
        }
        if talk == 0 {
            assert_eq!(done.counts.models_loaded, 0, "{path}: no speech needs no model");
            let warned = |w: &openfloor::session::Warning| w.code == WarningCode::NoSpeech;
            assert!(analysis.warnings.iter().any(warned));
            let mut reasons = analysis.metrics.iter().map(|metric| metric.reason);
            assert!(reasons.all(|reason| reason == Some(Reason::NoSpeech)));
            let mut rows = analysis.fundamentals.iter();
            assert!(rows.all(|row| row.status == Status::NotMeasured));
        }
    }
    assert!(heard.is_empty(), "text where nobody speaks: {heard:?}");
}
