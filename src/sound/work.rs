//! The work copy: a recording as 16 kHz, 16 bit samples, one file a channel.
//!
//! In: samples, in order, channel by channel. Out: windows of them by position, from any thread.
//! The files have no name: they are gone when the copy is dropped or the process dies, no other
//! user can open them, and two runs cannot collide. Sample counts become milliseconds here only.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::session::{Ms, Span};

/// Samples a second of every work copy.
pub const SAMPLE_RATE: u32 = 16_000;

const SAMPLES_PER_MS: u64 = SAMPLE_RATE as u64 / 1000;
const BYTES_PER_SAMPLE: u64 = 2;

/// The millisecond in which 16 kHz sample number `samples` lies; for a count, whole milliseconds.
#[must_use]
pub fn ms_of_samples(samples: u64) -> Ms {
    Ms(samples / SAMPLES_PER_MS)
}

/// The number of the first 16 kHz sample of a millisecond; for a length, the count of samples.
#[must_use]
pub fn samples_of_ms(time: Ms) -> u64 {
    time.0.saturating_mul(SAMPLES_PER_MS)
}

/// Takes decoded sound: 16 kHz, 16 bit, each channel in order. Behind it is a work copy, or the
/// process that holds one.
pub trait TakeSound {
    /// Told once, before any sample, how many channels there are.
    ///
    /// # Errors
    /// The other side cannot take them.
    fn channels(&mut self, count: u16) -> Result<()>;

    /// Takes samples for the end of a channel, from 0.
    ///
    /// # Errors
    /// The other side cannot take them.
    fn append(&mut self, channel: u16, samples: &[i16]) -> Result<()>;
}

/// A recording at 16 kHz, 16 bit, channels apart, on disk. Reading takes `&self` and no lock.
#[derive(Debug)]
pub struct WorkCopy {
    channels: Vec<File>,
    /// Samples in the files.
    stored: u64,
    /// Silence before them.
    lead: u64,
    /// How many of them pass in one of the copy's, where that is not one.
    rate: Option<f64>,
    /// The sample, silence included, that is sample 0 of the copy.
    first: u64,
    samples: u64,
    dir: PathBuf,
}

impl WorkCopy {
    /// A work copy of samples at hand, one slice a channel, for tests and small inputs. Shorter
    /// channels are filled up with silence.
    ///
    /// # Errors
    /// [`Error::WriteResult`] when `work_dir` cannot take the files.
    pub fn from_samples(work_dir: &Path, channels: &[&[i16]]) -> Result<Self> {
        let mut writer = WorkWriter::new(work_dir);
        writer.channels(u16::try_from(channels.len()).unwrap_or(u16::MAX))?;
        let longest = channels.iter().map(|channel| channel.len()).max().unwrap_or(0);
        for (number, channel) in (0_u16..).zip(channels) {
            writer.append(number, channel)?;
            writer.append(number, &vec![0; longest - channel.len()])?;
        }
        writer.finish()
    }

    /// Copies one after the other, as many channels as the first has: what a later one lacks is silence.
    ///
    /// # Errors
    /// [`Error::WriteResult`] when `work_dir` cannot take the files.
    pub fn joined(work_dir: &Path, copies: &[Self]) -> Result<Self> {
        const AT_ONCE: usize = 1 << 16;
        let mut writer = WorkWriter::new(work_dir);
        let channels = copies.first().map_or(0, Self::channels);
        writer.channels(channels)?;
        for copy in copies {
            for channel in 0..channels {
                let mut first = 0;
                while first < copy.samples {
                    let samples = if channel < copy.channels() {
                        copy.window(channel, first, AT_ONCE)?
                    } else {
                        let left = usize::try_from(copy.samples - first).unwrap_or(AT_ONCE);
                        vec![0; left.min(AT_ONCE)]
                    };
                    writer.append(channel, &samples)?;
                    first += samples.len() as u64;
                }
            }
        }
        writer.finish()
    }

    /// The part of it that lies in `part`, with its own clock: its first sample is sample 0. Empty
    /// where the recording ends before.
    #[must_use]
    pub fn only(mut self, part: Span) -> Self {
        let from = samples_of_ms(part.start()).min(self.samples);
        self.samples = samples_of_ms(part.end()).min(self.samples) - from;
        self.first += from;
        self
    }

