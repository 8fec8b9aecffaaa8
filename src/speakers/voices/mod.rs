//! Several voices on one channel: who speaks when.
//!
//! Windows of 1.5 s are described by their spectrum and pitch, clustered into as many voices as are
//! asked for, and a discriminant made of the clusters says for every frame whose voice it is most
//! like; changes are cheap at pauses and dear within speech. That is found in the recording itself; a
//! voice encoder that knows people in general joins in ([`likeness`]), and says how many there seem to
//! be ([`distance`]). Two at once are one here.

mod cluster;
mod decode;
mod distance;
mod likeness;
mod spectrum;
mod windows;

use cluster::{Discriminant, clusterings, directions, scaled};
use decode::{decode, frame_scores};
use distance::{Distance, expected_error, is_weak};
use likeness::Likeness;
use spectrum::Spectrum;
use windows::{Window, describe, windows};

use super::activity::{Channel, LEAST_VOICE, Measured, NEAR_VOICE, keep_near, narrow, stretches};
use super::channels::Told;
use super::encoder::VoiceEncoder;
use super::frames::{frames_in, quantile, real};
use crate::error::Result;
use crate::progress::Cancel;
use crate::session::{Ms, Separation, SeparationLevel, Span, VoiceScores};
use crate::sound::WorkCopy;

/// One mixed recording: several voices on one channel.
#[derive(Debug, Clone, Copy)]
pub struct Mixed<'a> {
    /// The sound.
    pub copy: &'a WorkCopy,
    /// Which channel of it to listen to, from 0.
    pub channel: u16,
    /// That channel, measured.
    pub measured: Channel<'a>,
}

/// Tells the voices on one channel apart.
pub trait Diarise {
    /// Says when each of `speakers` (1 to 6) voices speaks, ordered by who speaks first; a list may
    /// be empty. `duration` bounds the stretches. No voice at all gives no speech and
    /// [`SeparationLevel::Unknown`].
    ///
    /// # Errors
    /// The work copy cannot be read, or `cancel` asked to stop.
    fn diarise(
        &self,
        mixed: &Mixed<'_>,
        speakers: usize,
        duration: Ms,
        cancel: &dyn Cancel,
    ) -> Result<Told>;
}

/// Voices by clustering windows of sound.
#[derive(Debug, Clone, Copy)]
pub struct VoiceClusters<'a> {
    /// Knows voices in general.
    pub encoder: &'a VoiceEncoder,
}

/// Most voices looked for.
pub const MOST_SPEAKERS: usize = 6;

/// Frames of the windows that are clustered first, and from one to the next.
const FIRST_WINDOW: usize = 300;
const FIRST_HOP: usize = 50;
/// Frames of the windows the discriminant is made of.
const WINDOW: usize = 150;
const HOP: usize = 25;
/// Frames of the windows the edges come from.
const FINE_WINDOW: usize = 60;
const FINE_HOP: usize = 10;
/// A window says so much about a frame: windows overlap, and their frames are not independent.
const WEIGHT: f64 = 0.1;
/// How far a window's log-likelihood is believed where words are given to voices: the measures of a
/// window are not independent.
const BELIEVED: f64 = 0.5;
/// No window says more than this, log-likelihood.
const MOST_SAID: f64 = 8.0;
/// Clusterings that are followed to their end.
const TRIED: usize = 8;
/// What a cluster says about its windows.
const START_SAYS: f64 = 2.0;
/// Times the discriminant is made anew from the labels it gave.
const ROUNDS: usize = 4;
/// A window is of a voice when this part of its speech is.
const MOSTLY: f64 = 0.5;
const SURELY: f64 = 0.95;
/// Sound within this of the loudest speech describes a voice, dB.
const CLEAR_RANGE: f32 = 30.0;

