//! whisper.cpp behind [`Transcribe`]: one loaded model, a state a listener.
//!
//! One `full` call a window, nothing carried from one to the next, one thread a state (several
//! threads of one state wait for each other by spinning: DESIGN §7 has the figures). Word times come
//! from dynamic time warping over the cross-attention of the alignment heads that OpenAI published
//! for each model; `docs/decisions/0002-word-times.md` has the comparison with whisper.cpp's other
//! kind, which cost less and was half a second off.

use whisper_rs::{
    DtwMode, DtwModelPreset, DtwParameters, FullParams, SamplingStrategy, WhisperContext,
    WhisperContextParameters, WhisperError, WhisperState,
};

use super::{EngineFailed, Guess, Hearing, Listen, RawWord, Transcribe};
use crate::error::{Error, Result};
use crate::models::{Found, Shape};
use crate::session::{Language, Ms};

/// whisper.cpp refuses under 100 ms and does badly under a second: shorter sound is filled up.
const SHORTEST_SAMPLES: usize = 17_000;

/// Tries at a temperature above zero; the best one is kept. OpenAI's default.
const BEST_OF: i32 = 5;

/// A loaded Whisper model, shared by all its listeners.
#[derive(Debug)]
pub struct Whisper {
    context: WhisperContext,
}

impl Whisper {
    /// Loads a model that [`crate::models::speech_to_text`] has found and checked.
    ///
    /// # Errors
    /// whisper.cpp cannot load it.
    pub fn load(model: &Found) -> Result<Self> {
        // Without this whisper.cpp writes to standard error from the first context on.
        whisper_rs::install_logging_hooks();
        let mut parameters = WhisperContextParameters::new();
        parameters.use_gpu(false).flash_attn(false).dtw_parameters(DtwParameters {
            mode: alignment(model.shape),
            ..DtwParameters::default()
        });
        let context = WhisperContext::new_with_params(&model.path, parameters).map_err(|_| {
            Error::LoadModel {
                path: model.path.clone(),
                wrong: "whisper.cpp cannot load it".to_owned(),
                remedy: "check it with: openfloor models verify".to_owned(),
            }
        })?;
        Ok(Self { context })
    }
}

/// The heads whose attention follows the sound, by the model's shape.
fn alignment(shape: Option<Shape>) -> DtwMode<'static> {
    let preset = match shape {
        Some(Shape { audio_layers: 4, text_layers: 4, .. }) => DtwModelPreset::Tiny,
        Some(Shape { audio_layers: 6, text_layers: 6, .. }) => DtwModelPreset::Base,
        Some(Shape { audio_layers: 12, text_layers: 12, .. }) => DtwModelPreset::Small,
        Some(Shape { audio_layers: 24, text_layers: 24, .. }) => DtwModelPreset::Medium,
        Some(Shape { audio_layers: 32, text_layers: 4, .. }) => DtwModelPreset::LargeV3Turbo,
        Some(Shape { audio_layers: 32, text_layers: 32, vocabulary: 51_866 }) => {
            DtwModelPreset::LargeV3
        }
        Some(Shape { audio_layers: 32, text_layers: 32, .. }) => DtwModelPreset::LargeV2,
        // A distilled model: its last layers, as whisper.cpp advises for models without a preset.
        _ => return DtwMode::TopMost { n_top: 2 },
    };
    DtwMode::ModelPreset { model_preset: preset }
}

impl Transcribe for Whisper {
    fn listener(&self) -> Result<Box<dyn Listen + '_>, EngineFailed> {
        let state = self.context.create_state().map_err(failed)?;
        Ok(Box::new(Listener { model: self, state, parameters: [None, None] }))
    }
}

struct Listener<'a> {
    model: &'a Whisper,
    state: WhisperState,
    /// English, French: built once a listener, since whisper-rs leaks a string each time.
    parameters: [Option<FullParams<'a, 'a>>; 2],
}

impl<'a> Listener<'a> {
    fn parameters(&mut self, language: Language) -> FullParams<'a, 'a> {
        let (slot, code) = match language {
            Language::Fr => (1, Some("fr")),
            Language::En => (0, Some("en")),
            // Whisper decides for itself; rare, so the few bytes of a string do not matter.
            Language::Other => return parameters(None),
        };
        self.parameters[slot].get_or_insert_with(|| parameters(code)).clone()
    }
}

