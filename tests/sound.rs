//! Decoding held against ffmpeg's: same place, same length, same level; and what damaged and lying
//! files give. The recordings are made here by ffmpeg (`apt-get install ffmpeg`; `scripts/test`
//! does), from noise with a syllable's rhythm, which fits itself at one place only.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may panic, and its counts are small"
)]

#[path = "sound/support.rs"]
mod support;

#[path = "sound/damage.rs"]
mod damage;

#[path = "sound/formats.rs"]
mod formats;

use std::path::Path;

use openfloor::progress::Silent;
use openfloor::session::Ms;
use support::{Reference, decode, ffmpeg, lag, level_db, noise};

/// Half a millisecond; the house asks for 20 ms.
const CLOSE: usize = 8;

/// Encodes noise with ffmpeg and compares the decodes.
fn agrees_with_ffmpeg(name: &str, rate: u32, channels: u16, encode: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    let original = dir.path().join("original.wav");
    noise(&original, rate, channels, 5.3);
    let coded = dir.path().join(name);
    ffmpeg(&[&["-i", original.to_str().unwrap()], encode, &[coded.to_str().unwrap()]].concat());
    let reference = Reference::of(&coded, channels);
    let (work, facts) = decode(&coded).unwrap();
    let what = format!("{name} {rate} Hz {channels} ch {encode:?}");

    assert_eq!((facts.channels, facts.sample_rate), (channels, rate), "{what}");
    assert_eq!((facts.damaged.len(), facts.missing()), (0, Ms(0)), "{what}");
    match facts.declared {
        Some(declared) => assert!(declared.0.abs_diff(facts.duration.0) <= 1, "{what}: {facts:?}"),
        None => assert_eq!(name, "fragments.m4a", "only fragments leave their length open"),
    }
    let length = i64::try_from(work.samples()).unwrap();
    let reference_length = i64::try_from(reference.channels[0].len()).unwrap();
    let longer_ms = (length - reference_length) / 16;
    // ffmpeg does not cut the last AAC packet at the end of the edit: up to 1024 frames remain.
    let packet_ms = i64::try_from(longest_packet_ms(name, rate)).unwrap();
    assert!((-packet_ms..=1).contains(&longer_ms), "{what}: {longer_ms} ms longer than ffmpeg's");
    let mut furthest = 0;
    for channel in 0..channels {
        let ours = work.window(channel, 0, usize::MAX).unwrap();
        let theirs = &reference.channels[usize::from(channel)];
        for at in [1600, 40_000, 70_000] {
            let lag = lag(&ours, theirs, at);
            assert!(lag.unsigned_abs() <= CLOSE, "{what}, channel {channel}, {at}: {lag} samples");
            furthest = furthest.max(lag.abs());
        }
        let level = level_db(&ours) - level_db(&theirs[..ours.len().min(theirs.len())]);
        assert!(level.abs() < 0.3, "{what}, channel {channel}: {level:.2} dB");
    }
    println!("{what}: {furthest} samples apart, {longer_ms:+} ms longer");
}

/// How much one packet of AAC is, and the rounding of anything else.
fn longest_packet_ms(name: &str, rate: u32) -> u64 {
    if name.ends_with("m4a") { 1024 * 1000 / u64::from(rate) + 1 } else { 1 }
}

const RATES: [u32; 6] = [8_000, 16_000, 22_050, 24_000, 44_100, 48_000];

#[test]
fn wav_agrees_with_ffmpeg_at_every_rate() {
    for rate in RATES {
        for channels in [1, 2] {
            agrees_with_ffmpeg("talk.wav", rate, channels, &["-c:a", "pcm_s16le"]);
        }
    }
}

#[test]
fn flac_agrees_with_ffmpeg_at_every_rate() {
    for rate in RATES {
        for channels in [1, 2] {
            agrees_with_ffmpeg("talk.flac", rate, channels, &["-c:a", "flac"]);
        }
    }
}

#[test]
fn m4a_agrees_with_ffmpeg_at_every_rate() {
    for rate in RATES {
        for channels in [1, 2] {
            agrees_with_ffmpeg("talk.m4a", rate, channels, &["-c:a", "aac", "-b:a", "96k"]);
        }
    }
}

