//! Work copies → one Ogg Opus file that every browser plays (RFC 7845).
//!
//! In: 16 kHz copies of a recording. Out: a file of one or two channels. Of several tracks or more
//! channels than two everything is heard together: this is for ears, not for measuring.

use std::io::{self, Write};

use ::opus::{Application, Bitrate, Channels, Encoder};
use ogg::{PacketWriteEndInfo, PacketWriter};

use super::work::{SAMPLE_RATE, WorkCopy};
use crate::error::Result;

/// A packet, 20 ms: what RFC 6716 §2.1.4 recommends for most uses.
const PACKET: usize = SAMPLE_RATE as usize / 50;
/// Ticks of the granule position: 48 kHz whatever the rate (RFC 7845 §4).
const TICKS: u64 = 48_000 / SAMPLE_RATE as u64;
/// Bits a second a channel: wideband speech is transparent here (RFC 6716 §2.1.1 names 16 to 20 kbit/s
/// for wideband speech).
const BITS: i32 = 24_000;
/// Packets a page, one second.
const PAGE: u64 = 50;
const SERIAL: u32 = 1;

/// Writes the copies to `out`.
///
/// # Errors
/// `out` does not take it, or a copy cannot be read.
pub fn write_opus(copies: &[WorkCopy], out: &mut dyn Write) -> io::Result<()> {
    let stereo = matches!(copies, [only] if only.channels() == 2);
    let length = copies.iter().map(WorkCopy::samples).max().unwrap_or_default();
    let mut stream = Stream::start(out, stereo)?;
    // The encoder holds back a little: it is asked for so much more.
    let last = (length + stream.skip / TICKS).div_ceil(PACKET as u64).max(1);
    for number in 0..last {
        let frame = frame(copies, stereo, number * PACKET as u64).map_err(io::Error::other)?;
        stream.packet(&frame, (number + 1 == last).then_some(length))?;
    }
    Ok(())
}

/// The samples of a packet, channels interleaved.
fn frame(copies: &[WorkCopy], stereo: bool, first: u64) -> Result<Vec<i16>> {
    let channels = if stereo { 2 } else { 1 };
    let mut mixed = vec![0_i32; PACKET * channels];
    for copy in copies {
        for channel in 0..copy.channels() {
            let heard = copy.window(channel, first, PACKET)?;
            let lane = if stereo { usize::from(channel) } else { 0 };
            for (at, sample) in heard.into_iter().enumerate() {
                mixed[at * channels + lane] += i32::from(sample);
            }
        }
    }
    let clipped = |sample: i32| sample.clamp(i16::MIN.into(), i16::MAX.into());
    Ok(mixed.into_iter().map(|sample| i16::try_from(clipped(sample)).unwrap_or(0)).collect())
}

struct Stream<'a> {
    encoder: Encoder,
    pages: PacketWriter<'a, &'a mut dyn Write>,
    packet: Vec<u8>,
    /// Packets written.
    count: u64,
    skip: u64,
}

impl<'a> Stream<'a> {
    fn start(out: &'a mut dyn Write, stereo: bool) -> io::Result<Self> {
        let failed = io::Error::other::<::opus::Error>;
        let (channels, count) = if stereo { (Channels::Stereo, 2) } else { (Channels::Mono, 1) };
        let mut encoder = Encoder::new(SAMPLE_RATE, channels, Application::Voip).map_err(failed)?;
        encoder.set_bitrate(Bitrate::Bits(BITS * i32::from(count))).map_err(failed)?;
        let skip = u64::try_from(encoder.get_lookahead().map_err(failed)?).unwrap_or(0) * TICKS;
        let mut pages = PacketWriter::new(out);
        // RFC 7845 §5.1: version, channels, pre-skip, rate of the source, gain, mapping family.
        let mut head = b"OpusHead\x01".to_vec();
        head.push(count);
        head.extend(u16::try_from(skip).unwrap_or(0).to_le_bytes());
        head.extend(SAMPLE_RATE.to_le_bytes());
        head.extend([0, 0, 0]);
        pages.write_packet(head, SERIAL, PacketWriteEndInfo::EndPage, 0)?;
        // RFC 7845 §5.2: who wrote it, no comments.
        let vendor = b"openfloor";
        let mut tags = b"OpusTags".to_vec();
        tags.extend(u32::try_from(vendor.len()).unwrap_or(0).to_le_bytes());
        tags.extend(vendor);
        tags.extend(0_u32.to_le_bytes());
        pages.write_packet(tags, SERIAL, PacketWriteEndInfo::EndPage, 0)?;
        Ok(Self { encoder, pages, packet: vec![0; 4000], count: 0, skip })
    }

    /// Writes a packet; the last one with the length of the whole, in samples.
    fn packet(&mut self, frame: &[i16], end: Option<u64>) -> io::Result<()> {
        let bytes = self.encoder.encode(frame, &mut self.packet).map_err(io::Error::other)?;
        self.count += 1;
        let heard = self.count * PACKET as u64 * TICKS;
        let (info, granule) = match end {
            Some(length) => (PacketWriteEndInfo::EndStream, length * TICKS + self.skip),
            None if self.count.is_multiple_of(PAGE) => (PacketWriteEndInfo::EndPage, heard),
            None => (PacketWriteEndInfo::NormalPacket, heard),
        };
        let packet = self.packet.get(..bytes).unwrap_or_default().to_vec();
        self.pages.write_packet(packet, SERIAL, info, granule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(samples: usize) -> Vec<i16> {
        (0..samples)
            .map(|n| {
                let phase = f64::from(u32::try_from(n).unwrap()) * 0.1;
                #[expect(clippy::cast_possible_truncation, reason = "well within range")]
                let sample = (phase.sin() * 8000.0) as i16;
                sample
            })
            .collect()
    }

    #[test]
    fn a_copy_is_as_long_as_the_recording_and_sounds_like_it() {
        let folder = tempfile::tempdir().unwrap();
        let (left, right) = (tone(40_000), vec![0; 40_000]);
        let copy = WorkCopy::from_samples(folder.path(), &[&left, &right]).unwrap();
        let path = folder.path().join("copy.opus");
        let mut file = std::fs::File::create(&path).unwrap();
        write_opus(&[copy], &mut file).unwrap();
        let (again, facts) = crate::sound::work_copy(
            &path,
            0,
            folder.path(),
            &crate::progress::Silent,
            &crate::progress::Silent,
        )
        .unwrap();
        assert_eq!((again.channels(), facts.playable()), (2, true));
        assert!(again.samples().abs_diff(40_000) <= 16, "{}", again.samples());
        let power = |samples: Vec<i16>| -> f64 {
            samples.iter().map(|&one| f64::from(one).powi(2)).sum::<f64>() / 30_000.0
        };
        let (heard, silent) = (
            power(again.window(0, 5_000, 30_000).unwrap()),
            power(again.window(1, 5_000, 30_000).unwrap()),
        );
        let said = power(left[5_000..35_000].to_vec());
        assert!(
            (heard / said - 1.0).abs() < 0.1 && silent < said / 100.0,
            "{heard} {silent} {said}"
        );
    }

    #[test]
    fn several_tracks_are_heard_together() {
        let folder = tempfile::tempdir().unwrap();
        let copy =
            |samples: usize| WorkCopy::from_samples(folder.path(), &[&tone(samples)]).unwrap();
        let mixed = frame(&[copy(400), copy(200)], false, 0).unwrap();
        assert_eq!(mixed.len(), PACKET);
        assert_eq!(mixed[100], 2 * tone(400)[100]);
        assert_eq!(mixed[300], tone(400)[300]);
    }
}
