//! The bundled spoken sessions against their truth, with the coach on either side, and a real call.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use openfloor::analysis::MomentKind;
use openfloor::session::{Language, Role, RoleFrom, Side};

use super::{analysed, metric, root, tool};

struct Truth(serde_json::Value);

impl Truth {
    fn of(name: &str) -> Self {
        let path = root().join(format!("fixtures/truth/{name}.truth.json"));
        Self(serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
    }

    fn coach_share(&self) -> f64 {
        self.0["measures"]["coach_talk_share"].as_f64().unwrap()
    }

    fn words(&self) -> Vec<String> {
        self.0["utterances"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|utterance| folded(utterance["text"].as_str().unwrap()))
            .collect()
    }
}

fn folded(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Share of the truth's words that were not written, whatever their order: a rough word error that
/// needs no alignment of two voices. `scripts/evaluate-words` measures the real one.
fn unheard(transcript: &Path, truth: &Truth) -> f64 {
    let transcript: serde_json::Value =
        serde_json::from_slice(&fs::read(transcript).unwrap()).unwrap();
    let mut heard: HashMap<String, u32> = HashMap::new();
    for utterance in transcript["utterances"].as_array().unwrap() {
        for word in folded(utterance["text"].as_str().unwrap()) {
            *heard.entry(word).or_default() += 1;
        }
    }
    let wanted = truth.words();
    let missing = wanted.iter().filter(|word| match heard.get_mut(*word) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    });
    f64::from(u32::try_from(missing.count()).unwrap())
        / f64::from(u32::try_from(wanted.len()).unwrap())
}

fn check(recording: &Path, name: &str, language: Language, coach_on: Side, most_unheard: f64) {
    let truth = Truth::of(name);
    let (analysis, folder) = analysed(recording);
    let analysis = &analysis;
    assert_eq!(analysis.source.language, language);
    let coach = analysis.speakers.iter().find(|one| one.role == Role::Coach).expect("a coach");
    let evidence = coach.role_evidence.as_ref().unwrap();
    assert_eq!((evidence.from, evidence.side), (RoleFrom::Conversation, Some(coach_on)));
    let error = metric(analysis, "coach_talk_share").unwrap() - truth.coach_share();
    let unheard = unheard(&folder.path().join("results/transcript.json"), &truth);
    let questions = metric(analysis, "question_count").unwrap();
    println!(
        "{name}: talk share {:+.2} points, {:.1} % of the words not heard, {questions} questions of {}",
        100.0 * error,
        100.0 * unheard,
        truth.0["counts"]["questions"]
    );
    assert!(error.abs() <= 0.01, "talk share off by {error}");
    assert!(unheard <= most_unheard, "{unheard} of the words not heard");
    let wanted = truth.0["counts"]["questions"].as_f64().unwrap();
    assert!((questions - wanted).abs() <= 0.3 * wanted, "{questions} questions of {wanted}");
    // Every number leads to the moments that made it.
    for metric in &analysis.metrics {
        for id in &metric.moments {
            assert!(analysis.moments.iter().any(|moment| moment.id == *id), "{}: {id}", metric.id);
        }
    }
    assert!(analysis.moments.iter().any(|moment| moment.kind == MomentKind::Question
        && !moment.cues.is_empty()
        && moment.start_ms.is_some()
        && moment.text.is_some()));
}

#[test]
fn an_english_session_is_heard_and_its_coach_found() {
    let recording = root().join("fixtures/recordings/en_delegation.stereo.flac");
    check(&recording, "en_delegation", Language::En, Side::Left, 0.06);
}

#[test]
fn a_french_session_is_heard_and_its_coach_found_on_the_other_side() {
    let folder = tempfile::tempdir().unwrap();
    let swapped = folder.path().join("swapped.flac");
    tool(
        Command::new("ffmpeg")
            .args(["-loglevel", "error", "-i"])
            .arg(root().join("fixtures/recordings/fr_retour.stereo.flac"))
            .args(["-af", "pan=stereo|c0=c1|c1=c0"])
            .arg(&swapped),
    );
    check(&swapped, "fr_retour", Language::Fr, Side::Right, 0.20);
}

#[test]
fn a_real_call_gives_talk_on_both_sides_and_words() {
    let (analysis, folder) = analysed(&root().join("fixtures/recordings/call_aws40.flac"));
    let shares: Vec<f64> =
        analysis.speakers.iter().map(|speaker| speaker.talk_share.unwrap()).collect();
    assert!((shares[0] - 0.495).abs() <= 0.015, "{shares:?}");
    let words: u64 = analysis.speakers.iter().map(|speaker| speaker.words).sum();
    assert!((400..900).contains(&words), "{words} words in four minutes");
    assert!(fs::read_to_string(folder.path().join("results/transcript.vtt")).unwrap().len() > 1000);
}
