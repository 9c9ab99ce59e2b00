use serde::{Deserialize, Serialize};

use super::Waveform;

/// A waveform in which someone was looked for: where the speech is, how much and how clean.
#[derive(Clone, PartialEq)]
pub struct Speech {
    waveform: Waveform,
    /// Samples from the first to the last spoken one, with a little air; empty where nobody speaks.
    spoken: std::ops::Range<usize>,
    evidence: SpeechEvidence,
}

/// What the sound alone says. Every field is finite.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct SpeechEvidence {
    /// Seconds in the recording.
    pub seconds: f32,
    /// Seconds of frames taken for speech.
    pub spoken_seconds: f32,
    /// Highest voice probability of a smoothed frame, `0.0..=1.0`.
    pub voice_peak: f32,
    /// Mean voice probability over the spoken frames, `0.0..=1.0`.
    pub voice_mean: f32,
    /// Level of the spoken frames in dB relative to full scale, `-100.0..=0.0`.
    pub level_dbfs: f32,
    /// Level of the spoken frames over that of the rest in dB, `-20.0..=60.0`.
    pub snr_db: f32,
    /// Share of samples at full scale, `0.0..=1.0`.
    pub clipped: f32,
    /// Share of the energy above 3.6 kHz in dB relative to all, `-100.0..=0.0`: low on a telephone line.
    pub high_band_db: f32,
}

impl Speech {
    /// Looks for someone speaking.
    #[must_use]
    pub fn detect(waveform: Waveform) -> Self {
        let spoken = 0..waveform.samples().len();
        Self { waveform, spoken, evidence: SpeechEvidence::default() }
    }

    /// The part in which someone speaks.
    #[must_use]
    pub fn spoken(&self) -> &[f32] {
        &self.waveform.samples()[self.spoken.clone()]
    }

    /// What the sound alone says.
    #[must_use]
    pub fn evidence(&self) -> &SpeechEvidence {
        &self.evidence
    }
}
