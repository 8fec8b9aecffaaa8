//! Where a voice is in a channel.
//!
//! In: a channel of a work copy. Out: the probability of a voice for each step of 32 ms. The
//! detector is Silero 6.2.3 in whisper.cpp's form; why, and what it costs, is in
//! `docs/decisions/0001-voice-activity.md`.

use std::path::{Path, PathBuf};

use whisper_rs::{WhisperVadContext, WhisperVadContextParams};

use super::work::{WorkCopy, ms_of_samples};
use crate::error::{Error, Result};
use crate::progress::{Cancel, Progress, Stage};

/// Tells speech from everything else, step by step.
pub trait DetectVoice {
    /// Samples of 16 kHz a step covers.
    fn hop_samples(&self) -> u64;

    /// The probability of a voice, 0 to 1, for each step of `channel`: step `i` covers the samples
    /// from `i` · [`DetectVoice::hop_samples`] on, without delay; the last may be short. Tells
    /// [`Stage::Listen`] the audio time done, channel by channel.
    ///
    /// # Errors
    /// The work copy cannot be read, the model fails, or `cancel` asked to stop.
    fn probabilities(
        &mut self,
        sound: &WorkCopy,
        channel: u16,
        progress: &dyn Progress,
        cancel: &dyn Cancel,
    ) -> Result<Vec<f32>>;
}

/// Samples a step of the network covers: 32 ms.
const STEP: usize = 512;
/// The network answers late: on the development sessions a voice starts 24 ms late and ends 56 ms
/// late on average (463 starts and ends after or before 0.6 s of quiet, probability 0.5). Its answers
/// are moved this many steps earlier, 32 ms.
const LATE_STEPS: usize = 1;
/// Steps kept of each call: two minutes. whisper.cpp empties the network's memory at each call, so calls
/// overlap by [`RUN_UP`], and the recording is never in memory whole.
const KEPT: usize = 3744;
/// Steps before the kept ones that only fill the memory again: 10 s.
const RUN_UP: usize = 312;

/// Silero's voice activity network, run by whisper.cpp on the CPU, one thread.
#[derive(Debug)]
pub struct Silero {
    context: WhisperVadContext,
    model: PathBuf,
}

impl Silero {
    /// Loads the network from a `ggml-silero` file.
    ///
    /// # Errors
    /// [`Error::LoadModel`] when the file is missing or is not this network.
    pub fn load(model: &Path) -> Result<Self> {
        let failed = |wrong: &str| Error::LoadModel {
            path: model.to_owned(),
            wrong: wrong.to_owned(),
            remedy: "check it with: openfloor models verify".to_owned(),
        };
        if !model.is_file() {
            return Err(failed("the voice activity model is missing"));
        }
        let path = model.to_str().filter(|path| !path.contains('\0'));
        let path = path.ok_or_else(|| failed("the path of the model is not plain text"))?;
        let mut params = WhisperVadContextParams::new();
        params.set_n_threads(1);
        // whisper.cpp's log goes to standard error otherwise. Done once however often it is called.
        whisper_rs::install_logging_hooks();
        let context = WhisperVadContext::new(path, params)
            .map_err(|_| failed("this is not a voice activity model, or it is damaged"))?;
        Ok(Self { context, model: model.to_owned() })
    }
}

impl Silero {
    fn failed(&self) -> Error {
        Error::LoadModel {
            path: self.model.clone(),
            wrong: "the voice activity model failed on the sound".to_owned(),
            remedy: "check it with: openfloor models verify".to_owned(),
        }
    }
}

impl DetectVoice for Silero {
    fn hop_samples(&self) -> u64 {
        STEP as u64
    }

    fn probabilities(
        &mut self,
        sound: &WorkCopy,
        channel: u16,
        progress: &dyn Progress,
        cancel: &dyn Cancel,
    ) -> Result<Vec<f32>> {
        let steps = usize::try_from(sound.samples().div_ceil(STEP as u64)).unwrap_or(usize::MAX);
        let mut found = Vec::with_capacity(steps);
        while found.len() < steps {
            if cancel.cancelled() {
                return Err(Error::Cancelled);
            }
            let (kept, run_up) = (KEPT.min(steps - found.len()), RUN_UP.min(found.len()));
            let first = ((found.len() - run_up) * STEP) as u64;
            let length = (run_up + kept + LATE_STEPS) * STEP;
            let window = sound.window(channel, first, length)?;
            let mut samples: Vec<f32> = window.iter().map(|&s| f32::from(s) / 32768.0).collect();
            samples.resize(length, 0.0);
            self.context.detect_speech(&samples).map_err(|_| self.failed())?;
            let wanted = run_up + LATE_STEPS..run_up + LATE_STEPS + kept;
            let answers = self.context.probabilities().get(wanted);
            found.extend_from_slice(answers.ok_or_else(|| self.failed())?);
            progress.advance(Stage::Listen, ms_of_samples((kept * STEP) as u64));
        }
        Ok(found)
    }
}
