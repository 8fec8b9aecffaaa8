//! The same recording found more than once: by two names, links or copies. It is analysed once.
//!
//! Files are compared by the hash of their content, which is remembered; a file of a length of its own
//! is not read. Sessions of several files are the same only where all their files are: two may well
//! share one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::{Found, Fruitless};

/// A file that is not analysed, for another one is the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// Where it is.
    pub path: PathBuf,
    /// The one that is analysed; equal to `path` where one file was named twice.
    pub of: PathBuf,
}

/// A file on its disk: device and inode.
type Place = (u64, u64);

/// What two files of the same content have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Content {
    Hash(String),
    /// They lie in the same places. Not read: no other has the length, it cannot be, or it is a session
    /// of several files.
    Places(Vec<Place>),
}

/// What was found, each recording and transcript once, and what was left out for that. Of files of the
/// same content the first one with finished results is kept, else the first. `hash` gives the hash of a
/// file's content; a file that it fails on is like no other.
pub fn once(
    found: Vec<Result<Found, Fruitless>>,
    hash: impl Fn(&Path) -> io::Result<String>,
) -> (Vec<Result<Found, Fruitless>>, Vec<Duplicate>) {
    let kept = kept(&found, hash);
    let path = |at: usize| found[at].as_ref().ok().map(|found| found.inputs[0].path.clone());
    let duplicate = |(at, of): (usize, &usize)| {
        let (path, of) = (path(at)?, path(*of)?);
        (at != kept[at]).then_some(Duplicate { path, of })
    };
    let duplicates = kept.iter().enumerate().filter_map(duplicate).collect();
    let own = found.into_iter().enumerate().filter(|(at, _)| kept[*at] == *at);
    (own.map(|(_, found)| found).collect(), duplicates)
}

/// By the place of what was found, the place of what stands for it.
fn kept(
    found: &[Result<Found, Fruitless>],
    hash: impl Fn(&Path) -> io::Result<String>,
) -> Vec<usize> {
    let mut by_length: BTreeMap<u64, Vec<(usize, &Path, Place)>> = BTreeMap::new();
    let mut same: BTreeMap<Content, Vec<usize>> = BTreeMap::new();
    for (at, found) in found.iter().enumerate() {
        let Ok(found) = found else { continue };
        let places: Option<Vec<(u64, Place)>> = found.recordings().map(place).collect();
        match (&places.unwrap_or_default()[..], found.recordings().next()) {
            ([], _) | (_, None) => {}
            ([(length, place)], Some(path)) => {
                by_length.entry(*length).or_default().push((at, path, *place));
            }
            (several, _) => {
                let places = several.iter().map(|one| one.1).collect();
                same.entry(Content::Places(places)).or_default().push(at);
            }
        }
    }
    for files in by_length.into_values() {
        let mut places: BTreeMap<Place, Content> = BTreeMap::new();
        let several = files.iter().map(|file| file.2).collect::<BTreeSet<Place>>().len() > 1;
        for (at, path, place) in files {
            let content = places.entry(place).or_insert_with(|| {
                let hash = if several { hash(path).ok() } else { None };
                hash.map_or_else(|| Content::Places(vec![place]), Content::Hash)
            });
            same.entry(content.clone()).or_default().push(at);
        }
    }
    let mut kept: Vec<usize> = (0..found.len()).collect();
    for alike in same.into_values() {
        let finished = |at: &&usize| {
            let results = found[**at].as_ref().map(|found| &found.results);
            results.is_ok_and(|results| results.join("analysis.json").is_file())
        };
        let of = alike.iter().find(finished).unwrap_or(&alike[0]);
        for at in &alike {
            kept[*at] = *of;
        }
    }
    kept
}

