//! The packets of one track, decoded and laid out: the way through Symphonia.
//!
//! What is damaged is silence of its length, never dropped, so that no later time moves. An error of
//! the disk is an error, never the end of the recording; the end of the *file* before the end of the
//! *recording* is kept as a shortfall ([`SoundFacts::missing`]).

use std::io;
use std::path::Path;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_AAC;
use symphonia::core::errors::Error as Fault;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::{MetadataOptions, RawValue};
use symphonia::core::packet::Packet;
use symphonia::core::units::TimeBase;

use super::aac;
use super::dates;
use super::engine::{Decoded, Engine};
use super::facts::{Decoder, SoundFacts};
use super::place::{Absurd, Piece, Placer, ms_of_frames};
use super::resample::Resampler;
use super::sniff::{CONVERT, COPY_AGAIN, Kind, refuse};
use super::source::{Hidden, NotOurs, Source, check_channels, check_rate, no_track};
use super::work::TakeSound;
use crate::error::{Error, Result};
use crate::progress::{Cancel, Progress, Stage};
use crate::session::Ms;

/// Progress is told each time this much more is done.
const TELL_EVERY: Ms = Ms(1000);
/// Packets that may lie behind the end an MP3's header tells, before the header is not believed:
/// the encoder's padding is less than two.
const MOST_PADDING: u32 = 3;

/// A recording being decoded.
pub(super) struct Decoding<'a> {
    path: &'a Path,
    kind: Kind,
    reader: Box<dyn FormatReader>,
    engine: Engine,
    hidden: Hidden,
    /// Symphonia's number of the track, and its number among the audio tracks.
    track: u32,
    number: u16,
    tracks: u16,
    time_base: TimeBase,
    channels: u16,
    pieces: Vec<Piece>,
    /// Where the recording begins on the reader's clock, in frames.
    begin: i64,
    /// Where it ends by its header, in frames, and how many packets have come behind that.
    end: Option<(u64, u32)>,
    declared: Option<u64>,
    recorded: Option<String>,
    started: Option<Ms>,
}

impl<'a> Decoding<'a> {
    /// Finds audio track `number` and a decoder for it.
    pub(super) fn new(path: &'a Path, number: u16, source: Source) -> Result<Self, NotOurs> {
        let Source { media, kind, recorded, started, hidden } = source;
        let stream = MediaSourceStream::new(media, MediaSourceStreamOptions::default());
        let (format, meta) = (FormatOptions::default(), MetadataOptions::default());
        let reader = symphonia::default::get_probe()
            .probe(&Hint::new(), stream, format, meta)
            .map_err(|fault| unreadable(path, kind, fault))?;
        let (track, tracks) = find(path, number, &*reader, &hidden)?;
        let Some(CodecParameters::Audio(params)) = &track.codec_params else {
            return Err(NotOurs::Other("sound coded this way".to_owned()));
        };
        let engine = Engine::new(params).ok_or_else(|| unknown_codec(params))?;
        if params.codec == CODEC_ID_AAC
            && let Some(config) = &params.extra_data
        {
            let container = match &hidden {
                Hidden::Movie(movie) => movie.audio.get(usize::from(number)).map(|a| a.timescale),
                _ => None,
            };
            if aac::has_sbr(config, engine.rate, container) {
                return Err(NotOurs::Other("HE-AAC".to_owned()));
            }
        }
        check_rate(path, engine.rate)?;
        let channels = check_channels(path, engine.channels)?;
        let time_base = track.time_base.or_else(|| TimeBase::try_new(1, engine.rate));
        let time_base = time_base.ok_or_else(|| refuse(path, "it has no clock", COPY_AGAIN))?;
        let (track, start) = (track.clone(), track.start_ts.get());
        let mut decoding = Self {
            path,
            kind,
            reader,
            engine,
            hidden,
            track: track.id,
            number,
            tracks: u16::try_from(tracks).unwrap_or(u16::MAX),
            time_base,
            channels,
            pieces: vec![Piece::ALL],
            begin: 0,
            end: None,
            declared: None,
            recorded,
            started,
        };
        decoding.honour(&track, start);
        Ok(decoding)
    }

