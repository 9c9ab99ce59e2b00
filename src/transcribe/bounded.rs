use std::sync::Arc;
use std::time::Duration;

use super::decode::Deadline;
use super::pool::Pool;
use super::{Hint, Transcribe, Transcript};
use crate::audio::Speech;
use crate::error::{Error, SettingsError};

/// Any engine behind a fixed number of workers, a short queue and a deadline: what [`Whisper`](super::Whisper) has of
/// its own.
///
/// The caller of [`transcribe`](Transcribe::transcribe) gets an answer by the deadline whatever the engine does: where
/// it does not come back, the answer is [`Deadline`](crate::error::EngineError::Deadline), and its worker takes the next
/// turn when it does. An engine that never comes back holds its worker, and the program's end, for ever; run such a one
/// in a process of its own ([`isolated`](super::isolated)).
pub struct Bounded {
    pool: Pool<Arc<dyn Transcribe>>,
    deadline: Duration,
    identity: String,
}

impl Bounded {
    /// Starts `workers` threads, at least 1, that share `engine`. `queue` turns may wait for one of them, at least 1; the
    /// next is refused at once as [`Overloaded`](crate::error::EngineError::Overloaded). A turn has `deadline` from the
    /// call to the answer, waiting included, above 0 and at most a day.
    ///
    /// # Errors
    /// [`Error::Settings`] for a number outside its range, [`Error::Transcribe`] where no thread can be started.
    pub fn start(engine: Arc<dyn Transcribe>, workers: usize, queue: usize, deadline: Duration) -> Result<Self, Error> {
        at_least_one("workers", workers)?;
        at_least_one("queue", queue)?;
        if deadline.is_zero() || deadline > Deadline::LONGEST {
            let allowed = format!("1..={}", Deadline::LONGEST.as_millis());
            return Err(SettingsError::new("deadline in ms", deadline.as_millis(), allowed).into());
        }
        let identity = engine.identity();
        let engines = vec![Arc::clone(&engine); workers];
        let pool = Pool::start(engines, queue, move || Ok(Arc::clone(&engine)));
        Ok(Self { pool: pool.map_err(Error::Transcribe)?, deadline, identity })
    }
}

impl Transcribe for Bounded {
    fn transcribe(&self, speech: &Speech, hint: &Hint) -> Result<Transcript, Error> {
        let deadline = Deadline::within(self.deadline, hint.deadline);
        let (speech, hint) = (speech.clone(), Hint { language: hint.language, deadline: Some(deadline.at) });
        // The engine's own error goes through as it is, of whatever kind.
        self.pool.run(deadline, move |engine| Ok(engine.transcribe(&speech, &hint))).map_err(Error::Transcribe)?
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }
}

impl std::fmt::Debug for Bounded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bounded").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

fn at_least_one(name: &str, found: usize) -> Result<(), SettingsError> {
    if found > 0 { Ok(()) } else { Err(SettingsError::new(name, found, "at least 1")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::EngineError;

    struct Mute;

    impl Transcribe for Mute {
        fn transcribe(&self, _: &Speech, _: &Hint) -> Result<Transcript, Error> {
            Err(Error::Transcribe(EngineError::Run { stage: "hear", text: "the test's failure".into() }))
        }

        fn identity(&self) -> String {
            "mute 1".to_owned()
        }
    }

    #[test]
    fn it_is_the_engine_it_stands_before() {
        let bounded = Bounded::start(Arc::new(Mute), 1, 1, Duration::from_secs(1)).expect("a thread starts");
        assert_eq!(bounded.identity(), "mute 1");
    }

    #[test]
    fn a_setting_outside_its_range_is_named() {
        let refused = |workers, queue, deadline| {
            Bounded::start(Arc::new(Mute), workers, queue, deadline).expect_err("outside").to_string()
        };
        assert_eq!(refused(0, 1, Duration::from_secs(1)), "workers 0 is outside at least 1");
        assert_eq!(refused(1, 0, Duration::from_secs(1)), "queue 0 is outside at least 1");
        assert_eq!(refused(1, 1, Duration::ZERO), "deadline in ms 0 is outside 1..=86400000");
        assert!(refused(1, 1, Duration::MAX).ends_with("is outside 1..=86400000"));
    }
}
