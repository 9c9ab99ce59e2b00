//! One test for each way whisper.cpp is known to go wrong, on the real model and through the public API.
//!
//! Hazards that show without the model are tested beside the code: loops, budgets, at most two looks, clips under
//! 100 ms and over 30 s (`transcribe/hear.rs`), split characters (`vocabulary.rs`), settings with NUL and more threads
//! than cores (`config.rs`), panics and the full queue (`pool.rs`), the build's kernels (`whisper_engine.rs`). Resident
//! memory has a process of its own: `whisper_memory.rs`.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use voxroute::Error;
use voxroute::audio::{Limits, Recording, Speech, Waveform};
use voxroute::error::{EngineError, ModelError};
use voxroute::models::{Models, SpeechModel};
use voxroute::transcribe::{Hint, Prompt, Transcribe, Transcript, Verdict, Whisper, WhisperConfig, simplified};
use voxroute::units::Language;

static WHISPER: LazyLock<Whisper> = LazyLock::new(|| load(one_worker()));

fn one_worker() -> WhisperConfig {
    WhisperConfig { workers: 1, queue: 16, deadline: Duration::from_secs(300), ..WhisperConfig::default() }
}

fn load(config: WhisperConfig) -> Whisper {
    Whisper::load(&shipped(), &config).expect("the shipped model loads")
}

fn shipped() -> SpeechModel {
    let models = Models::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("models")).expect("the shipped models");
    models.speech().expect("a speech model")
}

fn clip(name: &str) -> Speech {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/audio").join(name);
    let recording = Recording::from_wav_file(&path).expect("an example clip");
    Speech::detect(Waveform::from_recording(&recording, Limits::default()).expect("a short clip"))
}

fn hear(speech: &Speech) -> Transcript {
    WHISPER.transcribe(speech, &Hint::default()).expect("the engine works")
}

/// Five seconds of a signal, sample by sample.
fn signal(sample: impl FnMut(usize) -> f32) -> Speech {
    Speech::detect(Waveform::new((0..80_000).map(sample).collect()).expect("a finite signal"))
}

#[test]
fn the_language_is_found_and_the_text_comes_with_it() {
    for (name, language) in [("zh_deposit_refund.wav", Language::Zh), ("en_order_refund.wav", Language::En)] {
        let heard = hear(&clip(name));
        assert_eq!((heard.language, heard.verdict), (language, Verdict::Heard), "{name}");
        assert!(!heard.text.is_empty(), "{name}");
        assert!(heard.evidence.language > 0.5, "{name}: {:?}", heard.evidence);
    }
}

#[test]
fn chinese_comes_out_in_one_script() {
    let heard = hear(&clip("zh_deposit_refund.wav"));
    assert_eq!(heard.text, simplified(&heard.text));
    assert!(heard.alternatives.iter().all(|text| *text == simplified(text)));
}

#[test]
fn silence_noise_and_hum_are_never_taken_for_speech() {
    let mut noise = 1_u32;
    let hiss = signal(|_| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise >> 8) as f32 / (1 << 24) as f32 * 0.2 - 0.1
    });
    let hum = signal(|at| 0.3 * (at as f32 * 100.0 * std::f32::consts::TAU / 16_000.0).sin());
    for (name, speech) in [("silence", signal(|_| 0.0)), ("hiss", hiss), ("hum", hum), ("rain", clip("rain.wav"))] {
        let heard = hear(&speech);
        assert_ne!(heard.verdict, Verdict::Heard, "{name}: {}", heard.text);
    }
}

#[test]
fn every_number_of_the_evidence_is_finite_and_in_its_range() {
    let found = hear(&clip("en_order_refund.wav")).evidence;
    let json = serde_json::to_value(found).expect("plain data");
    // JSON has no NaN or infinity: they would come out as null.
    assert!(json.as_object().expect("an object").values().all(serde_json::Value::is_number), "{json}");
    assert!(found.mean_logprob <= 0.0 && found.min_logprob <= found.mean_logprob, "{found:?}");
    assert!(found.mean_entropy > 0.0 && found.mean_margin > 0.0 && found.tokens_per_second > 0.0, "{found:?}");
    assert!((0.0..=1.0).contains(&found.no_speech) && (0.0..=1.0).contains(&found.agreement), "{found:?}");
}

#[test]
fn samples_that_are_no_numbers_stop_before_the_engine() {
    for sample in [f32::NAN, f32::INFINITY] {
        assert!(Waveform::new(vec![sample; 16_000]).is_err());
    }
}

#[test]
fn past_its_deadline_a_turn_is_an_error_and_the_next_one_works() {
    let speech = clip("en_order_refund.wav");
    let hint = Hint { deadline: Some(Instant::now() + Duration::from_millis(20)), ..Hint::default() };
    let late = WHISPER.transcribe(&speech, &hint);
    // Another test may hold the only worker, so the time is over before the turn begins or while it is encoded.
    assert!(matches!(late, Err(Error::Transcribe(EngineError::Deadline { limit_ms: ..=20 }))), "{:?}", late.err());
    assert_eq!(hear(&speech).verdict, Verdict::Heard);
}

