//! The sound of an input as it comes, through a ring that the audio thread never waits for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;

use cpal::traits::{DeviceTrait as _, StreamTrait as _};
use cpal::{BufferSize, ErrorKind, FromSample, I24, SampleFormat, SizedSample, StreamConfig};
use rtrb::{Consumer, Producer, RingBuffer};

use super::choose::unusable;
use super::meter::Meter;
use super::{Chosen, Level};
use crate::error::Result;

/// Seconds of sound the ring holds: a disk that wakes up takes a few.
const RING_SECONDS: u32 = 20;
/// Frames taken at once: the ring has their room again before the next are written to a disk that may be slow.
const AT_ONCE: usize = 4_096;
/// Losses that can be told apart before they are taken.
const LOSSES: usize = 1024;

/// Sound, or that there was none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Samples, channels interleaved, of whole frames.
    Samples(&'a [i16]),
    /// So many frames did not fit into the ring.
    Lost(u64),
}

/// An open input.
pub struct Capture {
    stream: Option<cpal::Stream>,
    samples: Consumer<i16>,
    losses: Consumer<Loss>,
    shared: Arc<Shared>,
    channels: usize,
    /// Frames taken out of the ring.
    taken: u64,
}

/// Frames that did not fit, behind so many that did.
#[derive(Debug, Clone, Copy)]
struct Loss {
    after: u64,
    frames: u64,
}

#[derive(Debug)]
struct Shared {
    meters: Vec<Meter>,
    /// Frames that came.
    heard: AtomicU64,
    /// Times that the system itself lost sound.
    slips: AtomicU64,
    gone: AtomicBool,
}

impl Shared {
    fn new(channels: usize) -> Self {
        Self {
            meters: (0..channels).map(|_| Meter::default()).collect(),
            heard: AtomicU64::new(0),
            slips: AtomicU64::new(0),
            gone: AtomicBool::new(false),
        }
    }
}

impl Capture {
    /// Opens an input and lets it run.
    ///
    /// # Errors
    /// [`Error::Capture`](crate::Error::Capture): it is gone, busy or does not record so.
    pub fn open(chosen: &Chosen) -> Result<Self> {
        super::quiet();
        let channels = usize::from(chosen.channels);
        let seconds = usize::try_from(chosen.rate_hz * RING_SECONDS).unwrap_or(usize::MAX);
        let shared = Arc::new(Shared::new(channels));
        let mut last = None;
        // Some inputs do not keep to the sizes they name.
        for buffer_size in [chosen.period, BufferSize::Default] {
            let (to_samples, samples) = RingBuffer::new(seconds * channels);
            let (to_losses, losses) = RingBuffer::new(LOSSES);
            let feed = Feed::new(to_samples, to_losses, shared.clone(), channels);
            let config = StreamConfig {
                channels: chosen.channels,
                sample_rate: chosen.rate_hz,
                buffer_size,
            };
            match stream(chosen, config, feed).and_then(|stream| stream.play().map(|()| stream)) {
                Ok(stream) => {
                    let stream = Some(stream);
                    return Ok(Self { stream, samples, losses, shared, channels, taken: 0 });
                }
                Err(error) => {
                    let again = error.kind() == ErrorKind::UnsupportedConfig;
                    last = Some(error);
                    if !again {
                        break;
                    }
                }
            }
        }
        let error = last.unwrap_or_else(|| ErrorKind::Other.into());
        Err(unusable(&chosen.name, true, &error))
    }

