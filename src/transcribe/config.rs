use std::num::NonZero;
use std::thread::available_parallelism;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Window;
use super::look::DOUBTFUL;
use crate::error::SettingsError;
use crate::models::hex;
use crate::units::Language;

/// How [`Whisper`](super::Whisper) listens. Each default is what the measurements in `benches/record` chose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WhisperConfig {
    /// Turns heard at the same time; each worker keeps a state of its own for the program's lifetime.
    /// Default: one per core.
    pub workers: usize,
    /// Threads within one turn. Default: 1, the best throughput; more shorten a single turn.
    pub threads: usize,
    /// Allows `workers x threads` above the number of cores. The engine's threads spin while they wait for each
    /// other, so one clip can then take twenty times as long. Default: no.
    pub oversubscribe: bool,
    /// Turns that may wait for a worker before the next is refused as
    /// [`Overloaded`](crate::error::EngineError::Overloaded). Default: 4 per worker, about 2 s of waiting.
    pub queue: usize,
    /// Longest time from the call to the answer, waiting included. Default: 10 s.
    pub deadline: Duration,
    /// The languages told apart; with one, nothing is compared. Default: all of [`Language::ALL`].
    pub languages: Vec<Language>,
    /// The first look at a clip. Default: the clip and 1.5 s of silence, no floor.
    ///
    /// Sweep over the tuning half (`examples/tune_window.rs`, 100 Mandarin and 100 English clips, 2 other readings, a
    /// second look at the clip and 5 s, at least 12.8 s): clip + 1 s 24.9 % CER and 33.7 % WER at 119 s of CPU, + 1.5 s
    /// 24.7 and 31.8 % at 115 s; + 2 s 33.4 % WER. A shorter window loops more often, and a loop costs a second look.
    pub window: Window,
    /// When a clip is looked at again; `None` for never. Default: see [`SecondLook`].
    pub second_look: Option<SecondLook>,
    /// Other speeds at which an unsure clip is heard as well, one after the other. Default: none.
    ///
    /// At 0.85 with the pitch kept and then falling, each below -0.3, text is believed in 7 of 80 clips of noise, without in
    /// 2: the likeliest of several readings of a noise is likely enough.
    #[serde(default)]
    pub slowed: Vec<Slowed>,
    /// Words said before the clip, as it were, one text per language at most. Default: none.
    pub prompts: Vec<Prompt>,
    /// Other readings tried at the least certain places, and given along, `0..=3`. Default: 2. The likeliest of all is
    /// taken for the text.
    ///
    /// Tuning half, clip + 3 s, 100 Mandarin clips: with 3 the CER is 25.3 %, with 0 it is 26.0 %; each costs about a
    /// tenth of the turn's CPU time.
    pub alternatives: usize,
}

/// When the first reading of a clip is not believed, and how it is looked at again.
///
/// A reading that loops, runs over its budget or is empty is always looked at again. Default window: the clip and 4 s, at
/// least 8 s. On the tuning half it gave 24.7 % CER and 31.5 % WER at 109 s of CPU; the clip and 5 s, at least 12.8 s,
/// gave 24.7 and 31.8 % at 117 s; the clip and 3 s 24.7 and 34.5 % at 111 s. The default limits are those below which a
/// text would not be believed anyway; single tokens reached -3.0 at the lowest on 230 clips of the tuning half, so the
/// limit of -6 is for what no clip there showed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SecondLook {
    /// The window of the second look.
    pub window: Window,
    /// A reading whose mean log probability is below this is looked at again, at most 0.
    pub mean_logprob: f32,
    /// A reading with a token whose log probability is below this is looked at again, at most 0.
    pub min_logprob: f32,
}

/// A speed at which a clip is heard once more where the reading believed is not sure enough.
///
/// Said more slowly the same words fall otherwise into the encoder's frames, so that two readings err in different places.
/// The likeliest of all is taken, the others come first among its alternatives, and how far they agree is evidence of its
/// own. It costs as much time again, for the turns below the limit. A clip that would then be longer than 30 s is not heard
/// so.
///
/// A calibration belongs to one way of listening: where this is changed, nothing spoken is automated until it is fitted
/// again. What it gives is in `benches/record/transcribe.md`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Slowed {
    /// The speed: 0.5 to below 1.
    pub speed: f32,
    /// Whether the voice keeps its pitch, or falls with the speed as on a tape.
    pub pitch: Pitch,
    /// A reading whose mean log probability is below this is heard again, at most 0.
    pub mean_logprob: f32,
}

