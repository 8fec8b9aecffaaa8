//! From any rate to 16 kHz, block by block.
//!
//! In: blocks of any length, channels apart, at the rate of the source. Out: 16 kHz samples without
//! the filter's delay: sample `n` stands for the same moment as source sample `n · rate / 16000`,
//! and N source samples become round(N · 16000 / rate).
//!
//! The filter is rubato's FFT resampler: a Blackman-Harris² low-pass of about 30 ms under the lower
//! of the two Nyquist frequencies, so nothing above 8 kHz folds back. A source at 16 kHz passes
//! through bit for bit.

use audioadapter_buffers::direct::SequentialSliceOfVecs;
use rubato::{Fft, FixedSync, Indexing, Resampler as _, WindowFunction};

use super::work::{SAMPLE_RATE, TakeSound};
use crate::error::Result;

/// Length of the anti-alias filter as a part of a second: 1/32 s, 31 ms.
const FILTERS_PER_S: usize = 32;
/// Silence is fed in pieces of this many frames.
const SILENCE_FRAMES: usize = 8192;

/// Takes blocks at the source's rate, hands 16 kHz samples on.
pub(super) struct Resampler<'a> {
    filter: Option<Filter>,
    output: Output<'a>,
    rate: u64,
    taken: u64,
    channels: usize,
}

struct Filter {
    fft: Fft<f32>,
    /// Frames that wait for a whole block, one vector a channel.
    waiting: Vec<Vec<f32>>,
    out: Vec<Vec<f32>>,
    /// Leading output frames that are the filter's delay and still have to go.
    delay: usize,
}

struct Output<'a> {
    into: &'a mut dyn TakeSound,
    /// Samples of the first channel handed on.
    written: u64,
    samples: Vec<i16>,
}

impl<'a> Resampler<'a> {
    /// Resamples `channels` channels from `rate` samples a second; `None` for a rate that no filter
    /// can be built for.
    pub(super) fn new(rate: u32, channels: usize, into: &'a mut dyn TakeSound) -> Option<Self> {
        let filter = if rate == SAMPLE_RATE { None } else { Some(Filter::new(rate, channels)?) };
        let output = Output { into, written: 0, samples: Vec::new() };
        Some(Self { filter, output, rate: u64::from(rate), taken: 0, channels })
    }

    /// Takes frames `from..to` of a block, one vector a channel.
    pub(super) fn push(&mut self, block: &[Vec<f32>], from: usize, to: usize) -> Result<()> {
        self.taken += (to - from) as u64;
        let Some(filter) = &mut self.filter else {
            for (channel, samples) in (0..).zip(block) {
                self.output.write(channel, &samples[from..to])?;
            }
            return Ok(());
        };
        let mut at = from;
        while at < to {
            let until = to.min(at + filter.room());
            for (waiting, samples) in filter.waiting.iter_mut().zip(block) {
                waiting.extend_from_slice(&samples[at..until]);
            }
            at = until;
            if filter.room() == 0 {
                filter.run(&mut self.output, u64::MAX)?;
            }
        }
        Ok(())
    }

    /// Takes frames of digital silence.
    pub(super) fn push_silence(&mut self, frames: u64) -> Result<()> {
        let block = vec![vec![0.0; SILENCE_FRAMES]; self.channels];
        let mut left = frames;
        while left > 0 {
            let count = usize::try_from(left).unwrap_or(SILENCE_FRAMES).min(SILENCE_FRAMES);
            self.push(&block, 0, count)?;
            left -= count as u64;
        }
        Ok(())
    }

    /// Drains the filter, until exactly the samples due are handed on.
    pub(super) fn finish(mut self) -> Result<()> {
        let due = output_length(self.taken, self.rate);
        if let Some(filter) = &mut self.filter {
            while self.output.written < due {
                filter.run(&mut self.output, due)?;
            }
        }
        Ok(())
    }
}

/// round(frames · 16000 / rate).
fn output_length(frames: u64, rate: u64) -> u64 {
    let exact = u128::from(frames) * u128::from(SAMPLE_RATE);
    let rounded = (exact + u128::from(rate) / 2) / u128::from(rate);
    u64::try_from(rounded).unwrap_or(u64::MAX)
}

impl Filter {
    fn new(rate: u32, channels: usize) -> Option<Self> {
        let rate = usize::try_from(rate).ok()?;
        let fft = Fft::new_custom(
            rate,
            SAMPLE_RATE as usize,
            (rate / FILTERS_PER_S).max(1),
            1,
            channels,
            WindowFunction::BlackmanHarris2,
            FixedSync::Both,
        )
        .ok()?;
        let waiting = vec![Vec::with_capacity(fft.input_frames_max()); channels];
        let out = vec![vec![0.0; fft.output_frames_max()]; channels];
        let delay = fft.output_delay();
        Some(Self { fft, waiting, out, delay })
    }

    fn room(&self) -> usize {
        self.fft.input_frames_next() - self.waiting[0].len()
    }

