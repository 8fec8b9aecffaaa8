//! The results folder of one recording: artefacts that a later run may trust, and nothing else.
//!
//! In: anything serde. Out: files of mode 0600 in a folder of mode 0700. An artefact is written to a
//! temporary name, synced and renamed, and opens with `schema`, `tool_version` and `fingerprint`;
//! one that is torn, of another schema or of another fingerprint is as good as absent. One process
//! at a time ([`lock`]).

#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod lock;
mod log;

pub use lock::work_for;
pub use log::Log;

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::error::{Error, Result};

/// Version of this program, as it stands in every artefact.
pub const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the name of a results folder ends in.
pub const FOLDER_SUFFIX: &str = ".openfloor";

/// Whether a folder of this name holds results.
#[must_use]
pub fn is_results_name(name: &OsStr) -> bool {
    name.as_bytes().ends_with(FOLDER_SUFFIX.as_bytes())
}

/// Stages before the session, for resuming; a reader needs none of them.
const STAGES: &str = "stages";

/// The head of every artefact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Kind and major version, such as `openfloor.session/1`.
    pub schema: String,
    /// Version of the program that wrote it.
    pub tool_version: String,
    /// What it was made from: see [`fingerprint`].
    pub fingerprint: String,
}

/// What is written. It is read in two goes, the head and then the body: in one, the whole would be kept
/// in memory as loose values first, which takes three times as long.
#[derive(Serialize)]
struct Artefact<'a, T> {
    #[serde(flatten)]
    head: Head,
    #[serde(flatten)]
    body: &'a T,
}

/// A fingerprint of everything that a stage depends on, as hex.
///
/// # Errors
/// `parts` cannot be written as JSON (a map with keys that are no strings).
pub fn fingerprint(parts: &impl Serialize) -> serde_json::Result<String> {
    // Through a value with sorted keys, so that field order does not matter.
    let value = serde_json::to_value(parts)?;
    Ok(crate::hashing::sha256(sorted(&value).to_string().as_bytes()))
}

fn sorted(value: &serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| key.as_str());
            entries.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect()
        }
        serde_json::Value::Array(list) => list.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

/// A results folder, locked.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    lock: File,
}

