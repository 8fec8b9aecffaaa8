//! Who speaks when on one channel, against the exact truth of the spoken sessions and the turns of
//! real recordings; wider, over conversations mixed here.
//!
//! Needs `../shared` for all but the bundled recordings; without it, it says so.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may panic; its figures are quoted in docs/decisions"
)]

#[path = "support/ffmpeg.rs"]
mod ffmpeg;
#[path = "voices/mix.rs"]
mod mix;
#[path = "voices/score.rs"]
mod score;
#[path = "support/spoken.rs"]
mod spoken;

use std::fs;
use std::path::{Path, PathBuf};

use ffmpeg::ffmpeg;
use mix::{Talk, add_noise, conversation, cut, room, sum, telephone, to_i16};
use openfloor::progress::Silent;
use openfloor::session::{Ms, Separation, SeparationLevel, Span};
use openfloor::sound::{DetectVoice, Silero, WorkCopy, frame_levels};
use openfloor::speakers::{
    Channel, Diarise, EMBEDDING, Mixed, Told, VoiceClusters, VoiceDoubt, VoiceEncoder,
};
use score::{Score, score};
use spoken::{channels, root, rttm, talk, truth, two};

fn shared() -> PathBuf {
    root().join("../shared")
}

fn through_opus(sound: &[f32]) -> Vec<f32> {
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("raw");
    let opus = folder.path().join("x.opus");
    let bytes: Vec<u8> = to_i16(sound).iter().flat_map(|s| s.to_le_bytes()).collect();
    fs::write(&raw, bytes).unwrap();
    ffmpeg(&[
        "-f",
        "s16le",
        "-ar",
        "16000",
        "-ac",
        "1",
        "-i",
        raw.to_str().unwrap(),
        "-c:a",
        "libopus",
        "-b:a",
        "24k",
        opus.to_str().unwrap(),
    ]);
    channels(&opus)[0].iter().copied().map(f32::from).collect()
}

const SESSIONS: [&str; 6] =
    ["en_delegation", "en_promotion", "en_reverse", "fr_charge", "fr_conflit", "fr_retour"];

/// A voice alone: its samples.
fn voice(name: &str) -> Vec<i16> {
    let real = shared().join("real/dev");
    let speech = shared().join("speech/dev");
    if let Some((session, side)) = name.split_once('/') {
        let path = speech.join(format!("{session}.stereo.flac"));
        if path.exists() {
            let side: usize = side.parse().unwrap();
            let sound = two(&path);
            let truth = truth(&speech.join(format!("{session}.truth.json")));
            return truth[side].iter().flat_map(|s| padded(&sound[side], *s)).collect();
        }
        let sound = channels(&real.join(format!("{session}.flac")));
        let turns = rttm(&real.join(format!("{session}.rttm")));
        let index = turns.iter().position(|(name, _)| name == side).unwrap();
        let channel =
            if sound.len() == 2 { &sound[usize::from(side.contains("CALLER"))] } else { &sound[0] };
        let others =
            || turns.iter().enumerate().filter(|(n, _)| *n != index).flat_map(|(_, t)| &t.1);
        return turns[index]
            .1
            .iter()
            .filter(|s| others().all(|o| o.overlap(**s) == Ms::ZERO))
            .flat_map(|s| padded(channel, *s))
            .collect();
    }
    let mut files: Vec<PathBuf> = fs::read_dir(&real)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "flac"))
        .filter(|p| p.file_name().unwrap().to_str().unwrap().starts_with(name))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{name}");
    files
        .iter()
        .flat_map(|f| {
            let mut s = channels(f).remove(0);
            s.extend(vec![0; 8000]);
            s
        })
        .collect()
}

/// A stretch with half a second of silence after it.
fn padded(samples: &[i16], span: Span) -> Vec<i16> {
    let mut out = cut(samples, span).to_vec();
    out.extend(vec![0; 8000]);
    out
}

