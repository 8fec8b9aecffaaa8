//! Every container and codec that comes in, held against ffmpeg's decode of the same file: where in
//! time the sound lies, how long it is, how loud.

use std::path::{Path, PathBuf};

use openfloor::sound::{Decoder, SoundFacts};

use crate::support::{Reference, decode, decode_track, ffmpeg, ffmpeg_can, lag, level_db, noise};

/// The house asks for 20 ms: 320 samples. Whole milliseconds of Matroska's time stamps are 16, and
/// ffmpeg 5.1 is itself 69 late with Opus of a 16 kHz source in MP4, against that source.
const CLOSE: usize = 80;

/// What a file is to be taken for.
struct Expected {
    container: &'static str,
    codec: &'static str,
    decoded_by: Decoder,
    /// Whether the container says how long it is.
    declares: bool,
    /// How much longer than ffmpeg's decode ours may be, milliseconds, either way.
    length_ms: i64,
}

const fn ours(container: &'static str, codec: &'static str) -> Expected {
    Expected { container, codec, decoded_by: Decoder::Symphonia, declares: true, length_ms: 1 }
}

impl Expected {
    const fn undeclared(self) -> Self {
        Self { declares: false, ..self }
    }

    /// The length agrees to within `ms`.
    const fn within(self, ms: i64) -> Self {
        Self { length_ms: ms, ..self }
    }

    const fn by_ffmpeg(self) -> Self {
        Self { decoded_by: Decoder::Ffmpeg, ..self }
    }
}

/// Encodes noise with ffmpeg.
fn encoded(dir: &Path, name: &str, rate: u32, channels: u16, encode: &[&str]) -> PathBuf {
    let (original, coded) = (dir.join("original.wav"), dir.join(name));
    noise(&original, rate, channels, 5.3);
    ffmpeg(&[&["-i", original.to_str().unwrap()], encode, &[coded.to_str().unwrap()]].concat());
    coded
}

/// Encodes noise and compares the decodes.
fn agrees(name: &str, rate: u32, channels: u16, encode: &[&str], expected: &Expected) {
    let dir = tempfile::tempdir().unwrap();
    let path = encoded(dir.path(), name, rate, channels, encode);
    // The first packet of WMA has no sound in ffmpeg's decoder, and its time is kept.
    let late = name.ends_with("wma");
    let reference =
        if late { Reference::of_track(&path, 0, channels) } else { Reference::of(&path, channels) };
    let facts = compare(&path, 0, &reference, expected);
    assert!([rate, 48_000].contains(&facts.sample_rate), "{name}: {facts:?}");
}

fn compare(path: &Path, track: u16, reference: &Reference, expected: &Expected) -> SoundFacts {
    let channels = u16::try_from(reference.channels.len()).unwrap();
    let (work, facts) = decode_track(path, track).unwrap();
    let what = format!("{} track {track}, {channels} ch", path.file_name().unwrap().display());
    let found = (facts.container.as_str(), facts.codec.as_str(), facts.decoded_by, facts.channels);
    assert_eq!(
        found,
        (expected.container, expected.codec, expected.decoded_by, channels),
        "{what}"
    );
    assert_eq!(facts.declared.is_some(), expected.declares, "{what}: {facts:?}");
    assert_eq!((facts.damaged.len(), facts.missing().0), (0, 0), "{what}: {facts:?}");
    if let Some(declared) = facts.declared {
        assert!(declared.0.abs_diff(facts.duration.0) <= 80, "{what}: {facts:?}");
    }
    let theirs = i64::try_from(reference.channels[0].len()).unwrap();
    let longer_ms = (i64::try_from(work.samples()).unwrap() - theirs) / 16;
    let mut furthest = 0;
    for channel in 0..channels {
        let ours = work.window(channel, 0, usize::MAX).unwrap();
        let theirs = &reference.channels[usize::from(channel)];
        for at in [1600, 40_000, 70_000] {
            let lag = lag(&ours, theirs, at);
            if lag.unsigned_abs() > furthest {
                furthest = lag.unsigned_abs();
            }
        }
        let level = level_db(&ours) - level_db(&theirs[..ours.len().min(theirs.len())]);
        assert!(level.abs() < 0.3, "{what}, channel {channel}: {level:.2} dB");
    }
    println!(
        "{what}: {furthest} samples apart, {longer_ms:+} ms longer, declared {:?}",
        facts.declared
    );
    // ffmpeg's own time stamps and its count of samples differ, in Speex by 9 ms.
    let close = if expected.decoded_by == Decoder::Ffmpeg { 320 } else { CLOSE };
    assert!(furthest <= close, "{what}: {furthest} samples apart");
    assert!(longer_ms.abs() <= expected.length_ms, "{what}: {longer_ms} ms longer than ffmpeg's");
    facts
}