impl Diarise for VoiceClusters<'_> {
    fn diarise(
        &self,
        mixed: &Mixed<'_>,
        speakers: usize,
        duration: Ms,
        cancel: &dyn Cancel,
    ) -> Result<Told> {
        let voices = speakers.clamp(1, MOST_SPEAKERS);
        let channel = Measured::new(&mixed.measured);
        let heard = channel.voiced.iter().filter(|on| **on).count();
        if heard < frames_in(LEAST_VOICE) || channel.is_hardly_voice() {
            return Ok(Told {
                speech: vec![Vec::new(); voices],
                separation: separation(SeparationLevel::Unknown, None),
                scores: None,
                doubt: None,
            });
        }
        let speaking = speaking(&channel);
        let mut heard = Heard::one(speaking.len(), None);
        if voices > 1 {
            let spectrum = Spectrum::of(mixed.copy, mixed.channel, &speaking, cancel)?;
            let clear = clear(&channel, &speaking);
            let likeness = Likeness::of(self.encoder, mixed, &speaking, &clear, cancel)?;
            heard = hear(&spectrum, &likeness, &speaking, &clear, voices);
        }
        let of = |voice| speech_of(voice, &heard.labels, &speaking, &channel, duration);
        let scores = scores(&heard.evidence, voices);
        let mut each: Vec<(Vec<Span>, Vec<u8>)> = (0..voices).map(of).zip(scores).collect();
        each.sort_by_key(|(spans, _)| spans.first().map_or(Ms(u64::MAX), |span| span.start()));
        let (speech, of): (Vec<Vec<Span>>, Vec<Vec<u8>>) = each.into_iter().unzip();
        let scores =
            of.iter().all(|one| !one.is_empty()).then_some(VoiceScores { start_ms: Ms::ZERO, of });
        let error = if voices == 1 {
            0.0
        } else {
            expected_error(heard.distance, voices, channel.is_noisy())
        };
        let doubt = heard.distance.and_then(|distance| distance.doubt(voices));
        let level = if is_weak(error) { SeparationLevel::Weak } else { SeparationLevel::Clear };
        Ok(Told { speech, separation: separation(level, Some(error)), scores, doubt })
    }
}

/// Whose voice each frame is.
struct Heard {
    labels: Vec<usize>,
    /// What speaks for each voice, log-likelihood a frame; empty where nothing was compared.
    evidence: Vec<Vec<f64>>,
    /// Between the voices; none where there is nothing to compare.
    distance: Option<Distance>,
}

/// How likely each voice is from step to step, per cent, by evidence a frame.
fn scores(evidence: &[Vec<f64>], voices: usize) -> Vec<Vec<u8>> {
    let frames = frames_in(VoiceScores::STEP);
    let mut of = vec![Vec::with_capacity(evidence.len() / frames + 1); voices];
    for step in evidence.chunks(frames) {
        let mean = |voice: usize| {
            let sum: f64 = step.iter().map(|frame| frame[voice]).sum();
            (sum / real(step.len()) / WEIGHT * BELIEVED).exp()
        };
        let likely: Vec<f64> = (0..voices).map(mean).collect();
        let all: f64 = likely.iter().sum();
        for (own, likely) in of.iter_mut().zip(likely) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "0 to 100"
            )]
            own.push((100.0 * likely / all).round() as u8);
        }
    }
    of
}

impl Heard {
    /// All of one voice.
    fn one(frames: usize, distance: Option<Distance>) -> Self {
        Self { labels: vec![0; frames], evidence: Vec::new(), distance }
    }
}

fn separation(level: SeparationLevel, talk_share_error: Option<f64>) -> Separation {
    Separation { level, bleed_db: None, talk_share_error }
}

/// Frames in which somebody speaks.
fn speaking(channel: &Measured) -> Vec<bool> {
    let threshold = channel.threshold();
    let mut frames: Vec<bool> = channel.levels.iter().map(|&level| level > threshold).collect();
    keep_near(&mut frames, &channel.voiced, NEAR_VOICE);
    narrow(&mut frames);
    channel.add_hidden(&mut frames);
    frames
}

