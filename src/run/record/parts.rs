//! A recording too long for one WAV: `talk.wav`, `talk.part2.wav`, `talk.part3.wav` and so on, each going
//! on where the one before ends.

use std::path::{Path, PathBuf};

use super::notes;

/// Where part `number` of a recording lies; the first is the recording itself.
#[must_use]
pub fn part(recording: &Path, number: u16) -> PathBuf {
    if number < 2 {
        return recording.to_owned();
    }
    let mut name = recording.file_stem().unwrap_or_default().to_owned();
    name.push(format!(".part{number}"));
    if let Some(ending) = recording.extension() {
        name.push(".");
        name.push(ending);
    }
    recording.with_file_name(name)
}

/// The files of a recording in order, itself first. Without notes beside it a recording is alone: a name
/// may mean anything.
#[must_use]
pub fn files(recording: &Path) -> Vec<PathBuf> {
    let mut files = vec![recording.to_owned()];
    if notes::beside(recording).is_file() {
        let more = (2..=u16::MAX).map(|number| part(recording, number));
        files.extend(more.take_while(|path| path.is_file()));
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_named_after_the_first() {
        let name = |path: &str, number| part(Path::new(path), number).display().to_string();
        assert_eq!(name("a/talk.wav", 1), "a/talk.wav");
        assert_eq!(name("a/2026-11-29 10.05.12.wav", 2), "a/2026-11-29 10.05.12.part2.wav");
        assert_eq!(name("talk", 12), "talk.part12");
    }

    #[test]
    fn parts_belong_together_by_the_notes_beside_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let talk = folder.path().join("talk.wav");
        for number in [1, 2, 3, 5] {
            std::fs::write(part(&talk, number), "").unwrap();
        }
        assert_eq!(files(&talk).len(), 1);
        std::fs::write(notes::beside(&talk), "").unwrap();
        assert_eq!(files(&talk), [1, 2, 3].map(|number| part(&talk, number)));
        assert_eq!(files(&part(&talk, 2)).len(), 1);
    }
}
