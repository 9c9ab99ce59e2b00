//! One turn's way through the engine: a cheap look, a second one where the first is not believed, a verdict.

use std::time::{Duration, Instant};

use super::decode::{Acoustic, Deadline, Decoding, End, Limits, decode};
use super::guard::without_loop;
use super::invented::{Invented, invented};
use super::logits::{Choice, Chooser, probabilities_among, probability_of};
use super::script::simplified;
use super::vocabulary::Token;
use super::window::MAX_SAMPLES;
use super::{SecondLook, Transcript, TranscriptEvidence, Verdict, Window, evidence};
use crate::error::EngineError;
use crate::units::Language;

/// Least speech the engine is asked about. Below 100 ms whisper.cpp answers with nothing or reads past the clip.
const MIN_SAMPLES: usize = 1_600;
/// Tokens any clip may have, and tokens per second beyond that.
const BUDGET_BASE: usize = 8;
const BUDGET_PER_SECOND: f32 = 12.0;
/// Most tokens of a clip: the decoder has 448 places and half of them are kept for what was said before.
const BUDGET_MAX: usize = 224;
/// Above this probability of "no speech" and below this mean log probability nobody spoke.
///
/// # Source
/// `no_speech_threshold` and `logprob_threshold` of `openai/whisper` `transcribe.py`.
const NO_SPEECH: f32 = 0.6;
const NO_SPEECH_LOGPROB: f32 = -1.0;

/// What a worker needs to hear a turn, the same for all of them.
#[derive(Debug, Clone)]
pub(super) struct Manner {
    /// The languages told apart, with their marks and what was said before.
    pub(super) tongues: Vec<Tongue>,
    /// The first look.
    pub(super) window: Window,
    /// The second look.
    pub(super) second_look: Option<SecondLook>,
    /// Other readings wanted.
    pub(super) alternatives: usize,
}

/// One language of the engine.
#[derive(Debug, Clone)]
pub(super) struct Tongue {
    /// Which.
    pub(super) language: Language,
    /// Its mark.
    pub(super) mark: Token,
    /// What the decoder is fed before the text.
    pub(super) prefix: Vec<Token>,
}

/// A worker: the engine's memory and scratch space.
pub(super) struct Ear<A> {
    acoustic: A,
    chooser: Chooser,
}

/// What one look at a clip gave.
struct Look {
    decoding: Decoding,
    text: String,
    language: Language,
    language_probability: f32,
    no_speech: f32,
    took: Duration,
    window: Window,
}

impl<A: Acoustic> Ear<A> {
    /// A worker around the engine's memory.
    pub(super) fn new(acoustic: A) -> Self {
        let chooser = Chooser::new(acoustic.vocabulary());
        Self { acoustic, chooser }
    }

    /// Writes down what was said in `samples` (16 kHz, spoken part only).
    pub(super) fn hear(
        &mut self,
        samples: &[f32],
        language: Option<Language>,
        manner: &Manner,
        deadline: Deadline,
    ) -> Result<Transcript, EngineError> {
        if samples.len() < MIN_SAMPLES {
            return Ok(silence(language.unwrap_or(manner.tongues[0].language)));
        }
        let samples = &samples[..samples.len().min(MAX_SAMPLES)];
        let first = self.look(samples, manner.window, language, manner, deadline)?;
        let Some(again) = manner.second_look.filter(|again| first.is_suspect(again) && first.leaves_time(again, samples, deadline))
        else {
            return Ok(first.into_transcript(None, samples, manner));
        };
        let second = self.look(samples, again.window, language, manner, deadline)?;
        let (taken, other) = if second.beats(&first) { (second, first) } else { (first, second) };
        Ok(taken.into_transcript(Some(other), samples, manner))
    }

    /// One look at a clip through `window`.
    fn look(
        &mut self,
        samples: &[f32],
        window: Window,
        language: Option<Language>,
        manner: &Manner,
        deadline: Deadline,
    ) -> Result<Look, EngineError> {
        deadline.check()?;
        let begun = Instant::now();
        self.acoustic.listen(samples, window.frames(samples.len()))?;
        deadline.check()?;
        let (tongue, language_probability, no_speech) = self.tongue(language, manner)?;
        let limits = Limits { tokens: budget(samples), deadline };
        let first = decode(&mut self.acoustic, &mut self.chooser, &tongue.prefix, &limits)?;
        let readings = self.readings(first, tongue, manner, &limits)?;
        let took = begun.elapsed();
        Ok(Look { readings, language: tongue.language, language_probability, no_speech, took, window })
    }

