//! The sound of a session: its files as work copies, and which channels of them are listened to.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::tracks::{self, Tied};
use super::{Counts, Engines, Job};
use crate::error::{Error, Result};
use crate::progress::{Cancel, Progress};
use crate::session::{Ms, Span};
use crate::sound::{Heard, SoundFacts, WorkCopy, frame_levels, ms_of_samples, samples_of_ms};
use crate::words::Window;

/// Audio tracks of one container that are listened to: OBS writes up to six.
const MOST_TRACKS: u16 = 6;

/// An audio track of a file of the job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Recorded {
    /// Which of the job's files, from 0.
    pub input: usize,
    /// Which of its audio tracks, from 0.
    pub track: u16,
    /// Where it begins on the session's clock.
    #[serde(default, rename = "offset_ms")]
    pub offset: Ms,
    /// How much faster its recorder's clock ran than the session's, parts per million.
    #[serde(default)]
    pub drift_ppm: f64,
    /// What says so, of a file that is one of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tied: Option<Tied>,
    /// What it is.
    #[serde(flatten)]
    pub facts: SoundFacts,
}

impl Recorded {
    /// Where it ends on the session's clock.
    pub fn end(&self) -> Ms {
        self.offset + self.facts.duration
    }
}

/// The sound that is listened to: a *take* is a channel of a work copy. Of a single track each
/// channel is one; of several tracks each track is one.
pub(super) struct Takes {
    copies: Vec<WorkCopy>,
    of: Vec<(usize, u16)>,
    /// Where the copies start on the recording's clock.
    start: Ms,
}

impl Takes {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.of.len()
    }

    /// Whether they are tracks, not channels of one.
    pub fn are_tracks(&self) -> bool {
        self.copies.len() > 1
    }

    /// Length of what is listened to.
    pub fn duration(&self) -> Ms {
        self.copies.iter().map(WorkCopy::duration).max().unwrap_or_default()
    }

    /// Where it starts on the recording's clock.
    pub fn start(&self) -> Ms {
        self.start
    }

    /// The work copy of a take, and the channel of it.
    pub fn take(&self, number: usize) -> (&WorkCopy, u16) {
        let (copy, channel) = self.of[number];
        (&self.copies[copy], channel)
    }

    /// The samples of a window, from −1 to 1, silence between its pieces.
    pub fn window(&self, window: &Window) -> Result<Vec<f32>> {
        let length = usize::try_from(samples_of_ms(window.length())).unwrap_or(usize::MAX);
        let mut samples = vec![0.0; length];
        for piece in &window.pieces {
            let (copy, channel) = self.take(usize::from(piece.take));
            let first = samples_of_ms(piece.source.start().since(self.start));
            let count = usize::try_from(samples_of_ms(piece.source.length())).unwrap_or(0);
            let sound = copy.window(channel, first, count)?;
            let at = usize::try_from(samples_of_ms(piece.at)).unwrap_or(usize::MAX);
            for (sample, value) in samples.iter_mut().skip(at).zip(sound) {
                *sample = f32::from(value) / 32768.0;
            }
        }
        Ok(samples)
    }
}

/// Decodes the files of a job into `work`, puts them on one clock and says what they are. `known` is
/// what an earlier run found out about them.
///
/// # Errors
/// A file cannot be decoded, or the wanted part lies past its end.
pub(super) fn takes(
    job: &Job,
    work: &Path,
    engines: &Engines,
    known: Option<&[Recorded]>,
    counts: &mut Counts,
    progress: &dyn Progress,
    cancel: &dyn Cancel,
) -> Result<(Takes, Vec<Recorded>)> {
    let decode =
        |path: &Path, track: u16| engines.worker.work_copy(path, track, work, progress, cancel);
    if job.together.parts {
        let (copy, recorded) = parts(job, work, decode, counts)?;
        let of = (0..copy.channels()).map(|channel| (0, channel)).collect();
        return only_the_part(job, vec![copy], of, recorded);
    }
    let mut copies = Vec::new();
    let mut recorded = Vec::new();
    for (input, file) in job.inputs.iter().enumerate() {
        let mut take = |track: u16| -> Result<u16> {
            let (copy, facts) = decode(&file.path, track)?;
            let tracks = facts.tracks;
            copies.push(copy);
            let (offset, drift_ppm) = (Ms::ZERO, 0.0);
            recorded.push(Recorded { input, track, offset, drift_ppm, tied: None, facts });
            Ok(tracks)
        };
        let tracks = take(0)?;
        counts.files_decoded += 1;
        // Of several files each is a person's: further tracks in it are other languages of a film.
        if job.inputs.len() == 1 {
            for track in 1..tracks.min(MOST_TRACKS) {
                take(track)?;
            }
        }
    }
    let of: Vec<(usize, u16)> = match &copies[..] {
        [only] => (0..only.channels()).map(|channel| (0, channel)).collect(),
        tracks => {
            let louder = |(index, copy)| Ok((index, loudest_channel(copy)?));
            tracks.iter().enumerate().map(louder).collect::<Result<_>>()?
        }
    };
    if job.inputs.len() > 1 {
        if let Some(known) = known.filter(|known| known.len() == recorded.len()) {
            recorded = known.to_vec();
        } else {
            let mix = mix(job, decode, counts)?;
            let mix = mix.as_ref().map(|(copy, channel)| Heard { copy, channel: *channel });
            tracks::find(&job.together, &copies, &of, mix, &mut recorded, cancel)?;
        }
        let each = copies.into_iter().zip(&recorded);
        copies = each.map(|(copy, recorded)| tracks::placed(copy, recorded)).collect();
    }
    only_the_part(job, copies, of, recorded)
}

