//! A recording's file to 16 kHz samples.
//!
//! In: a path. Out: samples to a [`TakeSound`], and the [`SoundFacts`]. Streamed: memory holds one packet and one
//! filter block whatever the length. The bytes may be hostile: lengths are bounded, and a panic in a
//! decoder becomes this recording's error.
//!
//! What is damaged is silence of its length, never dropped, so that no later time moves. An error of
//! the disk is an error, never the end of the recording; the end of the *file* before the end of the
//! *recording* is kept as a shortfall ([`SoundFacts::missing`]).

use std::io::{self, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use serde::{Deserialize, Serialize};
use symphonia::core::audio::Channels;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_ALAC};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as Fault;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use symphonia::core::units::TimeBase;

use super::patched::Patched;
use super::place::{Absurd, Piece, Placer, ms_of_frames};
use super::resample::Resampler;
use super::sniff::{self, CHOOSE, CONVERT, COPY_AGAIN, Kind, refuse};
use super::work::{TakeSound, WorkCopy, WorkWriter};
use super::{mp4, wav};
use crate::error::{Error, Result};
use crate::progress::{Cancel, Progress, Stage};
use crate::session::{Ms, Span};

/// The most channels a recording may have: a stage box of eight microphones.
pub const MAX_CHANNELS: u16 = 8;
/// Rates read, samples a second: from telephone lines' quarter to studio masters.
const RATES: std::ops::RangeInclusive<u32> = 2_000..=768_000;
/// The most frames in one packet; FLAC allows 65535.
const MOST_FRAMES: usize = 1 << 20;
/// Progress is told each time this much more is done.
const TELL_EVERY: Ms = Ms(1000);
/// How much less than declared still counts as complete: a packet of AAC at 8 kHz is 128 ms.
const SLACK: Ms = Ms(150);

/// What a recording is, as far as decoding shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoundFacts {
    /// Length of what was decoded, silences that stand for damage included.
    #[serde(rename = "duration_ms")]
    pub duration: Ms,
    /// Channels.
    pub channels: u16,
    /// Samples a second in the file.
    #[serde(rename = "sample_rate_hz")]
    pub sample_rate: u32,
    /// `wav`, `flac` or `mp4`.
    pub container: String,
    /// Symphonia's short name, such as `pcm_s16le`, `flac`, `aac`.
    pub codec: String,
    /// Audio tracks in the file; one of them was decoded.
    pub tracks: u16,
    /// Which program took the sound apart.
    #[serde(default)]
    pub decoded_by: Decoder,
    /// When it was recorded, where the file says so to the second: `YYYY-MM-DDTHH:MM:SS`, with `Z`
    /// where the container keeps UTC, without where it keeps the recorder's own clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<String>,
    /// Stretches that are silence because the sound there was damaged or missing.
    pub damaged: Vec<Span>,
    /// Length by the file's own header, where it says one.
    #[serde(rename = "declared_ms")]
    pub declared: Option<Ms>,
}

/// Which program took a recording apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decoder {
    /// This one, by way of Symphonia.
    #[default]
    Symphonia,
    /// The `ffmpeg` that is installed on this machine.
    Ffmpeg,
}

impl SoundFacts {
    /// Whether current browsers play the file as it is.
    #[must_use]
    pub fn playable(&self) -> bool {
        let (container, codec) = (self.container.as_str(), self.codec.as_str());
        self.decoded_by == Decoder::Symphonia
            && match container {
                "wav" => codec.starts_with("pcm_"),
                "flac" | "mp3" | "adts" => true,
                "mp4" => matches!(codec, "aac" | "mp3" | "flac" | "opus"),
                "ogg" => matches!(codec, "opus" | "vorbis" | "flac"),
                "webm" => matches!(codec, "opus" | "vorbis"),
                _ => false,
            }
    }

    /// How much shorter the recording is than its header says; zero when it is complete, or when
    /// the header says nothing.
    #[must_use]
    pub fn missing(&self) -> Ms {
        let short = self.declared.unwrap_or_default().since(self.duration);
        if short > SLACK { short } else { Ms::ZERO }
    }
}

/// Decodes audio track `track` (from 0) of `path` to 16 kHz, each channel for itself.
///
/// Tells [`Stage::Decode`]: the declared length at the start, then each second done.
///
/// # Errors
/// - [`Error::ReadFile`]: the file, or the disk under it, cannot be read.
/// - [`Error::Decode`]: not a recording of a kind this room reads, or nothing in it can be decoded.
/// - [`Error::Cancelled`]: `cancel` asked to stop.
/// - what `into` gives.
pub fn decode(
    path: &Path,
    track: u16,
    into: &mut dyn TakeSound,
    progress: &dyn Progress,
    cancel: &dyn Cancel,
) -> Result<SoundFacts> {
    let source = open(path, track)?;
    let decoded = catch_unwind(AssertUnwindSafe(|| {
        Decoding::new(path, track, source)?.run(into, progress, cancel)
    }));
    decoded.unwrap_or_else(|_| Err(refuse(path, "its data make the decoder fail", COPY_AGAIN)))
}

