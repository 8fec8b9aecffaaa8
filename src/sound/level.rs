//! How loud it is, every 10 ms.
//!
//! In: a channel of a work copy. Out: decibels below full scale a frame. Frame `i` starts at sample
//! `i` · [`LEVEL_HOP_SAMPLES`] and is measured over [`LEVEL_WINDOW_SAMPLES`] samples centred on its
//! middle, so levels are not delayed against times.

use super::work::WorkCopy;
use crate::error::Result;

/// Samples from one frame to the next: 10 ms.
pub const LEVEL_HOP_SAMPLES: usize = 160;
/// Samples a level is measured over: 30 ms, three periods of a low voice (100 Hz).
pub const LEVEL_WINDOW_SAMPLES: usize = 480;
/// The level of digital silence, dBFS: just under one step of 16 bits (−90.3).
pub const LOWEST_DBFS: f32 = -96.0;

/// Frames read at once.
const FRAMES_AT_ONCE: usize = 6000;

/// Root mean square of each 10 ms frame of `channel` with 10 ms before and after it, dBFS (a full
/// scale square wave is 0, a full scale sine −3.01), never under [`LOWEST_DBFS`]. The last frame may
/// be short; windows end with the recording.
///
/// # Errors
/// As [`WorkCopy::read`].
pub fn frame_levels(work: &WorkCopy, channel: u16) -> Result<Vec<f32>> {
    let hop = LEVEL_HOP_SAMPLES as u64;
    let frames = work.samples().div_ceil(hop);
    // Energy of each hop; a window is three of them.
    let mut energies = Vec::with_capacity(usize::try_from(frames).unwrap_or(0));
    let mut samples = vec![0; FRAMES_AT_ONCE * LEVEL_HOP_SAMPLES];
    let mut first = 0;
    while first < work.samples() {
        let count = work.read(channel, first, &mut samples)?;
        for frame in samples[..count].chunks(LEVEL_HOP_SAMPLES) {
            let energy: u64 = frame.iter().map(|&s| u64::from(s.unsigned_abs()).pow(2)).sum();
            energies.push((energy, frame.len()));
        }
        first += count as u64;
    }
    let level = |index: usize| {
        let around = &energies[index.saturating_sub(1)..energies.len().min(index + 2)];
        let energy: u64 = around.iter().map(|hop| hop.0).sum();
        dbfs(energy, around.iter().map(|hop| hop.1).sum())
    };
    Ok((0..energies.len()).map(level).collect())
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "480 squares of 16 bits stay below 2^53; a level needs no more than an f32"
)]
fn dbfs(energy: u64, samples: usize) -> f32 {
    let power = energy as f64 / (samples.max(1) as f64 * 32768.0 * 32768.0);
    (10.0 * power.log10()).max(f64::from(LOWEST_DBFS)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(samples: &[i16]) -> Vec<f32> {
        let dir = tempfile::tempdir().unwrap();
        frame_levels(&WorkCopy::from_samples(dir.path(), &[samples]).unwrap(), 0).unwrap()
    }

    #[test]
    fn digital_silence_is_the_floor_and_full_scale_is_zero() {
        assert_eq!(levels(&[0; 1600]), [LOWEST_DBFS; 10]);
        assert!(levels(&[-32768; 1600]).iter().all(|level| level.abs() < 0.001));
    }

    #[test]
    fn half_the_amplitude_is_6_db_less() {
        let level = levels(&[16384; 1600])[5];
        assert!((level + 6.02).abs() < 0.01, "{level}");
    }

    #[test]
    fn a_burst_is_where_it_is() {
        let mut samples = vec![0; 16_000];
        samples[8000..8160].fill(10_000);
        let levels = levels(&samples);
        let loud: Vec<usize> = (0..100).filter(|&i| levels[i] > -60.0).collect();
        assert_eq!(loud, [49, 50, 51]);
    }

    #[test]
    fn blocks_do_not_show() {
        let long = vec![1000; FRAMES_AT_ONCE * LEVEL_HOP_SAMPLES * 2 + 77];
        let levels = levels(&long);
        assert_eq!(levels.len(), FRAMES_AT_ONCE * 2 + 1);
        assert!(levels.iter().all(|level| (level - levels[0]).abs() < 0.001));
    }
}
