use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::{IntentSet, Loaded, Router};
use crate::audio::Limits;
use crate::error::{Error, SettingsError};
use crate::models::Models;
use crate::policy::Settings;
use crate::transcribe::{Hint, Transcribe, Transcript, Whisper, WhisperConfig};
use crate::units::Language;

/// Puts a [`Router`] together. Every default is the one most services want.
#[derive(Default)]
pub struct RouterBuilder {
    models: Option<PathBuf>,
    pack: Option<String>,
    language: Option<Language>,
    whisper: WhisperConfig,
    settings: Settings,
    limits: Limits,
    ears: Ears,
    intents: Option<IntentSet>,
}

/// Who writes down what was said.
#[derive(Default)]
enum Ears {
    /// The Whisper model of the installation.
    #[default]
    Whisper,
    /// The service's own engine.
    Own(Arc<dyn Transcribe>),
    /// Nobody: the router is for text.
    None,
}

impl RouterBuilder {
    /// The folder with `MANIFEST.toml`, the speech model, the encoder and the packs. Default: `models`.
    #[must_use]
    pub fn models(mut self, folder: impl Into<PathBuf>) -> Self {
        self.models = Some(folder.into());
        self
    }

    /// The pack: a name inside the models folder, or the path of a folder. Default: `hotline`.
    #[must_use]
    pub fn pack(mut self, name_or_folder: impl Into<String>) -> Self {
        self.pack = Some(name_or_folder.into());
        self
    }

    /// The callers' language. Default: `None`, the engine chooses among Mandarin and English for each turn. Fix it
    /// where a line serves one language: short turns are then never taken for the other.
    #[must_use]
    pub fn language(mut self, language: Option<Language>) -> Self {
        self.language = language;
        self
    }

    /// Turns heard at the same time. Default: one per core. Each worker keeps its own memory of the engine.
    #[must_use]
    pub fn workers(mut self, workers: usize) -> Self {
        self.whisper.workers = workers;
        self
    }

    /// Threads within one turn. Default: 1, the best throughput; more make a single turn faster. `workers x threads`
    /// may not exceed the cores.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.whisper.threads = threads;
        self
    }

    /// Everything about the speech engine, workers and threads included.
    #[must_use]
    pub fn whisper(mut self, config: WhisperConfig) -> Self {
        self.whisper = config;
        self
    }

    /// What the operator decides: the error rate promised, wait limits, and so on. Default: [`Settings::default`].
    #[must_use]
    pub fn policy(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// How much sound a turn may have. Default: [`Limits::default`], 30 s.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Intents of the service's own making instead of a pack of the installation.
    #[must_use]
    pub fn intents(mut self, intents: IntentSet) -> Self {
        self.intents = Some(intents);
        self
    }

    /// Another speech engine than the installation's Whisper. Spoken turns are automated where the calibration was fitted
    /// with an engine of its [`identity`](Transcribe::identity).
    #[must_use]
    pub fn transcriber(mut self, engine: Arc<dyn Transcribe>) -> Self {
        self.ears = Ears::Own(engine);
        self
    }

    /// No speech engine is loaded: [`Router::route_text`] works, every recording is handed to a person, and nothing is
    /// promised of what was heard elsewhere.
    #[must_use]
    pub fn text_only(mut self) -> Self {
        self.ears = Ears::None;
        self
    }

    /// Verifies the model files, loads the engines and starts the workers.
    ///
    /// # Errors
    /// [`Error::Settings`] for a setting outside its range, [`Error::Model`] for a file that is missing, altered or
    /// of another version, [`Error::Policy`] for a policy that would weaken an invariant, [`Error::Transcribe`] and
    /// [`Error::Classify`] where an engine refuses its model. Answer the callers with
    /// [`Decision::from`](crate::Decision) until it builds.
    pub fn build(self) -> Result<Router, Error> {
        let folder = self.models.unwrap_or_else(|| PathBuf::from("models"));
        let intents = match self.intents {
            Some(intents) => intents,
            None => IntentSet::load(
                &Models::open(&folder)?,
                self.pack.as_deref().unwrap_or("hotline"),
                self.whisper.workers,
            )?,
        };
        let batch = rayon::ThreadPoolBuilder::new()
            .num_threads(self.whisper.workers)
            .build()
            .map_err(|error| SettingsError::new("workers", self.whisper.workers, error.to_string()))?;
        let listens = !matches!(self.ears, Ears::None);
        let transcriber: Arc<dyn Transcribe> = match self.ears {
            Ears::Whisper => Arc::new(Whisper::load(&Models::open(&folder)?.speech()?, &self.whisper)?),
            Ears::Own(engine) => engine,
            Ears::None => Arc::new(Deaf),
        };
        let engine = listens.then(|| transcriber.identity());
        let loaded = Loaded::new(intents, &self.settings, engine.as_deref())?;
        Ok(Router {
            transcriber,
            engine,
            loaded: ArcSwap::from_pointee(loaded),
            settings: self.settings,
            language: self.language,
            limits: self.limits,
            batch,
        })
    }
}

impl std::fmt::Debug for RouterBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RouterBuilder").field("models", &self.models).field("pack", &self.pack).finish_non_exhaustive()
    }
}

/// The engine of a router for text.
struct Deaf;

impl Transcribe for Deaf {
    fn transcribe(&self, _: &crate::audio::Speech, _: &Hint) -> Result<Transcript, Error> {
        Err(SettingsError::new("speech engine", "none", "one, to route recordings").into())
    }
}
