//! Many jobs in as many slots as are wanted, and Ctrl-C. The only place with tokio.
//!
//! Each slot is a thread with a child process of its own ([`Slot`]): what breaks in there costs one
//! recording. What is finished is told in the order of the jobs, whichever ends first. While whisper
//! has the core of one slot, the next recording is decoded and listened to in another.
//!
//! When the person asks to stop, the children are ended at once: whisper looks up only between
//! windows, seconds apart, and what is finished is on disk.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::worker::{Slot, Worker};
use super::{Engines, Job, Outcome, Runtime, pipeline};
use crate::error::{Error, Reaction, Result};
use crate::progress::{Cancel, Flag, Progress};

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

/// How often is looked whether another run has done with a recording.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

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

/// Shown how the recordings of a batch come on.
pub trait Board: Send + Sync {
    /// Another run is at a recording, and it is waited for.
    fn wait(&self, number: usize);
    /// A recording is begun. What it tells goes to what this gives, until that is dropped.
    fn begin(&self, number: usize, job: &Job) -> Box<dyn Progress + '_>;
    /// A recording has ended so; finished ones too, which were never begun.
    fn end(&self, number: usize, outcome: &Outcome);
}

/// How a batch is worked through.
#[derive(Debug, Clone)]
pub struct How {
    /// Recordings at once.
    pub slots: usize,
    /// Threads for speech-to-text of each recording; `None`: the cores are shared among those at work.
    pub threads: Option<usize>,
    /// Otherwise.
    pub runtime: Runtime,
    /// Stop at the first failure.
    pub fail_fast: bool,
    /// Starts the children; its patience is how long a recording may not come on.
    pub worker: Worker,
}

/// Runs `jobs` and hands each outcome to `tell`, in order. `engines` are those of the recordings, by
/// which finished ones are known.
///
/// After [`Ended::Interrupted`] and [`Ended::Early`] no child is left.
///
/// # Errors
/// The operating system gives no thread or no signal handler.
pub fn run(
    jobs: &Arc<Vec<Job>>,
    engines: Option<&Engines>,
    how: &How,
    board: &Arc<dyn Board>,
    mut tell: impl FnMut(usize, &Job, &Outcome),
) -> Result<Ended> {
    let failed = |source| Error::Start { source };
    let machine = machine().map_err(failed)?;
    // From here on no Ctrl-C is missed.
    let mut stop = {
        let _inside = machine.enter();
        signal(SignalKind::interrupt()).map_err(failed)?
    };
    let mut order = InOrder::default();
    let mut todo = VecDeque::new();
    for (number, job) in jobs.iter().enumerate() {
        match pipeline::finished(job, engines, how.runtime) {
            Some(done) => {
                let outcome = Outcome::Done(done);
                board.end(number, &outcome);
                order.put(number, outcome);
            }
            None => todo.push_back(number),
        }
    }
    let ended = machine.block_on(async {
        let slots = how.slots.clamp(1, todo.len().max(1));
        let (sender, mut outcomes) = mpsc::unbounded_channel();
        let queue = Arc::new(Queue {
            jobs: jobs.clone(),
            state: Mutex::new(State { todo, at_work: 0, later: VecDeque::new() }),
            changed: Condvar::new(),
            how: How { slots, ..how.clone() },
            stop: Flag::default(),
        });
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..slots {
            let (queue, board, sender) = (queue.clone(), board.clone(), sender.clone());
            workers.spawn_blocking(move || queue.work(&*board, &sender));
        }
        drop(sender);
        let ended = loop {
            while let Some((number, outcome)) = order.next() {
                tell(number, &jobs[number], &outcome);
            }
            let next = tokio::select! {
                next = outcomes.recv() => next,
                _ = stop.recv() => break Ended::Interrupted,
            };
            let Some((number, outcome)) = next else { break Ended::Through };
            let early = ends_all(&outcome, how.fail_fast);
            order.put(number, outcome);
            if early {
                break Ended::Early;
            }
        };
        queue.stop.set();
        // Their children are gone when they return.
        while workers.join_next().await.is_some() {}
        ended
    });
    if ended == Ended::Through {
        order.fill(jobs.len(), |number| lost(&jobs[number]));
    }
    for (number, outcome) in order.rest() {
        tell(number, &jobs[number], &outcome);
    }
    machine.shutdown_background();
    Ok(ended)
}

/// Whether no other job is begun after this outcome.
fn ends_all(outcome: &Outcome, fail_fast: bool) -> bool {
    match outcome {
        Outcome::Failed { reaction: Reaction::Stop | Reaction::Usage, .. } => true,
        Outcome::Failed { .. } => fail_fast,
        Outcome::Done(_) => false,
    }
}

/// Outcomes as they come → outcomes in order.
#[derive(Default)]
struct InOrder {
    next: usize,
    waiting: BTreeMap<usize, Outcome>,
}

