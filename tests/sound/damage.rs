//! Files that are cut, lie about themselves or hold rubbish: what is there is decoded, time never
//! drifts, and the rest is one sentence.

use std::fs;
use std::path::{Path, PathBuf};

use openfloor::error::Error;
use openfloor::progress::{Event, Flag, Recorded, Silent, Stage};
use openfloor::session::Ms;

use crate::support::{decode, ffmpeg, lag, noise};

/// Noise of `seconds`, encoded by ffmpeg as `name`.
fn recording(dir: &Path, name: &str, rate: u32, seconds: f64) -> PathBuf {
    let (original, path) = (dir.join("original.wav"), dir.join(name));
    noise(&original, rate, 1, seconds);
    ffmpeg(&["-i", original.to_str().unwrap(), path.to_str().unwrap()]);
    path
}

fn wav(dir: &Path, change: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
    let path = dir.join("talk.wav");
    noise(&path, 16_000, 1, 2.0);
    let mut bytes = fs::read(&path).unwrap();
    change(&mut bytes);
    fs::write(&path, bytes).unwrap();
    path
}

fn put(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

#[test]
fn a_wav_header_that_lies_about_its_length_does_not_matter() {
    for size in [0, u32::MAX] {
        let dir = tempfile::tempdir().unwrap();
        let path = wav(dir.path(), |bytes| {
            put(bytes, 4, size);
            put(bytes, 40, size);
        });
        let (_, facts) = decode(&path).unwrap();
        assert_eq!((facts.duration, facts.declared, facts.missing()), (Ms(2000), None, Ms(0)));
    }
}

#[test]
fn a_wav_that_is_cut_says_what_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    let path = wav(dir.path(), |bytes| bytes.truncate(44 + 2 * 16_000 + 1));
    let (_, facts) = decode(&path).unwrap();
    assert_eq!((facts.duration, facts.declared), (Ms(1000), Some(Ms(2000))));
    assert_eq!(facts.missing(), Ms(1000));
}

#[test]
fn a_chunk_after_the_sound_is_not_sound() {
    let dir = tempfile::tempdir().unwrap();
    let path = wav(dir.path(), |bytes| bytes.extend(b"LIST\x04\0\0\0INFO"));
    assert_eq!(decode(&path).unwrap().1.duration, Ms(2000));
}

#[test]
fn a_wav_of_absurd_shape_is_refused_with_a_sentence() {
    for (at, value, says) in [
        (24, 0, "it says it has 0 samples a second"),
        (24, 3_000_000_000, "it says it has 3000000000 samples a second"),
        (20, 1, "it says it has no channel"),
        (20, 1 | 64 << 16, "it has 64 channels, and at most 8 are read"),
        (36, 0x6b_6e_75_6a, "it has no data chunk"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let path = wav(dir.path(), |bytes| {
            if at == 20 {
                put(bytes, 20, value);
            } else {
                put(bytes, at, value);
            }
        });
        let error = decode(&path).unwrap_err();
        assert!(matches!(error, Error::Decode { .. }), "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn a_wav_without_a_sample_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = wav(dir.path(), |bytes| bytes.truncate(44));
    let error = decode(&path).unwrap_err().to_string();
    assert!(error.contains("no sound in it can be decoded"), "{error}");
}

#[test]
fn a_fifth_of_a_second_is_a_recording() {
    let dir = tempfile::tempdir().unwrap();
    for (name, rate) in [("talk.wav", 44_100), ("talk.flac", 48_000), ("talk.m4a", 44_100)] {
        let (_, facts) = decode(&recording(dir.path(), name, rate, 0.2)).unwrap();
        assert_eq!(facts.duration, Ms(200), "{name}");
    }
}

#[test]
fn an_m4a_without_its_index_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let path = recording(dir.path(), "talk.m4a", 44_100, 3.0);
    let mut bytes = fs::read(&path).unwrap();
    bytes.truncate(bytes.len() / 2);
    fs::write(&path, bytes).unwrap();
    let error = decode(&path).unwrap_err().to_string();
    assert!(error.contains("was not finished or is cut off"), "{error}");
}

#[test]
fn an_m4a_cut_after_its_index_gives_what_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let (original, path) = (dir.path().join("original.wav"), dir.path().join("talk.m4a"));
    noise(&original, 44_100, 1, 4.0);
    let start = ["-movflags", "+faststart", path.to_str().unwrap()];
    ffmpeg(&[&["-i", original.to_str().unwrap()], &start[..]].concat());
    let (whole, _) = decode(&path).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes.truncate(bytes.len() * 2 / 3);
    fs::write(&path, bytes).unwrap();
    let (part, facts) = decode(&path).unwrap();
    assert_eq!(facts.declared, Some(Ms(4000)));
    assert!((1000..2000).contains(&facts.missing().0), "{facts:?}");
    let count = usize::try_from(part.samples()).unwrap() - 1000;
    assert_eq!(part.window(0, 0, count).unwrap(), whole.window(0, 0, count).unwrap());
}

#[test]
fn damage_inside_is_silence_and_what_follows_keeps_its_time() {
    for name in ["talk.flac", "talk.m4a"] {
        let dir = tempfile::tempdir().unwrap();
        let path = recording(dir.path(), name, 44_100, 6.0);
        let (whole, _) = decode(&path).unwrap();
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle..middle + 3000].fill(0x55);
        fs::write(&path, bytes).unwrap();
        let (part, facts) = decode(&path).unwrap();
        assert_eq!(part.samples(), whole.samples(), "{name}");
        assert!(!facts.damaged.is_empty(), "{name}");
        let (part, whole) = (part.window(0, 0, usize::MAX), whole.window(0, 0, usize::MAX));
        assert_eq!(lag(&part.unwrap(), &whole.unwrap(), 80_000), 0, "{name}");
    }
}