/// What becomes of the pitch of a slowed voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pitch {
    /// It stays, by overlap and add.
    Kept,
    /// It falls, as in speed perturbation (T. Ko, V. Peddinti, D. Povey, S. Khudanpur, "Audio augmentation for speech
    /// recognition", Interspeech 2015).
    Falling,
}

/// Words that bias the reading towards a domain or a script, in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// The language of the words; they are used for clips in this language only.
    pub language: Language,
    /// The words, as they would stand in a transcript. At most 200 tokens.
    pub text: String,
}

impl Default for WhisperConfig {
    fn default() -> Self {
        let workers = cores();
        Self {
            workers,
            threads: 1,
            oversubscribe: false,
            queue: 4 * workers,
            deadline: Duration::from_secs(10),
            languages: Language::ALL.to_vec(),
            window: Window { trailing: Duration::from_millis(1_500), floor: Duration::ZERO },
            second_look: Some(SecondLook::default()),
            slowed: Vec::new(),
            prompts: Vec::new(),
            alternatives: 2,
        }
    }
}

impl Default for SecondLook {
    fn default() -> Self {
        let window = Window { trailing: Duration::from_secs(4), floor: Duration::from_secs(8) };
        Self { window, mean_logprob: DOUBTFUL, min_logprob: -6.0 }
    }
}

impl WhisperConfig {
    /// The most alternatives a transcript can carry.
    pub const MAX_ALTERNATIVES: usize = 3;

    /// The identity of Whisper with these settings and the weights of this SHA-256: see
    /// [`Transcribe::identity`](super::Transcribe::identity). How many turns are heard at the same time, how they wait and
    /// how long are not part of it.
    #[must_use]
    pub fn identity(&self, sha256: &str) -> String {
        let nobody =
            Self { workers: 0, threads: 0, oversubscribe: false, queue: 0, deadline: Duration::ZERO, ..self.clone() };
        let settings = serde_json::to_string(&nobody).expect("plain data with string keys");
        let settings = hex(&Sha256::digest(settings));
        let start = |digest: &str| digest.chars().take(16).collect::<String>();
        format!("whisper {} {}", start(sha256), start(&settings))
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// The first setting outside its range.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        self.check_workers()?;
        self.check_languages()?;
        if self.deadline.is_zero() {
            return Err(SettingsError::new("deadline in ms", self.deadline.as_millis(), "at least 1"));
        }
        if self.queue == 0 {
            return Err(SettingsError::new("queue", 0, "at least 1"));
        }
        if self.alternatives > Self::MAX_ALTERNATIVES {
            return Err(SettingsError::new("alternatives", self.alternatives, "0..=3"));
        }
        self.second_look.map_or(Ok(()), |look| look.check())?;
        self.slowed.iter().try_for_each(|slowed| slowed.check())
    }

    fn check_workers(&self) -> Result<(), SettingsError> {
        if self.workers == 0 {
            return Err(SettingsError::new("workers", 0, "at least 1"));
        }
        if self.threads == 0 {
            return Err(SettingsError::new("threads", 0, "at least 1"));
        }
        let wanted = self.workers.saturating_mul(self.threads);
        if wanted > cores() && !self.oversubscribe {
            return Err(SettingsError::new("workers x threads", wanted, format!("1..={} cores", cores())));
        }
        Ok(())
    }

    fn check_languages(&self) -> Result<(), SettingsError> {
        if self.languages.is_empty() {
            return Err(SettingsError::new("number of languages", 0, "at least 1"));
        }
        for prompt in &self.prompts {
            let rivals = self.prompts.iter().filter(|other| other.language == prompt.language).count();
            if rivals > 1 {
                return Err(SettingsError::new(format!("prompts in {}", prompt.language), rivals, "at most 1"));
            }
            if prompt.text.contains('\0') {
                return Err(SettingsError::new("prompt", "a NUL character", "text without NUL"));
            }
        }
        Ok(())
    }
}

impl SecondLook {
    fn check(self) -> Result<(), SettingsError> {
        check_logprob("mean_logprob", self.mean_logprob)?;
        check_logprob("min_logprob", self.min_logprob)
    }
}

impl Slowed {
    fn check(self) -> Result<(), SettingsError> {
        if !(0.5..1.0).contains(&self.speed) {
            return Err(SettingsError::new("speed", self.speed, "0.5 to below 1"));
        }
        check_logprob("mean_logprob", self.mean_logprob)
    }
}

/// A NaN would compare as "never suspect".
fn check_logprob(name: &'static str, value: f32) -> Result<(), SettingsError> {
    if value.is_nan() || value > 0.0 {
        return Err(SettingsError::new(name, value, "at most 0"));
    }
    Ok(())
}

