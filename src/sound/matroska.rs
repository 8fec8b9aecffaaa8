//! What Symphonia leaves out of a Matroska or `WebM` file: the date, the length, what the codec put
//! behind the last sound, and whether the file is cut off.
//!
//! In: a file (RFC 8794 for the elements, RFC 9559 for their meaning). Out: [`Segment`]. Clusters
//! are stepped over, but for the last; a file written live, whose clusters do not say how long they
//! are, is not walked.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::dates;
use crate::session::Ms;

/// The largest element that is read as a whole: the list of tracks, with fonts of attachments
/// nowhere in it.
const LARGEST: u64 = 4 << 20;
/// Elements stepped over. Ten hours of clusters of half a second.
const MOST_ELEMENTS: usize = 100_000;

const EBML: u32 = 0x1A45_DFA3;
const DOC_TYPE: u32 = 0x4282;
const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_A966;
const TIMESTAMP_SCALE: u32 = 0x2A_D7B1;
const DURATION: u32 = 0x4489;
const DATE_UTC: u32 = 0x4461;
const TRACKS: u32 = 0x1654_AE6B;
const TRACK_ENTRY: u32 = 0xAE;
const TRACK_NUMBER: u32 = 0xD7;
const TRACK_TYPE: u32 = 0x83;
const CODEC_DELAY: u32 = 0x56AA;
const CLUSTER: u32 = 0x1F43_B675;
const CLUSTER_TIMESTAMP: u32 = 0xE7;
const BLOCK_GROUP: u32 = 0xA0;
const BLOCK: u32 = 0xA1;
const DISCARD_PADDING: u32 = 0x75A2;

/// What is in a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Segment {
    /// Whether it calls itself `WebM`.
    pub(super) webm: bool,
    /// Audio tracks: number, and the codec's delay in nanoseconds.
    pub(super) audio: Vec<(u64, u64)>,
    /// Whether there is a picture.
    pub(super) video: bool,
    /// When it was recorded.
    pub(super) recorded: Option<String>,
    /// When it begins, where that is told to better than a second.
    pub(super) started: Option<Ms>,
    /// Length of its longest track, in seconds.
    pub(super) seconds: Option<f64>,
    /// Whether the file ends before the segment does.
    pub(super) cut: bool,
    /// Length of a tick, nanoseconds.
    tick_ns: u64,
    /// Blocks at whose end something is not heard: track, time in ticks of the segment, seconds.
    padded: Vec<(u64, i64, f64)>,
}

impl Segment {
    /// What the container takes off the start of a track, seconds.
    pub(super) fn delay(&self, track: u32) -> f64 {
        let of_track = self.audio.iter().find(|audio| audio.0 == u64::from(track));
        of_track.map_or(0.0, |audio| as_f64(audio.1) / 1e9)
    }

    /// Seconds at the end of a packet that are not heard; its track and time, in ticks, are as
    /// Symphonia gives them: with the codec's delay, in rounded ticks, taken off.
    pub(super) fn padding(&self, track: u32, time: i64) -> f64 {
        let of_track = |padded: &&(u64, i64, f64)| padded.0 == u64::from(track);
        let Some(&(_, last, seconds)) = self.padded.iter().rfind(of_track) else { return 0.0 };
        let delay = self.audio.iter().find(|audio| audio.0 == u64::from(track)).map_or(0, |a| a.1);
        let delay = i64::try_from(delay.div_ceil(self.tick_ns.max(1))).unwrap_or(i64::MAX);
        if time >= last.saturating_sub(delay) { seconds } else { 0.0 }
    }
}

/// The head of an element: what it is, where its body begins, how long that is.
struct Element {
    id: u32,
    body: u64,
    /// `None`: as long as what it is in.
    size: Option<u64>,
}

