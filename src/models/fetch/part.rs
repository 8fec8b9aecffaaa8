//! What has come of a file so far: `NAME.part`, beside where the whole will be.
//!
//! One process at a time, by a lock that goes with the process. The lock is on the file and not on
//! its name, and the file gets another name in the end: so after locking it is looked whether the
//! name still leads to it.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

#[derive(Debug)]
pub(super) struct Part {
    file: File,
    path: PathBuf,
    length: u64,
}

impl Part {
    /// Opens what an earlier run left, or an empty one; makes the folder if need be.
    pub fn open(folder: &Path, name: &str) -> Result<Self> {
        let path = folder.join(format!("{name}.part"));
        let failed = |source| unwritten(&path, &source);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|source| unwritten(folder, &source))?;
        loop {
            let mut file = OpenOptions::new()
                .create(true)
                .truncate(false)
                .read(true)
                .write(true)
                .mode(0o600)
                .open(&path)
                .map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::FetchModel {
                        what: path.display().to_string(),
                        wrong: "another openfloor is fetching this model".to_owned(),
                        remedy: "wait for it".to_owned(),
                    });
                }
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
            if leads_to(&path, &file).map_err(failed)? {
                let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
                return Ok(Self { file, path, length });
            }
        }
    }

    /// Bytes that are here.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// More of it.
    pub fn push(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.file.write_all(bytes);
        if let Err(source) = written {
            // On a full disk a piece of the bytes may have been taken.
            self.length = self.file.stream_position().unwrap_or(self.length);
            return Err(unwritten(&self.path, &source));
        }
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Begins anew.
    pub fn clear(&mut self) -> Result<()> {
        let cleared = self.file.set_len(0).and_then(|()| self.file.rewind());
        self.length = 0;
        cleared.map_err(|source| unwritten(&self.path, &source))
    }

    /// Waits until it is on the disk.
    pub fn sync(&self) -> Result<()> {
        self.file.sync_all().map_err(|source| unwritten(&self.path, &source))
    }

    /// Gives the whole its name.
    pub fn name(self, name: &Path) -> Result<()> {
        let named = fs::rename(&self.path, name).and_then(|()| match name.parent() {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        });
        named.map_err(|source| unwritten(name, &source))
    }

    /// Takes it away.
    pub fn remove(self) -> Result<()> {
        fs::remove_file(&self.path).map_err(|source| unwritten(&self.path, &source))
    }
}

fn leads_to(path: &Path, file: &File) -> io::Result<bool> {
    let opened = file.metadata()?;
    match fs::metadata(path) {
        Ok(named) => Ok((named.dev(), named.ino()) == (opened.dev(), opened.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn unwritten(path: &Path, source: &io::Error) -> Error {
    Error::FetchModel {
        what: path.display().to_string(),
        wrong: format!("cannot be written ({source})"),
        remedy:
            "free some space, or see that you may write there, and try again: what has come is \
                 kept"
                .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_one_process_s_and_what_is_in_it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let mut part = Part::open(folder.path(), "a.bin").unwrap();
        part.push(b"some").unwrap();
        let other = Part::open(folder.path(), "a.bin").unwrap_err().to_string();
        assert!(other.contains("a.bin.part: another openfloor is fetching"), "{other}");
        drop(part);
        assert_eq!(Part::open(folder.path(), "a.bin").unwrap().length(), 4);
    }

    #[test]
    fn a_lock_on_a_file_that_got_its_name_is_no_lock_on_the_part() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = Part::open(folder.path(), "a.bin").unwrap();
        first.push(b"whole").unwrap();
        let (path, whole) = (first.path().to_owned(), folder.path().join("a.bin"));
        let late = File::open(&path).unwrap();
        first.name(&whole).unwrap();
        assert!(!leads_to(&path, &late).unwrap());
        let mut second = Part::open(folder.path(), "a.bin").unwrap();
        assert_eq!(second.length(), 0);
        second.push(b"x").unwrap();
        assert_eq!(fs::read(&whole).unwrap(), b"whole");
    }
}
