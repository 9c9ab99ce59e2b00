//! Stands in for whisper.cpp while fuzzing: it has the types `voxroute` names, and no model ever loads.

use std::convert::Infallible;
use std::path::Path;

/// What every call answers.
#[derive(Debug)]
pub struct WhisperError;

impl std::fmt::Display for WhisperError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no engine while fuzzing")
    }
}

impl std::error::Error for WhisperError {}

/// Never made: every method is unreachable by construction.
#[derive(Debug)]
pub struct WhisperContext(Infallible);

/// Never made.
#[derive(Debug)]
pub struct WhisperState(Infallible);

#[derive(Debug, Default)]
pub struct WhisperContextParameters<'a> {
    pub flash_attn: bool,
    life: std::marker::PhantomData<&'a ()>,
}

impl WhisperContextParameters<'_> {
    pub fn flash_attn(&mut self, on: bool) -> &mut Self {
        self.flash_attn = on;
        self
    }
}

#[derive(Debug)]
pub enum SamplingStrategy {
    Greedy { best_of: i32 },
}

#[derive(Debug)]
pub struct FullParams;

impl FullParams {
    pub fn new(_: SamplingStrategy) -> Self {
        Self
    }

    pub fn set_n_threads(&mut self, _: i32) {}

    pub fn set_audio_ctx(&mut self, _: i32) {}

    pub fn set_duration_ms(&mut self, _: i32) {}
}

impl WhisperContext {
    pub fn new_with_params(_: impl AsRef<Path>, _: WhisperContextParameters<'_>) -> Result<Self, WhisperError> {
        Err(WhisperError)
    }

    pub fn create_state(&self) -> Result<WhisperState, WhisperError> {
        match self.0 {}
    }

    pub fn tokenize(&self, _: &str, _: usize) -> Result<Vec<i32>, WhisperError> {
        match self.0 {}
    }

    pub fn token_to_bytes(&self, _: i32) -> Result<&[u8], WhisperError> {
        match self.0 {}
    }

    pub fn token_eot(&self) -> i32 {
        match self.0 {}
    }

    pub fn token_sot(&self) -> i32 {
        match self.0 {}
    }

    pub fn token_prev(&self) -> i32 {
        match self.0 {}
    }

    pub fn token_transcribe(&self) -> i32 {
        match self.0 {}
    }

    pub fn token_not(&self) -> i32 {
        match self.0 {}
    }

    pub fn token_nosp(&self) -> i32 {
        match self.0 {}
    }

    pub fn token_lang(&self, _: i32) -> i32 {
        match self.0 {}
    }

    pub fn is_multilingual(&self) -> bool {
        match self.0 {}
    }
}

impl WhisperState {
    pub fn encode(&mut self, _: usize, _: usize) -> Result<(), WhisperError> {
        match self.0 {}
    }

    pub fn decode(&mut self, _: &[i32], _: usize, _: usize) -> Result<(), WhisperError> {
        match self.0 {}
    }

    pub fn full(&mut self, _: FullParams, _: &[f32]) -> Result<(), WhisperError> {
        match self.0 {}
    }

    pub fn get_logits(&self) -> Result<&[f32], WhisperError> {
        match self.0 {}
    }
}

pub fn install_logging_hooks() {}

pub fn get_lang_id(_: &str) -> Option<i32> {
    None
}
