//! The façade: takes a turn through every stage and always comes back with a decision.
//!
//! It is the only module that knows all stages. It holds no policy, and it keeps nothing between turns: what a
//! decision must know of the past is in the [`Call`] that comes with the turn.
//!
//! # What an operator sees
//!
//! Through [`tracing`](https://docs.rs/tracing) and [`metrics`](https://docs.rs/metrics), never a word of what was said
//! nor who called. Every label has a fixed set of values.
//!
//! | kind | name | labels or fields | what |
//! |---|---|---|---|
//! | span, info | `turn` | | one spoken or typed turn; the stages below lie in it |
//! | span, info | `listen` | | sound to [`Speech`](crate::audio::Speech) |
//! | span, info | `transcribe` | | speech to text, waiting for a worker included |
//! | span, info | `classify` | | text to scores, a request for a person and details; `calibrate` lies in it |
//! | span, info | `calibrate` | | scores and evidence to a confidence |
//! | span, info | `decide` | | everything to a [`Decision`] |
//! | event, info | `decided` | `action`, `reason`, `milliseconds` | once a turn |
//! | event, error | `a turn failed …` | `error` | what broke; the caller is handed over |
//! | event, error | `an event could not be decided …` | `error` | the same for keys, silence and the like |
//! | event, error | `the worker that panicked could not be replaced` | `error` | the speech engine is short of a worker |
//! | event, warn | `the calibration does not belong …` | `error` | nothing is automated until it is fitted again |
//! | event, warn | `the calibration does not know …` | `error` | nothing spoken is automated until it is fitted with this engine |
//! | event, warn | `the promise no longer covers the traffic …` | `medium`, `signal`, `turns`, `psi` | drift: calibrate again |
//! | counter | `voxroute_decisions_total` | `action`: 3 names of [`Action`](crate::policy::Action); `reason`: the names of [`Reason`](crate::policy::Reason) | decisions on spoken and typed turns |
//! | histogram | `voxroute_turn_seconds` | | from the sound given until it is heard and understood, or has failed |
//! | gauge | `voxroute_drift_psi` | `medium`: `spoken`, `typed`; `signal`: [`Feature`](crate::calibrate::Feature) names, `heard`, `confidence` | population stability index of the last window |
//! | gauge | `voxroute_drift_alarm` | as above | 1 while it is raised |

mod builder;
mod hear;
mod intents;

pub use builder::RouterBuilder;
pub use intents::IntentSet;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use arc_swap::ArcSwap;
use rayon::prelude::*;

use crate::audio::{Limits, Recording};
use crate::calibrate::{Assessment, Calibration, Drift, DriftMonitor, RiskControl, TurnEvidence};
use crate::call::{Call, Event};
use crate::classify::Scores;
use crate::desk::Desk;
use crate::error::{EngineError, Error};
use crate::policy::{Decision, Heard, Policy, Timings};
use crate::transcribe::{Hint, Transcribe, Utterance};
use crate::units::Language;

/// Hears a turn of a call and decides what to do with it.
///
/// Nothing it does between [`build`](RouterBuilder::build) and drop can fail: every failure of a stage is a
/// hand-off to a person, with the [`Error`] beside it for the operator. A router is shared by reference; as many
/// turns run at the same time as the speech engine has workers, the rest wait in a bounded queue.
pub struct Router {
    transcriber: Arc<dyn Transcribe>,
    /// Who listens; `None` where nobody does.
    engine: Option<String>,
    loaded: ArcSwap<Loaded>,
    settings: crate::policy::Settings,
    language: Option<Language>,
    limits: Limits,
    batch: rayon::ThreadPool,
}

/// What changes together when a pack is swapped.
struct Loaded {
    intents: IntentSet,
    policy: Policy,
    /// `None` where the pack has no calibration.
    promise: Option<Promise>,
}

/// What the pack's calibration can promise for the policy's risk, and whether the traffic is still like it.
struct Promise {
    calibration: Calibration,
    control: RiskControl,
    drift: DriftMonitor,
}

/// What came of one turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Routed {
    /// What to do now.
    pub decision: Decision,
    /// What broke, for the operator; `None` where nothing did. The decision is then already a hand-off.
    pub error: Option<Error>,
}

impl Router {
    /// Starts to put a router together.
    #[must_use]
    pub fn builder() -> RouterBuilder {
        RouterBuilder::default()
    }