/// The length and place of a file; `None` where there is none, or nothing in it that could be the same.
fn place(path: &Path) -> Option<(u64, Place)> {
    let about = fs::metadata(path).ok()?;
    let file = about.is_file() && about.len() > 0;
    file.then(|| (about.len(), (about.dev(), about.ino())))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::super::{Filter, recordings};
    use super::*;

    /// What is left of a folder, what was left out, and what was read for that.
    fn read(folder: &Path, named: &[&str]) -> (Vec<String>, Vec<[String; 2]>, Vec<String>) {
        let name = |path: &Path| path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
        let reads = RefCell::new(Vec::new());
        let hash = |path: &Path| {
            reads.borrow_mut().push(name(path));
            fs::read_to_string(path)
        };
        let paths: Vec<PathBuf> = named.iter().map(|name| folder.join(name)).collect();
        let (kept, duplicates) = once(recordings(&paths, None, &Filter::default()), hash);
        let kept = kept.iter().flatten().map(|found| name(&found.inputs[0].path)).collect();
        let pair = |one: &Duplicate| [name(&one.path), name(&one.of)];
        (kept, duplicates.iter().map(pair).collect(), reads.into_inner())
    }

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        folder
    }

    fn pair(path: &str, of: &str) -> [String; 2] {
        [path.to_owned(), of.to_owned()]
    }

    #[test]
    fn of_equal_files_the_first_is_kept_and_a_file_of_its_own_length_is_not_read() {
        let tree =
            folder(&[("a.wav", "one"), ("b.wav", "two"), ("c.mp3", "one"), ("d.wav", "four")]);
        let (kept, duplicates, reads) = read(tree.path(), &[""]);
        assert_eq!(kept, ["a.wav", "b.wav", "d.wav"]);
        assert_eq!(duplicates, [pair("c.mp3", "a.wav")]);
        assert_eq!(reads, ["a.wav", "b.wav", "c.mp3"]);
    }

    #[test]
    fn links_and_a_file_named_twice_are_one_file_and_are_not_read() {
        let tree = folder(&[("a.wav", "one")]);
        std::os::unix::fs::symlink("a.wav", tree.path().join("b.wav")).unwrap();
        fs::hard_link(tree.path().join("a.wav"), tree.path().join("c.wav")).unwrap();
        let (kept, duplicates, reads) = read(tree.path(), &["a.wav", "", "a.wav"]);
        assert_eq!(kept, ["a.wav"]);
        let twice = pair("a.wav", "a.wav");
        let links = [pair("b.wav", "a.wav"), pair("c.wav", "a.wav")];
        assert_eq!(duplicates, [&[twice.clone()][..], &links, &[twice]].concat());
        assert_eq!(reads, [""; 0]);
    }

    #[test]
    fn what_has_results_is_kept_before_what_has_none() {
        let tree = folder(&[
            ("a.wav", "one"),
            ("a.wav.openfloor/.lock", ""),
            ("b.wav", "one"),
            ("b.wav.openfloor/analysis.json", "{}"),
        ]);
        let (kept, duplicates, _) = read(tree.path(), &[""]);
        assert_eq!((kept, duplicates), (vec!["b.wav".to_owned()], vec![pair("a.wav", "b.wav")]));
    }

    #[test]
    fn empty_files_and_files_that_cannot_be_read_are_like_no_other() {
        let tree = folder(&[("a.wav", ""), ("b.wav", "")]);
        assert_eq!(read(tree.path(), &[""]).0.len(), 2);
        // Not UTF-8: the hash of this test fails on them.
        for name in ["a.wav", "b.wav"] {
            fs::write(tree.path().join(name), b"\xff\xff").unwrap();
        }
        assert_eq!(read(tree.path(), &[""]).0.len(), 2);
        assert_eq!(read(tree.path(), &["c.wav", "c.wav"]).0, ["c.wav", "c.wav"]);
    }

    #[test]
    fn sessions_of_tracks_are_the_same_where_all_their_files_are() {
        let tracks = ["x/1-anna.flac", "x/2-ben.flac", "y/1-anna.flac", "y/2-ben.flac", "z.flac"];
        let mut files = tracks.map(|name| (name, "Recording")).to_vec();
        files.extend([("x/info.txt", "Recording 1"), ("y/info.txt", "Recording 1")]);
        let tree = folder(&files);
        let (kept, duplicates, _) = read(tree.path(), &[""]);
        assert_eq!(kept, ["x/1-anna.flac", "y/1-anna.flac", "z.flac"]);
        assert!(duplicates.is_empty());
        // By two ways.
        let (kept, duplicates, _) = read(tree.path(), &["", "x"]);
        assert_eq!(kept.len(), 3);
        assert_eq!(duplicates, [pair("x/1-anna.flac", "x/1-anna.flac")]);
    }
}