/// [`decode()`] into a work copy in `work_dir`, in this process.
///
/// # Errors
/// As [`decode`], and [`Error::WriteResult`]: `work_dir` cannot take the copy (a full disk).
pub fn work_copy(
    path: &Path,
    track: u16,
    work_dir: &Path,
    progress: &dyn Progress,
    cancel: &dyn Cancel,
) -> Result<(WorkCopy, SoundFacts)> {
    let mut writer = WorkWriter::new(work_dir);
    let facts = decode(path, track, &mut writer, progress, cancel)?;
    Ok((writer.finish()?, facts))
}

/// A file made ready for Symphonia.
struct Source {
    media: Box<dyn MediaSource>,
    kind: Kind,
    /// Frames by a WAV header.
    declared: Option<u64>,
    movie: Option<mp4::Movie>,
}

fn open(path: &Path, track: u16) -> Result<Source> {
    let unread = |source| Error::ReadFile { path: path.to_owned(), source };
    let (mut file, kind) = sniff::open(path)?;
    match kind {
        Kind::Flac => Ok(Source { media: Box::new(file), kind, declared: None, movie: None }),
        Kind::Wav => {
            let wav = wav::open(file).map_err(|no_sound| match no_sound {
                wav::NoSound::Io(source) => unread(source),
                wav::NoSound::Wrong(wrong) => {
                    refuse(path, format!("the WAV header is damaged ({wrong})"), COPY_AGAIN)
                }
            })?;
            check_channels(path, usize::from(wav.channels))?;
            check_rate(path, wav.rate)?;
            let declared = wav.declared;
            Ok(Source { media: Box::new(wav.source), kind, declared, movie: None })
        }
        Kind::Mp4 => {
            let movie = mp4::read(&mut file).map_err(|no_movie| match no_movie {
                mp4::NoMovie::Io(source) => unread(source),
                mp4::NoMovie::Missing => refuse(
                    path,
                    "the recording was not finished or is cut off: its index (moov) is missing",
                    COPY_AGAIN,
                ),
                mp4::NoMovie::TooLarge => {
                    refuse(path, "its index (moov) is absurdly large", CHOOSE)
                }
            })?;
            let end = file.seek(SeekFrom::End(0)).map_err(unread)?;
            match movie.audio.get(usize::from(track)) {
                None if !movie.audio.is_empty() => {
                    return Err(no_such_track(path, track, movie.audio.len()));
                }
                None if movie.video => {
                    return Err(refuse(path, "this is a video without sound", CHOOSE));
                }
                None => return Err(refuse(path, "it has no sound in it", CHOOSE)),
                Some(track) => check_mp4_codec(path, track.codec)?,
            }
            // Size 0 means "to the end of the file".
            let patches = movie.cut_box.map(|start| (start, [0; 4])).into_iter().collect();
            let media = Box::new(Patched::new(file, patches, end));
            Ok(Source { media, kind, declared: None, movie: Some(movie) })
        }
    }
}

/// Refuses by name what stands in an MP4 but is not read.
fn check_mp4_codec(path: &Path, codec: [u8; 4]) -> Result<()> {
    let name = match &codec {
        b"alac" => "ALAC (Apple Lossless)",
        b"samr" | b"sawb" => "AMR",
        b"Opus" => "Opus",
        b"ac-3" | b"ec-3" | b"ac-4" => "Dolby sound",
        b".mp3" => "MP3",
        b"enca" => "encrypted sound",
        _ => return Ok(()),
    };
    Err(sniff::not_read(path, name))
}

fn check_channels(path: &Path, channels: usize) -> Result<u16> {
    match u16::try_from(channels) {
        Ok(0) => Err(refuse(path, "it says it has no channel", COPY_AGAIN)),
        Ok(channels @ 1..=MAX_CHANNELS) => Ok(channels),
        _ => Err(refuse(
            path,
            format!("it has {channels} channels, and at most {MAX_CHANNELS} are read"),
            "keep two channels with a voice on them (for example: ffmpeg -i RECORDING -af \"pan=stereo|c0=c0|c1=c1\" talk.wav)",
        )),
    }
}

fn check_rate(path: &Path, rate: u32) -> Result<u32> {
    if RATES.contains(&rate) {
        return Ok(rate);
    }
    Err(refuse(path, format!("it says it has {rate} samples a second"), COPY_AGAIN))
}

