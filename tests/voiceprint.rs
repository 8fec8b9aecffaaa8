//! How well a coach's voice is known again: every voice of `../shared` in halves, clean, in a room,
//! through a telephone and in noise, against itself and against all others.
//!
//! Needs `../shared`; without it, it says so and checks nothing.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    dead_code,
    reason = "a test may panic; its figures are quoted in docs/voiceprint.md"
)]

#[path = "voices/mix.rs"]
mod mix;
#[path = "support/spoken.rs"]
mod spoken;

use std::path::PathBuf;

use mix::{add_noise, cut, loud, room, telephone, to_i16};
use openfloor::models;
use openfloor::progress::Silent;
use openfloor::session::Span;
use openfloor::sound::WorkCopy;
use openfloor::speakers::{Voice, VoiceEncoder, likeness, voice};
use spoken::{channels, root, rttm, truth, two};

fn shared() -> Option<PathBuf> {
    let folder = root().join("../shared");
    if !folder.is_dir() {
        println!("NOT RUN: ../shared is not here");
    }
    folder.is_dir().then_some(folder)
}

/// A voice by itself: who, whether a woman, its speech one piece after the other.
struct Alone {
    person: &'static str,
    woman: bool,
    sound: Vec<i16>,
}

fn joined(sound: &[i16], speech: &[Span]) -> Vec<i16> {
    speech.iter().flat_map(|span| cut(sound, *span)).copied().collect()
}

fn voices() -> Vec<Alone> {
    let Some(shared) = shared() else { return Vec::new() };
    let mut all = Vec::new();
    for (session, left, right) in [
        ("en_delegation", ("emma", true), ("michael", false)),
        ("en_promotion", ("heart", true), ("joe", false)),
        ("en_reverse", ("joe, higher", false), ("fable", false)),
        ("fr_charge", ("siwis", true), ("fr1", false)),
        ("fr_conflit", ("half siwis", true), ("fr5", false)),
        ("fr_retour", ("siwis and sara", true), ("pico", true)),
    ] {
        let speech = shared.join("speech/dev");
        let sound = two(&speech.join(format!("{session}.stereo.flac")));
        let truth = truth(&speech.join(format!("{session}.truth.json")));
        for (side, (person, woman)) in [left, right].into_iter().enumerate() {
            all.push(Alone { person, woman, sound: joined(&sound[side], &truth[side]) });
        }
    }
    let real = shared.join("real/dev");
    let call = two(&real.join("call_aws40.flac"));
    for (name, turns) in rttm(&real.join("call_aws40.rttm")) {
        let caller = name.contains("CALLER");
        let person = if caller { "caller" } else { "agent" };
        let sound = joined(&call[usize::from(caller)], &turns);
        all.push(Alone { person, woman: false, sound });
    }
    for (file, person) in [("ami_IB4011", "MIO046"), ("ami_ES2016d", "ES2016d")] {
        let sound = channels(&real.join(format!("{file}.flac"))).remove(0);
        let turns = rttm(&real.join(format!("{file}.rttm")));
        let most =
            turns.iter().max_by_key(|(_, own)| own.iter().map(|s| s.length().0).sum::<u64>());
        all.push(Alone { person, woman: false, sound: joined(&sound, &most.unwrap().1) });
    }
    for (prefix, person) in [("en_LJ", "LJ"), ("fr_june", "June")] {
        let mut files: Vec<PathBuf> = std::fs::read_dir(&real)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|kind| kind == "flac"))
            .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(prefix))
            .collect();
        files.sort();
        let sound: Vec<i16> = files.iter().flat_map(|file| channels(file).remove(0)).collect();
        let sound = joined(&sound, &loud(&sound));
        all.push(Alone { person, woman: true, sound });
    }
    all
}

/// The ways a recording can sound otherwise.
fn spoilt(sound: &[i16], how: &str) -> Vec<i16> {
    let sound: Vec<f32> = sound.iter().copied().map(f32::from).collect();
    to_i16(&match how {
        "telephone" => telephone(&sound),
        "room" => room(&sound),
        "noise" => {
            let mut sound = sound;
            add_noise(&mut sound, -45.0);
            sound
        }
        _ => sound,
    })
}

fn heard(encoder: &VoiceEncoder, sound: &[i16]) -> Option<Voice> {
    let folder = tempfile::tempdir().unwrap();
    let copy = WorkCopy::from_samples(folder.path(), &[sound]).unwrap();
    let all = Span::new(openfloor::session::Ms(0), copy.duration())?;
    voice(encoder, &copy, 0, &[all], &Silent).unwrap()
}

fn encoder() -> VoiceEncoder {
    VoiceEncoder::load(&models::voice_encoder().unwrap().path).unwrap()
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}

#[test]
#[ignore = "minutes: the table of docs/voiceprint.md"]
fn likeness_of_the_same_and_of_other_voices() {
    let (encoder, voices) = (encoder(), voices());
    // First half as it is: what is enrolled. Second half in every way: what is met later.
    let seconds = |sound: &[i16], most: usize| sound[..sound.len().min(most * 16_000)].to_vec();
    for enrolled in [10, 20, 40] {
        let prints: Vec<Option<Voice>> = voices
            .iter()
            .map(|one| heard(&encoder, &seconds(&one.sound[..one.sound.len() / 2], enrolled)))
            .collect();
        for how in ["as it is", "telephone", "room", "noise"] {
            let (mut same, mut other, mut other_alike) = (Vec::new(), Vec::new(), Vec::new());
            for one in &voices {
                let later = spoilt(&seconds(&one.sound[one.sound.len() / 2..], 60), how);
                let Some(later) = heard(&encoder, &later) else { continue };
                for (known, print) in voices.iter().zip(&prints) {
                    let Some(print) = print else { continue };
                    let value = likeness(&print.mean, &later.mean);
                    if known.person == one.person {
                        same.push(value);
                    } else if !(known.person.contains("joe") && one.person.contains("joe")) {
                        other.push(value);
                        if known.woman == one.woman {
                            other_alike.push(value);
                        }
                    } else if enrolled == 20 {
                        println!("joe and joe higher, {how}: {value:.3}");
                    }
                }
            }
            for values in [&mut same, &mut other, &mut other_alike] {
                values.sort_by(f64::total_cmp);
            }
            let cut = quantile(&other, 0.99);
            // Where as many are missed as are taken for another.
            let rates = same.iter().map(|cut| {
                let part = |values: &[f64], over: bool| {
                    let count = values.iter().filter(|value| (*value >= cut) == over).count();
                    count as f64 / values.len() as f64
                };
                part(&same, false).max(part(&other, true))
            });
            let equal = 100.0 * rates.fold(1.0, f64::min);
            let taken = other.iter().filter(|value| **value >= 0.80).count();
            let known = same.iter().filter(|value| **value >= 0.80).count();
            let missed = same.iter().filter(|value| **value <= cut).count();
            println!(
                "{enrolled} s, {how}: same {:.3} {:.3} {:.3} ({}); others median {:.3}, 95 % {:.3}, 99 % {:.3}, most {:.3} ({}); same sex median {:.3}, most {:.3}; missed at 1 %: {missed}; equal error {equal:.1} %; at 0.80 known {known}, taken for another {taken}",
                same[0],
                quantile(&same, 0.1),
                quantile(&same, 0.5),
                same.len(),
                quantile(&other, 0.5),
                quantile(&other, 0.95),
                cut,
                other[other.len() - 1],
                other.len(),
                quantile(&other_alike, 0.5),
                other_alike[other_alike.len() - 1],
            );
        }
    }
}
