//! Tracks that did not start together are put on one clock: offsets and drifts that are known,
//! mixed here from the spoken sessions.
//!
//! `cargo test --release --test tracks -- --nocapture` prints the table of
//! `docs/decisions/0010-tracks.md`.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that fails says why; its figures are quoted in docs/decisions"
)]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "samples of a test"
)]

#[path = "support/spoken.rs"]
#[expect(dead_code, reason = "the truth of the sessions is for others")]
mod spoken;

use openfloor::progress::Silent;
use openfloor::session::Span;
use openfloor::sound::{DetectVoice, Heard, Lie, Silero, WorkCopy, frame_levels, lie, lie_in_mix};
use openfloor::speakers::{Channel, tell_apart};
use spoken::{root, talk, two};

const RATE: f64 = 16_000.0;

/// Channels of a session, each silent where only the other one speaks: the recordings themselves
/// leak a little.
fn session(name: &str) -> [Vec<i16>; 2] {
    const FRAME: usize = 1600;
    let mut both = two(&root().join("fixtures/recordings").join(format!("{name}.stereo.flac")));
    let power = |sound: &[i16]| sound.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>();
    let length = both[0].len().min(both[1].len());
    for from in (0..length).step_by(FRAME) {
        let frame = from..(from + FRAME).min(length);
        let [left, right] = [0, 1].map(|side| power(&both[side][frame.clone()]));
        for (side, own, other) in [(0, left, right), (1, right, left)] {
            if own < other / 40.0 {
                both[side][frame.clone()].fill(0);
            }
        }
    }
    both
}

/// Noise at `dbfs` from a fixed generator.
struct Noise(u32, f64);

impl Noise {
    fn new(seed: u32, dbfs: f64) -> Self {
        // A uniform value has a square of a third.
        Self(seed, 32768.0 * 10_f64.powf(dbfs / 20.0) * 3_f64.sqrt())
    }

    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (f64::from(self.0 >> 8) / f64::from(1 << 23) - 1.0) * self.1
    }
}

/// A microphone: its own voice, the other's at `leak` dB `air` seconds later with the echoes of a
/// room, and noise.
fn microphone(own: &[i16], other: &[i16], leak: Option<f64>, air: f64, seed: u32) -> Vec<f64> {
    let mut noise = Noise::new(seed, -66.0);
    let gain = leak.map_or(0.0, |db| 10_f64.powf(db / 20.0));
    let echoes =
        [(0.0, 1.0), (0.007, 0.5), (0.013, -0.4), (0.023, 0.35), (0.041, 0.25), (0.067, -0.2)];
    let taps: Vec<(usize, f64)> =
        echoes.iter().map(|(late, part)| (((air + late) * RATE) as usize, gain * part)).collect();
    (0..own.len())
        .map(|n| {
            let heard = |&(late, part): &(usize, f64)| {
                n.checked_sub(late).map_or(0.0, |n| f64::from(other[n]) * part)
            };
            f64::from(own[n]) + taps.iter().map(heard).sum::<f64>() + noise.next()
        })
        .collect()
}

/// What a recorder writes that starts at `start` seconds and whose clock is fast by `drift`.
fn recorded(sound: &[f64], start: f64, drift: f64) -> Vec<i16> {
    let first = start * RATE;
    let count = ((sound.len() as f64 - first) * (1.0 + drift)) as usize;
    (0..count)
        .map(|n| {
            let place = first + n as f64 / (1.0 + drift);
            let (index, part) = (place as usize, place.fract());
            let at = |index: usize| sound.get(index).copied().unwrap_or(0.0);
            let value = at(index) * (1.0 - part) + at(index + 1) * part;
            value.round().clamp(-32768.0, 32767.0) as i16
        })
        .collect()
}

/// A session over and over, until `seconds` are full; each time spoken at another speed, so that no
/// part is like another.
fn long(name: &str, seconds: f64) -> [Vec<i16>; 2] {
    let once = session(name);
    let length = (seconds * RATE) as usize;
    once.map(|channel| {
        let mut all = Vec::with_capacity(length);
        let mut speed = 1.0;
        while all.len() < length {
            let count = (channel.len() as f64 / speed) as usize;
            all.extend((0..count).map(|n| channel[(n as f64 * speed) as usize]));
            speed *= if speed > 1.0 { 0.77 } else { 1.37 };
        }
        all.truncate(length);
        all
    })
}

