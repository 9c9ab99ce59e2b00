use serde::{Deserialize, Serialize};

use super::{Transcript, Verdict};
use crate::audio::{Speech, SpeechEvidence};

/// One spoken turn once it is heard: all that later stages ask of it, without the sound.
///
/// It can be kept and understood again with another pack or calibration; see
/// [`Router::hear_utterance`](crate::Router::hear_utterance).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Utterance {
    /// What the sound says.
    pub speech: SpeechEvidence,
    /// What was said. Its verdict is [`Verdict::NoSpeech`] where nobody speaks, whatever the engine made of it.
    pub transcript: Transcript,
}

impl Utterance {
    /// Puts together what the sound and the speech engine say of a turn.
    #[must_use]
    pub fn new(speech: &Speech, transcript: Transcript) -> Self {
        let silent = !speech.is_speech() || (transcript.verdict == Verdict::Heard && transcript.text.is_empty());
        let verdict = if silent { Verdict::NoSpeech } else { transcript.verdict };
        Self { speech: *speech.evidence(), transcript: Transcript { verdict, ..transcript } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Waveform;
    use crate::transcribe::TranscriptEvidence;
    use crate::units::Language;

    #[test]
    fn words_heard_in_silence_are_no_speech() {
        let samples = vec![0.0; 16_000];
        let silence = Speech::detect(Waveform::new(samples).expect("a waveform"));
        let transcript = Transcript {
            text: "thank you".to_owned(),
            language: Language::En,
            alternatives: Vec::new(),
            verdict: Verdict::Heard,
            evidence: TranscriptEvidence::default(),
        };
        let utterance = Utterance::new(&silence, transcript.clone());
        assert_eq!(utterance.transcript.verdict, Verdict::NoSpeech);
        assert_eq!(utterance.transcript.text, transcript.text);
    }
}
