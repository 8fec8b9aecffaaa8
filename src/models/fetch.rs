//! The one place that connects outward: a model's published file, fetched because a person said so.
//!
//! In: a known model, where it is published, and the folder it goes into. Out: a file under its name
//! that has the published hash; nothing else ever has that name. What has come stands in
//! `NAME.part` and outlives a lost connection, Ctrl-C and a full disk.
//!
//! ```text
//! .part, locked ─▶ http (from where it ends) ─▶ to its end, several tries ─▶ hash ─▶ its name
//! ```
//!
//! A file that changed between two tries is not spliced: within a run the server is told what the
//! first part was of (`If-Range`) and its answer is compared; a part that an earlier run left is
//! known by the hash of the whole, and a file that fails it is fetched once more from the start.

mod http;
mod part;

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::{Known, KnownHash, PUBLISHED_AT, absent, locate, verified};
use crate::error::{Error, Result};
use http::{Server, Trouble};
use part::Part;

pub use http::Address;

/// Told how far a fetch has come.
pub trait Watch: Send + Sync {
    /// So many bytes are here, of so many where the server says how many there are.
    fn here(&self, bytes: u64, of: Option<u64>);
    /// The connection was lost, for this reason; the next try is made after this while.
    fn again(&self, why: &str, after: Duration);
    /// All is here, and its hash is worked out.
    fn checking(&self);
}

/// How long a server is waited for.
#[derive(Debug, Clone)]
pub struct Patience {
    /// Pauses before the tries that follow one that brought nothing new.
    pub pauses: Vec<Duration>,
    /// Longest silence of a connection.
    pub silence: Duration,
}

impl Default for Patience {
    /// Half a minute of trying again, and half a minute of silence: a network that changes or a
    /// server that restarts is back by then.
    fn default() -> Self {
        let pauses = [1, 2, 4, 8, 16].map(Duration::from_secs).to_vec();
        Self { pauses, silence: Duration::from_secs(30) }
    }
}

/// A model that is here now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Where it is.
    pub path: PathBuf,
    /// It was here before, and sound.
    pub already: bool,
}

/// Sees to it that a known model is here and sound: one that is stays, one that is absent or
/// damaged is fetched into `folder`, from `mirror` or from where it is published.
///
/// # Errors
/// See [`fetch`]; or it comes with Openfloor and is not published elsewhere.
pub fn see_to(
    model: &Known,
    mirror: Option<&Address>,
    folder: &Path,
    patience: &Patience,
    watch: &dyn Watch,
) -> Result<Fetched> {
    if let Some(path) = locate(model)
        && verified(model, path.clone()).is_ok()
    {
        return Ok(Fetched { path, already: true });
    }
    let published = Address::published();
    let from = match (mirror, model.hash) {
        (Some(mirror), _) => mirror,
        // Made here or by others: whisper.cpp publishes another file of this name, or none.
        (None, KnownHash::Sha256(_)) => return Err(absent(model)),
        (None, KnownHash::Sha1(_)) => &published,
    };
    fetch(model, from, folder, patience, watch)
}

/// Fetches a model's file into `folder`, going on from what an earlier run left there.
///
/// # Errors
/// The server cannot be reached, has no such file, sends another or keeps breaking off; the disk is
/// full; or another process is at the same.
pub fn fetch(
    model: &Known,
    from: &Address,
    folder: &Path,
    patience: &Patience,
    watch: &dyn Watch,
) -> Result<Fetched> {
    let path = folder.join(model.file);
    let mut part = Part::open(folder, model.file)?;
    // Another process may have finished since it was looked for.
    if path.is_file() && verified(model, path.clone()).is_ok() {
        part.remove()?;
        return Ok(Fetched { path, already: true });
    }
    let server = Server::new(from, model, patience.silence);
    let mut left_before = part.length() > 0;
    loop {
        bring(&server, &mut part, folder, patience, watch)?;
        watch.checking();
        part.sync()?;
        match verified(model, part.path().to_owned()) {
            Ok(_) => {
                part.name(&path)?;
                return Ok(Fetched { path, already: false });
            }
            Err(Error::LoadModel { wrong, .. }) if !left_before => {
                part.remove()?;
                return Err(Error::FetchModel {
                    what: server.url().to_owned(),
                    wrong: format!("what came was removed: {wrong}"),
                    remedy: format!("try again later, or get {} from {PUBLISHED_AT}", model.file),
                });
            }
            Err(Error::LoadModel { .. }) => {}
            Err(error) => return Err(error),
        }
        // The start may be of another file: an earlier run's, or one that a crash left holes in.
        left_before = false;
        part.clear()?;
    }
}

/// Brings the part to its full length, over as many connections as it takes.
fn bring(
    server: &Server,
    part: &mut Part,
    folder: &Path,
    patience: &Patience,
    watch: &dyn Watch,
) -> Result<()> {
    let mut pauses = patience.pauses.iter();
    let mut most = part.length();
    let mut connected = false;
    loop {
        let trouble = match server.rest(part, watch) {
            Ok(()) => return Ok(()),
            Err(trouble) => trouble,
        };
        let why = match trouble {
            Trouble::Own(error) => return Err(error),
            Trouble::Refused { wrong } => return Err(refused(server, wrong, folder)),
            Trouble::Unreachable { why } if !connected => {
                return Err(refused(server, format!("cannot be reached ({why})"), folder));
            }
            Trouble::Unreachable { why } => why,
            Trouble::Lost { why } => {
                connected = true;
                why
            }
        };
        // Counted from the most there ever was: a server that begins anew each time brings nothing.
        if part.length() > most {
            most = part.length();
            pauses = patience.pauses.iter();
        }
        let Some(&pause) = pauses.next() else {
            return Err(Error::FetchModel {
                what: server.url().to_owned(),
                wrong: format!("the connection was lost again and again ({why})"),
                remedy: "what has come is kept, and the same command goes on from there".to_owned(),
            });
        };
        watch.again(&why, pause);
        thread::sleep(pause);
    }
}

fn refused(server: &Server, wrong: String, folder: &Path) -> Error {
    Error::FetchModel {
        what: server.url().to_owned(),
        wrong,
        remedy: format!(
            "try again, or get the file from that address on another computer and put it into {}",
            folder.display()
        ),
    }
}
