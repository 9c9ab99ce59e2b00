//! What one look at a clip gave, and what is made of it.

use std::time::Duration;

use super::decode::{Decoding, End};
use super::guard::is_one_phrase;
use super::hear::{Tongue, Turn};
use super::invented::{Invented, invented};
use super::{SecondLook, Transcript, TranscriptEvidence, Verdict, evidence};
use crate::units::Language;

/// Above this probability of "no speech" and below this mean log probability nobody spoke.
///
/// "No speech" on 230 spoken clips of the tuning half: median 0.05, 95 % 0.28, highest 0.51. On 80 clips of noise
/// (all of them, no voice gate before): median 0.52, 75 % 0.59, highest 0.79.
const NO_SPEECH: f32 = 0.55;
const NO_SPEECH_LOGPROB: f32 = -0.6;
/// Below this mean log probability a text is not believed.
///
/// On the same clips: Mandarin from -0.81 to -0.07, median -0.31; accented English from -1.22 to -0.04, median -0.34,
/// and of the 9 of 100 below -0.8 three words in four are wrong. Noise: median -1.67, three quarters below -1.0.
pub(super) const DOUBTFUL: f32 = -0.9;

/// What one look at a clip gave.
pub(super) struct Look<'a> {
    /// At least one reading, the one believed first.
    pub(super) readings: Vec<Reading>,
    /// The language of the reading believed.
    pub(super) tongue: &'a Tongue,
    /// Its probability.
    pub(super) language: f32,
    /// The probability that nobody speaks.
    pub(super) no_speech: f32,
    /// The window in encoder frames.
    pub(super) frames: usize,
    /// The time it took.
    pub(super) took: Duration,
}

/// One reading of a look.
pub(super) struct Reading {
    /// The tokens.
    pub(super) decoding: Decoding,
    /// The text, Chinese simplified.
    pub(super) text: String,
}

impl Reading {
    fn is_complete(&self) -> bool {
        self.decoding.end == End::Complete && !self.text.is_empty()
    }

    /// Order of belief: complete readings before others, then the likelier.
    fn belief(&self) -> (bool, f32) {
        (self.is_complete(), self.decoding.mean_logprob())
    }

    fn beats(&self, other: &Self) -> bool {
        self.belief().partial_cmp(&other.belief()).is_some_and(std::cmp::Ordering::is_gt)
    }
}

impl<'a> Look<'a> {
    /// The reading believed.
    pub(super) fn best(&self) -> &Reading {
        &self.readings[0]
    }

    /// Whether this look is to be believed rather than `other`.
    pub(super) fn beats(&self, other: &Self) -> bool {
        self.best().beats(other.best())
    }

    /// Whether the reading believed is written in the letters of another language than its own.
    ///
    /// The decoder then wrote down what it heard and not the language it was told: 6 of the 11 English clips of the
    /// tuning half that were taken for Mandarin.
    pub(super) fn is_in_other_letters(&self) -> bool {
        in_other_letters(self.tongue.language, &self.best().text)
    }

    /// Adds a reading in another language, and believes it if it is in its own letters and the one before is not, else if
    /// language and text together are the likelier.
    pub(super) fn add_in(&mut self, tongue: &'a Tongue, share: f32, reading: Reading) {
        let belief = |tongue: &Tongue, reading: &Reading, share: f32| {
            let own_letters = !in_other_letters(tongue.language, &reading.text);
            (own_letters, reading.decoding.mean_logprob_with(share.ln()))
        };
        if reading.is_complete() && belief(tongue, &reading, share) > belief(self.tongue, self.best(), self.language) {
            self.readings.insert(0, reading);
            self.tongue = tongue;
            self.language = share;
        } else {
            self.readings.push(reading);
        }
    }

    /// Adds readings in the language taken, and believes the likeliest; an earlier one where they are equal.
    pub(super) fn add(&mut self, others: Vec<Reading>) {
        for other in others {
            let at = if other.beats(self.best()) { 0 } else { self.readings.len() };
            self.readings.insert(at, other);
        }
    }

