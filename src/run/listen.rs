//! The first half of a recording's way: work copies → who speaks when → windows.

use serde::{Deserialize, Serialize};

use super::takes::{Recorded, Takes};
use super::{CoachChoice, Engines, Job};
use crate::error::{Error, Result};
use crate::progress::{Cancel, Progress, Stage};
use crate::session::{Evidence, Ms, Separation, Span, SpeakerId, VoiceScores};
use crate::sound::{DetectVoice, LEVEL_HOP_SAMPLES, Silero, frame_levels, ms_of_samples};
use crate::speakers::{
    Channel, Diarise, Mixed, NotPeople, Told, VoiceClusters, VoiceDoubt, VoiceEncoder,
    mix_of_others, tell_apart,
};
use crate::words::{Window, pack, share_leftovers};

/// Changes whenever the same recording can come out otherwise.
pub(super) const VERSION: u32 = 3;

/// Who speaks when, and what will be transcribed: the artefact of this stage. Times are the
/// recording's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Listened {
    /// Length of the recording.
    pub duration_ms: Ms,
    /// The part of it that was listened to, where that is not all.
    pub part: Option<Span>,
    /// What each track is.
    pub recorded: Vec<Recorded>,
    /// What tells the speakers apart.
    pub evidence: Evidence,
    /// How cleanly.
    pub separation: Separation,
    /// The take each speaker is heard on, from 0; on one channel all on the same.
    pub takes: Vec<usize>,
    /// Stretches of speech, one list a speaker.
    pub speech: Vec<Vec<Span>>,
    /// What speaks against as many people as were looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<VoiceDoubt>,
    /// What is heard for each voice, where several share a channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scores: Option<VoiceScores>,
    /// What is handed to speech-to-text.
    pub windows: Vec<Window>,
}

/// Takes, measured.
struct Measured {
    levels: Vec<Vec<f32>>,
    voices: Vec<Vec<f32>>,
    voice_hop: u64,
}

impl Measured {
    fn new(
        takes: &Takes,
        engines: &Engines,
        progress: &dyn Progress,
        cancel: &dyn Cancel,
    ) -> Result<Self> {
        progress.begin(Stage::Listen, Some(Ms(takes.duration().0 * takes.count() as u64)));
        let mut detector = Silero::load(&engines.voice_activity.path)?;
        let (mut levels, mut voices) = (Vec::new(), Vec::new());
        for number in 0..takes.count() {
            let (copy, channel) = takes.take(number);
            levels.push(frame_levels(copy, channel)?);
            voices.push(detector.probabilities(copy, channel, progress, cancel)?);
        }
        Ok(Self { levels, voices, voice_hop: detector.hop_samples() })
    }

    fn channel(&self, take: usize) -> Channel<'_> {
        let (levels, voice) = (&self.levels[take], &self.voices[take]);
        Channel { levels, voice, voice_hop: self.voice_hop }
    }

    /// Tells apart the people of some takes, a take each.
    fn people(&self, takes: &[usize], duration: Ms) -> Result<Told, NotPeople> {
        let channels: Vec<Channel<'_>> = takes.iter().map(|&take| self.channel(take)).collect();
        tell_apart(&channels, duration)
    }
}

/// Who speaks when, and on which takes.
struct Found {
    evidence: Evidence,
    told: Told,
    takes: Vec<usize>,
}

/// Finds out who speaks when.
pub(super) fn listen(
    job: &Job,
    takes: &Takes,
    recorded: Vec<Recorded>,
    engines: &Engines,
    progress: &dyn Progress,
    cancel: &dyn Cancel,
) -> Result<Listened> {
    let measured = Measured::new(takes, engines, progress, cancel)?;
    let duration = takes.duration();
    let Found { evidence, told, takes: of } = match apart(job, takes, &measured)? {
        Apart::People(found) => found,
        Apart::OneChannel(take) => {
            let told = voices(job, takes, take, &measured, engines, cancel)?;
            let of = vec![take; told.speech.len()];
            Found { evidence: Evidence::Voices, told, takes: of }
        }
    };
    let windows = windows(evidence, &told.speech, &of, &measured, duration);
    let start = takes.start();
    let speech = told.speech.into_iter().map(|own| later(own, start)).collect();
    let whole = recorded.iter().map(Recorded::end).max().unwrap_or_default();
    Ok(Listened {
        duration_ms: whole,
        part: job.options.part.and_then(|_| Span::new(start, start + duration)),
        recorded,
        evidence,
        separation: told.separation,
        takes: of,
        speech,
        doubt: told.doubt,
        scores: told.scores.map(|scores| VoiceScores { start_ms: start, ..scores }),
        windows: windows.into_iter().map(|window| window.later(start)).collect(),
    })
}

