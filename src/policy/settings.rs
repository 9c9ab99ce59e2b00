use serde::{Deserialize, Serialize};

use crate::calibrate::RiskTarget;
use crate::error::PolicyError;

use super::{Invariant, Level};

/// What an operator may choose. Read from TOML; every value is checked, every unknown key refused.
///
/// No setting reaches an invariant: [`Settings::validate`] names the one that a value would weaken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Turns not understood after which a person follows: `1..=2`, default 2.
    pub failed_turns: u32,
    /// The most wishes in a question, `0..=3`, default 3; below 2 nothing is ever asked.
    pub question_options: usize,
    /// Whether a caller of whom nothing was heard is asked once to say it again, default false: a person at once.
    pub ask_again_when_nothing_heard: bool,
    /// The error rate promised for what is automated, and with which certainty: `[risk] max_error, certainty, scope`,
    /// default at most 2 % with 95 %, for each language by itself where its labelled turns allow, else over all together.
    pub risk: RiskTarget,
    /// Nothing is automated below this confidence, whatever the calibration allows: `0.5..=1.0`, default 0.5.
    pub automate_floor: f64,
    /// What the machine may settle alone: `look_up`, `change` or `refund` (default).
    pub machine_authority: Level,
    /// The largest refund the machine may settle, in whole units of the currency, default 500.
    pub machine_refund_up_to: u32,
    /// Seconds of silence after which a person follows, `2..=15`, default 6.
    pub silence_seconds: f32,
    /// From which cosine on two turns are the same wish, `0.5..=0.99`, default 0.93.
    pub same_wish_cosine: f32,
    /// By how many dB a caller must speak up to count as worn out, `3..=30`, default 9.
    pub louder_by_db: f32,
    /// Seconds of waiting from which a callback comes before the queue, `10..=180`, default 60.
    pub longest_wait_seconds: u32,
    /// Minutes within which a callback is promised while a desk is open, `5..=240`, default 30.
    pub callback_within_minutes: u32,
    /// Hours after which no callback may be promised, however long the desks are closed, `4..=72`, default 72.
    pub longest_promise_hours: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            failed_turns: 2,
            question_options: 3,
            ask_again_when_nothing_heard: false,
            risk: RiskTarget::default(),
            automate_floor: 0.5,
            machine_authority: Level::Refund,
            machine_refund_up_to: 500,
            silence_seconds: 6.0,
            same_wish_cosine: 0.93,
            louder_by_db: 9.0,
            longest_wait_seconds: 60,
            callback_within_minutes: 30,
            longest_promise_hours: 72,
        }
    }
}

impl Settings {
    /// Reads a policy file (TOML). A key left out has its default; a key that does not exist is refused.
    ///
    /// # Errors
    /// [`PolicyError::Form`] for text that is not such a file, [`PolicyError::Invariant`] as in
    /// [`Settings::validate`].
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        let settings: Self = toml::from_str(text).map_err(|error| PolicyError::Form {
            file: "policy",
            text: error.to_string().trim_end().replace('\n', " "),
        })?;
        settings.validate()?;
        Ok(settings)
    }

    /// Checks every value.
    ///
    /// # Errors
    /// [`PolicyError::Invariant`] naming the first value outside its range and the invariant it would weaken.
    pub fn validate(&self) -> Result<(), PolicyError> {
        use Invariant::{
            AlwaysAWay, OneQuestionTwoFailures, PromisesAreKept, TroubleNeverHelpsTheMachine, UnsureIsNeverAutomated,
        };
        within("failed_turns", self.failed_turns, 1, 2, OneQuestionTwoFailures)?;
        within("question_options", self.question_options, 0, 3, OneQuestionTwoFailures)?;
        within("automate_floor", self.automate_floor, 0.5, 1.0, UnsureIsNeverAutomated)?;
        within("machine_authority", self.machine_authority, Level::LookUp, Level::Refund, TroubleNeverHelpsTheMachine)?;
        within("silence_seconds", self.silence_seconds, 2.0, 15.0, TroubleNeverHelpsTheMachine)?;
        within("same_wish_cosine", self.same_wish_cosine, 0.5, 0.99, TroubleNeverHelpsTheMachine)?;
        within("louder_by_db", self.louder_by_db, 3.0, 30.0, TroubleNeverHelpsTheMachine)?;
        within("longest_wait_seconds", self.longest_wait_seconds, 10, 180, AlwaysAWay)?;
        within("callback_within_minutes", self.callback_within_minutes, 5, 240, PromisesAreKept)?;
        within("longest_promise_hours", self.longest_promise_hours, 4, 72, PromisesAreKept)
    }
}

/// A NaN is inside no range.
fn within<T: PartialOrd + std::fmt::Debug>(
    setting: &'static str,
    found: T,
    least: T,
    most: T,
    invariant: Invariant,
) -> Result<(), PolicyError> {
    if (&least..=&most).contains(&&found) {
        return Ok(());
    }
    Err(PolicyError::Invariant {
        setting,
        found: format!("{found:?}"),
        allowed: format!("{least:?}..={most:?}"),
        invariant,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Settings::from_toml(text).expect_err("refused").to_string()
    }

    #[test]
    fn a_value_that_weakens_an_invariant_is_refused_by_its_name() {
        assert_eq!(
            refused("failed_turns = 5"),
            "failed_turns 5 is outside 1..=2: it would weaken the invariant one_question_two_failures"
        );
        assert_eq!(
            refused("machine_authority = 'safety'"),
            "machine_authority Safety is outside LookUp..=Refund: it would weaken the invariant \
             trouble_never_helps_the_machine"
        );
        assert_eq!(
            refused("callback_within_minutes = 4320"),
            "callback_within_minutes 4320 is outside 5..=240: it would weaken the invariant promises_are_kept"
        );
        assert!(refused("automate_floor = nan").contains("unsure_is_never_automated"));
        assert!(refused("longest_wait_seconds = 100000").contains("always_a_way"));
    }

    #[test]
    fn an_unknown_key_is_refused_by_its_name() {
        let text = refused("hand_off_on_request = false");
        assert!(text.starts_with("policy: ") && text.contains("hand_off_on_request"), "{text}");
    }

    #[test]
    fn an_empty_file_is_the_default() {
        assert_eq!(Settings::from_toml(""), Ok(Settings::default()));
    }
}
