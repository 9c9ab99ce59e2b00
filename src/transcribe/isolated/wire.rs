//! What goes over the pipes: frames of a four-byte length (little endian) and that many bytes.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use crate::error::EngineError;
use crate::models::SpeechModel;
use crate::transcribe::{Transcript, WhisperConfig};
use crate::units::Language;

/// The version of the protocol: both sides are one binary, but a running parent can outlive a replaced file.
pub(super) const VERSION: u32 = 3;
/// The longest frame: ten minutes of samples, four times what the audio limits allow by default.
const LONGEST: usize = 600 * 16_000 * 4 + 64;

/// The first frame to a child: what to load and how to listen.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Setup {
    pub(super) version: u32,
    /// With what the files are now: a child that is started again must not hear with others.
    pub(super) model: SpeechModel,
    config: WhisperConfig,
}

impl Setup {
    pub(super) fn new(model: &SpeechModel, config: &WhisperConfig) -> Self {
        Self { version: VERSION, model: model.clone(), config: config.clone() }
    }

    /// Who the children are.
    pub(super) fn identity(&self) -> String {
        self.config.identity(&self.model.sha256())
    }

    /// The settings of a child: one worker, since it is asked one turn at a time. The parent has checked
    /// `workers x threads` over all its children.
    pub(super) fn config(&self) -> WhisperConfig {
        WhisperConfig { workers: 1, queue: 1, oversubscribe: true, ..self.config.clone() }
    }
}

/// A turn to be heard.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) language: Option<Language>,
    /// 16 kHz, mono.
    pub(super) samples: Vec<f32>,
}

impl Request {
    /// One byte for the language, then the samples as little-endian `f32`.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1 + 4 * self.samples.len());
        bytes.push(match self.language {
            None => 0,
            Some(Language::Zh) => 1,
            Some(Language::En) => 2,
        });
        bytes.extend(self.samples.iter().flat_map(|sample| sample.to_le_bytes()));
        bytes
    }

    /// `None` where the bytes are not a request.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&language, samples) = bytes.split_first()?;
        let language = match language {
            0 => None,
            1 => Some(Language::Zh),
            2 => Some(Language::En),
            _ => return None,
        };
        let (samples, rest) = samples.as_chunks::<4>();
        rest.is_empty().then(|| Self { language, samples: samples.iter().map(|b| f32::from_le_bytes(*b)).collect() })
    }
}

/// What a child answers: to the setup `Ready`, to a request the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    Ready,
    Heard(Box<Transcript>),
    Late { limit_ms: u64 },
    Failed(String),
}

impl Answer {
    pub(super) fn into_result(self) -> Result<Transcript, EngineError> {
        match self {
            Self::Heard(transcript) => Ok(*transcript),
            Self::Late { limit_ms } => Err(EngineError::Deadline { limit_ms }),
            Self::Failed(text) => Err(EngineError::Run { stage: "hear in a process of its own", text }),
            Self::Ready => Err(EngineError::Process { text: "it answered out of turn".into() }),
        }
    }
}

/// Writes one frame.
pub(super) fn send(out: &mut impl Write, payload: &[u8]) -> io::Result<()> {
    let length = u32::try_from(payload.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(payload)?;
    out.flush()
}

/// Reads one frame; `None` where the other side has closed the pipe between two frames.
pub(super) fn receive(source: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match source.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut payload = vec![0; length];
    source.read_exact(&mut payload)?;
    Ok(Some(payload))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_comes_back_as_it_went() {
        let mut pipe = Vec::new();
        send(&mut pipe, b"turn").expect("a vector takes it");
        send(&mut pipe, b"").expect("a vector takes it");
        let mut source = pipe.as_slice();
        assert_eq!(receive(&mut source).expect("whole"), Some(b"turn".to_vec()));
        assert_eq!(receive(&mut source).expect("whole"), Some(Vec::new()));
        assert_eq!(receive(&mut source).expect("closed between frames"), None);
    }

    #[test]
    fn a_frame_cut_short_or_too_long_is_an_error() {
        let mut cut: &[u8] = &[9, 0, 0, 0, 1, 2];
        assert_eq!(receive(&mut cut).expect_err("cut").kind(), io::ErrorKind::UnexpectedEof);
        let mut long: &[u8] = &[255, 255, 255, 255];
        assert_eq!(receive(&mut long).expect_err("4 GiB").kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn a_request_comes_back_as_it_went() {
        for language in [None, Some(Language::Zh), Some(Language::En)] {
            let request = Request { language, samples: vec![0.5, -1.0, 0.0] };
            let back = Request::from_bytes(&request.to_bytes()).expect("a request");
            assert_eq!((back.language, back.samples), (request.language, request.samples));
        }
        for wrong in [&[][..], &[7, 0, 0, 0, 0], &[0, 1, 2]] {
            assert!(Request::from_bytes(wrong).is_none(), "{wrong:?}");
        }
    }
}
