//! Bytes of a file or a telephone line become a [`Waveform`] the engine can take, and a first look at whether
//! anyone speaks in it.
//!
//! | step | from | to | may fail with |
//! |---|---|---|---|
//! | [`Recording::from_wav_file`] and its sisters | bytes | interleaved samples at the sender's rate | [`AudioError`](crate::error::AudioError) |
//! | [`Frames`] | numbered frames of a stream, in any order | the same | [`AudioError`](crate::error::AudioError) |
//! | [`Waveform::from_recording`] | [`Recording`] | 16 kHz, one channel, within the [`Limits`] | too short, too long |
//! | [`Speech::detect`] | [`Waveform`] | where someone speaks, how clean | never: silence is no error |
//!
//! Nothing here knows an engine, a model file or the network, and nothing allocates more than a small multiple of
//! the bytes it was given.

mod codec;
mod frames;
mod g711;
mod level;
mod limits;
mod recording;
mod resample;
mod speech;
mod tempo;
mod voice;
mod wav;
mod waveform;

pub use frames::{FrameCodec, Frames};
pub use limits::Limits;
pub use recording::Recording;
pub(crate) use resample::lowered;
pub use speech::{Speech, SpeechEvidence};
pub(crate) use tempo::slowed;
pub use waveform::Waveform;
