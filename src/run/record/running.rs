//! The loop of a recording: takes what has come, looks after the input and the disk, says how it stands.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::alarm::Ear;
use super::keep::Keeper;
use super::notes::{Event, Writer};
use super::seek::Seeker;
use super::{Kept, News, Plan, Press, State, View, Watch, Why, forget, parts, time_now};
use crate::error::{Error, Result};
use crate::session::Ms;
use crate::sound::{Capture, Level, Piece, mend};

/// How often the loop turns: keys answer at once, and nothing is held back for long.
const TURN: Duration = Duration::from_millis(100);
/// An input from which nothing comes for so long is gone, whatever the sound system says: the longest
/// piece that inputs are asked for is a fifth of a second.
const STALLED: Duration = Duration::from_secs(3);
/// A clock that is so much further than the time that was lived through: the computer slept. Less is a
/// clock put right.
const SLEPT: Duration = Duration::from_secs(5);
/// Silence is kept so much behind the clock: the first sound that comes again is of before it came.
const BEHIND: Duration = Duration::from_millis(500);
/// How often the disk is asked how much it still takes.
const ASKED: Duration = Duration::from_secs(1);
/// Left free on the disk: the last samples and the end of the notes must find room.
const RESERVE: u64 = 64 << 10;

enum Input {
    Open {
        capture: Capture,
        /// Frames that had come at the last turn …
        heard: u64,
        /// … and when that last changed.
        since: Instant,
    },
    Gone {
        /// When the last sound came.
        since: Instant,
        /// Frames that were kept then.
        from: u64,
        seeker: Seeker,
        /// Found, and since when; nothing has come of it yet.
        back: Option<(Capture, Instant)>,
    },
}

pub(super) struct Running<'a> {
    plan: &'a Plan,
    input: Input,
    keeper: Keeper,
    notes: Writer,
    ear: Ear,
    levels: Vec<Level>,
    news: Vec<News>,
    paused: bool,
    part: u16,
    asked: Option<Instant>,
    disk_left: Option<Ms>,
    marks: u32,
    gone: (u32, Ms),
    lost: u64,
    slips: u64,
}

impl<'a> Running<'a> {
    pub fn new(plan: &'a Plan, capture: Capture, keeper: Keeper, notes: Writer) -> Self {
        Self {
            plan,
            input: Input::Open { capture, heard: 0, since: Instant::now() },
            keeper,
            notes,
            ear: Ear::default(),
            levels: vec![Level::default(); usize::from(plan.chosen.channels)],
            news: Vec::new(),
            paused: false,
            part: 1,
            asked: None,
            disk_left: None,
            marks: 0,
            gone: (0, Ms::ZERO),
            lost: 0,
            slips: 0,
        }
    }

    /// Goes on until somebody or something ends it.
    pub fn until_end(&mut self, stop: &AtomicBool, watch: &mut dyn Watch) -> io::Result<Why> {
        let mut before = (Instant::now(), SystemTime::now());
        loop {
            let now = (Instant::now(), SystemTime::now());
            self.asleep(now.0.duration_since(before.0), now.1.duration_since(before.1).ok());
            before = now;
            let mut stopped = stop.load(Relaxed);
            while let Some(press) = watch.pressed() {
                match press {
                    Press::Stop => stopped = true,
                    Press::Mark => self.mark(),
                    Press::Pause => self.pause_or_resume(),
                }
            }
            self.turn()?;
            let full = self.disk_is_full();
            let alarms = self.ear.alarms();
            watch.look(&View {
                length: self.keeper.length(),
                state: self.state(),
                levels: &self.levels,
                alarms: &alarms,
                disk_left: self.disk_left,
                news: &std::mem::take(&mut self.news),
            });
            if stopped {
                return Ok(Why::Stopped);
            }
            if self.room() == 0 {
                return Ok(Why::Duration);
            }
            if full {
                return Ok(Why::DiskFull);
            }
            thread::sleep(TURN);
        }
    }

    fn state(&self) -> State {
        match self.input {
            Input::Gone { .. } => State::Gone,
            Input::Open { .. } if self.paused => State::Paused,
            Input::Open { .. } => State::Recording,
        }
    }

    /// Frames that are still to be recorded.
    fn room(&self) -> u64 {
        let rate = u64::from(self.plan.chosen.rate_hz);
        let most =
            self.plan.longest.map_or(u64::MAX, |longest| longest.0.saturating_mul(rate) / 1000);
        most.saturating_sub(self.keeper.frames())
    }

    fn ms(&self, frames: u64) -> Ms {
        Ms(frames * 1000 / u64::from(self.plan.chosen.rate_hz))
    }

