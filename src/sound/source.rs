//! A file made ready for Symphonia, with what its container hides from it.
//!
//! In: a recognised file and the number of an audio track. Out: the bytes to read, the lengths and
//! dates the container keeps; or that the sound in it is for ffmpeg.

use std::io::{Seek, SeekFrom};
use std::path::Path;

use symphonia::core::io::MediaSource;

use super::patched::Patched;
use super::sniff::{CHOOSE, COPY_AGAIN, Kind, Opened, refuse};
use super::{cut, id3, matroska, mp4, wav};
use crate::error::{Error, Result};
use crate::session::Ms;

/// Rates read, samples a second: from telephone lines' quarter to studio masters.
const RATES: std::ops::RangeInclusive<u32> = 2_000..=768_000;
/// The most channels a recording may have: a stage box of eight microphones.
pub const MAX_CHANNELS: u16 = 8;
/// How the streams of Ogg that Symphonia knows begin.
const OGG_CODECS: [&[u8]; 3] = [b"\x01vorbis", b"OpusHead", b"\x7fFLAC"];
/// How far into an MP3 the tag is looked for that says how long it is: behind the first frame's head
/// and side information.
const LENGTH_TAG_WITHIN: usize = 200;

/// A file made ready for Symphonia.
pub(super) struct Source {
    pub(super) media: Box<dyn MediaSource>,
    pub(super) kind: Kind,
    /// When it was recorded, as far as the container's own fields say.
    pub(super) recorded: Option<String>,
    /// When it begins, where they say so to better than a second.
    pub(super) started: Option<Ms>,
    pub(super) hidden: Hidden,
}

/// What a container keeps that Symphonia does not tell.
pub(super) enum Hidden {
    /// Nothing.
    Nothing,
    /// Frames by the header of a WAV, an AIFF or a CAF.
    Declared(Option<u64>),
    /// Whether an MP3 says how long it is; Symphonia guesses where it does not.
    LengthTag(bool),
    /// An MP4's index.
    Movie(mp4::Movie),
    /// A Matroska file's.
    Segment(matroska::Segment),
}

/// Why Symphonia does not get a file.
pub(super) enum NotOurs {
    /// It is no recording to decode.
    Refused(Error),
    /// It holds sound of this name, which ffmpeg may decode.
    Other(String),
}

