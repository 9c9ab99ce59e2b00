//! The audio stage: reading a file, resampling, looking for speech. Inputs are made outside the loops, results asserted
//! inside them.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use voxroute::audio::{Limits, Recording, Speech, Waveform};
use voxroute::units::SampleRate;

/// Seconds of sound: a short turn, a long one, the limit.
const SECONDS: [u32; 3] = [2, 10, 30];
/// Rates of the telephone, of the engine, of discs and of sound cards.
const RATES: [u32; 4] = [8_000, 16_000, 44_100, 48_000];

/// A tone that swells four times a second.
fn tone(hz: u32, seconds: u32) -> Vec<i16> {
    let at = |frame: u32| {
        let t = frame as f32 / hz as f32;
        (9_000.0 * (std::f32::consts::TAU * 300.0 * t).sin() * (std::f32::consts::TAU * 2.0 * t).sin().abs()) as i16
    };
    (0..hz * seconds).map(at).collect()
}

fn recording(hz: u32, seconds: u32) -> Recording {
    let rate = SampleRate::new(hz).expect("a rate within the range");
    Recording::from_pcm16(&tone(hz, seconds), rate).expect("samples")
}

fn waveform(recording: &Recording) -> Waveform {
    Waveform::from_recording(recording, Limits::default()).expect("within the limits")
}

/// One channel of 16-bit PCM.
fn wav(samples: &[i16], hz: u32) -> Vec<u8> {
    let n_bytes = 2 * samples.len() as u32;
    let mut file = [b"RIFF".as_slice(), &(36 + n_bytes).to_le_bytes(), b"WAVEfmt \x10\0\0\0\x01\0\x01\0"].concat();
    file.extend([hz.to_le_bytes(), (2 * hz).to_le_bytes()].concat());
    file.extend([b"\x02\0\x10\0data".as_slice(), &n_bytes.to_le_bytes()].concat());
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file
}

fn decode(c: &mut Criterion) {
    let mut group = c.benchmark_group("decode");
    for seconds in SECONDS {
        let file = wav(&tone(16_000, seconds), 16_000);
        group.throughput(Throughput::Elements(u64::from(seconds)));
        group.bench_with_input(BenchmarkId::new("wav_pcm16", format!("{seconds}s")), &file, |b, file| {
            b.iter(|| {
                let recording = Recording::from_wav_bytes(black_box(file)).expect("a good file");
                assert_eq!(recording.n_frames(), 16_000 * seconds as usize);
                recording
            });
        });
        let codes = vec![0x9a; 8_000 * seconds as usize];
        group.bench_with_input(BenchmarkId::new("mulaw", format!("{seconds}s")), &codes, |b, codes| {
            b.iter(|| {
                let recording = Recording::from_mulaw(black_box(codes), SampleRate::TELEPHONE).expect("codes");
                assert_eq!(recording.n_frames(), codes.len());
                recording
            });
        });
    }
    group.finish();
}

fn resample(c: &mut Criterion) {
    let mut group = c.benchmark_group("resample");
    for hz in RATES {
        for seconds in SECONDS {
            let recording = recording(hz, seconds);
            group.throughput(Throughput::Elements(u64::from(seconds)));
            let name = BenchmarkId::new(format!("{hz}_to_16000"), format!("{seconds}s"));
            group.bench_with_input(name, &recording, |b, recording| {
                b.iter(|| {
                    let waveform = waveform(black_box(recording));
                    assert_eq!(waveform.samples().len(), 16_000 * seconds as usize);
                    waveform
                });
            });
        }
    }
    group.finish();
}

fn gate(c: &mut Criterion) {
    let mut group = c.benchmark_group("gate");
    for seconds in SECONDS {
        let silence = Waveform::new(vec![0.0; 16_000 * seconds as usize]).expect("within the limits");
        for (name, waveform) in [("tone", waveform(&recording(16_000, seconds))), ("silence", silence)] {
            group.throughput(Throughput::Elements(u64::from(seconds)));
            group.bench_with_input(BenchmarkId::new(name, format!("{seconds}s")), &waveform, |b, waveform| {
                b.iter(|| {
                    let speech = Speech::detect(black_box(waveform).clone());
                    assert_eq!(speech.evidence().seconds, seconds as f32);
                    assert_eq!(speech.evidence().level_dbfs == -100.0, name == "silence");
                    speech
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, decode, resample, gate);
criterion_main!(benches);
