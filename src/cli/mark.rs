//! `openfloor mark`: corrections of moments, stretches and words, by hand.

use std::path::PathBuf;

use clap::Args;

use super::{Exit, failed, report, say, values};
use crate::analysis::Moment;
use crate::error::{Error, Result};
use crate::run::rebuild::{Rebuilt, correct_with};
use crate::session::{Edit, Label, Ms, Place, Span};

/// Arguments of the command.
#[derive(Debug, Args)]
#[command(
    after_help = "Without a moment or a correction, the moments are listed with their names."
)]
pub(super) struct Arguments {
    /// Results (a folder that ends in .openfloor), or the recording they belong to
    result: PathBuf,

    /// The moment, by its name (such as q-7-0-31) or its place (such as 12:30)
    moment: Option<String>,

    /// The moment is none: take it out of every figure
    #[arg(long, requires = "moment", conflicts_with_all = ["restore", "label"])]
    reject: bool,

    /// The moment is one after all
    #[arg(long, requires = "moment", conflicts_with = "label")]
    restore: bool,

    /// What the moment really is
    #[arg(long = "as", requires = "moment", value_name = "LABEL", value_parser = label)]
    label: Option<Label>,

    /// Something to remember about the moment
    #[arg(long, requires = "moment", value_name = "TEXT")]
    note: Option<String>,

    /// What was really said in the utterance that holds the moment; the whole of it
    #[arg(long, requires = "moment", value_name = "TEXT")]
    text: Option<String>,

    /// Take a stretch off the record, such as 12:30-14:00: nothing in it is shown or counted
    #[arg(long, value_name = "FROM-TO", value_parser = values::span)]
    exclude: Vec<Span>,

    /// Put a stretch back on the record
    #[arg(long, value_name = "FROM-TO", value_parser = values::span)]
    include: Vec<Span>,
}

fn label(text: &str) -> Result<Label, String> {
    let named = Label::ALL.into_iter().find(|label| label.name() == text);
    named.ok_or_else(|| format!("it is one of {}", Label::ALL.map(Label::name).join(", ")))
}

impl Arguments {
    fn judges(&self) -> bool {
        self.reject
            || self.restore
            || self.label.is_some()
            || self.note.is_some()
            || self.text.is_some()
    }

    fn corrects(&self) -> bool {
        self.judges() || !self.exclude.is_empty() || !self.include.is_empty()
    }
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Exit {
    match mark(arguments) {
        Ok(()) => Exit::Done,
        Err(error) => failed(&error),
    }
}

fn mark(arguments: &Arguments) -> Result<()> {
    let results = report::results(&arguments.result)?;
    if arguments.moment.is_some() && !arguments.judges() {
        return Err(Error::Usage(
            "say what to do with the moment: --reject, --restore, --as, --note or --text".into(),
        ));
    }
    let before = std::cell::Cell::new(0);
    let rebuilt = correct_with(&results, |rebuilt| {
        before.set(lost(rebuilt));
        edits(arguments, rebuilt)
    })?;
    if !arguments.corrects() {
        for moment in &rebuilt.analysis().moments {
            say::line(&listed(moment));
        }
        return Ok(());
    }
    if lost(&rebuilt) > before.get() {
        say::err("one correction found no place; the report says which, at its end");
    }
    report::tell_where(&rebuilt);
    Ok(())
}

fn lost(rebuilt: &Rebuilt) -> usize {
    rebuilt.analysis().edits.as_ref().map_or(0, |edits| edits.lost.len())
}

fn edits(arguments: &Arguments, rebuilt: &Rebuilt) -> Result<Vec<Edit>> {
    let stretch = |&span, excluded| Edit::ExcludeSpan { span, excluded };
    let mut edits: Vec<Edit> = arguments.exclude.iter().map(|one| stretch(one, true)).collect();
    edits.extend(arguments.include.iter().map(|one| stretch(one, false)));
    let Some(name) = &arguments.moment else { return Ok(edits) };
    let moment = find(&rebuilt.analysis().moments, name)?;
    let (at, kind) = (moment.place(), moment.kind);
    if arguments.reject || arguments.restore {
        edits.push(Edit::RejectMoment { at, kind, rejected: arguments.reject });
    }
    if let Some(label) = arguments.label {
        if !label.fits(kind) {
            let name = label.name();
            return Err(Error::Usage(format!(
                "{}: this kind of moment cannot be {name}",
                moment.id
            )));
        }
        edits.push(Edit::SetLabel { at, kind, label });
    }
    if let Some(text) = &arguments.note {
        edits.push(Edit::Note { at, kind: Some(kind), text: text.clone() });
    }
    if let Some(text) = &arguments.text {
        edits.push(Edit::SetText { at: utterance(rebuilt, moment)?, text: text.clone() });
    }
    Ok(edits)
}

/// The utterance that holds a moment.
fn utterance(rebuilt: &Rebuilt, moment: &Moment) -> Result<Place> {
    let utterances = &rebuilt.session().utterances;
    let found = moment.utterances.filter(|[first, last]| first == last);
    let found = found.and_then(|[id, _]| utterances.iter().find(|one| one.id == id));
    let one = found.ok_or_else(|| {
        Error::Usage(format!(
            "{}: this moment is not in one utterance, so --text fits nowhere",
            moment.id
        ))
    })?;
    Ok(Place {
        speaker: Some(one.speaker),
        time: one.span,
        utterance: one.time().is_none().then_some(one.id),
        chars: None,
    })
}

/// The moment of this name, or the one that starts in this second.
fn find<'a>(moments: &'a [Moment], name: &str) -> Result<&'a Moment> {
    if let Some(moment) = moments.iter().find(|moment| moment.id == name) {
        return Ok(moment);
    }
    let how = "openfloor mark RESULT lists them with their names";
    let Ok(time) = values::time(name) else {
        return Err(Error::Usage(format!("there is no moment of this name; {how}")));
    };
    let second = |at: Ms| at.0 / 1000;
    let here = |moment: &&Moment| moment.start_ms.is_some_and(|at| second(at) == second(time));
    let found: Vec<&Moment> = moments.iter().filter(here).collect();
    match found[..] {
        [only] => Ok(only),
        [] => Err(Error::Usage(format!("no moment starts at this place; {how}"))),
        _ => {
            let names: Vec<&str> = found.iter().map(|moment| moment.id.as_str()).collect();
            let names = names.join(", ");
            Err(Error::Usage(format!("several moments start at this place: {names}; name one")))
        }
    }
}

/// A moment in a line, without what was said.
fn listed(moment: &Moment) -> String {
    let place = moment.start_ms.map(crate::report::numbers::place).unwrap_or_default();
    let mut what = vec![moment.kind.name().replace('_', " ")];
    what.extend(moment.openness.map(|openness| match openness {
        crate::lang::Openness::Open => "open".to_owned(),
        crate::lang::Openness::Closed => "closed".to_owned(),
    }));
    what.extend(moment.level.map(|level| format!("level {level}")));
    what.extend(moment.rejected.then(|| "rejected".to_owned()));
    what.extend(moment.corrected.then(|| "corrected".to_owned()));
    let who = moment.speaker.map(|id| id.to_string()).unwrap_or_default();
    format!("{place:>8}  {:<14} {who:<4} {}", moment.id, what.join(", "))
}
