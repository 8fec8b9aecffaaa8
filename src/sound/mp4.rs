//! What Symphonia leaves out of an MP4/M4A file: the edit list, the encoder's priming, the date.
//!
//! In: an ISO base media file (ISO/IEC 14496-12). Out: its audio tracks, and for each the pieces of
//! the stored sound that a player shows. An AAC encoder puts 1024 to 2112 frames before the first
//! sound; the edit list (`elst`, 8.6.6), or in older files of Apple's the tag `iTunSMPB`, says how
//! many. Left in, every time in the session would be up to 132 ms late.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::dates;
use super::place::Piece;

/// The largest index (`moov`) read. A day of AAC needs about 17 MB.
const LARGEST_MOOV: u64 = 64 << 20;
/// The most top-level boxes walked. Ten hours of one-second fragments.
const MOST_BOXES: usize = 100_000;
/// The most edits honoured. Real files have one or two.
const MOST_EDITS: usize = 4096;

/// An audio track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AudioTrack {
    /// Its number in the file, as Symphonia gives it.
    pub(super) id: u32,
    /// Four letters for the codec, such as `mp4a`.
    pub(super) codec: [u8; 4],
    /// Ticks a second of its stored times.
    pub(super) timescale: u32,
    /// (length in movie ticks, start in track ticks or −1 for silence).
    edits: Vec<(u64, i64)>,
    /// Stored length in track ticks.
    stored: u64,
}

/// The index of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Movie {
    timescale: u32,
    /// Priming and length in frames by `iTunSMPB`.
    smpb: Option<(u64, u64)>,
    /// The audio tracks, in order.
    pub(super) audio: Vec<AudioTrack>,
    /// Whether there is a picture.
    pub(super) video: bool,
    /// When it was recorded.
    pub(super) recorded: Option<String>,
    /// Where a box starts that is longer than the file: the recording is cut off inside it.
    pub(super) cut_box: Option<u64>,
}

/// Why there is no index.
#[derive(Debug)]
pub(super) enum NoMovie {
    /// Reading failed.
    Io(io::Error),
    /// There is none: the recorder never finished, or the end is cut off.
    Missing,
    /// It is larger than any real one.
    TooLarge,
}

impl From<io::Error> for NoMovie {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Missing,
            _ => Self::Io(error),
        }
    }
}

/// Reads the index of `file`.
pub(super) fn read(file: &mut File) -> Result<Movie, NoMovie> {
    let length = file.seek(SeekFrom::End(0))?;
    let (mut at, mut found, mut cut_box) = (0_u64, None, None);
    for _ in 0..MOST_BOXES {
        if at.saturating_add(8) > length {
            break;
        }
        file.seek(SeekFrom::Start(at))?;
        let mut head = [0; 16];
        file.read_exact(&mut head[..8])?;
        let (mut size, mut header) = (u64::from(be32(&head, 0).unwrap_or(0)), 8);
        if size == 1 {
            file.read_exact(&mut head[8..])?;
            (size, header) = (be64(&head, 8).unwrap_or(0), 16);
        }
        if size == 0 {
            size = length - at;
        }
        if size < header {
            break;
        }
        let cut = size > length - at;
        if &head[4..8] == b"moov" && found.is_none() {
            if size > LARGEST_MOOV {
                return Err(NoMovie::TooLarge);
            }
            // A cut index is no index: Symphonia cannot read it either.
            if cut {
                return Err(NoMovie::Missing);
            }
            let mut moov = vec![0; usize::try_from(size - header).unwrap_or(0)];
            file.read_exact(&mut moov)?;
            found = Some(movie(&moov));
        } else if cut {
            cut_box = Some(at);
        }
        at = at.saturating_add(size);
    }
    found.map(|movie| Movie { cut_box, ..movie }).ok_or(NoMovie::Missing)
}