#[test]
fn every_depth_of_wav_agrees_with_ffmpeg() {
    for codec in
        ["pcm_u8", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_alaw", "pcm_mulaw"]
    {
        agrees_with_ffmpeg("talk.wav", 44_100, 2, &["-c:a", codec]);
    }
    agrees_with_ffmpeg("talk.wav", 44_100, 2, &["-c:a", "pcm_s24le", "-rf64", "always"]);
    agrees_with_ffmpeg("adpcm.wav", 44_100, 2, &["-c:a", "adpcm_ms"]);
    agrees_with_ffmpeg("adpcm.wav", 44_100, 1, &["-c:a", "adpcm_ima_wav"]);
    agrees_with_ffmpeg("talk.wav", 48_000, 6, &["-c:a", "pcm_s24le"]);
    agrees_with_ffmpeg("talk.flac", 96_000, 2, &["-c:a", "flac", "-sample_fmt", "s32"]);
    agrees_with_ffmpeg("talk.flac", 48_000, 8, &["-c:a", "flac"]);
}

#[test]
fn other_shapes_of_mp4_agree_with_ffmpeg() {
    agrees_with_ffmpeg("talk.m4a", 44_100, 1, &["-c:a", "aac", "-movflags", "+faststart"]);
    agrees_with_ffmpeg("talk.mp4", 44_100, 1, &["-c:a", "flac", "-strict", "-2"]);
    let pieces = "+frag_keyframe+empty_moov+default_base_moof";
    let fragments = ["-c:a", "aac", "-frag_duration", "1000000", "-movflags", pieces];
    agrees_with_ffmpeg("fragments.m4a", 44_100, 2, &fragments);
}

#[test]
fn the_shared_sessions_in_m4a_agree_with_ffmpeg() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/speech/dev");
    for name in ["en_delegation.mono.m4a", "fr_charge.mono.m4a"] {
        let path = folder.join(name);
        if !path.is_file() {
            println!("{name}: not compared, {} is not there", folder.display());
            continue;
        }
        let (work, facts) = decode(&path).unwrap();
        let theirs = &Reference::of(&path, 1).channels[0];
        let ours = work.window(0, 0, usize::MAX).unwrap();
        for minute in [1, 3, 5] {
            assert_eq!(lag(&ours, theirs, minute * 60 * 16_000), 0, "{name}, minute {minute}");
        }
        println!("{name}: {facts:?}, ffmpeg {} samples, ours {}", theirs.len(), ours.len());
    }
}

#[test]
fn sixteen_bits_at_16_khz_come_back_bit_for_bit() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("talk.wav");
    noise(&path, 16_000, 2, 1.0);
    let (work, facts) = decode(&path).unwrap();
    let mut reader = hound::WavReader::open(&path).unwrap();
    let samples: Vec<i16> = reader.samples().map(Result::unwrap).collect();
    let left: Vec<i16> = samples.iter().copied().step_by(2).collect();
    assert_eq!(work.window(0, 0, usize::MAX).unwrap(), left);
    assert_eq!((facts.duration, facts.codec.as_str()), (Ms(1000), "pcm_s16le"));
}

#[test]
fn channels_of_opposite_phase_stay_apart() {
    let dir = tempfile::tempdir().unwrap();
    let (original, path) = (dir.path().join("original.wav"), dir.path().join("talk.m4a"));
    noise(&original, 44_100, 1, 2.0);
    let opposite = "pan=stereo|c0=c0|c1=-1*c0";
    let (from, to) = (original.to_str().unwrap(), path.to_str().unwrap());
    ffmpeg(&["-i", from, "-af", opposite, "-c:a", "aac", to]);
    let (work, _) = decode(&path).unwrap();
    for channel in 0..2 {
        assert!(level_db(&work.window(channel, 0, usize::MAX).unwrap()) > -30.0);
    }
}

#[test]
fn a_video_gives_its_sound_at_the_films_time() {
    let dir = tempfile::tempdir().unwrap();
    let (original, path) = (dir.path().join("original.wav"), dir.path().join("talk.mp4"));
    noise(&original, 48_000, 1, 3.0);
    let (from, to) = (original.to_str().unwrap(), path.to_str().unwrap());
    let picture = ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=10:duration=4"];
    let late = ["-itsoffset", "0.7", "-i", from, "-c:a", "aac", "-c:v", "mpeg4", to];
    ffmpeg(&[&picture[..], &late[..]].concat());
    let (work, facts) = decode(&path).unwrap();
    let (plain, _) = decode(&original).unwrap();
    let ours = work.window(0, 0, usize::MAX).unwrap();
    let theirs = plain.window(0, 0, usize::MAX).unwrap();
    let lag = lag(&ours[11_200..], &theirs, 16_000);
    assert!(lag.unsigned_abs() <= 160, "the sound is {lag} samples off: {facts:?}");
    assert_eq!(facts.damaged, []);
}

#[test]
fn an_hour_stays_flat_in_memory() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("hour.flac");
    let sound = "sine=frequency=300:sample_rate=44100:duration=3600,volume=0.2";
    ffmpeg(&["-f", "lavfi", "-i", sound, "-ac", "2", path.to_str().unwrap()]);
    let before = peak_kib();
    let (work, facts) = decode(&path).unwrap();
    let more = peak_kib().saturating_sub(before);
    assert_eq!((facts.duration, work.samples()), (Ms(3_600_000), 57_600_000));
    // 230 MB of samples were made.
    assert!(more < 60_000, "the peak rose by {more} KiB");
}

#[test]
#[ignore = "a measurement, not a test: scripts/bench --decode times it"]
fn the_file_that_is_timed() {
    let path = std::env::var_os("OPENFLOOR_DECODE").expect("OPENFLOOR_DECODE names a recording");
    let mut count = damage::Count::default();
    let facts = openfloor::sound::decode(Path::new(&path), 0, &mut count, &Silent, &Silent);
    let facts = facts.unwrap();
    assert!(facts.duration.0.abs_diff(3_600_000) <= 100 && facts.missing() == Ms(0), "{facts:?}");
    assert_eq!(count.0 / 16, facts.duration.0);
}

/// The most memory this process has had, KiB (Linux; elsewhere 0).
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
