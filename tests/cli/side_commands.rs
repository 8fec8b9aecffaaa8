//! `models`, `devices`, `completions` and help.

use std::fs;
use std::path::Path;

use crate::support::{PACKAGE, Place, Said, rot};

#[test]
fn models_list_shows_every_model_with_hash_licence_and_place() {
    let place = Place::new();
    let said = place.run(["models", "list"]).exits(0);
    for word in [
        "base-q8_0",
        "silero-v6.2.3",
        "large-v3-turbo",
        "MIT (OpenAI)",
        "MIT (Silero Team)",
        "81cfccb75eb8eb4eecf9829be7448c60e3d4abcb5bdb0f00e2c8a726f7ae2f25",
        "abd79739d3ff4bc37fa1d24f1fca8244f2e31ec9f0bb7ea6244b185bfaa0b8e6",
        "ggml-base-q8_0.bin",
        "not here",
        "openfloor models fetch small",
        "https://huggingface.co/ggerganov/whisper.cpp",
    ] {
        assert!(said.out.contains(word), "{word}: {}", said.out);
    }
    // Where a person puts a larger one.
    let own = place.path(".home/data/openfloor/models");
    assert!(said.out.contains(own.to_str().unwrap()), "{}", said.out);
}

#[test]
fn models_path_prints_the_file_alone() {
    let place = Place::new();
    for (arguments, file) in [
        (&["models", "path"][..], "ggml-base-q8_0.bin"),
        (&["models", "path", "silero-v6.2.3"], "ggml-silero-v6.2.3.bin"),
    ] {
        let said = place.run(arguments).exits(0);
        let path = Path::new(said.out.strip_suffix('\n').unwrap());
        assert!(path.is_file() && path.ends_with(file), "{}", said.out);
    }
    place
        .run(["models", "path", "small"])
        .fails_on("ggml-small.bin", "model small is not on this computer; get it with");
    place.run(["models", "path", "huge"]).fails_on("huge", "there is no model of this name");
}

#[test]
fn models_are_found_in_the_folder_that_was_named_first() {
    let place = Place::new();
    place.write("models/ggml-small.bin", "small");
    let mut command = place.command(["models", "path", "small"]);
    let said = Said::of(command.env("OPENFLOOR_MODELS", place.path("models"))).exits(0);
    assert_eq!(Path::new(said.out.trim_end()), place.path("models/ggml-small.bin"));
    let mut command = place.command(["models", "verify", "small"]);
    let said = Said::of(command.env("OPENFLOOR_MODELS", place.path("models")));
    said.fails_on("models/ggml-small.bin", "this is not the published file of model small");
}

#[test]
fn models_verify_finds_a_change_that_the_file_system_does_not_show() {
    let place = Place::new();
    let said = place.run(["models", "verify"]).exits(0);
    assert!(said.out.contains("base-q8_0: as published"), "{}", said.out);
    assert!(said.out.contains("silero-v6.2.3: as published"), "{}", said.out);

    let name = "ggml-silero-v6.2.3.bin";
    let copy = place.write(
        Path::new("models").join(name),
        fs::read(Path::new(PACKAGE).join("models").join(name)).unwrap(),
    );
    let verify = || {
        let mut command = place.command(["models", "verify", "silero-v6.2.3"]);
        Said::of(command.env("OPENFLOOR_MODELS", place.path("models")))
    };
    verify().exits(0);
    rot(&copy, 400_000);
    verify().fails_on(name, "this is not the published file of model silero-v6.2.3");
    place.run(["models", "verify", "huge"]).fails_on("huge", "there is no model of this name");
}

#[test]
fn devices_lists_inputs_or_says_that_there_is_none() {
    let said = Place::new().run(["devices"]);
    if said.code == Some(0) {
        assert!(said.out.contains(" Hz, "), "{}", said.out);
    } else {
        said.fails_on("audio input", "plug in or enable a microphone");
    }
}

#[test]
fn completions_are_scripts_of_their_shell() {
    let place = Place::new();
    for (shell, says) in
        [("bash", "complete -F"), ("zsh", "#compdef openfloor"), ("fish", "complete -c openfloor")]
    {
        let said = place.run(["completions", shell]).exits(0);
        assert!(said.out.contains(says), "{shell}");
        assert!(said.out.contains("analyze"), "{shell}");
        assert_eq!(said.err, "");
    }
    let script = place.run(["completions", "bash"]).out;
    place.write("completions.bash", script);
    let checked = std::process::Command::new("bash")
        .arg("-n")
        .arg(place.path("completions.bash"))
        .status()
        .unwrap();
    assert!(checked.success());
}

#[test]
fn help_tells_commands_options_exit_codes_and_that_nothing_leaves() {
    let place = Place::new();
    let help = place.run(["--help"]).exits(0).out;
    for word in [
        "analyze",
        "models",
        "devices",
        "completions",
        "Exit codes: 0",
        "130",
        "nothing leaves this computer",
    ] {
        assert!(help.replace('\n', " ").contains(word), "{word}: {help}");
    }
    let help = place.run(["analyze", "--help"]).exits(0).out;
    for option in [
        "--out",
        "--model",
        "--language",
        "--coach",
        "--track",
        "--date",
        "--coach-name",
        "--client",
        "--profile",
        "--json",
        "--threads",
        "--force",
        "--verify",
        "--fail-fast",
        "--dry-run",
        "--quiet",
        "--verbose",
    ] {
        assert!(help.contains(option), "{option}: {help}");
    }
    let version = place.run(["--version"]).exits(0).out;
    assert_eq!(version, format!("openfloor {}\n", env!("CARGO_PKG_VERSION")));
    place.run([""; 0]).exits(2);
}