/// A recording being decoded.
struct Decoding<'a> {
    path: &'a Path,
    kind: Kind,
    reader: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    params: AudioCodecParameters,
    track: u32,
    tracks: u16,
    time_base: TimeBase,
    channels: u16,
    rate: u32,
    pieces: Vec<Piece>,
    declared: Option<u64>,
}

impl<'a> Decoding<'a> {
    fn new(path: &'a Path, number: u16, source: Source) -> Result<Self> {
        let Source { media, kind, mut declared, movie } = source;
        let stream = MediaSourceStream::new(media, MediaSourceStreamOptions::default());
        let (format, meta) = (FormatOptions::default(), MetadataOptions::default());
        let reader = symphonia::default::get_probe()
            .probe(&Hint::new(), stream, format, meta)
            .map_err(|fault| unreadable(path, fault))?;
        let wanted = movie.as_ref().and_then(|movie| movie.audio.get(usize::from(number)));
        let track = match wanted {
            Some(wanted) => reader.tracks().iter().find(|track| track.id == wanted.id),
            None => reader.tracks().iter().filter(is_audio).nth(usize::from(number)),
        };
        let tracks = reader.tracks().iter().filter(is_audio).count();
        let tracks = movie.as_ref().map_or(tracks, |movie| movie.audio.len());
        if usize::from(number) >= tracks.max(1) {
            return Err(no_such_track(path, number, tracks));
        }
        let Some((track, CodecParameters::Audio(params))) =
            track.and_then(|track| Some((track, track.codec_params.clone()?)))
        else {
            return Err(refuse(path, "its sound is of a kind that is not read", CONVERT));
        };
        let decoder = make_decoder(&params).map_err(|_| unknown_codec(path, &params))?;
        let known = decoder.codec_params();
        let rate = check_rate(path, known.sample_rate.unwrap_or(0))?;
        let channels = known.channels.as_ref().map_or(0, Channels::count);
        let channels = check_channels(path, channels)?;
        let mut pieces = vec![Piece::ALL];
        if let (Some(movie), Some(wanted)) = (&movie, wanted) {
            (pieces, declared) = movie.pieces(wanted, rate);
        } else if kind == Kind::Flac {
            declared = track.num_frames.filter(|&frames| frames > 0);
        }
        let time_base = track.time_base.or_else(|| TimeBase::try_new(1, rate));
        let (track, tracks) = (track.id, u16::try_from(tracks).unwrap_or(u16::MAX));
        let Some(time_base) = time_base else {
            return Err(refuse(path, "it has no clock", COPY_AGAIN));
        };
        Ok(Self {
            path,
            kind,
            reader,
            decoder,
            params,
            track,
            tracks,
            time_base,
            channels,
            rate,
            pieces,
            declared,
        })
    }

    fn run(
        mut self,
        into: &mut dyn TakeSound,
        progress: &dyn Progress,
        cancel: &dyn Cancel,
    ) -> Result<SoundFacts> {
        let declared = self.declared.map(|frames| ms_of_frames(frames, u64::from(self.rate)));
        progress.begin(Stage::Decode, declared);
        into.channels(self.channels)?;
        let resampler = Resampler::new(self.rate, usize::from(self.channels), into);
        let resampler = resampler
            .ok_or_else(|| refuse(self.path, "its sample rate cannot be converted", CONVERT))?;
        let pieces = std::mem::take(&mut self.pieces);
        let mut placer = Placer::new(self.rate, pieces, resampler);
        let mut planes: Vec<Vec<f32>> = Vec::new();
        let (mut told, mut decoded) = (Ms::ZERO, false);
        while let Some(packet) = self.next_packet()? {
            if cancel.cancelled() {
                return Err(Error::Cancelled);
            }
            let (start, frames) = self.frames(&packet);
            let absurd = if self.decode(&packet, &mut planes) {
                decoded = true;
                placer.sound(start, &planes)?
            } else {
                placer.damage(start, frames)?
            };
            if let Some(absurd) = absurd {
                return Err(refuse(self.path, absurd.sentence(), COPY_AGAIN));
            }
            let done = placer.time();
            if done.since(told) >= TELL_EVERY {
                progress.advance(Stage::Decode, done.since(told));
                told = done;
            }
            if placer.complete() {
                break;
            }
        }
        if !decoded {
            return Err(refuse(self.path, "no sound in it can be decoded", COPY_AGAIN));
        }
        let duration = placer.time();
        let damaged = placer.finish()?;
        progress.advance(Stage::Decode, duration.since(told));
        Ok(SoundFacts {
            duration,
            channels: self.channels,
            sample_rate: self.rate,
            container: self.kind.name().to_owned(),
            codec: self.decoder.codec_info().short_name.to_owned(),
            tracks: self.tracks,
            decoded_by: Decoder::Symphonia,
            recorded: None,
            damaged,
            declared,
        })
    }