#[test]
fn mp3_agrees_with_ffmpeg() {
    let mp3 = ours("mp3", "mp3");
    for (rate, channels) in [(44_100, 2), (48_000, 1), (16_000, 1), (22_050, 2), (8_000, 1)] {
        agrees("cbr.mp3", rate, channels, &["-c:a", "libmp3lame", "-b:a", "64k"], &mp3);
        agrees("vbr.mp3", rate, channels, &["-c:a", "libmp3lame", "-q:a", "4"], &mp3);
    }
    let bare = ["-c:a", "libmp3lame", "-b:a", "64k", "-write_xing", "0", "-id3v2_version", "0"];
    agrees("bare.mp3", 44_100, 2, &bare, &ours("mp3", "mp3").undeclared());
    agrees(
        "layer2.mp3",
        44_100,
        2,
        &["-c:a", "mp2", "-f", "mp2"],
        &ours("mp3", "mp2").undeclared(),
    );
}

#[test]
fn aac_agrees_with_ffmpeg_in_every_container() {
    let aac = ["-c:a", "aac", "-b:a", "96k"];
    // ffmpeg does not cut the last packet at the end of the edit.
    for (name, container) in [("talk.m4a", "mp4"), ("talk.mov", "mp4"), ("talk.mp4", "mp4")] {
        agrees(name, 44_100, 2, &aac, &ours(container, "aac").within(24));
    }
    agrees("talk.aac", 48_000, 2, &aac, &ours("adts", "aac").undeclared());
    agrees("talk.mkv", 48_000, 1, &aac, &ours("matroska", "aac").within(24));
}

#[test]
fn alac_agrees_with_ffmpeg() {
    let alac = ["-c:a", "alac"];
    agrees("talk.m4a", 44_100, 2, &alac, &ours("mp4", "alac"));
    agrees("talk.m4a", 16_000, 1, &alac, &ours("mp4", "alac"));
    agrees("talk.caf", 48_000, 2, &alac, &ours("caf", "alac"));
}

#[test]
fn vorbis_agrees_with_ffmpeg() {
    let vorbis = ["-c:a", "libvorbis"];
    for (rate, channels) in [(44_100, 2), (48_000, 1), (16_000, 1)] {
        agrees("talk.ogg", rate, channels, &vorbis, &ours("ogg", "vorbis"));
        agrees("talk.webm", rate, channels, &vorbis, &ours("webm", "vorbis").within(30));
    }
}

#[test]
fn opus_agrees_with_ffmpeg_in_every_container() {
    for (rate, channels) in [(48_000, 2), (48_000, 1), (16_000, 1)] {
        for bits in ["16k", "64k"] {
            let opus = ["-c:a", "libopus", "-b:a", bits];
            agrees("talk.opus", rate, channels, &opus, &ours("ogg", "opus"));
            agrees("talk.ogg", rate, channels, &opus, &ours("ogg", "opus"));
            agrees("talk.webm", rate, channels, &opus, &ours("webm", "opus").within(2));
            agrees("talk.mkv", rate, channels, &opus, &ours("matroska", "opus").within(2));
            agrees("talk.mp4", rate, channels, &opus, &ours("mp4", "opus").within(20));
        }
    }
    // Long frames, and speech's own mode with its pauses left out.
    let long = ["-c:a", "libopus", "-frame_duration", "60", "-application", "voip", "-b:a", "20k"];
    agrees("long.opus", 48_000, 1, &long, &ours("ogg", "opus"));
    agrees("six.opus", 48_000, 6, &["-c:a", "libopus"], &ours("ogg", "opus"));
}

