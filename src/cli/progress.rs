//! Progress on standard error: a bar on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::say;
use crate::progress::{Progress, Stage};
use crate::report::numbers;
use crate::session::Ms;

/// The terminal's progress, one recording at a time.
pub(super) struct Terminal {
    state: Mutex<State>,
    how: How,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Bar,
    Lines,
    Quiet,
}

struct State {
    name: String,
    bar: Option<ProgressBar>,
    stage: Option<Stage>,
    total: Ms,
    done: Ms,
    told: u64,
}

impl Terminal {
    /// `quiet` shows nothing.
    pub fn new(quiet: bool) -> Self {
        let how = if quiet {
            How::Quiet
        } else if std::io::stderr().is_terminal() {
            How::Bar
        } else {
            How::Lines
        };
        let state = State {
            name: String::new(),
            bar: None,
            stage: None,
            total: Ms::ZERO,
            done: Ms::ZERO,
            told: 0,
        };
        Self { state: Mutex::new(state), how }
    }

    /// What follows is about this recording.
    pub fn recording(&self, name: &str) {
        self.with(|state| {
            state.clear();
            name.clone_into(&mut state.name);
        });
    }

    /// Takes the bar off the screen, so that a summary can be printed.
    pub fn clear(&self) {
        self.with(State::clear);
    }

    fn with(&self, change: impl FnOnce(&mut State)) {
        // A poisoned lock only means that another thread died while drawing.
        change(&mut self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    }
}

impl State {
    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        self.stage = None;
    }

    fn words(&self) -> &'static str {
        match self.stage {
            Some(Stage::Decode) => "reading the sound",
            Some(Stage::Listen) => "finding who speaks when",
            Some(Stage::Transcribe) => "writing down what is said",
            Some(Stage::Measure) | None => "measuring",
        }
    }
}

impl Progress for Terminal {
    fn begin(&self, stage: Stage, total: Option<Ms>) {
        self.with(|state| {
            state.clear();
            state.stage = Some(stage);
            state.total = total.unwrap_or_default();
            state.done = Ms::ZERO;
            state.told = 0;
            match self.how {
                How::Quiet => {}
                How::Lines => say::note(&format!("{}: {}", state.name, state.words())),
                How::Bar => state.bar = Some(bar(state, total)),
            }
        });
    }

    fn advance(&self, stage: Stage, done: Ms) {
        self.with(|state| {
            if state.stage != Some(stage) {
                return;
            }
            state.done += done;
            if let Some(bar) = &state.bar {
                bar.inc(done.0);
                let (done, total) = (numbers::place(state.done), numbers::place(state.total));
                bar.set_message(format!("{done} of {total}"));
            }
            let quarter = (state.done.0 * 4).checked_div(state.total.0).unwrap_or(0);
            if self.how == How::Lines && stage == Stage::Transcribe && quarter > state.told {
                state.told = quarter;
                if quarter < 4 {
                    say::note(&format!("{}: {}, {} %", state.name, state.words(), quarter * 25));
                }
            }
        });
    }

    fn skip(&self, _: Stage) {}
}

fn bar(state: &State, total: Option<Ms>) -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(8);
    let bar = match total {
        Some(total) if total > Ms::ZERO => ProgressBar::with_draw_target(Some(total.0), target),
        _ => ProgressBar::with_draw_target(None, target),
    };
    let template = if total.is_some_and(|total| total > Ms::ZERO) {
        "{prefix} {bar:24} {msg}, {eta} left"
    } else {
        "{prefix} {spinner}"
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_prefix(format!("{}: {}", crate::report::text::clean(&state.name), state.words()));
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}
