//! Bytes of a file or a telephone line become a [`Waveform`] the engine can take, and a first look at whether
//! anyone speaks in it.

mod recording;
mod speech;
mod waveform;

pub use recording::Recording;
pub use speech::{Speech, SpeechEvidence};
pub use waveform::Waveform;
