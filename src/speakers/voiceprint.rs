//! What one person's voice is like, and how like two are: for knowing a coach again.
//!
//! In: the speech of one speaker in a work copy. Out: a [`Voice`]: the mean of what the encoder says
//! of stretches of 1.6 s spread over it. Measured in `docs/voiceprint.md`.

use super::encoder::{EMBEDDED_FRAMES, Embedding, VoiceEncoder, middle};
use crate::error::{Error, Result};
use crate::progress::Cancel;
use crate::session::{Ms, Span};
use crate::sound::{LEVEL_HOP_SAMPLES, WorkCopy, samples_of_ms};

/// Stretches that are listened to at most, spread over all: a minute and a quarter of speech.
const MOST_STRETCHES: usize = 48;
/// A stretch is not put together over a longer pause.
const LONGEST_PAUSE_FRAMES: usize = 100;

/// What a voice is like.
#[derive(Debug, Clone, PartialEq)]
pub struct Voice {
    /// Mean of the stretches, of length 1.
    pub mean: Embedding,
    /// How much speech was listened to.
    pub heard: Ms,
}

/// Hears what the voice of these stretches of speech is like (times are those of the work copy);
/// `None` where there are not 1.6 s of it.
///
/// # Errors
/// The work copy cannot be read, the network fails, or `cancel` asked to stop.
pub fn voice(
    encoder: &VoiceEncoder,
    copy: &WorkCopy,
    channel: u16,
    speech: &[Span],
    cancel: &dyn Cancel,
) -> Result<Option<Voice>> {
    let sets = spread(sets(speech), MOST_STRETCHES);
    let mut stretches = Vec::with_capacity(sets.len());
    for some in sets.chunks(4) {
        if cancel.cancelled() {
            return Err(Error::Cancelled);
        }
        stretches.extend(encoder.embed(copy, channel, some)?);
    }
    let heard = Ms((stretches.len() * EMBEDDED_FRAMES * 10) as u64);
    Ok(middle(stretches.iter()).map(|mean| Voice { mean, heard }))
}

/// Frames of speech in sets of 1.6 s.
fn sets(speech: &[Span]) -> Vec<Vec<usize>> {
    let frame =
        |time: Ms| usize::try_from(samples_of_ms(time)).unwrap_or(usize::MAX) / LEVEL_HOP_SAMPLES;
    let (mut sets, mut set) = (Vec::new(), Vec::<usize>::new());
    for span in speech {
        for at in frame(span.start())..frame(span.end()) {
            if set.last().is_some_and(|&last| at > last + LONGEST_PAUSE_FRAMES) {
                set.clear();
            }
            set.push(at);
            if set.len() == EMBEDDED_FRAMES {
                sets.push(std::mem::take(&mut set));
            }
        }
    }
    sets
}

/// So many of them at most, evenly.
fn spread<T>(all: Vec<T>, most: usize) -> Vec<T> {
    let count = all.len();
    let keep = |place: usize| count <= most || place * most / count != (place + 1) * most / count;
    all.into_iter().enumerate().filter(|(place, _)| keep(*place)).map(|(_, one)| one).collect()
}
