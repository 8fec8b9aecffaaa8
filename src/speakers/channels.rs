//! One voice a channel: who speaks when, with cross-talk and bleed taken out.
//!
//! A frame of a channel is its speaker's when (1) it is louder than the channel's own noise, (2) it is
//! louder than what the other channels' voices leave in it, and (3) voice activity finds a voice
//! near by. Edges come from the level, which is exact to 10 ms; whether it is a voice at all comes
//! from voice activity, which is not exact but is not fooled by noise. A quiet copy of the other
//! voice passes (1) and (3) and fails (2).

use serde::{Deserialize, Serialize};

use super::activity::{
    ABOVE_NOISE, Channel, LEAST_VOICE, Measured, NEAR_VOICE, keep_near, narrow, stretches,
};
use super::bleed::{Modes, modes};
use super::frames::frames_in;
use crate::session::{Ms, Separation, SeparationLevel, Span, VoiceScores};

/// Who speaks when.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Stretches of speech a channel, in order; pauses under 300 ms closed.
    pub speech: Vec<Vec<Span>>,
    /// How cleanly.
    pub separation: Separation,
    /// What is heard for each voice, where several share a channel.
    pub scores: Option<VoiceScores>,
    /// What speaks against as many people as were looked for.
    pub doubt: Option<VoiceDoubt>,
}

/// What speaks against two voices on one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoiceDoubt {
    /// There seems to be one voice, or two that are nearly the same.
    One,
    /// There seem to be more.
    More,
}

/// Why the channels are not people: what is recorded is one mix. Each kind says on which channel
/// (from 0) it is best heard; channels are never summed, opposite phases would cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotPeople {
    /// Only this channel holds a voice; the others are silent, noise, or a faint copy of it.
    OneChannel(usize),
    /// All channels hold the same mix.
    SameMix(usize),
    /// Every voice is in every channel, nearer to the one or the other: one device between people.
    StereoPickUp(usize),
}

impl NotPeople {
    /// The channel to listen to.
    #[must_use]
    pub fn channel(self) -> usize {
        match self {
            Self::OneChannel(channel) | Self::SameMix(channel) | Self::StereoPickUp(channel) => {
                channel
            }
        }
    }
}

/// How far above a voice's bleed a channel must be to be more than bleed, dB; at least this, and at
/// most half of what separates the modes.
const ABOVE_BLEED: f64 = 6.0;
/// Two channels are two people when the modes of their level difference are this far apart, dB …
/// (two microphones in one room that leak at −10 dB each way are 20 apart; a wide stereo pick-up,
/// 8 dB nearer to one side or the other, is 16)
const APART: f64 = 18.0;
/// … and this distinct.
const DISTINCT: f64 = 2.0;
/// Modes that lie closer together than this are one, dB: the same mix on both channels.
const SAME: f64 = 4.0;
/// A channel that is so much quieter than another all the time holds nothing but its copy, dB.
const FAINT: f64 = 20.0;
/// Loud frames needed to say so: half a second.
const LEAST_LOUD: usize = 50;
/// Loud enough to measure bleed on: within this of the channel's loudest speech.
const LOUD_RANGE: f32 = 20.0;

