//! One channel by itself: where somebody speaks in it.
//!
//! A frame is speech when it is louder than the channel's own noise and voice activity finds a voice
//! near by. Edges come from the level, which is exact to 10 ms; whether it is a voice at all comes
//! from voice activity, which is not exact but is not fooled by noise.

use super::frames::{close, frames_in, quantile, runs, span};
use crate::session::{Ms, SPEECH_PAUSE, Span};
use crate::sound::{LEVEL_HOP_SAMPLES, LOWEST_DBFS};

/// One channel or track, measured.
#[derive(Debug, Clone, Copy)]
pub struct Channel<'a> {
    /// dBFS a 10 ms frame, from [`crate::sound::frame_levels`].
    pub levels: &'a [f32],
    /// Probability of a voice a step of `voice_hop` samples, from [`crate::sound::DetectVoice`].
    pub voice: &'a [f32],
    /// Samples of 16 kHz a step.
    pub voice_hop: u64,
}

/// Quietest noise floor assumed, dBFS: below lies digital silence, of which nothing follows.
const QUIETEST_FLOOR: f32 = -75.0;
/// Part of the frames under the noise floor: people pause at least this much.
const FLOOR_PART: f64 = 0.10;
/// How far above its noise a channel must be: 6 dB is twice the amplitude.
pub(super) const ABOVE_NOISE: f32 = 6.0;
/// How far below its loudest speech a frame may be and still be speech: the range between vowels
/// and weak consonants is about 30 dB (Fletcher 1953, table of phonetic powers: 28 dB), with 10 dB
/// for the fall of the voice at the end of a sentence.
const SPEECH_RANGE: f32 = 40.0;
/// How far below it is surely speech, not decay. A pause is as long as there is nothing surer than
/// this: the decay of a room fills a pause from its start and would make 350 ms look like 290.
/// 30 and 26 dB were tried (`tests/speakers.rs`): worst error 1.1 and 1.0 points.
const STRONG_RANGE: f32 = 26.0;
/// Part of the frames that is loudest speech.
const LOUD_PART: f64 = 0.97;
/// A room and a codec smear bleed: the other's level counts from this long before…
const BLEED_TAIL: Ms = Ms(120);
/// … to this long after.
const BLEED_LEAD: Ms = Ms(30);
/// A step with at least this probability holds a voice: whisper.cpp's and Silero's default.
const VOICE: f32 = 0.5;
/// How far from a voice a level still counts: breath, last consonants and the room's decay.
pub(super) const NEAR_VOICE: Ms = Ms(600);
/// A stretch with less voice than this is no speech.
pub(super) const LEAST_VOICE: Ms = Ms(64);
/// Voice that is never longer than this at a time …
const SCATTERED_RUN: Ms = Ms(1500);
/// … and less than one part in so many of the recording is nobody talking. Of the sounds without
/// speech (`scripts/make-sounds`) the worst has 2.5 s of it in a minute.
const SCATTERED: usize = 12;
/// In a shorter recording a single word is as much: it is heard, and is no conversation.
const SCATTERED_LEAST: Ms = Ms(20_000);
/// A stretch shorter than this is a click.
const SHORTEST: Ms = Ms(100);
/// A channel with what follows from it alone.
pub(super) struct Measured {
    /// dBFS, never under the floor.
    pub levels: Vec<f32>,
    /// Noise floor, dBFS.
    pub floor: f32,
    /// Loudest speech, dBFS.
    pub loud: f32,
    /// A voice in this frame.
    pub voiced: Vec<bool>,
}

impl Measured {
    pub fn new(channel: &Channel<'_>) -> Self {
        let clipped = || channel.levels.iter().map(|level| level.max(QUIETEST_FLOOR));
        let floor = quantile(clipped(), FLOOR_PART).unwrap_or(QUIETEST_FLOOR);
        let loud = quantile(clipped(), LOUD_PART).unwrap_or(LOWEST_DBFS);
        let hop = usize::try_from(channel.voice_hop).unwrap_or(usize::MAX).max(1);
        let voiced = (0..channel.levels.len())
            .map(|frame| {
                let step = (frame * LEVEL_HOP_SAMPLES + LEVEL_HOP_SAMPLES / 2) / hop;
                channel.voice.get(step).is_some_and(|&voice| voice >= VOICE)
            })
            .collect();
        let levels = channel.levels.iter().map(|level| level.max(floor)).collect();
        Self { levels, floor, loud, voiced }
    }

