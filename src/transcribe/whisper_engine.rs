//! The door to whisper.cpp: the only file that names `whisper_rs`.
//!
//! Only four calls of the engine are used: a mel spectrogram, the encoder, the decoder and its logits. None of them
//! takes a callback or a string, so none leaks, and none is `unsafe` here. `whisper_full`, the engine's own decoder,
//! serves for one thing: it alone can set the length of the encoder's window.

use std::path::Path;

use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperError, WhisperState};

use super::decode::Acoustic;
use super::vocabulary::{Special, Token, Vocabulary};
use crate::error::EngineError;
use crate::units::Language;

/// Samples below which the engine's reflective padding reads past the clip's end.
const MIN_SAMPLES: usize = 1_600;
/// The duration at which `whisper_full` computes the spectrogram, takes the window's length, and returns before it
/// encodes anything.
///
/// # Source
/// whisper.cpp 1.8.3, `whisper_full_with_state`: it returns early below 10 spectrogram frames of 10 ms, sets
/// `exp_n_audio_ctx`, and leaves its main loop where no more than 10 frames are left.
const NO_ENCODING_MS: i32 = 100;

/// The weights, shared by every state.
pub(super) struct Model {
    context: WhisperContext,
    vocabulary: Vocabulary,
}

/// One worker's own memory of the engine.
pub(super) struct State {
    state: WhisperState,
    threads: usize,
    vocabulary: Vocabulary,
}

impl Model {
    /// Takes the weights of a file; they stay on the CPU unless the crate was built for a GPU. `path` is for errors.
    pub(super) fn load(weights: &[u8], path: &Path) -> Result<Self, EngineError> {
        whisper_rs::install_logging_hooks();
        let context = WhisperContext::new_from_buffer_with_params(weights, parameters());
        let context = context.map_err(|error| load_error(path, &error))?;
        let vocabulary = vocabulary_of(&context).map_err(|error| load_error(path, &error))?;
        Ok(Self { context, vocabulary })
    }

    /// A state with all its buffers. Takes hundreds of megabytes: once per worker, never per turn.
    pub(super) fn state(&self, threads: usize) -> Result<State, EngineError> {
        let state = self.context.create_state().map_err(|error| run_error("allocate a state", &error))?;
        Ok(State { state, threads, vocabulary: self.vocabulary.clone() })
    }

    /// The tokens of `text`, `None` where they are more than `limit`.
    ///
    /// Room for too few makes whisper-rs 0.16 build a vector of a negative length, which is undefined behaviour. A token
    /// is at least a byte, so there is always room.
    pub(super) fn tokens(&self, text: &str, limit: usize) -> Option<Vec<Token>> {
        self.context.tokenize(text, text.len()).ok().filter(|tokens| tokens.len() <= limit)
    }

    /// The token ids and texts.
    pub(super) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }
}

impl Acoustic for State {
    fn listen(&mut self, samples: &[f32], frames: usize) -> Result<(), EngineError> {
        self.open_window(samples, frames)?;
        self.state.encode(0, self.threads).map_err(|error| run_error("encode", &error))
    }

    fn feed(&mut self, tokens: &[Token], past: usize) -> Result<&[f32], EngineError> {
        // The engine hands out the logits of a batch's first token but computes only those of its last.
        let Some((last, before)) = tokens.split_last() else {
            return Err(EngineError::Run { stage: "decode", text: "no tokens".into() });
        };
        let failed = |error: WhisperError| run_error("decode", &error);
        if !before.is_empty() {
            self.state.decode(before, past, self.threads).map_err(failed)?;
        }
        self.state.decode(&[*last], past + before.len(), self.threads).map_err(failed)?;
        self.state.get_logits().map_err(failed)
    }

    fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }
}

