use crate::error::SettingsError;

/// How much audio is taken. Both limits are checked before anything of that size is allocated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    max_seconds: f32,
    max_bytes: u64,
}

impl Limits {
    /// Fewest seconds taken. The speech engine answers less than 0.1 s with no text at all (whisper.cpp,
    /// `whisper_full_with_state`), and no word of either language is that short.
    pub const MIN_SECONDS: f32 = 0.1;
    /// The largest `max_seconds` there may be: ten minutes of 16 kHz floats are 38 MB.
    pub const MAX_SECONDS: f32 = 600.0;
    /// The default of `max_seconds`: the speech engine's whole window.
    pub const DEFAULT_SECONDS: f32 = 30.0;
    /// The default of `max_bytes`, 64 MiB: 30 s of 32-bit samples at 48 kHz in eleven channels.
    pub const DEFAULT_BYTES: u64 = 64 << 20;

    /// Takes `max_seconds` from `0.1..=600.0` and `max_bytes` of a file or buffer from `1..=4294967295`.
    ///
    /// # Errors
    /// [`SettingsError`] naming the limit, the value given and those allowed.
    pub fn new(max_seconds: f32, max_bytes: u64) -> Result<Self, SettingsError> {
        if !(Self::MIN_SECONDS..=Self::MAX_SECONDS).contains(&max_seconds) {
            return Err(SettingsError::new("longest audio in seconds", max_seconds, "0.1..=600"));
        }
        if !(1..=u64::from(u32::MAX)).contains(&max_bytes) {
            return Err(SettingsError::new("largest audio in bytes", max_bytes, "1..=4294967295"));
        }
        Ok(Self { max_seconds, max_bytes })
    }

    /// Most seconds of sound taken.
    #[must_use]
    pub const fn max_seconds(self) -> f32 {
        self.max_seconds
    }

    /// Most bytes of a file or buffer taken.
    #[must_use]
    pub const fn max_bytes(self) -> u64 {
        self.max_bytes
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_seconds: Self::DEFAULT_SECONDS, max_bytes: Self::DEFAULT_BYTES }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_outside_its_range_names_the_range() {
        let text = |seconds, bytes| Limits::new(seconds, bytes).map_err(|error| error.to_string());
        assert_eq!(text(f32::NAN, 1), Err("longest audio in seconds NaN is outside 0.1..=600".into()));
        assert_eq!(text(0.0, 1), Err("longest audio in seconds 0 is outside 0.1..=600".into()));
        assert_eq!(text(30.0, 0), Err("largest audio in bytes 0 is outside 1..=4294967295".into()));
        assert_eq!(Limits::new(30.0, 64 << 20), Ok(Limits::default()));
    }
}