impl Folder {
    /// Makes the folder if need be and takes its lock.
    ///
    /// # Errors
    /// It cannot be made or written, or another process holds it.
    pub fn open(path: &Path) -> Result<Self> {
        let failed = |source| Error::WriteResult { path: path.to_owned(), source };
        private_folder(path).map_err(failed)?;
        // A folder that was there before may be open to others; one that is not ours stays as it is.
        drop(fs::set_permissions(path, fs::Permissions::from_mode(0o700)));
        let lock = lock::take(path)?;
        Ok(Self { path: path.to_owned(), lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Folder for the work copy and other things that go with the run.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn stages(&self) -> Result<PathBuf> {
        let path = self.path.join(STAGES);
        match private_folder(&path) {
            Ok(()) => Ok(path),
            Err(source) => Err(Error::WriteResult { path, source }),
        }
    }

    /// Reads an artefact; `None` when there is none that was made from the same.
    pub fn load<T: DeserializeOwned>(
        &self,
        name: &str,
        schema: &str,
        fingerprint: &str,
    ) -> Option<T> {
        load(&self.path.join(name), schema, fingerprint)
    }

    /// Reads an artefact whatever it was made from, with its head.
    ///
    /// # Errors
    /// It is not there, torn, of another kind, or of a newer version than this program writes.
    pub fn read<T: DeserializeOwned>(&self, name: &str, schema: &str) -> Result<(Head, T)> {
        read(&self.path.join(name), schema)
    }

    /// Writes an artefact.
    ///
    /// # Errors
    /// The disk does not take it; what stood there before still stands.
    pub fn save<T: Serialize>(
        &self,
        name: &str,
        schema: &str,
        fingerprint: &str,
        body: &T,
    ) -> Result<()> {
        let head = Head {
            schema: schema.to_owned(),
            tool_version: TOOL_VERSION.to_owned(),
            fingerprint: fingerprint.to_owned(),
        };
        let mut bytes = serde_json::to_vec(&Artefact { head, body })
            .map_err(|error| self.unwritten(name, io::Error::other(error)))?;
        bytes.push(b'\n');
        self.write(name, &bytes)
    }

    /// Writes a file under a temporary name, syncs it and gives it its name.
    ///
    /// # Errors
    /// The disk does not take it; what stood there before still stands.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        self.write_with(name, |file| file.write_all(bytes))
    }

    /// Likewise, of what `fill` writes into it.
    ///
    /// # Errors
    /// The disk does not take it, or `fill` fails; what stood there before still stands.
    pub fn write_with(
        &self,
        name: &str,
        fill: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<()> {
        write_private(&self.path.join(name), fill).map_err(|source| self.unwritten(name, source))
    }

    /// A log among the stages that is appended to while a stage runs, and what an earlier run left
    /// in it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn log<H, T>(&self, name: &str, schema: &str, fingerprint: &str) -> Result<Log<H, T>>
    where
        H: Serialize + DeserializeOwned,
        T: Serialize + DeserializeOwned,
    {
        self.stages()?;
        Log::open(
            self.path.join(name),
            &Head {
                schema: schema.to_owned(),
                tool_version: TOOL_VERSION.to_owned(),
                fingerprint: fingerprint.to_owned(),
            },
        )
    }

    /// Removes an artefact or a log (which lies in `stages/`), so that no later run believes it.
    ///
    /// # Errors
    /// It is there and cannot be removed.
    pub fn remove(&self, name: &str) -> Result<()> {
        let path = self.path.join(name);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(Error::WriteResult { path, source })
            }
            _ => Ok(()),
        }
    }

    /// Gives the lock back, and takes the folder away again when nothing was put into it.
    pub fn leave(self) {
        // Each fails when something is in the folder, which is then worth keeping.
        if fs::remove_dir(self.path.join(STAGES)).is_err() && self.path.join(STAGES).exists() {
            return;
        }
        let only_lock = fs::read_dir(&self.path).is_ok_and(|entries| entries.count() <= 1);
        if only_lock {
            drop(fs::remove_file(self.path.join(".lock")));
            drop(fs::remove_dir(&self.path));
        }
        drop(self.lock);
    }

    fn unwritten(&self, name: &str, source: io::Error) -> Error {
        Error::WriteResult { path: self.path.join(name), source }
    }
}

/// Reads an artefact by its path; `None` when there is none that was made from the same. Takes no lock.
#[must_use]
pub fn load<T: DeserializeOwned>(path: &Path, schema: &str, fingerprint: &str) -> Option<T> {
    if !is_whole(path, schema, fingerprint) {
        return None;
    }
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Whether a file is an artefact of this fingerprint, to its end: by its head and its last bytes, so
/// that a folder of a thousand finished recordings is gone through in a second. Takes no lock.
#[must_use]
pub fn is_whole(path: &Path, schema: &str, fingerprint: &str) -> bool {
    let start = format!("{{\"schema\":\"{schema}\",");
    head_of(path)
        .is_some_and(|head| head.starts_with(&start) && print_in(&head) == Some(fingerprint))
}

/// The fingerprint in the head of an artefact that is whole; takes no lock.
#[must_use]
pub fn fingerprint_of(path: &Path) -> Option<String> {
    head_of(path).and_then(|head| print_in(&head).map(str::to_owned))
}

/// The first bytes of a file that ends as an artefact does.
fn head_of(path: &Path) -> Option<String> {
    /// Longer than a head.
    const HEAD: u64 = 512;
    let (mut head, mut end) = (Vec::new(), [0; 2]);
    let mut file = File::open(path).ok()?;
    (&mut file).take(HEAD).read_to_end(&mut head).ok()?;
    file.seek(SeekFrom::End(-2)).ok()?;
    file.read_exact(&mut end).ok()?;
    (end == *b"}\n").then(|| String::from_utf8_lossy(&head).into_owned())
}

fn print_in(head: &str) -> Option<&str> {
    let (_, rest) = head.split_once("\"fingerprint\":\"")?;
    rest.split_once('"').map(|(print, _)| print)
}

const DAMAGED: &str = "this result is damaged: it was cut short or changed";
const AGAIN: &str = "run openfloor analyze on the recording with --force to make it anew";

/// Reads an artefact by its path, whatever it was made from; takes no lock.
///
/// # Errors
/// It is not there, torn, of another kind, or of a newer version than this program writes.
pub fn read<T: DeserializeOwned>(path: &Path, schema: &str) -> Result<(Head, T)> {
    let bytes =
        fs::read(path).map_err(|source| Error::ReadFile { path: path.to_owned(), source })?;
    let wrong = |wrong: &str, remedy: &'static str| Error::ReadResult {
        path: path.to_owned(),
        wrong: wrong.to_owned(),
        remedy: remedy.into(),
    };
    // The head alone first: of a newer version the rest may be of another form.
    let head: Head = serde_json::from_slice(&bytes).map_err(|_| wrong(DAMAGED, AGAIN))?;
    if head.schema != schema {
        let kind = |schema: &str| schema.split('/').next().map(str::to_owned);
        return Err(if kind(&head.schema) == kind(schema) {
            wrong("this result was written by a newer openfloor", "update this one")
        } else {
            wrong("this is another kind of file than its name says", AGAIN)
        });
    }
    let body = serde_json::from_slice(&bytes).map_err(|_| wrong(DAMAGED, AGAIN))?;
    Ok((head, body))
}

/// Writes a file of mode 0600 under a temporary name, syncs it and gives it its name.
///
/// # Errors
/// The disk does not take it, or `fill` fails; what stood there before still stands.
pub fn write_private(
    path: &Path,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    // The folder of a bare name is the current one.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new()
        .prefix(".writing-")
        .permissions(fs::Permissions::from_mode(0o600))
        .tempfile_in(folder)?;
    fill(new.as_file_mut())?;
    new.as_file().sync_all()?;
    new.persist(path)?;
    File::open(folder)?.sync_all()
}

/// Makes a folder of mode 0700, and those above it, where they are not there.
///
/// # Errors
/// It cannot be made.
pub fn private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Body {
        number: u32,
    }

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("talk.wav.openfloor");
        (parent, path)
    }

    #[test]
    fn an_artefact_is_private_and_comes_back_for_the_same_fingerprint_only() {
        let (_parent, path) = folder();
        let folder = Folder::open(&path).unwrap();
        folder.save("body.json", "test/1", "abc", &Body { number: 7 }).unwrap();
        assert_eq!(folder.load("body.json", "test/1", "abc"), Some(Body { number: 7 }));
        assert_eq!(folder.load::<Body>("body.json", "test/1", "abd"), None);
        assert_eq!(folder.load::<Body>("body.json", "test/2", "abc"), None);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&path.join("body.json"))), (0o700, 0o600));
    }

    #[test]
    fn a_folder_that_was_open_to_others_is_closed() {
        let (_parent, path) = folder();
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        drop(Folder::open(&path).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_torn_artefact_is_as_good_as_absent() {
        let (_parent, path) = folder();
        let folder = Folder::open(&path).unwrap();
        folder.save("body.json", "test/1", "abc", &Body { number: 7 }).unwrap();
        let whole = fs::read(path.join("body.json")).unwrap();
        let is_whole = |print| is_whole(&path.join("body.json"), "test/1", print);
        assert!(is_whole("abc") && !is_whole("ab"));
        for length in 0..whole.len() - 2 {
            fs::write(path.join("body.json"), &whole[..length]).unwrap();
            assert_eq!(folder.load::<Body>("body.json", "test/1", "abc"), None);
            assert!(!is_whole("abc"));
        }
    }

    #[test]
    fn what_cannot_be_read_says_why_and_never_what_was_said() {
        let (parent, _) = folder();
        let path = parent.path().join("body.json");
        let says = |text: &str| {
            fs::write(&path, text).unwrap();
            read::<Body>(&path, "test/1").unwrap_err().to_string()
        };
        let head = |schema: &str| {
            format!("{{\"schema\":\"{schema}\",\"tool_version\":\"\",\"fingerprint\":\"\"")
        };
        for (text, expected) in [
            (String::new(), "cut short"),
            ("[1, 2]".to_owned(), "damaged"),
            (head("test/1"), "cut short"),
            (head("test/1") + ",\"number\":\"a secret\"}", "damaged"),
            (head("test/12") + "}", "newer openfloor"),
            (head("other/1") + "}", "another kind of file"),
        ] {
            let said = says(&text);
            assert!(said.contains(expected) && !said.contains("secret"), "{text}: {said}");
        }
    }

    #[test]
    fn a_folder_belongs_to_one_at_a_time_and_is_free_again_afterwards() {
        let (_parent, path) = folder();
        let first = Folder::open(&path).unwrap();
        let error = Folder::open(&path).unwrap_err();
        assert!(
            matches!(&error, Error::Locked { owner, .. } if *owner == std::process::id().to_string())
        );
        drop(first);
        Folder::open(&path).unwrap();
    }

    #[test]
    fn a_folder_that_got_nothing_goes_again() {
        let (_parent, path) = folder();
        let empty = Folder::open(&path).unwrap();
        empty.stages().unwrap();
        empty.leave();
        assert!(!path.exists());
        let used = Folder::open(&path).unwrap();
        used.write("report.html", b"x").unwrap();
        used.leave();
        assert!(path.join("report.html").exists());
    }

    #[test]
    fn a_fingerprint_does_not_depend_on_the_order_of_fields() {
        let one = serde_json::json!({"a": 1, "b": {"c": 2, "d": 3}});
        let other = serde_json::json!({"b": {"d": 3, "c": 2}, "a": 1});
        assert_eq!(fingerprint(&one).unwrap(), fingerprint(&other).unwrap());
        assert_ne!(fingerprint(&one).unwrap(), fingerprint(&serde_json::json!({"a": 1})).unwrap());
    }
}