const PAIRS: [(&str, &str); 18] = [
    ("en_LJ", "fr_june"),
    ("fr_june", "fr_kyutai_crepes"),
    ("en_LJ", "en_delegation/0"),
    ("en_LJ", "en_promotion/0"),
    ("call_aws40/AGENT", "en_delegation/1"),
    ("call_aws40/CALLER", "ami_IB4011/MIO046"),
    ("ami_IB4011/MIO046", "call_aws40/AGENT"),
    ("ami_ES2016d", "ami_IB4011/MIO046"),
    ("en_reverse/1", "en_delegation/1"),
    ("fr_june", "fr_charge/0"),
    ("fr_conflit/1", "fr_charge/1"),
    ("en_promotion/1", "en_reverse/0"),
    ("en_delegation/0", "en_promotion/0"),
    ("fr_retour/1", "fr_june"),
    ("fr_retour/0", "fr_charge/0"),
    ("fr_kyutai_crepes", "fr_retour/1"),
    ("ami_ES2016d", "call_aws40/CALLER"),
    ("en_promotion/1", "en_reverse/1"),
];
const SHORT: [(&str, &str); 6] = [
    ("en_jfk", "en_libri_quilter"),
    ("en_sense", "en_LJ"),
    ("fr_leopard", "fr_kyutai_intro"),
    ("fr_ibm", "fr_kyutai_crepes"),
    ("en_libri_6930", "en_cheetah"),
    ("en_sense", "en_jfk"),
];

/// A recording to try, with the speech of each of its voices.
struct Case {
    name: String,
    talk: Talk,
    /// Voices that are looked for.
    asked: usize,
}

fn encoder() -> VoiceEncoder {
    VoiceEncoder::load(&root().join("models/resemblyzer-voice-encoder.onnx")).unwrap()
}

fn diarised(samples: &[i16], speakers: usize) -> Told {
    let folder = tempfile::tempdir().unwrap();
    let copy = WorkCopy::from_samples(folder.path(), &[samples]).unwrap();
    let mut detector = Silero::load(&root().join("models/ggml-silero-v6.2.3.bin")).unwrap();
    let voice = detector.probabilities(&copy, 0, &Silent, &Silent).unwrap();
    let levels = frame_levels(&copy, 0).unwrap();
    let measured = Channel { levels: &levels, voice: &voice, voice_hop: detector.hop_samples() };
    let mixed = Mixed { copy: &copy, channel: 0, measured };
    VoiceClusters { encoder: &encoder() }
        .diarise(&mixed, speakers, copy.duration(), &Silent)
        .unwrap()
}

/// Voices of a minute and more.
const ALONE: [&str; 10] = [
    "en_LJ",
    "fr_june",
    "ami_ES2016d",
    "ami_IB4011/MIO046",
    "call_aws40/AGENT",
    "call_aws40/CALLER",
    "en_delegation/0",
    "en_reverse/1",
    "fr_charge/0",
    "fr_retour/1",
];
const THREE: [[&str; 3]; 4] = [
    ["en_LJ", "call_aws40/AGENT", "ami_ES2016d"],
    ["fr_june", "fr_charge/0", "fr_charge/1"],
    ["en_delegation/0", "en_reverse/1", "en_promotion/1"],
    ["call_aws40/CALLER", "en_LJ", "ami_IB4011/MIO046"],
];

/// What a telephone or a room does to sound, and noise.
fn spoil(sound: &mut Vec<f32>, kind: &str) {
    match kind {
        "telephone" => *sound = telephone(sound),
        "room" => *sound = room(sound),
        _ => {}
    }
    add_noise(sound, if kind == "room" { -50.0 } else { -60.0 });
}

/// How a case came out.
struct Outcome {
    score: Score,
    /// Expected error of the talk share, points.
    stated: f64,
    /// Of speech.
    seconds: f64,
}

