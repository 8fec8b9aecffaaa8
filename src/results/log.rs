//! A stage's results as they come, one line each, so that a killed run loses at most the one it was
//! working on.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::Head;
use crate::error::{Error, Result};

/// An append-only file: a head line, a line of facts about the stage once they are known, and then
/// one entry a line. What does not read to the end is cut off when the log is opened again.
#[derive(Debug)]
pub struct Log<H, T> {
    path: PathBuf,
    file: File,
    facts: Option<H>,
    entries: Vec<T>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line<H, T> {
    Facts(H),
    Entry(T),
}

impl<H, T> Log<H, T>
where
    H: Serialize + DeserializeOwned,
    T: Serialize + DeserializeOwned,
{
    pub(super) fn open(path: PathBuf, head: &Head) -> Result<Self> {
        let opened = || -> io::Result<(File, Option<H>, Vec<T>)> {
            let mut file = OpenOptions::new()
                .create(true)
                .truncate(false)
                .read(true)
                .write(true)
                .mode(0o600)
                .open(&path)?;
            let (kept, facts, entries) = read(&file, head)?;
            file.set_len(kept)?;
            file.seek(SeekFrom::Start(kept))?;
            if kept == 0 {
                line(&mut file, head)?;
            }
            Ok((file, facts, entries))
        };
        match opened() {
            Ok((file, facts, entries)) => Ok(Self { path, file, facts, entries }),
            Err(source) => Err(Error::WriteResult { path, source }),
        }
    }

    /// The facts about the stage, if an earlier run wrote them.
    pub fn facts(&self) -> Option<&H> {
        self.facts.as_ref()
    }

    /// Takes what earlier runs left.
    pub fn take_entries(&mut self) -> Vec<T> {
        std::mem::take(&mut self.entries)
    }

    /// Writes the facts.
    ///
    /// # Errors
    /// The disk does not take them.
    pub fn set_facts(&mut self, facts: &H) -> Result<()> {
        self.put(&Line::<&H, &T>::Facts(facts))
    }

    /// Writes an entry.
    ///
    /// # Errors
    /// The disk does not take it.
    pub fn push(&mut self, entry: &T) -> Result<()> {
        self.put(&Line::<&H, &T>::Entry(entry))
    }

    fn put(&mut self, what: &impl Serialize) -> Result<()> {
        line(&mut self.file, what)
            .map_err(|source| Error::WriteResult { path: self.path.clone(), source })
    }
}

fn line(file: &mut File, what: &impl Serialize) -> io::Result<()> {
    let mut bytes = serde_json::to_vec(what)?;
    bytes.push(b'\n');
    file.write_all(&bytes)?;
    file.sync_data()
}

/// Reads a log as far as it is whole: how many bytes that is, its facts and its entries.
fn read<H, T>(file: &File, head: &Head) -> io::Result<(u64, Option<H>, Vec<T>)>
where
    H: DeserializeOwned,
    T: DeserializeOwned,
{
    let mut reader = BufReader::new(file);
    let (mut kept, mut facts, mut entries) = (0, None, Vec::new());
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let length = reader.read_until(b'\n', &mut bytes)? as u64;
        if bytes.last() != Some(&b'\n') {
            break;
        }
        if kept == 0 {
            let found: Option<Head> = serde_json::from_slice(&bytes).ok();
            let same = found.is_some_and(|found| {
                found.schema == head.schema && found.fingerprint == head.fingerprint
            });
            if !same {
                break;
            }
        } else {
            match serde_json::from_slice(&bytes) {
                Ok(Line::Facts(found)) => facts = Some(found),
                Ok(Line::Entry(entry)) => entries.push(entry),
                Err(_) => break,
            }
        }
        kept += length;
    }
    Ok((kept, facts, entries))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(fingerprint: &str) -> Head {
        Head {
            schema: "test/1".to_owned(),
            tool_version: "0".to_owned(),
            fingerprint: fingerprint.to_owned(),
        }
    }

    fn reopened(path: &std::path::Path, fingerprint: &str) -> (Option<String>, Vec<u32>) {
        let mut log: Log<String, u32> = Log::open(path.to_owned(), &head(fingerprint)).unwrap();
        (log.facts().cloned(), log.take_entries())
    }

    #[test]
    fn a_log_cut_anywhere_keeps_its_whole_lines_and_can_be_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.jsonl");
        let mut log: Log<String, u32> = Log::open(path.clone(), &head("a")).unwrap();
        log.set_facts(&"en".to_owned()).unwrap();
        for number in 0..5 {
            log.push(&number).unwrap();
        }
        let whole = std::fs::read(&path).unwrap();
        for length in 0..=whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            let (_, entries) = reopened(&path, "a");
            assert_eq!(entries, (0..u32::try_from(entries.len()).unwrap()).collect::<Vec<_>>());
            let mut log: Log<String, u32> = Log::open(path.clone(), &head("a")).unwrap();
            log.push(&99).unwrap();
            assert_eq!(reopened(&path, "a").1.last(), Some(&99));
        }
    }

    #[test]
    fn a_log_of_another_fingerprint_is_started_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.jsonl");
        let mut log: Log<String, u32> = Log::open(path.clone(), &head("a")).unwrap();
        log.push(&1).unwrap();
        assert_eq!(reopened(&path, "b"), (None, vec![]));
        assert_eq!(reopened(&path, "a"), (None, vec![]));
    }
}
