//! What an input gives is what the file holds, sample by sample.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::alsa::{Alsa, frames, samples};
use crate::support::Said;

#[test]
fn every_sample_of_the_duration_is_kept_on_one_and_two_channels_at_three_rates() {
    for rate in [16_000, 44_100, 48_000] {
        for channels in [1, 2] {
            let given = frames(channels, rate * 12);
            let alsa = Alsa::of(&given);
            let (rate_text, channels_text) = (rate.to_string(), channels.to_string());
            let line = [
                "talk.wav",
                "--rate",
                &rate_text,
                "--channels",
                &channels_text,
                "--duration",
                "0:10",
            ];
            let said = Said::of(&mut alsa.record(&line)).exits(0);
            assert!(said.out.contains("talk.wav: 0:00:10 recorded"), "{}", said.out);
            let path = alsa.place.path("talk.wav");
            let kept = samples(&path);
            assert_eq!(kept.len(), channels * rate * 10, "{rate} Hz, {channels}");
            assert!(kept[..] == given[..kept.len()], "{rate} Hz, {channels} channels differ");
            let spec = hound::WavReader::open(&path).unwrap().spec();
            assert_eq!((spec.sample_rate as usize, usize::from(spec.channels)), (rate, channels));
            for name in ["talk.wav", "talk.wav.recorded.jsonl"] {
                let mode = fs::metadata(alsa.place.path(name)).unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o600, "{name}");
            }
            assert!(!said.err.contains("lost"), "{}", said.err);
        }
    }
}

#[test]
fn a_recording_too_long_for_a_file_goes_on_in_the_next_sample_by_sample() {
    let given = frames(2, 48_000 * 6);
    let alsa = Alsa::of(&given);
    let most = (44 + 48_000 * 4 * 2).to_string();
    let said =
        Said::of(&mut alsa.record(&["talk.wav", "--duration", "0:05", "--most-bytes", &most]))
            .exits(0);
    assert!(said.out.contains("in 3 files that belong together"), "{}", said.out);
    let mut kept = Vec::new();
    for name in ["talk.wav", "talk.part2.wav", "talk.part3.wav"] {
        let path = alsa.place.path(name);
        assert!(fs::metadata(&path).unwrap().len() <= most.parse().unwrap());
        kept.extend(samples(&path));
    }
    assert!(kept[..] == given[..48_000 * 2 * 5]);
    // One session, named or found.
    for arguments in [["analyze", "talk.wav", "--dry-run"], ["analyze", ".", "--dry-run"]] {
        let said = alsa.place.run(arguments).exits(0);
        assert_eq!(said.out.lines().count(), 1, "{}", said.out);
        for name in ["talk.wav", "talk.part2.wav", "talk.part3.wav", "talk.wav.openfloor"] {
            assert!(said.out.contains(name), "{}", said.out);
        }
    }
}

#[test]
fn the_inputs_are_listed_with_what_they_are_called_and_how_they_record() {
    let alsa = Alsa::of(&frames(1, 100));
    let said = Said::of(&mut alsa.command(&["devices"])).exits(0);
    assert!(said.out.contains("A microphone of the test's"), "{}", said.out);
    assert!(said.out.contains("--device alsa:talk"), "{}", said.out);
    assert!(said.out.contains("Hz, i16"), "{}", said.out);
}
