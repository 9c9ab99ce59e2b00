use std::f32::consts::TAU;

use super::*;
use crate::audio::{Limits, Recording};
use crate::units::SampleRate;

/// Noise of a fixed seed, `-1.0..1.0` (Knuth's linear congruential generator).
fn noise(n_samples: usize) -> Vec<f32> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..n_samples).map(|_| next()).collect()
}

/// A voice made by hand: pulses of a gliding pitch through three resonances that move from one vowel to another, four
/// syllables a second. Peaks at half of full scale.
fn voice(n_samples: usize) -> Vec<f32> {
    let mut phase = 0.0;
    let pulses: Vec<f32> = (0..n_samples)
        .map(|at| {
            let t = at as f32 / 16_000.0;
            phase += (130.0 + 25.0 * (TAU * 0.7 * t).sin()) / 16_000.0;
            let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
            phase -= pulse;
            pulse * (0.15 + (TAU * 2.0 * t).sin().abs())
        })
        .collect();
    let formants = [(500.0, 250.0, 80.0), (1_500.0, 500.0, 110.0), (2_600.0, 200.0, 160.0)];
    let voiced = formants.into_iter().fold(pulses, |sound, (hz, swing, width)| resonate(&sound, hz, swing, width));
    let peak = voiced.iter().fold(1e-9_f32, |peak, sample| peak.max(sample.abs()));
    voiced.iter().map(|sample| 0.5 * sample / peak).collect()
}

/// A resonance around `hz` that swings twice a second (two-pole resonator).
fn resonate(sound: &[f32], hz: f32, swing: f32, width: f32) -> Vec<f32> {
    let radius = (-TAU / 2.0 * width / 16_000.0).exp();
    let (mut before, mut last) = (0.0, 0.0);
    let step = |(at, sample): (usize, &f32)| {
        let center = hz + swing * (TAU * 2.0 * at as f32 / 16_000.0).sin();
        let next = sample + 2.0 * radius * (TAU * center / 16_000.0).cos() * last - radius * radius * before;
        (before, last) = (last, next);
        next
    };
    sound.iter().enumerate().map(step).collect()
}

fn scaled(samples: &[f32], gain: f32) -> Vec<f32> {
    samples.iter().map(|sample| gain * sample).collect()
}

/// A second of near silence, two of voice, a second of near silence.
fn turn(gain: f32) -> Vec<f32> {
    let still = scaled(&noise(16_000), 1e-4);
    [still.clone(), scaled(&voice(32_000), gain), still].concat()
}

fn detect(samples: Vec<f32>) -> Speech {
    Speech::detect(Waveform::new(samples).expect("a waveform within the limits"))
}

fn assert_in_range(evidence: &SpeechEvidence) {
    let SpeechEvidence { seconds, spoken_seconds, voice_peak, voice_mean, level_dbfs, snr_db, clipped, high_band_db } =
        *evidence;
    assert!((0.1..=30.0).contains(&seconds) && (0.0..=seconds).contains(&spoken_seconds), "{evidence:?}");
    assert!((0.0..=1.0).contains(&voice_peak) && (0.0..=voice_peak + 1e-6).contains(&voice_mean), "{evidence:?}");
    assert!((-100.0..=0.0).contains(&level_dbfs) && (-20.0..=60.0).contains(&snr_db), "{evidence:?}");
    assert!((0.0..=1.0).contains(&clipped) && (-100.0..=0.0).contains(&high_band_db), "{evidence:?}");
}

#[test]
fn silence_is_no_speech_and_no_error() {
    for n_samples in [1_600, 1_601, 16_000, 480_000] {
        let speech = detect(vec![0.0; n_samples]);
        assert!(!speech.is_speech() && speech.spoken().is_empty(), "{speech:?}");
        assert_eq!((speech.evidence().level_dbfs, speech.evidence().high_band_db), (-100.0, -100.0));
        assert_eq!((speech.evidence().snr_db, speech.evidence().spoken_seconds), (0.0, 0.0));
        assert_in_range(speech.evidence());
    }
}