impl Movie {
    /// What a player shows of a track, in frames at `rate`, and how long that is, if it is known.
    pub(super) fn pieces(&self, track: &AudioTrack, rate: u32) -> (Vec<Piece>, Option<u64>) {
        let frames = |ticks: u64, scale: u32| {
            let exact = u128::from(ticks) * u128::from(rate) + u128::from(scale.max(1)) / 2;
            u64::try_from(exact / u128::from(scale.max(1))).unwrap_or(u64::MAX)
        };
        let stored = frames(track.stored, track.timescale);
        let starts_at_zero = track.edits.iter().all(|edit| edit.1 <= 0);
        if let Some((start, length)) = self.smpb.filter(|_| starts_at_zero) {
            let end = (stored > 0).then(|| stored.saturating_sub(start));
            let length = end.map_or(length, |end| end.min(length));
            return (vec![Piece::Media { start, frames: Some(length) }], Some(length));
        }
        let mut pieces = Vec::new();
        let (mut shown, mut open, mut clock) = (0_u64, false, 0_u64);
        for &(length, start) in &track.edits {
            let length = frames(length, self.timescale);
            let Ok(start) = u64::try_from(start) else {
                pieces.push(Piece::Silence(length));
                shown = shown.saturating_add(length);
                continue;
            };
            let start = frames(start, track.timescale);
            // Sound is streamed: an edit that goes back in the file ends what can be followed.
            if open || start < clock {
                break;
            }
            // Length 0: to the end, as in files written in fragments.
            open = length == 0;
            clock = start.saturating_add(length);
            let left = if stored > 0 { stored.saturating_sub(start) } else { length };
            shown = shown.saturating_add(if open { left } else { length.min(left) });
            pieces.push(Piece::Media { start, frames: (!open).then_some(length) });
        }
        if !pieces.iter().any(|piece| matches!(piece, Piece::Media { .. })) {
            pieces.push(Piece::ALL);
            shown = shown.saturating_add(stored);
        }
        (pieces, (shown > 0).then_some(shown))
    }
}

/// The boxes of a box: name and body. Ends quietly where sizes stop making sense.
fn boxes(mut data: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (mut size, mut header) = (u64::from(be32(data, 0)?), 8);
        let name = [*data.get(4)?, *data.get(5)?, *data.get(6)?, *data.get(7)?];
        if size == 1 {
            (size, header) = (be64(data, 8)?, 16);
        }
        let size = if size == 0 { data.len() } else { usize::try_from(size).ok()? };
        let body = data.get(header..size)?;
        data = data.get(size..)?;
        Some((name, body))
    })
}

/// The body of the first box of a name.
fn child(data: &[u8], name: [u8; 4]) -> Option<&[u8]> {
    boxes(data).find(|(found, _)| *found == name).map(|(_, body)| body)
}

fn movie(moov: &[u8]) -> Movie {
    let mut movie = Movie {
        timescale: child(moov, *b"mvhd").and_then(timescale).unwrap_or(0),
        smpb: smpb(moov),
        recorded: recorded(moov),
        ..Movie::default()
    };
    for (name, trak) in boxes(moov) {
        if &name != b"trak" {
            continue;
        }
        let mdia = child(trak, *b"mdia").unwrap_or_default();
        match child(mdia, *b"hdlr").and_then(|hdlr| hdlr.get(8..12)) {
            Some(b"soun") => movie.audio.extend(audio(trak, mdia)),
            Some(b"vide") => movie.video = true,
            _ => {}
        }
    }
    movie
}

fn audio(trak: &[u8], mdia: &[u8]) -> Option<AudioTrack> {
    let tkhd = child(trak, *b"tkhd")?;
    let stbl = child(child(mdia, *b"minf")?, *b"stbl")?;
    let entry = child(stbl, *b"stsd")?.get(12..16)?;
    Some(AudioTrack {
        id: be32(tkhd, if tkhd.first() == Some(&1) { 20 } else { 12 })?,
        codec: [entry[0], entry[1], entry[2], entry[3]],
        timescale: timescale(child(mdia, *b"mdhd")?)?,
        edits: child(trak, *b"edts")
            .and_then(|e| child(e, *b"elst"))
            .map(edits)
            .unwrap_or_default(),
        stored: child(stbl, *b"stts").map(stored).unwrap_or_default(),
    })
}

/// `mvhd` and `mdhd` begin alike: version, two times, then ticks a second.
fn timescale(header: &[u8]) -> Option<u32> {
    be32(header, if header.first() == Some(&1) { 20 } else { 12 })
}

