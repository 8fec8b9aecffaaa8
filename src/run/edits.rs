//! `edits.json`: what a person corrected, a line an edit, after a line that says what it is.
//!
//! Lines are added, never changed. One that cannot be read (torn, or of a kind that a newer version
//! knows) stays where it is and is counted; the others hold.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::results::Folder;
use crate::session::Edit;

/// The name of the file.
pub const NAME: &str = "edits.json";
const SCHEMA: &str = "openfloor.edits/1";

/// What stands in `edits.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edits {
    /// The edits, in order.
    pub edits: Vec<Edit>,
    /// How many lines could not be read.
    pub unread: u64,
    /// The file as it stands.
    pub text: String,
}

#[derive(Serialize, Deserialize)]
struct Head {
    schema: String,
}

/// Reads the edits of a results folder; none where there is no file.
///
/// # Errors
/// The file cannot be read, is no file of edits, or was begun by a newer version.
pub fn read(folder: &Path) -> Result<Edits> {
    let path = folder.join(NAME);
    parse(&path, &String::from_utf8_lossy(&bytes(&path)?))
}

/// What stands in the file; nothing where there is none.
fn bytes(path: &Path) -> Result<Vec<u8>> {
    match fs::read(path) {
        // A file in the place of the folder is told by whoever opens that.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            Ok(Vec::new())
        }
        read => read.map_err(|source| Error::ReadFile { path: path.to_owned(), source }),
    }
}

fn parse(path: &Path, text: &str) -> Result<Edits> {
    let mut found = Edits { text: text.to_owned(), ..Edits::default() };
    let mut lines =
        text.trim_start_matches('\u{feff}').lines().filter(|line| !line.trim().is_empty());
    let Some(first) = lines.next() else { return Ok(found) };
    let head = serde_json::from_str::<Head>(first).map(|head| head.schema).unwrap_or_default();
    if head != SCHEMA {
        let wrong = if head.starts_with("openfloor.edits/") {
            "these corrections were written by a newer openfloor"
        } else {
            "this is no file of corrections: its first line is not {\"schema\":\"openfloor.edits/1\"}"
        };
        return Err(Error::NothingToDo {
            path: path.to_owned(),
            wrong: wrong.to_owned(),
            remedy: "move it elsewhere to go on without them".into(),
        });
    }
    for line in lines {
        match serde_json::from_str(line) {
            Ok(edit) => found.edits.push(edit),
            Err(_) => found.unread += 1,
        }
    }
    Ok(found)
}

/// Adds edits to those of a results folder. Either all are added or none.
///
/// # Errors
/// The file cannot be read or written.
pub fn add(folder: &Folder, edits: &[Edit]) -> Result<()> {
    let path: PathBuf = folder.path().join(NAME);
    let mut text = bytes(&path)?;
    // Only to see that it may be added to.
    parse(&path, &String::from_utf8_lossy(&text))?;
    let unwritten =
        |error| Error::WriteResult { path: path.clone(), source: io::Error::other(error) };
    if text.iter().all(u8::is_ascii_whitespace) {
        let head = Head { schema: SCHEMA.to_owned() };
        text = serde_json::to_vec(&head).map_err(unwritten)?;
    }
    // A last line that was torn stays a line of its own.
    if text.last() != Some(&b'\n') {
        text.push(b'\n');
    }
    for edit in edits {
        serde_json::to_writer(&mut text, edit).map_err(unwritten)?;
        text.push(b'\n');
    }
    folder.write(NAME, &text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Role, SpeakerId};

    fn role(speaker: u8) -> Edit {
        Edit::SetRole { speaker: SpeakerId(speaker), role: Role::Coach }
    }

    #[test]
    fn edits_are_added_to_those_that_are_there() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::open(&parent.path().join("talk.openfloor")).unwrap();
        assert_eq!(read(folder.path()).unwrap(), Edits::default());
        add(&folder, &[role(1)]).unwrap();
        add(&folder, &[role(2), role(1)]).unwrap();
        let found = read(folder.path()).unwrap();
        assert_eq!((found.edits, found.unread), (vec![role(1), role(2), role(1)], 0));
        let text = fs::read_to_string(folder.path().join(NAME)).unwrap();
        let first = "{\"schema\":\"openfloor.edits/1\"}\n{\"edit\":\"set_role\",\"speaker\":\"S1\",\"role\":\"coach\"}\n";
        assert!(text.starts_with(first), "{text}");
    }

    #[test]
    fn lines_that_cannot_be_read_are_counted_and_kept() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::open(&parent.path().join("talk.openfloor")).unwrap();
        let path = folder.path().join(NAME);
        fs::write(
            &path,
            "{\"schema\":\"openfloor.edits/1\"}\n{\"edit\":\"sing\"}\n{\"edit\":\"set_role\",\"spea",
        )
        .unwrap();
        add(&folder, &[role(2)]).unwrap();
        let found = read(folder.path()).unwrap();
        assert_eq!((found.edits, found.unread), (vec![role(2)], 2));
        assert!(fs::read_to_string(&path).unwrap().contains("\"spea\n"));
    }

    #[test]
    fn a_file_of_another_kind_or_a_newer_version_is_left_alone() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::open(&parent.path().join("talk.openfloor")).unwrap();
        let path = folder.path().join(NAME);
        for (text, said) in [
            ("{\"schema\":\"openfloor.edits/2\"}\n", "newer openfloor"),
            ("[1, 2]\n", "no file of corrections"),
        ] {
            fs::write(&path, text).unwrap();
            let error = add(&folder, &[role(1)]).unwrap_err().to_string();
            assert!(error.contains(said) && error.contains(NAME), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}
