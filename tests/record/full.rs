//! A disk that fills up while it records: what is on it is valid, and the person is told.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::alsa::{Alsa, Feeder, frames, samples};
use crate::support::{Running, Said, apart, program, text};

/// Records into a small disk, in a namespace of its own, and keeps what is there.
const SCRIPT: &str = r#"
size=$1; small=$2; kept=$3; shift 3
mkdir -p "$kept" "$small" && mount -t tmpfs -o "size=$size,mode=0700" tmpfs "$small" || exit 99
cd "$small" || exit 98
"$@"; code=$?
cp -a "$small/." "$kept"
exit $code
"#;

fn on_a_disk_of(size: &str, alsa: &Alsa, arguments: &[&str]) -> (Command, PathBuf) {
    let (small, kept) = (alsa.place.path("small"), alsa.place.path("kept"));
    let record = alsa.record(arguments);
    let mut line = apart("-m");
    line.extend(["sh", "-c", SCRIPT, "sh", size, text(&small), text(&kept)]);
    let mut command = Command::new(line[0]);
    command.args(&line[1..]).arg(program()).args(record.get_args());
    for (name, value) in record.get_envs().filter_map(|(name, value)| Some((name, value?))) {
        command.env(name, value);
    }
    (command, kept)
}

fn holds(said: &Said, kept: &std::path::Path, given: &[i16]) -> usize {
    assert_eq!(said.code, Some(1), "{}\n{}", said.out, said.err);
    let last = said.err.lines().last().unwrap();
    assert!(last.starts_with("openfloor: talk.wav: the disk is full"), "{last}");
    assert!(last.contains("it is kept up to there: free some space"), "{last}");
    let sound = samples(&kept.join("talk.wav"));
    assert!(!sound.is_empty() && sound[..] == given[..sound.len()]);
    let header = hound::WavReader::open(kept.join("talk.wav")).unwrap().duration();
    let bytes = fs::metadata(kept.join("talk.wav")).unwrap().len();
    assert!(bytes - 44 - u64::from(header) * 4 < 4, "{header} frames of {bytes} bytes");
    sound.len()
}

#[test]
fn a_disk_that_fills_up_ends_the_recording_while_there_is_room_to_end_it() {
    let alsa = Alsa::fed();
    let given = frames(2, 48_000 * 20);
    let _feeder = Feeder::start(&alsa, &given, 48_000, 2);
    let (command, kept) = on_a_disk_of("1m", &alsa, &["talk.wav"]);
    let said = Running::start(command).end().0;
    let sound = holds(&said, &kept, &given);
    assert!(sound > 2 * 48_000, "{sound}");
    let notes = fs::read_to_string(kept.join("talk.wav.recorded.jsonl")).unwrap();
    assert!(notes.trim_end().ends_with(r#""why":"disk_full"}"#), "{notes}");
    assert!(said.err.contains("The disk is nearly full"), "{}", said.err);
}

#[test]
fn a_disk_that_is_full_at_once_keeps_what_it_took() {
    // Faster than anybody looks at the disk: the write itself fails.
    let given = frames(2, 48_000 * 18);
    let alsa = Alsa::of(&given);
    let (command, kept) = on_a_disk_of("1m", &alsa, &["talk.wav"]);
    let said = Running::start(command).end().0;
    let sound = holds(&said, &kept, &given);
    assert!(sound > 200_000, "{sound}");
}
