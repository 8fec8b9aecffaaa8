//! What is known of a recording beside its sound: who agreed to it, who sits where, marks, gaps, how it
//! ended.
//!
//! Beside `talk.wav` lies `talk.wav.recorded.jsonl`, private, a line a fact, only ever added to and on
//! disk before anything else happens. While it is recorded its lock is held: one recorder a file, and
//! nobody analyses half a session. A damaged line costs itself only; without the file the sound is a
//! recording like any other.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::results::TOOL_VERSION;
use crate::session::{Consent, Ms, Role};

/// What the name of the file ends in, behind that of the recording.
const SUFFIX: &str = ".recorded.jsonl";
const SCHEMA: &str = "openfloor.recorded/1";

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    schema: String,
    tool_version: String,
    process: u32,
    /// When it began, RFC 3339, by the clock of the place.
    pub started: String,
    /// The input's name.
    pub device: String,
    /// Samples a second.
    pub rate_hz: u32,
    /// Channels.
    pub channels: u16,
    /// Who agreed, to what, when.
    pub consent: Consent,
    /// Who sits at the first and at the second microphone.
    pub sides: [Option<Role>; 2],
}

impl Opening {
    /// Of this process.
    #[must_use]
    pub fn new(
        started: String,
        device: String,
        format: (u32, u16),
        consent: Consent,
        sides: [Option<Role>; 2],
    ) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            tool_version: TOOL_VERSION.to_owned(),
            process: std::process::id(),
            started,
            device,
            rate_hz: format.0,
            channels: format.1,
            consent,
            sides,
        }
    }
}

/// A line after the first; times are those of the recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The person marked a moment.
    Mark {
        /// Where.
        at_ms: Ms,
    },
    /// Nothing was kept from here …
    Paused {
        /// Where.
        at_ms: Ms,
        /// When, by the clock.
        time: String,
    },
    /// … to here; no time passes in the recording.
    Resumed {
        /// Where.
        at_ms: Ms,
        /// When, by the clock.
        time: String,
    },
    /// The input went away; silence from here …
    Gone {
        /// Where.
        at_ms: Ms,
    },
    /// … to here.
    Back {
        /// Where.
        at_ms: Ms,
    },
    /// This program did not keep up: so much silence stands for what was lost.
    Lost {
        /// Where.
        at_ms: Ms,
        /// How long.
        ms: Ms,
    },
    /// The system lost sound before it came here; how much is not known.
    Slipped {
        /// Where, to a second.
        at_ms: Ms,
        /// How often since the last such line.
        times: u64,
    },
    /// The computer slept: so much time is not in the recording.
    Slept {
        /// Where.
        at_ms: Ms,
        /// How long.
        ms: Ms,
    },
    /// The next file begins.
    Part {
        /// Where.
        at_ms: Ms,
        /// Its number, from 2.
        number: u16,
    },
    /// The recording ended as it should, or as it had to.
    Ended {
        /// Its length.
        at_ms: Ms,
        /// Why.
        why: Why,
    },
    /// It had not, and was put right afterwards.
    Recovered {
        /// Its length.
        at_ms: Ms,
    },
}

/// Why a recording ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The person stopped it.
    Stopped,
    /// It was as long as it was to be.
    Duration,
    /// The disk was full.
    DiskFull,
    /// The disk failed otherwise.
    DiskFailed,
}

/// Where the notes of a recording lie.
#[must_use]
pub fn beside(recording: &Path) -> PathBuf {
    let mut path = recording.as_os_str().to_owned();
    path.push(SUFFIX);
    PathBuf::from(path)
}

/// The recording whose notes these are.
#[must_use]
pub fn recording_of(notes: &Path) -> Option<PathBuf> {
    let name = notes.file_name()?.to_str()?.strip_suffix(SUFFIX)?;
    (!name.is_empty()).then(|| notes.with_file_name(name))
}

/// The notes while they are written.
#[derive(Debug)]
pub struct Writer {
    file: File,
}