#[test]
fn flac_agrees_with_ffmpeg_in_every_container() {
    let flac = ["-c:a", "flac"];
    agrees("talk.flac", 44_100, 2, &flac, &ours("flac", "flac"));
    agrees("talk.ogg", 44_100, 2, &flac, &ours("ogg", "flac"));
    agrees("talk.mkv", 48_000, 2, &flac, &ours("matroska", "flac").within(2));
}

#[test]
fn uncompressed_sound_agrees_with_ffmpeg() {
    agrees("talk.aiff", 44_100, 2, &[], &ours("aiff", "pcm_s16be"));
    agrees("talk.aiff", 48_000, 1, &["-c:a", "pcm_s24be"], &ours("aiff", "pcm_s24be"));
    agrees("talk.caf", 44_100, 2, &["-c:a", "pcm_s16le"], &ours("caf", "pcm_s16le"));
    agrees("talk.mov", 48_000, 2, &["-c:a", "pcm_s16le"], &ours("mp4", "pcm_s16le"));
    agrees("talk.mkv", 48_000, 2, &["-c:a", "pcm_s16le"], &ours("matroska", "pcm_s16le").within(2));
}

#[test]
fn a_live_webm_without_lengths_agrees_with_ffmpeg() {
    let live = ["-c:a", "libopus", "-f", "webm", "-live", "1"];
    agrees("live.webm", 48_000, 1, &live, &ours("webm", "opus").undeclared().within(21));
}

#[test]
fn what_only_ffmpeg_decodes_keeps_its_time() {
    let declared = |container, codec| ours(container, codec).by_ffmpeg();
    for (name, rate, channels, encode, expected) in [
        ("talk.wma", 44_100, 2, &["-c:a", "wmav2"][..], declared("asf", "wmav2")),
        ("talk.ac3", 48_000, 2, &["-c:a", "ac3"], declared("ac3", "ac3").undeclared()),
        ("dolby.mp4", 48_000, 2, &["-c:a", "ac3"], declared("mp4", "ac3")),
        ("dolby.mkv", 48_000, 1, &["-c:a", "eac3"], declared("matroska", "eac3")),
        ("talk.spx", 16_000, 1, &["-c:a", "libspeex"], declared("ogg", "speex")),
        ("talk.wv", 44_100, 2, &["-c:a", "wavpack"], declared("wv", "wavpack")),
        ("talk.avi", 44_100, 2, &["-c:a", "libmp3lame"], declared("avi", "mp3")),
        ("talk.au", 16_000, 1, &["-c:a", "pcm_mulaw"], declared("au", "pcm_mulaw").undeclared()),
        ("gsm.wav", 8_000, 1, &["-c:a", "libgsm_ms"], declared("wav", "gsm_ms")),
        ("six.mkv", 48_000, 6, &["-c:a", "aac"], declared("matroska", "aac")),
        ("six.m4a", 48_000, 6, &["-c:a", "aac"], declared("mp4", "aac")),
        ("talk.ts", 48_000, 2, &["-c:a", "aac"], declared("mpegts", "aac").undeclared()),
        (
            "talk.amr",
            8_000,
            1,
            &["-c:a", "libopencore_amrnb"],
            declared("amr", "amr_nb").undeclared(),
        ),
        ("talk.3gp", 8_000, 1, &["-c:a", "libopencore_amrnb"], declared("mp4", "amr_nb")),
        (
            "he.m4a",
            44_100,
            2,
            &["-c:a", "libfdk_aac", "-profile:a", "aac_he"],
            declared("mp4", "aac"),
        ),
    ] {
        if !ffmpeg_can(encode.get(1).unwrap()) {
            println!("{name}: not compared, this ffmpeg does not encode {encode:?}");
            continue;
        }
        agrees(name, rate, channels, encode, &expected.within(60));
    }
}

