//! `openfloor agree`: the tool's codes held against people's, and the sheet people code on.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Exit, failed, say};
use crate::analysis::OpennessRule;
use crate::error::{Error, Result};
use crate::report::agreement::{json, terminal};
use crate::results::write_private;
use crate::run::agree::{Wanted, blind_sheet, compare, rule};
use crate::run::rebuild::results_of;

/// Arguments of the command.
#[derive(Debug, Args)]
#[command(
    after_help = "To begin: openfloor agree --sheet RESULT --output sheet.csv, code it in a \
spreadsheet, each person on a copy of their own, then openfloor agree anna.csv ben.csv RESULT. \
docs/agreement.md describes the sheet and the figures."
)]
pub(super) struct Arguments {
    /// Tables of codes (.csv, .tsv, .txt), and results (folders that end in .openfloor, folders of
    /// them, or the recordings they belong to)
    #[arg(required = true, value_name = "CODES.csv|RESULT")]
    paths: Vec<PathBuf>,

    /// Write the sheet to code on: the coach's utterances without the tool's codes
    #[arg(long, conflicts_with_all = ["profile", "corrected", "json", "show"])]
    sheet: bool,

    /// Where the sheet goes; by default to standard output
    #[arg(long, requires = "sheet", value_name = "FILE")]
    output: Option<PathBuf>,

    /// What makes a question open: pragmatic, strict, or the rule of a profile; by default as each
    /// report was read
    #[arg(long, value_name = "pragmatic|strict|NAME|FILE", value_parser = openness)]
    profile: Option<OpennessRule>,

    /// Compare the tool's codes as you corrected them; by default as the tool gave them
    #[arg(long)]
    corrected: bool,

    /// How many of the utterances on which not all agree are shown, with their words
    #[arg(long, value_name = "N", default_value_t = 20, conflicts_with = "json")]
    show: usize,

    /// Print everything as one line of JSON
    #[arg(long)]
    json: bool,
}

fn openness(name: &str) -> Result<OpennessRule, String> {
    rule(name).map_err(|error| error.to_string())
}

/// Endings of tables of codes.
const TABLES: [&str; 4] = ["csv", "tsv", "tab", "txt"];

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Exit {
    match agree(arguments) {
        Ok(()) => Exit::Done,
        Err(error) => failed(&error),
    }
}

fn agree(arguments: &Arguments) -> Result<()> {
    let (tables, results): (Vec<PathBuf>, Vec<PathBuf>) =
        arguments.paths.iter().cloned().partition(|path| is_table(path));
    if results.is_empty() {
        return Err(Error::Usage(
            "no results are named; name a folder that ends in .openfloor, or the recording it belongs to"
                .into(),
        ));
    }
    if arguments.sheet {
        if !tables.is_empty() {
            return Err(Error::Usage(
                "--sheet is made of results alone; take the tables of codes out".into(),
            ));
        }
        return sheet(&results, arguments.output.as_deref());
    }
    if tables.is_empty() {
        return Err(Error::Usage(
            "no table of codes is named; name one, such as codes.csv (--sheet writes one to fill in)".into(),
        ));
    }
    let wanted = Wanted { rule: arguments.profile, corrected: arguments.corrected };
    let compared = compare(&tables, &results, wanted)?;
    let study = compared.study();
    if arguments.json {
        let line = json(&study).map_err(|error| Error::WriteResult {
            path: PathBuf::from("agreement"),
            source: std::io::Error::other(error),
        })?;
        say::out(&line);
    } else {
        say::out(&terminal(&study, arguments.show));
    }
    Ok(())
}

/// A table by its ending, unless it is a transcript with results of its own.
fn is_table(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let named = TABLES.iter().any(|known| ending.eq_ignore_ascii_case(known));
    named && !path.is_dir() && results_of(path).is_none()
}

fn sheet(results: &[PathBuf], output: Option<&Path>) -> Result<()> {
    if let Some(path) = output.filter(|path| path.exists()) {
        return Err(Error::Usage(format!(
            "{}: there is such a file already, and it may hold codes; name another",
            path.display()
        )));
    }
    let (sheet, notes) = blind_sheet(results)?;
    for note in notes {
        say::err(&note);
    }
    match output {
        None => say::out(&sheet),
        Some(path) => {
            write_private(path, |file| file.write_all(sheet.as_bytes()))
                .map_err(|source| Error::WriteResult { path: path.to_owned(), source })?;
            say::line(&path.display().to_string());
        }
    }
    Ok(())
}
