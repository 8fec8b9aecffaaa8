//! Consent comes before the first sample, from a person or from the command line, and stands in the notes.
//! Keys and meters, on a terminal that `script` makes.

use std::fs;
use std::io::Write;
use std::process::Command;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::alsa::{Alsa, Feeder, frames};
use crate::support::{Running, Said, program, text};

/// The lines of the notes.
pub fn notes(alsa: &Alsa, name: &str) -> Vec<Value> {
    let text = fs::read_to_string(alsa.place.path(format!("{name}.recorded.jsonl"))).unwrap();
    text.lines()
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn without_a_terminal_consent_is_said_on_the_command_line_or_nothing_is_recorded() {
    let alsa = Alsa::of(&frames(2, 48_000));
    let said = Said::of(&mut alsa.command(&["record", "--device", "talk", "talk.wav"])).exits(2);
    assert!(said.sentence("--consent yes").contains("Nobody can be asked"));
    for no in ["no", "maybe"] {
        let line = ["record", "--device", "talk", "talk.wav", "--consent", no];
        Said::of(&mut alsa.command(&line)).exits(2);
    }
    assert_eq!(alsa.place.entries(), Vec::<String>::new());
    Said::of(&mut alsa.record(&["talk.wav", "--duration", "0:00.5", "--language", "fr"])).exits(0);
    let opening = &notes(&alsa, "talk.wav")[0];
    assert_eq!(opening["schema"], "openfloor.recorded/1");
    assert!(opening["consent"]["words"].as_str().unwrap().contains("elles sont d’accord"));
    assert!(opening["consent"]["time"].as_str().unwrap().starts_with("20"));
}

/// Records on a terminal, pressing keys, each after so many milliseconds; what was on the screen.
fn on_a_terminal(alsa: &Alsa, arguments: &[&str], keys: &[(u64, &str)]) -> (Option<i32>, String) {
    let mut line = format!("{} record --device talk", text(&program()));
    for argument in arguments {
        line.push(' ');
        line.push_str(argument);
    }
    let seen = alsa.place.path(".home/screen");
    let command = alsa.command(&[]);
    let mut script = Command::new("script");
    script.args(["-q", "-e", "-c", &line, text(&seen)]);
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => script.env(name, value),
            None => script.env_remove(name),
        };
    }
    script.current_dir(command.get_current_dir().unwrap()).env("TERM", "xterm-256color");
    let (fingers, mut keyboard) = std::io::pipe().unwrap();
    script.stdin(fingers);
    let running = Running::start(script);
    for (after, key) in keys {
        thread::sleep(Duration::from_millis(*after));
        keyboard.write_all(key.as_bytes()).unwrap();
        keyboard.flush().unwrap();
    }
    let said = running.end().0;
    drop(keyboard);
    (said.code, fs::read_to_string(seen).unwrap())
}

#[test]
fn a_person_who_does_not_say_yes_is_not_recorded() {
    let alsa = Alsa::of(&frames(2, 48_000));
    let (code, screen) = on_a_terminal(&alsa, &["talk.wav", "--language", "en"], &[(700, "no\n")]);
    assert_eq!(code, Some(1), "{screen}");
    assert!(screen.contains("Everyone who will be heard knows"), "{screen}");
    assert!(screen.contains("Nothing was recorded: consent was not given"), "{screen}");
    assert_eq!(alsa.place.entries(), Vec::<String>::new());
}

#[test]
fn a_person_says_yes_sees_the_meters_marks_pauses_and_stops() {
    let alsa = Alsa::fed();
    let _feeder = Feeder::start(&alsa, &frames(2, 48_000), 48_000, 2);
    let (code, screen) = on_a_terminal(
        &alsa,
        &["talk.wav", "--left", "coach", "--right", "coachee", "--language", "fr"],
        &[(700, "oui\n"), (2_000, "m"), (500, " "), (1_500, "p"), (700, "s")],
    );
    assert_eq!(code, Some(0), "{screen}");
    for seen in [
        "Tapez oui",
        "Recording",
        "Left, coach",
        "Right, coachee",
        "dB",
        "of disk left",
        "m mark this moment",
        " marked",
        "Paused, nothing is kept",
        " goes on",
        "1 moment marked",
    ] {
        assert!(screen.contains(seen), "{seen} is not seen: {screen}");
    }
    let notes = notes(&alsa, "talk.wav");
    let schema = format!("{}/schemas/recorded.schema.json", crate::support::PACKAGE);
    let schema = serde_json::from_slice(&fs::read(schema).unwrap()).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for line in &notes {
        let errors: Vec<String> =
            validator.iter_errors(line).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{line}: {errors:?}");
    }
    assert_eq!(notes[0]["sides"], serde_json::json!(["coach", "coachee"]));
    let events: Vec<&str> = notes[1..].iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["mark", "paused", "resumed", "ended"]);
    let at = |n: usize| notes[n]["at_ms"].as_u64().unwrap();
    // Nothing is kept of the pause.
    assert_eq!(at(2), at(3), "{notes:?}");
    assert!(at(1) <= at(2) && at(3) < at(4), "{notes:?}");
    let kept = u64::from(hound::WavReader::open(alsa.place.path("talk.wav")).unwrap().duration());
    assert_eq!(kept / 48, at(4));
}

#[test]
fn ctrl_c_and_a_closed_terminal_end_a_recording_properly() {
    for signal in ["INT", "TERM", "HUP"] {
        let alsa = Alsa::fed();
        let feeder = Feeder::start(&alsa, &frames(1, 16_000), 16_000, 1);
        let line = ["talk.wav", "--rate", "16000", "--channels", "1"];
        let running = Running::start(alsa.record(&line));
        feeder.wait_for(48_000);
        running.signal(signal);
        let said = running.end().0.exits(0);
        assert!(said.out.contains("talk.wav: 0:00:01 recorded"), "{}", said.out);
        assert!(said.err.contains("Stop it with Ctrl-C"), "{}", said.err);
        assert_eq!(notes(&alsa, "talk.wav").last().unwrap()["why"], "stopped");
    }
}
