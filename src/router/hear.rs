//! From sound or text to [`Heard`], stage by stage.

use std::time::Instant;

use crate::audio::{Limits, Recording, Speech, Waveform};
use crate::calibrate::TurnEvidence;
use crate::call::{Call, Direction};
use crate::classify::Scores;
use crate::error::Error;
use crate::policy::{Heard, Outcome, Timings};
use crate::transcribe::{Hint, Transcribe, Transcript, Utterance, Verdict};
use crate::units::Language;
use crate::{details, human};

use super::Loaded;

/// Characters of a typed turn that are read. An encoder takes a few hundred tokens; the searches take time in proportion
/// to the length, and one character can stand for eighteen (U+FDFA).
const LONGEST_TEXT: usize = 4_000;

/// Takes a recording through every stage.
pub(super) fn speech(
    recording: &Recording,
    limits: Limits,
    transcriber: &dyn Transcribe,
    loaded: &Loaded,
    hint: &Hint,
    call: &Call,
) -> Result<Heard, Error> {
    let mut clock = Clock::start();
    let speech = listen(recording, limits)?;
    clock.listened();
    let transcript = write_down(&speech, transcriber, hint)?;
    clock.transcribed();
    let heard = spoken(Utterance::new(&speech, transcript), loaded, call)?;
    Ok(Heard { timings: clock.stop(), ..heard })
}

/// Takes a recording through the stages that are about sound.
pub(super) fn words(
    recording: &Recording,
    limits: Limits,
    transcriber: &dyn Transcribe,
    hint: &Hint,
) -> Result<Utterance, Error> {
    let speech = listen(recording, limits)?;
    let transcript = write_down(&speech, transcriber, hint)?;
    Ok(Utterance::new(&speech, transcript))
}

/// Takes what was heard through the stages that are about text.
pub(super) fn utterance(utterance: Utterance, loaded: &Loaded, call: &Call) -> Result<Heard, Error> {
    let mut clock = Clock::start();
    clock.transcribed();
    let heard = spoken(utterance, loaded, call)?;
    Ok(Heard { timings: clock.stop(), ..heard })
}

fn spoken(utterance: Utterance, loaded: &Loaded, call: &Call) -> Result<Heard, Error> {
    let Utterance { speech, transcript } = utterance;
    let mut heard = Heard {
        outcome: outcome(transcript.verdict),
        speech: Some(speech),
        transcription: Some(transcript.evidence),
        ..Heard::default()
    };
    if heard.outcome != Outcome::NoSpeech {
        let evidence = TurnEvidence::spoken(&speech, &transcript);
        understand(&mut heard, transcript, loaded, &evidence, call)?;
    }
    Ok(heard)
}

/// Takes a text through the stages that are about text.
///
/// Of a text longer than [`LONGEST_TEXT`] only the beginning is read and kept, and a person reads the rest.
pub(super) fn text(text: &str, loaded: &Loaded, language: Option<Language>, call: &Call) -> Result<Heard, Error> {
    let mut clock = Clock::start();
    clock.transcribed();
    let mut heard = Heard::default();
    let (text, whole) = beginning(text.trim());
    if !text.is_empty() {
        let language = language.unwrap_or_else(|| Language::of_text(text));
        heard.outcome = if whole { Outcome::Understood } else { Outcome::Unreliable { verdict: Verdict::Doubtful } };
        understand(&mut heard, typed(text, language), loaded, &TurnEvidence::typed(language), call)?;
    }
    heard.timings = clock.stop();
    Ok(heard)
}

/// The first [`LONGEST_TEXT`] characters, and whether that is the whole text.
fn beginning(text: &str) -> (&str, bool) {
    text.char_indices().nth(LONGEST_TEXT).map_or((text, true), |(end, _)| (&text[..end], false))
}

fn listen(recording: &Recording, limits: Limits) -> Result<Speech, Error> {
    let _span = tracing::info_span!("listen").entered();
    Ok(Speech::detect(Waveform::from_recording(recording, limits)?))
}

fn write_down(speech: &Speech, transcriber: &dyn Transcribe, hint: &Hint) -> Result<Transcript, Error> {
    let _span = tracing::info_span!("transcribe").entered();
    transcriber.transcribe(speech, hint)
}

fn outcome(verdict: Verdict) -> Outcome {
    match verdict {
        Verdict::NoSpeech => Outcome::NoSpeech,
        Verdict::Heard => Outcome::Understood,
        verdict => Outcome::Unreliable { verdict },
    }
}

/// Fills in what the words say: scores, confidence, a request for a person, details for whoever picks up.
///
/// An unreliable text is classified too. It is never automated, but a request for a person counts in it, and the
/// person who picks up sees what it may have been about.
fn understand(
    heard: &mut Heard,
    transcript: Transcript,
    loaded: &Loaded,
    evidence: &TurnEvidence,
    call: &Call,
) -> Result<(), Error> {
    let _span = tracing::info_span!("classify").entered();
    let readings: Vec<&str> =
        std::iter::once(&transcript.text).chain(&transcript.alternatives).map(String::as_str).collect();
    let scores = loaded.intents.classifier().classify(&readings)?;
    heard.person = human::asked(&human::Turn { texts: &readings, digits: "", previous: &said(call) });
    heard.assessment = loaded.assess(evidence, &scores);
    heard.details = details::find(&transcript.text, transcript.language);
    fill(heard, transcript, scores);
    Ok(())
}

/// What the caller has said in this call, the last turn last.
fn said(call: &Call) -> Vec<&str> {
    call.turns().iter().filter_map(|turn| Some(turn.event.heard()?.text.as_str())).collect()
}

fn fill(heard: &mut Heard, transcript: Transcript, scores: Scores) {
    heard.direction = Direction::new(&scores.embedding);
    heard.ranking = scores.ranking;
    heard.novelty = scores.novelty;
    heard.agreement = scores.agreement;
    heard.language = Some(transcript.language);
    heard.text = transcript.text;
    heard.alternatives = transcript.alternatives;
}

/// A typed line is what the caller meant: nothing of it was guessed.
fn typed(text: &str, language: Language) -> Transcript {
    Transcript {
        text: text.to_owned(),
        language,
        alternatives: Vec::new(),
        verdict: Verdict::Heard,
        evidence: crate::transcribe::TranscriptEvidence::default(),
    }
}

/// Milliseconds of each stage.
struct Clock {
    started: Instant,
    last: Instant,
    timings: Timings,
}

impl Clock {
    fn start() -> Self {
        let now = Instant::now();
        Self { started: now, last: now, timings: Timings::default() }
    }

    fn listened(&mut self) {
        self.timings.listen_ms = self.lap();
    }

    fn transcribed(&mut self) {
        self.timings.transcribe_ms = self.lap();
    }

    fn stop(mut self) -> Timings {
        self.timings.classify_ms = self.lap();
        self.timings.total_ms = milliseconds(self.started);
        self.timings
    }

    fn lap(&mut self) -> f32 {
        let lap = milliseconds(self.last);
        self.last = Instant::now();
        lap
    }
}

pub(super) fn milliseconds(since: Instant) -> f32 {
    since.elapsed().as_secs_f32() * 1e3
}
