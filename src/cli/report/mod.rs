//! `openfloor report`: reports made again from their results, shown, shared.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Exit, failed, say, values};
use crate::error::{Error, Result};
use crate::results::write_private;
use crate::run::rebuild::{Otherwise, Rebuilt, rebuild, results_of};
use crate::serve;

/// Arguments of the command.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Results (a folder that ends in .openfloor), or the recording they belong to
    #[arg(required = true)]
    paths: Vec<PathBuf>,

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
    #[arg(long, value_name = "OUT.html", conflicts_with_all = ["open", "json"])]
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
        profile: arguments.profile.as_deref().map(values::profile).transpose()?,
        language: arguments.report_language.map(Into::into),
    };
    let [path] = &arguments.paths[..] else {
        return Err(Error::Usage("one at a time".into()));
    };
    let results = results(path)?;
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
        let path = results.join("analysis.json");
        let line =
            std::fs::read_to_string(&path).map_err(|source| Error::ReadFile { path, source })?;
        say::out(&line);
    } else {
        say::out(&rebuilt.summary(say::style()));
        say::line("");
        tell_where(&rebuilt);
    }
    Ok(Exit::Done)
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