    /// Runs one block, filled up with silence where it is short, and writes what comes out, up to
    /// `limit` samples a channel in all.
    fn run(&mut self, output: &mut Output<'_>, limit: u64) -> Result<()> {
        let (channels, filled) = (self.waiting.len(), self.waiting[0].len());
        for waiting in &mut self.waiting {
            waiting.resize(self.fft.input_frames_next(), 0.0);
        }
        let block = self.waiting[0].len();
        let room = self.out[0].len();
        let made = SequentialSliceOfVecs::new(&self.waiting, channels, block)
            .ok()
            .zip(SequentialSliceOfVecs::new_mut(&mut self.out, channels, room).ok())
            .and_then(|(input, mut out)| {
                self.fft.process_into_buffer(&input, &mut out, Some(&Indexing::new())).ok()
            });
        debug_assert!(made.is_some(), "buffers are made to the filter's own sizes ({filled})");
        let made = made.map_or(0, |(_, made)| made);
        for waiting in &mut self.waiting {
            waiting.clear();
        }
        let skip = self.delay.min(made);
        self.delay -= skip;
        let left = usize::try_from(limit - output.written).unwrap_or(usize::MAX);
        let until = made.min(skip.saturating_add(left));
        for (channel, samples) in (0..).zip(&self.out) {
            output.write(channel, &samples[skip..until])?;
        }
        Ok(())
    }
}

impl Output<'_> {
    /// Full scale is 32768, as in Symphonia and whisper-rs, so 16 bit sources come back unchanged.
    #[expect(clippy::cast_possible_truncation, reason = "clamped to the range of i16; NaN gives 0")]
    fn write(&mut self, channel: u16, samples: &[f32]) -> Result<()> {
        let to_i16 = |sample: &f32| (sample * 32768.0).round().clamp(-32768.0, 32767.0) as i16;
        self.samples.clear();
        self.samples.extend(samples.iter().map(to_i16));
        if channel == 0 {
            self.written += samples.len() as u64;
        }
        self.into.append(channel, &self.samples)
    }
}

#[cfg(test)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a test's counts are small"
)]
mod tests {
    use super::*;
    use crate::sound::WorkWriter;

    /// Resamples one channel, fed in blocks of `block` frames.
    fn resample(rate: u32, samples: &[f32], block: usize) -> Vec<i16> {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = WorkWriter::new(dir.path());
        writer.channels(1).unwrap();
        let mut resampler = Resampler::new(rate, 1, &mut writer).unwrap();
        for piece in samples.chunks(block) {
            resampler.push(&[piece.to_vec()], 0, piece.len()).unwrap();
        }
        resampler.finish().unwrap();
        writer.finish().unwrap().window(0, 0, usize::MAX).unwrap()
    }

    const RATES: [u32; 9] = [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 44_101, 48_000];

    #[test]
    fn a_ramp_stays_a_ramp_at_every_rate() {
        for rate in RATES {
            let frames = rate * 2;
            let ramp: Vec<f32> = (0..frames).map(|n| 0.5 * n as f32 / frames as f32).collect();
            let out = resample(rate, &ramp, 1000);
            for n in (1600..out.len() - 1600).step_by(7) {
                let expected = 0.5 * n as f64 / 32_000.0 * 32768.0;
                assert!((f64::from(out[n]) - expected).abs() < 2.0, "{rate} Hz, {n}: {}", out[n]);
            }
        }
    }

    #[test]
    fn the_length_is_the_rounded_length_whatever_the_blocks() {
        for rate in RATES {
            for frames in [0, 1, 7, 1000, 44_100, 50_003] {
                let expected = (f64::from(frames) * 16_000.0 / f64::from(rate)).round() as usize;
                for block in [1, 64, 1152, 100_000] {
                    let silence = vec![0.0; frames as usize];
                    if frames > 1000 && block == 1 {
                        continue;
                    }
                    assert_eq!(resample(rate, &silence, block).len(), expected, "{rate} {frames}");
                }
            }
        }
    }

    #[test]
    fn a_click_stays_where_it_is() {
        for rate in RATES {
            let mut samples = vec![0.0; rate as usize];
            samples[rate as usize / 2] = 0.9;
            let out = resample(rate, &samples, 4096);
            let peak = (0..out.len()).max_by_key(|&n| out[n].unsigned_abs()).unwrap();
            assert!(peak.abs_diff(8_000) <= 1, "{rate} Hz: {peak}");
        }
    }

    fn rms(samples: &[i16]) -> f64 {
        let power: f64 = samples.iter().map(|&s| f64::from(s).powi(2)).sum();
        (power / samples.len() as f64).sqrt()
    }

    #[test]
    fn what_lies_above_8_khz_does_not_fold_back() {
        let tone = |hz: f64| -> Vec<f32> {
            let sine = |n: u32| (std::f64::consts::TAU * hz * f64::from(n) / 48e3).sin();
            (0..48_000).map(|n| 0.5 * sine(n) as f32).collect()
        };
        let (kept, gone) =
            (resample(48_000, &tone(7000.0), 480), resample(48_000, &tone(9000.0), 480));
        let loss = 20.0 * (rms(&kept[800..15_000]) / rms(&gone[800..15_000]).max(0.01)).log10();
        assert!(loss > 80.0, "{loss} dB");
    }

    #[test]
    fn a_loud_source_is_clipped_not_wrapped() {
        assert_eq!(resample(16_000, &[1.5, -1.5, 1.0, f32::NAN], 4), [32767, -32768, 32767, 0]);
    }
}