/// Whatever the engine is doing when a turn is given up, the next turn is heard as if nothing had been, and the engine can
/// be dropped while the turn still runs. `make sanitize` watches its memory meanwhile.
#[test]
fn a_turn_may_be_given_up_at_any_moment_and_the_engine_dropped_then() {
    let whisper = load(one_worker());
    let speech = clip("en_order_refund.wav");
    let begun = Instant::now();
    let heard = whisper.transcribe(&speech, &Hint::default()).expect("the engine works");
    let whole = begun.elapsed();
    let within = |time| whisper.transcribe(&speech, &Hint { deadline: Some(Instant::now() + time), ..Hint::default() });
    for eighths in 1..8 {
        let late = within(whole * eighths / 8);
        // With more of the machine to itself than the first, a turn can be done in time.
        assert!(matches!(late, Ok(_) | Err(Error::Transcribe(EngineError::Deadline { .. }))), "{:?}", late.err());
    }
    assert_eq!(whisper.transcribe(&speech, &Hint::default()).expect("the engine works").text, heard.text);
    let left_running = within(Duration::from_millis(5));
    assert!(matches!(left_running, Err(Error::Transcribe(EngineError::Deadline { .. }))), "{:?}", left_running.err());
    drop(whisper);
}

#[test]
fn two_workers_hear_what_one_hears() {
    let both = load(WhisperConfig { workers: 2, oversubscribe: true, ..one_worker() });
    let clips = ["zh_deposit_refund.wav", "en_order_refund.wav"].map(clip);
    let alone = clips.each_ref().map(|speech| hear(speech).text);
    let together = std::thread::scope(|scope| {
        let turns = clips.each_ref().map(|speech| scope.spawn(|| both.transcribe(speech, &Hint::default())));
        turns.map(|turn| turn.join().expect("no panic").expect("the engine works").text)
    });
    assert_eq!(together, alone);
}

#[test]
fn a_file_that_is_no_whole_model_is_refused_before_it_is_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = std::fs::read(shipped().path()).expect("the shipped model");
    for (name, bytes) in
        [("empty", &whole[..0]), ("text", b"not a model".as_slice()), ("half", &whole[..whole.len() / 2])]
    {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        let model = SpeechModel::at(&path).expect("it is there");
        let refused = Whisper::load(&model, &one_worker()).err();
        assert!(
            matches!(refused, Some(Error::Model(_) | Error::Transcribe(EngineError::Load { .. }))),
            "{name}: {refused:?}"
        );
    }
    let missing = SpeechModel::at(&folder.path().join("missing"));
    assert!(matches!(missing, Err(ModelError::Missing { .. })), "{missing:?}");
}

#[test]
fn a_prompt_is_checked_before_the_engine_sees_it() {
    let prompt =
        |text: String| WhisperConfig { prompts: vec![Prompt { language: Language::En, text }], ..one_worker() };
    let refused = |text: String| Whisper::load(&shipped(), &prompt(text)).expect_err("refused").to_string();
    assert_eq!(refused("a\0b".into()), "prompt a NUL character is outside text without NUL");
    assert_eq!(refused("word ".repeat(500)), "prompt of 2500 characters is outside at most 200 tokens");
}

#[test]
fn an_unknown_language_has_no_way_in() {
    assert_eq!(Language::from_code("xx").expect_err("refused").to_string(), "language xx is outside zh, en");
}

#[test]
fn the_shipped_weights_are_q8_0() {
    let header = std::fs::read(shipped().path()).expect("the shipped model");
    // A magic number and ten sizes, then the kind of weights: 7 for q8_0, plus 1000 per version of the quantiser.
    let kind = i32::from_le_bytes(header[44..48].try_into().expect("four bytes"));
    assert_eq!(kind % 1_000, 7);
}

/// The engine's setters for callbacks leak, and the safe one for aborting is unsound: none is used, and the stage needs
/// no `unsafe` at all. The callers' deadline is the pool's.
#[test]
fn no_callback_and_no_unsafe_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/transcribe");
    for entry in std::fs::read_dir(folder).expect("the stage's sources") {
        let path = entry.expect("an entry").path();
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        for word in
            ["unsafe {", "unsafe fn", "set_abort_callback", "set_language", "set_initial_prompt", "detect_language"]
        {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}

/// Runs the next test in a process of its own and reads what it printed.
#[test]
fn the_engine_prints_nothing() {
    let test = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "loads_and_hears_for_the_test_above", "--nocapture"])
        .output()
        .expect("this program runs");
    let printed = String::from_utf8_lossy(&test.stderr);
    assert!(test.status.success(), "{printed}");
    for word in ["whisper_", "ggml_", "load_backend"] {
        assert!(!printed.contains(word), "{printed}");
    }
}

#[test]
fn loads_and_hears_for_the_test_above() {
    assert_eq!(hear(&clip("en_order_refund.wav")).verdict, Verdict::Heard);
}
