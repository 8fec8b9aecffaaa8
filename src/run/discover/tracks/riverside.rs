//! Riverside: `riverside_NAME_KIND_STUDIO_NUMBER.wav`.
//!
//! NUMBER counts the files of a studio, or is the same for all files of a recording: the files of one
//! recording follow each other. KIND says whether a track begins when its person came (`raw`) or with
//! the recording (`synced`, `aligned`, `cfr`: Riverside's help, "What is the difference between an
//! aligned track and a raw track?"). Composed tracks hold everybody.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Tracks, number_at_end, stem};
use crate::run::Together;

/// Kinds of a person's track, the best first, and whether they begin together.
const KINDS: [(&str, bool); 7] = [
    ("aligned-audio", true),
    ("raw-synced-audio", true),
    ("raw-audio", false),
    ("aligned-video", true),
    ("raw-synced-video", true),
    ("raw-video-cfr", true),
    ("raw-video", false),
];
/// What a file in which everybody is heard has for a name or a kind.
const EVERYBODY: [&str; 5] =
    ["composed", "composed-audio", "composed-video", "all-participants", "all_participants"];

/// A file of a studio.
#[derive(Debug, Clone, PartialEq)]
struct Named {
    path: PathBuf,
    /// Whose track it is; `None` for everybody's.
    person: Option<String>,
    /// Where its kind is among [`KINDS`]; of everybody's files past them.
    kind: usize,
    number: u32,
}

pub(super) fn tracks(recordings: &[PathBuf]) -> Vec<Tracks> {
    let mut studios: BTreeMap<String, Vec<Named>> = BTreeMap::new();
    for path in recordings {
        if let Some((studio, named)) = named(path) {
            studios.entry(studio).or_default().push(named);
        }
    }
    let mut found = Vec::new();
    for mut files in studios.into_values() {
        files.sort_by_key(|file| file.number);
        let runs = files.chunk_by(|one, next| next.number - one.number <= 1);
        for run in runs {
            found.extend(sessions(run).iter().filter_map(|files| session(files)));
        }
    }
    found
}

fn named(path: &Path) -> Option<(String, Named)> {
    let stem = stem(path);
    let start = stem.get(..10).filter(|start| start.eq_ignore_ascii_case("riverside_"))?;
    let rest = &stem[start.len()..];
    let (before, digits) = number_at_end(rest);
    // Saved twice it is `… (1)`, which is the same again.
    let number = digits.parse().ok().filter(|_| digits.len() == 4)?;
    let before = before.strip_suffix('_')?;
    let is = |kind: &str| {
        let at = format!("{before}_").find(&format!("_{kind}_"))?;
        Some((before[..at].to_owned(), before.get(at + kind.len() + 2..).unwrap_or_default()))
    };
    let file = |person, kind| Named { path: path.to_owned(), person, kind, number };
    let everybody = EVERYBODY.iter().find_map(|kind| {
        let studio = before.strip_prefix(kind)?;
        let studio = if studio.is_empty() { studio } else { studio.strip_prefix('_')? };
        // Behind "all participants" the kind follows.
        let behind =
            KINDS.iter().find_map(|(kind, _)| studio.strip_prefix(kind)?.strip_prefix('_'));
        Some(behind.unwrap_or(studio).to_owned())
    });
    if let Some(studio) = everybody {
        return Some((studio, file(None, KINDS.len())));
    }
    let found = KINDS.iter().enumerate().find_map(|(at, (kind, _))| Some((at, is(kind)?)));
    let (kind, (person, studio)) = found?;
    let person = person.replace('_', " ");
    Some((studio.to_owned(), file(Some(person), kind)))
}

/// Files that follow each other, parted into recordings: a person has one track of a kind in each.
/// Where it is not plain how they are to be parted, there is none.
fn sessions(run: &[Named]) -> Vec<Vec<Named>> {
    // One number for all files of a recording.
    let by_number: Vec<&[Named]> = run.chunk_by(|one, next| one.number == next.number).collect();
    if by_number.iter().any(|files| files.len() > 1) {
        return by_number.into_iter().map(<[Named]>::to_vec).collect();
    }
    let forwards = parted(run.to_vec());
    let mut turned = run.to_vec();
    turned.reverse();
    let mut backwards = parted(turned);
    backwards.reverse();
    for part in &mut backwards {
        part.reverse();
    }
    if forwards == backwards { forwards } else { Vec::new() }
}

/// A new part begins where a person's track of a kind comes again.
fn parted(files: Vec<Named>) -> Vec<Vec<Named>> {
    let mut parts: Vec<Vec<Named>> = Vec::new();
    for file in files {
        let again = |part: &&mut Vec<Named>| {
            !part.iter().any(|one| one.person == file.person && one.kind == file.kind)
        };
        match parts.last_mut().filter(again) {
            Some(part) => part.push(file),
            None => parts.push(vec![file]),
        }
    }
    parts
}

/// The best kind of which there are several people's tracks; the others are left out.
fn session(files: &[Named]) -> Option<Tracks> {
    let mix = files.iter().find(|file| file.person.is_none()).map(|file| file.path.clone());
    let of = |kind: usize| files.iter().filter(move |file| file.kind == kind);
    let best = (0..KINDS.len()).find(|&kind| of(kind).count() > 1)?;
    let people = of(best).map(|file| (file.path.clone(), file.person.clone())).collect();
    let mut tracks =
        Tracks::of(people, Together { mix, begin: KINDS[best].1, ..Together::default() })?;
    let others = files.iter().filter(|file| file.kind != best);
    tracks.left_out = others.map(|file| file.path.clone()).collect();
    Some(tracks)
}