impl Writer {
    /// Begins the notes of a recording.
    ///
    /// # Errors
    /// There are some of this name, or the disk does not take them.
    pub fn create(recording: &Path, opening: &Opening) -> io::Result<Self> {
        let path = beside(recording);
        let file =
            OpenOptions::new().read(true).append(true).create_new(true).mode(0o600).open(path)?;
        file.lock()?;
        let mut writer = Self { file };
        writer.line(opening)?;
        Ok(writer)
    }

    /// Goes on with notes that are there; `None` while somebody else writes them.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn resume(recording: &Path) -> io::Result<Option<Self>> {
        let file = OpenOptions::new().read(true).append(true).open(beside(recording))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        Ok(Some(Self { file }))
    }

    /// Adds a line.
    ///
    /// # Errors
    /// The disk does not take it.
    pub fn push(&mut self, event: &Event) -> io::Result<()> {
        self.line(event)
    }

    fn line(&mut self, what: &impl Serialize) -> io::Result<()> {
        // Behind a line that was torn off the next one begins anew; readers skip empty ones.
        let mut bytes = vec![b'\n'];
        serde_json::to_writer(&mut bytes, what)?;
        bytes.push(b'\n');
        let start = usize::from(self.file.metadata()?.len() == 0 || self.ends_a_line()?);
        self.file.write_all(&bytes[start..])?;
        self.file.sync_data()
    }

    fn ends_a_line(&self) -> io::Result<bool> {
        use std::os::unix::fs::FileExt;
        let mut last = [0];
        self.file.read_exact_at(&mut last, self.file.metadata()?.len() - 1)?;
        Ok(last == *b"\n")
    }
}

/// The process that records into this file now.
#[must_use]
pub fn recorder(recording: &Path) -> Option<String> {
    let file = File::open(beside(recording)).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {}
        _ => return None,
    }
    let opening = Notes::read(recording).and_then(|notes| notes.opening);
    Some(opening.map_or_else(|| "?".to_owned(), |opening| opening.process.to_string()))
}

/// The notes as they are read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Notes {
    /// The first line, where it can be read.
    pub opening: Option<Opening>,
    /// The others that can be.
    pub events: Vec<Event>,
}

impl Notes {
    /// Those of a recording; `None` where there are none.
    #[must_use]
    pub fn read(recording: &Path) -> Option<Self> {
        let bytes = fs::read(beside(recording)).ok()?;
        let mut notes = Self::default();
        for line in bytes.split(|&byte| byte == b'\n') {
            if let Ok(event) = serde_json::from_slice(line) {
                notes.events.push(event);
            } else if let Ok(opening) = serde_json::from_slice::<Opening>(line)
                && opening.schema == SCHEMA
            {
                notes.opening = Some(opening);
            }
        }
        Some(notes)
    }

