//! What a service may rely on beside the behaviour: every public type can be shared between threads and survives a
//! caught panic, and the open traits can be used as objects.

use std::panic::{RefUnwindSafe, UnwindSafe};

use voxroute::{
    audio, calibrate, call, classify, compliance, desk, error, evaluate, human, models, pack, policy, promises, router,
    train, transcribe, units,
};

fn shared<T: Send + Sync>() {}

fn plain<T: Send + Sync + UnwindSafe + RefUnwindSafe>() {}

/// Asserts a bound on each type of a module.
macro_rules! all {
    ($bound:ident: $($module:ident { $($name:ident),+ $(,)? })+) => {
        $($($bound::<$module::$name>();)+)+
    };
}

#[test]
fn data_goes_between_threads() {
    all! { plain:
        audio { FrameCodec, Frames, Limits, Recording, Speech, SpeechEvidence, Waveform }
        calibrate {
            Assessment, Calibration, Confidence, Correction, Cover, Drift, DriftMonitor, Feature, FitSettings, Fitted,
            Interval, LabelledTurn, Medium, Origin, Over, Rehearsal, RiskControl, RiskTarget, Scope, Share, Tally, Truth,
            TurnEvidence,
        }
        call { Answer, Answered, Call, CallId, CallerId, Details, Direction, Event, HandOffFailure, Turn }
        classify { EncoderVersion, Grams, Head, Novelty, NoveltyModel, Ranked, Scores }
        compliance { Figure, Proof, Report }
        desk { Channel, Day, Desk, Hours, Queue, QueueId, Shift, Weekly }
        error {
            AudioError, EngineError, Error, ExamplesError, ModelError, ModelPart, PolicyError, PromiseError,
            SettingsError,
        }
        evaluate {
            Bin, Cell, Confusion, Entry, Figures, HeardSound, IntentFigures, JudgedTurn, LabelledSet, Latency, Outcome, Point,
            Reliability, Report, Selective, Slice, Take, TargetRow,
        }
        human { PersonRequest }
        models { ModelFile, Models }
        pack { ExamplesUsed, Metrics, Pack }
        policy {
            Action, Authority, Brief, Decision, Domain, Evidence, Failure, HandOff, Heard, IntentCard, Invariant, Level,
            Mood, NoWay, Outcome, PerLanguage, Policy, Priority, PriorityError, Question, Reason, Said, Settings,
            Timings, Tried, Way, Ways, Words,
        }
        promises { InMemory, Promise, PromiseId, PromiseState }
        router { Routed }
        train { Close, Confusion, EmbeddingCache, Example, Examples, Report, Step, Suspect, TrainSettings, Trained }
        transcribe {
            Hint, Prompt, SecondLook, Transcript, TranscriptEvidence, Utterance, Verdict, WhisperConfig, Window,
        }
        units { IntentId, Language, Probability, SampleRate }
    }
    plain::<human::Turn<'_>>();
    #[cfg(feature = "sqlite")]
    shared::<promises::Sqlite>();
}

#[test]
fn engines_are_shared_by_the_turns() {
    all! { shared:
        classify { Encoder, ExportedClassifier, PackClassifier }
        router { IntentSet, Router, RouterBuilder }
        transcribe { Bounded, Whisper }
    }
    shared::<transcribe::isolated::Isolated>();
}

#[test]
fn open_traits_can_be_used_as_objects() {
    shared::<Box<dyn transcribe::Transcribe>>();
    shared::<Box<dyn classify::Classify>>();
    shared::<Box<dyn promises::Promises>>();
}