    /// It on another clock, on which it starts `lead` samples late and `1 + drift` of its own samples
    /// pass in one. What lies between two of its samples is read off a cubic through four.
    ///
    /// Of a whole copy: what [`WorkCopy::only`] cut off before is silence on the new clock.
    #[must_use]
    pub fn placed(mut self, lead: u64, drift: f64) -> Self {
        self.lead = lead;
        self.rate = (drift != 0.0).then_some(1.0 + drift);
        let own = self.rate.map_or(self.stored, |rate| length(self.stored, rate));
        self.first = 0;
        self.samples = lead + own;
        self
    }

    /// How many channels there are.
    #[must_use]
    pub fn channels(&self) -> u16 {
        u16::try_from(self.channels.len()).unwrap_or(u16::MAX)
    }

    /// How many samples each channel has.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// How long it is, in whole milliseconds.
    #[must_use]
    pub fn duration(&self) -> Ms {
        ms_of_samples(self.samples)
    }

    /// Fills `into` with samples of `channel` (from 0) from sample `first` on. Gives how many there
    /// were: fewer than asked for only at the end. What lies past the end is left as it was.
    ///
    /// # Errors
    /// [`Error::ReadFile`], naming the work folder: the disk failed, or there is no such channel.
    pub fn read(&self, channel: u16, first: u64, into: &mut [i16]) -> Result<usize> {
        let failed = |source| Error::ReadFile { path: self.dir.clone(), source };
        let file = self.channels.get(usize::from(channel)).ok_or_else(|| {
            failed(io::Error::new(io::ErrorKind::InvalidInput, "the work copy has no such channel"))
        })?;
        let left = usize::try_from(self.samples.saturating_sub(first)).unwrap_or(usize::MAX);
        let count = left.min(into.len());
        let from = self.first + first;
        let silent = usize::try_from(self.lead.saturating_sub(from)).unwrap_or(usize::MAX);
        let (silence, sound) = into[..count].split_at_mut(silent.min(count));
        silence.fill(0);
        let from = from.saturating_sub(self.lead);
        match self.rate {
            None => stored(file, from, sound),
            Some(rate) => between(file, self.stored, from, rate, sound),
        }
        .map_err(failed)?;
        Ok(count)
    }

    /// The `length` samples of `channel` from sample `first` on; fewer at the end.
    ///
    /// # Errors
    /// As [`WorkCopy::read`].
    pub fn window(&self, channel: u16, first: u64, length: usize) -> Result<Vec<i16>> {
        let left = usize::try_from(self.samples.saturating_sub(first)).unwrap_or(usize::MAX);
        let mut samples = vec![0; length.min(left)];
        self.read(channel, first, &mut samples)?;
        Ok(samples)
    }
}

/// How many samples `stored` of them last at `rate` of them a sample.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "samples of a recording stay far below 2^53"
)]
fn length(stored: u64, rate: f64) -> u64 {
    (stored as f64 / rate).floor() as u64
}

/// Fills `into` with the samples of a file from sample `first` on.
fn stored(file: &File, first: u64, into: &mut [i16]) -> io::Result<()> {
    let mut bytes = vec![0; into.len() * 2];
    read_exact_at(file, &mut bytes, first * BYTES_PER_SAMPLE)?;
    for (sample, pair) in into.iter_mut().zip(bytes.as_chunks::<2>().0) {
        *sample = i16::from_le_bytes(*pair);
    }
    Ok(())
}

