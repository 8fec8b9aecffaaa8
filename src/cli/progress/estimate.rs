//! How far a batch is: audio done, how fast, how long the rest will take.
//!
//! How long a recording is shows when it is decoded; until then its bytes stand for it, at the rate of
//! those whose length is known.

use std::time::Duration;

use crate::progress::Stage;
use crate::report::numbers;
use crate::session::Ms;

/// Where a stage begins and how far it reaches, as a share of the work on a recording: medians of the
/// stages' times in `run.json` (`docs/decisions/0012-folders.md`).
fn of_work(stage: Stage) -> (f64, f64) {
    match stage {
        Stage::Decode => (0.0, 0.01),
        Stage::Listen => (0.01, 0.08),
        Stage::Transcribe => (0.08, 0.99),
        Stage::Measure => (0.99, 1.0),
    }
}

/// What is known of a recording's work.
#[derive(Debug, Clone, Copy, Default)]
struct Recording {
    bytes: u64,
    /// Its length, where it is known.
    length: Option<Ms>,
    /// The share of the work that is done.
    done: f64,
    /// Nothing is left to do, of its audio this much was done.
    ended: Option<Ms>,
}

/// The recordings of a batch.
#[derive(Debug)]
pub(super) struct Estimate(Vec<Recording>);

impl Estimate {
    /// Of recordings of so many bytes.
    pub fn new(bytes: impl Iterator<Item = u64>) -> Self {
        Self(bytes.map(|bytes| Recording { bytes, ..Recording::default() }).collect())
    }

    /// A stage is done to this share of `total`.
    pub fn came(&mut self, number: usize, stage: Stage, done: Ms, total: Ms) {
        let Some(recording) = self.0.get_mut(number) else { return };
        if stage == Stage::Decode && total > Ms::ZERO {
            recording.length = Some(total);
        }
        let (from, to) = of_work(stage);
        let share = if total > Ms::ZERO { done.as_f64() / total.as_f64() } else { 0.0 };
        recording.done = recording.done.max(from + (to - from) * share.min(1.0));
    }

    /// A recording has ended; of what was not analysed now the audio is none.
    pub fn ended(&mut self, number: usize, audio: Ms) {
        if let Some(recording) = self.0.get_mut(number) {
            recording.ended = Some(audio);
        }
    }

    /// Recordings that have ended.
    pub fn ended_count(&self) -> usize {
        self.0.iter().filter(|recording| recording.ended.is_some()).count()
    }

    /// Audio done.
    pub fn audio(&self) -> Ms {
        let whole: Ms = self.0.iter().filter_map(|recording| recording.ended).sum();
        let begun = self.0.iter().filter(|recording| recording.ended.is_none());
        let begun: f64 = begun
            .map(|recording| recording.done * recording.length.unwrap_or_default().as_f64())
            .sum();
        whole + Ms(numbers::count(begun))
    }

    /// How long the rest will take, when this much was done in `elapsed`.
    pub fn left(&self, elapsed: Duration) -> Option<Duration> {
        let done = self.audio().as_f64();
        if done < 1000.0 {
            return None;
        }
        let known = |recording: &&Recording| recording.length.is_some() && recording.bytes > 0;
        let known: Vec<&Recording> = self.0.iter().filter(known).collect();
        let length: f64 =
            known.iter().map(|recording| recording.length.unwrap_or_default().as_f64()).sum();
        let bytes: f64 = known.iter().map(|recording| as_f64(recording.bytes)).sum();
        let ms_per_byte = if bytes > 0.0 { length / bytes } else { 0.0 };
        let to_do = self.0.iter().filter(|recording| recording.ended.is_none());
        let to_do: f64 = to_do
            .map(|recording| {
                let length =
                    recording.length.map_or(as_f64(recording.bytes) * ms_per_byte, Ms::as_f64);
                length * (1.0 - recording.done)
            })
            .sum();
        Duration::try_from_secs_f64(elapsed.as_secs_f64() * to_do / done).ok()
    }
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn as_f64(bytes: u64) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_known_from_bytes_until_lengths_are() {
        let minute = Ms(60_000);
        let mut estimate = Estimate::new([1000, 1000, 2000].into_iter());
        assert_eq!(estimate.left(Duration::from_secs(1)), None);
        estimate.came(0, Stage::Decode, Ms::ZERO, minute);
        estimate.ended(0, minute);
        assert_eq!((estimate.audio(), estimate.ended_count()), (minute, 1));
        // Three thousand bytes at a minute a thousand, in ten seconds each.
        assert_eq!(estimate.left(Duration::from_secs(10)), Some(Duration::from_secs(30)));
        // One of them failed: nothing of it is left, and nothing was done.
        estimate.ended(2, Ms::ZERO);
        assert_eq!(estimate.left(Duration::from_secs(10)), Some(Duration::from_secs(10)));
        estimate.came(1, Stage::Decode, minute, minute);
        estimate.came(1, Stage::Transcribe, Ms(30_000), minute);
        let share = estimate.audio().as_f64() / minute.as_f64() - 1.0;
        assert!((0.5..0.6).contains(&share), "{share}");
    }
}
