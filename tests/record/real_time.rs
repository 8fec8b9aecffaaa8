//! What is played into a sink by the clock is in the recording, complete and in step.

use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::alsa::{frames, samples};
use crate::pulse::Pulse;
use crate::support::{Running, wav};

/// A WAV of samples, interleaved, between two half seconds of silence: a null sink swallows a little of
/// what begins to play.
fn between_silence(path: &Path, played: &[i16], rate: u32, channels: usize) {
    let silence = vec![0; rate as usize / 2];
    let channel = |c| played.iter().skip(c).step_by(channels).copied();
    let around = |c| silence.iter().copied().chain(channel(c)).chain(silence.iter().copied());
    wav(path, rate, &(0..channels).map(|c| around(c).collect()).collect::<Vec<Vec<i16>>>());
}

/// Where `played` lies in `kept`, in frames; the samples there are those that were played.
fn found(played: &[i16], kept: &[i16], channels: usize) -> usize {
    let start = &played[..400 * channels];
    let at = (0..kept.len().saturating_sub(start.len()))
        .step_by(channels)
        .find(|&at| kept[at..at + start.len()] == *start)
        .expect("the beginning is in the recording");
    let there = &kept[at..(at + played.len()).min(kept.len())];
    let same = there.iter().zip(played).take_while(|(one, other)| one == other).count();
    assert_eq!(same, played.len(), "from sample {same} of {} on it differs", played.len());
    at / channels
}

#[test]
fn what_is_played_is_recorded_complete_and_in_step_at_three_rates_on_one_and_two_channels() {
    let sinks: Vec<(String, u32, u32)> = [16_000, 44_100, 48_000]
        .into_iter()
        .flat_map(|rate| [1, 2].map(|channels| (format!("sink{rate}x{channels}"), rate, channels)))
        .collect();
    let named: Vec<(&str, u32, u32)> =
        sinks.iter().map(|(name, rate, channels)| (name.as_str(), *rate, *channels)).collect();
    let pulse = Pulse::start(&named);
    let seconds = 5;
    let mut all = Vec::new();
    for &(sink, rate, channels) in &named {
        let (count, rate_count) = (channels as usize, rate as usize);
        let played = frames(count, rate_count * seconds);
        let file = pulse.place.path(format!(".home/{sink}.wav"));
        between_silence(&file, &played, rate, count);
        let (rate, channels) = (rate.to_string(), channels.to_string());
        let name = format!("{sink}.wav");
        let line = [&name[..], "--device", "pulse", "--rate", &rate, "--channels", &channels];
        let recorder = Running::start(pulse.record(Some(sink), &line));
        all.push((sink, count, played, file, name, recorder));
    }
    thread::sleep(Duration::from_millis(1_500));
    let players: Vec<_> = all.iter().map(|one| pulse.play(one.0, &one.3)).collect();
    for mut player in players {
        assert!(player.wait().unwrap().success());
    }
    thread::sleep(Duration::from_millis(1_500));
    for (sink, channels, played, _, name, recorder) in all {
        recorder.signal("INT");
        let said = recorder.end().0.exits(0);
        assert!(!said.err.contains("lost"), "{sink}: {}", said.err);
        let kept = samples(&pulse.place.path(&name));
        let at = found(&played, &kept, channels);
        println!("{sink}: {} frames, the first at {at}", played.len() / channels);
    }
}

#[test]
fn the_default_input_is_recorded_where_none_is_named() {
    let pulse = Pulse::start(&[("speaker", 48_000, 2)]);
    let played = frames(2, 48_000 * 2);
    let file = pulse.place.path(".home/known.wav");
    between_silence(&file, &played, 48_000, 2);
    let recorder = Running::start(pulse.record(None, &["--duration", "0:07"]));
    thread::sleep(Duration::from_millis(1_200));
    assert!(pulse.play("speaker", &file).wait().unwrap().success());
    let said = recorder.end().0.exits(0);
    // Named by date and time.
    let entries = pulse.place.entries();
    let name =
        entries.iter().find(|name| Path::new(name).extension().is_some_and(|end| end == "wav"));
    let name = name.unwrap();
    assert!(name.starts_with("20") && said.out.contains(name.as_str()), "{entries:?}");
    let kept = samples(&pulse.place.path(name));
    assert_eq!(kept.len(), 48_000 * 2 * 7);
    found(&played, &kept, 2);
}
