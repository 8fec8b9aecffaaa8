//! Files that are cut, lie about themselves or hold rubbish: what is there is decoded, time never
//! drifts, and the rest is one sentence.

use std::fs;
use std::path::{Path, PathBuf};

use openfloor::error::Error;
use openfloor::progress::{Event, Flag, Recorded, Silent, Stage};
use openfloor::session::Ms;
use openfloor::sound::{Decoder, TakeSound, WorkCopy};

use crate::support::{Reference, decode, ffmpeg, lag, noise};

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
    for name in [
        "talk.flac",
        "talk.m4a",
        "talk.wav",
        "talk.mp3",
        "talk.aac",
        "talk.ogg",
        "talk.opus",
        "talk.webm",
        "talk.mkv",
        "talk.aiff",
        "talk.caf",
        "talk.mov",
        "talk.wma",
    ] {
        let path = recording(dir.path(), name, 48_000, 0.5);
        let good = fs::read(&path).unwrap();
        // Of what goes to ffmpeg each round is two processes.
        for _ in 0..if name == "talk.wma" { 10 } else { 60 } {
            let mut bytes = good.clone();
            for _ in 0..12 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                // Half of the blows hit the header, or in an M4A the index at the end.
                let range = if state & 1 == 0 { bytes.len() } else { 1200.min(bytes.len()) };
                let place = (state >> 8) as usize % range;
                let at_end = name == "talk.m4a" || name == "talk.mov";
                let place = if at_end { bytes.len() - 1 - place } else { place };
                bytes[place] = (state >> 16) as u8;
            }
            fs::write(&path, bytes).unwrap();
            if let Err(error) = decode(&path) {
                assert!(matches!(error, Error::Decode { .. }), "{name}: {error}");
            }
        }
    }
}

/// An M4A whose decoder configuration says that SBR is there; ffmpeg's encoder writes that it is not.
fn he_aac(dir: &Path) -> PathBuf {
    let path = recording(dir, "talk.m4a", 22_050, 4.0);
    let mut bytes = fs::read(&path).unwrap();
    // Behind the configuration of AAC: sync 0x2B7, object type 5, "SBR is there", rate 4 (44.1 kHz).
    let config = bytes.windows(3).position(|w| w == [0x56, 0xe5, 0x00]).expect("the extension");
    bytes[config + 2] = 0xa0;
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn he_aac_goes_through_ffmpeg_and_keeps_its_time() {
    let dir = tempfile::tempdir().unwrap();
    let path = he_aac(dir.path());
    let (work, facts) = decode(&path).unwrap();
    assert_eq!((facts.decoded_by, facts.codec.as_str()), (Decoder::Ffmpeg, "aac"));
    let theirs = &Reference::of(&path, 1).channels[0];
    // SBR that holds nothing: ffmpeg's time stamps and its count of samples are 5 ms apart.
    let lag = lag(&work.window(0, 0, usize::MAX).unwrap(), theirs, 16_000);
    assert!(lag.unsigned_abs() <= 320, "{lag} samples");
}

#[test]
fn an_encrypted_m4p_says_so() {
    let dir = tempfile::tempdir().unwrap();
    for name in [b"drms", b"enca"] {
        let path = recording(dir.path(), "talk.m4a", 44_100, 1.0);
        let mut bytes = fs::read(&path).unwrap();
        let entry = bytes.windows(4).rposition(|w| w == b"mp4a").expect("the sample entry");
        bytes[entry..entry + 4].copy_from_slice(name);
        fs::write(&path, bytes).unwrap();
        let error = decode(&path).unwrap_err().to_string();
        assert!(error.contains("its sound is encrypted (DRM); play it in the program"), "{error}");
    }
}

#[test]
fn a_picture_of_40_mb_in_the_tag_is_stepped_over() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["talk.mp3", "talk.flac"] {
        let path = recording(dir.path(), name, 44_100, 2.0);
        let (plain, _) = decode(&path).unwrap();
        let size = |n: u32| [n >> 21, n >> 14, n >> 7, n].map(|byte| (byte & 0x7f) as u8);
        let picture = vec![0xff; 40 << 20];
        let frame = [b"APIC", &size(40 << 20)[..], &[0, 0], &picture].concat();
        let tag = [b"ID3\x04\0\0", &size((40 << 20) + 10)[..], &frame].concat();
        fs::write(&path, [tag, fs::read(&path).unwrap()].concat()).unwrap();
        let (tagged, _) = decode(&path).unwrap();
        let all = |work: &WorkCopy| work.window(0, 0, usize::MAX).unwrap();
        assert_eq!(all(&plain), all(&tagged), "{name}");
    }
}