    /// Takes over what the container says about where the recording begins and ends.
    fn honour(&mut self, track: &Track, start: i64) {
        let told = track.num_frames.filter(|&frames| frames > 0);
        let clock = self.engine.clock;
        match (&self.hidden, self.kind) {
            (Hidden::Declared(frames), Kind::Caf) => {
                self.declared = frames.or(told);
                self.end = told.map(|end| (end, 0));
            }
            (Hidden::Declared(frames), _) => self.declared = *frames,
            (Hidden::Movie(movie), _) => {
                if let Some(wanted) = movie.audio.get(usize::from(self.number)) {
                    (self.pieces, self.declared) = movie.pieces(wanted, clock);
                    // Edits are missing, or told in another rate than Opus counts in.
                    let silent = u64::try_from(self.engine.pre_skip()).unwrap_or(0);
                    if let Some(Piece::Media { start, .. }) = self.pieces.first_mut() {
                        *start = silent.max(*start);
                    }
                }
            }
            (Hidden::Segment(segment), _) => {
                // The length is that of the longest track, which may be the picture.
                let seconds = segment.seconds.filter(|_| segment.cut || !segment.video);
                self.declared = seconds.and_then(|seconds| frames_of(seconds, clock));
                // Symphonia takes off the delay the container tells; some writers tell it in
                // another rate than Opus counts in, and its own header is right.
                if self.engine.pre_skip() > 0 {
                    let told = frames_of(segment.delay(track.id), clock).unwrap_or(0);
                    self.begin = self.engine.pre_skip().saturating_sub_unsigned(told);
                }
            }
            (Hidden::LengthTag(true), _) => {
                self.declared = told;
                self.end = told.map(|end| (end, 0));
            }
            // In Ogg the last page says where the recording ends, and the first may begin late,
            // where it was cut out of a broadcast.
            (_, Kind::Ogg) => {
                self.begin = self.engine.pre_skip() + self.frames(start.max(0));
                let end = told.and_then(|end| i64::try_from(end).ok());
                let end = end.map(|end| self.frames(end).saturating_sub(self.begin));
                self.declared = end.and_then(|end| u64::try_from(end).ok());
            }
            (_, Kind::Flac) => self.declared = told,
            _ => {}
        }
        if matches!(self.kind, Kind::Flac | Kind::Ogg) {
            self.recorded = self.recorded.take().or_else(|| dated(&mut *self.reader));
        }
    }

    /// Decodes everything.
    pub(super) fn run(
        mut self,
        into: &mut dyn TakeSound,
        progress: &dyn Progress,
        cancel: &dyn Cancel,
    ) -> Result<SoundFacts> {
        let clock = self.engine.clock;
        let declared = self.declared.map(|frames| ms_of_frames(frames, u64::from(clock)));
        progress.begin(Stage::Decode, declared);
        into.channels(self.channels)?;
        let resampler = Resampler::new(clock, usize::from(self.channels), into);
        let resampler = resampler
            .ok_or_else(|| refuse(self.path, "its sample rate cannot be converted", CONVERT))?;
        let pieces = std::mem::take(&mut self.pieces);
        let mut placer = Placer::new(clock, pieces, resampler);
        let mut planes: Vec<Vec<f32>> = Vec::new();
        let (mut told, mut decoded, mut first) = (Ms::ZERO, false, true);
        let mut soundless = None;
        while let Some(packet) = self.next_packet(&placer)? {
            if cancel.cancelled() {
                return Err(Error::Cancelled);
            }
            if std::mem::take(&mut first) {
                self.note_lead(&packet);
            }
            let (mut start, length) = self.place(&packet);
            let result = self.engine.decode(&packet, &mut planes);
            let frames = match result {
                Decoded::Sound => planes.first().map_or(0, Vec::len) as u64,
                Decoded::Damaged => length,
            };
            // Vorbis' first packet has no sound of its own; Matroska counts from it all the same.
            if !decoded && self.engine.trims() && result == Decoded::Sound {
                match soundless {
                    None if frames == 0 => soundless = Some(start),
                    Some(first) if frames > 0 => {
                        self.begin = self.begin.saturating_add(start.saturating_sub(first));
                        start = first;
                    }
                    _ => {}
                }
            }
            let frames = frames - self.unheard(&packet, start, frames).min(frames);
            let absurd = match result {
                Decoded::Sound => {
                    let frames = usize::try_from(frames).unwrap_or(usize::MAX);
                    decoded |= frames > 0;
                    for plane in &mut planes {
                        plane.truncate(frames);
                    }
                    placer.sound(start, &planes)?
                }
                Decoded::Damaged => placer.damage(start, frames)?,
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
            sample_rate: self.engine.rate,
            container: self.container().to_owned(),
            codec: self.engine.name().to_owned(),
            tracks: self.tracks,
            decoded_by: Decoder::Symphonia,
            recorded: self.recorded,
            started: self.started,
            damaged,
            declared,
        })
    }

