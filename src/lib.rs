//! A speech-recognition intent router: one spoken turn of a call, in Mandarin or English, becomes a decision with a
//! calibrated confidence, and a caller is handed to a person whenever the machine is unsure.
//!
//! A turn goes one way, one type for each stage:
//!
//! | stage | module | what comes out |
//! |---|---|---|
//! | sound | [`audio`] | [`Recording`], [`Waveform`](audio::Waveform), [`Speech`](audio::Speech) |
//! | what was said | [`transcribe`] | [`Transcript`](transcribe::Transcript) with evidence |
//! | what it means | [`classify`] | [`Scores`](classify::Scores) with novelty |
//! | how sure that is | [`calibrate`] | [`Assessment`](calibrate::Assessment) with a [`Confidence`](calibrate::Confidence) |
//! | what to do | [`policy`] | [`Decision`] |
//!
//! [`Router`] takes a turn through all of them. What a decision must know of the past is in the [`Call`], who can be
//! reached is in the [`Desk`]; both are plain data that come with the turn.
//!
//! ```no_run
//! use voxroute::{Action, Call, Desk, Recording, Router, Timestamp};
//!
//! let router = Router::builder().models("models").build()?;
//! let desk = Desk::always_open(Timestamp::now());
//! let mut call = Call::at(desk.now);
//! let recording = Recording::from_wav_file("turn.wav".as_ref())?;
//! match router.route(&recording, &mut call, &desk).decision.action {
//!     Action::Automate { intent } => println!("start the {intent} flow"),
//!     Action::Clarify { question } => println!("ask: {}", question.text),
//!     Action::HandOff(hand_off) => println!("to a person: {:?}", hand_off.ways),
//! }
//! # Ok::<(), voxroute::Error>(())
//! ```
//!
//! Own intents: [`train`]. Own engines: [`transcribe::Transcribe`] and [`classify::Classify`]. How good it is on your
//! calls: [`evaluate`].

pub mod audio;
pub mod calibrate;
pub mod call;
pub mod classify;
pub mod compliance;
pub mod desk;
pub mod details;
pub mod error;
pub mod evaluate;
pub mod files;
pub mod human;
pub mod interop;
pub mod models;
pub mod pack;
pub mod policy;
pub mod promises;
pub mod router;
mod tensors;
pub mod text;
pub mod train;
pub mod transcribe;
pub mod units;

pub use audio::Recording;
pub use call::Call;
pub use desk::Desk;
pub use error::Error;
pub use jiff::Timestamp;
pub use policy::{Action, Decision, Policy, Reason};
pub use router::Router;

/// The README's example is compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