/// The stretches of one voice. Its pauses are measured against its own loudness.
fn speech_of(
    voice: usize,
    labels: &[usize],
    speaking: &[bool],
    channel: &Measured,
    duration: Ms,
) -> Vec<Span> {
    let frames: Vec<bool> =
        speaking.iter().zip(labels).map(|(&on, &label)| on && label == voice).collect();
    let own = frames.iter().zip(&channel.voiced).zip(&channel.levels);
    let own = own.filter(|((own, voiced), _)| **own && **voiced).map(|(_, &level)| level);
    let loud = quantile(own, OWN_LOUD_PART).unwrap_or(channel.loud);
    stretches(frames, channel, loud, duration)
}

/// Part of a voice's frames that is its loudest speech. Pauses are not among them, so it is a
/// smaller part than in a whole channel.
const OWN_LOUD_PART: f64 = 0.95;

/// Frames that are surely voice.
fn clear(channel: &Measured, speaking: &[bool]) -> Vec<bool> {
    let loud = channel.loud - CLEAR_RANGE;
    (0..speaking.len())
        .map(|frame| speaking[frame] && channel.voiced[frame] && channel.levels[frame] > loud)
        .collect()
}

/// Finds whose voice each frame is.
fn hear(
    spectrum: &Spectrum,
    likeness: &Likeness,
    speaking: &[bool],
    clear: &[bool],
    voices: usize,
) -> Heard {
    let session = Session { spectrum, likeness, speaking, clear, voices };
    let first = session.windows(FIRST_WINDOW, FIRST_HOP);
    let main = session.windows(WINDOW, HOP);
    let fine = session.windows(FINE_WINDOW, FINE_HOP);
    let mut evidence = Vec::new();
    let mut best: Option<(f64, Vec<usize>)> = None;
    let seen = |windows: &Windows| {
        clusterings(&directions(&windows.rows, &windows.windows, voices + 1), voices)
    };
    let starts = [
        (&first.windows, seen(&first)),
        (&main.windows, seen(&main)),
        (&likeness.windows, likeness.clusterings(voices)),
    ];
    for (windows, starts) in starts {
        for start in starts.into_iter().take(TRIED) {
            let labels = session.refined(session.started(windows, &start), &main);
            let fit = session.fit(&main, &labels);
            if best.as_ref().is_none_or(|(best, _)| fit > *best) {
                best = Some((fit, labels));
            }
        }
    }
    let Some((_, mut labels)) = best else {
        return Heard::one(speaking.len(), None);
    };
    let of_main = session.labels_of(&main.windows, &labels, MOSTLY);
    let apart = Discriminant::new(&main.rows, &of_main, voices).and_then(|made| made.apart());
    let gain = cluster::gain(&main.rows, &of_main, voices);
    let distance = apart.map(|apart| Distance {
        gain,
        apart,
        windows: likeness.windows.len(),
        cosine: likeness.nearest(voices),
        more: likeness.more(voices),
    });
    if voices == 2 && distance.is_some_and(Distance::is_one_voice) {
        return Heard::one(speaking.len(), distance);
    }
    let of_windows = session.labels_of(&fine.windows, &labels, SURELY);
    if let Some(discriminant) = Discriminant::new(&fine.rows, &of_windows, voices) {
        let scores = discriminant.scores(&fine.rows, -MOST_SAID);
        // The encoder's windows are too long for edges.
        evidence = session.evidence(&fine.windows, &scores, &[]);
        labels = session.decoded(&evidence);
    }
    Heard { labels, evidence, distance }
}

struct Session<'a> {
    spectrum: &'a Spectrum,
    likeness: &'a Likeness,
    speaking: &'a [bool],
    clear: &'a [bool],
    voices: usize,
}

struct Windows {
    windows: Vec<Window>,
    rows: nalgebra::DMatrix<f64>,
}