    /// Takes what has come, and looks after the input.
    fn turn(&mut self) -> io::Result<()> {
        match &self.input {
            Input::Open { .. } => self.take()?,
            Input::Gone { .. } => self.wait()?,
        }
        if self.keeper.part() != self.part {
            self.part = self.keeper.part();
            let at_ms = self.ms(self.keeper.before());
            self.note(&Event::Part { at_ms, number: self.part });
            self.news.push(News::Part(at_ms, self.part));
        }
        self.keeper.secure()
    }

    fn take(&mut self) -> io::Result<()> {
        let (mut room, paused) = (self.room(), self.paused);
        let Input::Open { capture, heard, since } = &mut self.input else { return Ok(()) };
        let channels = usize::from(self.plan.chosen.channels);
        let (keeper, mut lost) = (&mut self.keeper, Vec::new());
        capture.take(|piece| {
            // Behind the end nothing is kept, and nothing is lost.
            if paused || room == 0 {
                return Ok(());
            }
            let frames = match piece {
                Piece::Samples(samples) => (samples.len() / channels) as u64,
                Piece::Lost(frames) => frames,
            };
            let frames = frames.min(room);
            room -= frames;
            match piece {
                Piece::Samples(samples) => {
                    keeper.write(&samples[..usize::try_from(frames).unwrap_or(0) * channels])
                }
                Piece::Lost(_) => {
                    lost.push((keeper.length(), frames));
                    keeper.silence(frames)
                }
            }
        })?;
        let levels = capture.levels();
        if levels.iter().any(|level| level.samples > 0) {
            self.ear.hear(&levels, self.plan.chosen.rate_hz);
            self.levels = levels;
        }
        let now = capture.heard();
        if now != *heard {
            (*heard, *since) = (now, Instant::now());
        }
        let slips = capture.slips();
        let gone = capture.is_gone() || since.elapsed() > STALLED;
        let since = *since;
        for (at_ms, frames) in lost {
            let ms = self.ms(frames);
            self.lost += frames;
            self.note(&Event::Lost { at_ms, ms });
            self.news.push(News::Lost(at_ms, ms));
        }
        if slips > 0 {
            self.slips += slips;
            let at_ms = self.keeper.length();
            self.note(&Event::Slipped { at_ms, times: slips });
            self.news.push(News::Slipped(at_ms));
        }
        if gone {
            self.lose(since);
        }
        Ok(())
    }

    /// The input is gone since `since`.
    fn lose(&mut self, since: Instant) {
        let seeker = Seeker::new(self.plan.chosen.clone());
        self.input = Input::Gone { since, from: self.keeper.frames(), seeker, back: None };
        self.levels.fill(Level::default());
        self.gone.0 += 1;
        let at_ms = self.keeper.length();
        self.note(&Event::Gone { at_ms });
        self.news.push(News::Gone(at_ms));
    }

    /// Keeps silence while the input is gone, and goes on when it is back.
    ///
    /// Sound comes some time after it was made, before the gap and behind it: the gap is as long as from
    /// the last that came to the first, less what that holds.
    fn wait(&mut self) -> io::Result<()> {
        let rate_hz = self.plan.chosen.rate_hz;
        let Input::Gone { since, from, seeker, back } = &mut self.input else { return Ok(()) };
        if back.is_none() {
            *back = seeker.found().map(|capture| (capture, Instant::now()));
        }
        let heard = back.as_ref().map_or(0, |(capture, _)| capture.heard());
        let failed = |(capture, opened): &(Capture, Instant)| {
            capture.is_gone() || (heard == 0 && opened.elapsed() > STALLED)
        };
        if back.as_ref().is_some_and(failed) {
            (*back, *seeker) = (None, Seeker::new(self.plan.chosen.clone()));
            return Ok(());
        }
        let from = *from;
        let due = frames(since.elapsed(), rate_hz);
        let due = due.saturating_sub(if heard > 0 { heard } else { frames(BEHIND, rate_hz) });
        if !self.paused {
            let due = due.saturating_sub(self.keeper.frames() - from).min(self.room());
            self.keeper.silence(due)?;
        }
        let Input::Gone { back, .. } = &mut self.input else { return Ok(()) };
        if let Some((capture, _)) = back.take_if(|_| heard > 0) {
            let length = self.ms(self.keeper.frames() - from);
            self.gone.1 += length;
            self.input = Input::Open { capture, heard, since: Instant::now() };
            let at_ms = self.keeper.length();
            self.note(&Event::Back { at_ms });
            self.news.push(News::Back(at_ms, length));
        }
        Ok(())
    }

    /// Notes that the computer slept, where its clock went on so much further.
    fn asleep(&mut self, lived: Duration, passed: Option<Duration>) {
        let slept = passed.unwrap_or_default().saturating_sub(lived);
        if slept >= SLEPT {
            let at_ms = self.keeper.length();
            let ms = Ms(u64::try_from(slept.as_millis()).unwrap_or(u64::MAX));
            self.note(&Event::Slept { at_ms, ms });
            self.news.push(News::Slept(at_ms, ms));
        }
    }

