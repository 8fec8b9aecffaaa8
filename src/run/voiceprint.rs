//! The coach's voiceprint: made from a recording of the coach alone, kept in one file, used to know
//! the coach among the speakers. `docs/voiceprint.md` says what it is and how well it does.
//!
//! It is biometric data of the coach. Nothing is made of a coachee's voice that outlives the run, and
//! results hold how like a voice is to the print, never the print.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};

use super::listen::Listened;
use super::takes::Takes;
use super::{CoachChoice, Engines, Job};
use crate::error::{Error, Result};
use crate::progress::{Cancel, Progress};
use crate::results;
use crate::session::{Ms, Span};
use crate::sound::{DetectVoice, Silero, WorkCopy, frame_levels};
use crate::speakers::{
    Channel, Diarise, EMBEDDING, Mixed, VoiceClusters, VoiceEncoder, likeness, voice,
};

/// Kind and version of the file.
const SCHEMA: &str = "openfloor.voiceprint/1";

/// Changes whenever the same voices can be found otherwise like a print.
pub(super) const VERSION: u32 = 1;

/// Less speech than this is not enough to know a voice again by (`docs/voiceprint.md`).
const LEAST_SPEECH: Ms = Ms(20_000);

/// From this likeness on a voice may be the coach's: one in a hundred of other people's is more like.
/// It must be ahead of every other by so much. `docs/voiceprint.md`.
const LEAST_LIKENESS: f64 = 0.80;
const LEAST_AHEAD: f64 = 0.05;

/// Two parts of one recording that are less like than this are two voices: the halves that one voice
/// falls into are 0.87 alike and more, two people's 0.81 or less but in a telephone's band
/// (`docs/decisions/0005-one-channel.md`).
const LEAST_ONE_VOICE: f64 = 0.85;

/// A voice that is heard for less than this by itself is not compared.
const LEAST_HEARD: Ms = Ms(6_400);

/// A voice that was enrolled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Voiceprint {
    schema: String,
    /// Day on which it was made.
    pub made: String,
    /// Speech it was made from.
    pub speech_ms: Ms,
    /// SHA-256 of the network that made it: another's numbers mean something else.
    encoder: String,
    voice: Vec<f32>,
}

/// Where the coach's own voiceprint is kept: `OPENFLOOR_VOICEPRINT`, else a file in the user's data
/// folder.
#[must_use]
pub fn own_file() -> Option<PathBuf> {
    match env::var_os("OPENFLOOR_VOICEPRINT") {
        Some(file) => Some(PathBuf::from(file)).filter(|file| !file.as_os_str().is_empty()),
        None => etcetera::choose_base_strategy()
            .ok()
            .map(|base| base.data_dir().join("openfloor").join("voiceprint.json")),
    }
}

/// Reads a voiceprint; `None` where there is no such file.
///
/// # Errors
/// It cannot be read, or is none.
pub fn read(file: &Path) -> Result<Option<Voiceprint>> {
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::ReadFile { path: file.to_owned(), source }),
    };
    let print = serde_json::from_slice::<Voiceprint>(&bytes).ok();
    let print = print.filter(|print| print.schema == SCHEMA && print.voice.len() == EMBEDDING);
    print.map(Some).ok_or_else(|| Error::ReadResult {
        path: file.to_owned(),
        wrong: "this is not a voiceprint of openfloor, or it is damaged".into(),
        remedy:
            "make it again with openfloor enroll, or take it away with openfloor enroll --forget"
                .into(),
    })
}

/// Keeps a voiceprint in a file that only its owner may read.
///
/// # Errors
/// The disk does not take it.
pub fn keep(file: &Path, print: &Voiceprint) -> Result<()> {
    let failed = |source| Error::WriteResult { path: file.to_owned(), source };
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        results::private_folder(folder).map_err(failed)?;
    }
    results::write_private(file, |into| serde_json::to_writer(into, print).map_err(io::Error::from))
        .map_err(failed)
}

/// Deletes a voiceprint; whether there was one.
///
/// # Errors
/// It cannot be deleted.
pub fn forget(file: &Path) -> Result<bool> {
    match fs::remove_file(file) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(Error::WriteResult { path: file.to_owned(), source }),
    }
}

