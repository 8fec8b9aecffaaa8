//! The child: reads a request, limits itself, does it, tells.

use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::sync::Mutex;

use super::frame::{Frames, write_message, write_sound};
use super::limits::limit;
use super::watch::Watch;
use super::{Message, Request};
use crate::error::{Error, Result};
use crate::progress::{Progress, Silent, Stage};
use crate::session::Ms;
use crate::sound::{TakeSound, decode};

/// What `openfloor worker` does: takes the one request on `from` and answers on `to`. What goes wrong
/// with the recording is an answer.
///
/// # Errors
/// There is no request, or nobody listens any more.
pub fn serve(from: impl Read, to: impl Write + Send) -> io::Result<()> {
    limit();
    let watch = Watch::start()?;
    let request = Frames::new(from).request().map_err(io::Error::other)?;
    let parent = Parent { to: Mutex::new(BufWriter::with_capacity(1 << 16, to)), watch };
    let end = match request {
        Request::Decode { path, track } => decode_apart(Path::new(&path), track, &parent),
    };
    parent.tell(&end.unwrap_or_else(Message::Failed))
}

fn decode_apart(path: &Path, track: u16, parent: &Parent<impl Write + Send>) -> Result<Message> {
    let mut sound = Sound { parent, bytes: Vec::new() };
    let _ = track;
    decode(path, &mut sound, parent, &Silent).map(Message::Decoded)
}

/// The process that asked.
struct Parent<W: Write> {
    to: Mutex<BufWriter<W>>,
    watch: Watch,
}

impl<W: Write + Send> Parent<W> {
    /// Tells at once, after all sound so far.
    fn tell(&self, message: &Message) -> io::Result<()> {
        let mut to = self.to.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        write_message(&mut *to, message)?;
        to.flush()
    }
}

/// A parent that does not listen is noticed by the sound that follows.
impl<W: Write + Send> Progress for Parent<W> {
    fn begin(&self, stage: Stage, total: Option<Ms>) {
        self.watch.progress();
        drop(self.tell(&Message::Began { stage, total }));
    }

    fn advance(&self, stage: Stage, done: Ms) {
        self.watch.progress();
        drop(self.tell(&Message::Advanced { stage, done }));
    }

    fn skip(&self, stage: Stage) {
        drop(self.tell(&Message::Skipped { stage }));
    }
}

struct Sound<'a, W: Write> {
    parent: &'a Parent<W>,
    bytes: Vec<u8>,
}

impl<W: Write + Send> TakeSound for Sound<'_, W> {
    fn channels(&mut self, count: u16) -> Result<()> {
        self.parent.tell(&Message::Channels(count)).map_err(|_| Error::Cancelled)
    }

    fn append(&mut self, channel: u16, samples: &[i16]) -> Result<()> {
        let mut to = self.parent.to.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        write_sound(&mut *to, &mut self.bytes, channel, samples).map_err(|_| Error::Cancelled)
    }
}
