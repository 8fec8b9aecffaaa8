//! Opus packets to 16 kHz, by libopus.
//!
//! In: the identification header (RFC 7845, 5.1; in MP4 the `dOps` box) and packets. Out: frames,
//! channels apart, at the rate of the work copy: the decoder leaves out what lies above 8 kHz, so
//! no resampling is needed.

use opus::MSDecoder;

use super::work::SAMPLE_RATE;

/// The longest packet, 120 ms (RFC 6716, 2.1.4), in frames at [`SAMPLE_RATE`].
const LONGEST: usize = SAMPLE_RATE as usize * 120 / 1000;

/// A stream being decoded.
pub(super) struct Opus {
    decoder: MSDecoder,
    head: Head,
    frames: Vec<f32>,
}

/// The identification header.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Head {
    pre_skip: u16,
    gain: i16,
    streams: u8,
    coupled: u8,
    /// The stream's channel for each channel of the output.
    mapping: Vec<u8>,
}

impl Opus {
    /// A decoder for the stream that `header` describes; without one, of `channels` channels, one or
    /// two. `None` for what libopus does not decode.
    pub(super) fn new(header: Option<&[u8]>, channels: usize) -> Option<Self> {
        let head = match header {
            Some(header) => Head::read(header)?,
            None => Head::plain(u8::try_from(channels).ok()?, 0, 0)?,
        };
        let mut decoder =
            MSDecoder::new(SAMPLE_RATE, head.streams, head.coupled, &head.mapping).ok()?;
        decoder.set_gain(head.gain.into()).ok()?;
        let frames = vec![0.0; LONGEST * head.mapping.len()];
        Some(Self { decoder, head, frames })
    }

    /// Channels it gives.
    pub(super) fn channels(&self) -> usize {
        self.head.mapping.len()
    }

    /// Frames at 48 kHz that stand before the recording and are not heard.
    pub(super) fn pre_skip(&self) -> u16 {
        self.head.pre_skip
    }

    /// Decodes a packet into one vector a channel; false where it is damaged.
    pub(super) fn decode(&mut self, packet: &[u8], planes: &mut Vec<Vec<f32>>) -> bool {
        // An empty packet asks libopus to make up what was lost; here that is silence.
        if packet.is_empty() {
            return false;
        }
        let Ok(count) = self.decoder.decode_float(packet, &mut self.frames, false) else {
            return false;
        };
        let channels = self.channels();
        planes.resize_with(channels, Vec::new);
        let sound = &self.frames[..(count * channels).min(self.frames.len())];
        for (channel, plane) in planes.iter_mut().enumerate() {
            plane.clear();
            plane.extend(sound.iter().skip(channel).step_by(channels));
        }
        true
    }
}

impl Head {
    fn read(header: &[u8]) -> Option<Self> {
        let fields = header.strip_prefix(b"OpusHead")?;
        let &[version, channels, s0, s1, _, _, _, _, g0, g1, family, ref table @ ..] = fields
        else {
            return None;
        };
        // Ogg and Matroska: little endian, version 1. MP4: big endian, version 0.
        let (pre_skip, gain) = if version == 0 {
            (u16::from_be_bytes([s0, s1]), i16::from_be_bytes([g0, g1]))
        } else {
            (u16::from_le_bytes([s0, s1]), i16::from_le_bytes([g0, g1]))
        };
        match (family, table) {
            (0, _) => Self::plain(channels, pre_skip, gain),
            // Family 3, an ambisonic matrix, is of another form.
            (1 | 2 | 255, &[streams, coupled, ref mapping @ ..]) => {
                let mut mapping = mapping.get(..usize::from(channels))?.to_vec();
                if let Some(order) = wave_order(channels).filter(|_| family == 1) {
                    mapping = order.iter().map(|&at| mapping[at]).collect();
                }
                let fits = channels > 0 && streams > 0 && coupled <= streams;
                fits.then_some(Self { pre_skip, gain, streams, coupled, mapping })
            }
            _ => None,
        }
    }

    fn plain(channels: u8, pre_skip: u16, gain: i16) -> Option<Self> {
        let mapping = match channels {
            1 => vec![0],
            2 => vec![0, 1],
            _ => return None,
        };
        Some(Self { pre_skip, gain, streams: 1, coupled: channels - 1, mapping })
    }
}

/// Vorbis' order of loudspeakers (RFC 7845, 5.1.1.2) as every other format has them: left, right,
/// centre, bass, back, side.
fn wave_order(channels: u8) -> Option<&'static [usize]> {
    match channels {
        3 => Some(&[0, 2, 1]),
        5 => Some(&[0, 2, 1, 3, 4]),
        6 => Some(&[0, 2, 1, 5, 3, 4]),
        7 => Some(&[0, 2, 1, 6, 5, 3, 4]),
        8 => Some(&[0, 2, 1, 7, 5, 6, 3, 4]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_byte_orders_are_read() {
        let ogg = b"OpusHead\x01\x02\x38\x01\x80\xbb\0\0\x00\xff\0";
        let mp4 = b"OpusHead\x00\x02\x01\x38\0\0\xbb\x80\xff\x00\0";
        let head = Head::read(ogg).unwrap();
        assert_eq!((head.pre_skip, head.gain, head.coupled), (312, -256, 1));
        assert_eq!(Head::read(mp4), Some(head));
    }

    #[test]
    fn channels_of_several_streams_are_mapped() {
        let head = b"OpusHead\x01\x03\0\0\x80\xbb\0\0\0\0\x01\x02\x01\x00\x02\x01";
        let opus = Opus::new(Some(head), 3).unwrap();
        assert_eq!((opus.channels(), &opus.head.mapping[..]), (3, &[0, 1, 2][..]));
    }

    #[test]
    fn any_bytes_are_an_answer() {
        let mut state = 7_u32;
        let mut opus = Opus::new(None, 2).unwrap();
        let mut planes = Vec::new();
        for round in 0..3000 {
            let mut data: Vec<u8> = std::iter::repeat_with(|| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .take(round % 90)
            .collect();
            opus.decode(&data, &mut planes);
            if let Some(magic) = data.get_mut(..8) {
                magic.copy_from_slice(b"OpusHead");
            }
            let _ = Opus::new(Some(&data), 2);
        }
    }
}