/// Tells the speakers of two or more channels apart. `duration` bounds the stretches.
///
/// No voice anywhere gives no speech and [`SeparationLevel::Unknown`].
///
/// # Errors
/// The channels are not people.
pub fn tell_apart(channels: &[Channel<'_>], duration: Ms) -> Result<Told, NotPeople> {
    let measured: Vec<Measured> = channels.iter().map(Measured::new).collect();
    let voiced: Vec<usize> =
        measured.iter().map(|m| m.voiced.iter().filter(|on| **on).count()).collect();
    let nobody = || Told {
        speech: vec![Vec::new(); channels.len()],
        separation: separation(SeparationLevel::Unknown, None),
        scores: None,
        doubt: None,
    };
    if voiced.iter().all(|&frames| frames < frames_in(LEAST_VOICE)) {
        return Ok(nobody());
    }
    let pairs = Pairs::new(&measured);
    if pairs.mixed() {
        return if measured.iter().all(Measured::is_hardly_voice) {
            Ok(nobody())
        } else {
            Err(one_mix(&measured, &pairs))
        };
    }
    let smeared: Vec<Vec<f32>> = measured.iter().map(Measured::smeared).collect();
    let speech: Vec<Vec<Span>> = (0..measured.len())
        .map(|own| speech_of(own, &measured, &smeared, &pairs, duration))
        .collect();
    let mut talking = (0..speech.len()).filter(|&index| !speech[index].is_empty());
    if let (Some(only), None) = (talking.next(), talking.next()) {
        let hardly = measured.iter().all(Measured::is_hardly_voice);
        return if hardly { Ok(nobody()) } else { Err(NotPeople::OneChannel(only)) };
    }
    Ok(Told { separation: pairs.separation(&measured), speech, scores: None, doubt: None })
}

/// Level differences of each pair of channels.
struct Pairs {
    /// For `a < b`, at `a * count + b`.
    modes: Vec<Option<Modes>>,
    count: usize,
}

impl Pairs {
    fn new(measured: &[Measured]) -> Self {
        let count = measured.len();
        let mut all = vec![None; count * count];
        for a in 0..count {
            for b in a + 1..count {
                let (first, second) = (&measured[a], &measured[b]);
                let loud = |m: &Measured, frame: usize| {
                    m.voiced[frame]
                        && m.levels[frame] > m.loud - LOUD_RANGE
                        && m.levels[frame] > m.threshold()
                };
                let frames = first.levels.len().min(second.levels.len());
                let differences: Vec<f64> = (0..frames)
                    .filter(|&frame| loud(first, frame) || loud(second, frame))
                    .map(|frame| f64::from(first.levels[frame]) - f64::from(second.levels[frame]))
                    .collect();
                all[a * count + b] = modes(&differences, LEAST_LOUD);
            }
        }
        Self { modes: all, count }
    }

    fn of(&self, a: usize, b: usize) -> Option<Modes> {
        self.modes[a.min(b) * self.count + a.max(b)]
    }

    fn found(&self) -> impl Iterator<Item = Modes> + '_ {
        self.modes.iter().flatten().copied()
    }

    /// Two channels whose level difference has no two modes.
    fn mixed(&self) -> bool {
        let mut found = self.found().peekable();
        found.peek().is_none() || found.any(|m| m.apart() < APART || m.distinctness() < DISTINCT)
    }

    /// The least difference `own − other` that is more than the other's bleed, dB.
    fn least(&self, own: usize, other: usize) -> f64 {
        let Some(modes) = self.of(own, other) else { return ABOVE_BLEED };
        let bleed = if own < other { modes.low } else { -modes.high };
        bleed + ABOVE_BLEED.min(modes.apart() / 2.0)
    }

    /// Level of a voice in another's channel against its own, the worst pair; `None` where it
    /// drowns in the noise of the channel.
    fn separation(&self, measured: &[Measured]) -> Separation {
        let mut worst: Option<f64> = None;
        for a in 0..self.count {
            for b in a + 1..self.count {
                let Some(modes) = self.of(a, b) else { continue };
                let heard = |into: usize, bleed: f64, voice: usize| {
                    let level = f64::from(measured[voice].loud) + bleed;
                    level > f64::from(measured[into].floor) + f64::from(ABOVE_NOISE)
                };
                // The mean of both directions does not depend on how the channels are set.
                if heard(a, modes.low, b) || heard(b, -modes.high, a) {
                    let bleed = -modes.apart() / 2.0;
                    worst = Some(worst.map_or(bleed, |worst: f64| worst.max(bleed)));
                }
            }
        }
        let clear = worst.is_none_or(|bleed| bleed <= CLEAR_BLEED);
        let level = if clear { SeparationLevel::Clear } else { SeparationLevel::Weak };
        separation(level, worst)
    }
}

/// Bleed up to here leaves the talk shares of the development sessions within
/// [`TALK_SHARE_ERROR`] (`tests/speakers.rs` mixes them).
const CLEAR_BLEED: f64 = -12.0;
/// Largest error of the coach's talk share over the development sessions, with their own bleed
/// (−26 to −32 dB) and with −15 dB: `tests/speakers.rs`.
const TALK_SHARE_ERROR: f64 = 0.015;