/// `elst`: (length, start) of each edit.
fn edits(elst: &[u8]) -> Vec<(u64, i64)> {
    let wide = elst.first() == Some(&1);
    let entries = elst.get(8..).unwrap_or_default().chunks_exact(if wide { 20 } else { 12 });
    let told = be32(elst, 4).and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
    let entry = |e: &[u8]| {
        if wide {
            Some((be64(e, 0)?, be64(e, 8)?.cast_signed()))
        } else {
            Some((u64::from(be32(e, 0)?), i64::from(be32(e, 4)?.cast_signed())))
        }
    };
    entries.take(told.min(MOST_EDITS)).filter_map(entry).collect()
}

/// `stts`: the stored length in ticks.
fn stored(stts: &[u8]) -> u64 {
    let runs = stts.get(8..).unwrap_or_default().chunks_exact(8);
    runs.filter_map(|run| Some(u64::from(be32(run, 0)?) * u64::from(be32(run, 4)?)))
        .fold(0, u64::saturating_add)
}

/// The list of iTunes' tags.
fn tags(moov: &[u8]) -> Option<&[u8]> {
    let meta = child(child(moov, *b"udta")?, *b"meta")?;
    child(meta.get(4..)?, *b"ilst")
}

/// `iTunSMPB`, a tag of Apple's encoders: hexadecimal numbers, of which the second is the priming
/// and the fourth the length, in frames.
fn smpb(moov: &[u8]) -> Option<(u64, u64)> {
    let tags = boxes(tags(moov)?).filter(|(name, _)| name == b"----");
    let named = |tag: &&[u8]| child(tag, *b"name").and_then(|n| n.get(4..)) == Some(b"iTunSMPB");
    let tag = tags.map(|(_, tag)| tag).find(named)?;
    let text = std::str::from_utf8(child(tag, *b"data")?.get(8..)?).ok()?;
    let numbers: Vec<u64> =
        text.split_whitespace().map_while(|word| u64::from_str_radix(word, 16).ok()).collect();
    let (&priming, &length) = (numbers.get(1)?, numbers.get(3)?);
    (length > 0).then_some((priming, length))
}

/// The date: a tag where it is a full one, or else when the movie was made (`mvhd`).
fn recorded(moov: &[u8]) -> Option<String> {
    let text = |data: &[u8]| std::str::from_utf8(data).ok().and_then(dates::text);
    let itunes = || text(child(child(tags(moov)?, *b"\xa9day")?, *b"data")?.get(8..)?);
    // QuickTime's own form has no box of values: a length, a language, then the text.
    let quicktime = || text(child(child(moov, *b"udta")?, *b"\xa9day")?.get(4..)?);
    let made = || {
        let mvhd = child(moov, *b"mvhd")?;
        let wide = mvhd.first() == Some(&1);
        dates::since_1904(if wide { be64(mvhd, 4)? } else { be32(mvhd, 4)?.into() })
    };
    camera_date(moov).or_else(itunes).or_else(quicktime).or_else(made)
}

/// `com.apple.quicktime.creationdate`, which telephones write into `moov/meta`: names in `keys`,
/// values in `ilst` under the number of the name.
fn camera_date(moov: &[u8]) -> Option<String> {
    let meta = child(moov, *b"meta")?;
    let names = child(meta, *b"keys")?.get(8..)?;
    let wanted = boxes(names).position(|(_, name)| name == b"com.apple.quicktime.creationdate")?;
    let number = u32::try_from(wanted + 1).ok()?.to_be_bytes();
    let value = child(child(child(meta, *b"ilst")?, number)?, *b"data")?.get(8..)?;
    std::str::from_utf8(value).ok().and_then(dates::text)
}