fn parameters(language: Option<&str>) -> FullParams<'_, '_> {
    let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: BEST_OF });
    parameters.set_language(language);
    parameters.set_translate(false);
    parameters.set_n_threads(1);
    parameters.set_no_context(true);
    // One pass of the encoder a window: what it leaves out is looked for by `super::recover`.
    parameters.set_single_segment(true);
    parameters.set_suppress_blank(true);
    parameters.set_suppress_nst(true);
    // Second tries are ours, on a fresh state, so that a window's text depends on nothing else.
    parameters.set_temperature_inc(0.0);
    parameters.set_print_special(false);
    parameters.set_print_progress(false);
    parameters.set_print_realtime(false);
    parameters.set_print_timestamps(false);
    parameters
}

fn failed(error: WhisperError) -> EngineFailed {
    EngineFailed {
        code: match error {
            WhisperError::GenericError(code) => code,
            WhisperError::UnableToCalculateSpectrogram => -1,
            WhisperError::FailedToEncode => 7,
            WhisperError::FailedToDecode => 8,
            WhisperError::FailedToCreateState => -3,
            _ => -9,
        },
    }
}

fn filled_up(samples: &[f32]) -> std::borrow::Cow<'_, [f32]> {
    if samples.len() >= SHORTEST_SAMPLES {
        return samples.into();
    }
    let mut filled = samples.to_vec();
    filled.resize(SHORTEST_SAMPLES, 0.0);
    filled.into()
}

impl Listen for Listener<'_> {
    fn guess(&mut self, samples: &[f32]) -> Result<Guess, EngineFailed> {
        self.state.pcm_to_mel(&filled_up(samples), 1).map_err(failed)?;
        let (_, probabilities) = self.state.lang_detect(0, 1).map_err(failed)?;
        let of = |code| {
            let id = whisper_rs::get_lang_id(code).and_then(|id| usize::try_from(id).ok());
            id.and_then(|id| probabilities.get(id)).map_or(0.0, |&p| f64::from(p))
        };
        Ok(Guess { english: of("en"), french: of("fr") })
    }

    fn hear(
        &mut self,
        samples: &[f32],
        language: Language,
        temperature: f32,
    ) -> Result<Hearing, EngineFailed> {
        let mut parameters = self.parameters(language);
        if temperature > 0.0 {
            parameters.set_temperature(temperature);
            self.state = self.model.context.create_state().map_err(failed)?;
        }
        self.state.full(parameters, &filled_up(samples)).map_err(failed)?;
        Ok(self.hearing())
    }
}

impl Listener<'_> {
    /// Joins tokens to words: bytes first, characters then, since tokens split inside characters.
    fn hearing(&self) -> Hearing {
        let end_of_text = self.model.context.token_eot();
        let mut words: Vec<RawWord> = Vec::new();
        let mut pending = Pending::default();
        let (mut log_probability, mut tokens) = (0.0, 0.0);
        for segment in self.state.as_iter() {
            for token in (0..segment.n_tokens()).filter_map(|index| segment.get_token(index)) {
                let data = token.token_data();
                if data.id >= end_of_text {
                    continue;
                }
                let bytes = token.to_bytes().unwrap_or_default();
                log_probability += f64::from(data.plog);
                tokens += 1.0;
                if bytes.starts_with(b" ") {
                    words.extend(pending.take());
                }
                // Centiseconds; -1 where the warping gave none.
                let start = u64::try_from(data.t_dtw).ok().map(|time| Ms(time * 10));
                pending.add(bytes, start, f64::from(data.p));
            }
        }
        words.extend(pending.take());
        let average = if tokens > 0.0 { log_probability / tokens } else { 0.0 };
        Hearing { words, log_probability: average }
    }
}

/// A word in the making.
#[derive(Default)]
struct Pending {
    bytes: Vec<u8>,
    start: Option<Ms>,
    log_probability: f64,
    tokens: u32,
}

impl Pending {
    fn add(&mut self, bytes: &[u8], start: Option<Ms>, probability: f64) {
        self.bytes.extend_from_slice(bytes);
        self.start = self.start.or(start);
        self.log_probability += probability.max(1e-6).ln();
        self.tokens += 1;
    }

    fn take(&mut self) -> Option<RawWord> {
        let pending = std::mem::take(self);
        let text = String::from_utf8_lossy(&pending.bytes).trim().to_owned();
        (!text.is_empty()).then(|| RawWord {
            text,
            start: pending.start,
            confidence: (pending.log_probability / f64::from(pending.tokens)).exp(),
        })
    }
}
