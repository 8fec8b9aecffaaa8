//! What a crash left, put right: the header of the torn file, and a line in the notes.

use std::fs;
use std::path::Path;

use super::notes::{self, Event, Notes, Writer};
use super::parts;
use crate::error::{Error, Result};
use crate::session::Ms;
use crate::sound::{Mended, mend};

/// Puts a recording right if it was torn off, and says so in a sentence; `None` when there is nothing to
/// do. A recording without notes is none of ours.
///
/// # Errors
/// It is being recorded now, or its file cannot be read or written.
pub fn settle(recording: &Path) -> Result<Option<String>> {
    let shown = recording.display();
    if let Some(process) = notes::recorder(recording) {
        return Err(Error::Capture(format!(
            "{shown}: it is still being recorded (process {process}); stop that recording first"
        )));
    }
    let Some(known) = Notes::read(recording).filter(|notes| !notes.is_settled()) else {
        return Ok(None);
    };
    let mended = mended(recording)?;
    let length = mended.iter().map(length).sum();
    // A disk that takes no line leaves the sentence for the next time.
    if let Ok(Some(mut notes)) = Writer::resume(recording) {
        drop(notes.push(&Event::Recovered { at_ms: length }));
    }
    let length = (length > Ms::ZERO).then(|| clock(length));
    Ok(Some(match (known.opening, length) {
        (None, length) => format!(
            "{shown}: the notes beside it are damaged, and consent and marks with them; {} of sound are \
             there",
            length.unwrap_or_else(|| clock(Ms::ZERO))
        ),
        (_, None) => format!(
            "{shown}: the recording was not stopped properly, before its first second; nothing is kept"
        ),
        (_, Some(length)) => format!(
            "{shown}: the recording was not stopped properly; {length} are kept, and at most the last 2 \
             seconds are missing"
        ),
    }))
}

/// Puts right a recording, or every torn one of a folder; a sentence each.
///
/// # Errors
/// As [`settle`]; there is nothing there.
pub fn recover(path: &Path) -> Result<Vec<String>> {
    if !path.is_dir() {
        if let Some(sentence) = settle(path)? {
            return Ok(vec![sentence]);
        }
        // Its notes were lost, or say that all is well: the header is held against the file.
        let mended = mended(path)?;
        let changed = mended.iter().any(|one| one.said != one.frames);
        let length = clock(mended.iter().map(length).sum());
        let shown = path.display();
        return Ok(vec![match (mended.is_empty(), changed) {
            (true, _) => format!("{shown}: this is no recording by openfloor; it is left as it is"),
            (_, true) => {
                format!("{shown}: the header did not fit; it was mended, {length} are kept")
            }
            (_, false) => format!("{shown}: nothing to recover, {length} are there"),
        }]);
    }
    let unread = |source| Error::ReadFile { path: path.to_owned(), source };
    let mut recordings: Vec<_> = fs::read_dir(path)
        .map_err(unread)?
        .filter_map(|entry| notes::recording_of(&entry.ok()?.path()))
        .collect();
    recordings.sort();
    let (mut sentences, mut failed) = (Vec::new(), None);
    for recording in recordings {
        match settle(&recording) {
            Ok(sentence) => sentences.extend(sentence),
            // Its sound was moved or deleted.
            Err(Error::ReadFile { .. }) if !recording.exists() => {}
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        Some(error) if sentences.is_empty() => Err(error),
        _ => {
            if sentences.is_empty() {
                sentences.push(format!("{}: nothing to recover", path.display()));
            }
            Ok(sentences)
        }
    }
}

fn mended(recording: &Path) -> Result<Vec<Mended>> {
    let mut all = Vec::new();
    for file in parts::files(recording) {
        let mended =
            mend(&file).map_err(|source| Error::ReadFile { path: file.clone(), source })?;
        all.extend(mended);
    }
    Ok(all)
}

fn length(mended: &Mended) -> Ms {
    Ms(mended.frames * 1000 / u64::from(mended.rate_hz.max(1)))
}

/// Hours, minutes and seconds.
fn clock(length: Ms) -> String {
    let seconds = length.0 / 1000;
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Consent;
    use crate::sound::GrowingWav;

    /// A recording whose process was killed: two files, the second with five seconds the header does not
    /// speak of.
    fn killed(folder: &Path) -> std::path::PathBuf {
        let talk = folder.join("talk.wav");
        let consent = Consent { time: String::new(), words: String::new() };
        let opening =
            notes::Opening::new(String::new(), String::new(), (8_000, 1), consent, [None, None]);
        Writer::create(&talk, &opening).unwrap();
        let mut first = GrowingWav::create(&talk, 8_000, 1).unwrap();
        first.write(&vec![1; 60_000]).unwrap();
        first.finish().unwrap();
        let second = parts::part(&talk, 2);
        let mut growing = GrowingWav::create(&second, 8_000, 1).unwrap();
        growing.secure().unwrap();
        let header = fs::read(&second).unwrap();
        growing.write(&vec![2; 40_000]).unwrap();
        drop(growing);
        let mut bytes = fs::read(&second).unwrap();
        bytes[..header.len()].copy_from_slice(&header);
        fs::write(&second, bytes).unwrap();
        talk
    }

    #[test]
    fn a_torn_recording_is_mended_and_told_of_once() {
        let folder = tempfile::tempdir().unwrap();
        let talk = killed(folder.path());
        let sentence = settle(&talk).unwrap().unwrap();
        assert!(sentence.contains("was not stopped properly; 0:00:12 are kept"), "{sentence}");
        assert_eq!(hound::WavReader::open(parts::part(&talk, 2)).unwrap().duration(), 40_000);
        assert_eq!(settle(&talk).unwrap(), None);
        assert!(!Notes::read(&talk).unwrap().ended());
    }

    #[test]
    fn a_folder_is_recovered_whole_and_a_file_that_is_not_ours_is_left() {
        let folder = tempfile::tempdir().unwrap();
        killed(folder.path());
        assert_eq!(recover(folder.path()).unwrap().len(), 1);
        let again = recover(folder.path()).unwrap();
        assert!(again[0].ends_with("nothing to recover"), "{again:?}");
        let other = folder.path().join("other.wav");
        fs::write(&other, "not a recording").unwrap();
        assert!(recover(&other).unwrap()[0].contains("no recording by openfloor"));
        assert!(recover(&folder.path().join("absent.wav")).is_err());
    }

    #[test]
    fn a_recording_without_its_notes_is_mended_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let talk = killed(folder.path());
        fs::remove_file(notes::beside(&talk)).unwrap();
        assert_eq!(settle(&talk).unwrap(), None);
        let second = parts::part(&talk, 2);
        assert!(recover(&second).unwrap()[0].contains("it was mended, 0:00:05 are kept"));
        assert!(recover(&second).unwrap()[0].contains("nothing to recover, 0:00:05 are there"));
    }

    #[test]
    fn what_is_being_recorded_is_left_to_the_recorder() {
        let folder = tempfile::tempdir().unwrap();
        let talk = killed(folder.path());
        let _recorder = Writer::resume(&talk).unwrap().unwrap();
        let error = settle(&talk).unwrap_err().to_string();
        assert!(error.contains("it is still being recorded"), "{error}");
    }
}
