//! What a person should know of the sound while there is time: a channel too loud, or one on which
//! nothing is heard.

use crate::session::Ms;
use crate::sound::Level;

/// What is wrong with a channel, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// It is too loud: peaks are cut off.
    Clipping(u16),
    /// Nothing at all comes: switched off, or the wrong input.
    Dead(u16),
    /// Only what any room makes: is the microphone near somebody?
    Silent(u16),
}

/// Clipping is shown for so long after the last of it: it is over before anybody looks.
const SHOWN: Ms = Ms(5_000);
/// Samples within this of zero are those of an input that is switched off.
const DEAD: u16 = 1;
/// So long at most is nothing but a pause of the device.
const DEAD_FOR: Ms = Ms(3_000);
/// Below this nobody speaks near the microphone, dBFS: the level below which tracks are nobody's.
const QUIET: f64 = -60.0;
/// One who listens is silent for long; still a chair moves.
const QUIET_FOR: Ms = Ms(30_000);

/// What was heard of the channels so far.
#[derive(Debug, Default)]
pub(super) struct Ear {
    channels: Vec<Heard>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Heard {
    /// Since the last clipping; `None` before the first.
    clipped: Option<Ms>,
    dead: Ms,
    quiet: Ms,
}

impl Ear {
    /// Hears what came since the last time.
    pub(super) fn hear(&mut self, levels: &[Level], rate_hz: u32) {
        self.channels.resize(levels.len(), Heard::default());
        for (heard, level) in self.channels.iter_mut().zip(levels) {
            let time = Ms(level.samples * 1000 / u64::from(rate_hz.max(1)));
            let grown = |before: Ms, goes_on: bool| if goes_on { before + time } else { Ms::ZERO };
            heard.clipped = match level.clipped {
                0 => heard.clipped.map(|since| since + time).filter(|&since| since < SHOWN),
                _ => Some(Ms::ZERO),
            };
            if level.samples > 0 {
                heard.dead = grown(heard.dead, level.peak <= DEAD);
                heard.quiet = grown(heard.quiet, level.peak_dbfs().is_none_or(|db| db < QUIET));
            }
        }
    }

    /// What is wrong now.
    pub(super) fn alarms(&self) -> Vec<Alarm> {
        let mut alarms = Vec::new();
        for (number, heard) in (0..).zip(&self.channels) {
            if heard.clipped.is_some() {
                alarms.push(Alarm::Clipping(number));
            }
            if heard.dead >= DEAD_FOR {
                alarms.push(Alarm::Dead(number));
            } else if heard.quiet >= QUIET_FOR {
                alarms.push(Alarm::Silent(number));
            }
        }
        alarms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second at 1000 Hz of this peak.
    fn second(peak: u16) -> Level {
        let clipped = u64::from(peak >= 32_767);
        Level { peak, power: u64::from(peak), clipped, samples: 1_000 }
    }

    fn after(seconds: &[(u16, u16)]) -> Vec<Alarm> {
        let mut ear = Ear::default();
        for &(left, right) in seconds {
            ear.hear(&[second(left), second(right)], 1_000);
        }
        ear.alarms()
    }

    #[test]
    fn a_channel_on_which_nothing_comes_is_told_soon_and_a_quiet_one_late() {
        assert_eq!(after(&[(3_000, 0); 2]), []);
        assert_eq!(after(&[(3_000, 0); 3]), [Alarm::Dead(1)]);
        assert_eq!(after(&[(3_000, 20); 29]), []);
        assert_eq!(after(&[(3_000, 20); 30]), [Alarm::Silent(1)]);
        let spoke = [&[(3_000, 20); 29][..], &[(0, 3_000)]].concat();
        assert_eq!(after(&spoke), []);
    }

    #[test]
    fn clipping_is_shown_for_a_while_after_it() {
        assert_eq!(after(&[(32_767, 500)]), [Alarm::Clipping(0)]);
        assert_eq!(after(&[(32_767, 500), (500, 500), (500, 500)]), [Alarm::Clipping(0)]);
        assert_eq!(after(&[&[(32_767, 500)][..], &[(500, 500); 5]].concat()), []);
    }
}