    /// Decides on a spoken turn and records it in the call.
    ///
    /// Blocks until the turn is decided, at most for the speech engine's deadline and the classifier's milliseconds.
    /// Silence, noise and mumbling are decisions. Audio that cannot be read never gets here: see [`Recording`].
    pub fn route(&self, recording: &Recording, call: &mut Call, desk: &Desk) -> Routed {
        self.turn(call, desk, Event::Utterance, |loaded, call| self.speech(recording, loaded, call))
    }

    /// Decides on a typed turn and records it in the call. Nothing was spoken, so no speech evidence is asked for.
    ///
    /// A text of more than 4,000 characters, far more than a caller types, goes to a person as unreliable; its beginning
    /// is kept.
    pub fn route_text(&self, text: &str, call: &mut Call, desk: &Desk) -> Routed {
        self.turn(call, desk, Event::Typed, |loaded, call| hear::text(text, loaded, self.language, call))
    }

    /// What is known of a spoken turn before anything is decided, with every intent of the ranking; a [`Call`] keeps only
    /// the first ones. For fitting and measuring: nothing is recorded, but the drift monitor takes note of the turn.
    ///
    /// # Errors
    /// What [`route`](Self::route) would hand to a person with: [`Error::Audio`], [`Error::Transcribe`] or
    /// [`Error::Classify`].
    pub fn hear(&self, recording: &Recording, call: &Call) -> Result<Heard, Error> {
        let loaded = self.loaded.load_full();
        understood(|| self.speech(recording, &loaded, call))
    }

    /// The first half of [`hear`](Self::hear): sound to words, which depends on the speech engine alone. What is kept of
    /// it can be understood again with other intents.
    ///
    /// # Errors
    /// [`Error::Audio`] or [`Error::Transcribe`].
    pub fn listen(&self, recording: &Recording) -> Result<Utterance, Error> {
        guarded(|| hear::words(recording, self.limits, self.transcriber.as_ref(), &self.hint()))
    }

    /// The second half of [`hear`](Self::hear): what the words of an utterance mean. Its sound is not needed.
    ///
    /// # Errors
    /// [`Error::Classify`].
    pub fn hear_utterance(&self, utterance: Utterance, call: &Call) -> Result<Heard, Error> {
        let loaded = self.loaded.load_full();
        understood(|| hear::utterance(utterance, &loaded, call))
    }

    /// The same as [`hear`](Self::hear) of a typed turn.
    ///
    /// # Errors
    /// [`Error::Classify`].
    pub fn hear_text(&self, text: &str, call: &Call) -> Result<Heard, Error> {
        let loaded = self.loaded.load_full();
        understood(|| hear::text(text, &loaded, self.language, call))
    }

    /// Decides on many first turns of separate calls, as many at a time as the speech engine has workers.
    ///
    /// The answers come in the order of the recordings. Each call starts when the desk's clock says.
    pub fn route_batch(&self, recordings: &[Recording], desk: &Desk) -> Vec<Routed> {
        let one = |recording: &Recording| self.route(recording, &mut Call::at(desk.now), desk);
        self.batch.install(|| recordings.par_iter().map(one).collect())
    }

    /// Decides on an event that is neither speech nor text: keys, silence, a hand-off that failed, time that passed.
    /// `None` for events that need no answer. The event is recorded in the call.
    pub fn respond(&self, event: Event, call: &mut Call, desk: &Desk) -> Option<Decision> {
        let decision = guarded(|| Ok(self.loaded.load().policy.respond(call, &event, desk)));
        let decision = decision.unwrap_or_else(|error| {
            tracing::error!(%error, "an event could not be decided; the caller is handed to a person");
            Some(Decision::from(error))
        });
        call.record(desk.now, event, decision.as_ref());
        decision
    }

    /// Takes other intents. Turns in flight finish on the old ones; the next turn sees the new ones whole.
    ///
    /// # Errors
    /// [`Error::Policy`] where the domain and the router's policy settings cannot go together; the old intents then
    /// stay.
    pub fn swap(&self, intents: IntentSet) -> Result<(), Error> {
        self.loaded.store(Arc::new(Loaded::new(intents, &self.settings, self.engine.as_deref())?));
        Ok(())
    }

    /// The intents in use.
    #[must_use]
    pub fn intents(&self) -> Vec<crate::units::IntentId> {
        self.loaded.load().intents.classifier().intents().to_vec()
    }

    /// How far the traffic is from the turns the promise was made on, signal by signal; empty without a calibration.
    /// Starts anew with [`swap`](Self::swap). See [`DriftMonitor`].
    #[must_use]
    pub fn drift(&self) -> Vec<Drift> {
        self.loaded.load().promise.as_ref().map_or_else(Vec::new, |promise| promise.drift.state())
    }