/// Reads what there is to know of `file`.
pub(super) fn read(file: &mut File) -> io::Result<Segment> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut segment = Segment::default();
    let Some(head) = element(file, 0, length)?.filter(|head| head.id == EBML) else {
        return Ok(segment);
    };
    let header = body(file, &head)?;
    segment.webm = children(&header).any(|(id, body)| id == DOC_TYPE && body.starts_with(b"webm"));
    let Some(whole) = element(file, head.body.saturating_add(head.size.unwrap_or(0)), length)?
    else {
        return Ok(segment);
    };
    if whole.id != SEGMENT {
        return Ok(segment);
    }
    let end = whole.size.map_or(length, |size| whole.body.saturating_add(size));
    segment.cut = end > length;
    let (mut at, mut last_cluster) = (whole.body, None);
    for _ in 0..MOST_ELEMENTS {
        let Some(part) = element(file, at, length)?.filter(|part| part.body < end) else { break };
        match part.id {
            INFO => info(&body(file, &part)?, &mut segment),
            TRACKS => tracks(&body(file, &part)?, &mut segment),
            CLUSTER => last_cluster = Some((part.body, part.size)),
            _ => {}
        }
        let Some(size) = part.size else { break };
        at = part.body.saturating_add(size);
    }
    if let Some((body, Some(size))) = last_cluster {
        cluster(file, body, body.saturating_add(size).min(length), &mut segment)?;
    }
    Ok(segment)
}

fn info(data: &[u8], segment: &mut Segment) {
    let mut duration = None;
    segment.tick_ns = 1_000_000;
    for (id, body) in children(data) {
        match id {
            TIMESTAMP_SCALE => segment.tick_ns = unsigned(body),
            DURATION => duration = float(body),
            DATE_UTC => {
                segment.recorded = signed(body).and_then(dates::since_2001);
                segment.started = signed(body).and_then(dates::exactly_since_2001);
            }
            _ => {}
        }
    }
    let seconds = duration.map(|duration| duration * as_f64(segment.tick_ns) / 1e9);
    segment.seconds = seconds.filter(|seconds| seconds.is_finite() && *seconds > 0.0);
}

fn tracks(data: &[u8], segment: &mut Segment) {
    for (_, track) in children(data).filter(|(id, _)| *id == TRACK_ENTRY) {
        let number =
            |wanted| children(track).find(|(id, _)| *id == wanted).map(|(_, n)| unsigned(n));
        match number(TRACK_TYPE) {
            Some(1) => segment.video = true,
            Some(2) => {
                let delay = number(CODEC_DELAY).unwrap_or(0);
                segment.audio.push((number(TRACK_NUMBER).unwrap_or(0), delay));
            }
            _ => {}
        }
    }
}

/// Finds the padded blocks of the cluster that lies between two places.
fn cluster(file: &mut File, start: u64, end: u64, segment: &mut Segment) -> io::Result<()> {
    let (mut at, mut time) = (start, 0);
    for _ in 0..MOST_ELEMENTS {
        let Some(part) = element(file, at, end)?.filter(|part| part.body < end) else { break };
        match part.id {
            CLUSTER_TIMESTAMP => {
                time = i64::try_from(unsigned(&body(file, &part)?)).unwrap_or(i64::MAX);
            }
            BLOCK_GROUP => {
                let group = body(file, &part)?;
                let padding = children(&group).find(|(id, _)| *id == DISCARD_PADDING);
                let block = children(&group).find(|(id, _)| *id == BLOCK);
                if let (Some((_, padding)), Some((_, block))) = (padding, block) {
                    segment.padded.extend(padded(block, padding, time));
                }
            }
            _ => {}
        }
        let Some(size) = part.size else { break };
        at = part.body.saturating_add(size);
    }
    Ok(())
}

fn padded(block: &[u8], padding: &[u8], cluster: i64) -> Option<(u64, i64, f64)> {
    let (track, length) = variable(block, true)?;
    let ahead = block.get(length..length + 2)?;
    let time = cluster.saturating_add(i64::from(i16::from_be_bytes([ahead[0], ahead[1]])));
    let nanoseconds = u64::try_from(signed(padding)?).ok()?;
    Some((track?, time, as_f64(nanoseconds) / 1e9))
}

/// The head of the element at a place of the file; `None` at its end and where there is none.
fn element(file: &mut File, at: u64, length: u64) -> io::Result<Option<Element>> {
    // Far behind the end even seeking is an error.
    if at >= length {
        return Ok(None);
    }
    let mut head = [0; 12];
    file.seek(SeekFrom::Start(at))?;
    let mut count = 0;
    while count < head.len() {
        match file.read(&mut head[count..])? {
            0 => break,
            more => count += more,
        }
    }
    Ok(parse(&head[..count]).map(|(id, size, length)| Element {
        id,
        body: at + length as u64,
        size,
    }))
}

