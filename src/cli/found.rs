//! What was found under the paths of a command line, and what is said of what is not analysed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::progress::comparing;
use super::say;
use super::settings::Settings;
use crate::error::Result;
use crate::hashing;
use crate::run::discover::{self, Duplicate, Filter, Found, Fruitless};
use crate::run::{is_transcript, record};

/// The patterns of the command line; each of the two wins over that of the settings.
pub(super) fn filter(
    include: &[String],
    exclude: &[String],
    settings: &Settings,
) -> Result<Filter> {
    let or = |typed, set| if <[String]>::is_empty(typed) { set } else { typed };
    Filter::new(or(include, &settings.include), or(exclude, &settings.exclude))
}

/// Puts right what a crash left of recordings, before they are read, and says so. One that is still being
/// recorded is not analysed.
pub(super) fn mended(found: Vec<Result<Found, Fruitless>>) -> Vec<Result<Found, Fruitless>> {
    let mended = |found: Found| match record::settle(&first(&found)) {
        Ok(sentence) => {
            if let Some(sentence) = sentence {
                say::err(&sentence);
            }
            Ok(found)
        }
        Err(error) => Err((first(&found), error)),
    };
    found.into_iter().map(|found| found.and_then(mended)).collect()
}

/// Of what was found now, each recording once and none that was found `earlier`, which the rest joins;
/// and what is the same as another one. A dry run leaves nothing, not even a remembered hash.
pub(super) fn once(
    found: Vec<Result<Found, Fruitless>>,
    earlier: &mut Vec<Found>,
    dry_run: bool,
    quiet: bool,
) -> (Vec<Result<Found, Fruitless>>, Vec<Duplicate>) {
    if found.iter().all(Result::is_err) {
        return (found, Vec::new());
    }
    let read = |path: &Path| {
        if dry_run {
            hashing::sha256_of_file_unremembered(path)
        } else {
            hashing::sha256_of_file_anew(path)
        }
    };
    let hash = |path: &Path| {
        let known = hashing::remembered_sha256(path);
        known.map_or_else(|| comparing(quiet, path, || read(path)), Ok)
    };
    // A file that has changed is found again.
    let now: BTreeSet<&PathBuf> = found.iter().flatten().map(|found| &found.results).collect();
    earlier.retain(|one| !now.contains(&one.results));
    let now: BTreeSet<PathBuf> = found.iter().flatten().map(first).collect();
    let before: BTreeSet<PathBuf> = earlier.iter().map(|one| one.results.clone()).collect();
    let all = earlier.iter().cloned().map(Ok).chain(found).collect();
    let (mut kept, mut duplicates) = discover::once(all, hash);
    kept.retain(|one| one.as_ref().map_or(true, |one| !before.contains(&one.results)));
    duplicates.retain(|one| now.contains(&one.path));
    earlier.extend(kept.iter().flatten().cloned());
    (kept, duplicates)
}

/// By what a session is named where it is told apart from others.
fn first(found: &Found) -> PathBuf {
    found.inputs.first().map_or_else(PathBuf::new, |input| input.path.clone())
}

/// The files that are the same as one of these, by which a table may name it.
pub(super) fn same<'a>(duplicates: &'a [Duplicate], of: &Found) -> Vec<&'a Path> {
    let same = duplicates.iter().filter(|one| of.inputs.iter().any(|input| input.path == one.of));
    same.map(|one| one.path.as_path()).collect()
}

/// Says that a file is the same as another one.
pub(super) fn say_duplicate(json: bool, duplicate: &Duplicate) {
    let Duplicate { path, of } = duplicate;
    if json {
        let line = serde_json::json!({
            "schema": "openfloor.duplicate/1",
            "source": path.display().to_string(),
            "of": of.display().to_string(),
        });
        say::out(&format!("{line}\n"));
    } else if path == of {
        say::line(&format!("{}: named more than once, analysed once", path.display()));
    } else {
        let what = if is_transcript(path) { "transcript" } else { "recording" };
        let (path, of) = (path.display(), of.display());
        say::line(&format!("{path}: the same {what} as {of}, analysed once"));
    }
}
