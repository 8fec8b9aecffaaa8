//! A session recorded: input → WAV and notes beside it, safe on disk as it goes.
//!
//! In: a [`Plan`], and somebody who [`Watch`]es and presses keys. Out: what was [`Kept`]. One loop takes
//! what the audio thread has put into its ring, writes it, and looks after the input: while that is
//! gone, silence of the same length is kept and it is looked for; when it is back the recording goes on.
//!
//! ```text
//! sound::Capture ─▶ keep ─▶ talk.wav, talk.part2.wav …
//!        │            └───▶ notes: talk.wav.recorded.jsonl (consent, marks, gaps, end)
//!        └─▶ alarm ─▶ Watch (meters, warnings, keys)
//! ```
//!
//! [`settle`] puts right what a crash left.

mod alarm;
mod keep;
pub(super) mod notes;
mod parts;
mod running;
mod seek;
mod settle;

pub use alarm::Alarm;
pub use notes::Why;
pub use parts::files;
pub use settle::{recover, settle};

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use jiff::Zoned;

use self::keep::Keeper;
use self::notes::{Opening, Writer};
use self::running::Running;
use crate::error::{Error, Result};
use crate::session::{Consent, Ms, Role};
use crate::sound::{Capture, Chosen, Level};

/// A WAV counts its bytes in 32 bits: a file ends before that, with room for its header.
pub const MOST_BYTES: u64 = u32::MAX as u64 - (1 << 20);

/// With less than this left the disk is low.
const LOW: Ms = Ms(600_000);

/// What is to be recorded.
pub struct Plan {
    /// The file.
    pub out: PathBuf,
    /// The input, and how it records.
    pub chosen: Chosen,
    /// What was agreed to, when.
    pub consent: Consent,
    /// Who sits at the first and at the second microphone, if it was said.
    pub sides: [Option<Role>; 2],
    /// How long, unless it is stopped.
    pub longest: Option<Ms>,
    /// Bytes of a file at most: [`MOST_BYTES`], less in tests.
    pub most_bytes: u64,
}

/// What a person wants while it records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// To pause, or to go on.
    Pause,
    /// To mark this moment.
    Mark,
    /// To end.
    Stop,
}

/// Whoever sees a recording while it is made.
pub trait Watch {
    /// What was pressed since the last time.
    fn pressed(&mut self) -> Option<Press>;
    /// How it stands; called at each turn.
    fn look(&mut self, view: &View<'_>);
}

/// How a recording stands.
#[derive(Debug)]
pub struct View<'a> {
    /// Its length.
    pub length: Ms,
    /// What is going on.
    pub state: State,
    /// How loud each channel is.
    pub levels: &'a [Level],
    /// What is wrong with the channels.
    pub alarms: &'a [Alarm],
    /// How much longer the disk takes it; `None` where that cannot be asked.
    pub disk_left: Option<Ms>,
    /// What has happened since the last view.
    pub news: &'a [News],
}

impl View<'_> {
    /// Whether the disk will be full soon.
    #[must_use]
    pub fn disk_is_low(&self) -> bool {
        self.disk_left.is_some_and(|left| left < LOW)
    }
}

/// What is going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Sound is kept.
    Recording,
    /// Nothing is kept.
    Paused,
    /// The input is gone, and silence is kept.
    Gone,
}

/// Something that happened, at a time of the recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// A moment was marked.
    Marked(Ms),
    /// Nothing is kept from here.
    Paused(Ms),
    /// It goes on.
    Resumed(Ms),
    /// The input went away.
    Gone(Ms),
    /// It came back after so long.
    Back(Ms, Ms),
    /// This machine did not keep up; so much is silence.
    Lost(Ms, Ms),
    /// The system lost a little sound.
    Slipped(Ms),
    /// The computer slept for so long.
    Slept(Ms, Ms),
    /// It goes on in the file of this number.
    Part(Ms, u16),
    /// Something could not be noted: the disk does not take it.
    NotNoted(Ms),
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its files.
    pub files: Vec<PathBuf>,
    /// Its length.
    pub length: Ms,
    /// Marks set.
    pub marks: u32,
    /// Times the input was gone, and for how long together.
    pub gone: (u32, Ms),
    /// Lost because this machine did not keep up.
    pub lost: Ms,
    /// Times the system lost sound.
    pub slips: u64,
    /// Why it ended.
    pub why: Why,
    /// What the disk said, where it failed.
    pub failure: Option<String>,
}

/// The name of a recording that begins now, by the clock of this place, such as `2026-11-29 10.05.12.wav`.
#[must_use]
pub fn name_now() -> String {
    Zoned::now().strftime("%Y-%m-%d %H.%M.%S.wav").to_string()
}

/// This moment by the clock of this place, RFC 3339.
#[must_use]
pub fn time_now() -> String {
    Zoned::now().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// Holds that a recording can be put there: nothing is, and something can be.
///
/// # Errors
/// [`Error::Capture`], with what to do.
pub fn check_place(out: &Path) -> Result<()> {
    let shown = out.display();
    if let Some(process) = notes::recorder(out) {
        return Err(Error::Capture(format!(
            "{shown}: another openfloor is recording into this file (process {process}); name another \
             file"
        )));
    }
    let there = [out.to_owned(), notes::beside(out), parts::part(out, 2)];
    if let Some(path) = there.iter().find(|path| fs::symlink_metadata(path).is_ok()) {
        return Err(Error::Capture(format!(
            "{}: it is there already, and a recording never overwrites; name another file",
            path.display()
        )));
    }
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    tempfile::tempfile_in(folder).map(drop).map_err(|error| unwritten(folder, &error))
}

fn unwritten(path: &Path, error: &io::Error) -> Error {
    let shown = path.display();
    Error::Capture(match error.kind() {
        io::ErrorKind::NotFound => {
            format!("{shown}: there is no such folder; make it, or name a file elsewhere")
        }
        _ => format!(
            "{shown}: cannot be written ({error}); free some space or name a file elsewhere"
        ),
    })
}

/// Records until it is stopped: by `stop`, by the watcher, by its length or by the disk.
///
/// # Errors
/// [`Error::Capture`]: it could not begin, or nothing came; then no file is left.
pub fn record(plan: &Plan, stop: &AtomicBool, watch: &mut dyn Watch) -> Result<Kept> {
    check_place(&plan.out)?;
    let (rate_hz, channels) = (plan.chosen.rate_hz, plan.chosen.channels);
    let opening = Opening::new(
        time_now(),
        plan.chosen.name.clone(),
        (rate_hz, channels),
        plan.consent.clone(),
        plan.sides,
    );
    let notes = match Writer::create(&plan.out, &opening) {
        // Another one was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            check_place(&plan.out)?;
            return Err(unwritten(&plan.out, &error));
        }
        made => made.map_err(|error| unwritten(&plan.out, &error))?,
    };
    let keeper = match Keeper::create(&plan.out, rate_hz, channels, plan.most_bytes) {
        Ok(keeper) => keeper,
        Err(error) => {
            drop(fs::remove_file(notes::beside(&plan.out)));
            return Err(unwritten(&plan.out, &error));
        }
    };
    let capture = match Capture::open(&plan.chosen) {
        Ok(capture) => capture,
        Err(error) => {
            drop(keeper);
            forget(&plan.out);
            return Err(error);
        }
    };
    let mut running = Running::new(plan, capture, keeper, notes);
    let ended = running.until_end(stop, watch);
    running.finish(ended)
}

/// Takes away what holds nothing.
fn forget(out: &Path) {
    drop(fs::remove_file(out));
    drop(fs::remove_file(notes::beside(out)));
}