    fn mark(&mut self) {
        let at_ms = self.keeper.length();
        if self.note(&Event::Mark { at_ms }) {
            self.marks += 1;
            self.news.push(News::Marked(at_ms));
        }
    }

    fn pause_or_resume(&mut self) {
        let (at_ms, time) = (self.keeper.length(), time_now());
        self.paused = !self.paused;
        if self.paused {
            self.note(&Event::Paused { at_ms, time });
            self.news.push(News::Paused(at_ms));
        } else {
            self.note(&Event::Resumed { at_ms, time });
            self.news.push(News::Resumed(at_ms));
        }
        // What has come so far belongs to what was before.
        if let Input::Gone { since, from, .. } = &mut self.input {
            (*since, *from) = (Instant::now(), self.keeper.frames());
        }
    }

    /// Notes something; the sound is worth more than the note.
    fn note(&mut self, event: &Event) -> bool {
        let noted = self.notes.push(event).is_ok();
        if !noted {
            self.news.push(News::NotNoted(self.keeper.length()));
        }
        noted
    }

    fn disk_is_full(&mut self) -> bool {
        if self.asked.is_some_and(|asked| asked.elapsed() < ASKED) {
            return false;
        }
        self.asked = Some(Instant::now());
        let folder = self.plan.out.parent().filter(|folder| !folder.as_os_str().is_empty());
        let disk = rustix::fs::statvfs(folder.unwrap_or(Path::new("."))).ok();
        let free = disk.map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
        let second = u64::from(self.plan.chosen.rate_hz) * 2 * u64::from(self.plan.chosen.channels);
        let room = free.map(|free| free.saturating_sub(RESERVE + 2 * second));
        self.disk_left = room.map(|room| Ms((room / second).saturating_mul(1000)));
        room == Some(0)
    }

    /// Ends it: what is kept, and why it ended.
    pub fn finish(mut self, ended: io::Result<Why>) -> Result<Kept> {
        let out = &self.plan.out;
        let mut length = self.keeper.length();
        let (why, failure) = match ended {
            Ok(why) => (why, None),
            Err(error) if is_full(&error) => (Why::DiskFull, None),
            Err(error) => (Why::DiskFailed, Some(error.to_string())),
        };
        // The last of the sound may still be in the ring: it came before the stop.
        if why == Why::Stopped && matches!(self.input, Input::Open { .. }) {
            drop(self.take());
            length = self.keeper.length();
        }
        let Self { keeper, mut notes, input, .. } = self;
        drop(input);
        let finished = keeper.finish();
        let files = parts::files(out);
        let mut failure = failure.or_else(|| finished.err().map(|error| error.to_string()));
        if failure.is_some() || why == Why::DiskFull {
            // What the header says is put right by what the disk has taken.
            let (mut frames, mut unmended) = (0, None);
            for file in &files {
                match mend(file) {
                    Ok(mended) => frames += mended.map_or(0, |mended| mended.frames),
                    Err(error) => unmended = Some(error.to_string()),
                }
            }
            failure = failure.filter(|_| why != Why::DiskFull).or(unmended);
            length = Ms(frames * 1000 / u64::from(self.plan.chosen.rate_hz));
        }
        let why = if failure.is_some() && why != Why::DiskFull { Why::DiskFailed } else { why };
        if length == Ms::ZERO {
            for file in files.iter().skip(1) {
                drop(fs::remove_file(file));
            }
            forget(out);
            return Err(Error::Capture(match why {
                Why::DiskFull => format!(
                    "{}: the disk is full, and nothing was recorded; free some space or name a file \
                     elsewhere",
                    out.display()
                ),
                Why::DiskFailed => format!(
                    "{}: the disk failed ({}), and nothing was recorded; name a file elsewhere",
                    out.display(),
                    failure.as_deref().unwrap_or("no reason given")
                ),
                Why::Stopped | Why::Duration => format!(
                    "{} gave no sound, and nothing was recorded; check it, or choose another input with \
                     --device",
                    self.plan.chosen.name
                ),
            }));
        }
        // Without room for this line the next analysis finds the recording whole, and says so.
        drop(notes.push(&Event::Ended { at_ms: length, why }));
        let lost = Ms(self.lost * 1000 / u64::from(self.plan.chosen.rate_hz));
        Ok(Kept {
            files,
            length,
            marks: self.marks,
            gone: self.gone,
            lost,
            slips: self.slips,
            why,
            failure,
        })
    }
}

fn frames(time: Duration, rate_hz: u32) -> u64 {
    u64::try_from(time.as_millis() * u128::from(rate_hz) / 1000).unwrap_or(u64::MAX)
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
