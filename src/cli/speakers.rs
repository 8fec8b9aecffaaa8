//! `openfloor speakers`: who is who.

use std::path::PathBuf;

use clap::Args;

use super::{Exit, failed, report, say, values};
use crate::error::{Error, Result};
use crate::report::numbers;
use crate::report::text::{clean, opening};
use crate::report::words::words;
use crate::run::rebuild::{Rebuilt, correct_with};
use crate::session::{Edit, Language, Role, Session, SpeakerId, Utterance};

/// Fewer words than this could be anybody's.
const TELLING_WORDS: usize = 6;
/// How much of an utterance is shown.
const QUOTED_WORDS: usize = 14;
const QUOTED_CHARS: usize = 80;

/// Arguments of the command.
#[derive(Debug, Args)]
#[command(
    after_help = "Without a correction, the speakers are listed, with something each of them said."
)]
pub(super) struct Arguments {
    /// Results (a folder that ends in .openfloor), or the recording they belong to
    result: PathBuf,

    /// The coach is the coachee and the other way round
    #[arg(long, conflicts_with = "roles")]
    swap: bool,

    /// What a speaker is: S1=coach, coachee, other or unknown
    #[arg(long = "role", value_name = "S1=ROLE", value_parser = values::role)]
    roles: Vec<(SpeakerId, Role)>,

    /// What a speaker is called: S1=Anna; S1= takes the name away
    #[arg(long = "name", value_name = "S1=NAME", value_parser = values::name)]
    names: Vec<(SpeakerId, Option<String>)>,

    /// Two voices are one person: S3=S2 gives everything of S3 to S2; S3=S3 parts them again
    #[arg(long = "merge", value_name = "S3=S2", value_parser = values::merge)]
    merges: Vec<(SpeakerId, SpeakerId)>,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Exit {
    match speakers(arguments) {
        Ok(()) => Exit::Done,
        Err(error) => failed(&error),
    }
}

fn speakers(arguments: &Arguments) -> Result<()> {
    let results = report::results(&arguments.result)?;
    let rebuilt = correct_with(&results, |rebuilt| edits(arguments, rebuilt.session()))?;
    list(&rebuilt);
    report::tell_where(&rebuilt);
    Ok(())
}

fn edits(arguments: &Arguments, session: &Session) -> Result<Vec<Edit>> {
    let merges = arguments.merges.iter();
    let mut edits: Vec<Edit> =
        merges.map(|&(speaker, into)| Edit::Merge { speaker, into }).collect();
    if arguments.swap {
        let other = session.only(Role::Coachee).filter(|_| session.only(Role::Coach).is_some());
        let speaker = other.ok_or_else(|| {
            Error::Usage("there is no coach and coachee to swap; say who is who with --role".into())
        })?;
        edits.push(Edit::SetRole { speaker, role: Role::Coach });
    }
    edits.extend(arguments.roles.iter().map(|&(speaker, role)| Edit::SetRole { speaker, role }));
    let names = arguments.names.iter().cloned();
    edits.extend(names.map(|(speaker, name)| Edit::Rename { speaker, name }));
    // A voice that was merged before is known, though it is not listed any more.
    let gone = session.corrections.edits.iter().filter_map(|edit| match edit {
        Edit::Merge { speaker, .. } => Some(*speaker),
        _ => None,
    });
    let known: Vec<SpeakerId> = session.speakers.iter().map(|one| one.id).chain(gone).collect();
    for edit in &edits {
        let whom = match edit {
            Edit::Merge { speaker, into } => vec![*speaker, *into],
            Edit::SetRole { speaker, .. } | Edit::Rename { speaker, .. } => vec![*speaker],
            _ => Vec::new(),
        };
        if let Some(stranger) = whom.into_iter().find(|id| !known.contains(id)) {
            return Err(Error::Usage(format!("there is no speaker {stranger} in this session")));
        }
    }
    Ok(edits)
}

fn list(rebuilt: &Rebuilt) {
    let w = words(Language::En);
    for speaker in &rebuilt.analysis().speakers {
        let role = match speaker.role {
            Role::Coach => "coach",
            Role::Coachee => "coachee",
            Role::Other => "other",
            Role::Unknown => "unknown",
        };
        let talk = speaker.talk_ms.zip(speaker.talk_share).map(|(ms, share)| {
            format!("{} ({})", numbers::length(w, ms), numbers::share(w, share))
        });
        let name = speaker.name.as_deref().map(clean).unwrap_or_default();
        let talk = talk.unwrap_or_default();
        say::line(format!("{:<4} {role:<8} {talk:<22} {name}", speaker.id.to_string()).trim_end());
        for said in samples(rebuilt.session(), speaker.id) {
            let at = said.time().map(|time| numbers::place(time.start())).unwrap_or_default();
            let (quote, left) = opening(&clean(&said.text), QUOTED_WORDS, QUOTED_CHARS);
            let more = if left > 0 { " …" } else { "" };
            say::line(&format!("     {at:>7}  “{quote}{more}”"));
        }
    }
}

/// By which a person tells who is who: the first of some length and the longest.
fn samples(session: &Session, speaker: SpeakerId) -> Vec<&Utterance> {
    let words = |said: &&Utterance| said.text.split_whitespace().count();
    let of = || session.utterances.iter().filter(|said| said.speaker == speaker);
    let first = of().find(|said| words(said) >= TELLING_WORDS).or_else(|| of().next());
    let longest = of().rev().max_by_key(words);
    let mut samples: Vec<&Utterance> = first.into_iter().chain(longest).collect();
    samples.dedup_by_key(|said| said.id);
    samples
}
