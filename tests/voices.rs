//! Who speaks when on one channel.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may panic; its figures are quoted in docs/decisions"
)]

#[path = "voices/mix.rs"]
mod mix;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use mix::{Talk, add_noise, conversation, cut, room, sum, telephone, to_i16};
use openfloor::progress::Silent;
use openfloor::session::{Ms, Span};
use openfloor::sound::{DetectVoice, Silero, WorkCopy, work_copy};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn shared() -> PathBuf {
    root().join("../shared")
}

fn channels(path: &Path) -> Vec<Vec<i16>> {
    let folder = tempfile::tempdir().unwrap();
    let (copy, _) = work_copy(path, folder.path(), &Silent, &Silent).unwrap();
    (0..copy.channels()).map(|c| copy.window(c, 0, usize::MAX).unwrap()).collect()
}

fn two(path: &Path) -> [Vec<i16>; 2] {
    channels(path).try_into().unwrap()
}

/// Through ffmpeg: formats that are not read yet, and codecs.
fn ffmpeg(arguments: &[&str]) -> Vec<u8> {
    let run = Command::new("ffmpeg")
        .args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y"])
        .args(arguments)
        .output()
        .expect("these tests need ffmpeg: apt-get install ffmpeg");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    run.stdout
}

fn decoded(path: &Path) -> Vec<i16> {
    ffmpeg(&["-i", path.to_str().unwrap(), "-ac", "1", "-ar", "16000", "-f", "s16le", "-"])
        .chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect()
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
    decoded(&opus).into_iter().map(f32::from).collect()
}

fn spoken_truth(path: &Path) -> [Vec<Span>; 2] {
    let truth: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let mut sides = [Vec::new(), Vec::new()];
    for speaker in truth["speakers"].as_array().unwrap() {
        let side = usize::from(speaker["channel"] == "right");
        let spans = truth["speech"][speaker["id"].as_str().unwrap()].as_array().unwrap();
        let at = |value: &serde_json::Value| Ms(value.as_u64().unwrap());
        sides[side] = spans.iter().filter_map(|s| Span::new(at(&s[0]), at(&s[1]))).collect();
    }
    sides
}

fn rttm(path: &Path) -> Vec<(String, Vec<Span>)> {
    let mut found: Vec<(String, Vec<Span>)> = Vec::new();
    for line in fs::read_to_string(path).unwrap().lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let ms = |text: &str| (text.parse::<f64>().unwrap() * 1000.0).round() as u64;
        let (start, length) = (ms(fields[3]), ms(fields[4]));
        let span = Span::new(Ms(start), Ms(start + length)).unwrap();
        match found.iter_mut().find(|(name, _)| name == fields[7]) {
            Some((_, spans)) => spans.push(span),
            None => found.push((fields[7].to_owned(), vec![span])),
        }
    }
    found
}

const SESSIONS: [&str; 6] =
    ["en_delegation", "en_promotion", "en_reverse", "fr_charge", "fr_conflit", "fr_retour"];

fn dump(out: &Path, name: &str, talk: &Talk) {
    let samples = to_i16(&talk.sound);
    let folder = tempfile::tempdir().unwrap();
    let copy = WorkCopy::from_samples(folder.path(), &[&samples]).unwrap();
    let mut detector = Silero::load(&root().join("models/ggml-silero-v6.2.3.bin")).unwrap();
    let voice = detector.probabilities(&copy, 0, &Silent, &Silent).unwrap();
    let bytes: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
    fs::write(out.join(format!("{name}.i16")), bytes).unwrap();
    let bytes: Vec<u8> = voice.iter().flat_map(|s| s.to_le_bytes()).collect();
    fs::write(out.join(format!("{name}.vad")), bytes).unwrap();
    let spans: Vec<Vec<[u64; 2]>> = talk
        .speech
        .iter()
        .map(|spans| spans.iter().map(|s| [s.start().0, s.end().0]).collect())
        .collect();
    fs::write(out.join(format!("{name}.json")), serde_json::to_vec(&spans).unwrap()).unwrap();
    println!("{name} {} s", samples.len() / 16_000);
}