fn found(first: &[i16], second: &[i16]) -> Option<Lie> {
    let folder = tempfile::tempdir().unwrap();
    let copies = [first, second].map(|one| WorkCopy::from_samples(folder.path(), &[one]).unwrap());
    let heard = |copy| Heard { copy, channel: 0 };
    lie(heard(&copies[0]), heard(&copies[1]), &Silent).unwrap()
}

/// Prints and holds what is found against what is so.
#[track_caller]
fn hold(what: &str, found: Option<Lie>, start: f64, drift: Option<f64>) {
    let lie = found.unwrap_or_else(|| panic!("{what}: nothing ties them"));
    let off = (lie.start - start) * 1000.0;
    let ppm = lie.drift * 1e6;
    println!("{what}: start {off:+.1} ms, drift {ppm:+.1} ppm");
    assert!(off.abs() <= 20.0, "{what}: {off:+.1} ms");
    if let Some(drift) = drift {
        assert!((ppm - drift * 1e6).abs() <= 10.0, "{what}: {ppm:+.1} ppm");
    }
}

#[test]
fn a_track_that_starts_late_is_found_by_what_leaks() {
    for name in ["en_delegation", "fr_retour"] {
        let both = session(name);
        for (leak, air) in
            [(-10.0, 0.003), (-15.0, 0.008), (-20.0, 0.012), (-25.0, 0.005), (-30.0, 0.015)]
        {
            let one = microphone(&both[0], &both[1], Some(leak), air, 1);
            let other = microphone(&both[1], &both[0], Some(leak), air, 2);
            for late in [0.0, 7.3] {
                let tracks = (recorded(&one, 0.0, 0.0), recorded(&other, late, 0.0));
                hold(
                    &format!("{name}, {leak} dB, {late} s late"),
                    found(&tracks.0, &tracks.1),
                    late,
                    None,
                );
            }
            let tracks = (recorded(&one, 7.3, 0.0), recorded(&other, 0.0, 0.0));
            hold(
                &format!("{name}, {leak} dB, 7.3 s early"),
                found(&tracks.0, &tracks.1),
                -7.3,
                None,
            );
        }
    }
}

#[test]
fn a_voice_that_reaches_one_microphone_only_is_enough() {
    let both = session("en_delegation");
    let one = microphone(&both[0], &both[1], Some(-25.0), 0.010, 1);
    let other = microphone(&both[1], &both[0], None, 0.0, 2);
    hold("one way", found(&recorded(&one, 0.0, 0.0), &recorded(&other, 7.3, 0.0)), 7.3, None);
}

#[test]
fn tracks_that_hold_nothing_of_each_other_are_not_tied() {
    for (name, other) in [("en_delegation", "en_delegation"), ("fr_retour", "en_delegation")] {
        let (both, others) = (session(name), session(other));
        let one = microphone(&both[0], &both[1], None, 0.0, 1);
        let two = microphone(&others[1], &others[0], None, 0.0, 2);
        let lie = found(&recorded(&one, 0.0, 0.0), &recorded(&two, 3.0, 0.0));
        println!("{name} and {other}: {lie:?}");
        assert_eq!(lie, None, "{name} and {other}");
    }
}

#[test]
fn clocks_that_run_apart_are_measured() {
    let [left, right] = long("en_delegation", 1200.0);
    for (drift, leak) in [(120e-6, -20.0), (-50e-6, -30.0), (200e-6, -30.0), (0.0, -30.0)] {
        let one = recorded(&microphone(&left, &right, Some(leak), 0.008, 1), 0.0, 0.0);
        let other = recorded(&microphone(&right, &left, Some(leak), 0.008, 2), 3.1, drift);
        let what = format!("20 min, {leak} dB, {:+.0} ppm", drift * 1e6);
        hold(&what, found(&one, &other), 3.1, Some(drift));
    }
}

