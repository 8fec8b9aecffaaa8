//! whisper.cpp behind [`Transcribe`](super::Transcribe): one loaded model, any number of states.

use std::path::Path;

use whisper_rs::{
    DtwMode, DtwModelPreset, DtwParameters, FullParams, SamplingStrategy, WhisperContext,
    WhisperContextParameters, WhisperError, WhisperState,
};

pub struct WhisperOptions { pub dtw: bool, pub single: bool, pub no_ts: bool, pub flash: bool, pub token_ts: bool }
pub struct Whisper { pub context: WhisperContext }
#[derive(Debug,Clone)]
pub struct W { pub text: String, pub t0: i64, pub t1: i64, pub dtw: i64, pub p: f32 , pub ts: bool}
impl Whisper {
    pub fn load(path: &Path, o: &WhisperOptions) -> Result<Self, WhisperError> {
        whisper_rs::install_logging_hooks();
        let mut p = WhisperContextParameters::new();
        p.use_gpu(false).flash_attn(o.flash);
        if o.dtw { p.dtw_parameters(DtwParameters{mode: DtwMode::ModelPreset{model_preset: DtwModelPreset::Base}, dtw_mem_size: 128<<20}); }
        Ok(Self { context: WhisperContext::new_with_params(path, p)? })
    }
    pub fn run(&self, st: &mut WhisperState, lang: &str, o: &WhisperOptions, x: &[f32], temp: f32) -> Result<Vec<W>, WhisperError> {
        let mut p = FullParams::new(SamplingStrategy::Greedy{best_of: 5});
        p.set_n_threads(1); p.set_translate(false); p.set_no_context(true); p.set_language(Some(lang));
        p.set_print_progress(false); p.set_print_realtime(false); p.set_print_timestamps(false); p.set_print_special(false);
        p.set_suppress_blank(true); p.set_single_segment(o.single); p.set_no_timestamps(o.no_ts); p.set_token_timestamps(o.token_ts);
        p.set_temperature(temp); p.set_temperature_inc(0.0);
        st.full(p, x)?;
        let eot = self.context.token_eot();
        let mut v = vec![];
        for seg in st.as_iter() {
            for i in 0..seg.n_tokens() { if let Some(t) = seg.get_token(i) { let d = t.token_data(); 
              v.push(W{text: String::from_utf8_lossy(t.to_bytes()?).into_owned(), t0: d.t0, t1: d.t1, dtw: d.t_dtw, p: d.p, ts: d.id >= eot}); } }
        }
        Ok(v)
    }
}
