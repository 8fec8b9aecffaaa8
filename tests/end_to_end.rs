//! The whole pipeline on real sound with the real models: bundled sessions, sounds in which nobody
//! speaks, long recordings. Facts and rough word error are asserted, never exact text.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that fails says why; its figures are quoted in the docs"
)]

#[path = "end_to_end/long.rs"]
mod long;
#[path = "end_to_end/melody.rs"]
mod melody;
#[path = "end_to_end/nobody.rs"]
mod nobody;
#[path = "end_to_end/sessions.rs"]
mod sessions;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use openfloor::analysis::{Analysis, Profile};
use openfloor::models::DEFAULT_SPEECH_TO_TEXT;
use openfloor::progress::Silent;
use openfloor::run::worker::Worker;
use openfloor::run::{
    Engines, Input, Job, LanguageChoice, Options, Outcome, Reading, Runtime, Together, analysis_of,
    pipeline,
};
use openfloor::session::About;

static ENGINES: LazyLock<Engines> = LazyLock::new(|| {
    let mut found = Engines::find(DEFAULT_SPEECH_TO_TEXT).expect("the bundled models");
    // This program is a test: what decodes is the real one.
    found.worker = Worker::new(env!("CARGO_BIN_EXE_openfloor").into());
    found
});

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn job(recording: &Path, results: &Path) -> Job {
    Job {
        inputs: vec![Input { path: recording.to_owned(), role: None, name: None }],
        together: Together::default(),
        results: results.to_owned(),
        options: Options {
            model: DEFAULT_SPEECH_TO_TEXT.to_owned(),
            language: LanguageChoice::Auto,
            coach: None,
            speakers: 2,
            part: None,
            about: About::default(),
            reading: Reading { profile: Profile::built_in("coaching").unwrap(), language: None },
        },
    }
}

/// Analyses a recording in a folder of its own.
fn analysed(recording: &Path) -> (Analysis, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let job = job(recording, &folder.path().join("results"));
    match pipeline::run(&job, || Ok(&*ENGINES), Runtime::default(), &Silent, &Silent) {
        Outcome::Done(done) => (analysis_of(&done.results).unwrap(), folder),
        Outcome::Failed { error, .. } => panic!("{error}"),
    }
}

fn metric(analysis: &Analysis, id: &str) -> Option<f64> {
    analysis.metrics.iter().find(|metric| metric.id == id).and_then(|metric| metric.value)
}

/// Runs a program of the test machine and fails with what it said.
fn tool(command: &mut Command) -> PathBuf {
    let output = command.output().expect("scripts/install-tools puts it there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
}