/// Cores this process may use.
fn cores() -> usize {
    available_parallelism().map_or(1, NonZero::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(config: WhisperConfig) -> String {
        config.check().expect_err("a setting is off").to_string()
    }

    #[test]
    fn the_default_is_allowed() {
        assert_eq!(WhisperConfig::default().check(), Ok(()));
    }

    #[test]
    fn whatever_changes_what_is_heard_is_another_engine() {
        let fine = WhisperConfig::default;
        let prompt = Prompt { language: Language::Zh, text: "a".into() };
        let slowed = Slowed { speed: 0.85, pitch: Pitch::Kept, mean_logprob: -0.3 };
        let others = [
            WhisperConfig { languages: vec![Language::En], ..fine() },
            WhisperConfig { window: Window::FULL, ..fine() },
            WhisperConfig { second_look: None, ..fine() },
            WhisperConfig { slowed: vec![slowed], ..fine() },
            WhisperConfig { prompts: vec![prompt], ..fine() },
            WhisperConfig { alternatives: 1, ..fine() },
        ];
        let mut identities: Vec<String> = others.iter().map(|other| other.identity("weights")).collect();
        identities.extend([fine().identity("weights"), fine().identity("other weights")]);
        let distinct: std::collections::BTreeSet<&String> = identities.iter().collect();
        assert_eq!(distinct.len(), identities.len(), "{identities:?}");
    }

    #[test]
    fn how_turns_wait_is_the_same_engine() {
        let fine = WhisperConfig::default();
        let (deadline, workers) = (Duration::from_secs(1), fine.workers + 1);
        let other = WhisperConfig { workers, threads: 2, oversubscribe: true, queue: 1, deadline, ..fine.clone() };
        assert_eq!(other.identity("weights"), fine.identity("weights"));
    }

    #[test]
    fn settings_without_other_speeds_are_read_with_the_default_ones() {
        let mut written = serde_json::to_value(WhisperConfig::default()).expect("plain data");
        written.as_object_mut().expect("an object").remove("slowed");
        let read: WhisperConfig = serde_json::from_value(written).expect("settings");
        assert_eq!(read, WhisperConfig::default());
    }

    #[test]
    fn more_threads_than_cores_are_refused_unless_forced() {
        let config = WhisperConfig { workers: cores(), threads: 2, ..WhisperConfig::default() };
        assert_eq!(
            refused(config.clone()),
            format!("workers x threads {} is outside 1..={} cores", 2 * cores(), cores())
        );
        assert_eq!(WhisperConfig { oversubscribe: true, ..config }.check(), Ok(()));
    }

    #[test]
    fn each_setting_is_refused_outside_its_range() {
        let fine = WhisperConfig::default;
        let prompt = |text: &str| Prompt { language: Language::Zh, text: text.into() };
        let look = SecondLook { mean_logprob: f32::NAN, ..SecondLook::default() };
        let slowed = |speed, mean_logprob| {
            let slowed = vec![Slowed { speed, pitch: Pitch::Kept, mean_logprob }];
            WhisperConfig { slowed, ..fine() }
        };
        let cases = [
            (slowed(1.0, -0.3), "speed 1 is outside 0.5 to below 1"),
            (slowed(f32::NAN, -0.3), "speed NaN is outside 0.5 to below 1"),
            (slowed(0.85, f32::NAN), "mean_logprob NaN is outside at most 0"),
            (WhisperConfig { workers: 0, ..fine() }, "workers 0 is outside at least 1"),
            (WhisperConfig { threads: 0, ..fine() }, "threads 0 is outside at least 1"),
            (WhisperConfig { queue: 0, ..fine() }, "queue 0 is outside at least 1"),
            (WhisperConfig { deadline: Duration::ZERO, ..fine() }, "deadline in ms 0 is outside at least 1"),
            (WhisperConfig { languages: vec![], ..fine() }, "number of languages 0 is outside at least 1"),
            (WhisperConfig { alternatives: 4, ..fine() }, "alternatives 4 is outside 0..=3"),
            (WhisperConfig { second_look: Some(look), ..fine() }, "mean_logprob NaN is outside at most 0"),
            (
                WhisperConfig { prompts: vec![prompt("a"), prompt("b")], ..fine() },
                "prompts in zh 2 is outside at most 1",
            ),
            (
                WhisperConfig { prompts: vec![prompt("a\0")], ..fine() },
                "prompt a NUL character is outside text without NUL",
            ),
        ];
        for (config, text) in cases {
            assert_eq!(refused(config), text);
        }
    }
}