    /// Whether this look calls for a second one.
    pub(super) fn is_suspect(&self, again: &SecondLook) -> bool {
        let best = self.best();
        let least = best.decoding.choices.iter().map(|choice| choice.logprob).fold(0.0, f32::min);
        !best.is_complete()
            || is_one_phrase(&best.text)
            || best.decoding.mean_logprob() < again.mean_logprob
            || least < again.min_logprob
    }

    /// The longest a look through `frames` can take, by the time this one took.
    ///
    /// The encoder's time grows with less than the square of the window, the decoder's hardly.
    pub(super) fn time_for(&self, frames: usize) -> Duration {
        let ratio = frames as f64 / self.frames as f64;
        self.took.mul_f64(ratio * ratio)
    }
}

/// Digits are in no language's letters.
fn in_other_letters(language: Language, text: &str) -> bool {
    text.chars().any(char::is_alphabetic) && Language::of_text(text) != language
}

/// The transcript of the look believed, with what the others say.
pub(super) fn transcript(look: &Look<'_>, others: &[Look<'_>], turn: Turn<'_>) -> Transcript {
    let best = look.best();
    let evidence = TranscriptEvidence {
        no_speech: look.no_speech,
        language: look.language,
        second_decode: f32::from(u8::from(!others.is_empty())),
        agreement: agreement(best, others),
        ..evidence::of_tokens(&best.decoding, &best.text, turn.samples.len() as f32 / 16_000.0)
    };
    let others = others.iter().map(Look::best).chain(&look.readings[1..]);
    let others = others.map(|reading| reading.text.as_str());
    Transcript {
        text: best.text.clone(),
        language: look.tongue.language,
        alternatives: distinct(&best.text, others, turn.manner.alternatives),
        verdict: verdict(best, &evidence),
        evidence,
    }
}

/// How far the looks that are not believed agree with the reading that is: their mean, 1 where there are none.
fn agreement(best: &Reading, others: &[Look<'_>]) -> f32 {
    let agreements = others.iter().map(|other| evidence::agreement(&best.text, &other.best().text));
    if others.is_empty() { 1.0 } else { agreements.sum::<f32>() / others.len() as f32 }
}

/// The transcript of a clip in which nobody speaks.
pub(super) fn silence(language: Language) -> Transcript {
    Transcript {
        text: String::new(),
        language,
        alternatives: Vec::new(),
        verdict: Verdict::NoSpeech,
        evidence: TranscriptEvidence { no_speech: 1.0, agreement: 1.0, ..TranscriptEvidence::default() },
    }
}

fn verdict(best: &Reading, evidence: &TranscriptEvidence) -> Verdict {
    let unsupported = evidence.no_speech > NO_SPEECH && evidence.mean_logprob < NO_SPEECH_LOGPROB;
    match (best.decoding.end, invented(&best.text)) {
        (End::Loop, _) => Verdict::Loop,
        _ if is_one_phrase(&best.text) => Verdict::Loop,
        (_, Some(Invented::Always)) => Verdict::Invented,
        (_, Some(Invented::IfDoubtful)) if evidence.no_speech > NO_SPEECH => Verdict::Invented,
        _ if best.text.is_empty() || unsupported => Verdict::NoSpeech,
        (End::Complete, _) if evidence.mean_logprob >= DOUBTFUL => Verdict::Heard,
        _ => Verdict::Doubtful,
    }
}

/// At most `most` of `texts`, in their order, none of them empty, equal to `taken` or to one before it.
fn distinct<'a>(taken: &str, texts: impl Iterator<Item = &'a str>, most: usize) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for text in texts {
        if kept.len() < most && !text.is_empty() && text != taken && !kept.iter().any(|known| known == text) {
            kept.push(text.to_owned());
        }
    }
    kept
}
