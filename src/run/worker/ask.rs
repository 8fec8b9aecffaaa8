//! A conversation with a child: a request, frames, an answer; or its end.

use std::io::{self, BufReader};
use std::process::{ChildStdin, ChildStdout};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::frame::{BadFrame, Frame, Frames, write_request};
use super::process::{End, Group, Process, Streams, last_words};
use super::{Request, Worker};
use crate::error::{Error, Result};
use crate::progress::Cancel;

/// How often the watcher looks up, at the least.
const TICK: Duration = Duration::from_millis(50);

/// How a conversation ended without what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    /// A crash.
    Crashed,
    /// CPU time without progress.
    Hung,
    /// More memory than it may have.
    Ballooned,
    /// Nothing came, and nothing was computed.
    Silent,
    /// Ended from outside: by a person, or by the system for want of memory.
    Killed,
    /// What it sent, or how it left, makes no sense.
    Strange,
}

/// What the watcher and the listener share.
#[derive(Default)]
struct Shared {
    frames: AtomicU64,
    over: AtomicBool,
    /// Why the watcher ended the child.
    stopped: AtomicU8,
}

const CANCELLED: u8 = 1;
const IMPATIENT: u8 = 2;

/// The watcher leaves when the listener has, however that goes.
struct Over<'a>(&'a Shared);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.over.store(true, Ordering::Release);
    }
}

/// A child, and the ends of its pipes.
pub(super) struct Child {
    process: Process,
    requests: ChildStdin,
    frames: Frames<BufReader<ChildStdout>>,
    /// Last: it ends when nobody is left to say anything.
    words: Words,
}

/// Reads what a child, and what it started, says on standard error.
struct Words(Option<JoinHandle<String>>);

impl Words {
    fn last(&mut self) -> String {
        self.0.take().and_then(|words| words.join().ok()).unwrap_or_default()
    }
}

impl Drop for Words {
    fn drop(&mut self) {
        self.last();
    }
}

/// How a request ended.
pub(super) enum Answer<T> {
    /// With what was asked for; the child may be asked again.
    Got(T, Child),
    /// With the end of the child, and of all it started; and its last words.
    Lost(Lost, String),
}

impl Child {
    /// Starts one.
    pub fn start(worker: &Worker) -> io::Result<Self> {
        let (process, Streams { stdin, stdout, stderr }) =
            Process::start(&worker.program, worker.verbose)?;
        let listen = move || stderr.map(last_words).unwrap_or_default();
        let words = thread::Builder::new().name("words".to_owned()).spawn(listen)?;
        let frames = Frames::new(BufReader::new(stdout));
        Ok(Self { process, requests: stdin, frames, words: Words(Some(words)) })
    }

    /// Asks, and hands each frame to `take` until it has what was asked for.
    ///
    /// # Errors
    /// [`Error::Start`]: no thread could be started. [`Error::Cancelled`]. And what `take` gives. The
    /// child, and all it started, has ended in every case.
    pub fn ask<T>(
        mut self,
        request: &Request,
        patience: Duration,
        cancel: &dyn Cancel,
        take: impl FnMut(Frame<'_>) -> Result<Option<T>>,
    ) -> Result<Answer<T>> {
        let start = |source| Error::Start { source };
        let shared = Shared::default();
        let group = self.process.group;
        let heard = thread::scope(|scope| {
            let over = Over(&shared);
            let shared = &shared;
            let watcher = thread::Builder::new()
                .name("watcher".to_owned())
                .spawn_scoped(scope, move || watch(shared, cancel, patience, group))
                .map_err(start)?;
            // One that does not get its request would wait for it; most often it has died, and that
            // is seen by its end.
            if let Err(error) = write_request(&mut self.requests, request) {
                log::warn!("a worker process could not be asked: {error}");
                group.kill();
            }
            let heard = listen(&mut self.frames, shared, take);
            // The watcher has left before the child's number can become another's.
            drop(over);
            watcher.thread().unpark();
            drop(watcher.join());
            heard
        });
        // Dropping the child ends it.
        let heard = heard?;
        let stopped = shared.stopped.load(Ordering::Acquire);
        let heard = match heard {
            // One that was stopped in the very moment of its answer is gone too.
            Heard::All(answer) if stopped == 0 => return Ok(Answer::Got(answer, self)),
            Heard::All(_) => Heard::End,
            other => other,
        };
        if matches!(heard, Heard::Nonsense(_)) {
            group.kill();
        }
        let Self { process, mut words, requests, frames } = self;
        drop((requests, frames));
        let end = process.end().map_err(start)?;
        let words = words.last();
        let lost = match (heard, stopped) {
            (_, CANCELLED) => return Err(Error::Cancelled),
            (_, IMPATIENT) => Lost::Silent,
            (Heard::Nonsense(wrong), _) => {
                log::warn!("a worker process failed: {wrong}");
                Lost::Strange
            }
            _ => {
                log::warn!("a worker process failed: {end:?}");
                for line in words.lines() {
                    log::warn!("a worker process said: {line:?}");
                }
                lost(end, &words)
            }
        };
        Ok(Answer::Lost(lost, words))
    }
}

/// What the listener came away with.
enum Heard<T> {
    All(T),
    Nonsense(BadFrame),
    End,
}

fn listen<T>(
    frames: &mut Frames<impl io::Read>,
    shared: &Shared,
    mut take: impl FnMut(Frame<'_>) -> Result<Option<T>>,
) -> Result<Heard<T>> {
    loop {
        match frames.next_frame() {
            Ok(Some(frame)) => {
                shared.frames.fetch_add(1, Ordering::Relaxed);
                if let Some(answer) = take(frame)? {
                    return Ok(Heard::All(answer));
                }
            }
            // A pipe that ends inside a frame ends because the child did.
            Ok(None) | Err(BadFrame::Io(_)) => return Ok(Heard::End),
            Err(wrong) => return Ok(Heard::Nonsense(wrong)),
        }
    }
}

/// Ends the child when the person wants to stop, or when it has said nothing for too long.
fn watch(shared: &Shared, cancel: &dyn Cancel, patience: Duration, group: Group) {
    let (mut frames, mut silent, mut looked) = (0, Duration::ZERO, Instant::now());
    while !shared.over.load(Ordering::Acquire) {
        thread::park_timeout(TICK);
        let now = shared.frames.load(Ordering::Relaxed);
        // A look that comes late counts as one: this process was stopped (Ctrl-Z), not the child silent.
        silent =
            if now == frames { silent + looked.elapsed().min(2 * TICK) } else { Duration::ZERO };
        (frames, looked) = (now, Instant::now());
        let why = if cancel.cancelled() {
            CANCELLED
        } else if silent > patience {
            IMPATIENT
        } else {
            continue;
        };
        if !shared.over.load(Ordering::Acquire) {
            shared.stopped.store(why, Ordering::Release);
            group.kill();
        }
        return;
    }
}

/// How a child that ended too early was lost.
fn lost(end: End, words: &str) -> Lost {
    let outside = [Signal::KILL, Signal::TERM, Signal::INT, Signal::HUP];
    match end {
        End::Signal(signal) if signal == Signal::XCPU.as_raw() => Lost::Hung,
        End::Signal(signal) if outside.iter().any(|one| one.as_raw() == signal) => Lost::Killed,
        // Rust's words when there is no memory, before it aborts.
        End::Signal(_) if words.contains("memory allocation of ") => Lost::Ballooned,
        End::Signal(_) => Lost::Crashed,
        End::Code(_) => Lost::Strange,
    }
}