/// How the voices of a session can be told apart.
enum Apart {
    /// A take each.
    People(Found),
    /// Several voices on one take.
    OneChannel(usize),
}

fn apart(job: &Job, takes: &Takes, measured: &Measured) -> Result<Apart> {
    let all: Vec<usize> = (0..takes.count()).collect();
    let evidence = if takes.are_tracks() { Evidence::Tracks } else { Evidence::Channels };
    if let [only] = all[..] {
        return Ok(Apart::OneChannel(only));
    }
    let people = |of: &[usize]| measured.people(of, takes.duration());
    // OBS writes what everybody hears as a track of its own, beside the people apart.
    let channels: Vec<Channel<'_>> = all.iter().map(|&take| measured.channel(take)).collect();
    if takes.are_tracks()
        && job.inputs.len() == 1
        && let Some(mix) = mix_of_others(&channels)
    {
        let rest: Vec<usize> = all.iter().copied().filter(|&take| take != mix).collect();
        return Ok(match people(&rest) {
            Ok(told) => Apart::People(Found { evidence, told, takes: rest }),
            Err(_) => Apart::OneChannel(mix),
        });
    }
    let why = match people(&all) {
        Ok(told) => return Ok(Apart::People(Found { evidence, told, takes: all })),
        Err(why) => why,
    };
    // Where a program wrote the tracks, all may sit before one of the microphones.
    let named = job.inputs.iter().any(|input| input.role.is_some());
    if job.inputs.len() > 1 && named {
        let wrong = match why {
            NotPeople::OneChannel(_) => "only one of its tracks holds a voice",
            NotPeople::SameMix(_) | NotPeople::StereoPickUp(_) => "its tracks hold the same voices",
        };
        return Err(Error::TellApart {
            path: job.inputs[0].path.clone(),
            wrong: format!("{wrong}, so they are not one file a person"),
            remedy: "give one file a person, or only the file in which everybody is heard".into(),
        });
    }
    Ok(Apart::OneChannel(why.channel()))
}

/// Tells apart the voices of one take.
fn voices(
    job: &Job,
    takes: &Takes,
    take: usize,
    measured: &Measured,
    engines: &Engines,
    cancel: &dyn Cancel,
) -> Result<Told> {
    if let Some(CoachChoice::Channel(_)) = job.options.coach {
        return Err(Error::TellApart {
            path: job.inputs[0].path.clone(),
            wrong: "its voices share one channel, so the coach is on no side of it".to_owned(),
            remedy: "leave --coach out, or say --coach first or --coach S1".into(),
        });
    }
    let (copy, channel) = takes.take(take);
    let mixed = Mixed { copy, channel, measured: measured.channel(take) };
    let speakers = usize::from(job.options.speakers);
    let encoder = VoiceEncoder::load(&engines.voice_encoder.path)?;
    VoiceClusters { encoder: &encoder }.diarise(&mixed, speakers, takes.duration(), cancel)
}

/// What is handed to speech-to-text: the stretches of each speaker by themselves. Whisper hears one
/// voice better than two that take turns in a window (`docs/decisions/0005-one-channel.md`). On one
/// channel whose words they are is only known when they are heard.
fn windows(
    evidence: Evidence,
    speech: &[Vec<Span>],
    of: &[usize],
    measured: &Measured,
    duration: Ms,
) -> Vec<Window> {
    let each = (1_u8..).map(SpeakerId).zip(of).zip(speech);
    let packed = each.map(|((id, &take), own)| {
        let speaker = (evidence != Evidence::Voices).then_some(id);
        let number = u16::try_from(take).unwrap_or(u16::MAX);
        pack(speaker, number, own, duration, &|stretch| quietest(&measured.levels[take], stretch))
    });
    share_leftovers(packed.collect())
}

fn later(spans: Vec<Span>, by: Ms) -> Vec<Span> {
    spans.into_iter().map(|span| span.later(by)).collect()
}

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
