//! Which of several tracks is the mix of the others: what everybody hears, as OBS and Riverside write
//! it beside the people apart.
//!
//! The mix holds each other track at a level of its own that stays the same. A person's track holds
//! the others as bleed, 20 dB and more under (`docs/decisions/0003-channels.md`), or not at all.

use super::activity::Channel;
use super::frames::quantile;
use crate::sound::LOWEST_DBFS;

/// Frames this near to a track's loudest say how much of it is in another, dB: above it, the rest of
/// the mix is mostly silent or softer.
const LOUD: f32 = 15.0;
/// Part of the frames that is loudest.
const LOUD_PART: f64 = 0.97;
/// A mix of two holds each at −6 dB, of six at −16; bleed lies at −20 and under.
const LEAST_HELD: f32 = -18.0;
/// A track is held as it is: in nine of ten loud frames at no less than this under its median.
const STEADY: f32 = 6.0;
/// A track that is never louder is nobody's.
const NOBODY: f32 = -60.0;

/// The track (from 0) that holds all others, of three or more.
#[must_use]
pub fn mix_of_others(tracks: &[Channel<'_>]) -> Option<usize> {
    let loudest = |track: &Channel<'_>| {
        quantile(track.levels.iter().copied(), LOUD_PART).unwrap_or(LOWEST_DBFS)
    };
    let loud: Vec<f32> = tracks.iter().map(loudest).collect();
    (0..tracks.len()).find(|&mix| {
        let others = (0..tracks.len()).filter(|&other| other != mix && loud[other] > NOBODY);
        let held = others.map(|other| holds(&tracks[mix], &tracks[other], loud[other]));
        let held: Vec<bool> = held.collect();
        held.len() >= 2 && held.iter().all(|held| *held)
    })
}

/// Whether `mix` holds `other`, whose loudest level is given.
fn holds(mix: &Channel<'_>, other: &Channel<'_>, loud: f32) -> bool {
    let pairs = mix.levels.iter().zip(other.levels);
    let loud_frames = pairs.filter(|(_, other)| **other > loud - LOUD);
    let differences: Vec<f32> = loud_frames.map(|(mix, other)| mix - other).collect();
    let at = |part| quantile(differences.iter().copied(), part);
    let (Some(low), Some(middle)) = (at(0.1), at(0.5)) else { return false };
    middle >= LEAST_HELD && middle - low <= STEADY
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Levels of people who take turns of two seconds, and of a mix of them.
    fn tracks(bleed: f32) -> Vec<Vec<f32>> {
        let people: Vec<Vec<f32>> = (0..2)
            .map(|person| {
                let level = |frame: usize| {
                    let speaks = frame / 200 % 2 == person;
                    let loud = -20.0 - f32::from(u8::try_from(frame * 7 % 13).unwrap());
                    if speaks { loud } else { (loud + bleed).max(-70.0) }
                };
                (0..4000).map(level).collect()
            })
            .collect();
        let mix = people[0].iter().zip(&people[1]).map(|(a, b)| a.max(*b) - 6.0).collect();
        vec![mix, people[0].clone(), people[1].clone()]
    }

    fn mix_of(tracks: &[Vec<f32>]) -> Option<usize> {
        let channels: Vec<Channel<'_>> =
            tracks.iter().map(|levels| Channel { levels, voice: &[], voice_hop: 512 }).collect();
        mix_of_others(&channels)
    }

    #[test]
    fn what_holds_all_others_is_their_mix_wherever_it_stands() {
        let mut all = tracks(-80.0);
        assert_eq!(mix_of(&all), Some(0));
        all.rotate_left(1);
        assert_eq!(mix_of(&all), Some(2));
    }

    #[test]
    fn people_who_leak_into_each_other_are_no_mix() {
        let [_, one, other] = &tracks(-20.0)[..] else { panic!("three") };
        let third: Vec<f32> = one.iter().rev().copied().collect();
        assert_eq!(mix_of(&[one.clone(), other.clone(), third]), None);
        assert_eq!(mix_of(&[one.clone(), other.clone()]), None);
    }

    #[test]
    fn an_empty_track_says_nothing() {
        let mut all = tracks(-80.0);
        all.push(vec![-90.0; 4000]);
        assert_eq!(mix_of(&all), Some(0));
    }
}
