//! Engines of the tests' own, and sounds without a file.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use voxroute::audio::{Recording, Speech};
use voxroute::classify::{Classify, Novelty, Ranked, Scores};
use voxroute::error::{EngineError, Error};
use voxroute::policy::Domain;
use voxroute::router::IntentSet;
use voxroute::transcribe::{Hint, Transcribe, Transcript, TranscriptEvidence, Verdict};
use voxroute::units::{IntentId, Language, Probability};
use voxroute::{Desk, Router};

/// A router of these engines.
pub(crate) fn router(ears: impl Transcribe + 'static, meaning: Meaning) -> Router {
    Router::builder().transcriber(Arc::new(ears)).intents(meaning.into()).workers(2).build().expect("it builds")
}

/// A desk where somebody is free.
pub(crate) fn desk() -> Desk {
    Desk::always_open(Timestamp::UNIX_EPOCH)
}

/// A recording in which somebody speaks: one of the examples.
pub(crate) fn voice() -> Recording {
    Recording::from_wav_bytes(include_bytes!("../../examples/audio/en_agent.wav")).expect("a sound file")
}

/// Half a second of nothing.
pub(crate) fn noise() -> Recording {
    Recording::from_pcm16(&[0; 8_000], voxroute::units::SampleRate::ENGINE).expect("a sound")
}

/// Hears the same in every sound.
pub(crate) struct Ears {
    pub(crate) text: &'static str,
    pub(crate) verdict: Verdict,
}

impl Ears {
    pub(crate) fn saying(text: &'static str) -> Self {
        Self { text, verdict: Verdict::Heard }
    }
}

impl Transcribe for Ears {
    fn transcribe(&self, _: &Speech, _: &Hint) -> Result<Transcript, Error> {
        Ok(Transcript {
            text: self.text.into(),
            language: Language::of_text(self.text),
            alternatives: Vec::new(),
            verdict: self.verdict,
            evidence: TranscriptEvidence { mean_logprob: -0.1, ..TranscriptEvidence::default() },
        })
    }
}

/// An engine of this identity.
pub(crate) struct Named(pub(crate) String);

impl Transcribe for Named {
    fn transcribe(&self, speech: &Speech, hint: &Hint) -> Result<Transcript, Error> {
        Ears::saying("my bill").transcribe(speech, hint)
    }

    fn identity(&self) -> String {
        self.0.clone()
    }
}

/// Hears nothing: fails, or panics for a while.
pub(crate) struct Deaf {
    failure: EngineError,
    panics: Option<Arc<AtomicBool>>,
}

impl Deaf {
    pub(crate) fn failing(failure: EngineError) -> Self {
        Self { failure, panics: None }
    }

    pub(crate) fn panicking_while(broken: Arc<AtomicBool>) -> Self {
        Self { failure: EngineError::Deadline { limit_ms: 0 }, panics: Some(broken) }
    }
}

impl Transcribe for Deaf {
    fn transcribe(&self, speech: &Speech, hint: &Hint) -> Result<Transcript, Error> {
        match &self.panics {
            None => Err(Error::Transcribe(self.failure.clone())),
            Some(broken) if broken.load(Ordering::Relaxed) => panic!("the test's panic"),
            Some(_) => Ears::saying("my bill").transcribe(speech, hint),
        }
    }
}

/// Is for the first of its intents, whatever the text.
#[derive(Clone)]
pub(crate) struct Meaning {
    intents: Vec<IntentId>,
}

impl Meaning {
    pub(crate) fn of(intents: &[&str]) -> Self {
        Self { intents: intents.iter().map(|intent| IntentId::new(*intent)).collect() }
    }

    pub(crate) fn failing() -> Self {
        Self { intents: Vec::new() }
    }
}

impl Classify for Meaning {
    fn intents(&self) -> &[IntentId] {
        &self.intents
    }

    fn classify(&self, _: &[&str]) -> Result<Scores, Error> {
        if self.intents.is_empty() {
            return Err(Error::Classify(EngineError::Run { stage: "infer", text: "the test's failure".into() }));
        }
        let share = |idx| if idx == 0 { 0.9 } else { 0.1 / (self.intents.len() - 1) as f64 };
        let ranked = |(idx, intent): (usize, &IntentId)| Ranked {
            intent: intent.clone(),
            probability: Probability::clamped(share(idx)),
        };
        Ok(Scores {
            ranking: self.intents.iter().enumerate().map(ranked).collect(),
            novelty: Novelty::default(),
            agreement: 1.0,
            embedding: Vec::new(),
        })
    }
}

impl From<Meaning> for IntentSet {
    fn from(meaning: Meaning) -> Self {
        let domain = Domain::plain(&meaning.intents);
        Self::new(Arc::new(meaning), domain, None)
    }
}
