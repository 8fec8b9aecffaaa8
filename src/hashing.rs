//! Content hashes of files, remembered by what the file system says of them.
//!
//! A recording of an hour or a model of a gigabyte is hashed once. What is remembered is keyed by a
//! hash of the canonical path with size, modification time (ns) and inode, so the memory holds no
//! path and no name; it lies in the user's cache folder and may be deleted at any time.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use etcetera::BaseStrategy;
use sha2::{Digest, Sha256};

/// Bytes of the longest memory, some 20,000 files; it is begun anew when it is full.
const REMEMBERED: u64 = 2_600_000;

/// SHA-256 of some bytes, lower-case hex.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 of a file, read anew; nothing is written for it.
///
/// # Errors
/// The file cannot be read.
pub fn sha256_of_file_unremembered(path: &Path) -> io::Result<String> {
    digest::<Sha256>(File::open(path)?)
}

/// SHA-256 of a file, from memory where the file has not changed.
///
/// # Errors
/// The file cannot be read.
pub fn sha256_of_file(path: &Path) -> io::Result<String> {
    Memory::of_user().hash("sha256", path, digest::<Sha256>)
}

/// SHA-256 of a file that has not changed since it was hashed; `None` where none is remembered. Opens
/// no file but the memory.
#[must_use]
pub fn remembered_sha256(path: &Path) -> Option<String> {
    Memory::key("sha256", path).and_then(|key| Memory::of_user().recall(&key))
}

/// SHA-256 of a file, read anew and remembered.
///
/// # Errors
/// The file cannot be read.
pub fn sha256_of_file_anew(path: &Path) -> io::Result<String> {
    Memory::of_user().hash_anew("sha256", path, digest::<Sha256>)
}

/// The bytes of a file, and their SHA-256, which is remembered.
///
/// # Errors
/// The file cannot be read.
pub fn read_with_sha256(path: &Path) -> io::Result<(Vec<u8>, String)> {
    let mut bytes = Vec::new();
    let hash = Memory::of_user().hash_anew("sha256", path, |mut file| {
        file.read_to_end(&mut bytes)?;
        Ok(sha256(&bytes))
    })?;
    Ok((bytes, hash))
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

/// What the file system says of a file: another stamp, another content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Bytes.
    pub length: u64,
    /// Seconds and nanoseconds.
    modified: (i64, i64),
    /// Device and inode.
    file: (u64, u64),
}

impl Stamp {
    /// `None` where there is no file.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let facts = fs::metadata(path).ok()?;
        Some(Self {
            length: facts.len(),
            modified: (facts.mtime(), facts.mtime_nsec()),
            file: (facts.dev(), facts.ino()),
        })
    }
}

/// Hashes seen before: a line each, `KEY HASH`, only ever added to, so that several processes may
/// write at once. A memory that cannot be read is empty, one that cannot be written is lost: neither
/// is worth an error.
struct Memory {
    path: Option<PathBuf>,
    /// What was read of the file, and how long it was then.
    read: Mutex<(BTreeMap<String, String>, u64)>,
}

impl Memory {
    fn of_user() -> &'static Self {
        static MEMORY: LazyLock<Memory> = LazyLock::new(|| {
            let folder = etcetera::choose_base_strategy().ok().map(|base| base.cache_dir());
            Memory::new(folder.map(|folder| folder.join("openfloor").join("hashes")))
        });
        &MEMORY
    }

    fn new(path: Option<PathBuf>) -> Self {
        Self { path, read: Mutex::default() }
    }

    fn key(kind: &str, path: &Path) -> Option<String> {
        let canonical = path.canonicalize().ok()?;
        let Stamp { length, modified, file } = Stamp::of(&canonical)?;
        let what = format!("\0{length}\0{}.{}\0{}\0{}", modified.0, modified.1, file.0, file.1);
        // The bytes of the name: two that are no UTF-8 may look the same.
        let name = canonical.as_os_str().as_encoded_bytes();
        Some(sha256(&[kind.as_bytes(), b"\0", name, what.as_bytes()].concat()))
    }

    /// What is remembered of a key, also by another process since.
    fn recall(&self, key: &str) -> Option<String> {
        let path = self.path.as_ref()?;
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, length) = &mut *read;
        if let Some(hash) = known.get(key) {
            return Some(hash.clone());
        }
        let now = fs::metadata(path).ok()?.len();
        if now != *length {
            let text = fs::read(path).ok()?;
            *length = text.len() as u64;
            *known = lines(&text);
        }
        known.get(key).cloned()
    }

    fn remember(&self, key: &str, hash: &str) {
        let Some(path) = &self.path else { return };
        let written = || -> io::Result<()> {
            fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
            let full = fs::metadata(path).is_ok_and(|file| file.len() > REMEMBERED);
            let mut how = OpenOptions::new();
            how.create(true).append(!full).write(true).truncate(full);
            how.open(path)?.write_all(format!("{key} {hash}\n").as_bytes())
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
        match Self::key(kind, path).and_then(|key| self.recall(&key)) {
            Some(known) => Ok(known),
            None => self.hash_anew(kind, path, read),
        }
    }

    fn hash_anew(
        &self,
        kind: &str,
        path: &Path,
        read: impl FnOnce(File) -> io::Result<String>,
    ) -> io::Result<String> {
        // Of a file that changes while it is read nothing is remembered.
        let before = Self::key(kind, path);
        let hash = read(File::open(path)?)?;
        if let Some(key) = Self::key(kind, path).filter(|after| before.as_ref() == Some(after)) {
            self.remember(&key, &hash);
        }
        Ok(hash)
    }
}

/// The lines that are whole: to their end, and one each.
fn lines(text: &[u8]) -> BTreeMap<String, String> {
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let lines = text.split_inclusive(|&byte| byte == b'\n');
    let lines = lines.filter_map(|line| str::from_utf8(line).ok()?.strip_suffix('\n'));
    let pairs = lines.filter_map(|line| line.split_once(' '));
    pairs
        .filter(|(key, hash)| hex(key) && hex(hash))
        .map(|(key, hash)| (key.to_owned(), hash.to_owned()))
        .collect()
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
        let memory = Memory::new(Some(folder.path().join("cache").join("hashes")));
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

    #[test]
    fn what_another_process_hashed_is_known_and_a_torn_line_costs_itself_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hashes");
        let (one, other) = (Memory::new(Some(file.clone())), Memory::new(Some(file.clone())));
        let (key, hash) = (sha256(b"key"), sha256(b"hash"));
        assert_eq!(other.recall(&key), None);
        one.remember(&key, &hash);
        assert_eq!(other.recall(&key), Some(hash.clone()));
        let torn = sha256(b"torn");
        fs::write(&file, format!("{torn} 01{torn} 01\n{key} {hash}\n{torn} 01")).unwrap();
        let anew = Memory::new(Some(file));
        assert_eq!((anew.recall(&torn), anew.recall(&key)), (None, Some(hash)));
    }
}