    /// The next packet of the track, or `None` at the end of the recording or of the file.
    fn next_packet(&mut self) -> Result<Option<Packet>> {
        loop {
            match self.reader.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track => return Ok(Some(packet)),
                Ok(Some(_)) => {}
                Err(Fault::IoError(source)) if source.kind() != io::ErrorKind::UnexpectedEof => {
                    return Err(Error::ReadFile { path: self.path.to_owned(), source });
                }
                // The stream changes its form: start the decoder anew, if the track is still there.
                Err(Fault::ResetRequired) => {
                    let same = |track: &&symphonia::core::formats::Track| track.id == self.track;
                    let params = self.reader.tracks().iter().find(same);
                    match params.and_then(|track| track.codec_params.clone()) {
                        Some(CodecParameters::Audio(params)) => self.params = params,
                        _ => return Ok(None),
                    }
                    if !self.rebuild() {
                        return Ok(None);
                    }
                }
                // The end; or the file ends early, or its structure is lost and what follows cannot
                // be found. The shortfall shows against the declared length.
                Ok(None) | Err(_) => return Ok(None),
            }
        }
    }

    /// Decodes a packet into one vector a channel; false where it is damaged.
    fn decode(&mut self, packet: &Packet, planes: &mut Vec<Vec<f32>>) -> bool {
        let reset = match self.decoder.decode(packet) {
            Ok(sound) => {
                let (frames, spec) = (sound.frames(), sound.spec());
                let fits = spec.rate() == self.rate
                    && spec.channels().count() == usize::from(self.channels)
                    && (1..=MOST_FRAMES).contains(&frames);
                if fits {
                    sound.copy_to_vecs_planar(planes);
                }
                return fits;
            }
            Err(fault) => matches!(fault, Fault::ResetRequired),
        };
        if reset {
            self.rebuild();
        }
        false
    }

    fn rebuild(&mut self) -> bool {
        make_decoder(&self.params).map(|decoder| self.decoder = decoder).is_ok()
    }

    /// Where a packet starts on the media clock and how long it lasts, in frames.
    fn frames(&self, packet: &Packet) -> (i64, u64) {
        let (ticks, rate) = (i128::from(self.time_base.numer.get()), i128::from(self.rate));
        let denominator = i128::from(self.time_base.denom.get());
        let frames = |units: i128| (units * ticks * rate + denominator / 2).div_euclid(denominator);
        let start = frames(i128::from(packet.pts.get()));
        let start = i64::try_from(start).unwrap_or(if start < 0 { i64::MIN } else { i64::MAX });
        let length = u64::try_from(frames(i128::from(packet.dur.get()))).unwrap_or(u64::MAX);
        (start, length)
    }
}

fn is_audio(track: &&symphonia::core::formats::Track) -> bool {
    matches!(track.codec_params, Some(CodecParameters::Audio(_)))
}

fn no_such_track(path: &Path, track: u16, tracks: usize) -> Error {
    let wrong = format!("it has {tracks} audio track(s), so there is no track {}", track + 1);
    refuse(path, wrong, "choose a track it has")
}

fn make_decoder(params: &AudioCodecParameters) -> Result<Box<dyn AudioDecoder>, Fault> {
    symphonia::default::get_codecs().make_audio_decoder(params, &AudioDecoderOptions::default())
}

fn unknown_codec(path: &Path, params: &AudioCodecParameters) -> Error {
    let name = match params.codec {
        CODEC_ID_AAC => "AAC of this kind (HE-AAC, or more than two channels)",
        CODEC_ID_ALAC => "ALAC (Apple Lossless)",
        _ => "sound coded this way",
    };
    sniff::not_read(path, name)
}

fn unreadable(path: &Path, fault: Fault) -> Error {
    match fault {
        Fault::IoError(source) if source.kind() != io::ErrorKind::UnexpectedEof => {
            Error::ReadFile { path: path.to_owned(), source }
        }
        Fault::IoError(_) => refuse(path, "the file ends inside its header", COPY_AGAIN),
        Fault::Unsupported(what) => {
            refuse(path, format!("it is of a kind that is not read ({what})"), CONVERT)
        }
        Fault::DecodeError(what) | Fault::LimitError(what) => {
            refuse(path, format!("its header is damaged ({what})"), COPY_AGAIN)
        }
        _ => refuse(path, "its header is damaged", COPY_AGAIN),
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Flac => "flac",
            Self::Mp4 => "mp4",
        }
    }
}

impl Absurd {
    fn sentence(self) -> &'static str {
        match self {
            Self::Gap => "its time stamps jump by more than an hour",
            Self::Length => "it claims to last more than 24 hours",
        }
    }
}