#[test]
fn rubbish_after_a_good_header_never_panics() {
    let dir = tempfile::tempdir().unwrap();
    let mut state = 99_u32;
    for name in ["talk.flac", "talk.m4a", "talk.wav"] {
        let path = recording(dir.path(), name, 16_000, 1.0);
        let good = fs::read(&path).unwrap();
        for _ in 0..150 {
            let mut bytes = good.clone();
            for _ in 0..12 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                // Half of the blows hit the header, or in an M4A the index at the end.
                let range = if state & 1 == 0 { bytes.len() } else { 1200.min(bytes.len()) };
                let place = (state >> 8) as usize % range;
                let place = if name == "talk.m4a" { bytes.len() - 1 - place } else { place };
                bytes[place] = (state >> 16) as u8;
            }
            fs::write(&path, bytes).unwrap();
            if let Err(error) = decode(&path) {
                assert!(matches!(error, Error::Decode { .. }), "{name}: {error}");
            }
        }
    }
}

#[test]
fn he_aac_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = recording(dir.path(), "talk.m4a", 44_100, 1.0);
    let mut bytes = fs::read(&path).unwrap();
    // AudioSpecificConfig: object type 2 (LC), 44.1 kHz, mono; made type 5 (SBR).
    let config = bytes.windows(5).position(|w| w == [0x05, 0x80, 0x80, 0x80, 0x05]);
    let at = config.expect("the decoder's configuration") + 5;
    assert_eq!(bytes[at] >> 3, 2);
    bytes[at] = 5 << 3 | bytes[at] & 7;
    fs::write(&path, bytes).unwrap();
    let error = decode(&path).unwrap_err().to_string();
    assert!(error.contains("AAC of this kind (HE-AAC, or more than two channels)"), "{error}");
}

#[test]
fn a_full_work_disk_is_an_error_of_the_result() {
    let dir = tempfile::tempdir().unwrap();
    let path = recording(dir.path(), "talk.wav", 16_000, 1.0);
    let missing = dir.path().join("nowhere");
    let error = openfloor::sound::work_copy(&path, 0, &missing, &Silent, &Silent).unwrap_err();
    assert!(matches!(error, Error::WriteResult { .. }), "{error}");
}

#[test]
fn stopping_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let path = recording(dir.path(), "talk.wav", 16_000, 1.0);
    let work_dir = tempfile::tempdir().unwrap();
    let stop = Flag::default();
    stop.set();
    let stopped = openfloor::sound::work_copy(&path, 0, work_dir.path(), &Silent, &stop);
    assert!(matches!(stopped.unwrap_err(), Error::Cancelled));
    assert_eq!(fs::read_dir(work_dir.path()).unwrap().count(), 0);
}

#[test]
fn progress_adds_up_to_the_length() {
    let dir = tempfile::tempdir().unwrap();
    let path = recording(dir.path(), "talk.flac", 44_100, 5.5);
    let told = Recorded::default();
    openfloor::sound::work_copy(&path, 0, dir.path(), &told, &Silent).unwrap();
    let events = told.events();
    assert_eq!(events[0], Event::Began(Stage::Decode));
    let done = events.iter().map(|event| match event {
        Event::Advanced(Stage::Decode, done) => *done,
        _ => Ms(0),
    });
    assert_eq!(done.sum::<Ms>(), Ms(5500));
}
