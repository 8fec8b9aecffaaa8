//! How loud each channel is: kept by the callback in atomics, read by whoever shows it.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// A sample this far out is at the end of the scale: what was louder was cut off.
const FULL: u16 = 32_767;

/// How loud a channel was since it was last looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Level {
    /// The largest sample, from 0 to 32768.
    pub peak: u16,
    /// Mean square of the samples.
    pub power: u64,
    /// Samples at the end of the scale.
    pub clipped: u64,
    /// How many samples that is about.
    pub samples: u64,
}

impl Level {
    /// The loudness of the samples together, dBFS (a full square wave is 0); `None` for silence.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a power of 16 bit samples fits")]
    pub fn dbfs(&self) -> Option<f64> {
        let share = self.power as f64 / f64::from(1_u32 << 30);
        (self.power > 0).then(|| 10.0 * share.log10())
    }

    /// The largest sample, dBFS; `None` for silence.
    #[must_use]
    pub fn peak_dbfs(&self) -> Option<f64> {
        (self.peak > 0).then(|| 20.0 * (f64::from(self.peak) / 32_768.0).log10())
    }
}

/// The meter of a channel.
#[derive(Debug, Default)]
pub(super) struct Meter {
    peak: AtomicU32,
    squares: AtomicU64,
    clipped: AtomicU64,
    samples: AtomicU64,
}

impl Meter {
    /// Takes samples.
    pub(super) fn add(&self, samples: impl Iterator<Item = i16>) {
        let (mut peak, mut squares, mut clipped, mut count) = (0, 0, 0, 0);
        for sample in samples {
            let size = sample.unsigned_abs();
            peak = peak.max(size);
            squares += u64::from(size) * u64::from(size);
            clipped += u64::from(size >= FULL);
            count += 1;
        }
        self.peak.fetch_max(u32::from(peak), Relaxed);
        self.squares.fetch_add(squares, Relaxed);
        self.clipped.fetch_add(clipped, Relaxed);
        self.samples.fetch_add(count, Relaxed);
    }

    /// Since the last time. The figures may be of a callback more or less than each other.
    pub(super) fn read(&self) -> Level {
        let samples = self.samples.swap(0, Relaxed);
        Level {
            peak: u16::try_from(self.peak.swap(0, Relaxed)).unwrap_or(u16::MAX),
            power: self.squares.swap(0, Relaxed).checked_div(samples).unwrap_or(0),
            clipped: self.clipped.swap(0, Relaxed),
            samples,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_reads_peak_power_and_what_is_clipped_and_begins_anew() {
        let meter = Meter::default();
        meter.add([16_384, -16_384].into_iter());
        meter.add([16_384, i16::MIN].into_iter());
        let level = meter.read();
        assert_eq!((level.peak, level.clipped, level.samples), (32_768, 1, 4));
        assert_eq!(level.power, (3 * (1_u64 << 28) + (1 << 30)) / 4);
        assert_eq!(level.peak_dbfs(), Some(0.0));
        assert_eq!(meter.read(), Level::default());
        assert_eq!((Level::default().dbfs(), Level::default().peak_dbfs()), (None, None));
    }
}
