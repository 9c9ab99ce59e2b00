use std::sync::Arc;
use std::time::Duration;

use super::decode::Deadline;
use super::hear::{Ear, Manner, Tongue, Turn};
use super::look::silence;
use super::pool::Pool;
use super::whisper_engine::{Model, State};
use super::{Hint, Transcribe, Transcript, WhisperConfig};
use crate::audio::Speech;
use crate::error::{Error, SettingsError};
use crate::models::SpeechModel;
use crate::units::Language;

/// Tokens of a prompt: the decoder keeps 223 places for what was said before.
const MAX_PROMPT: usize = 200;

/// Whisper on this machine: a fixed number of workers, each with a state of its own, behind a short queue.
///
/// Everything is allocated when it is loaded. A turn costs no allocation in the engine, waits for a free worker, and
/// is answered by its deadline in any case.
pub struct Whisper {
    pool: Pool<Ear<State>>,
    manner: Arc<Manner>,
    deadline: Duration,
    identity: String,
}

impl Whisper {
    /// Loads the weights and starts the workers.
    ///
    /// The engine never frees what it had read of weights that it refuses, up to their size: do not try the same broken
    /// file again and again. Files are checked before the engine sees them.
    ///
    /// # Errors
    /// [`Error::Settings`] for a setting outside its range or a language the model does not know, [`Error::Model`]
    /// for a file that is missing, has changed or is not a ggml model, or an adaptation that does not fit,
    /// [`Error::Transcribe`] where the engine refuses it.
    pub fn load(model: &SpeechModel, config: &WhisperConfig) -> Result<Self, Error> {
        config.check()?;
        let identity = config.identity(&model.sha256());
        let model = Arc::new(Model::load(&model.read()?, model.path()).map_err(Error::Transcribe)?);
        let manner = Arc::new(manner(&model, config)?);
        let threads = config.threads;
        let make = move || model.state(threads).map(Ear::new);
        let workers: Result<Vec<_>, _> = (0..config.workers).map(|_| make()).collect();
        let pool = workers.and_then(|workers| Pool::start(workers, config.queue, make)).map_err(Error::Transcribe)?;
        Ok(Self { pool, manner, deadline: config.deadline, identity })
    }
}

impl Transcribe for Whisper {
    fn transcribe(&self, speech: &Speech, hint: &Hint) -> Result<Transcript, Error> {
        let spoken = speech.spoken();
        if spoken.is_empty() {
            return Ok(silence(hint.language.unwrap_or(self.manner.tongues[0].language)));
        }
        let (samples, manner, language) = (spoken.to_vec(), Arc::clone(&self.manner), hint.language);
        let deadline = Deadline::within(self.deadline, hint.deadline);
        self.pool
            .run(deadline, move |ear| ear.hear(Turn { samples: &samples, language, manner: &manner, deadline }))
            .map_err(Error::Transcribe)
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }
}

impl std::fmt::Debug for Whisper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Whisper").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

/// What every worker knows: languages with their marks and prompts.
fn manner(model: &Model, config: &WhisperConfig) -> Result<Manner, SettingsError> {
    let tongues = config.languages.iter().map(|&language| tongue(model, config, language)).collect::<Result<_, _>>()?;
    let slowed = config.slowed.clone();
    let WhisperConfig { window, second_look, alternatives, .. } = *config;
    Ok(Manner { tongues, window, second_look, slowed, alternatives })
}

fn tongue(model: &Model, config: &WhisperConfig, language: Language) -> Result<Tongue, SettingsError> {
    let vocabulary = model.vocabulary();
    let mark = vocabulary
        .language(language)
        .ok_or_else(|| SettingsError::new("language", language, "languages the speech model knows"))?;
    let prompt = match config.prompts.iter().find(|prompt| prompt.language == language) {
        None => Vec::new(),
        Some(prompt) => model.tokens(&prompt.text, MAX_PROMPT).ok_or_else(|| {
            let found = format!("of {} characters", prompt.text.chars().count());
            SettingsError::new("prompt", found, format!("at most {MAX_PROMPT} tokens"))
        })?,
    };
    Ok(Tongue { language, mark, prefix: vocabulary.prefix(&prompt, mark) })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::error::EngineError;

    /// The worker's thread frees the state and makes another, both beside the same weights.
    #[test]
    fn a_panic_in_a_turn_costs_its_state_and_not_the_engine() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/whisper-base-q8_0.bin");
        let model = SpeechModel::at(&path).expect("the shipped model");
        let deadline = Duration::from_secs(300);
        let config = WhisperConfig { workers: 1, deadline, ..WhisperConfig::default() };
        let whisper = Whisper::load(&model, &config).expect("the shipped model loads");
        let turn = |then: fn(Transcript) -> Transcript| {
            let (manner, deadline) = (Arc::clone(&whisper.manner), Deadline::within(deadline, None));
            let hear = move |ear: &mut Ear<State>| {
                ear.hear(Turn { samples: &[0.1; 16_000], language: None, manner: &manner, deadline }).map(then)
            };
            whisper.pool.run(deadline, hear)
        };
        let heard = turn(|heard| heard);
        assert!(heard.is_ok(), "{heard:?}");
        assert_eq!(turn(|_| panic!("half a turn")), Err(EngineError::Panicked { text: "half a turn".into() }));
        assert_eq!(turn(|heard| heard), heard);
    }
}