fn separation(level: SeparationLevel, bleed_db: Option<f64>) -> Separation {
    let talk_share_error = (level == SeparationLevel::Clear).then_some(TALK_SHARE_ERROR);
    Separation { level, bleed_db: bleed_db.map(|db| (db * 10.0).round() / 10.0), talk_share_error }
}

/// What kind of mix it is.
fn one_mix(measured: &[Measured], pairs: &Pairs) -> NotPeople {
    let voiced = |m: &Measured| m.voiced.iter().filter(|on| **on).count();
    let most = measured.iter().map(voiced).max().unwrap_or(0);
    let mut alive = (0..measured.len()).filter(|&i| voiced(&measured[i]) * 20 >= most.max(1));
    if let (Some(only), None) = (alive.next(), alive.next()) {
        return NotPeople::OneChannel(only);
    }
    // The loudest speech above the noise; the first of equals.
    let above_noise = |m: &Measured| m.loud - m.floor;
    let best = (0..measured.len())
        .rev()
        .max_by(|&a, &b| above_noise(&measured[a]).total_cmp(&above_noise(&measured[b])))
        .unwrap_or(0);
    let louder = |other: usize| {
        let sign = if best < other { 1.0 } else { -1.0 };
        pairs.of(best, other).is_some_and(|modes| sign * modes.mean() >= FAINT)
    };
    if (0..measured.len()).filter(|&other| other != best).all(louder) {
        return NotPeople::OneChannel(best);
    }
    if pairs.found().all(|modes| modes.apart() < SAME) {
        return NotPeople::SameMix(best);
    }
    NotPeople::StereoPickUp(best)
}

