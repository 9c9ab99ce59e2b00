//! Which 16 ms frames hold a voice. The only file that names `earshot`.

use std::ops::Range;

use earshot::Detector;

use super::level;

/// Samples of one frame: 16 ms.
pub(super) const FRAME: usize = 256;
/// Frames over which probabilities and levels are averaged, the one in question in the middle: 0.24 s. A click or a bang
/// is shorter, the vowels of the shortest request are not.
const WINDOW: usize = 15;
/// Level in dB relative to full scale to which the loudest window is brought before listening.
///
/// The detector's scores follow the level. At the highest threshold that misses none of 200 clips of speech (as they
/// are, over a telephone, 30 dB softer, in noise at 10, 5 and 0 dB), of 40 clips of noise pass: 34 as they come, 21 at
/// -30, 15 at -24, 19 at -20 dBFS; an energy gate lets 36 pass (`examples/tune_speech.rs`, choosing half, 2026-11-22).
/// -20 leaves soft telephone speech and speech at 0 dB more room above the threshold than -24 does.
const LISTENING_DBFS: f32 = -20.0;
/// Most amplification in dB: the steps of a telephone's silence are not to be taken for whispering.
const MAX_GAIN_DB: f32 = 40.0;
/// A smoothed probability from which a voice is taken for one. A caller missed is worse than noise that the later stages
/// must sort out, so it is 0.09 below the lowest clip of the choosing half: 0.928 as they are, 0.840 over a telephone,
/// 0.751 softer by 30 dB, 0.896, 0.834 and 0.690 in noise at 10, 5 and 0 dB (same run as above).
const OPEN: f32 = 0.6;
/// A smoothed probability down to which a voice, once taken for one, goes on in either direction.
const CLOSE: f32 = 0.5;

/// The voice in a waveform, frame by frame.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Voice {
    /// Smoothed probability of a voice, `0.0..=1.0`, for each frame.
    pub(super) probabilities: Vec<f32>,
    /// Runs of frames taken for speech, in order, apart from one another.
    pub(super) runs: Vec<Range<usize>>,
}

impl Voice {
    /// Listens to samples at 16 kHz, each in `-1.0..=1.0`. The last frame is filled up with silence.
    pub(super) fn hear(samples: &[f32]) -> Self {
        let probabilities = smooth(&raw(samples, gain(samples)));
        let runs = runs(&probabilities);
        Self { probabilities, runs }
    }

    /// Whether each frame is taken for speech.
    pub(super) fn spoken(&self) -> Vec<bool> {
        let mut spoken = vec![false; self.probabilities.len()];
        self.runs.iter().for_each(|run| spoken[run.clone()].fill(true));
        spoken
    }
}

/// What brings the loudest window to the level at which the detector tells voices from noise best.
fn gain(samples: &[f32]) -> f32 {
    let powers: Vec<f32> = level::frame_powers(samples).into_iter().map(|power| power as f32).collect();
    let loudest = smooth(&powers).into_iter().fold(0.0, f32::max);
    let gain_db = LISTENING_DBFS - level::decibels(loudest.into());
    10_f32.powf(gain_db.min(MAX_GAIN_DB) / 20.0)
}

fn raw(samples: &[f32], gain: f32) -> Vec<f32> {
    let mut detector = Detector::default();
    let mut one = |frame: &[f32]| {
        let mut filled = [0.0; FRAME];
        filled.iter_mut().zip(frame).for_each(|(filled, sample)| *filled = (gain * sample).clamp(-1.0, 1.0));
        detector.predict_f32(&filled).clamp(0.0, 1.0)
    };
    samples.chunks(FRAME).map(&mut one).collect()
}

/// Means over [`WINDOW`] frames, over fewer at the edges.
fn smooth(raw: &[f32]) -> Vec<f32> {
    let mean = |window: &[f32]| window.iter().sum::<f32>() / window.len() as f32;
    let around = |at: usize| at.saturating_sub(WINDOW / 2)..raw.len().min(at + WINDOW / 2 + 1);
    (0..raw.len()).map(|at| mean(&raw[around(at)])).collect()
}

/// Runs of frames at or above [`CLOSE`] that reach [`OPEN`] somewhere.
fn runs(probabilities: &[f32]) -> Vec<Range<usize>> {
    let mut end = 0;
    let stretches = probabilities.chunk_by(|&left, &right| (left >= CLOSE) == (right >= CLOSE)).map(|stretch| {
        end += stretch.len();
        (end - stretch.len()..end, stretch)
    });
    let opens = |stretch: &[f32]| stretch.iter().any(|&probability| probability >= OPEN);
    stretches.filter(|(_, stretch)| opens(stretch)).map(|(run, _)| run).collect()
}
