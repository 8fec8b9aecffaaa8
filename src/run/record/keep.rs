//! Sound → files: one after the other before each is too long, and on disk every second.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::parts::part;
use crate::session::Ms;
use crate::sound::GrowingWav;

/// What was recorded is on disk after this at the latest, and what the device holds back (two pieces of
/// a fifth of a second): under the two seconds that may be lost.
const SECURED: Duration = Duration::from_secs(1);

/// The files of a recording while it grows.
pub(super) struct Keeper {
    first: PathBuf,
    number: u16,
    growing: GrowingWav,
    rate_hz: u32,
    channels: u16,
    /// Frames a file takes.
    most: u64,
    /// Frames in the files before.
    before: u64,
    secured: Instant,
    dirty: bool,
}

impl Keeper {
    /// Makes the first file. None becomes larger than `most` bytes.
    pub(super) fn create(first: &Path, rate_hz: u32, channels: u16, most: u64) -> io::Result<Self> {
        let growing = GrowingWav::create(first, rate_hz, channels)?;
        let room = most.saturating_sub(GrowingWav::HEADER) / (2 * u64::from(channels));
        let keeper = Self {
            first: first.to_owned(),
            number: 1,
            growing,
            rate_hz,
            channels,
            most: room.max(1),
            before: 0,
            secured: Instant::now(),
            dirty: false,
        };
        keeper.secure_name()?;
        Ok(keeper)
    }

    /// Frames kept.
    pub(super) fn frames(&self) -> u64 {
        self.before + self.growing.frames()
    }

    /// Its length.
    pub(super) fn length(&self) -> Ms {
        Ms(self.frames() * 1000 / u64::from(self.rate_hz))
    }

    /// The number of the file that grows.
    pub(super) fn part(&self) -> u16 {
        self.number
    }

    /// Frames in the files before it.
    pub(super) fn before(&self) -> u64 {
        self.before
    }

    /// Keeps samples of whole frames.
    pub(super) fn write(&mut self, mut samples: &[i16]) -> io::Result<()> {
        while !samples.is_empty() {
            let room = self.most - self.growing.frames();
            if room == 0 {
                self.next_file()?;
                continue;
            }
            let room =
                usize::try_from(room).unwrap_or(usize::MAX).saturating_mul(self.channels.into());
            let (now, later) = samples.split_at(samples.len().min(room));
            self.growing.write(now)?;
            self.dirty = true;
            samples = later;
        }
        Ok(())
    }

    /// Keeps silence.
    pub(super) fn silence(&mut self, frames: u64) -> io::Result<()> {
        const AT_ONCE: u64 = 4_096;
        let zeros = vec![0; usize::try_from(AT_ONCE).unwrap_or(0) * usize::from(self.channels)];
        let mut left = frames;
        while left > 0 {
            let now = left.min(AT_ONCE);
            let count = usize::try_from(now).unwrap_or(0) * usize::from(self.channels);
            self.write(&zeros[..count])?;
            left -= now;
        }
        Ok(())
    }

    /// Puts on disk what is not there yet, when it is time.
    pub(super) fn secure(&mut self) -> io::Result<()> {
        if self.dirty && self.secured.elapsed() >= SECURED {
            self.growing.secure()?;
            (self.dirty, self.secured) = (false, Instant::now());
        }
        Ok(())
    }

    /// Ends the last file.
    pub(super) fn finish(self) -> io::Result<()> {
        self.growing.finish()
    }

    fn next_file(&mut self) -> io::Result<()> {
        self.growing.secure()?;
        let number = self.number.checked_add(1).ok_or(io::ErrorKind::FileTooLarge)?;
        let next = GrowingWav::create(&part(&self.first, number), self.rate_hz, self.channels)?;
        let last = std::mem::replace(&mut self.growing, next);
        self.before += last.frames();
        self.number = number;
        last.finish()?;
        self.secure_name()
    }

    /// A file that has lost its name is lost.
    fn secure_name(&self) -> io::Result<()> {
        let folder = self.first.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_goes_on_in_the_next_file_without_a_sample_lost() {
        let folder = tempfile::tempdir().unwrap();
        let first = folder.path().join("talk.wav");
        // 100 frames of two channels a file.
        let mut keeper = Keeper::create(&first, 16_000, 2, GrowingWav::HEADER + 400).unwrap();
        let all: Vec<i16> = (0..500).collect();
        for piece in all.chunks(38) {
            keeper.write(piece).unwrap();
        }
        keeper.silence(25).unwrap();
        assert_eq!((keeper.frames(), keeper.part(), keeper.length()), (275, 3, Ms(17)));
        keeper.finish().unwrap();
        let mut read = Vec::new();
        for (number, frames) in [(1, 100), (2, 100), (3, 75)] {
            let mut reader = hound::WavReader::open(part(&first, number)).unwrap();
            assert_eq!(reader.duration(), frames);
            read.extend(reader.samples::<i16>().map(Result::unwrap));
        }
        assert_eq!(read[..500], all[..]);
        assert_eq!(read[500..], [0; 50]);
        assert!(!part(&first, 4).exists());
    }

    #[test]
    fn a_part_that_is_there_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let first = folder.path().join("talk.wav");
        std::fs::write(part(&first, 2), "mine").unwrap();
        let mut keeper = Keeper::create(&first, 16_000, 1, GrowingWav::HEADER + 20).unwrap();
        assert_eq!(keeper.write(&[0; 11]).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(part(&first, 2)).unwrap(), b"mine");
    }
}
