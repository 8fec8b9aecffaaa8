//! Whose voice: 1.6 s of one voice → 256 numbers that are alike for the same person.
//!
//! The network is Resemblyzer's voice encoder (GE2E loss, Wan et al. 2018), run by tract on the CPU,
//! one thread; where it comes from and how it was checked is in `models/README.md`.

mod embedding;
mod mel;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tract_onnx::prelude::{
    Datum, Framework, InferenceFact, InferenceModelExt, IntoRunnable, IntoTValue, Tensor,
    TypedRunnableModel, tvec,
};

pub(super) use self::embedding::middle;
pub use self::embedding::{EMBEDDING, Embedding, likeness};
use self::mel::{BANDS, Mel, WIDTH};
use crate::error::{Error, Result};
use crate::sound::{LEVEL_HOP_SAMPLES, WorkCopy};

/// Frames of 10 ms that make one embedding.
pub const EMBEDDED_FRAMES: usize = 160;
/// Windows the network takes at once: half the time a window of four alone.
const AT_ONCE: usize = 4;
/// Loudness that a window is brought to at least, root mean square against full scale: the network
/// sees power, and was trained on sound lifted to −30 dBFS.
const LOUDNESS: f32 = 0.031_622_776;

/// The network.
pub struct VoiceEncoder {
    network: Arc<TypedRunnableModel>,
    mel: Mel,
    model: PathBuf,
}

impl fmt::Debug for VoiceEncoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VoiceEncoder").field("model", &self.model).finish_non_exhaustive()
    }
}

impl VoiceEncoder {
    /// Loads the network from its ONNX file.
    ///
    /// # Errors
    /// [`Error::LoadModel`] when the file is missing or is not this network.
    pub fn load(model: &Path) -> Result<Self> {
        let wanted = InferenceFact::dt_shape(f32::datum_type(), [AT_ONCE, EMBEDDED_FRAMES, BANDS]);
        let network = tract_onnx::onnx()
            .model_for_path(model)
            .and_then(|network| network.with_input_fact(0, wanted))
            .and_then(InferenceModelExt::into_optimized)
            .and_then(IntoRunnable::into_runnable)
            .map_err(|_| failed(model, "this is not the voice encoder, or it is damaged"))?;
        Ok(Self { network, mel: Mel::new(), model: model.to_owned() })
    }

    /// The embedding of each set of frames (numbers of 10 ms frames of `channel`, in order): of its
    /// middle 1.6 s, or of all repeated where there is less.
    ///
    /// # Errors
    /// The work copy cannot be read, or the network fails.
    pub fn embed(
        &self,
        copy: &WorkCopy,
        channel: u16,
        sets: &[Vec<usize>],
    ) -> Result<Vec<Embedding>> {
        let mut embeddings = Vec::with_capacity(sets.len());
        for batch in sets.chunks(AT_ONCE) {
            let mut input = vec![0.0; AT_ONCE * EMBEDDED_FRAMES * BANDS];
            for (place, set) in input.chunks_mut(EMBEDDED_FRAMES * BANDS).zip(batch) {
                self.frames(copy, channel, set, place)?;
            }
            embeddings.extend(self.run(&input)?.into_iter().take(batch.len()));
        }
        Ok(embeddings)
    }

    /// The mel frames of a set, one after the other.
    fn frames(
        &self,
        copy: &WorkCopy,
        channel: u16,
        set: &[usize],
        place: &mut [f32],
    ) -> Result<()> {
        let spare = set.len().saturating_sub(EMBEDDED_FRAMES) / 2;
        let set = &set[spare..set.len().min(spare + EMBEDDED_FRAMES)];
        let (Some(&first), Some(&last)) = (set.first(), set.last()) else { return Ok(()) };
        // Frame n of the network lies around sample 160 n, ours around 160 n + 80: half a frame is
        // nothing here.
        let before = WIDTH / 2;
        let lead = before.min(first * LEVEL_HOP_SAMPLES);
        let start = first * LEVEL_HOP_SAMPLES - lead;
        let length = (last - first) * LEVEL_HOP_SAMPLES + WIDTH;
        let read = copy.window(channel, start as u64, length - (before - lead))?;
        let mut samples = vec![0.0; before - lead];
        samples.extend(read.iter().map(|&sample| f32::from(sample) / 32768.0));
        samples.resize(length, 0.0);
        let around = |frame: usize| &samples[(frame - first) * LEVEL_HOP_SAMPLES..][..WIDTH];
        let loudness = loudness(set.iter().map(|&frame| around(frame)));
        let gain = (LOUDNESS / loudness.max(1e-6)).max(1.0).powi(2);
        for (row, &frame) in place.chunks_mut(BANDS).zip(set.iter().cycle()) {
            for (value, power) in row.iter_mut().zip(self.mel.power(around(frame))) {
                *value = power * gain;
            }
        }
        Ok(())
    }

    fn run(&self, input: &[f32]) -> Result<Vec<Embedding>> {
        let failed = || failed(&self.model, "the voice encoder failed on the sound");
        let tensor = Tensor::from_shape(&[AT_ONCE, EMBEDDED_FRAMES, BANDS], input);
        let tensor = tensor.map_err(|_| failed())?;
        let output = self.network.run(tvec![tensor.into_tvalue()]).map_err(|_| failed())?;
        let output = output.first().ok_or_else(failed)?;
        let values = output.to_plain_array_view::<f32>().map_err(|_| failed())?;
        Ok(values.outer_iter().map(|row| row.iter().copied().collect()).collect())
    }
}

fn failed(model: &Path, wrong: &str) -> Error {
    Error::LoadModel {
        path: model.to_owned(),
        wrong: wrong.to_owned(),
        remedy: "check it with: openfloor models verify".to_owned(),
    }
}

/// Root mean square of frames.
fn loudness<'a>(frames: impl Iterator<Item = &'a [f32]>) -> f32 {
    let (mut power, mut count) = (0.0_f64, 0_u32);
    for frame in frames {
        power += frame.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>();
        count += u32::try_from(frame.len()).unwrap_or(u32::MAX);
    }
    #[expect(clippy::cast_possible_truncation, reason = "a measurement needs no more than an f32")]
    let loudness = (power / f64::from(count.max(1))).sqrt() as f32;
    loudness
}
