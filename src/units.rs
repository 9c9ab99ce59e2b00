//! Checked quantities. A value of these types is always inside its range.

use serde::{Deserialize, Serialize};

use crate::error::SettingsError;

/// A probability: finite and inside `0.0..=1.0`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Probability(f64);

impl Probability {
    /// Certainly not.
    pub const ZERO: Self = Self(0.0);
    /// Certainly.
    pub const ONE: Self = Self(1.0);

    /// Takes a value from `0.0..=1.0`; `None` for anything else, NaN included.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        (0.0..=1.0).contains(&value).then_some(Self(value))
    }

    /// Clamps a value into `0.0..=1.0`; NaN becomes 0, the value that automates nothing.
    #[must_use]
    pub fn clamped(value: f64) -> Self {
        if value.is_nan() {
            return Self::ZERO;
        }
        Self(value.clamp(0.0, 1.0))
    }

    /// The plain number.
    #[must_use]
    pub const fn value(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Probability {
    type Error = SettingsError;

    fn try_from(value: f64) -> Result<Self, SettingsError> {
        Self::new(value).ok_or_else(|| SettingsError::new("probability", value, "0.0..=1.0"))
    }
}

impl From<Probability> for f64 {
    fn from(probability: Probability) -> Self {
        probability.0
    }
}

/// Samples per second and channel, `8000..=48000` Hz.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct SampleRate(u32);

impl SampleRate {
    /// What telephones send.
    pub const TELEPHONE: Self = Self(8_000);
    /// What the speech engine takes.
    pub const ENGINE: Self = Self(16_000);
    /// The lowest rate taken.
    pub const MIN_HZ: u32 = 8_000;
    /// The highest rate taken.
    pub const MAX_HZ: u32 = 48_000;

    /// Takes a rate in hertz from `8000..=48000`; `None` for anything else.
    #[must_use]
    pub fn new(hz: u32) -> Option<Self> {
        (Self::MIN_HZ..=Self::MAX_HZ).contains(&hz).then_some(Self(hz))
    }

    /// The rate in hertz.
    #[must_use]
    pub const fn hz(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for SampleRate {
    type Error = SettingsError;

    fn try_from(hz: u32) -> Result<Self, SettingsError> {
        Self::new(hz).ok_or_else(|| SettingsError::new("sample rate in Hz", hz, "8000..=48000"))
    }
}

impl From<SampleRate> for u32 {
    fn from(rate: SampleRate) -> Self {
        rate.0
    }
}

/// A language of the router.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Language {
    /// Mandarin Chinese, always written in the simplified script.
    Zh,
    /// English.
    En,
}

impl Language {
    /// Every language, in a fixed order.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The ISO 639-1 code: `zh` or `en`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The language a text is written in: Mandarin where it has a Chinese character, English otherwise.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        // Callers mix Latin words into Chinese sentences, never the reverse.
        if text.contains(crate::text::is_han) { Self::Zh } else { Self::En }
    }

    /// The language with this ISO 639-1 code.
    ///
    /// # Errors
    /// [`SettingsError`] naming the code given and the codes allowed.
    pub fn from_code(code: &str) -> Result<Self, SettingsError> {
        Self::ALL
            .into_iter()
            .find(|language| language.code() == code)
            .ok_or_else(|| SettingsError::new("language", code, "zh, en"))
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

/// The stable name of an intent, as in the pack's label file: `deposit_refund`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IntentId(String);

impl IntentId {
    /// The intent that every pack treats as a request for a person, whatever its score.
    pub const HUMAN_AGENT: &'static str = "human_agent";
    /// What a label file writes where none of the pack's intents holds. Never the name of an intent.
    pub const OUT_OF_SCOPE: &'static str = "out_of_scope";

    /// Wraps a name. Which names exist is the pack's knowledge, not this type's.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the request for a person.
    #[must_use]
    pub fn is_human_agent(&self) -> bool {
        self.0 == Self::HUMAN_AGENT
    }
}

impl std::fmt::Display for IntentId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_is_inside_its_range() {
        assert_eq!(Probability::new(0.5).map(Probability::value), Some(0.5));
        for wrong in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(Probability::new(wrong), None);
        }
        assert_eq!(Probability::clamped(f64::NAN), Probability::ZERO);
        assert_eq!(Probability::clamped(7.0), Probability::ONE);
    }

    #[test]
    fn a_probability_outside_its_range_is_not_read_from_a_file() {
        let error = serde_json::from_str::<Probability>("1.5").expect_err("outside");
        assert!(error.to_string().starts_with("probability 1.5 is outside 0.0..=1.0"), "{error}");
    }

    #[test]
    fn a_sample_rate_outside_its_range_is_named() {
        assert_eq!(
            SampleRate::try_from(4_000).map_err(|error| error.to_string()),
            Err("sample rate in Hz 4000 is outside 8000..=48000".into())
        );
    }

    #[test]
    fn an_unknown_language_is_named() {
        assert_eq!(
            Language::from_code("fr").map_err(|error| error.to_string()),
            Err("language fr is outside zh, en".into())
        );
    }

    #[test]
    fn a_text_with_a_chinese_character_is_mandarin() {
        for (text, language) in
            [("我的 iPhone 坏了", Language::Zh), ("agent", Language::En), ("", Language::En), ("123", Language::En)]
        {
            assert_eq!(Language::of_text(text), language, "{text:?}");
        }
    }
}