/// Fills `into` with what lies at `first · rate`, `(first + 1) · rate` and so on between the samples
/// of a file of `length` samples: on the cubic through the four around (Catmull and Rom 1974).
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "samples of a recording stay far below 2^53, and values are clamped to 16 bits"
)]
fn between(file: &File, length: u64, first: u64, rate: f64, into: &mut [i16]) -> io::Result<()> {
    let place = |sample: u64| sample as f64 * rate;
    let from = (place(first) as u64).saturating_sub(1);
    let to = (place(first + into.len() as u64) as u64 + 3).min(length).max(from);
    let mut own = vec![0; usize::try_from(to - from).unwrap_or(0)];
    stored(file, from, &mut own)?;
    for (number, sample) in (first..).zip(into) {
        let place = place(number);
        let index = (place as u64 - from) as usize;
        let at = |index: usize| f64::from(own.get(index).copied().unwrap_or(0));
        let (before, here) = (index.checked_sub(1).map_or(0.0, at), at(index));
        let (next, after) = (at(index + 1), at(index + 2));
        let part = place.fract();
        let bend = (2.0 * before - 5.0 * here + 4.0 * next - after)
            + part * (3.0 * (here - next) + after - before);
        let value = here + 0.5 * part * (next - before + part * bend);
        *sample = value.round().clamp(f64::from(i16::MIN), f64::from(i16::MAX)) as i16;
    }
    Ok(())
}

#[cfg(unix)]
fn read_exact_at(file: &File, into: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, into, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, into: &mut [u8], offset: u64) -> io::Result<()> {
    let mut done = 0;
    while done < into.len() {
        let at = offset + done as u64;
        match std::os::windows::fs::FileExt::seek_read(file, &mut into[done..], at)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => done += count,
        }
    }
    Ok(())
}

/// Writes a work copy, channel by channel, in order.
#[derive(Debug)]
pub struct WorkWriter {
    channels: Vec<(BufWriter<File>, u64)>,
    bytes: Vec<u8>,
    dir: PathBuf,
}

impl WorkWriter {
    /// A copy to be, in `work_dir`.
    #[must_use]
    pub fn new(work_dir: &Path) -> Self {
        Self { channels: Vec::new(), bytes: Vec::new(), dir: work_dir.to_owned() }
    }

    /// The finished copy, as long as its shortest channel.
    ///
    /// # Errors
    /// [`Error::WriteResult`]: the disk is full.
    pub fn finish(self) -> Result<WorkCopy> {
        let Self { channels, dir, .. } = self;
        let samples = channels.iter().map(|channel| channel.1).min().unwrap_or(0);
        let channels = channels
            .into_iter()
            .map(|(file, _)| file.into_inner().map_err(io::IntoInnerError::into_error))
            .collect::<io::Result<Vec<_>>>()
            .map_err(|source| Error::WriteResult { path: dir.clone(), source })?;
        Ok(WorkCopy { channels, stored: samples, lead: 0, rate: None, first: 0, samples, dir })
    }
}

impl TakeSound for WorkWriter {
    /// Makes one nameless file a channel, readable by this process alone.
    fn channels(&mut self, count: u16) -> Result<()> {
        let file = || tempfile::tempfile_in(&self.dir).map(|file| (BufWriter::new(file), 0));
        self.channels = (0..count)
            .map(|_| file())
            .collect::<io::Result<_>>()
            .map_err(|source| Error::WriteResult { path: self.dir.clone(), source })?;
        Ok(())
    }

    fn append(&mut self, channel: u16, samples: &[i16]) -> Result<()> {
        let failed = |source| Error::WriteResult { path: self.dir.clone(), source };
        let Some((file, count)) = self.channels.get_mut(usize::from(channel)) else {
            let wrong = "sound came for a channel that was not announced";
            return Err(failed(io::Error::new(io::ErrorKind::InvalidData, wrong)));
        };
        self.bytes.clear();
        self.bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        *count += samples.len() as u64;
        file.write_all(&self.bytes).map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_where_they_lie_and_end_with_the_copy() {
        let dir = tempfile::tempdir().unwrap();
        let left: Vec<i16> = (0..1000).collect();
        let right: Vec<i16> = (0..900).map(|sample| -sample).collect();
        let work = WorkCopy::from_samples(dir.path(), &[&left, &right]).unwrap();
        assert_eq!((work.channels(), work.samples(), work.duration()), (2, 1000, Ms(62)));
        assert_eq!(work.window(0, 300, 3).unwrap(), [300, 301, 302]);
        assert_eq!(work.window(1, 898, 4).unwrap(), [-898, -899, 0, 0]);
        assert_eq!(work.window(0, 998, 10).unwrap(), [998, 999]);
        assert!(work.window(0, 5000, 10).unwrap().is_empty());
    }

    #[test]
    fn a_part_is_a_copy_with_a_clock_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let ramp: Vec<i16> = (0..1000).collect();
        let whole = WorkCopy::from_samples(dir.path(), &[&ramp]).unwrap();
        let part = whole.only(Span::new(Ms(10), Ms(20)).unwrap());
        assert_eq!((part.samples(), part.duration()), (160, Ms(10)));
        assert_eq!(part.window(0, 158, 9).unwrap(), [318, 319]);
        let rest = part.only(Span::new(Ms(5), Ms(99_000)).unwrap());
        assert_eq!((rest.samples(), rest.window(0, 0, 1).unwrap()), (80, vec![240]));
        assert_eq!(rest.only(Span::new(Ms(60), Ms(70)).unwrap()).samples(), 0);
    }