    /// The language of the clip, its probability among those compared, and the probability that nobody speaks.
    fn tongue<'m>(&mut self, language: Option<Language>, manner: &'m Manner) -> Result<(&'m Tongue, f32, f32), EngineError> {
        let (start, mark) = (self.acoustic.vocabulary().start(), self.acoustic.vocabulary().no_speech());
        let logits = self.acoustic.feed(&[start], 0)?;
        let no_speech = probability_of(mark, logits);
        if let Some(tongue) = manner.tongues.iter().find(|tongue| Some(tongue.language) == language) {
            return Ok((tongue, 1.0, no_speech));
        }
        let marks: Vec<Token> = manner.tongues.iter().map(|tongue| tongue.mark).collect();
        let shares = probabilities_among(&marks, logits);
        let best = (1..shares.len()).fold(0, |best, idx| if shares[idx] > shares[best] { idx } else { best });
        Ok((&manner.tongues[best], shares[best], no_speech))
    }

    /// The text of `choices` as the rest of the crate wants it.
    fn text(&self, choices: &[Choice], language: Language) -> String {
        let text = self.acoustic.vocabulary().text(choices.iter().map(|choice| choice.token));
        match language {
            Language::Zh => simplified(&text),
            Language::En => text,
        }
    }
}

impl Look {
    /// Whether this reading calls for a second look.
    fn is_suspect(&self, again: &SecondLook) -> bool {
        let least = self.decoding.choices.iter().map(|choice| choice.logprob).fold(0.0, f32::min);
        self.decoding.end != End::Complete
            || self.text.is_empty()
            || self.decoding.mean_logprob() < again.mean_logprob
            || least < again.min_logprob
    }

    /// Whether a second look can be expected to end before the deadline.
    ///
    /// The encoder's time grows with the square of the window at most, so this errs towards answering in time.
    fn leaves_time(&self, again: &SecondLook, samples: &[f32], deadline: Deadline) -> bool {
        let ratio = again.window.frames(samples.len()) as f64 / self.window.frames(samples.len()) as f64;
        let expected = self.took.mul_f64(ratio * ratio);
        Instant::now() + expected < deadline.at
    }

    /// Whether this reading is to be believed rather than `other`.
    fn beats(&self, other: &Self) -> bool {
        let complete = |look: &Self| look.decoding.end == End::Complete && !look.text.is_empty();
        match (complete(self), complete(other)) {
            (true, false) => true,
            (false, true) => false,
            _ => self.decoding.mean_logprob() >= other.decoding.mean_logprob(),
        }
    }

    fn into_transcript(self, other: Option<Self>, samples: &[f32], manner: &Manner) -> Transcript {
        let seconds = samples.len() as f32 / 16_000.0;
        let evidence = TranscriptEvidence {
            no_speech: self.no_speech,
            language: self.language_probability,
            second_decode: f32::from(u8::from(other.is_some())),
            agreement: other.as_ref().map_or(1.0, |other| evidence::agreement(&self.text, &other.text)),
            ..evidence::of_tokens(&self.decoding, &self.text, seconds)
        };
        let verdict = self.verdict(&evidence);
        let mut alternatives: Vec<String> = other.into_iter().map(|other| other.text).collect();
        alternatives.retain(|text| !text.is_empty() && *text != self.text);
        alternatives.truncate(manner.alternatives);
        Transcript { text: self.text, language: self.language, alternatives, verdict, evidence }
    }

    fn verdict(&self, evidence: &TranscriptEvidence) -> Verdict {
        let unsupported = evidence.no_speech > NO_SPEECH && evidence.mean_logprob < NO_SPEECH_LOGPROB;
        match (self.decoding.end, invented(&self.text)) {
            (End::Loop, _) => Verdict::Loop,
            (_, Some(Invented::Always)) => Verdict::Invented,
            (_, Some(Invented::IfDoubtful)) if evidence.no_speech > NO_SPEECH => Verdict::Invented,
            _ if self.text.is_empty() || unsupported => Verdict::NoSpeech,
            (End::Budget, _) => Verdict::Doubtful,
            _ if evidence.mean_logprob < NO_SPEECH_LOGPROB => Verdict::Doubtful,
            _ => Verdict::Heard,
        }
    }
}

/// The transcript of a clip in which nobody speaks.
pub(super) fn silence(language: Language) -> Transcript {
    Transcript {
        text: String::new(),
        language,
        alternatives: Vec::new(),
        verdict: Verdict::NoSpeech,
        evidence: TranscriptEvidence { no_speech: 1.0, agreement: 1.0, ..TranscriptEvidence::default() },
    }
}

/// Most tokens that can be said in `samples`.
fn budget(samples: &[f32]) -> usize {
    let seconds = samples.len() as f32 / 16_000.0;
    (BUDGET_BASE + (seconds * BUDGET_PER_SECOND) as usize).min(BUDGET_MAX)
}
