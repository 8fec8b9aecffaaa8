//! `openfloor record`: a session from a microphone or a line, safe on disk as it goes.

mod consent;
mod keys;
mod screen;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Args, Parser, ValueEnum};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use self::screen::Screen;
use super::{Exit, failed, say, values};
use crate::error::{Error, Result};
use crate::run::record::{self, Kept, MOST_BYTES, Plan, Why};
use crate::session::{Language, Ms, Role};
use crate::sound::{Wanted, choose};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The recording, a WAV that is not there yet, or a folder for it; named by date and time in the
    /// current folder by default. What is noted (consent, marks, gaps) stands beside it in
    /// NAME.wav.recorded.jsonl
    #[arg(value_name = "OUT.wav")]
    out: Option<PathBuf>,

    /// The input: its name, a part of it, or its identifier (`openfloor devices`); the system's default
    /// by default
    #[arg(long, value_name = "INPUT")]
    device: Option<String>,

    /// Samples a second; 48000 by default, where the input has it
    #[arg(long, value_name = "HZ", value_parser = clap::value_parser!(u32).range(8_000..=192_000))]
    rate: Option<u32>,

    /// Channels; two by default, where the input has them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=8))]
    channels: Option<u16>,

    /// Who sits at the left microphone, the first channel
    #[arg(long, value_enum, value_name = "ROLE")]
    left: Option<Sits>,

    /// Who sits at the right microphone, the second channel
    #[arg(long, value_enum, value_name = "ROLE")]
    right: Option<Sits>,

    /// For scripts: everyone who is heard has agreed. Without it the question is asked first
    #[arg(long, value_enum, value_name = "YES")]
    consent: Option<Agreed>,

    /// Language of the sentence on consent; that of this computer by default
    #[arg(long, value_enum)]
    language: Option<values::PageLanguage>,

    /// Stop after this time, as MM:SS or H:MM:SS
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    duration: Option<Ms>,

    /// Go on to the report when it stops
    #[arg(long)]
    analyze: bool,

    /// Put right what a crash left of a recording, or of those in a folder (the current one by default),
    /// and say what is kept
    #[arg(long, conflicts_with_all = [
        "device", "rate", "channels", "left", "right", "consent", "language", "duration", "analyze",
    ])]
    recover: bool,

    /// Nothing on the screen but warnings
    #[arg(short, long)]
    quiet: bool,

    /// Bytes of a file at most; the recording goes on in the next one
    #[arg(long, hide = true, default_value_t = MOST_BYTES, value_parser = clap::value_parser!(u64).range(1_000..=MOST_BYTES))]
    most_bytes: u64,
}

/// Who sits at a microphone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Sits {
    /// The coach
    Coach,
    /// The person coached
    Coachee,
    /// Somebody else
    Other,
}

impl From<Sits> for Role {
    fn from(sits: Sits) -> Self {
        match sits {
            Sits::Coach => Self::Coach,
            Sits::Coachee => Self::Coachee,
            Sits::Other => Self::Other,
        }
    }
}

/// Consent as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Agreed {
    /// Given
    #[value(alias = "oui")]
    Yes,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Exit {
    let done = if arguments.recover { recover(arguments) } else { make(arguments) };
    done.unwrap_or_else(|error| failed(&error))
}

fn recover(arguments: &Arguments) -> Result<Exit> {
    let path = arguments.out.as_deref().unwrap_or(Path::new("."));
    for sentence in record::recover(path)? {
        say::line(&sentence);
    }
    Ok(Exit::Done)
}

fn make(arguments: &Arguments) -> Result<Exit> {
    let sides = sides(arguments)?;
    let apart = sides.iter().any(Option::is_some);
    let out = place(arguments.out.as_deref())?;
    let language = arguments.language.map_or_else(consent::of_this_computer, Language::from);
    let how = consent::how(arguments.consent.is_some())?;
    record::check_place(&out)?;
    let chosen = choose(&Wanted {
        device: arguments.device.clone(),
        rate_hz: arguments.rate,
        channels: arguments.channels.or(apart.then_some(2)),
    })?;
    let plan = Plan {
        consent: consent::ask(how, language)?,
        out,
        chosen,
        sides,
        longest: arguments.duration,
        most_bytes: arguments.most_bytes,
    };
    let (stop, over) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let listening = || -> std::io::Result<()> {
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            // Once it is over the last two do what they do everywhere; the first is the analysis's.
            if signal != SIGINT {
                signal_hook::flag::register_conditional_default(signal, over.clone())?;
            }
            signal_hook::flag::register(signal, stop.clone())?;
        }
        Ok(())
    };
    listening().map_err(|source| Error::Start { source })?;
    let mut screen = Screen::new(&plan, arguments.quiet);
    let kept = record::record(&plan, &stop, &mut screen);
    drop(screen);
    over.store(true, Ordering::Relaxed);
    let kept = kept?;
    tell(&plan.out, &kept);
    match kept.why {
        Why::Stopped | Why::Duration if arguments.analyze => Ok(analyze(&plan.out)),
        Why::Stopped | Why::Duration => Ok(Exit::Done),
        Why::DiskFull | Why::DiskFailed => Ok(Exit::Failed),
    }
}

