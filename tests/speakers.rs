//! Who speaks when on two channels, against the exact truth of the spoken sessions and the energy
//! truth of a real call; on the sessions also with more bleed and unequal levels, mixed here.
//!
//! Needs `../shared` for all but the bundled sessions; without it, it says so.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that fails says why; its figures are quoted in docs/decisions"
)]

#[path = "support/spoken.rs"]
mod spoken;

use std::fs;
use std::path::PathBuf;

use openfloor::progress::Silent;
use openfloor::session::Span;
use openfloor::sound::{DetectVoice, Silero, WorkCopy, frame_levels};
use openfloor::speakers::{Channel, NotPeople, Told, tell_apart};
use spoken::{root, rttm, talk, truth, two};

/// The spoken sessions: all where `../shared` is, else the two that are bundled.
fn sessions() -> Vec<(PathBuf, PathBuf)> {
    let shared = root().join("../shared/speech/dev");
    let (sound, truth) = if shared.is_dir() {
        (shared.clone(), shared)
    } else {
        println!("../shared is not here: the bundled sessions only");
        (root().join("fixtures/recordings"), root().join("fixtures/truth"))
    };
    let mut found: Vec<_> = fs::read_dir(&truth)
        .unwrap()
        .filter_map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name()?.to_str()?.strip_suffix(".truth.json")?.to_owned();
            Some((sound.join(format!("{name}.stereo.flac")), path))
        })
        .collect();
    found.sort();
    found
}

fn told(channels: [&[i16]; 2]) -> Result<Told, NotPeople> {
    let folder = tempfile::tempdir().unwrap();
    let copy = WorkCopy::from_samples(folder.path(), &channels).unwrap();
    let mut detector = Silero::load(&root().join("models/ggml-silero-v6.2.3.bin")).unwrap();
    let levels: Vec<_> = (0..2).map(|c| frame_levels(&copy, c).unwrap()).collect();
    let voices: Vec<_> =
        (0..2).map(|c| detector.probabilities(&copy, c, &Silent, &Silent).unwrap()).collect();
    let channels: Vec<_> = levels
        .iter()
        .zip(&voices)
        .map(|(levels, voice)| Channel { levels, voice, voice_hop: detector.hop_samples() })
        .collect();
    tell_apart(&channels, copy.duration())
}

/// The other voice 20 ms later at `bleed_db`, the whole second channel 12 dB quieter, and noise at
/// −66 dBFS from a fixed generator.
fn mixed(channels: &[Vec<i16>; 2], bleed_db: f64) -> [Vec<i16>; 2] {
    const LATE: usize = 320;
    let bleed = 10_f64.powf(bleed_db / 20.0);
    let mut state = 7_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (f64::from(state >> 8) / f64::from(1 << 23) - 1.0) * 28.0
    };
    let mut make = |own: &[i16], other: &[i16], gain: f64| {
        own.iter()
            .enumerate()
            .map(|(n, &sample)| {
                let leak = n.checked_sub(LATE).map_or(0.0, |n| f64::from(other[n]) * bleed);
                #[expect(clippy::cast_possible_truncation, reason = "clamped to 16 bits")]
                let value = ((f64::from(sample) + leak) * gain + noise())
                    .clamp(f64::from(i16::MIN), f64::from(i16::MAX))
                    as i16;
                value
            })
            .collect()
    };
    [make(&channels[0], &channels[1], 1.0), make(&channels[1], &channels[0], 0.25)]
}

fn left_share(speech: &[Vec<Span>]) -> f64 {
    talk(&speech[0]) / (talk(&speech[0]) + talk(&speech[1]))
}

/// Missed and wrongly claimed time, in per cent of the speech.
fn missed_and_false(found: &[Vec<Span>], wanted: &[Vec<Span>]) -> (f64, f64) {
    let both: f64 = (0..2)
        .flat_map(|side| found[side].iter().map(move |span| (side, span)))
        .map(|(side, span)| {
            wanted[side].iter().map(|want| want.overlap(*span).as_f64()).sum::<f64>()
        })
        .sum();
    let total = talk(&wanted[0]) + talk(&wanted[1]);
    let claimed = talk(&found[0]) + talk(&found[1]);
    (100.0 * (total - both) / total, 100.0 * (claimed - both) / total)
}

fn measure(kind: &str, bar: f64, change: impl Fn(&[Vec<i16>; 2]) -> [Vec<i16>; 2]) {
    for (recording, truth_path) in sessions() {
        let wanted = truth(&truth_path);
        let sound = two(&recording);
        let [left, right] = change(&sound);
        let told = told([&left, &right]).expect("two people");
        let error = 100.0 * (left_share(&told.speech) - left_share(&wanted));
        let (missed, wrong) = missed_and_false(&told.speech, &wanted);
        let name = recording.file_stem().unwrap().to_str().unwrap().to_owned();
        println!(
            "{kind} {name}: share {error:+.2} points, missed {missed:.1} %, false {wrong:.1} %, bleed {:?}",
            told.separation.bleed_db
        );
        assert!(error.abs() <= bar, "{kind} {name}: {error:+.2} points");
    }
}

