//! `openfloor report`: reports made again from their results, shown, shared; sessions over time.

mod sessions;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Exit, failed, say, values};
use crate::error::{Error, Result};
use crate::results::write_private;
use crate::run::read_profile;
use crate::run::rebuild::{Otherwise, Rebuilt, rebuild, results_of};
use crate::serve;

/// Arguments of the command.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Results (a folder that ends in .openfloor) or the recording they belong to; several, or a
    /// folder of them: sessions over time
    #[arg(required = true)]
    paths: Vec<PathBuf>,

    /// Where sessions.html, sessions.csv and sessions.json go; by default into the folder given, or
    /// the nearest folder above all results
    #[arg(long, value_name = "DIR", conflicts_with = "share")]
    out: Option<PathBuf>,

    /// Show the report in the browser; corrections made there are saved, and the figures follow
    #[arg(long, conflicts_with = "json")]
    open: bool,

    /// Read the figures by another profile: coaching, mentoring, lead, or a profile file
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<String>,

    /// Language of the report; by default as before
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    report_language: Option<values::PageLanguage>,

    /// Write a copy to show to others: figures and ranges, no words, names, files, days or sound
    #[arg(long, value_name = "OUT.html", conflicts_with = "open")]
    share: Option<PathBuf>,

    /// Keep the coach's own questions and suggestions in the copy to show
    #[arg(long, requires = "share")]
    quotes: bool,

    /// Print the analysis as one line of JSON instead of the summary
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Exit {
    match report(arguments) {
        Ok(exit) => exit,
        Err(error) => failed(&error),
    }
}

fn report(arguments: &Arguments) -> Result<Exit> {
    let otherwise = Otherwise {
        profile: arguments
            .profile
            .as_deref()
            .map(|name| read_profile(name, Path::new("")))
            .transpose()?,
        language: arguments.report_language.map(Into::into),
    };
    let Some(results) = one(&arguments.paths)? else { return over_time(arguments) };
    if arguments.out.is_some() {
        return Err(Error::Usage(
            "--out is for sessions over time; a report stays in its results".into(),
        ));
    }
    let rebuilt = rebuild(&results, &otherwise)?;
    if arguments.open {
        return open(&results);
    }
    if let Some(path) = &arguments.share {
        let page = rebuilt.shared_page(arguments.quotes)?;
        write_private(path, |file| file.write_all(page.as_bytes()))
            .map_err(|source| Error::WriteResult { path: path.clone(), source })?;
        say::line(&path.display().to_string());
    } else if arguments.json {
        say::out(&analysis_line(&results)?);
    } else {
        say::out(&rebuilt.summary(say::style()));
        say::line("");
        tell_where(&rebuilt);
    }
    Ok(Exit::Done)
}

/// The analysis in a results folder, as it stands: one line of JSON.
pub(super) fn analysis_line(results: &Path) -> Result<String> {
    let path = results.join("analysis.json");
    std::fs::read_to_string(&path).map_err(|source| Error::ReadFile { path, source })
}

/// The one result that is meant; `None` for a folder of results, or several.
fn one(paths: &[PathBuf]) -> Result<Option<PathBuf>> {
    match paths {
        [only] if only.is_dir() => Ok(results_of(only)),
        [only] => results(only).map(Some),
        _ => Ok(None),
    }
}

fn over_time(arguments: &Arguments) -> Result<Exit> {
    if arguments.open || arguments.quotes || arguments.profile.is_some() {
        return Err(Error::Usage(
            "--open, --quotes and --profile are for one result; name one".into(),
        ));
    }
    // A recording stands for its results.
    let meant = |path: &PathBuf| results_of(path).unwrap_or_else(|| path.clone());
    let paths: Vec<PathBuf> = arguments.paths.iter().map(meant).collect();
    Ok(sessions::run(&sessions::Wanted {
        paths: &paths,
        out: arguments.out.as_deref(),
        share: arguments.share.as_deref(),
        json: arguments.json,
        language: arguments.report_language.map(Into::into),
    }))
}

/// The results folder a person means.
pub(super) fn results(path: &Path) -> Result<PathBuf> {
    results_of(path).ok_or_else(|| Error::NothingToDo {
        path: path.to_owned(),
        wrong: if path.exists() {
            "there are no results here".to_owned()
        } else {
            "there is no such file or folder".to_owned()
        },
        remedy: "name a folder that ends in .openfloor, or the recording it belongs to".into(),
    })
}

/// Where the report lies.
pub(super) fn tell_where(rebuilt: &Rebuilt) {
    say::line(&rebuilt.results().join("report.html").display().to_string());
}

fn open(results: &Path) -> Result<Exit> {
    let server = serve::Server::start(results)?;
    say::line(&server.address());
    if open::that_detached(server.address()).is_err() {
        say::err("no browser could be started; open the address above in one on this computer");
    }
    server.run();
    Ok(Exit::Done)
}