    fn container(&self) -> &'static str {
        match &self.hidden {
            Hidden::Segment(segment) if segment.webm => "webm",
            _ => self.kind.name(),
        }
    }

    /// A CAF of packets of changing size keeps the encoder's delay in a table; for packets of one
    /// size Symphonia counts from before 0.
    fn note_lead(&mut self, first: &Packet) {
        if self.kind == Kind::Caf && first.pts.get() >= 0 {
            let same = |track: &&Track| track.id == self.track;
            let delay = self.reader.tracks().iter().find(same).and_then(|track| track.delay);
            self.begin = i64::from(delay.unwrap_or(0));
        }
    }

    /// The next packet of the track, or `None` at the end of the recording or of the file.
    fn next_packet(&mut self, placer: &Placer<'_>) -> Result<Option<Packet>> {
        loop {
            match self.reader.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track => return Ok(Some(packet)),
                Ok(Some(_)) => {}
                Err(Fault::IoError(source)) if source.kind() != io::ErrorKind::UnexpectedEof => {
                    return Err(Error::ReadFile { path: self.path.to_owned(), source });
                }
                Err(Fault::ResetRequired) => {
                    if !self.follow(placer) {
                        return Ok(None);
                    }
                }
                // The end; or the file ends early, or its structure is lost and what follows cannot
                // be found. The shortfall shows against the declared length.
                Ok(None) | Err(_) => return Ok(None),
            }
        }
    }

    /// The stream starts anew, as where one Ogg is written behind another: goes on with the track of
    /// the same place. False where it cannot.
    fn follow(&mut self, placer: &Placer<'_>) -> bool {
        let audio = || self.reader.tracks().iter().filter(|track| is_audio(track));
        let same = audio().find(|track| track.id == self.track);
        let Some(track) = same.or_else(|| audio().nth(usize::from(self.number))) else {
            return false;
        };
        let (id, start) = (track.id, track.start_ts.get());
        let Some(CodecParameters::Audio(params)) = track.codec_params.clone() else { return false };
        if !self.engine.rebuild(Some(&params)) {
            return false;
        }
        self.track = id;
        let done = i64::try_from(placer.media()).unwrap_or(i64::MAX);
        self.begin = self.engine.pre_skip() + self.frames(start.max(0)) - done;
        true
    }

    /// Where a packet starts on the media clock and how long it lasts, in frames.
    fn place(&self, packet: &Packet) -> (i64, u64) {
        // A Vorbis decoder takes what is trimmed off the start off itself.
        let trimmed = if self.engine.trims() { packet.trim_start.get() } else { 0 };
        let trimmed = i64::try_from(trimmed).unwrap_or(i64::MAX);
        let start = self.frames(packet.pts.get().saturating_add(trimmed));
        let length = i64::try_from(packet.block_dur().get()).unwrap_or(i64::MAX);
        (start.saturating_sub(self.begin), u64::try_from(self.frames(length)).unwrap_or(0))
    }

    /// How many frames at the end of a packet are the encoder's padding.
    fn unheard(&mut self, packet: &Packet, start: i64, frames: u64) -> u64 {
        if let Some((end, behind)) = &mut self.end {
            let last = start.saturating_add_unsigned(frames);
            let over = u64::try_from(last.saturating_sub_unsigned(*end)).unwrap_or(0);
            *behind += u32::from(over >= frames && frames > 0);
            return if *behind > MOST_PADDING { 0 } else { over };
        }
        match (&self.hidden, self.kind) {
            (Hidden::Segment(segment), _) => {
                let seconds = segment.padding(packet.track_id, packet.pts.get());
                frames_of(seconds, self.engine.clock).unwrap_or(0)
            }
            // Vorbis' decoder has done it.
            (_, Kind::Ogg) if !self.engine.trims() => {
                let trim = i64::try_from(packet.trim_end.get()).unwrap_or(i64::MAX);
                u64::try_from(self.frames(trim)).unwrap_or(0)
            }
            _ => 0,
        }
    }

    /// Units of the container's clock as frames.
    fn frames(&self, units: i64) -> i64 {
        let ticks = i128::from(self.time_base.numer.get());
        let clock = i128::from(self.engine.clock);
        let denominator = i128::from(self.time_base.denom.get());
        let frames = (i128::from(units) * ticks * clock + denominator / 2).div_euclid(denominator);
        i64::try_from(frames).unwrap_or(if frames < 0 { i64::MIN } else { i64::MAX })
    }
}

