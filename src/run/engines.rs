//! The models of a run: loaded once, when first needed, shared by its jobs.

use std::sync::Mutex;

use super::worker::Worker;
use crate::error::Result;
use crate::models::{self, Found};
use crate::words::Whisper;

/// Models found and, when a job needed them, loaded.
#[derive(Debug)]
pub struct Engines {
    /// The speech-to-text model.
    pub speech_to_text: Found,
    /// The voice-activity model.
    pub voice_activity: Found,
    /// The voice encoder.
    pub voice_encoder: Found,
    /// Starts the processes in which recordings are decoded.
    pub worker: Worker,
    whisper: Mutex<Option<std::sync::Arc<Whisper>>>,
}

impl Engines {
    /// Finds and checks the models; loads none.
    ///
    /// # Errors
    /// One is absent, damaged or of the wrong kind, or the program does not know where it lies.
    pub fn find(speech_to_text: &str) -> Result<Self> {
        Ok(Self {
            speech_to_text: models::speech_to_text(speech_to_text)?,
            voice_activity: models::voice_activity()?,
            voice_encoder: models::voice_encoder()?,
            worker: Worker::of_this_program()?,
            whisper: Mutex::new(None),
        })
    }

    /// The speech-to-text model, and whether this call loaded it.
    ///
    /// # Errors
    /// whisper.cpp cannot load it.
    pub fn whisper(&self) -> Result<(std::sync::Arc<Whisper>, bool)> {
        // A poisoned lock only means that another job's load panicked: load again.
        let mut slot = self.whisper.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(whisper) = slot.as_ref() {
            return Ok((whisper.clone(), false));
        }
        let whisper = std::sync::Arc::new(Whisper::load(&self.speech_to_text)?);
        *slot = Some(whisper.clone());
        Ok((whisper, true))
    }
}
