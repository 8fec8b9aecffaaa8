//! One process at a time in a results folder.
//!
//! The lock is the file system's and goes with its process, so none is ever stale. Who holds it stands
//! in it, for the sentence that another run says.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, test_kill_process};

use crate::error::{Error, Result};

/// How long a process that was killed may take to be gone with its lock: it ends within milliseconds
/// after its parent, or when its last write to the disk has.
const DYING: Duration = Duration::from_secs(5);

/// Who works here, where that is not this process.
static OWNER: OnceLock<u32> = OnceLock::new();

/// This process works for another: it is that one which a person sees and may end.
pub fn work_for(process: u32) {
    // Said once, when it begins.
    let _ = OWNER.set(process);
}

/// Takes the lock of a results folder.
pub(super) fn take(folder: &Path) -> Result<File> {
    let failed = |source| Error::WriteResult { path: folder.to_owned(), source };
    let mut lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(folder.join(".lock"))
        .map_err(failed)?;
    let begun = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => break,
            Err(TryLockError::Error(source)) => return Err(failed(source)),
            Err(TryLockError::WouldBlock) => {}
        }
        // One that has not yet written its number is "?".
        let owner = owner(&mut lock).unwrap_or_default();
        if is_gone(&owner) && begun.elapsed() < DYING {
            thread::sleep(Duration::from_millis(20));
            continue;
        }
        let owner = if owner.is_empty() { "?".to_owned() } else { owner };
        return Err(Error::Locked { path: folder.to_owned(), owner });
    }
    let process = OWNER.get().copied().unwrap_or_else(std::process::id);
    lock.set_len(0).and_then(|()| lock.rewind()).map_err(failed)?;
    write!(lock, "{process}").map_err(failed)?;
    Ok(lock)
}

fn owner(lock: &mut File) -> io::Result<String> {
    let mut owner = String::new();
    lock.rewind()?;
    lock.read_to_string(&mut owner)?;
    Ok(owner.trim().to_owned())
}

/// Whether no process has this number: what it started is about to end.
fn is_gone(process: &str) -> bool {
    let process = process.parse().ok().and_then(Pid::from_raw);
    process.is_some_and(|pid| test_kill_process(pid) == Err(rustix::io::Errno::SRCH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_whose_owner_is_gone_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let mut held = take(folder.path()).unwrap();
        // The number of a process that has ended.
        let mut ended = std::process::Command::new("true").spawn().unwrap();
        ended.wait().unwrap();
        held.set_len(0).and_then(|()| held.rewind()).unwrap();
        write!(held, "{}", ended.id()).unwrap();
        thread::scope(|scope| {
            let next = scope.spawn(|| take(folder.path()).map(drop));
            thread::sleep(Duration::from_millis(50));
            drop(held);
            next.join().unwrap().unwrap();
        });
    }
}