#[test]
fn talk_shares_are_within_a_point_of_the_truth() {
    measure("as recorded", 1.0, Clone::clone);
}

#[test]
fn talk_shares_hold_with_bleed_at_minus_15_db_and_unequal_levels() {
    // In fr_conflit the truth counts a synthesiser's hum 39 dB under its voice as speech; in the
    // quieter channel it drowns in the noise, which alone makes 3 points.
    measure("bleed -15, right -12", 3.5, |channels| mixed(channels, -15.0));
}

#[test]
fn swapped_channels_swap_the_people_and_nothing_else() {
    let (recording, _) = sessions().remove(0);
    let sound = two(&recording);
    let [left, right] = &sound;
    let straight = told([left, right]).unwrap();
    let swapped = told([right, left]).unwrap();
    assert_eq!(straight.speech[0], swapped.speech[1]);
    assert_eq!(straight.speech[1], swapped.speech[0]);
}

#[test]
fn two_people_whose_microphones_leak_at_minus_10_db_are_still_two() {
    for (recording, _) in sessions() {
        let [left, right] = mixed(&two(&recording), -10.0);
        let told = told([&left, &right]).expect("two people");
        assert!(told.speech.iter().all(|spans| talk(spans) > 20_000.0), "{}", recording.display());
    }
}

/// Both voices on both channels: each `db` quieter on the other's, `late` samples later.
fn one_device(channels: &[Vec<i16>; 2], db: f64, late: usize) -> [Vec<i16>; 2] {
    let gain = 10_f64.powf(db / 20.0);
    let blend = |near: &[i16], far: &[i16]| -> Vec<i16> {
        let mix = |n: usize| {
            let far = n.checked_sub(late).map_or(0.0, |n| f64::from(far[n]));
            #[expect(clippy::cast_possible_truncation, reason = "clamped to 16 bits")]
            let value = ((f64::from(near[n]) + far * gain) * 0.7).clamp(-32768.0, 32767.0) as i16;
            value
        };
        (0..near.len()).map(mix).collect()
    };
    [blend(&channels[0], &channels[1]), blend(&channels[1], &channels[0])]
}

#[test]
fn one_phone_between_two_people_is_not_two_channels_of_people() {
    for (recording, _) in sessions().into_iter().take(3) {
        let sound = two(&recording);
        for (db, late) in [(-2.5, 0), (-4.0, 8), (-6.0, 16), (-8.0, 5)] {
            let [left, right] = one_device(&sound, db, late);
            let why = told([&left, &right]).unwrap_err();
            assert!(matches!(why, NotPeople::StereoPickUp(_)), "{db} dB: {why:?}");
        }
    }
}

#[test]
fn the_same_mix_on_both_channels_is_told_from_a_pick_up_also_at_other_levels() {
    let (recording, _) = sessions().remove(0);
    let [mix, same] = one_device(&two(&recording), 0.0, 0);
    assert_eq!(told([&mix, &same]).unwrap_err(), NotPeople::SameMix(0));
    for part in [2, 4] {
        let quieter: Vec<i16> = same.iter().map(|sample| -sample / part).collect();
        let why = told([&mix, &quieter]).unwrap_err();
        assert!(matches!(why, NotPeople::SameMix(_)), "1/{part}: {why:?}");
    }
}

#[test]
fn a_channel_of_silence_noise_or_a_faint_copy_is_dead() {
    let (recording, _) = sessions().remove(0);
    let [mix, _] = one_device(&two(&recording), 0.0, 0);
    let silence = vec![0; mix.len()];
    let mut state = 7_u32;
    let noise: Vec<i16> = mix
        .iter()
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            i16::try_from(state >> 25).unwrap() - 64
        })
        .collect();
    let faint: Vec<i16> = mix.iter().zip(&noise).map(|(&s, &n)| s / 40 + n / 16).collect();
    for dead in [silence, noise, faint] {
        assert_eq!(told([&mix, &dead]).unwrap_err(), NotPeople::OneChannel(0));
        assert_eq!(told([&dead, &mix]).unwrap_err(), NotPeople::OneChannel(1));
    }
}

#[test]
fn the_agent_of_a_real_call_has_their_share_of_the_talk() {
    let recording = root().join("fixtures/recordings/call_aws40.flac");
    let mut talk_ms = [0.0, 0.0];
    for (name, turns) in rttm(&root().join("fixtures/truth/call_aws40.rttm")) {
        talk_ms[usize::from(name.to_uppercase().contains("CALLER"))] += talk(&turns);
    }
    let wanted = talk_ms[0] / (talk_ms[0] + talk_ms[1]);
    let sound = two(&recording);
    let found = left_share(&told([&sound[0], &sound[1]]).unwrap().speech);
    let error = 100.0 * (found - wanted);
    println!("call_aws40: agent {:.1} %, {error:+.2} points", 100.0 * found);
    assert!(error.abs() <= 1.5);
}
