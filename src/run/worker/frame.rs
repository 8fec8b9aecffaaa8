//! Frames on a pipe: a type byte, the length of the payload (`u32`, little-endian), the payload.
//!
//! `Q` a [`Request`] and `M` a [`Message`], as JSON; `S` sound: the channel (`u16`) and its samples
//! (`i16`), little-endian. The reader trusts nothing: a length is bounded before memory is made for it.

use std::io::{self, Read, Write};

use super::{Message, Request};

const REQUEST: u8 = b'Q';
const MESSAGE: u8 = b'M';
const SOUND: u8 = b'S';

/// The largest request or message. The facts of a day of FLAC in which every second packet is damaged
/// take about 16 MB.
const LARGEST_TEXT: usize = 32 << 20;
/// The largest piece of sound: half a minute of a channel.
const LARGEST_SOUND: usize = 1 << 20;
/// Samples put into one frame.
const SAMPLES: usize = (LARGEST_SOUND - 2) / 2;

/// A frame from a child.
#[derive(Debug)]
pub enum Frame<'a> {
    /// Something told.
    Message(Message),
    /// Samples for the end of a channel.
    Sound {
        /// The channel, from 0.
        channel: u16,
        /// Its samples.
        samples: &'a [i16],
    },
}

/// Bytes that are no frame.
#[derive(Debug, thiserror::Error)]
pub enum BadFrame {
    /// The pipe ended inside a frame, or broke.
    #[error("the pipe broke ({0})")]
    Io(#[from] io::Error),
    /// A type that is not known here.
    #[error("it sent a frame of an unknown kind")]
    Kind,
    /// A frame longer than any may be.
    #[error("it sent a frame that is too long")]
    TooLong,
    /// A payload that is not what its type says.
    #[error("it sent a frame that makes no sense")]
    Nonsense,
}

/// Reads frames.
#[derive(Debug)]
pub struct Frames<R> {
    from: R,
    payload: Vec<u8>,
    samples: Vec<i16>,
}

impl<R: Read> Frames<R> {
    /// Frames of a stream, which is read as they are asked for.
    pub fn new(from: R) -> Self {
        Self { from, payload: Vec::new(), samples: Vec::new() }
    }

    /// The next frame from a child, or `None` where the stream ends between two.
    ///
    /// # Errors
    /// What came is no frame, or no frame of a child's.
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, BadFrame> {
        let Some(kind) = self.take()? else { return Ok(None) };
        if kind == MESSAGE {
            let message = serde_json::from_slice(&self.payload);
            return message
                .map(|message| Some(Frame::Message(message)))
                .map_err(|_| BadFrame::Nonsense);
        }
        let Some((channel, samples)) = self.payload.split_first_chunk::<2>() else {
            return Err(BadFrame::Nonsense);
        };
        let (pairs, rest) = samples.as_chunks::<2>();
        if kind != SOUND || !rest.is_empty() {
            return Err(BadFrame::Nonsense);
        }
        self.samples.clear();
        self.samples.extend(pairs.iter().map(|pair| i16::from_le_bytes(*pair)));
        Ok(Some(Frame::Sound { channel: u16::from_le_bytes(*channel), samples: &self.samples }))
    }

    /// The next request to a child, or `None` where no more will come.
    pub(super) fn request(&mut self) -> Result<Option<Request>, BadFrame> {
        match self.take()? {
            Some(REQUEST) => serde_json::from_slice(&self.payload).map_err(|_| BadFrame::Nonsense),
            Some(_) => Err(BadFrame::Nonsense),
            None => Ok(None),
        }
    }

    /// Reads a frame's payload; gives its type.
    fn take(&mut self) -> Result<Option<u8>, BadFrame> {
        let mut kind = [0];
        if self.from.by_ref().take(1).read(&mut kind)? == 0 {
            return Ok(None);
        }
        let largest = match kind[0] {
            REQUEST | MESSAGE => LARGEST_TEXT,
            SOUND => LARGEST_SOUND,
            _ => return Err(BadFrame::Kind),
        };
        let mut length = [0; 4];
        self.from.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length) as usize;
        if length > largest {
            return Err(BadFrame::TooLong);
        }
        // What is there, not what is said to be: a lie costs no memory.
        self.payload.clear();
        if self.from.by_ref().take(length as u64).read_to_end(&mut self.payload)? < length {
            return Err(BadFrame::Io(io::ErrorKind::UnexpectedEof.into()));
        }
        Ok(Some(kind[0]))
    }
}

/// Writes the request to a child.
///
/// # Errors
/// The stream does not take it.
pub fn write_request(to: &mut impl Write, request: &Request) -> io::Result<()> {
    write(to, REQUEST, &serde_json::to_vec(request)?)
}

pub(super) fn write_message(to: &mut impl Write, message: &Message) -> io::Result<()> {
    write(to, MESSAGE, &serde_json::to_vec(message)?)
}

/// Writes samples, in as many frames as it takes. `bytes` is room to work in.
pub(super) fn write_sound(
    to: &mut impl Write,
    bytes: &mut Vec<u8>,
    channel: u16,
    samples: &[i16],
) -> io::Result<()> {
    for samples in samples.chunks(SAMPLES) {
        bytes.clear();
        bytes.extend(channel.to_le_bytes());
        bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        write(to, SOUND, bytes)?;
    }
    Ok(())
}

fn write(to: &mut impl Write, kind: u8, payload: &[u8]) -> io::Result<()> {
    let length = u32::try_from(payload.len()).map_err(io::Error::other)?;
    to.write_all(&[kind])?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(payload)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Stage;
    use crate::session::Ms;

    #[test]
    fn what_is_written_is_read_and_long_sound_is_cut_into_frames() {
        let mut bytes = Vec::new();
        let sound: Vec<i16> = (0..1_200_000).map(|n| (n % 30_000) as i16 - 15_000).collect();
        write_message(&mut bytes, &Message::Channels(2)).unwrap();
        write_sound(&mut bytes, &mut Vec::new(), 1, &sound).unwrap();
        let done = Message::Advanced { stage: Stage::Decode, done: Ms(1000) };
        write_message(&mut bytes, &done).unwrap();
        let mut frames = Frames::new(&bytes[..]);
        let Ok(Some(Frame::Message(Message::Channels(2)))) = frames.next_frame() else { panic!() };
        let mut heard = Vec::new();
        let last = loop {
            match frames.next_frame().unwrap().unwrap() {
                Frame::Sound { channel, samples } => {
                    assert_eq!(channel, 1);
                    heard.extend_from_slice(samples);
                }
                Frame::Message(message) => break message,
            }
        };
        assert!(heard == sound);
        assert!(matches!(last, Message::Advanced { stage: Stage::Decode, done: Ms(1000) }));
        assert!(frames.next_frame().unwrap().is_none());
    }

    #[test]
    fn what_is_no_frame_is_told_apart() {
        for (bytes, says) in [
            (&b"\x7fELF...."[..], "unknown kind"),
            (b"S\xff\xff\xff\xff", "too long"),
            (b"M\x05\0\0\0hello", "no sense"),
            (b"S\x01\0\0\0x", "no sense"),
            (b"S\x03\0\0\0xyz", "no sense"),
            (b"Q\x02\0\0\0{}", "no sense"),
            (b"M\xff\xff\0\0{", "broke"),
            (b"M\xff", "broke"),
        ] {
            let error = Frames::new(bytes).next_frame().unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
