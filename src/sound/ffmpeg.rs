//! Sound that is not decoded here, by way of the ffmpeg that is installed on this machine.
//!
//! In: a path, what kind of file it is, the number of an audio track. Out: samples to a
//! [`TakeSound`], and the [`SoundFacts`]. `ffprobe` says what is in the file; `ffmpeg` decodes it to
//! 16 kHz, which comes over a pipe.
//!
//! Neither may open anything but this file: the demuxer is named by what the file's first bytes say,
//! so no playlist is followed, and of the protocols only files and pipes are left. What they write
//! to their standard error may hold a recording's metadata, and is not read. They are ended when
//! this stops listening, when they stand still, and with this process where it asks the system for
//! that (limits on memory and time are inherited likewise).

use std::ffi::OsString;
use std::io::{self, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::dates;
use super::facts::{Decoder, SoundFacts};
use super::place::LONGEST_S;
use super::sniff::{CONVERT, COPY_AGAIN, Kind, refuse};
use super::source::{check_channels, check_rate, no_track};
use super::work::{SAMPLE_RATE, TakeSound, ms_of_samples};
use crate::error::{Error, Result};
use crate::progress::{Cancel, Progress, Stage};
use crate::session::Ms;

/// Read at a time from the pipe, bytes.
const PIECE: usize = 1 << 16;
/// Pieces that wait between the thread that reads and the one that writes.
const WAITING: usize = 4;
/// How often a wait looks whether it is to stop.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// A program that gives nothing for so long stands still: even at the speed of a slow disk a piece
/// is 2 s of sound.
const STANDS_STILL: Duration = Duration::from_mins(1);
/// The most that ffprobe may say.
const LONGEST_ANSWER: usize = 4 << 20;
/// What to do where there is no ffmpeg.
const INSTALL: &str = "install ffmpeg (Debian and Ubuntu: apt install ffmpeg; macOS: brew install \
    ffmpeg; Windows: winget install ffmpeg), or convert the recording to WAV, FLAC or M4A elsewhere";
/// Containers whose header says how long the recording is; for others ffprobe guesses by size.
const DECLARE: [&str; 12] =
    ["asf", "mp4", "matroska", "ogg", "wav", "w64", "aiff", "caf", "avi", "wv", "ape", "tta"];

/// What ffprobe says, as far as it is used.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Answer {
    streams: Vec<Stream>,
    format: Format,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Stream {
    codec_type: String,
    codec_name: String,
    channels: usize,
    sample_rate: String,
    duration: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Format {
    start_time: Option<String>,
    duration: Option<String>,
    tags: Tags,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Tags {
    creation_time: Option<String>,
    date: Option<String>,
}

/// Decodes audio track `track` (from 0) of `path`, a file of `kind` that holds sound of `name`.
///
/// # Errors
/// As [`decode`](super::decode()); [`Error::Decode`] where ffmpeg is not installed or cannot either.
pub(super) fn decode(
    path: &Path,
    kind: Kind,
    name: &str,
    track: u16,
    into: &mut dyn TakeSound,
    progress: &dyn Progress,
    cancel: &dyn Cancel,
) -> Result<SoundFacts> {
    let file = File { path, kind, name };
    let answer = file.ask(cancel)?;
    let audio: Vec<&Stream> = answer.streams.iter().filter(|s| s.codec_type == "audio").collect();
    let video = answer.streams.iter().any(|stream| stream.codec_type == "video");
    let Some(stream) = audio.get(usize::from(track)) else {
        return Err(no_track(path, track, audio.len(), video));
    };
    let channels = check_channels(path, stream.channels)?;
    let rate = check_rate(path, stream.sample_rate.parse().unwrap_or(0))?;
    // The length of the file is that of its longest stream, which may be the picture.
    let whole = answer.format.duration.as_ref().filter(|_| !video);
    let declared = stream.duration.as_ref().or(whole).and_then(|seconds| ms(seconds));
    let declared = declared.filter(|_| DECLARE.contains(&kind.demuxer()));
    progress.begin(Stage::Decode, declared);
    into.channels(channels)?;
    // ffmpeg moves a file that starts before 0, by the codec's delay, to start at 0; that is the
    // delay back again.
    let early = answer.format.start_time.as_ref().is_some_and(|start| start.starts_with('-'));
    let samples = file.samples(track, channels, early, into, progress, cancel)?;
    if samples == 0 {
        return Err(refuse(path, "no sound in it can be decoded", COPY_AGAIN));
    }
    let tags = &answer.format.tags;
    let date = tags.creation_time.as_deref().and_then(dates::text);
    Ok(SoundFacts {
        duration: ms_of_samples(samples),
        channels,
        sample_rate: rate,
        container: kind.name().to_owned(),
        codec: stream.codec_name.clone(),
        tracks: u16::try_from(audio.len()).unwrap_or(u16::MAX),
        decoded_by: Decoder::Ffmpeg,
        recorded: date.or_else(|| tags.date.as_deref().and_then(dates::text)),
        started: None,
        damaged: Vec::new(),
        declared,
    })
}

fn ms(seconds: &str) -> Option<Ms> {
    let (whole, part) = seconds.split_once('.').unwrap_or((seconds, ""));
    let whole: u64 = whole.parse().ok()?;
    let part: String = part.chars().chain("000".chars()).take(3).collect();
    Some(Ms(whole.checked_mul(1000)?.checked_add(part.parse().ok()?)?))
}

struct File<'a> {
    path: &'a Path,
    kind: Kind,
    name: &'a str,
}

impl File<'_> {
    /// The program, told to open this file and nothing else.
    fn command(&self, program: &str) -> Result<Command> {
        let mut command = Command::new(program);
        // `file:` in front of a whole path: whatever the file is called, it is no option and no
        // address.
        let whole = std::path::absolute(self.path);
        let whole =
            whole.map_err(|source| Error::ReadFile { path: self.path.to_owned(), source })?;
        let mut name = OsString::from("file:");
        name.push(whole);
        command.args(["-hide_banner", "-loglevel", "quiet", "-protocol_whitelist", "file,pipe"]);
        command.args(["-f", self.kind.demuxer(), "-i"]).arg(name);
        // A report of its own would be written beside the recording, with what is in it.
        command.env_remove("FFREPORT").stdin(Stdio::null()).stderr(Stdio::null());
        Ok(command)
    }

    /// What is in the file.
    fn ask(&self, cancel: &dyn Cancel) -> Result<Answer> {
        let entries = "stream=codec_type,codec_name,channels,sample_rate,duration\
            :format=start_time,duration:format_tags=creation_time,date";
        let mut command = self.command("ffprobe")?;
        command.args(["-show_entries", entries, "-of", "json"]);
        let mut running = self.start(command)?;
        let mut answer = Vec::new();
        while let Some(piece) = self.next(&mut running, cancel)? {
            answer.extend(piece);
            if answer.len() > LONGEST_ANSWER {
                break;
            }
        }
        let answer: Option<Answer> = serde_json::from_slice(&answer).ok();
        let answer = answer.filter(|answer| !answer.streams.is_empty());
        answer.ok_or_else(|| {
            let wrong = format!("{} in it is damaged, or ffmpeg cannot read it", self.name);
            refuse(self.path, wrong, COPY_AGAIN)
        })
    }

    /// Decodes; gives how many samples a channel there were.
    fn samples(
        &self,
        track: u16,
        channels: u16,
        early: bool,
        into: &mut dyn TakeSound,
        progress: &dyn Progress,
        cancel: &dyn Cancel,
    ) -> Result<u64> {
        let (map, count) = (format!("0:a:{track}"), channels.to_string());
        // Silence up to a late start, and where time stamps leave a gap.
        let filter = format!("aresample={SAMPLE_RATE}:async=1:first_pts=0");
        let mut command = self.command("ffmpeg")?;
        command.args(early.then_some("-copyts")).args([
            "-nostdin",
            "-map",
            &map,
            "-vn",
            "-sn",
            "-dn",
            "-map_metadata",
            "-1",
        ]);
        command.args([
            "-af",
            &filter,
            "-ac",
            &count,
            "-threads",
            "1",
            "-filter_threads",
            "1",
            "-f",
            "s16le",
            "pipe:1",
        ]);
        let mut running = self.start(command)?;
        let frame = 2 * usize::from(channels);
        let (mut rest, mut samples, mut told) = (Vec::new(), 0_u64, Ms::ZERO);
        let mut plane = Vec::new();
        while let Some(piece) = self.next(&mut running, cancel)? {
            rest.extend(piece);
            let count = rest.len() / frame;
            for channel in 0..channels {
                let at = 2 * usize::from(channel);
                plane.clear();
                plane.extend(
                    rest.chunks_exact(frame).map(|f| i16::from_le_bytes([f[at], f[at + 1]])),
                );
                into.append(channel, &plane)?;
            }
            rest.drain(..count * frame);
            samples += count as u64;
            if samples > LONGEST_S * u64::from(SAMPLE_RATE) {
                return Err(refuse(self.path, "it lasts more than 24 hours", COPY_AGAIN));
            }
            let done = ms_of_samples(samples);
            progress.advance(Stage::Decode, done.since(told));
            told = done;
        }
        Ok(samples)
    }

    fn start(&self, mut command: Command) -> Result<Running> {
        let spawned = command.stdout(Stdio::piped()).spawn();
        let mut child = spawned.map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound {
                let wrong = format!(
                    "{} is read with the help of ffmpeg, which is not installed",
                    self.name
                );
                refuse(self.path, wrong, INSTALL)
            } else {
                refuse(self.path, format!("ffmpeg cannot be started ({error})"), INSTALL)
            }
        })?;
        let (sender, pieces) = sync_channel(WAITING);
        if let Some(mut pipe) = child.stdout.take() {
            // Ends with the pipe, or when nobody listens any more.
            std::thread::spawn(move || {
                let mut piece = vec![0; PIECE];
                while let Ok(count @ 1..) = pipe.read(&mut piece) {
                    if sender.send(piece[..count].to_vec()).is_err() {
                        break;
                    }
                }
            });
        }
        Ok(Running { child, pieces, heard: Instant::now() })
    }

    /// The next bytes a program gives; `None` at their end.
    fn next(&self, running: &mut Running, cancel: &dyn Cancel) -> Result<Option<Vec<u8>>> {
        loop {
            if cancel.cancelled() {
                return Err(Error::Cancelled);
            }
            match running.pieces.recv_timeout(LOOK_EVERY) {
                Ok(piece) => {
                    running.heard = Instant::now();
                    return Ok(Some(piece));
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) if running.heard.elapsed() > STANDS_STILL => {
                    let wrong = format!("ffmpeg stands still on {} in it", self.name);
                    return Err(refuse(self.path, wrong, CONVERT));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

/// A program at work; dropped, it is ended.
struct Running {
    child: Child,
    pieces: Receiver<Vec<u8>>,
    /// When it last gave something.
    heard: Instant,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; either way its remains are collected.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_as_text_are_milliseconds() {
        for (text, expected) in [
            ("5.300000", Some(5300)),
            ("12", Some(12_000)),
            ("0.05", Some(50)),
            ("N/A", None),
            ("-1.0", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(ms(text), expected.map(Ms), "{text}");
        }
    }
}
