use serde::{Deserialize, Serialize};

/// What somebody may decide, from least to most. Whoever may do more may do all that comes before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(tag = "level", rename_all = "snake_case")]
pub enum Authority {
    /// Read an order, a bill, opening hours.
    #[default]
    LookUp,
    /// Change a plan, an address, a password.
    Change,
    /// Pay money back.
    Refund {
        /// The largest sum, in whole units of the domain's currency.
        up_to: u32,
    },
    /// Settle a complaint, break a rule for the caller's sake.
    Complaint,
    /// Stop fraud, harassment or the use of a lost card at once.
    Safety,
}

impl Authority {
    /// The next step up: where to go when someone of this authority could not help.
    #[must_use]
    pub const fn above(self) -> Self {
        match self {
            Self::LookUp => Self::Change,
            Self::Change => Self::Refund { up_to: 0 },
            Self::Refund { .. } => Self::Complaint,
            Self::Complaint | Self::Safety => Self::Safety,
        }
    }
}

/// The authority an intent needs, before a sum is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// See [`Authority::LookUp`].
    #[default]
    LookUp,
    /// See [`Authority::Change`].
    Change,
    /// See [`Authority::Refund`].
    Refund,
    /// See [`Authority::Complaint`].
    Complaint,
    /// See [`Authority::Safety`].
    Safety,
}

impl Level {
    /// The authority for this level and the sum the caller named; without a sum any refund will do.
    #[must_use]
    pub fn with_amount(self, amount: Option<u32>) -> Authority {
        match self {
            Self::LookUp => Authority::LookUp,
            Self::Change => Authority::Change,
            Self::Refund => Authority::Refund { up_to: amount.unwrap_or(0) },
            Self::Complaint => Authority::Complaint,
            Self::Safety => Authority::Safety,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [Authority; 7] = [
        Authority::LookUp,
        Authority::Change,
        Authority::Refund { up_to: 0 },
        Authority::Refund { up_to: 200 },
        Authority::Refund { up_to: 5000 },
        Authority::Complaint,
        Authority::Safety,
    ];

    #[test]
    fn who_may_do_more_may_do_all_before() {
        assert!(STEPS.is_sorted());
    }

    #[test]
    fn above_is_higher_until_the_top() {
        for step in STEPS {
            assert!(step.above() > step || step == Authority::Safety, "{step:?}");
        }
    }
}
