//! A WAV that grows while it is recorded, and opens whatever happens meanwhile.
//!
//! In: 16 bit samples. Out: a file of mode 0600 that was not there before. [`GrowingWav::secure`] puts on
//! disk what was written, then the header that speaks of it: at no time does the header promise more
//! than the disk holds.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use hound::{SampleFormat, WavSpec, WavWriter};

/// The file as hound writes it.
pub struct GrowingWav {
    writer: WavWriter<Ordered>,
    frames: u64,
    channels: u16,
}

impl GrowingWav {
    /// Bytes of a header, at most.
    pub const HEADER: u64 = 68;

    /// Makes a file of no samples.
    ///
    /// # Errors
    /// There is one of this name, or it cannot be written.
    pub fn create(path: &Path, rate_hz: u32, channels: u16) -> io::Result<Self> {
        let file =
            OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)?;
        let spec = WavSpec {
            channels,
            sample_rate: rate_hz,
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        let writer = WavWriter::new(Ordered { file, at: 0 }, spec).map_err(plain)?;
        Ok(Self { writer, frames: 0, channels })
    }

    /// Writes samples of whole frames. They are not safe before [`Self::secure`], but not lost with the
    /// process.
    ///
    /// # Errors
    /// The disk does not take them: [`super::mend`] then finds what it has taken.
    pub fn write(&mut self, samples: &[i16]) -> io::Result<()> {
        let count = u32::try_from(samples.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let mut writer = self.writer.get_i16_writer(count);
        for &sample in samples {
            writer.write_sample(sample);
        }
        writer.flush().map_err(plain)?;
        self.frames += samples.len() as u64 / u64::from(self.channels);
        Ok(())
    }

    /// Frames written.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Puts what was written on disk, and then the header.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn secure(&mut self) -> io::Result<()> {
        self.writer.flush().map_err(plain)
    }

    /// Likewise, for the last time.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn finish(self) -> io::Result<()> {
        self.writer.finalize().map_err(plain)
    }
}

fn plain(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        other => io::Error::other(other),
    }
}

/// A file that is on disk as far as it was written before anything earlier in it is changed.
#[derive(Debug)]
struct Ordered {
    file: File,
    at: u64,
}

impl Write for Ordered {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.at += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }
}

impl Seek for Ordered {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if matches!(to, SeekFrom::Start(place) if place < self.at) {
            self.file.sync_data()?;
        }
        self.at = self.file.seek(to)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_opens_as_far_as_it_was_secured_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        let mut growing = GrowingWav::create(&path, 16_000, 2).unwrap();
        let read = || -> Vec<i16> {
            let mut reader = hound::WavReader::open(&path).unwrap();
            reader.samples().map(Result::unwrap).collect()
        };
        assert_eq!(read(), Vec::<i16>::new());
        growing.write(&[1, 2, 3, 4]).unwrap();
        growing.secure().unwrap();
        growing.write(&[5, 6]).unwrap();
        assert_eq!((read(), growing.frames()), (vec![1, 2, 3, 4], 3));
        growing.write(&[7, 8]).unwrap();
        growing.finish().unwrap();
        assert_eq!(read(), [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_is_there_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        fs::write(&path, "mine").unwrap();
        let error = GrowingWav::create(&path, 16_000, 1).err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"mine");
    }
}
