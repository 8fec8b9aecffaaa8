//! What cannot be recorded is said in a sentence, and leaves nothing behind.

use std::fs;

use crate::alsa::{Alsa, Feeder, frames, samples};
use crate::support::{Place, Running, Said};

#[test]
fn without_an_input_the_person_is_told_what_to_do() {
    let place = Place::new();
    let none = place.write(".home/asound.conf", "");
    for arguments in [&["record", "--consent", "yes"][..], &["devices"]] {
        let mut command = place.command(arguments);
        let said = Said::of(command.env("ALSA_CONFIG_PATH", &none)).exits(1);
        let sentence = said.sentence("No audio input was found");
        assert!(sentence.contains("plug in or enable a microphone"), "{sentence}");
    }
    assert_eq!(place.entries(), Vec::<String>::new());
}

#[test]
fn an_input_that_is_not_there_is_named() {
    let alsa = Alsa::of(&frames(1, 100));
    let mut command = alsa.command(&["record", "--consent", "yes", "--device", "Blue Yeti"]);
    Said::of(&mut command).fails_on("Blue Yeti", "openfloor devices lists those there are");
    assert_eq!(alsa.place.entries(), Vec::<String>::new());
}

#[test]
fn a_format_an_input_does_not_have_is_said_with_what_it_has() {
    let alsa = Alsa::of(&frames(2, 100));
    let config = fs::read_to_string(alsa.config()).unwrap();
    let two = "pcm.two {\n type multi\n slaves.a { pcm nothing\n channels 2 }\n \
               bindings { 0 { slave a\n channel 0 } 1 { slave a\n channel 1 } }\n \
               hint { show on\n description \"Two lines\" }\n}\n";
    fs::write(alsa.config(), format!("{config}{two}")).unwrap();
    let line = ["record", "--consent", "yes", "--device", "two lines", "--channels", "1"];
    let said = Said::of(&mut alsa.command(&line)).exits(1);
    let sentence = said.sentence("Two lines");
    assert!(sentence.contains("does not record 1 channel; it has 2 channels at"), "{sentence}");
    assert_eq!(alsa.place.entries(), Vec::<String>::new());
}

#[test]
fn a_file_that_is_there_is_never_written_over() {
    let alsa = Alsa::of(&frames(2, 48_000));
    for name in ["talk.wav", "talk.wav.recorded.jsonl", "talk.part2.wav"] {
        let path = alsa.place.write(name, "mine");
        Said::of(&mut alsa.record(&["talk.wav", "--duration", "0:01"]))
            .fails_on(name, "a recording never overwrites");
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        assert_eq!(alsa.place.entries(), [name]);
        fs::remove_file(path).unwrap();
    }
    Said::of(&mut alsa.record(&["no/such/talk.wav"]))
        .fails_on("no/such", "there is no such folder");
}

#[test]
fn two_recorders_on_one_file_are_one_too_many() {
    let alsa = Alsa::fed();
    let given = frames(2, 48_000);
    let feeder = Feeder::start(&alsa, &given, 48_000, 2);
    let first = Running::start(alsa.record(&["talk.wav"]));
    feeder.wait_for(96_000);
    let second = Said::of(&mut alsa.record(&["talk.wav"]));
    let process = format!("process {}", first.id());
    second.fails_on("talk.wav", &process);
    // Nor is half a session analysed.
    let said = alsa.place.run(["analyze", "talk.wav"]);
    said.fails_on("talk.wav", "it is still being recorded");
    let said = alsa.place.run(["record", "--recover", "talk.wav"]);
    said.fails_on("talk.wav", "stop that recording first");
    first.signal("INT");
    first.end().0.exits(0);
    let kept = samples(&alsa.place.path("talk.wav"));
    assert!(kept.len() > 48_000 && kept[..48_000] == given[..48_000]);
}

#[test]
fn options_that_contradict_each_other_are_usage() {
    let alsa = Alsa::of(&frames(2, 100));
    for (arguments, says) in [
        (&["--left", "coach", "--right", "coach"][..], "one is the coach and one the coachee"),
        (&["--left", "coach", "--channels", "1"], "record two channels"),
        (&["talk.mp3"], "name it talk.wav"),
        (&["--rate", "12"], "12"),
        (&["--recover", "--analyze"], "cannot be used with"),
    ] {
        let said = Said::of(&mut alsa.record(arguments)).exits(2);
        assert!(said.err.contains(says), "{}", said.err);
    }
    assert_eq!(alsa.place.entries(), Vec::<String>::new());
}