/// Makes a voiceprint of a recording of one person.
///
/// # Errors
/// It cannot be decoded, holds too little speech, or more than one voice.
pub fn enroll(
    recording: &Path,
    engines: &Engines,
    progress: &dyn Progress,
    cancel: &dyn Cancel,
) -> Result<Voiceprint> {
    let work = tempfile::tempdir()
        .map_err(|source| Error::WriteResult { path: env::temp_dir(), source })?;
    let (copy, _) = engines.worker.work_copy(recording, 0, work.path(), progress, cancel)?;
    let mut detector = Silero::load(&engines.voice_activity.path)?;
    let encoder = VoiceEncoder::load(&engines.voice_encoder.path)?;
    let wrong = |wrong: String, remedy: &'static str| Error::Decode {
        path: recording.to_owned(),
        wrong,
        remedy: remedy.into(),
    };
    let mut heard = Vec::new();
    for channel in 0..copy.channels() {
        let speech = speech(&copy, channel, 1, &mut detector, &encoder, progress, cancel)?;
        if let Some(own) = voice(&encoder, &copy, channel, &speech[0], cancel)? {
            heard.push((channel, own, speech));
        }
    }
    // The same voice on both channels is one; a channel with a little leak is none.
    heard.sort_by_key(|(_, own, _)| std::cmp::Reverse(own.heard));
    let Some((channel, own, speech)) = heard.first() else {
        return Err(wrong("nobody speaks in it".into(), "record your voice for half a minute"));
    };
    let length: Ms = speech[0].iter().map(|span| span.length()).sum();
    if length < LEAST_SPEECH {
        let wrong_text = format!("it holds {:.0} s of speech", length.seconds());
        return Err(wrong(wrong_text, "20 s are needed: record your voice for half a minute"));
    }
    let beside = heard.iter().skip(1).filter(|(_, other, _)| other.heard.0 * 4 > own.heard.0);
    let mut two = beside.into_iter().any(|(_, other, _)| apart(&own.mean, &other.mean));
    let halves = self::speech(&copy, *channel, 2, &mut detector, &encoder, progress, cancel)?;
    if let [a, b] = &halves[..]
        && let Some(a) = voice(&encoder, &copy, *channel, a, cancel)?
        && let Some(b) = voice(&encoder, &copy, *channel, b, cancel)?
        && a.heard.min(b.heard) >= LEAST_HEARD
    {
        two |= apart(&a.mean, &b.mean);
    }
    if two {
        return Err(wrong(
            "it seems to hold more than one voice".into(),
            "give a recording in which only you speak",
        ));
    }
    Ok(Voiceprint {
        schema: SCHEMA.to_owned(),
        made: jiff::Zoned::now().date().to_string(),
        speech_ms: length,
        encoder: engines.voice_encoder.sha256.clone(),
        voice: own.mean.clone(),
    })
}

/// Whether two voices are too unlike to be one person's in one recording.
fn apart(a: &[f32], b: &[f32]) -> bool {
    likeness(a, b) < LEAST_ONE_VOICE
}

/// The speech on a channel, a list for each of so many voices.
fn speech(
    copy: &WorkCopy,
    channel: u16,
    voices: usize,
    detector: &mut Silero,
    encoder: &VoiceEncoder,
    progress: &dyn Progress,
    cancel: &dyn Cancel,
) -> Result<Vec<Vec<Span>>> {
    let levels = frame_levels(copy, channel)?;
    let voice = detector.probabilities(copy, channel, progress, cancel)?;
    let measured = Channel { levels: &levels, voice: &voice, voice_hop: detector.hop_samples() };
    let mixed = Mixed { copy, channel, measured };
    Ok(VoiceClusters { encoder }.diarise(&mixed, voices, copy.duration(), cancel)?.speech)
}

