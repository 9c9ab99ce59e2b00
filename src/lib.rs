//! A speech-recognition intent router.
pub mod audio;
pub mod calibrate;
pub mod call;
pub mod classify;
pub mod compliance;
pub mod desk;
pub mod error;
pub mod evaluate;
pub mod human;
pub mod interop;
pub mod models;
pub mod pack;
pub mod policy;
pub mod promises;
pub mod text;
pub mod train;
pub mod transcribe;
pub mod units;

pub use call::Call;
pub use desk::Desk;
pub use error::Error;
pub use policy::{Action, Decision, Policy, Reason};