    /// Whether the recording ended, or was put right afterwards.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.ended() || self.events.iter().any(|event| matches!(event, Event::Recovered { .. }))
    }

    /// Whether the recording ended by itself.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.events.iter().any(|event| matches!(event, Event::Ended { .. }))
    }

    /// The moments that were marked.
    pub fn marks(&self) -> impl Iterator<Item = Ms> + '_ {
        self.events.iter().filter_map(|event| match event {
            Event::Mark { at_ms } => Some(*at_ms),
            _ => None,
        })
    }

    /// From where to where silence stands for what was not recorded; without an end: to that of the
    /// recording.
    #[must_use]
    pub fn gaps(&self) -> Vec<(Ms, Option<Ms>)> {
        let (mut gaps, mut open) = (Vec::new(), None);
        for event in &self.events {
            match event {
                Event::Gone { at_ms } => open = open.or(Some(*at_ms)),
                Event::Back { at_ms } => gaps.extend(open.take().map(|from| (from, Some(*at_ms)))),
                Event::Lost { at_ms, ms } => gaps.push((*at_ms, Some(*at_ms + *ms))),
                _ => {}
            }
        }
        gaps.extend(open.map(|from| (from, None)));
        gaps
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn opening() -> Opening {
        let consent =
            Consent { time: "2026-11-29T10:05:12+01:00".into(), words: "All agree.".into() };
        let sides = [Some(Role::Coach), Some(Role::Coachee)];
        Opening::new(
            "2026-11-29T10:05:13+01:00".into(),
            "USB mic".into(),
            (48_000, 2),
            consent,
            sides,
        )
    }

    fn some() -> Vec<Event> {
        vec![
            Event::Mark { at_ms: Ms(1_000) },
            Event::Gone { at_ms: Ms(2_000) },
            Event::Back { at_ms: Ms(5_500) },
            Event::Lost { at_ms: Ms(7_000), ms: Ms(120) },
            Event::Part { at_ms: Ms(8_000), number: 2 },
            Event::Gone { at_ms: Ms(9_000) },
        ]
    }

    /// A recording with these notes, and the folder it is in.
    fn written() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let talk = folder.path().join("talk.wav");
        let mut writer = Writer::create(&talk, &opening()).unwrap();
        for event in some() {
            writer.push(&event).unwrap();
        }
        (folder, talk)
    }

    #[test]
    fn notes_are_private_and_come_back_as_they_were_written() {
        let (_folder, talk) = written();
        let notes = Notes::read(&talk).unwrap();
        assert_eq!((notes.opening.as_ref(), &notes.events), (Some(&opening()), &some()));
        let gaps = [(2_000, Some(5_500)), (7_000, Some(7_120)), (9_000, None)];
        assert_eq!(notes.gaps(), gaps.map(|(from, to)| (Ms(from), to.map(Ms))));
        assert_eq!(notes.marks().collect::<Vec<_>>(), [Ms(1_000)]);
        assert!(!notes.is_settled());
        let mode = fs::metadata(beside(&talk)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(recording_of(&beside(&talk)), Some(talk));
    }

    #[test]
    fn notes_cut_anywhere_keep_their_whole_lines_and_can_be_gone_on_with() {
        let (_folder, talk) = written();
        let whole = fs::read(beside(&talk)).unwrap();
        for length in 0..=whole.len() {
            fs::write(beside(&talk), &whole[..length]).unwrap();
            let kept = Notes::read(&talk).unwrap().events;
            assert!(some().starts_with(&kept), "{kept:?}");
            let last = Event::Recovered { at_ms: Ms(9_500) };
            Writer::resume(&talk).unwrap().unwrap().push(&last).unwrap();
            let notes = Notes::read(&talk).unwrap();
            assert_eq!(
                (&notes.events[..kept.len()], notes.events.last()),
                (&kept[..], Some(&last))
            );
            assert!(notes.is_settled() && !notes.ended());
        }
    }

    #[test]
    fn a_damaged_line_costs_itself_only() {
        let (_folder, talk) = written();
        let text = fs::read_to_string(beside(&talk)).unwrap();
        for number in 0..=some().len() {
            let lines: Vec<String> = text
                .lines()
                .enumerate()
                .map(
                    |(at, line)| {
                        if at == number { "\u{0}{\"event\":7}".into() } else { line.to_owned() }
                    },
                )
                .collect();
            fs::write(beside(&talk), lines.join("\n")).unwrap();
            let notes = Notes::read(&talk).unwrap();
            assert_eq!(notes.opening.is_none(), number == 0);
            assert_eq!(notes.events.len(), some().len() - usize::from(number > 0));
        }
    }

    #[test]
    fn who_records_holds_the_notes_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let talk = folder.path().join("talk.wav");
        assert_eq!(recorder(&talk), None);
        let writer = Writer::create(&talk, &opening()).unwrap();
        assert_eq!(recorder(&talk), Some(std::process::id().to_string()));
        assert!(Writer::resume(&talk).unwrap().is_none());
        let error = Writer::create(&talk, &opening()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        drop(writer);
        assert_eq!(recorder(&talk), None);
    }
}