impl From<Error> for NotOurs {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl Source {
    /// Reads what the container of an opened file says about audio track `track`, from 0.
    pub(super) fn new(path: &Path, track: u16, opened: Opened) -> Result<Self, NotOurs> {
        let unread = |source| Error::ReadFile { path: path.to_owned(), source };
        let Opened { mut file, kind, start, head } = opened;
        let end = file.seek(SeekFrom::End(0)).map_err(unread)?;
        let recorded = if start > 0 { id3::recorded(&mut file).unwrap_or(None) } else { None };
        let part = |file| Box::new(Patched::part(file, Vec::new(), start, end));
        Ok(match kind {
            Kind::Other(other) => return Err(NotOurs::Other(other.name.to_owned())),
            // Symphonia gives up on an Ogg in which it knows no stream.
            Kind::Ogg if !OGG_CODECS.iter().any(|codec| has(&head, codec)) => {
                let speex = has(&head, b"Speex   ");
                let name = if speex { "Speex" } else { "sound coded this way" };
                return Err(NotOurs::Other(name.to_owned()));
            }
            Kind::Aiff | Kind::Caf => {
                let read = if kind == Kind::Aiff { cut::aiff } else { cut::caf };
                let sizes = read(&mut file, start, end.saturating_sub(start)).map_err(unread)?;
                let media = Box::new(Patched::part(file, sizes.patches, start, end));
                Self {
                    media,
                    kind,
                    recorded,
                    started: None,
                    hidden: Hidden::Declared(sizes.declared),
                }
            }
            Kind::Flac | Kind::Adts | Kind::Ogg => {
                Self { media: part(file), kind, recorded, started: None, hidden: Hidden::Nothing }
            }
            Kind::Mp3 => {
                let early = &head[..head.len().min(LENGTH_TAG_WITHIN)];
                let tagged = [b"Xing", b"Info", b"VBRI"].iter().any(|tag| has(early, *tag));
                Self {
                    media: part(file),
                    kind,
                    recorded,
                    started: None,
                    hidden: Hidden::LengthTag(tagged),
                }
            }
            Kind::Wav => {
                let wav = wav::open(file).map_err(|no_sound| match no_sound {
                    wav::NoSound::Io(source) => unread(source),
                    wav::NoSound::Wrong(wrong) => {
                        refuse(path, format!("the WAV header is damaged ({wrong})"), COPY_AGAIN)
                    }
                })?;
                check_channels(path, usize::from(wav.channels))?;
                check_rate(path, wav.rate)?;
                let hidden = Hidden::Declared(wav.declared);
                let (recorded, started) = (wav.recorded, wav.started);
                Self { media: Box::new(wav.source), kind, recorded, started, hidden }
            }
            Kind::Matroska => {
                let segment = matroska::read(&mut file).map_err(unread)?;
                let (recorded, started) = (segment.recorded.clone(), segment.started);
                let hidden = Hidden::Segment(segment);
                Self { media: part(file), kind, recorded, started, hidden }
            }
            Kind::Mp4 => {
                let movie = movie(path, track, &mut file)?;
                // Size 0 means "to the end of the file".
                let patches = movie.cut_box.map(|start| (start, [0; 4])).into_iter().collect();
                let media = Box::new(Patched::new(file, patches, end));
                let recorded = movie.recorded.clone();
                Self { media, kind, recorded, started: None, hidden: Hidden::Movie(movie) }
            }
        })
    }
}

fn has(data: &[u8], word: &[u8]) -> bool {
    data.windows(word.len()).any(|window| window == word)
}

fn movie(path: &Path, track: u16, file: &mut std::fs::File) -> Result<mp4::Movie, NotOurs> {
    let movie = mp4::read(file).map_err(|no_movie| match no_movie {
        mp4::NoMovie::Io(source) => Error::ReadFile { path: path.to_owned(), source },
        mp4::NoMovie::Missing => refuse(
            path,
            "the recording was not finished or is cut off: its index (moov) is missing",
            COPY_AGAIN,
        ),
        mp4::NoMovie::TooLarge => refuse(path, "its index (moov) is absurdly large", CHOOSE),
    })?;
    match movie.audio.get(usize::from(track)) {
        None => Err(no_track(path, track, movie.audio.len(), movie.video).into()),
        Some(audio) => check_mp4_codec(path, audio.codec).map(|()| movie),
    }
}

/// The error for a track that is not there.
pub(super) fn no_track(path: &Path, track: u16, tracks: usize, video: bool) -> Error {
    match tracks {
        0 if video => refuse(path, "this is a video without sound", CHOOSE),
        0 => refuse(path, "it has no sound in it", CHOOSE),
        1 => refuse(path, "it has one audio track only", "leave the number of the track out"),
        _ => {
            let wrong =
                format!("it has {tracks} audio tracks, and no track {}", u32::from(track) + 1);
            refuse(path, wrong, "choose a track it has")
        }
    }
}

/// Tells what Symphonia decodes in an MP4 from what it does not, and from what nobody may.
fn check_mp4_codec(path: &Path, codec: [u8; 4]) -> Result<(), NotOurs> {
    let name = match &codec {
        b"drms" | b"enca" => {
            return Err(NotOurs::Refused(refuse(
                path,
                "its sound is encrypted (DRM)",
                "play it in the program it was bought for, or choose a recording of your own",
            )));
        }
        b"mp4a" | b"alac" | b"Opus" | b"fLaC" | b".mp3" | b"lpcm" | b"ipcm" | b"fpcm" | b"sowt"
        | b"twos" | b"raw " | b"in24" | b"in32" | b"fl32" | b"fl64" | b"alaw" | b"ulaw" => {
            return Ok(());
        }
        b"samr" | b"sawb" => "AMR",
        b"ac-3" | b"ec-3" | b"ac-4" => "Dolby sound",
        _ => "sound coded this way",
    };
    Err(NotOurs::Other(name.to_owned()))
}

/// The number of channels, where it is one this room handles.
pub(super) fn check_channels(path: &Path, channels: usize) -> Result<u16> {
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

/// The rate, where it is one this room handles.
pub(super) fn check_rate(path: &Path, rate: u32) -> Result<u32> {
    if RATES.contains(&rate) {
        return Ok(rate);
    }
    Err(refuse(path, format!("it says it has {rate} samples a second"), COPY_AGAIN))
}
