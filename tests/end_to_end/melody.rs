//! How the voices end what they say, from the sound into `session.json`.

use std::fs;

use openfloor::analysis::Profile;
use openfloor::progress::Silent;
use openfloor::run::{CoachChoice, Counts, Job, Outcome, Part, Runtime, pipeline};
use openfloor::session::{Ms, Session, SpeakerId};

use super::{ENGINES, job, root};

fn counts(job: &Job) -> Counts {
    match pipeline::run(job, || Ok(&*ENGINES), Runtime::default(), &Silent, &Silent) {
        Outcome::Done(done) => done.counts,
        Outcome::Failed { error, .. } => panic!("{error}"),
    }
}

#[test]
fn the_melody_is_measured_once_and_the_sound_is_not_opened_again_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let results = folder.path().join("results");
    let mut job = job(&root().join("fixtures/recordings/en_delegation.stereo.flac"), &results);
    job.options.part = Some(Part { from: Ms(20_000), to: Some(Ms(70_000)) });
    assert_eq!(counts(&job).files_decoded, 1);
    let bytes = fs::read(results.join("session.json")).unwrap();
    let session: Session = serde_json::from_slice(&bytes).unwrap();
    assert!(!session.utterances.is_empty());
    let heard: Vec<_> =
        session.utterances.iter().map(|one| one.prosody.as_ref().expect("a melody")).collect();
    let sloped = heard.iter().filter(|heard| heard.final_slope_st_per_s.is_some()).count();
    assert!(sloped * 2 > heard.len(), "{sloped} of {}", heard.len());
    for (heard, said) in heard.iter().zip(&session.utterances) {
        assert!(heard.voiced_ms.unwrap() <= Ms(500));
        for end in &heard.ends {
            assert!(said.words.iter().any(|word| word.span.end() == end.at_ms));
        }
    }
    // Read as something else, and with somebody else as the coach: nothing is listened to.
    let reading = job.options.reading.clone();
    job.options.reading.profile = Profile::built_in("mentoring").unwrap();
    assert_eq!(counts(&job), Counts::default());
    job.options.reading = reading;
    job.options.coach = Some(CoachChoice::Speaker(SpeakerId(2)));
    assert_eq!(counts(&job), Counts::default());
    job.options.coach = None;
    // Lost, it is measured again: the sound is opened, no word is heard again, and it is the same.
    fs::remove_file(results.join("stages/melody.json")).unwrap();
    let again = counts(&job);
    assert_eq!((again.files_decoded, again.windows_heard), (1, 0));
    assert_eq!(fs::read(results.join("session.json")).unwrap(), bytes);
}