    #[test]
    fn a_copy_on_a_later_clock_begins_with_silence_and_is_cut_as_any() {
        let dir = tempfile::tempdir().unwrap();
        let ramp: Vec<i16> = (1..=1000).collect();
        let placed = WorkCopy::from_samples(dir.path(), &[&ramp]).unwrap().placed(100, 0.0);
        assert_eq!(placed.samples(), 1100);
        assert_eq!(placed.window(0, 98, 4).unwrap(), [0, 0, 1, 2]);
        assert_eq!(placed.window(0, 1098, 9).unwrap(), [999, 1000]);
        let part = placed.only(Span::new(Ms(5), Ms(10)).unwrap());
        assert_eq!(
            (part.samples(), part.window(0, 0, 21).unwrap()[19..].to_vec()),
            (80, vec![0, 1])
        );
    }

    #[test]
    fn a_fast_clock_is_slowed_down_the_same_however_it_is_read() {
        let dir = tempfile::tempdir().unwrap();
        #[expect(clippy::cast_possible_truncation, reason = "within 16 bits")]
        let tone = |hz: f64, rate: f64| -> Vec<i16> {
            let sine = |n: u32| (std::f64::consts::TAU * hz * f64::from(n) / rate).sin();
            (0..160_000).map(|n| (10_000.0 * sine(n)).round() as i16).collect()
        };
        // A recorder whose clock is fast by 200 ppm takes more samples of the same tone.
        let fast = tone(700.0, 16_000.0 * 1.0002);
        let copy = WorkCopy::from_samples(dir.path(), &[&fast]).unwrap().placed(50, 0.0002);
        assert_eq!(copy.samples(), 50 + 159_968);
        let whole = copy.window(0, 0, usize::MAX).unwrap();
        let right = tone(700.0, 16_000.0);
        let worst = whole[60..150_000].iter().zip(&right[10..]).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst.unwrap() < 40, "{worst:?}");
        for from in (0..150_000).step_by(777) {
            assert_eq!(copy.window(0, from as u64, 99).unwrap(), whole[from..from + 99]);
        }
    }

    #[test]
    fn the_files_have_no_name_anyone_could_open() {
        let dir = tempfile::tempdir().unwrap();
        let _work = WorkCopy::from_samples(dir.path(), &[&[1, 2, 3]]).unwrap();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn threads_read_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let ramp: Vec<i16> = (0..20_000).collect();
        let work = WorkCopy::from_samples(dir.path(), &[&ramp]).unwrap();
        std::thread::scope(|scope| {
            for start in 0..8_u64 {
                let work = &work;
                scope.spawn(move || {
                    for first in (start..19_000).step_by(97) {
                        let expected = i16::try_from(first).unwrap();
                        assert_eq!(work.window(0, first, 2).unwrap(), [expected, expected + 1]);
                    }
                });
            }
        });
    }

    #[test]
    fn a_folder_that_is_not_there_is_a_result_that_cannot_be_written() {
        let error = WorkCopy::from_samples(Path::new("/nonexistent/work"), &[&[0]]).unwrap_err();
        assert!(matches!(error, Error::WriteResult { .. }), "{error}");
    }

    #[test]
    fn milliseconds_and_samples_convert_both_ways() {
        assert_eq!(samples_of_ms(Ms(1000)), u64::from(SAMPLE_RATE));
        assert_eq!(ms_of_samples(15), Ms(0));
        assert_eq!(ms_of_samples(samples_of_ms(Ms(123_457))), Ms(123_457));
    }
}