impl State {
    /// Computes the spectrogram and sets the window's length.
    fn open_window(&mut self, samples: &[f32], frames: usize) -> Result<(), EngineError> {
        let mut params = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        params.set_n_threads(self.threads as i32);
        params.set_audio_ctx(frames as i32);
        params.set_duration_ms(NO_ENCODING_MS);
        let mut padded = Vec::new();
        let samples = at_least(samples, MIN_SAMPLES, &mut padded);
        self.state.full(params, samples).map_err(|error| run_error("open the window", &error))
    }
}

/// The engine's own settings, but for flash attention: on a CPU it is 3.4 times slower.
fn parameters() -> WhisperContextParameters<'static> {
    let mut parameters = WhisperContextParameters::default();
    parameters.flash_attn(false);
    parameters
}

/// `samples`, or a copy in `padded` with silence up to `least`.
fn at_least<'a>(samples: &'a [f32], least: usize, padded: &'a mut Vec<f32>) -> &'a [f32] {
    if samples.len() >= least {
        return samples;
    }
    padded.extend_from_slice(samples);
    padded.resize(least, 0.0);
    padded
}

/// Reads every text token's bytes and the ids of the special ones.
fn vocabulary_of(context: &WhisperContext) -> Result<Vocabulary, WhisperError> {
    let end = context.token_eot();
    let pieces = (0..end).map(|token| context.token_to_bytes(token).map(<[u8]>::to_vec)).collect::<Result<_, _>>()?;
    let special = Special {
        end,
        start: context.token_sot(),
        previous: context.token_prev(),
        transcribe: context.token_transcribe(),
        no_times: context.token_not(),
        no_speech: context.token_nosp(),
        languages: languages_of(context),
    };
    Ok(Vocabulary::new(pieces, special))
}

/// The languages of ours that the model knows. A model for English only knows no marks.
fn languages_of(context: &WhisperContext) -> Vec<(Language, Token)> {
    if !context.is_multilingual() {
        return Vec::new();
    }
    let mark =
        |language: Language| whisper_rs::get_lang_id(language.code()).map(|id| (language, context.token_lang(id)));
    Language::ALL.into_iter().filter_map(mark).collect()
}

fn load_error(path: &Path, error: &WhisperError) -> EngineError {
    EngineError::Load { path: path.display().to_string(), text: error.to_string() }
}

fn run_error(stage: &'static str, error: &WhisperError) -> EngineError {
    EngineError::Run { stage, text: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flash_attention_stays_off() {
        assert!(!parameters().flash_attn);
    }

    #[test]
    fn the_build_has_the_fast_kernels() {
        let info = whisper_rs::print_system_info();
        assert!(info.contains("LLAMAFILE = 1"), "set GGML_LLAMAFILE=ON when building: {info}");
    }

    /// Whether the engine reads past the clip shows under `make sanitize` only.
    #[test]
    fn the_shortest_clips_and_the_whole_window_are_read() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/whisper-base-q8_0.bin");
        let weights = std::fs::read(&path).expect("the shipped model");
        let mut state = Model::load(&weights, &path).and_then(|model| model.state(1)).expect("the shipped model loads");
        let start = state.vocabulary.start();
        for (samples, frames) in [(1, 16), (MIN_SAMPLES - 1, 16), (MIN_SAMPLES, 160), (30 * 16_000, 1_500), (1, 16)] {
            state.listen(&vec![0.1; samples], frames).expect("the engine encodes");
            let logits = state.feed(&[start], 0).expect("the engine decodes");
            assert!(logits.iter().all(|logit| !logit.is_nan()), "{samples} samples");
        }
    }

    #[test]
    fn a_clip_shorter_than_the_engine_reads_gets_silence() {
        let mut padded = Vec::new();
        assert_eq!(at_least(&[0.5; 3], 5, &mut padded), [0.5, 0.5, 0.5, 0.0, 0.0]);
        assert_eq!(at_least(&[0.5; 3], 3, &mut Vec::new()), [0.5; 3]);
    }
}
