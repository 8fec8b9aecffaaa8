//! The command line: what a person types, and what they see. The only room that prints.
//!
//! In: arguments and `openfloor.toml`. Out: summaries on standard output, progress and errors on
//! standard error, and an exit code.

mod agree;
mod analyze;
mod devices;
mod enroll;
mod found;
mod listed;
mod mark;
mod models;
mod progress;
mod record;
mod report;
mod say;
mod settings;
mod speakers;
mod values;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::error::{Error, Reaction};
use crate::run::worker;

/// Exit codes: 0 all done or already done; 1 nothing could be done; 2 usage (clap's own too); 3 some
/// inputs failed; 130 interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Exit {
    Done = 0,
    Failed = 1,
    Usage = 2,
    Partly = 3,
    Interrupted = 130,
}

/// Hear yourself coach: from a recording of a coaching session to evidence about how it was coached.
/// Everything happens on this computer.
#[derive(Debug, Parser)]
#[command(name = "openfloor", version, after_help = EXIT_CODES, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 all done or already done; 1 every input failed, nothing to \
analyse was found, or the command failed; 2 the command line is off; 3 some inputs failed, the rest is \
complete; 130 stopped with Ctrl-C, finished work is kept.\n\nConfidential: nothing leaves this \
computer, and results can be read by you only.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Analyse recordings, or folders of them
    Analyze(Box<analyze::Arguments>),
    /// Make reports again, show one, or look at sessions over time
    Report(report::Arguments),
    /// Correct a moment, a stretch or the words of a session
    Mark(mark::Arguments),
    /// Say who is who in a session
    Speakers(speakers::Arguments),
    /// Hold the tool's codes against people's, or write the sheet they code on
    Agree(agree::Arguments),
    /// Keep a voiceprint of the coach, to be known by; show or delete it
    Enroll(enroll::Arguments),
    /// The speech-to-text and voice-activity models
    Models(models::Arguments),
    /// Record a session from a microphone or a line
    Record(record::Arguments),
    /// List the audio inputs of this computer
    Devices,
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Work for another openfloor: requests on standard input, frames on standard output
    #[command(hide = true)]
    Worker {
        /// Show what the engines log
        #[arg(long)]
        verbose: bool,
    },
}

/// Runs the program; what `main` returns.
pub fn run() -> ExitCode {
    say::keep_panics_confidential();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are errors to clap, with exit code 0.
            drop(error.print());
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Exit::Usage as u8));
        }
    };
    let exit = match arguments.command {
        Command::Analyze(arguments) => analyze::run(*arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Mark(arguments) => mark::run(&arguments),
        Command::Speakers(arguments) => speakers::run(&arguments),
        Command::Agree(arguments) => agree::run(&arguments),
        Command::Enroll(arguments) => enroll::run(&arguments),
        Command::Models(arguments) => models::run(&arguments),
        Command::Record(arguments) => record::run(&arguments),
        Command::Devices => devices::run(),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "openfloor", &mut script);
            say::out(&String::from_utf8_lossy(&script));
            Exit::Done
        }
        Command::Worker { verbose } => worker(verbose),
    };
    if exit == Exit::Interrupted {
        // whisper's threads look up only between windows: they are not waited for.
        std::process::exit(i32::from(Exit::Interrupted as u8));
    }
    ExitCode::from(exit as u8)
}

/// Shows what the engines log.
fn show_logs() {
    // Not below info: whisper.cpp's debug lines hold what it hears.
    env_logger::Builder::new().filter_level(log::LevelFilter::Info).init();
}

/// Serves the process that started this one.
fn worker(verbose: bool) -> Exit {
    if verbose {
        show_logs();
    }
    match worker::serve(std::io::stdin().lock(), std::io::stdout()) {
        Ok(()) => Exit::Done,
        // Started by hand, or the other side has gone.
        Err(error) => {
            say::err(&format!("no process to work for ({error}); run openfloor analyze instead"));
            Exit::Failed
        }
    }
}

/// Says what is wrong and gives the exit code for a command that failed as a whole.
fn failed(error: &Error) -> Exit {
    say::err(&error.to_string());
    match error.reaction() {
        Reaction::Usage => Exit::Usage,
        Reaction::Stop | Reaction::Later | Reaction::SkipRecording => Exit::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }
}