/// Who sits where.
fn sides(arguments: &Arguments) -> Result<[Option<Role>; 2]> {
    let sides = [arguments.left, arguments.right];
    let wrong = match (sides, arguments.channels) {
        ([Some(left), Some(right)], _) if left == right && left != Sits::Other => {
            "--left and --right are the same person's; one is the coach and one the coachee"
        }
        ([Some(_), _] | [_, Some(_)], Some(1)) => {
            "--left and --right are two microphones; record two channels"
        }
        _ => return Ok(sides.map(|sits| sits.map(Role::from))),
    };
    Err(Error::Usage(wrong.to_owned()))
}

/// Where the recording goes.
fn place(named: Option<&Path>) -> Result<PathBuf> {
    let folder = match named {
        None => Path::new(""),
        Some(path) if path.is_dir() => path,
        Some(path) => {
            let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
            return match ending.as_deref() {
                Some("wav") => Ok(path.to_owned()),
                None => Ok(path.with_extension("wav")),
                Some(_) => Err(Error::Usage(format!(
                    "{}: a recording is a WAV; name it {}",
                    path.display(),
                    path.with_extension("wav").display()
                ))),
            };
        }
    };
    let name = record::name_now();
    let free = |path: &PathBuf| record::check_place(path).is_ok();
    let first = folder.join(&name);
    // Two in the same second.
    let others = (2..10).map(|n| folder.join(name.replace(".wav", &format!(" {n}.wav"))));
    Ok(std::iter::once(first.clone()).chain(others).find(free).unwrap_or(first))
}

/// Says what was recorded.
fn tell(out: &Path, kept: &Kept) {
    let length = screen::clock(kept.length);
    let mut facts = vec![format!("{length} recorded")];
    if kept.files.len() > 1 {
        facts.push(format!("in {} files that belong together", kept.files.len()));
    }
    match kept.marks {
        0 => {}
        1 => facts.push("1 moment marked".to_owned()),
        marks => facts.push(format!("{marks} moments marked")),
    }
    say::line(&format!("{}: {}", out.display(), facts.join(", ")));
    let (times, gone) = kept.gone;
    if times > 0 {
        let how = if times == 1 { "once".to_owned() } else { format!("{times} times") };
        say::line(&format!(
            "  the input was gone {how}; {} of silence stand for it",
            screen::clock(gone)
        ));
    }
    if kept.lost > Ms::ZERO {
        say::line(&format!(
            "  this computer did not keep up: {:.1} s are lost and stand as silence; close other \
             programs next time",
            kept.lost.seconds()
        ));
    }
    if kept.slips > 0 {
        say::line(&format!(
            "  the system lost a little sound {} times; close other programs next time",
            kept.slips
        ));
    }
    let shown = out.display();
    match (kept.why, &kept.failure) {
        (Why::DiskFull, _) => say::err(&format!(
            "{shown}: the disk is full, and the recording ends at {length}; it is kept up to there: \
             free some space"
        )),
        (Why::DiskFailed, failure) => say::err(&format!(
            "{shown}: the disk failed ({}), and the recording ends at {length}; copy it to another disk",
            failure.as_deref().unwrap_or("no reason given")
        )),
        (Why::Stopped | Why::Duration, _) => {}
    }
}

/// Goes on to the report, as if the person had typed it.
fn analyze(out: &Path) -> Exit {
    let line = [Path::new("openfloor"), Path::new("analyze"), Path::new("--"), out];
    match super::Arguments::try_parse_from(line).map(|arguments| arguments.command) {
        Ok(super::Command::Analyze(arguments)) => super::analyze::run(*arguments),
        _ => Exit::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_a_wav() {
        assert_eq!(place(Some(Path::new("a/talk.WAV"))).unwrap(), Path::new("a/talk.WAV"));
        assert_eq!(place(Some(Path::new("talk"))).unwrap(), Path::new("talk.wav"));
        let error = place(Some(Path::new("talk.mp3"))).unwrap_err().to_string();
        assert!(error.ends_with("name it talk.wav"), "{error}");
    }

    #[test]
    fn without_a_name_date_and_time_are_the_name_in_the_folder_that_was_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = place(Some(folder.path())).unwrap();
        assert_eq!(path.parent(), Some(folder.path()));
        std::fs::write(&path, "").unwrap();
        let next = place(Some(folder.path())).unwrap();
        assert_ne!(next, path);
        assert_eq!(next.extension().unwrap(), "wav");
    }
}
