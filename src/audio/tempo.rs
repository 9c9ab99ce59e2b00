//! Slower speech of the same pitch, by waveform-similarity overlap and add.

use std::ops::Range;

/// Samples of a segment, of which the last [`OVERLAP`] fade into the next one, and how far a segment may be moved to fit
/// the one before: 35, 14 and 16 ms at 16 kHz. Those of the effect `tempo -s` of SoX, which its authors chose for speech.
const SEGMENT: usize = 560;
const OVERLAP: usize = 224;
const SEARCH: usize = 262;
/// New samples for each segment.
const STEP: usize = SEGMENT - OVERLAP;

/// Speech at 16 kHz said at `speed` times its own, above 0 and at most 1: about `len / speed` samples, and to within 8 ms
/// an event at second `t` is at second `t / speed`; the last 70 ms at most keep their own speed. What is shorter than that
/// comes back as it is.
///
/// Segments are laid side by side at the new pace. Each is taken from where the sound continues the one before best, near
/// the place where it belongs, and faded into it (W. Verhelst, M. Roelands, "An overlap-add technique based on waveform
/// similarity (WSOLA) for high quality time-scale modification of speech", ICASSP 1993).
pub(crate) fn slowed(samples: &[f32], speed: f32) -> Vec<f32> {
    if samples.len() < 2 * SEGMENT {
        return samples.to_vec();
    }
    let mut slow = Vec::with_capacity((samples.len() as f32 / speed) as usize + SEGMENT);
    slow.extend_from_slice(&samples[..STEP]);
    // Where the sound would go on if it were not slowed.
    let mut next = STEP;
    for at in 1.. {
        let place = (at as f64 * STEP as f64 * f64::from(speed)) as usize;
        let Some(choice) = choices(place, samples.len()) else { break };
        let start = best(samples, next, choice);
        fade(&mut slow, &samples[next..][..OVERLAP], &samples[start..][..OVERLAP]);
        next = start + STEP;
        slow.extend_from_slice(&samples[start + OVERLAP..next]);
    }
    slow.extend_from_slice(&samples[next..]);
    slow
}

/// Where a segment that belongs at `place` may begin; `None` where the sound has no whole segment left.
fn choices(place: usize, n: usize) -> Option<Range<usize>> {
    let last = n.checked_sub(SEGMENT)?;
    (place <= last).then(|| place.saturating_sub(SEARCH / 2)..last.min(place + SEARCH / 2) + 1)
}

/// The start in `choice` whose first samples are most like those from `next` on: the largest correlation over its own
/// energy. The first of equals.
fn best(samples: &[f32], next: usize, choice: Range<usize>) -> usize {
    let wanted = &samples[next..][..OVERLAP];
    let likeness = |start: usize| {
        let found = &samples[start..][..OVERLAP];
        let (product, energy) =
            wanted.iter().zip(found).fold((0.0, 1e-9), |(product, energy), (a, b)| (product + a * b, energy + b * b));
        product / energy.sqrt()
    };
    let mut best = (choice.start, f32::NEG_INFINITY);
    for start in choice {
        let likeness = likeness(start);
        if likeness > best.1 {
            best = (start, likeness);
        }
    }
    best.0
}

/// Appends `from`, falling, over `to`, rising, in equal steps.
fn fade(slow: &mut Vec<f32>, from: &[f32], to: &[f32]) {
    let blend = |(at, (from, to)): (usize, (&f32, &f32))| {
        let share = (at as f32 + 0.5) / OVERLAP as f32;
        from * (1.0 - share) + to * share
    };
    slow.extend(from.iter().zip(to).enumerate().map(blend));
}

#[cfg(test)]
mod tests {
    use std::f32::consts::PI;

    use proptest::prelude::*;

    use super::*;

    fn tone(hz: f32, n: usize) -> Vec<f32> {
        (0..n).map(|at| 0.5 * (2.0 * PI * hz * at as f32 / 16_000.0).sin()).collect()
    }

    /// Times a sound crosses zero upwards.
    fn crossings(samples: &[f32]) -> usize {
        samples.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count()
    }

    /// The sample at which the second half of a sound's energy begins.
    fn middle(samples: &[f32]) -> usize {
        let energy: f32 = samples.iter().map(|sample| sample * sample).sum();
        let mut sum = 0.0;
        let passed = |sample: &f32| {
            sum += sample * sample;
            sum >= energy / 2.0
        };
        samples.iter().position(passed).expect("a sound")
    }

    #[test]
    fn at_its_own_speed_a_sound_stays_as_it_is() {
        let sound: Vec<f32> = tone(310.0, 16_000).iter().zip(tone(47.0, 16_000)).map(|(a, b)| a * b).collect();
        let same = slowed(&sound, 1.0);
        assert_eq!(same.len(), sound.len());
        let furthest = same.iter().zip(&sound).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(furthest < 1e-6, "{furthest}");
    }

    #[test]
    fn a_slowed_tone_lasts_longer_and_keeps_its_pitch() {
        for speed in [0.5, 0.7, 0.85, 0.95] {
            let slow = slowed(&tone(200.0, 32_000), speed);
            let wanted = 32_000.0 / speed;
            assert!((slow.len() as f32 - wanted).abs() < 2.0 * SEGMENT as f32, "{speed}: {} of {wanted}", slow.len());
            let hz = crossings(&slow) as f32 * 16_000.0 / slow.len() as f32;
            assert!((hz - 200.0).abs() < 2.0, "{speed}: {hz} Hz");
        }
    }

    #[test]
    fn what_is_said_at_a_moment_is_said_at_its_place_in_the_slow_sound() {
        for from in [3_000, 9_000, 20_000] {
            let mut sound = vec![0.0; 32_000];
            sound[from..from + 3_200].copy_from_slice(&tone(300.0, 3_200));
            let (before, after) = (middle(&sound), middle(&slowed(&sound, 0.85)));
            let apart = after as f32 - before as f32 / 0.85;
            assert!(apart.abs() < 320.0, "{from}: {apart} samples");
        }
    }

    #[test]
    fn what_is_too_short_is_not_slowed() {
        for n in [0, 1, SEGMENT, 2 * SEGMENT - 1] {
            assert_eq!(slowed(&tone(300.0, n), 0.85), tone(300.0, n));
        }
    }

    proptest! {
        #[test]
        fn any_sound_stays_within_its_bounds(
            sound in prop::collection::vec(-1.0_f32..=1.0, 0..6_000),
            speed in 0.5_f32..1.0,
        ) {
            let slow = slowed(&sound, speed);
            prop_assert!(slow.iter().all(|sample| sample.abs() <= 1.0));
            prop_assert!(slow.len() >= sound.len());
            prop_assert!(slow.len() as f32 <= sound.len() as f32 / speed + 2.0 * SEGMENT as f32);
        }
    }
}
