//! A decoder that computes without getting anywhere is ended.
//!
//! The clock is the child's own CPU time: a slow disk, a busy machine or a night's sleep of the
//! computer is no hang.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use rustix::process::{Signal, getpid, kill_process};
use rustix::time::{ClockId, clock_gettime};

/// CPU time without a second of sound. The slowest decoding measured takes 3 ms for one.
const LONGEST: Duration = Duration::from_secs(5);
/// How often is looked, in wall time.
const EVERY: Duration = Duration::from_millis(200);

/// Knows when there was progress last.
#[derive(Debug, Clone, Default)]
pub(super) struct Watch(Arc<AtomicU64>);

impl Watch {
    /// Starts to watch this process. It ends by SIGXCPU, the signal of the system's own limit of CPU time:
    /// a hang is a hang whoever notices it.
    pub(super) fn start() -> std::io::Result<Self> {
        let watch = Self::default();
        watch.progress();
        let watched = watch.clone();
        thread::Builder::new().name("watch".to_owned()).spawn(move || {
            loop {
                thread::sleep(EVERY);
                let since = cpu_time().saturating_sub(watched.last());
                if since > LONGEST {
                    let _ = kill_process(getpid(), Signal::XCPU);
                }
            }
        })?;
        Ok(watch)
    }

    /// There was progress.
    pub(super) fn progress(&self) {
        let now = u64::try_from(cpu_time().as_nanos()).unwrap_or(u64::MAX);
        self.0.store(now, Ordering::Relaxed);
    }

    fn last(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
}

/// CPU time of all threads of this process.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}
