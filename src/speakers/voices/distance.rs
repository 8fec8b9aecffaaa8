//! How far the voices that were found lie apart, what that says of their number, and how far off their
//! talk shares may be. The figures behind the numbers are in `docs/decisions/0005-one-channel.md`.

use crate::speakers::channels::VoiceDoubt;

/// How far the voices that were found lie apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Distance {
    /// By how much they explain the recording better than one voice does; `cluster::gain`.
    pub gain: f64,
    /// The nearest two, in the spreads within a voice.
    pub apart: f64,
    /// Windows that the encoder heard.
    pub windows: usize,
    /// Cosine of the two nearest voices as the encoder hears them, 1 for the same.
    pub cosine: f64,
    /// What the encoder gains by one voice more.
    pub more: f64,
}

impl Distance {
    /// Whether it is no more than what one voice shows when it is cut in two. One person who says
    /// little makes a small gain, but is far from the other.
    pub fn is_one_voice(self) -> bool {
        let small = self.gain < ONE_VOICE_GAIN && self.apart < ONE_VOICE_APART;
        small && (self.windows < COUNTED || self.cosine >= SAME_VOICE)
    }

    /// What speaks against as many `voices` as were asked for.
    pub fn doubt(self, voices: usize) -> Option<VoiceDoubt> {
        let alike = self.windows >= COUNTED && self.cosine >= SAME_VOICE;
        let more = self.windows >= COUNTED_MORE && self.more >= ONE_MORE;
        match voices {
            2 if alike || self.is_one_voice() => Some(VoiceDoubt::One),
            2 if more => Some(VoiceDoubt::More),
            _ => None,
        }
    }
}

/// Two voices of the development recordings gain 1.2 or more; one voice cut in two by force gains
/// 0.6 to 1.5 …
const ONE_VOICE_GAIN: f64 = 1.15;
/// … and its halves are 2 to 3.4 apart.
const ONE_VOICE_APART: f64 = 3.4;
/// Cosine of the halves of one voice: 0.92 or more in 25 of 26 recordings with this many windows, and
/// in none of two people's but where one network spoke both.
const SAME_VOICE: f64 = 0.92;
const COUNTED: usize = 40;
/// What a third voice adds to what the encoder gains where there is one, 0.46 and more; where there
/// is none, up to 0.29 with this many windows.
const ONE_MORE: f64 = 0.4;
const COUNTED_MORE: usize = 60;
/// Fewer windows than this, some 12 s of speech, say nothing surely.
const FEW: usize = 14;
/// From this many on, a minute of speech, more does not help.
const ENOUGH: usize = 75;
/// Voices whose cosine is over this are close.
const CLOSE: f64 = 0.85;
/// A talk share that is expected to be further off than this is rough.
const WEAK: f64 = 0.06;

/// Nine in ten development recordings of the kind had a talk share no further off than this.
pub(super) fn expected_error(distance: Option<Distance>, voices: usize, noisy: bool) -> f64 {
    const USUAL: f64 = 0.04;
    const HARDER: f64 = 0.02;
    const MORE_THAN_TWO: f64 = 0.08;
    /// Anything.
    const NOT_TOLD: f64 = 0.50;
    let Some(found) = distance else { return NOT_TOLD };
    if found.windows < FEW || found.doubt(voices).is_some() {
        return NOT_TOLD;
    }
    let harder = [found.windows < ENOUGH, found.cosine >= CLOSE, noisy];
    if voices > 2 {
        return if harder.contains(&true) { NOT_TOLD } else { MORE_THAN_TWO };
    }
    harder.iter().filter(|harder| **harder).fold(USUAL, |error, _| error + HARDER)
}

/// Whether a talk share that may be so far off is rough.
pub(super) fn is_weak(error: f64) -> bool {
    error > WEAK
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAR: Distance =
        Distance { gain: 2.2, apart: 6.0, windows: 300, cosine: 0.7, more: 0.1 };

    fn stated(distance: Distance, noisy: bool) -> f64 {
        (100.0 * expected_error(Some(distance), 2, noisy)).round()
    }

    #[test]
    fn less_is_promised_where_voices_are_close_or_the_recording_short_or_noisy() {
        assert!((stated(CLEAR, false) - 4.0).abs() < 1e-9);
        let close = Distance { cosine: 0.88, ..CLEAR };
        let short = Distance { windows: 30, ..CLEAR };
        for harder in [stated(close, false), stated(short, false), stated(CLEAR, true)] {
            assert!((harder - 6.0).abs() < 1e-9);
        }
        let both = stated(Distance { windows: 30, ..close }, false);
        assert!(is_weak(both / 100.0) && !is_weak(0.06));
        assert!((stated(Distance { windows: 8, ..CLEAR }, false) - 50.0).abs() < 1e-9);
    }

    #[test]
    fn one_voice_and_a_third_are_doubted_where_enough_was_heard() {
        let same = Distance { cosine: 0.95, ..CLEAR };
        assert_eq!(same.doubt(2), Some(VoiceDoubt::One));
        assert_eq!(Distance { windows: 20, ..same }.doubt(2), None);
        let third = Distance { more: 0.5, ..CLEAR };
        assert_eq!((third.doubt(2), third.doubt(3)), (Some(VoiceDoubt::More), None));
        assert_eq!(CLEAR.doubt(2), None);
    }
}
