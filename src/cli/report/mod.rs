//! `openfloor report`: pages made from results.

mod sessions;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Exit;
use crate::session::Language;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Results of openfloor analyze, or folders of them
    #[arg(required = true)]
    paths: Vec<PathBuf>,

    /// Where sessions.html, sessions.csv and sessions.json go; by default into the folder given, or the
    /// nearest folder above all results
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Write only a page to show others: no names, days, files or links
    #[arg(long, value_name = "OUT.html", conflicts_with = "out")]
    share: Option<PathBuf>,

    /// Print one line of JSON instead of the summary
    #[arg(long)]
    json: bool,

    /// Language of the page; by default that of most sessions
    #[arg(long, value_enum)]
    report_language: Option<PageLanguage>,
}

/// The language of a page, as typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum PageLanguage {
    /// English
    En,
    /// French
    Fr,
}

impl From<PageLanguage> for Language {
    fn from(language: PageLanguage) -> Self {
        match language {
            PageLanguage::En => Self::En,
            PageLanguage::Fr => Self::Fr,
        }
    }
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Exit {
    sessions::run(&sessions::Wanted {
        paths: &arguments.paths,
        out: arguments.out.as_deref(),
        share: arguments.share.as_deref(),
        json: arguments.json,
        language: arguments.report_language.map(Language::from),
    })
}