    fn speech(&self, recording: &Recording, loaded: &Loaded, call: &Call) -> Result<Heard, Error> {
        hear::speech(recording, self.limits, self.transcriber.as_ref(), loaded, &self.hint(), call)
    }

    fn hint(&self) -> Hint {
        Hint { language: self.language, deadline: None }
    }

    /// Hears, decides, records. A panic of a stage ends here, as a failure of the turn.
    fn turn(
        &self,
        call: &mut Call,
        desk: &Desk,
        event: impl FnOnce(Heard) -> Event,
        listen: impl FnOnce(&Loaded, &Call) -> Result<Heard, Error>,
    ) -> Routed {
        let _span = tracing::info_span!("turn").entered();
        let started = Instant::now();
        let loaded = self.loaded.load_full();
        let (heard, error) = match understood(|| listen(&loaded, call)) {
            Ok(heard) => (heard, None),
            Err(error) => (failed(&error, started), Some(error)),
        };
        let decide = || {
            let _span = tracing::info_span!("decide").entered();
            Ok(loaded.policy.decide(call, &heard, desk))
        };
        let (decision, error) = match guarded(decide) {
            Ok(decision) => (decision, error),
            Err(panic) => (Decision::from(&panic), Some(panic)),
        };
        report(&decision, error.as_ref());
        call.record(desk.now, event(heard), Some(&decision));
        Routed { decision, error }
    }
}

impl Loaded {
    fn new(intents: IntentSet, settings: &crate::policy::Settings, engine: Option<&str>) -> Result<Self, Error> {
        let policy = Policy::with_settings(intents.domain().clone(), settings.clone())?;
        let promise = intents.calibration().map(|calibration| {
            let calibration = behind(engine, calibration.clone());
            let (control, drift) = (calibration.control(settings.risk), DriftMonitor::new(&calibration));
            Promise { calibration, control, drift }
        });
        Ok(Self { intents, policy, promise })
    }

    /// What may be promised of a turn, which the drift monitor takes note of; `None` where the pack has no calibration.
    fn assess(&self, evidence: &TurnEvidence, scores: &Scores) -> Option<Assessment> {
        let _span = tracing::info_span!("calibrate").entered();
        let Promise { calibration, control, drift } = self.promise.as_ref()?;
        let assessment = calibration.assess(evidence, scores, control);
        drift.watch(evidence, scores, &assessment);
        Some(assessment)
    }
}

impl std::fmt::Debug for Router {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Router").field("language", &self.language).field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// What a calibration says where this engine listens.
fn behind(engine: Option<&str>, calibration: Calibration) -> Calibration {
    let Some(engine) = engine else { return calibration.typed_only() };
    match calibration.check_engine(engine, "calibration.json") {
        Ok(()) => calibration,
        Err(error) => {
            tracing::warn!(%error, "the calibration does not know this speech engine: no spoken turn is automated");
            calibration.typed_only()
        }
    }
}

/// A turn that broke, and how long its caller has waited for that.
fn failed(error: &Error, started: Instant) -> Heard {
    let timings = Timings { total_ms: hear::milliseconds(started), ..Timings::default() };
    Heard { timings, ..Heard::failed(error) }
}

/// What the stages before the policy say, each number finite.
fn understood(listen: impl FnOnce() -> Result<Heard, Error>) -> Result<Heard, Error> {
    let mut heard = guarded(listen)?;
    // What the calibration makes of a NaN is said already; from here on it would only spoil the record.
    heard.make_finite();
    Ok(heard)
}

/// A panic becomes an error.
fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    let panicked = |payload: Box<dyn std::any::Any + Send>| Err(Error::Classify(EngineError::panicked(&*payload)));
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(panicked)
}

/// One event and two metrics a turn; never a word of what was said.
fn report(decision: &Decision, error: Option<&Error>) {
    let (action, reason) = (decision.action.name(), decision.reason.to_string());
    if let Some(error) = error {
        tracing::error!(%error, "a turn failed; the caller is handed to a person");
    }
    let milliseconds = decision.timings.total_ms;
    tracing::info!(action, reason, milliseconds, "decided");
    metrics::counter!("voxroute_decisions_total", "action" => action, "reason" => reason).increment(1);
    metrics::histogram!("voxroute_turn_seconds").record(f64::from(milliseconds) / 1e3);
}