/// Counts what it is given.
#[derive(Default)]
pub struct Count(pub u64);

impl TakeSound for Count {
    fn channels(&mut self, _: u16) -> openfloor::Result<()> {
        Ok(())
    }

    fn append(&mut self, channel: u16, samples: &[i16]) -> openfloor::Result<()> {
        self.0 += if channel == 0 { samples.len() as u64 } else { 0 };
        Ok(())
    }
}

/// A WAV with a header and then nothing but a hole of `length` bytes, which takes no room.
fn sparse_wav(dir: &Path, rate: u32, channels: u16, bits: u16, length: u64) -> PathBuf {
    let path = dir.join("talk.wav");
    noise(&path, 16_000, 1, 0.0);
    let mut bytes = fs::read(&path).unwrap();
    let block = channels * bits / 8;
    put(&mut bytes, 20, 1 | u32::from(channels) << 16);
    put(&mut bytes, 24, rate);
    put(&mut bytes, 28, rate * u32::from(block));
    put(&mut bytes, 32, u32::from(block) | u32::from(bits) << 16);
    put(&mut bytes, 40, 0);
    fs::write(&path, bytes).unwrap();
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(44 + length).unwrap();
    path
}

#[test]
fn two_gigabytes_of_wav_whose_header_says_0_are_read_to_their_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = sparse_wav(dir.path(), 192_000, 8, 32, 2 << 30);
    let mut count = Count::default();
    let facts = openfloor::sound::decode(&path, 0, &mut count, &Silent, &Silent).unwrap();
    assert_eq!((facts.duration, facts.declared), (Ms(349_525), None));
    assert_eq!(count.0, 349_525 * 16 + 5);
}

#[test]
fn ten_hours_are_a_recording_and_25_are_not() {
    let dir = tempfile::tempdir().unwrap();
    for (hours, fits) in [(10, true), (25, false)] {
        let path = sparse_wav(dir.path(), 16_000, 1, 8, hours * 3600 * 16_000);
        let mut count = Count::default();
        let decoded = openfloor::sound::decode(&path, 0, &mut count, &Silent, &Silent);
        match decoded {
            Ok(facts) => assert_eq!((facts.duration, fits), (Ms(36_000_000), true)),
            Err(error) => {
                let sentence = error.to_string();
                assert!(!fits && sentence.contains("more than 24 hours"), "{sentence}");
            }
        }
    }
}

#[test]
fn a_name_of_255_bytes_that_looks_like_options_is_a_name() {
    let dir = tempfile::tempdir().unwrap();
    for ending in [".mp3", ".wma", ".mkv"] {
        let plain = recording(dir.path(), &format!("talk{ending}"), 16_000, 1.0);
        let mut name = "-i concat:x|y %03d ?#* \n $(reboot)".to_owned();
        name.push_str(&"\u{e9}".repeat((255 - name.len() - ending.len()) / 2));
        name.push_str(ending);
        assert!(name.len() >= 254);
        let path = dir.path().join(name);
        fs::rename(plain, &path).unwrap();
        assert!(decode(&path).unwrap().1.duration >= Ms(1000), "{ending}");
    }
}

#[test]
fn stopping_ends_ffmpeg() {
    let dir = tempfile::tempdir().unwrap();
    let path = recording(dir.path(), "talk.wma", 16_000, 1.0);
    let stop = Flag::default();
    stop.set();
    let stopped = openfloor::sound::work_copy(&path, 0, dir.path(), &Silent, &stop);
    assert!(matches!(stopped.unwrap_err(), Error::Cancelled));
}

#[test]
fn a_cut_file_says_what_is_missing_in_every_container_that_declares_a_length() {
    let dir = tempfile::tempdir().unwrap();
    for name in [
        "talk.mp3",
        "talk.flac",
        "talk.wav",
        "talk.aiff",
        "talk.mkv",
        "talk.webm",
        "talk.caf",
        "talk.wma",
    ] {
        let path = recording(dir.path(), name, 48_000, 6.0);
        let mut bytes = fs::read(&path).unwrap();
        bytes.truncate(bytes.len() / 2);
        fs::write(&path, bytes).unwrap();
        let (_, facts) = decode(&path).unwrap();
        // Of half an ASF, ffprobe takes the length to be nearer to what there is.
        let least = if name == "talk.wma" { 300 } else { 1500 };
        assert!((least..4500).contains(&facts.missing().0), "{name}: {facts:?}");
    }
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