    /// Hands over what has come since the last time, in order.
    ///
    /// # Errors
    /// Those of `each`; the rest is then dropped.
    pub fn take<E>(&mut self, mut each: impl FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        // Before the losses: what is there by now has its losses before it in their ring.
        let mut there = self.samples.slots();
        loop {
            let next = self.losses.peek().ok().copied();
            let until = next.map_or(u64::MAX, |loss| loss.after.saturating_sub(self.taken));
            if until == 0 {
                let lost = self.losses.pop().map_or(0, |loss| loss.frames);
                each(Piece::Lost(lost))?;
                continue;
            }
            let until = usize::try_from(until).unwrap_or(usize::MAX).min(AT_ONCE) * self.channels;
            let count = there.min(until);
            let Ok(chunk) = self.samples.read_chunk(count) else { return Ok(()) };
            if count == 0 {
                return Ok(());
            }
            let (first, second) = chunk.as_slices();
            each(Piece::Samples(first))?;
            if !second.is_empty() {
                each(Piece::Samples(second))?;
            }
            chunk.commit_all();
            there -= count;
            self.taken += (count / self.channels) as u64;
        }
    }

    /// How loud each channel was since the last time.
    #[must_use]
    pub fn levels(&self) -> Vec<Level> {
        self.shared.meters.iter().map(Meter::read).collect()
    }

    /// Frames that came, those too that did not fit.
    #[must_use]
    pub fn heard(&self) -> u64 {
        self.shared.heard.load(Relaxed)
    }

    /// Times that the system lost sound before it came here, since the last time.
    #[must_use]
    pub fn slips(&self) -> u64 {
        self.shared.slips.swap(0, Relaxed)
    }

    /// Whether the input is gone.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.shared.gone.load(Relaxed)
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        // A sound system that has gone away may never let go of its thread: it is not waited for.
        if let Some(stream) = self.stream.take() {
            drop(thread::Builder::new().spawn(move || drop(stream)));
        }
    }
}

/// The callback's side.
struct Feed {
    samples: Producer<i16>,
    losses: Producer<Loss>,
    shared: Arc<Shared>,
    channels: usize,
    /// Frames that fitted.
    pushed: u64,
    /// Frames lost that nobody was told of.
    pending: u64,
}

impl Feed {
    fn new(
        samples: Producer<i16>,
        losses: Producer<Loss>,
        shared: Arc<Shared>,
        channels: usize,
    ) -> Self {
        Self { samples, losses, shared, channels, pushed: 0, pending: 0 }
    }

    fn take<T: Copy>(&mut self, data: &[T])
    where
        i16: FromSample<T>,
    {
        let whole = data.len() / self.channels * self.channels;
        let (data, frames) = (&data[..whole], (whole / self.channels) as u64);
        let sample = |&value: &T| i16::from_sample_(value);
        for (number, meter) in self.shared.meters.iter().enumerate() {
            meter.add(data.iter().skip(number).step_by(self.channels).map(sample));
        }
        self.shared.heard.fetch_add(frames, Relaxed);
        if self.samples.slots() < data.len() {
            self.pending += frames;
            return;
        }
        let loss = Loss { after: self.pushed, frames: self.pending };
        if self.pending > 0 && self.losses.push(loss).is_ok() {
            self.pending = 0;
        }
        if let Ok(chunk) = self.samples.write_chunk_uninit(data.len()) {
            chunk.fill_from_iter(data.iter().map(sample));
            self.pushed += frames;
        }
    }
}

/// An input's stream, its samples made 16 bits.
fn stream(chosen: &Chosen, config: StreamConfig, feed: Feed) -> Result<cpal::Stream, cpal::Error> {
    match chosen.sample {
        SampleFormat::I16 => of::<i16>(chosen, config, feed),
        SampleFormat::I32 => of::<i32>(chosen, config, feed),
        SampleFormat::I24 => of::<I24>(chosen, config, feed),
        SampleFormat::F32 => of::<f32>(chosen, config, feed),
        SampleFormat::F64 => of::<f64>(chosen, config, feed),
        SampleFormat::U16 => of::<u16>(chosen, config, feed),
        SampleFormat::U32 => of::<u32>(chosen, config, feed),
        SampleFormat::U8 => of::<u8>(chosen, config, feed),
        SampleFormat::I8 => of::<i8>(chosen, config, feed),
        _ => Err(ErrorKind::UnsupportedConfig.into()),
    }
}

