//! `openfloor models fetch`: the one command that uses the network.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::{Exit, failed, say};
use crate::models::fetch::{self, Address, Patience, Watch};
use crate::models::{self, KNOWN, Known};
use crate::run::batch;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Name of the model
    #[arg(value_parser = name())]
    name: &'static Known,

    /// Get it from this folder on a web server instead of from where it is published; the hash is
    /// checked all the same
    #[arg(long, value_name = "URL")]
    mirror: Option<Address>,
}

/// The names, so that a wrong one is answered with all of them, and shells complete them.
fn name() -> impl TypedValueParser<Value = &'static Known> {
    PossibleValuesParser::new(KNOWN.map(|model| model.name))
        .try_map(|name| models::known(&name).ok_or("there is no model of this name"))
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let (model, mirror) = (arguments.name, arguments.mirror.clone());
    let shown = Arc::new(Shown::new(model));
    let watch = shown.clone();
    let work = move || {
        let folder = models::own_folder();
        fetch::see_to(model, mirror.as_ref(), &folder, &Patience::default(), &*watch)
    };
    let done = batch::until_stopped(work);
    shown.clear();
    match done {
        Ok(Some(Ok(fetched))) => {
            let how = if fetched.already { "already here, and" } else { "fetched," };
            say::line(&format!("{}: {how} as published ({})", model.name, fetched.path.display()));
            Exit::Done
        }
        Ok(Some(Err(error))) | Err(error) => failed(&error),
        Ok(None) => {
            say::err("stopped; what has come is kept, and the same command goes on from there");
            Exit::Interrupted
        }
    }
}

/// How far it is: a bar on a terminal, plain lines elsewhere.
struct Shown {
    name: &'static str,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    bar: Option<ProgressBar>,
    /// Tenths that were told in lines.
    told: Option<u64>,
}

impl Shown {
    fn new(model: &Known) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| bar(model));
        Self { name: model.name, state: Mutex::new(State { bar, told: None }) }
    }

    fn clear(&self) {
        self.with(|state| {
            if let Some(bar) = state.bar.take() {
                bar.finish_and_clear();
            }
        });
    }

    fn with(&self, change: impl FnOnce(&mut State)) {
        // A poisoned lock only means that another thread died while drawing.
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Watch for Shown {
    fn here(&self, bytes: u64, of: Option<u64>) {
        self.with(|state| {
            if let Some(bar) = &state.bar {
                if let Some(of) = of {
                    bar.set_length(of);
                }
                bar.set_position(bytes);
                return;
            }
            let Some(of) = of.filter(|&of| of > 0) else { return };
            let tenth = bytes * 10 / of;
            if state.told.is_none_or(|told| tenth > told) {
                state.told = Some(tenth);
                let (name, of) = (self.name, HumanBytes(of));
                say::note(&format!("{name}: {} % of {of}", tenth * 10));
            }
        });
    }

    fn again(&self, why: &str, after: Duration) {
        self.with(|state| {
            let line = format!("{why}; trying again in {} s", after.as_secs());
            match &state.bar {
                Some(bar) => bar.set_message(crate::report::text::clean(&line)),
                None => say::note(&format!("{}: {line}", self.name)),
            }
        });
    }

    fn checking(&self) {
        self.with(|state| match &state.bar {
            Some(bar) => bar.set_message("checking"),
            None => say::note(&format!("{}: checking", self.name)),
        });
    }
}

fn bar(model: &Known) -> ProgressBar {
    let about = u64::from(model.mebibytes) << 20;
    let target = ProgressDrawTarget::stderr_with_hz(8);
    let bar = ProgressBar::with_draw_target(Some(about), target);
    let template = "{prefix} {bar:24} {binary_bytes} of {binary_total_bytes}, {eta} left {msg}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_prefix(model.name);
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}
