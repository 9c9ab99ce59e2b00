//! How much of its 30 s the encoder looks at.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Encoder frames per second: one per 20 ms.
const FRAMES_PER_SECOND: usize = 50;
/// Frames of the model's whole window of 30 s.
pub(super) const FULL_FRAMES: usize = 30 * FRAMES_PER_SECOND;
/// Samples per encoder frame at 16 kHz.
const FRAME_SAMPLES: usize = 16_000 / FRAMES_PER_SECOND;
/// Samples of 30 s, the most one look can take in.
pub(super) const MAX_SAMPLES: usize = FULL_FRAMES * FRAME_SAMPLES;
/// Frames are rounded up to this: the engine's matrix kernels work on blocks of 16 rows.
const FRAME_STEP: usize = 16;

/// The part of the engine's 30 s window that is worked through: the clip, silence after it, and at least a floor.
///
/// The engine's time grows with the window a little faster than linearly, whatever is in it. A window that ends with
/// the clip makes the model repeat itself; silence after the clip tells it where the end is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Silence after the clip, `0..=30 s`.
    pub trailing: Duration,
    /// The least window, `0..=30 s`; 30 s is the engine's own.
    pub floor: Duration,
}

impl Window {
    /// The engine's own window of 30 s, whatever the clip's length.
    pub const FULL: Self = Self { trailing: Duration::ZERO, floor: Duration::from_secs(30) };

    /// Encoder frames for a clip of `n_samples` at 16 kHz: a multiple of 16, at most 1,500.
    #[must_use]
    pub fn frames(&self, n_samples: usize) -> usize {
        let clip = n_samples.div_ceil(FRAME_SAMPLES);
        let wanted = clip.saturating_add(frames_in(self.trailing)).max(frames_in(self.floor));
        wanted.next_multiple_of(FRAME_STEP).clamp(FRAME_STEP, FULL_FRAMES)
    }

    /// Whether no wider window exists for a clip of `n_samples`.
    #[must_use]
    pub fn is_full(&self, n_samples: usize) -> bool {
        self.frames(n_samples) == FULL_FRAMES
    }
}

/// Cuts `samples` into pieces of at most 30 s, each longer one at its quietest place between 25 and 30 s.
pub(super) fn pieces(samples: &[f32]) -> Vec<&[f32]> {
    let mut pieces = Vec::new();
    let mut rest = samples;
    while rest.len() > MAX_SAMPLES {
        let (piece, after) = rest.split_at(quietest(rest));
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

/// The middle of the quietest 100 ms between 25 and 30 s; the first where several are.
fn quietest(samples: &[f32]) -> usize {
    const SPAN: usize = 5 * FRAME_SAMPLES;
    let start = MAX_SAMPLES - MAX_SAMPLES / 6;
    let spans = samples[start..MAX_SAMPLES].chunks_exact(SPAN);
    let energies = spans.map(|span| span.iter().map(|sample| sample * sample).sum::<f32>());
    let quietest = energies.enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b));
    start + quietest.map_or(0, |(idx, _)| idx * SPAN) + SPAN / 2
}

/// Whole frames in `time`, rounded up.
fn frames_in(time: Duration) -> usize {
    (time.as_millis() as usize).div_ceil(1_000 / FRAMES_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_follows_the_clip() {
        let window = Window { trailing: Duration::from_secs(1), floor: Duration::from_secs(5) };
        let cases = [(0, 256), (16_000 * 4, 256), (16_000 * 5, 304), (16_000 * 29, 1_500), (usize::MAX / 2, 1_500)];
        for (n_samples, frames) in cases {
            assert_eq!(window.frames(n_samples), frames, "{n_samples} samples");
        }
    }

    #[test]
    fn a_long_clip_is_cut_where_it_is_quiet() {
        let mut samples = vec![1.0; 70 * 16_000];
        samples[27 * 16_000..][..1_600].fill(0.0);
        let lengths: Vec<usize> = pieces(&samples).iter().map(|piece| piece.len()).collect();
        assert_eq!(lengths[0], 27 * 16_000 + 800);
        assert_eq!(lengths.iter().sum::<usize>(), samples.len(), "nothing is lost");
        assert!(lengths.iter().all(|&length| length <= MAX_SAMPLES));
        assert_eq!(pieces(&[]).len(), 1);
    }

    #[test]
    fn the_full_window_is_the_engines() {
        assert_eq!(Window::FULL.frames(1), FULL_FRAMES);
        assert!(Window::FULL.is_full(1));
    }
}
