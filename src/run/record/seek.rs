//! Looks for an input that went away, on a thread of its own: a sound system that starts again may keep
//! one waiting.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::sound::{Capture, Chosen};

/// How often it is looked for.
const EVERY: Duration = Duration::from_millis(500);

/// Somebody who looks for an input until it is found or nobody waits.
pub(super) struct Seeker {
    found: Receiver<Capture>,
    /// Its end ends the search.
    _wanted: Sender<()>,
}

impl Seeker {
    pub(super) fn new(chosen: Chosen) -> Self {
        let (tell, found) = channel();
        let (wanted, end) = channel::<()>();
        // Without a thread it is never found, and silence is kept until the person stops.
        drop(thread::Builder::new().name("openfloor_seek".to_owned()).spawn(move || {
            while matches!(end.recv_timeout(EVERY), Err(RecvTimeoutError::Timeout)) {
                if let Ok(capture) = Capture::open(&chosen) {
                    drop(tell.send(capture));
                    return;
                }
            }
        }));
        Self { found, _wanted: wanted }
    }

    /// The input, once it is back.
    pub(super) fn found(&self) -> Option<Capture> {
        self.found.try_recv().ok()
    }
}