fn of<T>(chosen: &Chosen, config: StreamConfig, mut feed: Feed) -> Result<cpal::Stream, cpal::Error>
where
    T: SizedSample + Send + 'static,
    i16: FromSample<T>,
{
    let shared = feed.shared.clone();
    let trouble = move |error: cpal::Error| match error.kind() {
        ErrorKind::Xrun => {
            shared.slips.fetch_add(1, Relaxed);
        }
        // It still runs.
        ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => {}
        // Told over and over by a sound system that is gone, whatever the kind.
        _ => shared.gone.store(true, Relaxed),
    };
    chosen.device.build_input_stream::<T, _, _>(
        config,
        move |data, _| feed.take(data),
        trouble,
        None,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ring of `frames` frames of `channels`, both sides.
    fn ring(frames: usize, channels: usize) -> (Feed, Capture) {
        let (to_samples, samples) = RingBuffer::new(frames * channels);
        let (to_losses, losses) = RingBuffer::new(4);
        let shared = Arc::new(Shared::new(channels));
        let feed = Feed::new(to_samples, to_losses, shared.clone(), channels);
        (feed, Capture { stream: None, samples, losses, shared, channels, taken: 0 })
    }

    /// What is taken: samples, and −1 for each frame lost.
    fn taken(capture: &mut Capture) -> Vec<i16> {
        let mut all = Vec::new();
        let done: Result<(), ()> = capture.take(|piece| {
            match piece {
                Piece::Samples(samples) => all.extend_from_slice(samples),
                Piece::Lost(frames) => all.extend((0..frames).map(|_| -1)),
            }
            Ok(())
        });
        done.unwrap();
        all
    }

    #[test]
    fn samples_come_out_in_order_round_the_ring_and_frames_stay_whole() {
        let (mut feed, mut capture) = ring(4, 2);
        let mut next = 0;
        let mut expected = 0;
        for frames in [3, 1, 2, 4, 3, 3, 1] {
            let data: Vec<i16> = (next..next + 2 * frames).collect();
            next += 2 * frames;
            feed.take(&data);
            for sample in taken(&mut capture) {
                assert_eq!(sample, expected);
                expected += 1;
            }
        }
        assert_eq!((expected, capture.heard()), (next, 17));
    }

    #[test]
    fn what_does_not_fit_is_counted_and_stands_where_it_was() {
        let (mut feed, mut capture) = ring(4, 1);
        feed.take(&[1_i16, 2, 3]);
        feed.take(&[4_i16, 5]);
        feed.take(&[6_i16, 7]);
        assert_eq!(taken(&mut capture), [1, 2, 3]);
        feed.take(&[8_i16]);
        assert_eq!(taken(&mut capture), [-1, -1, -1, -1, 8]);
        feed.take(&[9_i16, 10]);
        assert_eq!(taken(&mut capture), [9, 10]);
    }

    #[test]
    fn losses_that_nobody_could_be_told_of_are_told_later() {
        let (mut feed, mut capture) = ring(1, 1);
        let mut lost = 0;
        for sample in 0..20 {
            feed.take(&[sample, 0, 0]);
            feed.take(&[sample]);
            lost += taken(&mut capture).iter().filter(|&&sample| sample == -1).count();
        }
        assert_eq!(lost, 60, "the last loss is told before the sample after it");
    }

    #[test]
    fn other_kinds_of_samples_become_16_bits() {
        let (mut feed, mut capture) = ring(8, 1);
        feed.take(&[0.5_f32, -1.0, 2.0]);
        feed.take(&[i32::MAX, i32::MIN]);
        feed.take(&[128_u8]);
        assert_eq!(taken(&mut capture), [16_384, i16::MIN, i16::MAX, i16::MAX, i16::MIN, 0]);
    }
}
