//! `--watch`: what comes into the folders is analysed, until the person stops it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use signal_hook::consts::SIGINT;

use super::tally::Tally;
use super::work::stopped;
use super::{Found, Plan};
use crate::cli::{Exit, say};
use crate::error::{Error, Result};
use crate::run::batch::{self, Ended};
use crate::run::discover::{self, Settled};

/// How often the folders are looked through. The system's own notices do not come from shares on a
/// network, where recordings often lie.
const EVERY: Duration = Duration::from_secs(2);

/// Analyses what is there, and what comes.
pub(super) fn run(plan: &Plan) -> Result<Exit> {
    if !plan.paths.iter().any(|path| path.is_dir()) {
        return Err(Error::Usage("--watch is for folders; name one".to_owned()));
    }
    // Also what is pressed between two looks, when nothing else listens for it.
    let stop = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(SIGINT, stop.clone()).map_err(|source| Error::Start { source })?;
    let mut settled = Settled::default();
    let mut earlier = Vec::new();
    let mut told = BTreeSet::new();
    let mut first = true;
    loop {
        let (paths, out, filter) = (plan.paths.clone(), plan.out.clone(), plan.filter.clone());
        let wait = if first { Duration::ZERO } else { EVERY };
        let look = move || {
            thread::sleep(wait);
            discover::recordings(&paths, out.as_deref(), &filter)
        };
        let Some(found) = batch::until_stopped(look)? else { return Ok(stopped()) };
        if stop.load(Ordering::Relaxed) {
            return Ok(stopped());
        }
        let found = plan.jobs(settled.of(found), &mut earlier)?;
        let found = Found {
            // A folder that is empty waits for its first recording; what else is wrong is said once.
            failures: found
                .failures
                .into_iter()
                .filter(|(_, error)| !matches!(error, Error::NothingToDo { .. }))
                .filter(|(_, error)| told.insert(error.to_string()))
                .collect(),
            ..found
        };
        if !(found.jobs.is_empty() && found.duplicates.is_empty() && found.failures.is_empty()) {
            let mut tally = Tally::new();
            if plan.batch(found, &mut tally)? == Ended::Interrupted {
                return Ok(stopped());
            }
        }
        if stop.load(Ordering::Relaxed) {
            return Ok(stopped());
        }
        if first {
            say::note("watching for recordings; Ctrl-C ends it");
            first = false;
        }
    }
}