/// Tells the voices apart and prints a line.
fn measured(case: &Case) -> Outcome {
    let wanted = &case.talk.speech;
    let told = diarised(&to_i16(&case.talk.sound), case.asked);
    let score = score(&told.speech, wanted);
    let seconds = wanted.iter().map(|spans| talk(spans)).sum::<f64>() / 1000.0;
    let Separation { level, talk_share_error, .. } = told.separation;
    let stated = 100.0 * talk_share_error.unwrap_or(1.0);
    let Score { share, confused, missed, false_alarm, der, der_collar } = score;
    println!(
        "{:<52} {share:+6.2} points, expected ± {stated:.1}, {level:?}; missed {missed:.1}, false {false_alarm:.1}, confused {confused:.2} %, DER {der:.1} / {der_collar:.1} %; speech {seconds:.0} s",
        case.name
    );
    Outcome { score, stated, seconds }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// A row of the table: a kind of recording and how it came out.
fn row(kind: &str, outcomes: &[Outcome]) {
    let of = |value: &dyn Fn(&Outcome) -> f64| mean(outcomes.iter().map(value));
    let worst = outcomes.iter().map(|one| one.score.share.abs()).fold(0.0, f64::max);
    let held = outcomes.iter().filter(|one| one.score.share.abs() <= one.stated).count();
    println!(
        "| {kind} | {} | {:.2} | {worst:.2} | {:.2} | {:.1} / {:.1} | {held} |",
        outcomes.len(),
        of(&|one| one.score.share.abs()),
        of(&|one| one.score.confused),
        of(&|one| one.score.der),
        of(&|one| one.score.der_collar),
    );
}

fn session(folder: &Path, truths: &Path, name: &str, kind: &str) -> Case {
    let sound = two(&folder.join(format!("{name}.stereo.flac")));
    let speech = truth(&truths.join(format!("{name}.truth.json"))).to_vec();
    let louder = match kind {
        "second +10 dB" => 10.0,
        "second -10 dB" => -10.0,
        _ => 0.0,
    };
    let mut mix = sum(&sound, louder);
    match kind {
        "noise" => add_noise(&mut mix, -46.0),
        "telephone" => {
            mix = telephone(&mix);
            add_noise(&mut mix, -60.0);
        }
        "room" => {
            mix = room(&mix);
            add_noise(&mut mix, -60.0);
            mix = through_opus(&mix);
        }
        _ => {}
    }
    Case { name: format!("{name}, {kind}"), talk: Talk { sound: mix, speech }, asked: 2 }
}

/// A recording with its turns in RTTM, its channels summed.
fn call(folder: &Path, truth: &Path, name: &str) -> Case {
    let all = channels(&folder.join(format!("{name}.flac")));
    let sound = (0..all[0].len()).map(|n| all.iter().map(|c| f32::from(c[n])).sum()).collect();
    let speech = rttm(&truth.join(format!("{name}.rttm"))).into_iter().map(|turns| turns.1);
    let talk = Talk { sound, speech: speech.collect() };
    Case { name: name.to_owned(), asked: talk.speech.len().max(2), talk }
}

#[test]
fn talk_shares_of_two_voices_on_one_channel_are_near_the_truth() {
    let (speech, real) = (shared().join("speech/dev"), shared().join("real/dev"));
    let mut cases = Vec::new();
    if speech.is_dir() {
        for name in SESSIONS {
            for extension in ["m4a", "opus"] {
                let path = speech.join(format!("{name}.mono.{extension}"));
                if path.exists() {
                    let sound = channels(&path)[0].iter().copied().map(f32::from).collect();
                    let truth = truth(&speech.join(format!("{name}.truth.json")));
                    let talk = Talk { sound, speech: truth.to_vec() };
                    cases.push(Case { name: format!("{name}.mono.{extension}"), talk, asked: 2 });
                }
            }
        }
        for name in ["en_reverse", "fr_conflit"] {
            cases.push(session(&speech, &speech, name, "plain"));
        }
        for name in ["call_aws40", "call_google_chromecast", "fr_lamartine_2readers"] {
            cases.push(call(&real, &real, name));
        }
    } else {
        println!("../shared is not here: the bundled recordings only, mixed to one channel");
        let (sound, truth) = (root().join("fixtures/recordings"), root().join("fixtures/truth"));
        for name in ["en_delegation", "fr_retour"] {
            cases.push(session(&sound, &truth, name, "plain"));
        }
        cases.push(call(&sound, &truth, "call_aws40"));
    }
    let outcomes: Vec<Outcome> = cases.iter().map(measured).collect();
    row("development recordings", &outcomes);
    let mean = |value: fn(&Outcome) -> f64| mean(outcomes.iter().map(value));
    assert!(mean(|one| one.score.share.abs()) <= 1.5);
    assert!(mean(|one| one.score.confused) <= 1.0);
    assert!(mean(|one| one.score.der_collar) <= 3.0);
    assert!(outcomes.iter().all(|one| one.seconds < 120.0 || one.score.share.abs() <= 4.0));
}

#[test]
fn as_many_lists_come_back_as_speakers_were_asked_for_in_the_order_they_speak() {
    let (sound, truth) = (root().join("fixtures/recordings"), root().join("fixtures/truth"));
    let mix = session(&sound, &truth, "en_delegation", "plain").talk.sound;
    let samples = to_i16(&mix[..90 * mix::RATE]);
    for speakers in 1..=6 {
        let told = diarised(&samples, speakers);
        assert_eq!(told.speech.len(), speakers);
        let starts: Vec<_> = told.speech.iter().filter_map(|spans| spans.first()).collect();
        assert!(starts.is_sorted());
        for spans in &told.speech {
            assert!(spans.windows(2).all(|pair| pair[0].end() < pair[1].start()));
        }
        assert_eq!(told, diarised(&samples, speakers));
    }
}

#[test]
fn one_person_alone_and_a_third_are_said() {
    let (sound, truth_of) = (root().join("fixtures/recordings"), root().join("fixtures/truth"));
    let parts = |session: &str, side: usize, least: f64| {
        let sound = two(&sound.join(format!("{session}.stereo.flac")));
        let speech = truth(&truth_of.join(format!("{session}.truth.json")));
        let mut all: Vec<i16> = Vec::new();
        for span in &speech[side] {
            all.extend(padded(&sound[side], *span));
        }
        assert!(talk(&speech[side]) > least);
        all
    };
    let voices = [
        parts("en_delegation", 0, 60_000.0),
        parts("en_delegation", 1, 60_000.0),
        parts("fr_retour", 1, 60_000.0),
    ];
    let mixed = |who: &[usize]| {
        let voices: Vec<(&[i16], f64)> = who.iter().map(|&n| (&voices[n][..], 0.0)).collect();
        let mut talk = conversation(&voices, Ms(180_000), 5);
        add_noise(&mut talk.sound, -60.0);
        diarised(&to_i16(&talk.sound), 2)
    };
    assert_eq!(mixed(&[0]).doubt, Some(VoiceDoubt::One));
    assert_eq!(mixed(&[0, 1]).doubt, None);
    let three = mixed(&[0, 1, 2]);
    assert_eq!(three.doubt, Some(VoiceDoubt::More));
    assert_eq!(three.separation.level, SeparationLevel::Weak);
}

#[test]
fn silence_on_one_channel_has_no_speech() {
    let told = diarised(&vec![0; 10 * mix::RATE], 2);
    assert_eq!(told.speech, [vec![], vec![]]);
    assert_eq!(told.separation.level, SeparationLevel::Unknown);
}

/// Numbers of a `.npy` file of single precision.
fn npy(path: &Path) -> Vec<f32> {
    const HEADER: usize = 128;
    let bytes = fs::read(path).unwrap();
    bytes[HEADER..].chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
}

#[test]
fn the_encoder_gives_the_numbers_of_its_reference() {
    let fixtures = shared().join("models/fixtures");
    if !fixtures.is_dir() {
        println!("NOT RUN: ../shared is not here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let sound = channels(&fixtures.join("speech-5s.wav")).remove(0);
    let copy = WorkCopy::from_samples(folder.path(), &[&sound]).unwrap();
    let frames: Vec<usize> = (30..190).collect();
    let found = encoder().embed(&copy, 0, &[frames]).unwrap().remove(0);
    let wanted = npy(&fixtures.join("embedding.npy"));
    assert_eq!((found.len(), wanted.len()), (EMBEDDING, EMBEDDING));
    let off = found.iter().zip(&wanted).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    println!("largest difference {off:.1e}");
    assert!(off < 1e-4, "{off}");
}

/// The wide table of `docs/decisions/0005-one-channel.md`; an hour and more of sound, mixed here.
#[test]
#[ignore = "long: scripts/evaluate-speakers runs it"]
fn talk_shares_over_the_wide_grid() {
    let (speech, real) = (shared().join("speech/dev"), shared().join("real/dev"));
    let mut groups: Vec<(String, Vec<Outcome>)> = Vec::new();
    let mut take = |group: &str, case: &Case| {
        let outcome = measured(case);
        match groups.iter_mut().find(|(name, _)| name == group) {
            Some((_, outcomes)) => outcomes.push(outcome),
            None => groups.push((group.to_owned(), vec![outcome])),
        }
    };
    for kind in ["plain", "noise", "telephone", "second +10 dB", "second -10 dB", "room"] {
        for name in SESSIONS {
            take(kind, &session(&speech, &speech, name, kind));
        }
    }
    for (group, pairs) in [("pairs", &PAIRS[..]), ("short pairs", &SHORT[..])] {
        for (n, (a, b)) in pairs.iter().enumerate() {
            let level = if n % 2 == 0 { -4.0 } else { 2.0 };
            let voices = (voice(a), voice(b));
            for kind in ["plain", "telephone", "room"] {
                let voices = [(&voices.0[..], 0.0), (&voices.1[..], level)];
                let mut talk = conversation(&voices, Ms(240_000), n as u64 * 3 + 1);
                spoil(&mut talk.sound, kind);
                let case = Case { name: format!("{a} and {b}, {kind}"), talk, asked: 2 };
                take(&format!("{group}, {kind}"), &case);
            }
        }
    }
    for (n, name) in ALONE.iter().enumerate() {
        for kind in ["plain", "telephone", "room"] {
            let mut talk = conversation(&[(&voice(name)[..], 0.0)], Ms(180_000), n as u64 + 50);
            spoil(&mut talk.sound, kind);
            let case = Case { name: format!("{name} alone, {kind}"), talk, asked: 2 };
            take(&format!("one voice, {kind}"), &case);
        }
    }
    for (n, names) in THREE.iter().enumerate() {
        let voices: Vec<Vec<i16>> = names.iter().map(|name| voice(name)).collect();
        let voices: Vec<(&[i16], f64)> = voices.iter().map(|one| (&one[..], 0.0)).collect();
        for (kind, asked) in [("plain", 2), ("plain", 3), ("telephone", 2), ("telephone", 3)] {
            let mut talk = conversation(&voices, Ms(240_000), n as u64 + 80);
            spoil(&mut talk.sound, kind);
            let case =
                Case { name: format!("{}, {kind}, {asked} asked", names.join(" ")), talk, asked };
            take(&format!("three voices, {asked} asked"), &case);
        }
    }
    for name in ["ami_IB4011", "ami_ES2016d"] {
        take("other than two voices", &call(&real, &real, name));
    }
    for (group, outcomes) in groups {
        row(&group, &outcomes);
    }
}