/// What is wanted of the copies.
fn only_the_part(
    job: &Job,
    copies: Vec<WorkCopy>,
    of: Vec<(usize, u16)>,
    recorded: Vec<Recorded>,
) -> Result<(Takes, Vec<Recorded>)> {
    let copies = match job.options.part {
        None => copies,
        Some(part) => {
            let end = copies.iter().map(WorkCopy::duration).max().unwrap_or_default();
            let part = Span::new(part.from, part.to.unwrap_or(end).min(end)).ok_or_else(|| {
                let (end, from) = (clock(end), clock(part.from));
                Error::Decode {
                    path: job.inputs[0].path.clone(),
                    wrong: format!("it ends at {end}, and the part to analyse starts at {from}"),
                    remedy: "name an earlier --from".into(),
                }
            })?;
            copies.into_iter().map(|copy| copy.only(part)).collect()
        }
    };
    let start = job.options.part.map_or(Ms::ZERO, |part| part.from);
    Ok((Takes { copies, of, start }, recorded))
}

/// The files of a recording that go on where the one before ends, as one.
fn parts(
    job: &Job,
    work: &Path,
    decode: impl Fn(&Path, u16) -> Result<(WorkCopy, SoundFacts)>,
    counts: &mut Counts,
) -> Result<(WorkCopy, Vec<Recorded>)> {
    let (mut copies, mut recorded, mut samples) = (Vec::new(), Vec::new(), 0);
    for (input, file) in job.inputs.iter().enumerate() {
        let (copy, facts) = decode(&file.path, 0)?;
        counts.files_decoded += 1;
        // By samples: whole milliseconds would add up to less.
        let offset = ms_of_samples(samples);
        samples += copy.samples();
        recorded.push(Recorded { input, track: 0, offset, drift_ppm: 0.0, tied: None, facts });
        copies.push(copy);
    }
    Ok((WorkCopy::joined(work, &copies)?, recorded))
}

/// The mix of a session's tracks, and its channel to listen to. One that cannot be read is none: the
/// tracks are what is analysed.
fn mix(
    job: &Job,
    decode: impl Fn(&Path, u16) -> Result<(WorkCopy, SoundFacts)>,
    counts: &mut Counts,
) -> Result<Option<(WorkCopy, u16)>> {
    let Some(path) = &job.together.mix else { return Ok(None) };
    match decode(path, 0) {
        Ok((copy, _)) => {
            counts.files_decoded += 1;
            let channel = loudest_channel(&copy)?;
            Ok(Some((copy, channel)))
        }
        Err(Error::Decode { .. } | Error::ReadFile { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Minutes and seconds, as `--from` takes them.
fn clock(time: Ms) -> String {
    let seconds = time.0 / 1000;
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

/// The channel of a track to listen to. Channels are never summed: opposite phases would cancel.
fn loudest_channel(track: &WorkCopy) -> Result<u16> {
    let mut loudest = (0, f64::NEG_INFINITY);
    for channel in 0..track.channels() {
        let levels = frame_levels(track, channel)?;
        let power: f64 = levels.iter().map(|&level| 10_f64.powf(f64::from(level) / 10.0)).sum();
        if power > loudest.1 {
            loudest = (channel, power);
        }
    }
    Ok(loudest.0)
}
