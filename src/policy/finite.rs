use crate::audio::SpeechEvidence;
use crate::classify::Novelty;
use crate::transcribe::TranscriptEvidence;

use super::{Heard, Timings};

impl Heard {
    /// Every number made finite: NaN is 0, an infinity the largest number of its sign.
    ///
    /// JSON has neither: a record of a call that holds one could not be read on the next machine, and its caller would
    /// begin again. Engines of a service's own, and numbers in a foreign record too large for 32 bits, bring them.
    pub(crate) fn make_finite(&mut self) {
        let Novelty { score, energy, distance, neighbour, rival, outside } = &mut self.novelty;
        let Timings { listen_ms, transcribe_ms, classify_ms, total_ms } = &mut self.timings;
        [&mut self.agreement, score, energy, distance, neighbour, rival, outside].into_iter().for_each(finite);
        [listen_ms, transcribe_ms, classify_ms, total_ms].into_iter().for_each(finite);
        self.speech.iter_mut().flat_map(of_speech).for_each(finite);
        self.transcription.iter_mut().flat_map(of_transcript).for_each(finite);
    }
}

/// Makes one number finite.
fn finite(number: &mut f32) {
    *number = if number.is_nan() { 0.0 } else { number.clamp(f32::MIN, f32::MAX) };
}

// Taken apart field by field, so that a field that is added is not forgotten here.

fn of_speech(evidence: &mut SpeechEvidence) -> [&mut f32; 8] {
    let SpeechEvidence { seconds, spoken_seconds, voice_peak, voice_mean, level_dbfs, snr_db, clipped, high_band_db } =
        evidence;
    [seconds, spoken_seconds, voice_peak, voice_mean, level_dbfs, snr_db, clipped, high_band_db]
}

fn of_transcript(evidence: &mut TranscriptEvidence) -> [&mut f32; 10] {
    let TranscriptEvidence {
        mean_logprob,
        min_logprob,
        mean_entropy,
        mean_margin,
        compression,
        tokens_per_second,
        no_speech,
        language,
        second_decode,
        agreement,
    } = evidence;
    [
        mean_logprob,
        min_logprob,
        mean_entropy,
        mean_margin,
        compression,
        tokens_per_second,
        no_speech,
        language,
        second_decode,
        agreement,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_heard_can_be_written_down_and_read_whatever_the_engines_say() {
        let bad = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
        for number in bad {
            let mut speech = SpeechEvidence::default();
            of_speech(&mut speech).into_iter().for_each(|field| *field = number);
            let mut transcription = TranscriptEvidence::default();
            of_transcript(&mut transcription).into_iter().for_each(|field| *field = number);
            let mut heard = Heard {
                agreement: number,
                novelty: Novelty {
                    score: number,
                    energy: number,
                    distance: number,
                    neighbour: number,
                    rival: number,
                    outside: number,
                },
                timings: Timings { listen_ms: number, transcribe_ms: number, classify_ms: number, total_ms: number },
                speech: Some(speech),
                transcription: Some(transcription),
                ..Heard::default()
            };
            heard.make_finite();
            let json = serde_json::to_string(&heard).expect("plain data");
            assert!(!json.contains("NaN"), "{json}");
            let again: Heard = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
            assert_eq!(again, heard);
        }
    }
}
