//! Recordings that are still copied or made, told from those that have stopped growing.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use super::{Found, Fruitless};
use crate::hashing::Stamp;

/// A file that has not changed for so long is complete. Recorders and copying programs write every
/// second or two; one that pauses for longer is analysed again when it has gone on.
const QUIET: Duration = Duration::from_secs(5);

/// What was seen of the sessions of some folders.
#[derive(Debug, Default)]
pub struct Settled(BTreeMap<PathBuf, Seen>);

#[derive(Debug)]
struct Seen {
    stamps: Vec<Option<Stamp>>,
    since: Instant,
    /// It was handed out as it is.
    given: bool,
}

impl Settled {
    /// Of what was found now: the sessions that have stopped growing and were not handed out as they
    /// are.
    pub fn of(&mut self, found: Vec<Result<Found, Fruitless>>) -> Vec<Result<Found, Fruitless>> {
        found
            .into_iter()
            .filter(|found| found.as_ref().map_or(true, |one| self.is_new(one)))
            .collect()
    }

    fn is_new(&mut self, found: &Found) -> bool {
        let stamps: Vec<Option<Stamp>> = found.recordings().map(Stamp::of).collect();
        let now = Instant::now();
        let seen = self.0.entry(found.results.clone());
        let seen =
            seen.or_insert_with(|| Seen { stamps: stamps.clone(), since: now, given: false });
        if seen.stamps != stamps {
            *seen = Seen { stamps, since: now, given: false };
        }
        if seen.given {
            return false;
        }
        seen.given = now.duration_since(seen.since) >= QUIET || rests(found);
        seen.given
    }
}

/// Whether the files were last written long ago, by their own times.
fn rests(found: &Found) -> bool {
    let now = SystemTime::now();
    found.recordings().all(|path| {
        let modified = path.metadata().and_then(|file| file.modified());
        modified.is_ok_and(|time| now.duration_since(time).is_ok_and(|age| age >= QUIET))
    })
}
