//! A speech engine in processes of their own: what a crash of foreign code takes with it is one turn, not the service.
//!
//! The parent starts its own binary again, once per worker, and talks with it over pipes. [`serve_if_child`] at the
//! top of `main` turns such a start into a worker:
//!
//! ```no_run
//! use voxroute::models::Models;
//! use voxroute::transcribe::{WhisperConfig, isolated};
//!
//! fn main() -> Result<(), voxroute::Error> {
//!     isolated::serve_if_child(); // returns at once in the parent, never in a child
//!     let model = Models::open("models".as_ref())?.speech()?;
//!     let engine = isolated::Isolated::start(&model, &WhisperConfig::default())?;
//!     let router = voxroute::Router::builder().transcriber(std::sync::Arc::new(engine)).build()?;
//!     # drop(router);
//!     Ok(())
//! }
//! ```

mod child;
mod link;
mod wire;

pub use child::serve_if_child;

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::decode::Deadline;
use super::pool::Pool;
use super::{Hint, Transcribe, Transcript, WhisperConfig};
use crate::audio::Speech;
use crate::error::{EngineError, Error};
use crate::models::SpeechModel;
use link::Link;
use wire::{Request, Setup};

/// Whisper in child processes: one for each worker, started again when it dies.
///
/// A turn whose child dies is answered with [`EngineError::Process`], which is a hand-off; the next turn starts a new
/// child, which loads the model only where its files are, by size and SHA-256, what they were at the start. A child that
/// does not answer by the deadline is killed.
pub struct Isolated {
    pool: Pool<Link>,
    deadline: Duration,
    identity: String,
}

impl Isolated {
    /// Starts the children with this program's own binary, whose `main` must begin with [`serve_if_child`].
    ///
    /// # Errors
    /// [`Error::Settings`] for a setting outside its range, [`Error::Transcribe`] where a child does not start, does not
    /// speak this version of the protocol or cannot load the model.
    pub fn start(model: &SpeechModel, config: &WhisperConfig) -> Result<Self, Error> {
        let program = std::env::current_exe().map_err(|error| process(&error))?;
        Self::start_program(&program, model, config)
    }

    /// Starts the children with another program that begins with [`serve_if_child`].
    ///
    /// # Errors
    /// As [`Isolated::start`].
    pub fn start_program(program: &Path, model: &SpeechModel, config: &WhisperConfig) -> Result<Self, Error> {
        config.check()?;
        let plan = Plan { program: program.to_owned(), setup: Setup::new(model, config) };
        let identity = plan.setup.identity();
        let make = move || Ok(Link::new(plan.clone()));
        let links: Result<Vec<_>, EngineError> = (0..config.workers)
            .map(|_| {
                let mut link = make()?;
                link.connect()?;
                Ok(link)
            })
            .collect();
        let links = links.map_err(Error::Transcribe)?;
        let pool = Pool::start(links, config.queue, make).map_err(Error::Transcribe)?;
        Ok(Self { pool, deadline: config.deadline, identity })
    }
}

impl Transcribe for Isolated {
    fn transcribe(&self, speech: &Speech, hint: &Hint) -> Result<Transcript, Error> {
        let deadline = Deadline::within(self.deadline, hint.deadline);
        let request = Request { language: hint.language, samples: speech.waveform().samples().to_vec() };
        self.pool.run(deadline, move |link| link.ask(&request, deadline)).map_err(Error::Transcribe)
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }
}

impl std::fmt::Debug for Isolated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Isolated").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

/// What it takes to start a child.
#[derive(Debug, Clone)]
struct Plan {
    program: PathBuf,
    setup: Setup,
}

fn process(error: &std::io::Error) -> Error {
    Error::Transcribe(EngineError::Process { text: error.to_string() })
}