/// The print a job's coach is to be known by: the one that was named, else the coach's own, unless it
/// was said who the coach is.
///
/// # Errors
/// A print that was named is not there, or a print is damaged or of another voice encoder.
pub(super) fn of_job(job: &Job, engines: &Engines) -> Result<Option<Voiceprint>> {
    let named = match &job.options.coach {
        Some(CoachChoice::Voiceprint(file)) => Some(file.clone()),
        Some(_) => return Ok(None),
        None => None,
    };
    if named.is_none() && job.inputs.iter().any(|input| input.role.is_some()) {
        return Ok(None);
    }
    let Some(file) = named.clone().or_else(own_file) else { return Ok(None) };
    let print = read(&file)?;
    let wrong = |wrong: &'static str| Error::ReadResult {
        path: file.clone(),
        wrong: wrong.into(),
        remedy: "make it again with openfloor enroll".into(),
    };
    match print {
        None if named.is_some() => Err(wrong("there is no such voiceprint")),
        Some(print) if print.encoder != engines.voice_encoder.sha256 => {
            Err(wrong("it was made with another voice encoder"))
        }
        print => Ok(print),
    }
}

/// How like each speaker's voice is to a print: the artefact of this stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Likenesses {
    /// One a speaker; `None` where too little is said.
    speakers: Vec<Option<f64>>,
}

/// Listens to each speaker's own speech, where nobody else speaks on the same channel.
pub(super) fn compare(
    print: &Voiceprint,
    listened: &Listened,
    takes: &Takes,
    engines: &Engines,
    cancel: &dyn Cancel,
) -> Result<Likenesses> {
    let encoder = VoiceEncoder::load(&engines.voice_encoder.path)?;
    let mut speakers = Vec::new();
    for (place, own) in listened.speech.iter().enumerate() {
        let mut alone: Vec<Span> = own.clone();
        for (_, other) in listened.speech.iter().enumerate().filter(|(other, _)| *other != place) {
            for &cut in other {
                alone = alone.into_iter().flat_map(|span| span.without(cut)).collect();
            }
        }
        let start = takes.start();
        let local = |span: Span| Span::new(span.start().since(start), span.end().since(start));
        let alone: Vec<Span> = alone.into_iter().filter_map(local).collect();
        let (copy, channel) = takes.take(listened.takes[place]);
        let heard = voice(&encoder, copy, channel, &alone, cancel)?;
        let like = heard.filter(|heard| heard.heard >= LEAST_HEARD);
        speakers.push(
            like.map(|heard| (likeness(&print.voice, &heard.mean) * 1000.0).round() / 1000.0),
        );
    }
    Ok(Likenesses { speakers })
}

impl Likenesses {
    /// The speaker that is clearly the one of the print, from 0, and how like.
    pub fn clear(&self) -> Option<(usize, f64)> {
        let mut known: Vec<(usize, f64)> = self
            .speakers
            .iter()
            .enumerate()
            .filter_map(|(place, like)| Some((place, (*like)?)))
            .collect();
        known.sort_by(|a, b| b.1.total_cmp(&a.1));
        let (place, like) = *known.first()?;
        let ahead = known.get(1).is_none_or(|(_, next)| like - next >= LEAST_AHEAD);
        (like >= LEAST_LIKENESS && ahead).then_some((place, like))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clear(speakers: &[Option<f64>]) -> Option<usize> {
        Likenesses { speakers: speakers.to_vec() }.clear().map(|(place, _)| place)
    }

    #[test]
    fn a_voice_is_the_prints_when_like_enough_and_ahead_of_the_others() {
        assert_eq!(clear(&[Some(0.6), Some(0.9)]), Some(1));
        assert_eq!(clear(&[Some(0.9), None]), Some(0));
        assert_eq!(clear(&[Some(0.89), Some(0.9)]), None);
        assert_eq!(clear(&[Some(0.5), Some(0.7)]), None);
        assert_eq!(clear(&[None, None]), None);
    }

    #[test]
    fn a_print_is_kept_for_its_owner_alone_and_is_gone_when_forgotten() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/voiceprint.json");
        assert_eq!(read(&file).unwrap(), None);
        assert!(!forget(&file).unwrap());
        let print = Voiceprint {
            schema: SCHEMA.to_owned(),
            made: "2026-11-29".to_owned(),
            speech_ms: Ms(31_000),
            encoder: "abc".to_owned(),
            voice: vec![0.0625; EMBEDDING],
        };
        keep(&file, &print).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(read(&file).unwrap(), Some(print));
        assert!(forget(&file).unwrap());
        fs::write(&file, "{\"schema\":\"openfloor.voiceprint/1\"}").unwrap();
        assert!(read(&file).unwrap_err().to_string().contains("not a voiceprint"));
    }
}
