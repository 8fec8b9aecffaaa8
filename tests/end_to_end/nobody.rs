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
        match pipeline::run(&job, &ENGINES, Runtime::default(), &Silent, &Silent) {
            Outcome::Done(done) => {
                let words: u64 = done.analysis.speakers.iter().map(|one| one.words).sum();
                let spoke = done.analysis.speakers.iter().filter_map(|one| one.talk_ms);
                let talk: u64 = spoke.map(|talk| talk.0).sum();
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
                    assert!(done.analysis.warnings.iter().any(warned));
                    let reasons = done.analysis.metrics.iter().map(|metric| metric.reason);
                    assert!(reasons.into_iter().all(|reason| reason == Some(Reason::NoSpeech)));
                    let rows = done.analysis.fundamentals.iter();
                    assert!(rows.into_iter().all(|row| row.status == Status::NotMeasured));
                }
            }
            // Music that sounds like a voice on one channel only is not two people.
            Outcome::Failed { error, .. } => println!("{path}: {error}"),
        }
    }
    assert!(heard.is_empty(), "text where nobody speaks: {heard:?}");
}
