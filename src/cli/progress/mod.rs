//! Progress on standard error: bars on a terminal, plain lines elsewhere.
//!
//! A line for each recording that is worked on, and below them one for all where there are several.

mod estimate;

use std::collections::BTreeSet;
use std::fs;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use self::estimate::Estimate;
use super::say;
use crate::progress::{Progress, Stage};
use crate::report::words::words;
use crate::report::{numbers, text};
use crate::run::batch::Board;
use crate::run::{Job, Outcome};
use crate::session::{Language, Ms};

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Bars,
    Lines,
    Quiet,
}

impl How {
    fn of(quiet: bool) -> Self {
        if quiet {
            Self::Quiet
        } else if std::io::stderr().is_terminal() {
            Self::Bars
        } else {
            Self::Lines
        }
    }
}

/// The terminal's progress of a batch.
pub(super) struct Terminal {
    how: How,
    bars: MultiProgress,
    /// Names of the recordings.
    names: Vec<String>,
    began: Instant,
    all: Mutex<All>,
}

/// The whole batch.
struct All {
    estimate: Estimate,
    bar: Option<ProgressBar>,
    /// What another run is at, told once.
    waiting: BTreeSet<usize>,
}

impl Terminal {
    /// Of recordings with these names, and so many bytes each. `quiet` shows nothing.
    pub fn new(quiet: bool, recordings: &[(String, u64)]) -> Self {
        let how = How::of(quiet);
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(8));
        let bar = (how == How::Bars && recordings.len() > 1).then(|| {
            let bar = bars.add(ProgressBar::new(recordings.len() as u64));
            style(&bar, "{bar:24} {pos} of {len} recordings{msg}");
            bar
        });
        Self {
            how,
            bars,
            names: recordings.iter().map(|(name, _)| text::clean(name)).collect(),
            began: Instant::now(),
            all: Mutex::new(All {
                estimate: Estimate::new(recordings.iter().map(|(_, bytes)| *bytes)),
                bar,
                waiting: BTreeSet::new(),
            }),
        }
    }

    /// Prints while the bars are off the screen.
    pub fn aside(&self, print: impl FnOnce()) {
        if self.how == How::Bars { self.bars.suspend(print) } else { print() }
    }

    /// Takes the bars off the screen.
    pub fn clear(&self) {
        if let Some(bar) = self.all().bar.take() {
            bar.finish_and_clear();
        }
        // A screen that is gone has no bars either.
        drop(self.bars.clear());
    }

    fn all(&self) -> MutexGuard<'_, All> {
        // A poisoned lock only means that another thread died while drawing.
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn came(&self, number: usize, stage: Stage, done: Ms, total: Ms) {
        let mut all = self.all();
        all.estimate.came(number, stage, done, total);
        self.show(&all);
    }

    fn show(&self, all: &All) {
        if let Some(bar) = &all.bar {
            bar.set_position(all.estimate.ended_count() as u64);
            bar.set_message(so_far(&all.estimate, self.began.elapsed()));
        }
    }
}

/// Says that a file is compared with others while `read` reads it, where that takes more than a moment.
pub(super) fn comparing<T>(quiet: bool, path: &Path, read: impl FnOnce() -> T) -> T {
    /// Read in a second or so.
    const LONG: u64 = 256 << 20;
    let long = fs::metadata(path).is_ok_and(|file| file.len() >= LONG);
    let says = || format!("{}: looking whether it is a copy of another one", path.display());
    match How::of(quiet || !long) {
        How::Quiet => read(),
        How::Lines => {
            say::note(&says());
            read()
        }
        How::Bars => {
            let bar = ProgressBar::new_spinner();
            style(&bar, "{prefix} {spinner}");
            bar.set_prefix(text::clean(&says()));
            bar.enable_steady_tick(Duration::from_millis(250));
            let done = read();
            bar.finish_and_clear();
            done
        }
    }
}

/// `, 1 h 20 min of audio at 6.5 times real time, about 40 min left`.
fn so_far(estimate: &Estimate, elapsed: Duration) -> String {
    let audio = estimate.audio();
    if audio.0 < 1000 || elapsed.as_millis() < 1000 {
        return String::new();
    }
    let words = words(Language::En);
    let rate = audio.seconds() / elapsed.as_secs_f64();
    let rate = numbers::decimal(words, rate, 1);
    let audio = numbers::length(words, audio);
    let left =
        estimate.left(elapsed).filter(|left| left.as_secs() > 0).map_or_else(String::new, |left| {
            format!(", about {} left", numbers::length(words, Ms(left.as_secs() * 1000)))
        });
    format!(", {audio} of audio at {rate} times real time{left}")
}