impl Session<'_> {
    fn windows(&self, length: usize, hop: usize) -> Windows {
        let windows = windows(self.speaking, length, hop);
        let rows = scaled(&describe(self.spectrum, self.speaking, self.clear, &windows));
        Windows { windows, rows }
    }

    /// What windows say of each frame, and what the encoder says in its own.
    fn evidence(
        &self,
        windows: &[Window],
        scores: &[Vec<f64>],
        like: &[Vec<f64>],
    ) -> Vec<Vec<f64>> {
        let frames = self.speaking.len();
        let mut scores = frame_scores(windows, scores, frames, self.voices);
        let like = frame_scores(&self.likeness.windows, like, frames, self.voices);
        for (score, like) in scores.iter_mut().flatten().zip(like.into_iter().flatten()) {
            *score = (*score + like) * WEIGHT;
        }
        scores
    }

    fn decoded(&self, evidence: &[Vec<f64>]) -> Vec<usize> {
        decode(evidence, self.speaking, self.voices)
    }

    /// What the encoder says of its windows, where voices have these labels.
    fn like(&self, labels: &[usize]) -> Vec<Vec<f64>> {
        let labels = self.labels_of(&self.likeness.windows, labels, MOSTLY);
        self.likeness.scores(&labels, self.voices, -MOST_SAID)
    }

    /// Labels of frames from those of windows.
    fn started(&self, windows: &[Window], start: &[usize]) -> Vec<usize> {
        let voices = 0..self.voices;
        let sure = |label: usize| {
            voices.clone().map(|voice| if voice == label { 0.0 } else { -START_SAYS }).collect()
        };
        let scores: Vec<Vec<f64>> = start.iter().map(|&label| sure(label)).collect();
        self.decoded(&self.evidence(windows, &scores, &[]))
    }

    /// Labels that agree with the discriminant made of them.
    fn refined(&self, mut labels: Vec<usize>, windows: &Windows) -> Vec<usize> {
        for _ in 0..ROUNDS {
            let of_windows = self.labels_of(&windows.windows, &labels, MOSTLY);
            let made = Discriminant::new(&windows.rows, &of_windows, self.voices);
            let Some(discriminant) = made else { break };
            let before = labels;
            let scores = discriminant.scores(&windows.rows, -MOST_SAID);
            labels = self.decoded(&self.evidence(&windows.windows, &scores, &self.like(&before)));
            if labels == before {
                break;
            }
        }
        labels
    }

    /// How well the labels explain the windows: what they gain over one voice, less what the
    /// changes cost.
    fn fit(&self, windows: &Windows, labels: &[usize]) -> f64 {
        let of_windows = self.labels_of(&windows.windows, labels, MOSTLY);
        let independent = real(windows.windows.len() * HOP) / real(WINDOW);
        let known: Vec<usize> = of_windows.iter().flatten().copied().collect();
        let changes = known.windows(2).filter(|pair| pair[0] != pair[1]).count();
        let of_likeness = self.labels_of(&self.likeness.windows, labels, MOSTLY);
        let like = self.likeness.gain(&of_likeness, self.voices) * real(of_likeness.len()) / 2.0;
        cluster::gain(&windows.rows, &of_windows, self.voices) * independent / 2.0 + like
            - real(changes)
    }

    /// The voice that has at least `part` of the speech in each window.
    fn labels_of(&self, windows: &[Window], labels: &[usize], part: f64) -> Vec<Option<usize>> {
        windows
            .iter()
            .map(|&(from, to)| {
                let mut counts = vec![0_usize; self.voices];
                for frame in (from..to).filter(|&frame| self.speaking[frame]) {
                    counts[labels[frame]] += 1;
                }
                let total: usize = counts.iter().sum();
                (0..self.voices)
                    .find(|&voice| total > 0 && real(counts[voice]) > part * real(total))
            })
            .collect()
    }
}
