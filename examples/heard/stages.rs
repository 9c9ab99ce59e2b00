//! The stages before calibration and policy, one after the other, as the router takes them.

use std::sync::Arc;
use std::time::Instant;

use voxroute::Error;
use voxroute::audio::{Limits, Recording, Speech, Waveform};
use voxroute::classify::{Classify, Encoder, PackClassifier};
use voxroute::evaluate::{Entry, Take};
use voxroute::human;
use voxroute::models::Models;
use voxroute::pack::Pack;
use voxroute::policy::{Heard, Outcome, Timings};
use voxroute::transcribe::{Hint, Transcribe, Transcript, TranscriptEvidence, Verdict};
use voxroute::units::Language;

use super::remember::Remembering;

/// Everything between a recording and what is known of it.
pub(crate) struct Stages {
    ears: Option<Remembering>,
    classifier: PackClassifier,
}

impl Stages {
    /// Loads the encoder and puts the pack on it. Without ears only typed turns can be taken.
    pub(crate) fn load(models: &Models, pack: Pack, ears: Option<Remembering>) -> Result<Self, Error> {
        let classifier = PackClassifier::new(Arc::new(Encoder::load(models, 1)?), Arc::new(pack))?;
        Ok(Self { ears, classifier })
    }

    /// Takes one labelled turn.
    pub(crate) fn hear(&self, entry: &Entry) -> Result<Heard, Error> {
        match &entry.take {
            Take::File(path) => self.hear_recording(&Recording::from_wav_file(path)?),
            Take::Text(text) => {
                let heard = Heard { outcome: Outcome::Understood, ..Heard::default() };
                self.understand(heard, typed(text, entry.language))
            }
        }
    }

    fn hear_recording(&self, recording: &Recording) -> Result<Heard, Error> {
        let started = Instant::now();
        let speech = Speech::detect(Waveform::from_recording(recording, Limits::default())?);
        let listen_ms = milliseconds(started);
        let Some(ears) = &self.ears else { return Ok(Heard::default()) };
        let transcript = ears.transcribe(&speech, &Hint::default())?;
        let transcribe_ms = ears.last_milliseconds().unwrap_or_default() as f32;
        let timings = Timings { listen_ms, transcribe_ms, total_ms: listen_ms + transcribe_ms, ..Timings::default() };
        let heard = Heard {
            outcome: outcome(&speech, &transcript),
            speech: Some(*speech.evidence()),
            transcription: Some(transcript.evidence),
            timings,
            ..Heard::default()
        };
        if heard.outcome == Outcome::NoSpeech { Ok(heard) } else { self.understand(heard, transcript) }
    }

    fn understand(&self, heard: Heard, transcript: Transcript) -> Result<Heard, Error> {
        let started = Instant::now();
        let readings: Vec<&str> =
            std::iter::once(&transcript.text).chain(&transcript.alternatives).map(String::as_str).collect();
        let scores = self.classifier.classify(&readings)?;
        let turn = human::Turn { texts: &readings, ranking: &scores.ranking, ..human::Turn::default() };
        let person = human::asked(&turn);
        let classify_ms = milliseconds(started);
        let timings = Timings { classify_ms, total_ms: heard.timings.total_ms + classify_ms, ..heard.timings };
        Ok(Heard {
            person,
            novelty: scores.novelty,
            agreement: scores.agreement,
            ranking: scores.ranking,
            language: Some(transcript.language),
            text: transcript.text,
            alternatives: transcript.alternatives,
            timings,
            ..heard
        })
    }
}

fn outcome(speech: &Speech, transcript: &Transcript) -> Outcome {
    match transcript.verdict {
        _ if !speech.is_speech() => Outcome::NoSpeech,
        Verdict::NoSpeech => Outcome::NoSpeech,
        Verdict::Heard if transcript.text.is_empty() => Outcome::NoSpeech,
        Verdict::Heard => Outcome::Understood,
        verdict => Outcome::Unreliable { verdict },
    }
}

fn typed(text: &str, language: Language) -> Transcript {
    Transcript {
        text: text.trim().to_owned(),
        language,
        alternatives: Vec::new(),
        verdict: Verdict::Heard,
        evidence: TranscriptEvidence::default(),
    }
}

fn milliseconds(since: Instant) -> f32 {
    since.elapsed().as_secs_f32() * 1e3
}