fn speech_of(
    own: usize,
    measured: &[Measured],
    smeared: &[Vec<f32>],
    pairs: &Pairs,
    duration: Ms,
) -> Vec<Span> {
    let channel = &measured[own];
    let threshold = channel.threshold();
    let mut frames: Vec<bool> = channel.levels.iter().map(|&level| level > threshold).collect();
    channel.add_hidden(&mut frames);
    for (other, neighbour) in measured.iter().enumerate().filter(|&(other, _)| other != own) {
        let least = pairs.least(own, other);
        for (frame, &level) in smeared[other].iter().enumerate().take(frames.len()) {
            let above = f64::from(channel.levels[frame]) - f64::from(level) > least;
            // Where both are at their floors there is nothing to compare.
            let silent = level <= neighbour.floor;
            frames[frame] = frames[frame] && (above || silent);
        }
    }
    keep_near(&mut frames, &channel.voiced, NEAR_VOICE);
    narrow(&mut frames);
    stretches(frames, channel, channel.loud, duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::speakers::frames::FRAME_MS;

    const HOP: u64 = 160;

    /// A channel that is at `quiet` dBFS but for the given stretches (frames, level), which are voice.
    fn channel(quiet: f32, stretches: &[(usize, usize, f32)]) -> (Vec<f32>, Vec<f32>) {
        let mut levels = vec![quiet; 3000];
        let mut voice = vec![0.0; 3000];
        for &(from, to, level) in stretches {
            levels[from..to].fill(level);
            voice[from..to].fill(0.9);
        }
        (levels, voice)
    }

    fn told(channels: &[(Vec<f32>, Vec<f32>)]) -> Result<Told, NotPeople> {
        let channels: Vec<Channel<'_>> = channels
            .iter()
            .map(|(levels, voice)| Channel { levels, voice, voice_hop: HOP })
            .collect();
        tell_apart(&channels, Ms(3000 * FRAME_MS))
    }

    fn times(spans: &[Span]) -> Vec<(u64, u64)> {
        spans.iter().map(|span| (span.start().0, span.end().0)).collect()
    }

    #[test]
    fn a_quiet_copy_of_the_other_voice_is_not_speech() {
        let left = channel(-65.0, &[(100, 300, -20.0), (500, 800, -45.0)]);
        let right = channel(-65.0, &[(100, 300, -45.0), (500, 800, -20.0)]);
        let told = told(&[left, right]).unwrap();
        assert_eq!(times(&told.speech[0]), [(1010, 2990)]);
        assert_eq!(times(&told.speech[1]), [(5010, 7990)]);
        assert_eq!(told.separation.bleed_db, Some(-25.0));
    }

    #[test]
    fn both_talking_at_once_is_speech_of_both() {
        let left = channel(-65.0, &[(100, 300, -20.0), (500, 800, -45.0), (1000, 1200, -20.0)]);
        let right = channel(-65.0, &[(100, 300, -45.0), (500, 800, -20.0), (1050, 1150, -24.0)]);
        let told = told(&[left, right]).unwrap();
        assert!(times(&told.speech[0]).contains(&(10_010, 11_990)));
        assert!(times(&told.speech[1]).iter().any(|&(from, to)| from >= 10_500 && to <= 11_510));
    }

    #[test]
    fn noise_that_is_no_voice_is_not_speech() {
        let (mut left, voice) = channel(-65.0, &[(100, 300, -20.0)]);
        left[2000..2300].fill(-25.0);
        let right = channel(-65.0, &[(500, 800, -20.0)]);
        let told = told(&[(left, voice), right]).unwrap();
        assert_eq!(times(&told.speech[0]), [(1010, 2990)]);
    }

    #[test]
    fn the_same_mix_on_both_channels_is_not_two_people() {
        let mix = channel(-60.0, &[(100, 300, -20.0), (500, 800, -30.0), (1000, 1500, -22.0)]);
        let mut other = mix.clone();
        other.0.iter_mut().for_each(|level| *level -= 4.0);
        assert_eq!(told(&[mix.clone(), other.clone()]), Err(NotPeople::SameMix(0)));
        assert_eq!(told(&[other, mix]), Err(NotPeople::SameMix(0)));
    }

    #[test]
    fn one_dead_channel_is_not_two_people() {
        let alive = channel(-60.0, &[(100, 300, -20.0), (500, 800, -20.0)]);
        let dead = channel(-96.0, &[]);
        assert_eq!(told(&[dead.clone(), alive.clone()]), Err(NotPeople::OneChannel(1)));
        assert_eq!(told(&[alive, dead]), Err(NotPeople::OneChannel(0)));
    }

    #[test]
    fn a_faint_copy_of_both_voices_is_a_dead_channel() {
        let alive = channel(-70.0, &[(100, 300, -20.0), (500, 800, -26.0)]);
        let faint = channel(-70.0, &[(100, 300, -48.0), (500, 800, -54.0)]);
        assert_eq!(told(&[faint, alive]), Err(NotPeople::OneChannel(1)));
    }

    #[test]
    fn one_phone_between_two_people_is_heard_on_its_clearer_channel() {
        let near = channel(-60.0, &[(100, 300, -20.0), (500, 800, -28.0)]);
        let far = channel(-50.0, &[(100, 300, -28.0), (500, 800, -20.0)]);
        assert_eq!(told(&[far, near]), Err(NotPeople::StereoPickUp(1)));
    }

    #[test]
    fn a_person_who_is_silent_for_half_the_session_is_still_one() {
        let left = channel(-65.0, &[(100, 300, -20.0), (1700, 2800, -20.0)]);
        let right = channel(-65.0, &[(500, 900, -22.0)]);
        let told = told(&[left, right]).unwrap();
        assert_eq!(times(&told.speech[1]), [(5010, 8990)]);
    }

    #[test]
    fn silence_has_no_speech_and_says_nothing_about_people() {
        let told = told(&[channel(-96.0, &[]), channel(-50.0, &[])]).unwrap();
        assert!(told.speech.iter().all(Vec::is_empty));
        assert_eq!(told.separation.level, SeparationLevel::Unknown);
    }

    #[test]
    fn scattered_moments_that_sound_like_a_voice_are_nobody() {
        let notes: Vec<(usize, usize, f32)> =
            (0..4).map(|n| (100 + n * 700, 140 + n * 700, -20.0)).collect();
        let melody = channel(-60.0, &notes);
        let told = told(&[melody.clone(), melody]).unwrap();
        assert!(told.speech.iter().all(Vec::is_empty));
    }

    #[test]
    fn three_tracks_are_three_people() {
        let track = |from| channel(-70.0, &[(from, from + 200, -20.0)]);
        let told = told(&[track(100), track(500), track(900)]).unwrap();
        let starts: Vec<u64> = told.speech.iter().map(|spans| spans[0].start().0).collect();
        assert_eq!(starts, [1010, 5010, 9010]);
        assert_eq!(told.separation.bleed_db, None);
    }
}
