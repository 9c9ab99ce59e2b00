use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::voice::{FRAME, Voice};
use super::{Waveform, level};

/// Samples kept before the first and after the last frame taken for speech: 0.24 s. Soft consonants at the edges of a
/// word score low.
const AIR: usize = 15 * FRAME;
/// A frame this close in dB to the spoken level is kept, whatever the detector says of it.
const LOUD_DB: f32 = -20.0;
/// Share of frames, the quietest, taken for the background where someone speaks all the time.
const QUIETEST: usize = 10;

/// A waveform in which someone was looked for: where the speech is, how much and how clean.
#[derive(Clone, PartialEq)]
pub struct Speech {
    waveform: Waveform,
    /// Samples from the first to the last spoken one, with a little air; empty where nobody speaks.
    spoken: Range<usize>,
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
    /// Mean voice probability over the spoken frames, `0.0..=1.0`; over all where nobody speaks.
    pub voice_mean: f32,
    /// Level of the spoken frames in dB relative to full scale, `-100.0..=0.0`; of all where nobody speaks.
    pub level_dbfs: f32,
    /// Level of the spoken frames over the median of the rest in dB, `-20.0..=60.0`; 0 where nobody speaks. Where less
    /// than a tenth of the frames is left, the quietest tenth of all stands for the rest.
    pub snr_db: f32,
    /// Share of samples at full scale, `0.0..=1.0`.
    pub clipped: f32,
    /// Share of the energy above 3.6 kHz in dB relative to all, `-100.0..=0.0`: low on a telephone line.
    pub high_band_db: f32,
}

impl Speech {
    /// Looks for someone speaking. Silence and noise are no error: nothing of them is [`spoken`](Self::spoken).
    ///
    /// The level is set by the loudest quarter of a second, so a voice some 35 dB below a bang in the same recording is
    /// not found.
    #[must_use]
    pub fn detect(waveform: Waveform) -> Self {
        let voice = Voice::hear(waveform.samples());
        let spoken = spoken_range(&voice, waveform.samples());
        let evidence = evidence(&waveform, &voice, &spoken);
        Self { waveform, spoken, evidence }
    }

    /// Whether anyone speaks.
    #[must_use]
    pub fn is_speech(&self) -> bool {
        !self.spoken.is_empty()
    }

    /// The part in which someone speaks, from the first word to the last with a little air around; empty where nobody
    /// does.
    #[must_use]
    pub fn spoken(&self) -> &[f32] {
        &self.waveform.samples()[self.spoken.clone()]
    }

    /// Where [`spoken`](Self::spoken) lies among the waveform's samples.
    #[must_use]
    pub fn spoken_range(&self) -> Range<usize> {
        self.spoken.clone()
    }

    /// All that was heard.
    #[must_use]
    pub const fn waveform(&self) -> &Waveform {
        &self.waveform
    }

    /// What the sound alone says.
    #[must_use]
    pub const fn evidence(&self) -> &SpeechEvidence {
        &self.evidence
    }
}

impl std::fmt::Debug for Speech {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Speech").field("spoken", &self.spoken).field("evidence", &self.evidence).finish_non_exhaustive()
    }
}

/// From the first to the last frame that is taken for speech or as loud as speech, with some air. Nothing without a
/// frame taken for speech.
fn spoken_range(voice: &Voice, samples: &[f32]) -> Range<usize> {
    let (Some(first), Some(last)) = (voice.runs.first(), voice.runs.last()) else {
        return 0..0;
    };
    let powers = level::frame_powers(samples);
    let loud = spoken_power(&powers, &voice.spoken()) * f64::from(10_f32.powf(LOUD_DB / 10.0));
    let is_loud = |&power: &f64| power >= loud;
    let first = powers.iter().position(is_loud).map_or(first.start, |loud| loud.min(first.start));
    let last = powers.iter().rposition(is_loud).map_or(last.end, |loud| last.end.max(loud + 1));
    (first * FRAME).saturating_sub(AIR)..(last * FRAME).saturating_add(AIR).min(samples.len())
}

fn evidence(waveform: &Waveform, voice: &Voice, spoken: &Range<usize>) -> SpeechEvidence {
    let (samples, is_spoken) = (waveform.samples(), voice.spoken());
    let powers = level::frame_powers(samples);
    let n_spoken = is_spoken.iter().filter(|&&spoken| spoken).count();
    let heard = if spoken.is_empty() { samples } else { &samples[spoken.clone()] };
    SpeechEvidence {
        seconds: waveform.seconds(),
        spoken_seconds: ((n_spoken * FRAME).min(samples.len())) as f32 / 16_000.0,
        voice_peak: voice.probabilities.iter().copied().fold(0.0, f32::max),
        voice_mean: mean_where(&voice.probabilities, &is_spoken),
        level_dbfs: level::decibels(spoken_power(&powers, &is_spoken)).min(0.0),
        snr_db: snr(&powers, &is_spoken),
        clipped: level::clipped(samples),
        high_band_db: level::high_band(heard),
    }
}

/// Mean over the spoken frames, over all where there are none.
fn mean_where(probabilities: &[f32], spoken: &[bool]) -> f32 {
    let chosen = pick(probabilities, spoken, true);
    let chosen = if chosen.is_empty() { probabilities } else { &chosen };
    chosen.iter().sum::<f32>() / chosen.len().max(1) as f32
}

fn spoken_power(powers: &[f64], spoken: &[bool]) -> f64 {
    let chosen = pick(powers, spoken, true);
    mean(if chosen.is_empty() { powers } else { &chosen })
}

fn snr(powers: &[f64], spoken: &[bool]) -> f32 {
    let (voice, mut rest) = (pick(powers, spoken, true), pick(powers, spoken, false));
    if voice.is_empty() {
        return 0.0;
    }
    let at_least = powers.len().div_ceil(QUIETEST);
    if rest.len() < at_least {
        rest = powers.to_vec();
        rest.sort_by(f64::total_cmp);
        rest.truncate(at_least);
    }
    (level::decibels(mean(&voice)) - level::decibels(median(rest))).clamp(-20.0, 60.0)
}

fn pick<T: Copy>(values: &[T], spoken: &[bool], wanted: bool) -> Vec<T> {
    values.iter().zip(spoken).filter(|&(_, &spoken)| spoken == wanted).map(|(&value, _)| value).collect()
}

/// The upper of the two in the middle.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

#[cfg(test)]
mod tests;