#[test]
fn a_track_that_starts_forty_minutes_late_is_found_and_its_drift_too() {
    let [left, right] = long("fr_retour", 3600.0);
    let one = recorded(&microphone(&left, &right, Some(-30.0), 0.010, 1), 0.0, 0.0);
    let other = recorded(&microphone(&right, &left, Some(-30.0), 0.010, 2), 2400.0, 120e-6);
    let clock = std::time::Instant::now();
    hold("an hour and 20 min, 40 min late, -30 dB", found(&one, &other), 2400.0, Some(120e-6));
    println!("{:.1} s", clock.elapsed().as_secs_f64());
}

/// The first one's share of the talk.
fn share(copies: &[WorkCopy; 2]) -> f64 {
    let mut detector = Silero::load(&root().join("models/ggml-silero-v6.2.3.bin")).unwrap();
    let levels: Vec<_> = copies.iter().map(|copy| frame_levels(copy, 0).unwrap()).collect();
    let voices: Vec<_> = copies
        .iter()
        .map(|copy| detector.probabilities(copy, 0, &Silent, &Silent).unwrap())
        .collect();
    let channels: Vec<_> = levels
        .iter()
        .zip(&voices)
        .map(|(levels, voice)| Channel { levels, voice, voice_hop: detector.hop_samples() })
        .collect();
    let duration = copies.iter().map(WorkCopy::duration).max().unwrap();
    let told = tell_apart(&channels, duration).expect("two people");
    let talk: Vec<f64> = told.speech.iter().map(|spans: &Vec<Span>| talk(spans)).collect();
    talk[0] / (talk[0] + talk[1])
}

#[test]
fn on_one_clock_what_leaks_is_no_speech_and_the_shares_are_those_of_tracks_that_began_together() {
    let folder = tempfile::tempdir().unwrap();
    let copy = |sound: &[i16]| WorkCopy::from_samples(folder.path(), &[sound]).unwrap();
    for name in ["en_delegation", "fr_retour"] {
        let both = session(name);
        for (leak, air) in [(-15.0, 0.003), (-20.0, 0.020)] {
            let one = microphone(&both[0], &both[1], Some(leak), air, 1);
            let other = microphone(&both[1], &both[0], Some(leak), air, 2);
            let whole = [copy(&recorded(&one, 0.0, 0.0)), copy(&recorded(&other, 0.0, 0.0))];
            let [first, second] =
                [copy(&recorded(&one, 0.0, 0.0)), copy(&recorded(&other, 7.3, 80e-6))];
            let heard = |copy| Heard { copy, channel: 0 };
            let found = lie(heard(&first), heard(&second), &Silent).unwrap().expect("tied");
            let unplaced =
                share(&[copy(&recorded(&one, 0.0, 0.0)), copy(&recorded(&other, 7.3, 80e-6))]);
            let lead = (found.start * RATE).round() as u64;
            let placed = share(&[first, second.placed(lead, found.drift)]);
            // The second one misses what was said before it was started.
            let begun = [whole[0].window(0, 0, usize::MAX).unwrap(), {
                let mut all = whole[1].window(0, 0, usize::MAX).unwrap();
                all[..116_800].fill(0);
                all
            }];
            let wanted = share(&[copy(&begun[0]), copy(&begun[1])]);
            let off = 100.0 * (placed - wanted);
            println!(
                "{name}, {leak} dB: share {:.1} %, {off:+.2} points; not placed {:+.1} points",
                100.0 * placed,
                100.0 * (unplaced - wanted)
            );
            assert!(off.abs() <= 1.0, "{name} {leak} dB: {off:+.2} points");
        }
    }
}

#[test]
fn in_a_mix_each_track_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let copy = |sound: &[i16]| WorkCopy::from_samples(folder.path(), &[sound]).unwrap();
    let both = session("en_delegation");
    let sum = both[0].iter().zip(&both[1]).map(|(a, b)| f64::from(*a) * 0.5 + f64::from(*b) * 0.5);
    let mix = copy(&recorded(&sum.collect::<Vec<f64>>(), 2.0, 0.0));
    for (side, start, drift) in [(0, 0.0, 30e-6), (1, 120.0, 0.0)] {
        let own = microphone(&both[side], &both[1 - side], None, 0.0, 3);
        let track = copy(&recorded(&own, start, drift));
        let heard = |copy| Heard { copy, channel: 0 };
        let found = lie_in_mix(heard(&mix), heard(&track), &Silent).unwrap();
        hold(&format!("mix, track {side}"), found, start - 2.0, None);
    }
}
