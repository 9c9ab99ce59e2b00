//! The stages before calibration and policy, taken by the router itself.

use std::sync::Arc;

use jiff::Timestamp;
use voxroute::audio::Recording;
use voxroute::call::Call;
use voxroute::evaluate::{Entry, Take};
use voxroute::policy::{Heard, Timings};
use voxroute::router::IntentSet;
use voxroute::{Error, Router};

use super::remember::Remembering;

/// A router whose ears remember.
pub(crate) struct Stages {
    router: Router,
    ears: Option<Arc<Remembering>>,
}

impl Stages {
    /// Puts a router on the intents. Without ears only typed turns can be taken.
    pub(crate) fn load(intents: IntentSet, ears: Option<Remembering>) -> Result<Self, Error> {
        let ears = ears.map(Arc::new);
        let builder = Router::builder().intents(intents).workers(1);
        let builder = match &ears {
            Some(ears) => builder.transcriber(ears.clone()),
            None => builder.text_only(),
        };
        Ok(Self { router: builder.build()?, ears })
    }

    /// Takes one labelled turn, as the first of a call.
    pub(crate) fn hear(&self, entry: &Entry) -> Result<Heard, Error> {
        let call = Call::at(Timestamp::UNIX_EPOCH);
        let heard = match &entry.take {
            Take::File(path) => self.router.hear(&Recording::from_wav_file(path)?, &call)?,
            Take::Text(text) => self.router.hear_text(text, &call)?,
        };
        Ok(Heard { timings: self.timings(heard.timings), ..heard })
    }

    /// The engine's time is the one it took when it heard the sound, not that of remembering it.
    fn timings(&self, timings: Timings) -> Timings {
        let took = self.ears.as_ref().and_then(|ears| ears.last_milliseconds());
        let Some(transcribe_ms) = took.map(|ms| ms as f32) else { return timings };
        let total_ms = timings.total_ms - timings.transcribe_ms + transcribe_ms;
        Timings { transcribe_ms, total_ms, ..timings }
    }
}