/// Audio track `number`, and how many there are.
fn find<'r>(
    path: &Path,
    number: u16,
    reader: &'r dyn FormatReader,
    hidden: &Hidden,
) -> Result<(&'r Track, usize), NotOurs> {
    let audio = || reader.tracks().iter().filter(|track| is_audio(track));
    let (found, tracks) = match hidden {
        Hidden::Movie(movie) => {
            let wanted = movie.audio.get(usize::from(number));
            let same = |track: &&Track| wanted.is_some_and(|wanted| wanted.id == track.id);
            (reader.tracks().iter().find(same), movie.audio.len())
        }
        Hidden::Segment(segment) => {
            let wanted = segment.audio.get(usize::from(number));
            let same =
                |track: &&Track| wanted.is_some_and(|wanted| wanted.0 == u64::from(track.id));
            (reader.tracks().iter().find(same), segment.audio.len())
        }
        _ => (audio().nth(usize::from(number)), audio().count()),
    };
    if usize::from(number) < tracks {
        // It is there, but Symphonia does not know its codec.
        let unknown = || NotOurs::Other("sound coded this way".to_owned());
        return found.map(|track| (track, tracks)).ok_or_else(unknown);
    }
    let video = matches!(hidden, Hidden::Segment(segment) if segment.video);
    // Ogg's streams of other codecs are no tracks to Symphonia.
    if tracks == 0 && !video {
        return Err(NotOurs::Other("sound coded this way".to_owned()));
    }
    Err(no_track(path, number, tracks, video).into())
}

fn is_audio(track: &Track) -> bool {
    matches!(track.codec_params, Some(CodecParameters::Audio(_)))
}

/// The date in a Vorbis comment, as FLAC and Ogg have it.
fn dated(reader: &mut dyn FormatReader) -> Option<String> {
    let mut metadata = reader.metadata();
    let revision = metadata.skip_to_latest()?;
    let dates = revision.media.tags.iter().filter(|tag| tag.raw.key.eq_ignore_ascii_case("date"));
    dates.map(|tag| &tag.raw.value).find_map(|value| match value {
        RawValue::String(text) => dates::text(text),
        _ => None,
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to lie within a day"
)]
fn frames_of(seconds: f64, clock: u32) -> Option<u64> {
    let frames = (seconds * f64::from(clock)).round();
    (frames >= 0.0 && seconds <= 86_400.0).then_some(frames as u64)
}

fn unknown_codec(params: &AudioCodecParameters) -> NotOurs {
    use symphonia::core::codecs::audio::well_known as codec;
    NotOurs::Other(
        match params.codec {
            CODEC_ID_AAC => "AAC of this kind (HE-AAC, or more than two channels)",
            codec::CODEC_ID_AC3 | codec::CODEC_ID_EAC3 => "Dolby sound",
            codec::CODEC_ID_DCA => "DTS",
            _ => "sound coded this way",
        }
        .to_owned(),
    )
}

fn unreadable(path: &Path, kind: Kind, fault: Fault) -> NotOurs {
    NotOurs::Refused(match fault {
        Fault::IoError(source) if source.kind() != io::ErrorKind::UnexpectedEof => {
            Error::ReadFile { path: path.to_owned(), source }
        }
        Fault::IoError(_) => refuse(path, "the file ends inside its header", COPY_AGAIN),
        // Of a header of MPEG audio there is nothing that Symphonia does not know.
        Fault::Unsupported(_) if !matches!(kind, Kind::Mp3 | Kind::Adts) => {
            return NotOurs::Other("sound coded this way".to_owned());
        }
        Fault::DecodeError(what) | Fault::LimitError(what) => {
            refuse(path, format!("its header is damaged ({what})"), COPY_AGAIN)
        }
        _ => refuse(path, "its header is damaged", COPY_AGAIN),
    })
}

impl Absurd {
    fn sentence(self) -> &'static str {
        match self {
            Self::Gap => "its time stamps jump by more than an hour",
            Self::Length => "it claims to last more than 24 hours",
        }
    }
}