fn be32(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

fn be64(data: &[u8], at: usize) -> Option<u64> {
    data.get(at..)?.first_chunk().map(|bytes| u64::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(edits: &[(u64, i64)]) -> (Movie, AudioTrack) {
        let track = AudioTrack {
            id: 1,
            codec: *b"mp4a",
            timescale: 48_000,
            edits: edits.to_vec(),
            stored: 480_000,
        };
        (Movie { timescale: 1000, ..Movie::default() }, track)
    }

    #[test]
    fn priming_is_cut_once_and_the_end_with_it() {
        let (movie, track) = track(&[(9_900, 1024)]);
        let shown = movie.pieces(&track, 48_000);
        let piece = Piece::Media { start: 1024, frames: Some(475_200) };
        assert_eq!(shown, (vec![piece], Some(475_200)));
    }

    #[test]
    fn without_edits_everything_is_shown() {
        let (movie, track) = track(&[]);
        assert_eq!(movie.pieces(&track, 48_000), (vec![Piece::ALL], Some(480_000)));
    }

    #[test]
    fn an_empty_edit_is_silence_and_length_0_runs_to_the_end() {
        let (movie, track) = track(&[(250, -1), (0, 1024)]);
        let pieces = vec![Piece::Silence(12_000), Piece::Media { start: 1024, frames: None }];
        assert_eq!(movie.pieces(&track, 48_000), (pieces, Some(12_000 + 480_000 - 1024)));
    }

    #[test]
    fn apples_tag_stands_in_where_no_edit_trims() {
        let (mut movie, whole) = track(&[(10_000, 0)]);
        movie.smpb = Some((2112, 470_000));
        let piece = Piece::Media { start: 2112, frames: Some(470_000) };
        assert_eq!(movie.pieces(&whole, 48_000), (vec![piece], Some(470_000)));
        let (_, trimmed) = track(&[(9_000, 1024)]);
        let piece = Piece::Media { start: 1024, frames: Some(432_000) };
        assert_eq!(movie.pieces(&trimmed, 48_000), (vec![piece], Some(432_000)));
    }

    fn boxed(name: [u8; 4], body: &[u8]) -> Vec<u8> {
        let size = u32::try_from(body.len() + 8).unwrap();
        [&size.to_be_bytes(), &name[..], body].concat()
    }

    #[test]
    fn a_telephones_own_date_goes_before_the_movies() {
        let mvhd = boxed(*b"mvhd", &[&[0; 4][..], &3_793_000_000_u32.to_be_bytes()].concat());
        assert_eq!(recorded(&mvhd).as_deref(), Some("2024-03-11T11:06:40Z"));
        let key = boxed(*b"mdta", b"com.apple.quicktime.creationdate");
        let keys = boxed(*b"keys", &[&[0, 0, 0, 0, 0, 0, 0, 1][..], &key].concat());
        let data = boxed(*b"data", b"\0\0\0\x01\0\0\0\x002024-03-12T10:11:12+0100");
        let list = boxed(*b"ilst", &boxed([0, 0, 0, 1], &data));
        let meta = boxed(*b"meta", &[keys, list].concat());
        assert_eq!(recorded(&[mvhd, meta].concat()).as_deref(), Some("2024-03-12T09:11:12Z"));
    }

    #[test]
    fn the_tag_is_found_in_its_box() {
        let text = b"\0\0\0\x01\0\0\0\0 00000000 00000840 000001CA 00000000003F31F6 00000000";
        let tag = [boxed(*b"name", b"\0\0\0\0iTunSMPB"), boxed(*b"data", text)].concat();
        let meta = [&[0; 4][..], &boxed(*b"ilst", &boxed(*b"----", &tag))].concat();
        let moov = boxed(*b"udta", &boxed(*b"meta", &meta));
        assert_eq!(smpb(&moov), Some((0x840, 0x3F_31F6)));
    }

    #[test]
    fn any_bytes_give_a_movie_without_a_panic() {
        let mut state = 1_u32;
        for round in 0..2000 {
            let mut data: Vec<u8> = std::iter::repeat_with(|| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .take(round % 200)
            .collect();
            for (at, name) in [(4, b"trak"), (12, b"mdia"), (20, b"edts"), (28, b"elst")] {
                if let Some(place) = data.get_mut(at..at + 4) {
                    place.copy_from_slice(name);
                }
            }
            let _ = movie(&data);
            let _ = edits(&data);
            let _ = stored(&data);
            let _ = smpb(&data);
            let _ = recorded(&data);
        }
    }
}
