//! Content hashes of files, remembered by what the file system says of them.
//!
//! A recording of an hour or a model of a gigabyte is hashed once. What is remembered is keyed by a
//! hash of the canonical path with size, modification time (ns) and inode, so the memory holds no
//! path and no name; it lies in the user's cache folder and may be deleted at any time.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use sha2::{Digest, Sha256};

/// Most entries the memory keeps; it is emptied when it is full.
const REMEMBERED: usize = 20_000;

/// SHA-256 of some bytes, lower-case hex.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 of a file, from memory where the file has not changed.
///
/// # Errors
/// The file cannot be read.
pub fn sha256_of_file(path: &Path) -> io::Result<String> {
    Memory::of_user().hash("sha256", path, digest::<Sha256>)
}

/// SHA-256 of a file, read anew and remembered.
///
/// # Errors
/// The file cannot be read.
pub fn sha256_of_file_anew(path: &Path) -> io::Result<String> {
    Memory::of_user().hash_anew("sha256", path, digest::<Sha256>)
}

/// SHA-1 of a file, from memory where the file has not changed. For comparison with whisper.cpp's
/// published sums only.
///
/// # Errors
/// The file cannot be read.
pub fn sha1_of_file(path: &Path) -> io::Result<String> {
    Memory::of_user().hash("sha1", path, digest::<sha1::Sha1>)
}

/// As [`sha1_of_file`], read anew and remembered.
///
/// # Errors
/// The file cannot be read.
pub fn sha1_of_file_anew(path: &Path) -> io::Result<String> {
    Memory::of_user().hash_anew("sha1", path, digest::<sha1::Sha1>)
}

fn digest<D: Digest>(mut file: File) -> io::Result<String> {
    let mut hasher = D::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex(&hasher.finalize())),
            read => hasher.update(&buffer[..read]),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// Hashes seen before. A memory that cannot be read is empty, one that cannot be written is lost:
/// neither is worth an error.
struct Memory(Option<PathBuf>);

impl Memory {
    fn of_user() -> Self {
        let folder = etcetera::choose_base_strategy().ok().map(|base| base.cache_dir());
        Self(folder.map(|folder| folder.join("openfloor").join("hashes.json")))
    }

    fn key(kind: &str, path: &Path) -> Option<String> {
        let canonical = path.canonicalize().ok()?;
        let facts = fs::metadata(&canonical).ok()?;
        let (mtime, nanos) = (facts.mtime(), facts.mtime_nsec());
        let what = format!(
            "{kind}\0{}\0{}\0{mtime}.{nanos}\0{}\0{}",
            canonical.display(),
            facts.len(),
            facts.dev(),
            facts.ino()
        );
        Some(sha256(what.as_bytes()))
    }

    fn entries(&self) -> BTreeMap<String, String> {
        let text = self.0.as_ref().and_then(|path| fs::read(path).ok());
        text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    }

    fn store(&self, key: &str, hash: &str) {
        let Some(path) = &self.0 else { return };
        let Some(folder) = path.parent() else { return };
        let mut entries = self.entries();
        if entries.len() >= REMEMBERED {
            entries.clear();
        }
        entries.insert(key.to_owned(), hash.to_owned());
        let written = || -> io::Result<()> {
            fs::create_dir_all(folder)?;
            let file = tempfile::NamedTempFile::new_in(folder)?;
            serde_json::to_writer(&file, &entries)?;
            file.persist(path)?;
            Ok(())
        };
        // Only a memory: without it the next run hashes again.
        drop(written());
    }

    fn hash(
        &self,
        kind: &str,
        path: &Path,
        read: impl FnOnce(File) -> io::Result<String>,
    ) -> io::Result<String> {
        let key = Self::key(kind, path);
        if let Some(known) = key.as_ref().and_then(|key| self.entries().remove(key)) {
            return Ok(known);
        }
        self.hash_anew(kind, path, read)
    }

    fn hash_anew(
        &self,
        kind: &str,
        path: &Path,
        read: impl FnOnce(File) -> io::Result<String>,
    ) -> io::Result<String> {
        let hash = read(File::open(path)?)?;
        if let Some(key) = Self::key(kind, path) {
            self.store(&key, &hash);
        }
        Ok(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_nothing_is_the_published_one() {
        let empty = tempfile::NamedTempFile::new().unwrap();
        let sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(digest::<Sha256>(File::open(empty.path()).unwrap()).unwrap(), sha256);
        let sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
        assert_eq!(digest::<sha1::Sha1>(File::open(empty.path()).unwrap()).unwrap(), sha1);
    }

    #[test]
    fn a_changed_file_is_hashed_again_and_an_unchanged_one_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory(Some(folder.path().join("cache").join("hashes.json")));
        let path = folder.path().join("file");
        fs::write(&path, "one").unwrap();
        let hash = |reads: &mut u32| {
            memory
                .hash("sha256", &path, |file| {
                    *reads += 1;
                    digest::<Sha256>(file)
                })
                .unwrap()
        };
        let mut reads = 0;
        let first = hash(&mut reads);
        assert_eq!((hash(&mut reads), reads), (first.clone(), 1));
        fs::write(&path, "another").unwrap();
        assert_ne!(hash(&mut reads), first);
        assert_eq!(reads, 2);
    }
}
