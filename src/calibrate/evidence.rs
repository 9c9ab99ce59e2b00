use serde::{Deserialize, Serialize};

use crate::audio::SpeechEvidence;
use crate::transcribe::{Transcript, TranscriptEvidence, Verdict};
use crate::units::Language;

/// How a turn was received: what is known beside the classifier's scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TurnEvidence {
    /// The language of the text.
    pub language: Language,
    /// Spoken or typed, and how well it was heard.
    #[serde(flatten)]
    pub medium: Medium,
}

/// Spoken or typed. The two are calibrated apart: a typed turn says nothing of how well speech is heard.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "medium", rename_all = "snake_case")]
pub enum Medium {
    /// A turn of speech.
    Spoken {
        /// What the sound says.
        speech: SpeechEvidence,
        /// What the speech engine says of its text.
        transcript: TranscriptEvidence,
        /// Whether the text can be trusted at all.
        verdict: Verdict,
    },
    /// A turn of text, taken as it was written.
    Typed,
}

impl TurnEvidence {
    /// The evidence of a spoken turn.
    #[must_use]
    pub const fn spoken(speech: &SpeechEvidence, transcript: &Transcript) -> Self {
        let medium = Medium::Spoken { speech: *speech, transcript: transcript.evidence, verdict: transcript.verdict };
        Self { language: transcript.language, medium }
    }

    /// The evidence of a typed turn.
    #[must_use]
    pub const fn typed(language: Language) -> Self {
        Self { language, medium: Medium::Typed }
    }

    /// Whether the evidence is complete and the text can be trusted.
    ///
    /// An engine that gives no evidence leaves every field 0. Some zeros would be the best value there is (a mean
    /// log probability of 0 is certainty), so evidence without any number counts as missing.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        match &self.medium {
            Medium::Typed => true,
            Medium::Spoken { speech, transcript, verdict } => {
                *verdict == Verdict::Heard
                    && *speech != SpeechEvidence::default()
                    && *transcript != TranscriptEvidence::default()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(speech: SpeechEvidence, transcript: TranscriptEvidence, verdict: Verdict) -> TurnEvidence {
        TurnEvidence { language: Language::Zh, medium: Medium::Spoken { speech, transcript, verdict } }
    }

    #[test]
    fn evidence_without_numbers_is_missing() {
        let speech = SpeechEvidence { seconds: 2.0, ..SpeechEvidence::default() };
        let transcript = TranscriptEvidence { mean_logprob: -0.1, ..TranscriptEvidence::default() };
        assert!(spoken(speech, transcript, Verdict::Heard).is_usable());
        assert!(!spoken(SpeechEvidence::default(), transcript, Verdict::Heard).is_usable());
        assert!(!spoken(speech, TranscriptEvidence::default(), Verdict::Heard).is_usable());
        assert!(!spoken(speech, transcript, Verdict::Loop).is_usable());
        assert!(TurnEvidence::typed(Language::En).is_usable());
    }
}
