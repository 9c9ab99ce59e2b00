/// A promise to every caller that no setting can weaken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Invariant {
    /// A caller who asks for a person gets one at the first ask.
    FirstAskIsEnough,
    /// No failure leaves a caller without a person.
    FailureReachesAPerson,
    /// At most one question in a row and two turns not understood, then a person.
    OneQuestionTwoFailures,
    /// A hand-off always carries a way to a person.
    AlwaysAWay,
    /// A broken promise puts the caller first, and a promise is short enough to be kept.
    PromisesAreKept,
    /// A confidence is a promise about error rates: nothing is automated below the calibrated target.
    UnsureIsNeverAutomated,
    /// More trouble never makes a person less likely.
    TroubleNeverHelpsTheMachine,
}

impl Invariant {
    /// Every invariant, in the order of the design.
    pub const ALL: [Self; 7] = [
        Self::FirstAskIsEnough,
        Self::FailureReachesAPerson,
        Self::OneQuestionTwoFailures,
        Self::AlwaysAWay,
        Self::PromisesAreKept,
        Self::UnsureIsNeverAutomated,
        Self::TroubleNeverHelpsTheMachine,
    ];

    /// The name, as errors print it: `first_ask_is_enough`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FirstAskIsEnough => "first_ask_is_enough",
            Self::FailureReachesAPerson => "failure_reaches_a_person",
            Self::OneQuestionTwoFailures => "one_question_two_failures",
            Self::AlwaysAWay => "always_a_way",
            Self::PromisesAreKept => "promises_are_kept",
            Self::UnsureIsNeverAutomated => "unsure_is_never_automated",
            Self::TroubleNeverHelpsTheMachine => "trouble_never_helps_the_machine",
        }
    }
}

impl std::fmt::Display for Invariant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_invariant_is_printed_by_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> = Invariant::ALL.iter().map(Invariant::to_string).collect();
        assert_eq!(names.len(), Invariant::ALL.len());
        assert_eq!(Invariant::FirstAskIsEnough.to_string(), "first_ask_is_enough");
    }
}
