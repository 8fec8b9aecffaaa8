//! The child: reads requests, does them, tells.

use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::sync::Mutex;

use super::frame::{Frames, write_message, write_sound};
use super::limits::{end_with_parent, limit};
use super::watch::Watch;
use super::{Message, Request};
use crate::error::{Error, Result};
use crate::progress::{Cancel, Flag, Progress, Silent, Stage};
use crate::results;
use crate::run::{Engines, pipeline};
use crate::session::Ms;
use crate::sound::{TakeSound, decode};

/// What `openfloor worker` does: takes requests on `from` and answers on `to`. What goes wrong with a
/// recording is an answer.
///
/// # Errors
/// There is no request, or nobody listens any more.
pub fn serve(from: impl Read, to: impl Write + Send) -> io::Result<()> {
    end_with_parent();
    results::work_for(std::os::unix::process::parent_id());
    let mut requests = Frames::new(from);
    let mut parent = Parent::new(to);
    let mut kept = Kept::default();
    let mut asked = false;
    while let Some(request) = requests.request().map_err(io::Error::other)? {
        asked = true;
        match request {
            Request::Analyse { job, runtime } => {
                let model = &job.options.model;
                let outcome =
                    pipeline::run(&job, || kept.engines(model), runtime, &parent, &parent);
                parent.tell(&Message::Analysed(outcome))?;
            }
            Request::Decode { path, track } => {
                limit();
                parent.watch = Some(Watch::start()?);
                let end = decode_apart(Path::new(&path), track, &parent);
                return parent.tell(&end.unwrap_or_else(Message::Failed));
            }
        }
    }
    if asked { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// The models, as long as recordings want the same.
#[derive(Default)]
struct Kept(Option<(String, Engines)>);

impl Kept {
    fn engines(&mut self, model: &str) -> Result<&Engines> {
        if self.0.as_ref().is_none_or(|(of, _)| of != model) {
            self.0 = None;
        }
        match &mut self.0 {
            Some((_, engines)) => Ok(engines),
            empty => Ok(&empty.insert((model.to_owned(), Engines::find(model)?)).1),
        }
    }
}

fn decode_apart(path: &Path, track: u16, parent: &Parent<impl Write + Send>) -> Result<Message> {
    let mut sound = Sound { parent, bytes: Vec::new() };
    decode(path, track, &mut sound, parent, &Silent).map(Message::Decoded)
}

/// The process that asked.
struct Parent<W: Write> {
    to: Mutex<BufWriter<W>>,
    /// Of a child that looks at hostile bytes.
    watch: Option<Watch>,
    gone: Flag,
}

impl<W: Write + Send> Parent<W> {
    fn new(to: W) -> Self {
        let to = Mutex::new(BufWriter::with_capacity(1 << 16, to));
        Self { to, watch: None, gone: Flag::default() }
    }

    /// Tells at once, after all sound so far.
    fn tell(&self, message: &Message) -> io::Result<()> {
        let mut to = self.to.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        write_message(&mut *to, message)?;
        to.flush()
    }

    fn tell_progress(&self, message: &Message) {
        if let Some(watch) = &self.watch {
            watch.progress();
        }
        if self.tell(message).is_err() {
            self.gone.set();
        }
    }
}

/// Nobody listens any more: there is nobody to work for.
impl<W: Write + Send> Cancel for Parent<W> {
    fn cancelled(&self) -> bool {
        self.gone.cancelled()
    }
}

impl<W: Write + Send> Progress for Parent<W> {
    fn begin(&self, stage: Stage, total: Option<Ms>) {
        self.tell_progress(&Message::Began { stage, total });
    }

    fn advance(&self, stage: Stage, done: Ms) {
        self.tell_progress(&Message::Advanced { stage, done });
    }

    fn skip(&self, stage: Stage) {
        self.tell_progress(&Message::Skipped { stage });
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
