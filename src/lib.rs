//! A speech-recognition intent router.
pub mod audio;
pub mod calibrate;
pub mod classify;
pub mod error;
pub mod transcribe;
pub mod units;

pub use error::Error;
