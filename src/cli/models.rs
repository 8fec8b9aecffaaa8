//! `openfloor models`: what is there, what there is, and whether it is what it should be.

mod fetch;

use clap::{Args, Subcommand};

use super::{Exit, failed, say};
use crate::models::{self, KNOWN, Known, KnownHash, Purpose};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Every model known by name: what it is for, whether it is here, its licence and hash
    List,
    /// Where a model's file is
    Path {
        /// Name of the model
        #[arg(default_value = models::DEFAULT_SPEECH_TO_TEXT)]
        name: String,
    },
    /// Get a model's published file: the one command that uses the network
    Fetch(fetch::Arguments),
    /// Check the files that are here against their published hashes
    Verify {
        /// Name of the model; all that are here by default
        name: Option<String>,
    },
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    match &arguments.command {
        Command::List => list(),
        Command::Path { name } => path(name),
        Command::Fetch(arguments) => fetch::run(arguments),
        Command::Verify { name } => verify(name.as_deref()),
    }
}

fn list() -> Exit {
    for model in &KNOWN {
        let place = models::locate(model);
        let here = if place.is_some() { "here" } else { "not here" };
        say::out(&format!(
            "{:<20} {:>5} MiB  {here:<8}  {}\n",
            model.name, model.mebibytes, model.about
        ));
        let (kind, hash) = match model.hash {
            KnownHash::Sha256(hash) => ("SHA-256", hash),
            KnownHash::Sha1(hash) => ("SHA-1 as published by whisper.cpp", hash),
        };
        say::out(&format!("    {}, {}; {kind} {hash}\n", purpose(model), model.licence));
        if let Some(place) = place {
            say::out(&format!("    {}\n", place.display()));
        } else if matches!(model.hash, KnownHash::Sha1(_)) {
            say::out(&format!("    openfloor models fetch {}\n", model.name));
        }
    }
    say::out(&format!(
        "\nA larger model hears better and takes longer. `openfloor models fetch NAME` gets its file \
         (ggml-NAME.bin) from\n    {}\nor do so by hand. It belongs into\n    {}\nThen say --model \
         NAME.\n",
        models::PUBLISHED_AT,
        models::own_folder().display()
    ));
    Exit::Done
}

fn purpose(model: &Known) -> &'static str {
    match model.purpose {
        Purpose::SpeechToText => "speech to text",
        Purpose::VoiceActivity => "voice activity",
        Purpose::VoiceEncoder => "voices",
    }
}

fn path(name: &str) -> Exit {
    let Some(model) = models::known(name) else { return unknown(name) };
    match models::locate(model) {
        Some(path) => {
            say::out(&format!("{}\n", path.display()));
            Exit::Done
        }
        None => failed(&models::absent(model)),
    }
}

fn verify(name: Option<&str>) -> Exit {
    let wanted: Vec<&Known> = match name {
        Some(name) => match models::known(name) {
            Some(model) => vec![model],
            None => return unknown(name),
        },
        None => KNOWN.iter().filter(|model| models::locate(model).is_some()).collect(),
    };
    let mut exit = Exit::Done;
    for model in wanted {
        let checked = models::locate(model)
            .ok_or_else(|| models::absent(model))
            .and_then(|path| models::verified_anew(model, path));
        match checked {
            Ok(found) => {
                let place = found.path.display();
                say::out(&format!("{}: as published ({place})\n", model.name));
            }
            Err(error) => exit = failed(&error),
        }
    }
    exit
}

fn unknown(name: &str) -> Exit {
    say::err(&format!(
        "{name}: there is no model of this name; `openfloor models list` shows them"
    ));
    Exit::Failed
}
