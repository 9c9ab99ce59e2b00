//! The stages before calibration and policy, taken by the router itself.

use jiff::Timestamp;
use voxroute::audio::Recording;
use voxroute::call::Call;
use voxroute::evaluate::{Entry, HeardSound, Take};
use voxroute::policy::{Heard, Timings};
use voxroute::router::IntentSet;
use voxroute::transcribe::Whisper;
use voxroute::{Error, Router};

/// A router put on a pack.
pub(crate) struct Stages(Router);

impl Stages {
    /// Puts a router on the intents. Without ears only turns that need none can be taken.
    pub(crate) fn load(intents: IntentSet, ears: Option<Whisper>) -> Result<Self, Error> {
        let builder = Router::builder().intents(intents).workers(1);
        let builder = match ears {
            Some(ears) => builder.transcriber(std::sync::Arc::new(ears)),
            None => builder.text_only(),
        };
        builder.build().map(Self)
    }

    /// Takes one labelled turn, as the first of a call.
    pub(crate) fn hear(&self, entry: &Entry) -> Result<Heard, Error> {
        let call = Call::at(Timestamp::UNIX_EPOCH);
        match &entry.take {
            Take::File(path) => self.0.hear(&Recording::from_wav_file(path)?, &call),
            Take::Text(text) => self.0.hear_text(text, &call),
            Take::Heard(sound) => {
                self.0.hear_utterance(sound.utterance.clone(), &call).map(|heard| timed(heard, sound))
            }
        }
    }
}

/// The turn with the time that hearing its sound took.
fn timed(heard: Heard, sound: &HeardSound) -> Heard {
    let Timings { total_ms, .. } = heard.timings;
    let transcribe_ms = sound.milliseconds;
    Heard { timings: Timings { transcribe_ms, total_ms: total_ms + transcribe_ms, ..heard.timings }, ..heard }
}
