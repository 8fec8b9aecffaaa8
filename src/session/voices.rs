//! How surely each voice of one mixed channel sounds, moment by moment.

use serde::{Deserialize, Serialize};

use super::{Ms, Span};

/// What was heard for each voice of a mixed channel: plain data between the room that hears voices and
/// the one that joins them with words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoiceScores {
    /// Where the first step starts.
    pub start_ms: Ms,
    /// How likely it is that a voice sounds, if any does, in per cent: a list a voice, a value a step
    /// of [`VoiceScores::STEP`].
    pub of: Vec<Vec<u8>>,
}

impl VoiceScores {
    /// Length of a step.
    pub const STEP: Ms = Ms(100);

    /// How likely a voice (from 0) is over `span`, 0 to 1; `None` where nothing is known of it.
    #[must_use]
    pub fn likelihood(&self, voice: usize, span: Span) -> Option<f64> {
        let steps = self.of.get(voice)?;
        let step = |time: Ms| {
            let steps_before = time.since(self.start_ms).0 / Self::STEP.0;
            usize::try_from(steps_before).unwrap_or(usize::MAX)
        };
        let last = Ms(span.end().0.saturating_sub(1));
        let within = steps.get(step(span.start())..=step(last).min(steps.len().checked_sub(1)?))?;
        let sum: u32 = within.iter().map(|&part| u32::from(part)).sum();
        let count = u32::try_from(within.len()).ok().filter(|&count| count > 0)?;
        Some(f64::from(sum) / f64::from(count) / 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likelihood_of_a_stretch_is_the_mean_of_its_steps() {
        let scores = VoiceScores { start_ms: Ms(1_000), of: vec![vec![100, 50, 0]] };
        let over = |from, to| scores.likelihood(0, Span::new(Ms(from), Ms(to)).unwrap());
        assert_eq!(over(1_000, 1_100), Some(1.0));
        assert_eq!(over(1_050, 1_300), Some(0.5));
        assert_eq!(over(1_400, 1_500), None);
        assert_eq!(scores.likelihood(1, Span::new(Ms(1_000), Ms(1_100)).unwrap()), None);
    }
}
