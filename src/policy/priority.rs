use serde::{Deserialize, Serialize};

/// How soon a caller is served, against others: `0..=100`, more is sooner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Priority(u8);

impl Priority {
    /// A first call, just begun.
    pub const NORMAL: Self = Self(10);
    /// The most that waiting, failed hand-offs and anger add up to.
    pub const HIGH: Self = Self(80);
    /// Harassment, fraud, lost cards.
    pub const URGENT: Self = Self(90);
    /// A promise to this caller was broken: nobody comes before.
    pub const FIRST: Self = Self(100);

    /// Takes a number from `0..=100`; `None` for more.
    #[must_use]
    pub const fn new(value: u8) -> Option<Self> {
        if value <= Self::FIRST.0 { Some(Self(value)) } else { None }
    }

    /// Adds points without passing [`Priority::HIGH`].
    #[must_use]
    pub fn raised(self, points: u32) -> Self {
        let sum = u32::from(self.0).saturating_add(points);
        Self(u8::try_from(sum).unwrap_or(u8::MAX).min(Self::HIGH.0))
    }

    /// The plain number.
    #[must_use]
    pub const fn value(self) -> u8 {
        self.0
    }
}

/// A number above 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("priority {0} is outside 0..=100")]
pub struct PriorityError(u8);

impl TryFrom<u8> for Priority {
    type Error = PriorityError;

    fn try_from(value: u8) -> Result<Self, PriorityError> {
        Self::new(value).ok_or(PriorityError(value))
    }
}

impl From<Priority> for u8 {
    fn from(priority: Priority) -> Self {
        priority.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_above_100_is_refused() {
        assert_eq!(Priority::try_from(100), Ok(Priority::FIRST));
        assert_eq!(Priority::try_from(101), Err(PriorityError(101)));
        let read = serde_json::from_str::<Priority>("101").expect_err("above 100").to_string();
        assert!(read.contains("priority 101 is outside 0..=100"), "{read}");
    }

    #[test]
    fn points_add_up_to_high_and_no_further() {
        assert_eq!(Priority::NORMAL.raised(69).value(), 79);
        for points in [70, 71, 300, u32::MAX] {
            assert_eq!(Priority::NORMAL.raised(points), Priority::HIGH, "{points}");
        }
    }
}