/// The body of an element; empty where it is larger than any real one, or not all there.
fn body(file: &mut File, element: &Element) -> io::Result<Vec<u8>> {
    let mut data = Vec::new();
    if let Some(size) = element.size.filter(|&size| size <= LARGEST) {
        file.seek(SeekFrom::Start(element.body))?;
        file.take(size).read_to_end(&mut data)?;
    }
    Ok(data)
}

/// The elements in an element. Ends quietly where sizes stop making sense.
fn children(mut data: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    std::iter::from_fn(move || {
        let (id, size, length) = parse(data)?;
        let size = usize::try_from(size?).ok()?;
        let body = data.get(length..length.checked_add(size)?)?;
        data = &data[length + size..];
        Some((id, body))
    })
}

/// Number, size of the body and length of the head of the element that `data` begins with.
fn parse(data: &[u8]) -> Option<(u32, Option<u64>, usize)> {
    let (id, id_length) = variable(data, false)?;
    let (size, size_length) = variable(data.get(id_length..)?, true)?;
    Some((u32::try_from(id?).ok()?, size, id_length + size_length))
}

/// A number of variable length (RFC 8794, 4), with or without its length's marker, and how many
/// bytes it takes. All ones stand for "unknown".
fn variable(data: &[u8], without_marker: bool) -> Option<(Option<u64>, usize)> {
    let first = *data.first()?;
    let length = first.leading_zeros() as usize + 1;
    let bytes = data.get(..length).filter(|_| length <= 8)?;
    let value = bytes.iter().fold(0_u64, |value, &byte| value << 8 | u64::from(byte));
    let ones = (1_u64 << (7 * length)) - 1;
    if !without_marker {
        return Some((Some(value), length));
    }
    Some(((value & ones != ones).then_some(value & ones), length))
}

fn unsigned(data: &[u8]) -> u64 {
    data.iter().take(8).fold(0, |value, &byte| value << 8 | u64::from(byte))
}

fn signed(data: &[u8]) -> Option<i64> {
    let unused =
        64 - 8 * u32::try_from(data.len()).ok().filter(|length| (1..=8).contains(length))?;
    Some((unsigned(data) << unused).cast_signed() >> unused)
}

fn float(data: &[u8]) -> Option<f64> {
    match data.len() {
        4 => Some(f32::from_be_bytes(*data.first_chunk()?).into()),
        8 => Some(f64::from_be_bytes(*data.first_chunk()?)),
        _ => None,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "nanoseconds of a scale or a padding, far below 2^53"
)]
fn as_f64(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_length_in_front() {
        assert_eq!(variable(&[0x81], true), Some((Some(1), 1)));
        assert_eq!(variable(&[0x40, 0x02], true), Some((Some(2), 2)));
        assert_eq!(variable(&[0xff], true), Some((None, 1)));
        assert_eq!(variable(&[0x1A, 0x45, 0xDF, 0xA3], false), Some((Some(0x1A45_DFA3), 4)));
        assert_eq!(
            variable(&[0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], true),
            Some((None, 8))
        );
        assert_eq!(variable(&[0x00, 1, 2, 3, 4, 5, 6, 7, 8], true), None);
        assert_eq!(
            (signed(&[0xff]), signed(&[0x01, 0x00]), signed(&[])),
            (Some(-1), Some(256), None)
        );
    }

    #[test]
    fn any_bytes_give_a_segment_without_a_panic() {
        use std::io::Write as _;
        let mut state = 1_u32;
        for round in 0..500 {
            let mut data = [
                0x1A, 0x45, 0xDF, 0xA3, 0x84, 0x42, 0x82, 0x81, b'w', 0x18, 0x53, 0x80, 0x67, 0xff,
            ]
            .to_vec();
            data.extend(
                std::iter::repeat_with(|| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 24) as u8
                })
                .take(round % 200),
            );
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&data).unwrap();
            read(&mut file).unwrap();
            let mut segment = Segment::default();
            info(&data[14..], &mut segment);
            tracks(&data[14..], &mut segment);
        }
    }
}