/// A voice alone: its samples.
fn voice(name: &str) -> Vec<i16> {
    let real = shared().join("real/dev");
    let speech = shared().join("speech/dev");
    if let Some((session, side)) = name.split_once('/') {
        let path = speech.join(format!("{session}.stereo.flac"));
        if path.exists() {
            let side: usize = side.parse().unwrap();
            let sound = two(&path);
            let truth = spoken_truth(&speech.join(format!("{session}.truth.json")));
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

#[test]
#[ignore = "dump"]
fn dump_all() {
    let out = root().join("target/voices-dump");
    fs::create_dir_all(&out).unwrap();
    let have = |name: &str| out.join(format!("{name}.json")).exists();
    let speech = shared().join("speech/dev");
    let real = shared().join("real/dev");
    for session in SESSIONS {
        let truth = spoken_truth(&speech.join(format!("{session}.truth.json"))).to_vec();
        for ext in ["m4a", "opus"] {
            let path = speech.join(format!("{session}.mono.{ext}"));
            let name = format!("dev.{session}");
            if path.exists() && !have(&name) {
                let sound = decoded(&path).into_iter().map(f32::from).collect();
                dump(&out, &name, &Talk { sound, speech: truth.clone() });
            }
        }
        let sound = two(&speech.join(format!("{session}.stereo.flac")));
        for kind in ["plain", "noise", "phone", "louder", "softer", "room"] {
            let name = format!("sum-{kind}.{session}");
            if have(&name) {
                continue;
            }
            let mut mix = sum(
                &sound,
                match kind {
                    "louder" => 10.0,
                    "softer" => -10.0,
                    _ => 0.0,
                },
            );
            match kind {
                "noise" => add_noise(&mut mix, -46.0),
                "phone" => {
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
            dump(&out, &name, &Talk { sound: mix, speech: truth.clone() });
        }
    }
    for name in [
        "call_aws40",
        "call_google_chromecast",
        "fr_lamartine_2readers",
        "ami_IB4011",
        "ami_ES2016d",
        "ami30_EN2002a",
        "ami30_EN2002b",
        "ami30_EN2004a",
        "ami30_EN2005a",
    ] {
        if have(&format!("real.{name}")) {
            continue;
        }
        let all = channels(&real.join(format!("{name}.flac")));
        let sound = (0..all[0].len()).map(|n| all.iter().map(|c| f32::from(c[n])).sum()).collect();
        let speech = rttm(&real.join(format!("{name}.rttm"))).into_iter().map(|t| t.1).collect();
        dump(&out, &format!("real.{name}"), &Talk { sound, speech });
    }
    for (n, (a, b)) in
        PAIRS.iter().enumerate().chain(SHORT.iter().enumerate().map(|(n, p)| (n + 100, p)))
    {
        let group = if n >= 100 { "short" } else { "pair" };
        let names: Vec<String> = ["plain", "phone", "room"]
            .iter()
            .map(|kind| format!("{group}-{kind}.{}~{}", a.replace('/', "_"), b.replace('/', "_")))
            .collect();
        if names.iter().all(|n| have(n)) {
            continue;
        }
        let (va, vb) = (voice(a), voice(b));
        for (kind, name) in names.iter().enumerate() {
            let mut talk = conversation(
                &[(&va, 0.0), (&vb, if n % 2 == 0 { -4.0 } else { 2.0 })],
                Ms(240_000),
                n as u64 * 3 + 1,
            );
            match kind {
                0 => add_noise(&mut talk.sound, -66.0),
                1 => {
                    talk.sound = telephone(&talk.sound);
                    add_noise(&mut talk.sound, -60.0);
                }
                _ => {
                    talk.sound = room(&talk.sound);
                    add_noise(&mut talk.sound, -50.0);
                }
            }
            dump(&out, name, &talk);
        }
    }
}

/// How a diarisation compares with the truth.
struct Score {
    /// Error of the first voice's talk share, points.
    share: f64,
    /// Speech given to the wrong voice, per cent of the speech.
    confused: f64,
}

fn talk(spans: &[Span]) -> f64 {
    spans.iter().map(|span| span.length().as_f64()).sum()
}

/// Matches the voices found with the true ones as well as it goes.
fn score(found: &[Vec<Span>], wanted: &[Vec<Span>]) -> Score {
    let shared = |a: &[Span], b: &[Span]| -> f64 {
        a.iter().flat_map(|a| b.iter().map(move |b| a.overlap(*b).as_f64())).sum()
    };
    let hits: Vec<Vec<f64>> =
        wanted.iter().map(|w| found.iter().map(|f| shared(w, f)).collect()).collect();
    let (matched, pairs) = best_match(&hits, 0, &mut vec![false; found.len()]);
    let any: Vec<Span> = openfloor::session::join(wanted.concat(), Ms::ZERO);
    let claimed: Vec<Span> = openfloor::session::join(found.concat(), Ms::ZERO);
    let both = shared(&any, &claimed);
    let total: f64 = wanted.iter().map(|spans| talk(spans)).sum();
    let found_total: f64 = found.iter().map(|spans| talk(spans)).sum();
    let own = pairs.first().copied().flatten().map_or(0.0, |index| talk(&found[index]));
    Score {
        share: 100.0 * (own / found_total.max(1.0) - talk(&wanted[0]) / total),
        confused: 100.0 * (both - matched).max(0.0) / total,
    }
}

fn best_match(hits: &[Vec<f64>], row: usize, used: &mut Vec<bool>) -> (f64, Vec<Option<usize>>) {
    let Some(own) = hits.get(row) else { return (0.0, Vec::new()) };
    let mut best = best_match(hits, row + 1, used);
    best.1.insert(0, None);
    for column in 0..own.len() {
        if !used[column] {
            used[column] = true;
            let (sum, mut pairs) = best_match(hits, row + 1, used);
            used[column] = false;
            if sum + own[column] > best.0 {
                pairs.insert(0, Some(column));
                best = (sum + own[column], pairs);
            }
        }
    }
    best
}

#[test]
#[ignore = "grid over the dump"]
fn grid_over_dump() {
    use openfloor::sound::frame_levels;
    use openfloor::speakers::{Channel, Diarise, Mixed, VoiceClusters};
    let out = root().join("target/voices-dump");
    let want = std::env::var("ONLY").unwrap_or_default();
    let mut names: Vec<String> = fs::read_dir(&out)
        .unwrap()
        .filter_map(|e| Some(e.unwrap().file_name().to_str()?.strip_suffix(".json")?.to_owned()))
        .filter(|n| want.split(',').any(|w| n.starts_with(w)))
        .collect();
    names.sort();
    let mut groups: std::collections::BTreeMap<String, Vec<(f64, f64)>> = Default::default();
    let mut lines = vec![String::new(); names.len()];
    let next = std::sync::atomic::AtomicUsize::new(0);
    let results = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(name) = names.get(n) else { break };
                    let samples: Vec<i16> = fs::read(out.join(format!("{name}.i16")))
                        .unwrap()
                        .chunks_exact(2)
                        .map(|b| i16::from_le_bytes([b[0], b[1]]))
                        .collect();
                    let voice: Vec<f32> = fs::read(out.join(format!("{name}.vad")))
                        .unwrap()
                        .chunks_exact(4)
                        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                        .collect();
                    let spans: Vec<Vec<[u64; 2]>> = serde_json::from_slice(
                        &fs::read(out.join(format!("{name}.json"))).unwrap(),
                    )
                    .unwrap();
                    let wanted: Vec<Vec<Span>> = spans
                        .iter()
                        .map(|s| s.iter().filter_map(|s| Span::new(Ms(s[0]), Ms(s[1]))).collect())
                        .collect();
                    let folder = tempfile::tempdir().unwrap();
                    let copy = WorkCopy::from_samples(folder.path(), &[&samples]).unwrap();
                    let levels = frame_levels(&copy, 0).unwrap();
                    let mixed = Mixed {
                        copy: &copy,
                        channel: 0,
                        measured: Channel { levels: &levels, voice: &voice, voice_hop: 512 },
                    };
                    let speakers = wanted.len().max(2);
                    let told =
                        VoiceClusters.diarise(&mixed, speakers, copy.duration(), &Silent).unwrap();
                    let s = score(&told.speech, &wanted);
                    let speech: f64 = wanted.iter().map(|w| talk(w)).sum();
                    results.lock().unwrap().push((
                        n,
                        s.share,
                        s.confused,
                        format!(
                            "{name:55} {:+6.2} conf {:5.2} speech {:4.0} s n {} {:?} {:?}",
                            s.share,
                            s.confused,
                            speech / 1000.0,
                            wanted.len(),
                            told.separation.level,
                            told.separation.talk_share_error
                        ),
                    ));
                }
            });
        }
    });
    for (n, share, confused, line) in results.into_inner().unwrap() {
        lines[n] = line;
        groups
            .entry(names[n].split('.').next().unwrap().to_owned())
            .or_default()
            .push((share.abs(), confused));
    }
    for line in lines {
        println!("{line}");
    }
    for (group, all) in groups {
        let mean =
            |f: &dyn Fn(&(f64, f64)) -> f64| all.iter().map(f).sum::<f64>() / all.len() as f64;
        println!(
            "## {group:12} n {} mean {:.2} worst {:.2} over6 {} conf {:.2}",
            all.len(),
            mean(&|a| a.0),
            all.iter().map(|a| a.0).fold(0.0, f64::max),
            all.iter().filter(|a| a.0 > 6.0).count(),
            mean(&|a| a.1)
        );
    }
}
