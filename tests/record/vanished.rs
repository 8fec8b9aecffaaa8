//! An input that goes away and comes back: one recording, silence of the same length, and a note.

use std::thread;
use std::time::{Duration, Instant};

use crate::alsa::samples;
use crate::pulse::Pulse;
use crate::support::{Running, wav};

const RATE: u32 = 48_000;

/// A second's peak of the left channel.
fn peak(kept: &[i16], second: f64) -> u16 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in seconds"
    )]
    let from = (second * f64::from(RATE)) as usize * 2;
    kept[from..from + 9_600].iter().step_by(2).map(|sample| sample.unsigned_abs()).max().unwrap()
}

#[test]
fn a_sound_system_that_dies_and_starts_again_leaves_a_gap_of_the_same_length() {
    let mut pulse = Pulse::start(&[("speaker", RATE, 2)]);
    let file = pulse.place.path(".home/tone.wav");
    let square: Vec<i16> =
        (0..RATE * 20).map(|n| if n / 100 % 2 == 0 { 8_000 } else { -8_000 }).collect();
    wav(&file, RATE, &[square.clone(), square]);
    let mut player = pulse.play("speaker", &file);
    thread::sleep(Duration::from_millis(500));
    let begun = Instant::now();
    let recorder = Running::start(pulse.record(None, &["talk.wav", "--device", "pulse"]));
    thread::sleep(Duration::from_secs(4));

    pulse.stop();
    let gone = Instant::now();
    drop(player.wait());
    thread::sleep(Duration::from_secs(3));
    pulse.restart();
    let mut player = pulse.play("speaker", &file);
    let gap = gone.elapsed().as_secs_f64();
    thread::sleep(Duration::from_secs(6));
    let lasted = begun.elapsed().as_secs_f64();
    recorder.signal("INT");
    let said = recorder.end().0.exits(0);
    drop(player.kill());
    drop(player.wait());

    assert!(said.err.contains("the input is gone: silence is kept"), "{}", said.err);
    assert!(said.err.contains("the input is back"), "{}", said.err);
    assert!(said.out.contains("the input was gone once"), "{}", said.out);
    let path = pulse.place.path("talk.wav.recorded.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    let at = |event: &str| -> f64 {
        let line =
            text.lines().find(|line| line.contains(event)).unwrap_or_else(|| panic!("{text}"));
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["at_ms"].as_f64().unwrap() / 1000.0
    };
    let (from, to) = (at(r#""gone""#), at(r#""back""#));
    // A null sink that starts gives its first sound two seconds late.
    let length = to - from;
    assert!(length > gap - 0.5 && length < gap + 3.0, "{from} to {to}, and it was {gap} s");
    let kept = samples(&pulse.place.path("talk.wav"));
    let whole = f64::from(u32::try_from(kept.len() / 2).unwrap()) / f64::from(RATE);
    assert!((lasted - whole).abs() < 2.5, "{whole} s were recorded in {lasted} s");
    assert!(peak(&kept, from - 1.0) > 7_000, "sound before");
    assert_eq!(peak(&kept, from + 1.0), 0, "silence between");
    assert!(peak(&kept, to + 2.0) > 7_000, "sound after");
}
