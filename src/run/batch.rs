//! Many jobs, one after the other, and Ctrl-C. The only place with tokio.
//!
//! A job runs on a blocking thread. When the person asks to stop, the batch returns at once: whisper
//! looks up only between windows, seconds apart, and what is finished is on disk.

use std::sync::Arc;

use super::{Engines, Job, Outcome, Runtime, pipeline};
use crate::error::{Error, Reaction, Result};
use crate::progress::{Flag, Progress};

/// Runs `work` on a thread of its own. `None` when the person asked to stop: the work is not waited
/// for, and the caller is expected to leave the process.
///
/// # Errors
/// The operating system gives no thread or no signal handler.
pub fn until_stopped<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<Option<T>> {
    let failed = |source| Error::Start { source };
    let machine = machine().map_err(failed)?;
    let done = machine.block_on(async {
        tokio::select! {
            done = tokio::task::spawn_blocking(work) => done.map(Some),
            _ = tokio::signal::ctrl_c() => Ok(None),
        }
    });
    machine.shutdown_background();
    done.map_err(|error| failed(std::io::Error::other(error)))
}

fn machine() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()
}

/// How a batch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every job was tried.
    Through,
    /// A job failed in a way that the next one cannot do better, or `fail_fast` asked to stop.
    Early,
    /// The person asked to stop.
    Interrupted,
}

/// Runs `jobs` in order and hands each outcome to `tell` as it comes. Without `engines` they are
/// all transcripts, or find their own.
///
/// After [`Ended::Interrupted`] a job's thread may still be at work on its window: the caller is
/// expected to leave the process.
///
/// # Errors
/// The operating system gives no thread or no signal handler.
pub fn run(
    jobs: Vec<Job>,
    engines: Option<&Arc<Engines>>,
    runtime: Runtime,
    fail_fast: bool,
    progress: &Arc<dyn Progress>,
    mut tell: impl FnMut(&Job, &Outcome),
) -> Result<Ended> {
    let failed = |source| Error::Start { source };
    let machine = machine().map_err(failed)?;
    let ended = machine.block_on(async {
        let cancel = Arc::new(Flag::default());
        let mut stop = std::pin::pin!(tokio::signal::ctrl_c());
        for job in jobs {
            let job = Arc::new(job);
            let work = {
                let (job, engines, progress, cancel) =
                    (job.clone(), engines.cloned(), progress.clone(), cancel.clone());
                move || pipeline::run(&job, engines.as_deref(), runtime, &*progress, &*cancel)
            };
            let outcome = tokio::select! {
                done = tokio::task::spawn_blocking(work) => done.unwrap_or_else(|_| Outcome::Failed {
                    error: format!(
                        "{}: an error inside Openfloor; the recording was left as it was. Please \
                         report it with the place named above",
                        job.inputs.first().map_or_else(String::new, |input| input.path.display().to_string())
                    ),
                    reaction: Reaction::SkipRecording,
                }),
                _ = &mut stop => {
                    cancel.set();
                    return Ended::Interrupted;
                }
            };
            tell(&job, &outcome);
            match outcome {
                Outcome::Failed { reaction: Reaction::Stop | Reaction::Usage, .. } => {
                    return Ended::Early;
                }
                Outcome::Failed { .. } if fail_fast => return Ended::Early,
                _ => {}
            }
        }
        Ended::Through
    });
    // Not waited for: see above.
    machine.shutdown_background();
    Ok(ended)
}
