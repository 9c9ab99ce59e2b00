//! What must hold for any bytes: run by `fuzz/` on bytes it invents, and by `tests/fuzz_replay.rs` on those that once
//! broke something. Sound is here, the rest in the files beside.

mod calls;
mod files;
mod words;

pub(crate) use calls::{call, events, policy};
pub(crate) use files::{calibration, manifest, pack, training};
pub(crate) use words::human;

use voxroute::audio::{FrameCodec, Frames, Limits, Recording, Speech, Waveform};
use voxroute::units::SampleRate;

/// Whether an input is among the one in `n` for which a target also does what is slow. It is the bytes that tell, so
/// that what broke a target breaks it again; a replay does everything for every input.
fn is_chosen(bytes: &[u8], n: u64) -> bool {
    // FNV-1a, of which the upper half is mixed best.
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    cfg!(test) || (bytes.iter().fold(0xcbf2_9ce4_8422_2325, mix) >> 32).is_multiple_of(n)
}

/// A WAV file is read or refused; what is read goes all the way to [`Speech`].
pub(crate) fn wav(bytes: &[u8]) {
    if let Ok(recording) = Recording::from_wav_bytes_within(bytes, limits()) {
        assert!(recording.samples().len() <= bytes.len(), "a sample takes at least a byte");
        listen(&recording, bytes);
    }
}

/// Two bytes choose rate and codec, the rest are codes, whole and as frames of a stream with numbers of their own.
pub(crate) fn raw_audio(bytes: &[u8]) {
    let [rate, codec, codes @ ..] = bytes else { return };
    let rate = SampleRate::new(8_000 + 156 * u32::from(*rate)).expect("8,000 to 47,780 Hz");
    let codec = [FrameCodec::Mulaw, FrameCodec::Alaw, FrameCodec::Pcm16][usize::from(*codec) % 3];
    let whole = match codec {
        FrameCodec::Mulaw => Recording::from_mulaw(codes, rate),
        FrameCodec::Alaw => Recording::from_alaw(codes, rate),
        _ => Recording::from_pcm16_bytes(codes, rate),
    };
    if let Ok(recording) = whole {
        listen(&recording, bytes);
    }
    stream(codes, codec, rate);
}

fn stream(codes: &[u8], codec: FrameCodec, rate: SampleRate) {
    let mut frames = Frames::new(codec, rate, limits());
    for message in codes.chunks(24) {
        let Some((number, body)) = message.split_first_chunk() else { break };
        let _refused = frames.push(u64::from_le_bytes(*number), body);
    }
    let n_frames = frames.len();
    match frames.into_recording() {
        Ok(recording) => assert!(recording.seconds() <= limits().max_seconds() + 0.01, "{recording:?}"),
        Err(_) => assert_eq!(n_frames, 0, "only an empty stream is refused"),
    }
}

/// Short enough for thousands of turns a second.
fn limits() -> Limits {
    Limits::new(2.0, 1 << 20).expect("limits within their range")
}

/// The filters and the network take a thousand times as long as reading `bytes`, and do the same whatever they hold.
fn listen(recording: &Recording, bytes: &[u8]) {
    if !is_chosen(bytes, 32) {
        return;
    }
    let Ok(waveform) = Waveform::from_recording(recording, limits()) else { return };
    let expected = (recording.n_frames() as u64 * 16_000).div_ceil(recording.rate().hz().into());
    assert_eq!(waveform.samples().len() as u64, expected);
    assert!(waveform.samples().iter().all(|sample| sample.abs() <= 1.0), "finite and within full scale");
    if !is_chosen(bytes, 64) {
        return;
    }
    let evidence = *Speech::detect(waveform).evidence();
    let numbers =
        [evidence.voice_peak, evidence.voice_mean, evidence.level_dbfs, evidence.snr_db, evidence.high_band_db];
    assert!(numbers.iter().all(|number| number.is_finite()), "{evidence:?}");
}
