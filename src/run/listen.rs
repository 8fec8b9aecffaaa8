//! The first half of a recording's way: files → work copies → who speaks when → windows.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Counts, Engines, Job};
use crate::error::{Error, Result};
use crate::progress::{Cancel, Progress, Stage};
use crate::session::{Evidence, Ms, Separation, Span, SpeakerId};
use crate::sound::{
    DetectVoice, LEVEL_HOP_SAMPLES, Silero, SoundFacts, WorkCopy, frame_levels, ms_of_samples,
    samples_of_ms, work_copy,
};
use crate::speakers::{Channel, NotPeople, tell_apart};
use crate::words::{Window, pack, share_leftovers};

/// Changes whenever the same recording can come out otherwise.
pub(super) const VERSION: u32 = 1;

/// Who speaks when, and what will be transcribed: the artefact of this stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Listened {
    /// Length of the session.
    pub duration_ms: Ms,
    /// What each file is.
    pub files: Vec<SoundFacts>,
    /// What tells the speakers apart.
    pub evidence: Evidence,
    /// How cleanly.
    pub separation: Separation,
    /// Stretches of speech, one list a speaker in the order of channels or tracks.
    pub speech: Vec<Vec<Span>>,
    /// What is handed to speech-to-text.
    pub windows: Vec<Window>,
}

/// The sound of each speaker: a channel of a work copy.
pub(super) struct Takes {
    copies: Vec<WorkCopy>,
    /// Which copy and which of its channels, one a speaker.
    of: Vec<(usize, u16)>,
}

impl Takes {
    /// The samples of a window, from −1 to 1, silence between its pieces.
    pub fn window(&self, window: &Window) -> Result<Vec<f32>> {
        let length = usize::try_from(samples_of_ms(window.length())).unwrap_or(usize::MAX);
        let mut samples = vec![0.0; length];
        for piece in &window.pieces {
            let (copy, channel) = self.of[usize::from(piece.channel)];
            let first = samples_of_ms(piece.source.start());
            let count = usize::try_from(samples_of_ms(piece.source.length())).unwrap_or(0);
            let sound = self.copies[copy].window(channel, first, count)?;
            let at = usize::try_from(samples_of_ms(piece.at)).unwrap_or(usize::MAX);
            for (sample, value) in samples.iter_mut().skip(at).zip(sound) {
                *sample = f32::from(value) / 32768.0;
            }
        }
        Ok(samples)
    }
}

/// Decodes the files of a job into `work` and says whose sound is where.
pub(super) fn takes(
    job: &Job,
    work: &Path,
    counts: &mut Counts,
    progress: &dyn Progress,
    cancel: &dyn Cancel,
) -> Result<(Takes, Vec<SoundFacts>)> {
    let mut copies = Vec::new();
    let mut facts = Vec::new();
    for input in &job.inputs {
        let (copy, fact) = work_copy(&input.path, work, progress, cancel)?;
        counts.files_decoded += 1;
        copies.push(copy);
        facts.push(fact);
    }
    let of = match &copies[..] {
        [only] => (0..only.channels()).map(|channel| (0, channel)).collect(),
        tracks => {
            let louder = |(index, copy)| Ok((index, loudest_channel(copy)?));
            tracks.iter().enumerate().map(louder).collect::<Result<_>>()?
        }
    };
    Ok((Takes { copies, of }, facts))
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

/// Finds out who speaks when.
pub(super) fn listen(
    job: &Job,
    takes: &Takes,
    files: Vec<SoundFacts>,
    engines: &Engines,
    progress: &dyn Progress,
    cancel: &dyn Cancel,
) -> Result<Listened> {
    let path = &job.inputs[0].path;
    let refused = |wrong: String, remedy| Error::TellApart { path: path.clone(), wrong, remedy };
    let evidence = if job.inputs.len() > 1 { Evidence::Tracks } else { Evidence::Channels };
    if evidence == Evidence::Channels && takes.of.len() != 2 {
        let wrong = match takes.of.len() {
            1 => "it has one channel, so it cannot yet be told who speaks when".to_owned(),
            count => format!("it has {count} channels, which are not taken for people"),
        };
        return Err(refused(wrong, ONE_VOICE_A_CHANNEL));
    }
    let duration = takes.copies.iter().map(WorkCopy::duration).max().unwrap_or_default();
    progress.begin(Stage::Listen, Some(Ms(duration.0 * takes.of.len() as u64)));
    let mut detector = Silero::load(&engines.voice_activity.path)?;
    let mut levels = Vec::new();
    let mut voices = Vec::new();
    for &(copy, channel) in &takes.of {
        levels.push(frame_levels(&takes.copies[copy], channel)?);
        voices.push(detector.probabilities(&takes.copies[copy], channel, progress, cancel)?);
    }
    let voice_hop = detector.hop_samples();
    let channels: Vec<Channel<'_>> = levels
        .iter()
        .zip(&voices)
        .map(|(levels, voice)| Channel { levels, voice, voice_hop })
        .collect();
    let told = tell_apart(&channels, duration).map_err(|why| {
        let wrong = match (why, evidence) {
            (NotPeople::OneChannel(_), Evidence::Tracks) => "only one of its tracks holds a voice",
            (NotPeople::OneChannel(0), _) => "only its left channel holds a voice",
            (NotPeople::OneChannel(_), _) => "only its right channel holds a voice",
            (_, Evidence::Tracks) => "its tracks hold the same voices",
            (_, _) => "both channels hold both voices",
        };
        refused(format!("{wrong}, so it cannot yet be told who speaks when"), ONE_VOICE_A_CHANNEL)
    })?;
    let windows = (0_u8..).zip(&told.speech).map(|(take, speech)| {
        let levels = &levels[usize::from(take)];
        pack(SpeakerId(take + 1), u16::from(take), speech, duration, &|stretch| {
            quietest(levels, stretch)
        })
    });
    let windows = share_leftovers(windows.collect());
    Ok(Listened {
        duration_ms: duration,
        files,
        evidence,
        separation: told.separation,
        speech: told.speech,
        windows,
    })
}

const ONE_VOICE_A_CHANNEL: &str = "record each person on a channel of their own, or give one file \
    a person: --track coach=FILE --track coachee=FILE (in Zoom: Settings, Recording, \
    \"Record a separate audio file for each participant\")";

/// Where in `stretch` a channel is quietest over a tenth of a second.
fn quietest(levels: &[f32], stretch: Span) -> Ms {
    const FRAMES: usize = 10;
    let hop = ms_of_samples(LEVEL_HOP_SAMPLES as u64).0;
    let frame = |time: Ms| usize::try_from(time.0 / hop).unwrap_or(usize::MAX).min(levels.len());
    let search = &levels[frame(stretch.start())..frame(stretch.end())];
    let loudness = |frames: &[f32]| frames.iter().sum::<f32>();
    let quietest = search
        .windows(FRAMES)
        .enumerate()
        .min_by(|(_, a), (_, b)| loudness(a).total_cmp(&loudness(b)))
        .map_or(search.len() / 2, |(index, _)| index + FRAMES / 2);
    stretch.start() + Ms(quietest as u64 * hop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_stretch_is_cut_in_its_pause() {
        let mut levels = vec![-20.0; 1000];
        levels[600..615].fill(-60.0);
        let stretch = Span::new(Ms(2_000), Ms(9_000)).unwrap();
        let cut = quietest(&levels, stretch);
        assert!((6_000..6_150).contains(&cut.0), "{cut}");
    }
}