    /// Whether what voice activity found is too little and too scattered to be somebody talking:
    /// a melody that now and then sounds like a voice.
    pub fn is_hardly_voice(&self) -> bool {
        let longest = runs(&self.voiced).into_iter().map(|(from, to)| to - from).max();
        let frames = self.voiced.iter().filter(|on| **on).count();
        self.voiced.len() >= frames_in(SCATTERED_LEAST)
            && longest.unwrap_or(0) < frames_in(SCATTERED_RUN)
            && frames * SCATTERED < self.voiced.len()
    }

    pub fn threshold(&self) -> f32 {
        (self.floor + ABOVE_NOISE).max(self.loud - SPEECH_RANGE)
    }

    /// Where noise hides the soft parts of speech the level says nothing of them: adds what voice
    /// activity calls a voice.
    pub fn add_hidden(&self, frames: &mut [bool]) {
        if self.is_noisy() {
            for (frame, &voiced) in frames.iter_mut().zip(&self.voiced) {
                *frame |= voiced;
            }
        }
    }

    /// Whether soft parts of speech lie under the noise.
    pub fn is_noisy(&self) -> bool {
        self.floor + ABOVE_NOISE > self.loud - SPEECH_RANGE
    }

    /// The loudest level from [`BLEED_TAIL`] before each frame to [`BLEED_LEAD`] after it.
    pub fn smeared(&self) -> Vec<f32> {
        let (before, after) = (frames_in(BLEED_TAIL), frames_in(BLEED_LEAD));
        let mut window: std::collections::VecDeque<(usize, f32)> =
            std::collections::VecDeque::new();
        let mut smeared = Vec::with_capacity(self.levels.len());
        for frame in 0..self.levels.len() + after {
            if let Some(&level) = self.levels.get(frame) {
                while window.back().is_some_and(|&(_, last)| last <= level) {
                    window.pop_back();
                }
                window.push_back((frame, level));
            }
            let Some(centre) = frame.checked_sub(after) else { continue };
            while window.front().is_some_and(|&(index, _)| index + before < centre) {
                window.pop_front();
            }
            smeared.push(window.front().map_or(self.floor, |&(_, level)| level));
        }
        smeared.truncate(self.levels.len());
        smeared
    }
}

/// The stretches of speech that `frames` make: pauses closed, clicks and noises left out. `loud` is
/// the loudest speech of whose frames they are, dBFS.
pub(super) fn stretches(
    mut frames: Vec<bool>,
    channel: &Measured,
    loud: f32,
    duration: Ms,
) -> Vec<Span> {
    let strong = loud - STRONG_RANGE;
    close(&mut frames, SPEECH_PAUSE, |frame| channel.levels[frame] > strong);
    let least_voice = frames_in(LEAST_VOICE);
    runs(&frames)
        .into_iter()
        .filter(|&(from, to)| to - from >= frames_in(SHORTEST))
        .filter(|&(from, to)| {
            channel.voiced[from..to].iter().filter(|on| **on).count() >= least_voice
        })
        .filter_map(|run| span(run, duration))
        .collect()
}

/// Takes a frame off both ends of each run: a level is measured over three frames, so loud sound
/// shows one frame before it starts and one after it ends.
pub(super) fn narrow(frames: &mut [bool]) {
    for (from, to) in runs(frames) {
        frames[from] = false;
        frames[to - 1] = false;
    }
}

/// Clears frames further than `reach` from any voice.
pub(super) fn keep_near(frames: &mut [bool], voiced: &[bool], reach: Ms) {
    let reach = frames_in(reach);
    let mut near = vec![false; frames.len()];
    for (from, to) in runs(voiced) {
        let to = (to + reach).min(near.len());
        near[from.saturating_sub(reach)..to].fill(true);
    }
    for (frame, near) in frames.iter_mut().zip(near) {
        *frame &= near;
    }
}
