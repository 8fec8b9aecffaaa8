//! A child process with all it started: begun, stopped, ended as one.
//!
//! It leads a process group of its own. So Ctrl-C in a terminal reaches the parent alone, which then
//! ends the child without a word; and what the child started (ffmpeg) ends with it.

use std::io::{self, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// What a child that closed its streams may take to end.
const GRACE: Duration = Duration::from_secs(2);
/// What is kept of what a child says on standard error: its end.
const LAST_WORDS: usize = 4096;

/// For the C library of Linux: large pieces of memory go back to the system when they are freed. Else
/// it learns to keep what whisper.cpp takes for each recording, and after three of them a child holds
/// 520 MB instead of 380 (`docs/decisions/0012-folders.md`).
const MEMORY_GIVEN_BACK: [(&str, &str); 2] =
    [("MALLOC_MMAP_THRESHOLD_", "1048576"), ("MALLOC_ARENA_MAX", "2")];

/// A child and its group. Ended when dropped.
pub(super) struct Process {
    child: Child,
    pub group: Group,
}

/// The streams of a child.
pub(super) struct Streams {
    pub stdin: ChildStdin,
    pub stdout: ChildStdout,
    /// Where it is not that of this process.
    pub stderr: Option<ChildStderr>,
}

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// By itself, with an exit code.
    Code(i32),
    /// By a signal.
    Signal(i32),
}

/// The group of a child that was not waited for yet: its number is nobody else's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group(Option<Pid>);

impl Group {
    /// Ends all of it at once.
    pub fn kill(self) {
        if let Some(group) = self.0 {
            // Gone already is as good.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Process {
    /// Starts `program worker`. With `verbose` it logs to the standard error of this process too: then
    /// there are no last words to read.
    pub fn start(program: &Path, verbose: bool) -> io::Result<(Self, Streams)> {
        let mut child = Command::new(program)
            .arg0("openfloor")
            .arg("worker")
            .args(verbose.then_some("--verbose"))
            .envs(MEMORY_GIVEN_BACK)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(if verbose { Stdio::inherit() } else { Stdio::piped() })
            .spawn()?;
        let streams = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let process = Self { group: Group(Pid::from_child(&child).into()), child };
        let (Some(stdin), Some(stdout), stderr) = streams else {
            return Err(io::Error::other("a child process without its streams"));
        };
        Ok((process, Streams { stdin, stdout, stderr }))
    }

    /// Waits for its end, not long, and ends what is left of its group.
    pub fn end(mut self) -> io::Result<End> {
        let begun = Instant::now();
        while begun.elapsed() < GRACE && !self.has_ended()? {
            thread::sleep(Duration::from_millis(1));
        }
        self.group.kill();
        let status = self.child.wait()?;
        self.group = Group(None);
        Ok(status.signal().map_or_else(|| End::Code(status.code().unwrap_or(-1)), End::Signal))
    }

    /// Whether it has ended; it still stands in the table of processes, and keeps its number.
    fn has_ended(&self) -> io::Result<bool> {
        let Some(pid) = self.group.0 else { return Ok(true) };
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        Ok(waitid(WaitId::Pid(pid), look)?.is_some())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.group.0.is_some() {
            self.group.kill();
            drop(self.child.wait());
        }
    }
}

/// Reads a stream to its end and gives the last of it.
pub(super) fn last_words(mut from: impl Read) -> String {
    let mut kept = Vec::new();
    let mut piece = [0; 1024];
    loop {
        match from.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => {
                kept.extend_from_slice(&piece[..count]);
                let over = kept.len().saturating_sub(LAST_WORDS);
                kept.drain(..over);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&kept).into_owned()
}
