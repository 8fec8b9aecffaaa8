//! The voice detector on speech, and where nobody speaks. Needs the bundled model.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test may panic, and its counts are small"
)]

use std::path::{Path, PathBuf};

use openfloor::progress::Silent;
use openfloor::sound::{DetectVoice, Silero, WorkCopy, work_copy};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The model bundled with the program; a developer's shared folder stands in before it is there.
fn model() -> PathBuf {
    const NAME: &str = "models/ggml-silero-v6.2.3.bin";
    let places = [root().join(NAME), root().join("../shared").join(NAME)];
    places.into_iter().find(|path| path.is_file()).expect("the voice activity model is in models/")
}

fn probabilities(work: &WorkCopy) -> Vec<f32> {
    let mut detector = Silero::load(&model()).unwrap();
    assert_eq!(detector.hop_samples(), 512);
    let found = detector.probabilities(work, 0, &Silent, &Silent).unwrap();
    assert_eq!(found.len() as u64, work.samples().div_ceil(512));
    found
}

fn of_samples(samples: &[i16]) -> Vec<f32> {
    let dir = tempfile::tempdir().unwrap();
    probabilities(&WorkCopy::from_samples(dir.path(), &[samples]).unwrap())
}

/// 5 s of John F. Kennedy (public domain); a voice until 1.1 s and from 2.2 to 4.3 s.
fn speech() -> Vec<i16> {
    let dir = tempfile::tempdir().unwrap();
    let path = root().join("fixtures/audio/speech-one-voice-16khz-mono-5s.flac");
    let (work, _) = work_copy(&path, 0, dir.path(), &Silent, &Silent).unwrap();
    work.window(0, 0, usize::MAX).unwrap()
}

fn noise(count: usize, loudness: f64) -> Vec<i16> {
    let mut state = 7_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((f64::from(state >> 8) / f64::from(1 << 23) - 1.0) * loudness * 32767.0) as i16
    };
    std::iter::repeat_with(next).take(count).collect()
}

#[test]
fn a_voice_is_found_where_it_is() {
    let found = of_samples(&speech());
    let at = |ms: usize| found[ms * 16 / 512];

    for ms in [400, 800, 2600, 3000, 4000] {
        assert!(at(ms) > 0.5, "{ms} ms: {}", at(ms));
    }
    for ms in [1500, 1900] {
        assert!(at(ms) < 0.5, "{ms} ms: {}", at(ms));
    }
}

#[test]
fn nobody_speaks_in_silence_noise_or_hum() {
    let hum = |n: u32| {
        let tone = |hz: f64| (std::f64::consts::TAU * hz * f64::from(n) / 16_000.0).sin();
        ((tone(50.0) + 0.6 * tone(100.0) + 0.4 * tone(150.0)) * 1500.0) as i16
    };
    for (name, samples) in [
        ("silence", vec![0; 600_000]),
        ("quiet noise", noise(600_000, 0.003)),
        ("loud noise", noise(600_000, 0.3)),
        ("hum", (0..600_000).map(hum).collect()),
    ] {
        let most = of_samples(&samples).into_iter().fold(0.0, f32::max);
        assert!(most < 0.3, "{name}: {most}");
    }
}

#[test]
fn a_short_or_empty_recording_has_its_steps() {
    assert_eq!(of_samples(&[]).len(), 0);
    assert_eq!(of_samples(&[0; 1]).len(), 1);
    assert_eq!(of_samples(&speech()[..3200]).len(), 7);
}

#[test]
fn where_calls_are_joined_hardly_shows() {
    // The same 5 s again and again: the joins fall at other places each time.
    let speech = speech();
    let long: Vec<i16> = speech.iter().copied().cycle().take(512 * 9000).collect();
    let found = of_samples(&long);
    let dir = tempfile::tempdir().unwrap();
    // Heard again from a start 12.8 s later, every join lies elsewhere.
    let later = WorkCopy::from_samples(dir.path(), &[&long[400 * 512..]]).unwrap();
    let again = probabilities(&later);
    let pairs = found[400..].iter().zip(&again).skip(400);
    let apart = pairs.clone().filter(|(a, b)| (**a > 0.5) != (**b > 0.5)).count();
    let most = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    // The network remembers longer than any run-up: one step in a thousand may fall otherwise.
    assert!(apart <= 8 && most < 0.5, "{apart} steps decided otherwise, at most {most} apart");
}

#[test]
fn a_file_that_is_no_model_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("model.bin");
    let error = Silero::load(&path).unwrap_err().to_string();
    assert!(error.contains("the voice activity model is missing"), "{error}");
    std::fs::write(&path, "not a model").unwrap();
    let error = Silero::load(&path).unwrap_err().to_string();
    assert!(error.contains("this is not a voice activity model, or it is damaged"), "{error}");
}
