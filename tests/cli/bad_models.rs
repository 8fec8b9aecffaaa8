//! Models that are absent, cut, of another kind or damaged: one sentence, before any file is
//! touched.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::support::{PACKAGE, Place, Said, apart, in_public, noise, program, rot, silence, text};

fn bundled(name: &str) -> PathBuf {
    Path::new(PACKAGE).join("models").join(name)
}

/// The first bytes of the bundled Whisper model.
fn beginning(length: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    File::open(bundled("ggml-base-q8_0.bin"))
        .unwrap()
        .take(length)
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

fn with_silence() -> Place {
    let place = Place::new();
    silence(&place.path("talk.wav"), 1);
    place
}

#[track_caller]
fn refused(place: &Place, model: &str, says: &str) {
    place.analyze(["talk.wav", "--model", model]).fails_on(model, says);
    assert!(!place.path("talk.wav.openfloor").exists());
}

const CHOOSE: &str = "choose a multilingual Whisper model in whisper.cpp's format";

#[test]
fn a_model_that_is_cut_off_says_so() {
    let place = with_silence();
    for length in [60, 5_000_000] {
        place.write("cut.bin", beginning(length));
        refused(&place, "cut.bin", "the model file is cut off");
        refused(&place, "cut.bin", CHOOSE);
    }
}

#[test]
fn a_model_of_the_wrong_kind_says_so() {
    let place = with_silence();
    let silero = bundled("ggml-silero-v6.2.3.bin");
    refused(&place, text(&silero), "this is not a Whisper model that can be used");
    place.write("text.bin", "ggml");
    refused(&place, "text.bin", "this is not a whisper.cpp model");
    place.write(
        "random.bin",
        noise(3, 50_000).iter().map(|n| n.to_le_bytes()[0]).collect::<Vec<_>>(),
    );
    refused(&place, "random.bin", "this is not a whisper.cpp model");
    refused(&place, "random.bin", CHOOSE);
    place.write("empty.bin", "");
    refused(&place, "empty.bin", "this is not a whisper.cpp model");
}

#[test]
fn an_english_only_model_is_named_as_such() {
    let place = with_silence();
    let mut bytes = beginning(1_000_000);
    bytes[4..8].copy_from_slice(&51_864_i32.to_le_bytes());
    place.write("ggml-base.en.bin", bytes);
    refused(&place, "ggml-base.en.bin", "this is an English-only model");
}

#[test]
fn numbers_that_would_let_whisper_allocate_without_bound_are_refused() {
    let place = with_silence();
    let mut bytes = beginning(1_000_000);
    bytes[12..16].copy_from_slice(&i32::MAX.to_le_bytes());
    place.write("huge.bin", bytes);
    refused(&place, "huge.bin", "its audio state is 2147483647");
}

#[test]
fn a_model_that_is_not_there_points_to_the_list() {
    let place = with_silence();
    let says = "there is no model of this name and no file at this path; `openfloor models list`";
    refused(&place, "huge", says);
    refused(&place, "nowhere/ggml-base.bin", says);
    // The voice-activity model is a name, but not of a model that writes down speech.
    refused(&place, "silero-v6.2.3", says);
    place.analyze(["talk.wav", "--model", "small"]).fails_on(
        "ggml-small.bin",
        "model small is not on this computer; get it with `openfloor models fetch small`, or from \
         https://huggingface.co/",
    );
}

#[test]
fn a_changed_voice_activity_model_is_refused() {
    let place = with_silence();
    let models = place.path("models");
    fs::create_dir(&models).unwrap();
    let copy = models.join("ggml-silero-v6.2.3.bin");
    fs::copy(bundled("ggml-silero-v6.2.3.bin"), &copy).unwrap();
    rot(&copy, 400_000);
    let mut command = place.command(["analyze", "-q", "talk.wav"]);
    Said::of(command.env("OPENFLOOR_MODELS", &models)).fails_on(
        "ggml-silero-v6.2.3.bin",
        "this is not the published file of model silero-v6.2.3; copy it again",
    );
    assert!(!place.path("talk.wav.openfloor").exists());
}

/// Runs the program where the project's own models are covered up.
fn without_bundled_models(place: &Place, models: &Path) -> Said {
    let script = r#"mount -t tmpfs tmpfs "$1" && shift && exec "$@""#;
    let covered = bundled("");
    let mut wrapper = apart("-m");
    wrapper.extend(["sh", "-c", script, "sh", text(&covered)]);
    let mut command = place.under(&wrapper, ["analyze", "-q", "talk.wav"]);
    Said::of(command.env("OPENFLOOR_MODELS", models))
}

#[test]
fn without_the_voice_activity_model_nothing_starts() {
    let place = with_silence();
    fs::create_dir(place.path("models")).unwrap();
    let (_, public) = in_public();
    let base = "ggml-base-q8_0.bin";
    symlink(public.join(base), place.path("models").join(base)).unwrap();
    assert!(program().exists());
    without_bundled_models(&place, &place.path("models")).fails_on(
        "ggml-silero-v6.2.3.bin",
        "model silero-v6.2.3 is not on this computer; it comes with Openfloor in its folder `models`",
    );
    assert!(!place.path("talk.wav.openfloor").exists());
}

#[test]
fn without_the_speech_to_text_model_nothing_starts() {
    let place = with_silence();
    fs::create_dir(place.path("models")).unwrap();
    let (_, public) = in_public();
    let silero = "ggml-silero-v6.2.3.bin";
    symlink(public.join(silero), place.path("models").join(silero)).unwrap();
    without_bundled_models(&place, &place.path("models")).fails_on(
        "ggml-base-q8_0.bin",
        "model base-q8_0 is not on this computer; it comes with Openfloor in its folder `models`",
    );
    assert!(!place.path("talk.wav.openfloor").exists());
}
