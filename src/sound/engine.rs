//! The codec of a track: packets to frames.
//!
//! Symphonia's decoders, and libopus for Opus. What neither decodes, and HE-AAC, of which Symphonia
//! would give the lower half only, is for ffmpeg.

use symphonia::core::audio::Channels;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_OPUS, CODEC_ID_VORBIS};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as Fault;
use symphonia::core::packet::Packet;

use super::opus::Opus;
use super::work::SAMPLE_RATE;

/// The most frames in one packet; FLAC allows 65535.
const MOST_FRAMES: usize = 1 << 20;
/// The rate Opus' own numbers count in (RFC 7845, 4).
pub(super) const OPUS_RATE: u32 = 48_000;

/// A decoder for one track.
pub(super) struct Engine {
    params: AudioCodecParameters,
    codec: Codec,
    /// Samples a second in the file.
    pub(super) rate: u32,
    /// Frames a second it gives.
    pub(super) clock: u32,
    /// Channels it gives.
    pub(super) channels: usize,
}

enum Codec {
    Symphonia(Box<dyn AudioDecoder>),
    Opus(Opus),
}

/// What became of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decoded {
    /// Sound, perhaps of no length.
    Sound,
    /// It cannot be decoded.
    Damaged,
}

impl Engine {
    /// A decoder for a track of these parameters; `None` where there is none here.
    pub(super) fn new(params: &AudioCodecParameters) -> Option<Self> {
        let codec = Codec::new(params)?;
        let (rate, clock, channels) = match &codec {
            Codec::Opus(opus) => (OPUS_RATE, SAMPLE_RATE, opus.channels()),
            Codec::Symphonia(decoder) => {
                let known = decoder.codec_params();
                let rate = known.sample_rate.unwrap_or(0);
                (rate, rate, known.channels.as_ref().map_or(0, Channels::count))
            }
        };
        Some(Self { params: params.clone(), codec, rate, clock, channels })
    }

    /// A short name of the codec.
    pub(super) fn name(&self) -> &'static str {
        match &self.codec {
            Codec::Opus(_) => "opus",
            Codec::Symphonia(decoder) => decoder.codec_info().short_name,
        }
    }

    /// Frames, of [`Engine::clock`], that Opus puts before the recording by its own header.
    pub(super) fn pre_skip(&self) -> i64 {
        match &self.codec {
            Codec::Opus(opus) => {
                i64::from(opus.pre_skip()) * i64::from(self.clock) / i64::from(OPUS_RATE)
            }
            Codec::Symphonia(_) => 0,
        }
    }

    /// Whether the decoder itself takes off what a packet says is to be trimmed.
    pub(super) fn trims(&self) -> bool {
        self.params.codec == CODEC_ID_VORBIS
    }

    /// Decodes a packet into one vector a channel.
    pub(super) fn decode(&mut self, packet: &Packet, planes: &mut Vec<Vec<f32>>) -> Decoded {
        let decoder = match &mut self.codec {
            Codec::Opus(opus) => {
                let sound = opus.decode(&packet.data, planes);
                return if sound { Decoded::Sound } else { Decoded::Damaged };
            }
            Codec::Symphonia(decoder) => decoder,
        };
        let reset = match decoder.decode(packet) {
            Ok(sound) => {
                let (frames, spec) = (sound.frames(), sound.spec());
                let fits = spec.rate() == self.rate
                    && spec.channels().count() == self.channels
                    && frames <= MOST_FRAMES;
                if fits {
                    sound.copy_to_vecs_planar(planes);
                    return Decoded::Sound;
                }
                false
            }
            Err(fault) => matches!(fault, Fault::ResetRequired),
        };
        if reset {
            self.rebuild(None);
        }
        Decoded::Damaged
    }

    /// Starts anew, with new parameters where the stream has some. False where it cannot go on in
    /// the form it began in.
    pub(super) fn rebuild(&mut self, params: Option<&AudioCodecParameters>) -> bool {
        let params = params.unwrap_or(&self.params);
        match Self::new(params) {
            Some(new) if (new.clock, new.channels) == (self.clock, self.channels) => {
                *self = new;
                true
            }
            _ => false,
        }
    }
}

impl Codec {
    fn new(params: &AudioCodecParameters) -> Option<Self> {
        if params.codec == CODEC_ID_OPUS {
            let channels = params.channels.as_ref().map_or(0, Channels::count);
            return Opus::new(params.extra_data.as_deref(), channels).map(Self::Opus);
        }
        // Trims are made by where a packet lies in time, not by the decoder; but Vorbis' first
        // packet has no sound of its own, and only the decoder knows.
        let options = AudioDecoderOptions::default().gapless(params.codec == CODEC_ID_VORBIS);
        let codecs = symphonia::default::get_codecs();
        codecs.make_audio_decoder(params, &options).map(Self::Symphonia).ok()
    }
}
