//! `openfloor enroll`: the coach's voiceprint, made, shown and deleted.

use std::path::PathBuf;

use clap::Args;

use super::{Exit, failed, say};
use crate::error::{self, Error};
use crate::models::DEFAULT_SPEECH_TO_TEXT;
use crate::progress::Silent;
use crate::run::{Engines, voiceprint};

/// Arguments of the command.
#[derive(Debug, Args)]
#[command(
    after_help = "A voiceprint is biometric data: of you alone, never of a coachee. It is kept in one \
file on this computer that only you may read, until you say --forget. Where one is kept, analyze knows \
the coach by it, unless --coach or --track says who the coach is."
)]
pub(super) struct Arguments {
    /// A recording in which only you speak, for half a minute or more
    #[arg(required_unless_present_any = ["forget", "show"])]
    recording: Option<PathBuf>,

    /// Keep it in this file instead, for --coach FILE
    #[arg(long, value_name = "FILE.json", value_parser = json_file)]
    to: Option<PathBuf>,

    /// Delete the voiceprint
    #[arg(long, conflicts_with_all = ["recording", "show"])]
    forget: bool,

    /// Say whether there is one, and from when
    #[arg(long, conflicts_with = "recording")]
    show: bool,
}

/// A file that `--coach` knows for a voiceprint.
fn json_file(text: &str) -> Result<PathBuf, &'static str> {
    let json = text.to_lowercase().ends_with(".json");
    json.then(|| text.into()).ok_or("the name of a voiceprint's file ends in .json")
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Exit {
    match enroll(arguments) {
        Ok(()) => Exit::Done,
        Err(error) => failed(&error),
    }
}

fn enroll(arguments: &Arguments) -> error::Result<()> {
    let file = arguments.to.clone().or_else(voiceprint::own_file).ok_or_else(|| {
        Error::Usage("there is no folder to keep a voiceprint in; say --to FILE.json".into())
    })?;
    let place = file.display();
    if arguments.forget {
        let gone = voiceprint::forget(&file)?;
        say::line(&if gone {
            format!("The voiceprint is deleted: {place}")
        } else {
            format!("There is no voiceprint: {place}")
        });
        return Ok(());
    }
    if let Some(recording) = arguments.recording.as_ref().filter(|_| !arguments.show) {
        let engines = Engines::find(DEFAULT_SPEECH_TO_TEXT)?;
        let print = voiceprint::enroll(recording, &engines, &Silent, &Silent)?;
        voiceprint::keep(&file, &print)?;
        say::line(&format!(
            "Your voiceprint is kept in {place}, made from {:.0} s of speech. It is biometric data: \
             openfloor enroll --forget deletes it.",
            print.speech_ms.seconds()
        ));
        return Ok(());
    }
    say::line(&match voiceprint::read(&file)? {
        Some(print) => format!(
            "There is a voiceprint of {}, made from {:.0} s of speech: {place}",
            print.made,
            print.speech_ms.seconds()
        ),
        None => format!("There is no voiceprint: {place}"),
    });
    Ok(())
}