#[test]
fn the_tracks_of_a_film_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (dir.path().join("one.wav"), dir.path().join("two.wav"));
    noise(&one, 48_000, 1, 5.3);
    noise(&two, 44_100, 2, 5.3);
    for (name, codec, container, symphonias) in [
        ("film.mp4", "aac", "mp4", "aac"),
        ("film.mkv", "libopus", "matroska", "opus"),
        ("film.mov", "aac", "mp4", "aac"),
    ] {
        let path = dir.path().join(name);
        let (one, two) = (one.to_str().unwrap(), two.to_str().unwrap());
        let inputs = ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=10:duration=5", "-i", one];
        let maps = ["-itsoffset", "0.4", "-i", two, "-map", "0", "-map", "1", "-map", "2"];
        let encode = ["-c:v", "mpeg4", "-c:a", codec, path.to_str().unwrap()];
        ffmpeg(&[&inputs[..], &maps[..], &encode[..]].concat());
        let expected =
            Expected { declares: container == "mp4", ..ours(container, symphonias).within(30) };
        let first = compare(&path, 0, &Reference::of_track(&path, 0, 1), &expected);
        let second = compare(&path, 1, &Reference::of_track(&path, 1, 2), &expected);
        assert_eq!((first.tracks, second.tracks), (2, 2), "{name}");
        let error = decode_track(&path, 2).unwrap_err().to_string();
        assert!(error.contains("it has 2 audio tracks, and no track 3"), "{error}");
    }
}

#[test]
fn a_film_without_sound_says_so_in_every_container() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["film.mp4", "film.mov", "film.mkv", "film.avi", "film.webm"] {
        let path = dir.path().join(name);
        let codec = if name == "film.webm" { "libvpx" } else { "mpeg4" };
        let picture = ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=10:duration=1", "-c:v", codec];
        ffmpeg(&[&picture[..], &[path.to_str().unwrap()]].concat());
        let error = decode(&path).unwrap_err().to_string();
        assert!(error.contains("this is a video without sound"), "{name}: {error}");
    }
}

#[test]
fn dates_are_what_the_containers_say() {
    let dir = tempfile::tempdir().unwrap();
    for (name, encode, key, value, expected) in [
        ("talk.m4a", "aac", "creation_time", "2024-03-12T10:11:12Z", "2024-03-12T10:11:12Z"),
        ("talk.mov", "aac", "creation_time", "2024-03-12T10:11:12Z", "2024-03-12T10:11:12Z"),
        ("day.m4a", "aac", "date", "2024-03-12", "2024-03-12"),
        ("talk.mp3", "libmp3lame", "date", "2024-03-12T10:11:12", "2024-03-12T10:11:12"),
        ("talk.flac", "flac", "date", "2024-03-12", "2024-03-12"),
        ("talk.opus", "libopus", "date", "2024-03-12", "2024-03-12"),
        ("talk.ogg", "libvorbis", "date", "2024-03-12", "2024-03-12"),
        ("talk.mkv", "libopus", "creation_time", "2024-03-12T10:11:12Z", "2024-03-12T10:11:12Z"),
        ("film.avi", "ac3", "date", "2024-03-12", "2024-03-12"),
    ] {
        let tag = format!("{key}={value}");
        let path = encoded(dir.path(), name, 48_000, 1, &["-c:a", encode, "-metadata", &tag]);
        assert_eq!(decode(&path).unwrap().1.recorded.as_deref(), Some(expected), "{name}");
    }
    let bext = [
        "-write_bext",
        "1",
        "-metadata",
        "origination_date=2024-03-12",
        "-metadata",
        "origination_time=10:11:12",
    ];
    let path = encoded(dir.path(), "bext.wav", 48_000, 1, &bext);
    assert_eq!(decode(&path).unwrap().1.recorded.as_deref(), Some("2024-03-12T10:11:12"));
    for (name, codec) in
        [("bare.m4a", "aac"), ("bare.mp3", "libmp3lame"), ("bare.wav", "pcm_s16le")]
    {
        let path = encoded(dir.path(), name, 48_000, 1, &["-c:a", codec, "-metadata", "date=2024"]);
        assert_eq!(decode(&path).unwrap().1.recorded, None, "{name}");
    }
}