#[test]
fn steady_sounds_and_clicks_are_no_speech() {
    let mut clicks = scaled(&noise(48_000), 1e-4);
    clicks.iter_mut().step_by(9_000).for_each(|sample| *sample = 0.9);
    let hum: Vec<f32> = (0..48_000).map(|at| 0.1 * (TAU * 50.0 * at as f32 / 16_000.0).sin()).collect();
    let beep: Vec<f32> = (0..48_000).map(|at| 0.3 * (TAU * 1_000.0 * at as f32 / 16_000.0).sin()).collect();
    let idle_line = scaled(&noise(48_000), 8.0 / 32_768.0);
    for (name, sound) in [("clicks", clicks), ("hum", hum), ("beep", beep), ("idle line", idle_line)] {
        let speech = detect(sound);
        assert!(!speech.is_speech(), "{name}: {speech:?}");
        assert_in_range(speech.evidence());
    }
}

#[test]
fn a_voice_is_found_from_whisper_to_full_scale() {
    for gain in [0.01, 0.1, 1.0, 2.0] {
        let speech = detect(turn(gain));
        assert!(speech.is_speech(), "{gain}: {speech:?}");
        assert_in_range(speech.evidence());
        let range = speech.spoken_range();
        assert!(range.start <= 16_000 && range.end >= 48_000 - 800, "{gain}: the voice is cut: {range:?}");
    }
}

#[test]
fn the_silence_around_a_voice_is_trimmed() {
    let speech = detect(turn(0.5));
    assert!(speech.spoken_range().start >= 8_000 && speech.spoken_range().end <= 56_000, "{speech:?}");
    assert_eq!(speech.spoken(), &speech.waveform().samples()[speech.spoken_range()]);
    assert!((1.5..=2.8).contains(&speech.evidence().spoken_seconds), "{speech:?}");
}

#[test]
fn evidence_follows_the_sound() {
    let (loud, soft) = (*detect(turn(0.2)).evidence(), *detect(turn(0.02)).evidence());
    assert!((loud.level_dbfs - soft.level_dbfs - 20.0).abs() < 1.0, "{loud:?} {soft:?}");
    assert!((loud.snr_db - soft.snr_db - 20.0).abs() < 3.0, "{loud:?} {soft:?}");
    let clipped = *detect(turn(20.0)).evidence();
    assert!(loud.clipped == 0.0 && clipped.clipped > 0.05, "{loud:?} {clipped:?}");
}

#[test]
fn a_telephone_line_shows_in_the_high_band() {
    let bright: Vec<f32> = turn(0.5).iter().zip(noise(64_000)).map(|(voice, noise)| voice + 0.02 * noise).collect();
    let codes: Vec<i16> = bright.chunks(2).map(|pair| ((pair[0] + pair[1]) * 16_384.0) as i16).collect();
    let line = Recording::from_pcm16(&codes, SampleRate::TELEPHONE).expect("samples");
    let narrow = Speech::detect(Waveform::from_recording(&line, Limits::default()).expect("within the limits"));
    let wide = detect(bright);
    let (wide, narrow) = (wide.evidence().high_band_db, narrow.evidence().high_band_db);
    assert!(narrow + 6.0 < wide, "{narrow} {wide}");
}

#[test]
fn the_shortest_and_the_longest_waveform_are_heard() {
    for n_samples in [1_600, 480_000] {
        assert_in_range(detect(voice(n_samples)).evidence());
        assert_in_range(detect(noise(n_samples)).evidence());
    }
}

#[test]
fn the_same_sound_gives_the_same_evidence() {
    assert_eq!(detect(turn(0.3)), detect(turn(0.3)));
}

#[test]
fn debug_prints_where_someone_speaks_and_no_sample() {
    let speech = detect(turn(1.0));
    let printed = format!("{speech:?}");
    assert!(printed.starts_with(&format!("Speech {{ spoken: {:?}, evidence: ", speech.spoken_range())), "{printed}");
    assert!(!printed.contains("samples") && printed.len() < 400, "{printed}");
}