impl InOrder {
    fn put(&mut self, number: usize, outcome: Outcome) {
        self.waiting.insert(number, outcome);
    }

    /// The next, if it is there.
    fn next(&mut self) -> Option<(usize, Outcome)> {
        let outcome = self.waiting.remove(&self.next)?;
        self.next += 1;
        Some((self.next - 1, outcome))
    }

    /// Puts what is missing of `count`.
    fn fill(&mut self, count: usize, with: impl Fn(usize) -> Outcome) {
        for number in self.next..count {
            self.waiting.entry(number).or_insert_with(|| with(number));
        }
    }

    /// What still waits for one that will not come.
    fn rest(self) -> impl Iterator<Item = (usize, Outcome)> {
        self.waiting.into_iter()
    }
}

/// The outcome of a job whose slot is gone: its thread has ended by an error of ours.
fn lost(job: &Job) -> Outcome {
    let path = job.path().display();
    Outcome::Failed {
        error: format!(
            "{path}: an error inside Openfloor; the recording was left as it was. Please report it with \
             the place named above"
        ),
        reaction: Reaction::SkipRecording,
    }
}

/// What the slots share.
struct Queue {
    jobs: Arc<Vec<Job>>,
    state: Mutex<State>,
    /// A job is no longer at work.
    changed: Condvar,
    how: How,
    stop: Flag,
}

struct State {
    todo: VecDeque<usize>,
    at_work: usize,
    /// Those that another run is at, and when that was seen: looked at again when the rest is done.
    later: VecDeque<(usize, Instant)>,
}

/// A job that was taken.
struct Taken {
    number: usize,
    threads: usize,
}

impl Queue {
    /// What a slot does until nothing is left.
    fn work(&self, board: &dyn Board, outcomes: &mpsc::UnboundedSender<(usize, Outcome)>) {
        let mut slot = Slot::new(self.how.worker.clone());
        while let Some(taken) = self.take() {
            let job = &self.jobs[taken.number];
            let runtime = Runtime { threads: taken.threads, ..self.how.runtime };
            let progress = board.begin(taken.number, job);
            let outcome = slot.analyse(job, runtime, &*progress, &self.stop);
            drop(progress);
            let outcome = match outcome {
                Err(Error::Cancelled) => {
                    self.done(&taken, &Error::Cancelled.into());
                    return;
                }
                outcome => outcome.unwrap_or_else(Outcome::from),
            };
            if self.done(&taken, &outcome) {
                board.wait(taken.number);
                continue;
            }
            board.end(taken.number, &outcome);
            if outcomes.send((taken.number, outcome)).is_err() {
                return;
            }
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<Taken> {
        let mut state = self.state();
        let number = loop {
            if self.stop.cancelled() {
                return None;
            }
            if let Some(number) = state.todo.pop_front() {
                break number;
            }
            let (number, since) = state.later.front().copied()?;
            // Not before the others are done: one of them may be at the same results.
            if state.at_work == 0 && since.elapsed() >= LOOK_AGAIN {
                state.later.pop_front();
                break number;
            }
            let woken = self.changed.wait_timeout(state, LOOK_AGAIN / 4);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        };
        state.at_work += 1;
        let busy = (state.at_work + state.todo.len() + state.later.len()).min(self.how.slots);
        let threads = self.how.threads.unwrap_or_else(|| (cores() / busy.max(1)).max(1));
        Some(Taken { number, threads })
    }

    /// Whether the job is put off: another run is at it, and there are others to do.
    fn done(&self, taken: &Taken, outcome: &Outcome) -> bool {
        let mut state = self.state();
        state.at_work -= 1;
        self.changed.notify_all();
        let locked = matches!(outcome, Outcome::Failed { reaction: Reaction::Later, .. });
        let put_off = locked && self.jobs.len() > 1;
        if put_off {
            state.later.push_back((taken.number, Instant::now()));
        }
        if ends_all(outcome, self.how.fail_fast) {
            self.stop.set();
        }
        put_off
    }
}

/// How many recordings are analysed at once where nobody says: two, so that one is decoded and
/// listened to, which takes one core, while whisper has the others (`docs/decisions/0012-folders.md`).
#[must_use]
pub fn usual_slots() -> usize {
    cores().min(2)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_told_in_the_order_of_the_jobs() {
        let failed = |error: &str| Outcome::Failed {
            error: error.to_owned(),
            reaction: Reaction::SkipRecording,
        };
        let mut order = InOrder::default();
        order.put(1, failed("b"));
        assert_eq!(order.next(), None);
        order.put(0, failed("a"));
        assert_eq!(order.next(), Some((0, failed("a"))));
        assert_eq!(order.next(), Some((1, failed("b"))));
        order.put(3, failed("d"));
        assert_eq!(order.next(), None);
        order.fill(3, |_| failed("c"));
        assert_eq!(order.next(), Some((2, failed("c"))));
        assert_eq!(order.rest().collect::<Vec<_>>(), [(3, failed("d"))]);
    }
}