impl Board for Terminal {
    fn begin(&self, number: usize, _: &Job) -> Box<dyn Progress + '_> {
        let now = Now { stage: None, total: Ms::ZERO, done: Ms::ZERO, told: 0, bar: None };
        Box::new(One { terminal: self, number, now: Mutex::new(now) })
    }

    fn wait(&self, number: usize) {
        let name = self.names.get(number).map_or("", String::as_str);
        if self.how != How::Quiet && self.all().waiting.insert(number) {
            let says = format!("{name}: another openfloor is working on it; it is waited for");
            self.aside(|| say::note(&says));
        }
    }

    fn end(&self, number: usize, outcome: &Outcome) {
        let mut all = self.all();
        let (audio, begun) = match outcome {
            Outcome::Done(done) => (done.duration, !done.already),
            Outcome::Failed { .. } => (Ms::ZERO, true),
        };
        all.estimate.ended(number, audio);
        self.show(&all);
        if self.how == How::Lines && self.names.len() > 1 && begun {
            let (ended, of) = (all.estimate.ended_count(), self.names.len());
            let far = so_far(&all.estimate, self.began.elapsed());
            say::note(&format!("{ended} of {of} recordings{far}"));
        }
    }
}

/// A recording that is worked on. Its bar goes with it.
struct One<'a> {
    terminal: &'a Terminal,
    number: usize,
    now: Mutex<Now>,
}

struct Now {
    stage: Option<Stage>,
    total: Ms,
    done: Ms,
    /// Quarters told in lines.
    told: u64,
    bar: Option<ProgressBar>,
}

impl One<'_> {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn says(&self, stage: Stage) -> String {
        let doing = match stage {
            Stage::Decode => "reading the sound",
            Stage::Listen => "finding who speaks when",
            Stage::Transcribe => "writing down what is said",
            Stage::Measure => "measuring",
        };
        let name = self.terminal.names.get(self.number).map_or("", String::as_str);
        format!("{name}: {doing}")
    }

    fn bar(&self, stage: Stage, total: Ms) -> ProgressBar {
        let bars = &self.terminal.bars;
        let bar = ProgressBar::with_draw_target(
            (total > Ms::ZERO).then_some(total.0),
            ProgressDrawTarget::hidden(),
        );
        // Above the line of all.
        let bar = match &self.terminal.all().bar {
            Some(all) => bars.insert_before(all, bar),
            None => bars.add(bar),
        };
        style(
            &bar,
            if total > Ms::ZERO { "{prefix} {bar:24} {msg}" } else { "{prefix} {spinner}" },
        );
        bar.set_prefix(self.says(stage));
        bar.enable_steady_tick(Duration::from_millis(250));
        bar
    }
}

impl Drop for One<'_> {
    fn drop(&mut self) {
        if let Some(bar) = self.now().bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Progress for One<'_> {
    fn begin(&self, stage: Stage, total: Option<Ms>) {
        let total = total.unwrap_or_default();
        let mut now = self.now();
        if let Some(bar) = now.bar.take() {
            bar.finish_and_clear();
        }
        let bar = match self.terminal.how {
            How::Quiet => None,
            How::Lines => {
                say::note(&self.says(stage));
                None
            }
            How::Bars => Some(self.bar(stage, total)),
        };
        *now = Now { stage: Some(stage), total, done: Ms::ZERO, told: 0, bar };
        self.terminal.came(self.number, stage, Ms::ZERO, total);
    }

    fn advance(&self, stage: Stage, done: Ms) {
        let mut now = self.now();
        if now.stage != Some(stage) {
            return;
        }
        now.done += done;
        if let Some(bar) = &now.bar {
            bar.inc(done.0);
            let (done, total) = (numbers::place(now.done), numbers::place(now.total));
            let left = numbers::place(Ms(bar.eta().as_secs() * 1000));
            bar.set_message(format!("{done} of {total}, {left} left"));
        }
        let quarter = (now.done.0 * 4).checked_div(now.total.0).unwrap_or(0);
        if self.terminal.how == How::Lines && stage == Stage::Transcribe && quarter > now.told {
            now.told = quarter;
            if quarter < 4 {
                say::note(&format!("{}, {} %", self.says(stage), quarter * 25));
            }
        }
        self.terminal.came(self.number, stage, now.done, now.total);
    }

    fn skip(&self, _: Stage) {}
}

fn style(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}
