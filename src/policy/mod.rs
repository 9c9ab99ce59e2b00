//! What is known becomes what to do: a pure function, with no clock, no file and no model in it.
//!
//! A caller is handed to a person if any rule of `rules` asks for it; no setting removes a rule. See [`Invariant`].

mod authority;
mod brief;
mod decision;
mod domain;
mod finite;
mod heard;
mod invariant;
mod past;
mod plan;
mod priority;
mod question;
mod rules;
mod settings;
mod situation;
mod summary;
mod ways;

pub use authority::{Authority, Level};
pub use brief::{Brief, Mood, Said, Tried};
pub use decision::{Action, Decision, Evidence, HandOff, Question, Reason, Timings, Words};
pub use domain::{Domain, IntentCard, PerLanguage};
pub use heard::{Failure, Heard, Outcome};
pub use invariant::Invariant;
pub use priority::{Priority, PriorityError};
pub use settings::Settings;
pub use ways::{NoWay, Way, Ways};

use crate::call::{Call, Event};
use crate::desk::Desk;
use crate::error::PolicyError;

use situation::{Happening, Situation};

/// Decides what to do with a caller.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    settings: Settings,
    domain: Domain,
}

impl Policy {
    /// The default settings for the intents of `domain`.
    #[must_use]
    pub fn new(domain: Domain) -> Self {
        Self { settings: Settings::default(), domain }
    }

    /// The operator's settings for the intents of `domain`.
    ///
    /// # Errors
    /// [`PolicyError::Invariant`] for a value that would weaken an invariant.
    pub fn with_settings(domain: Domain, settings: Settings) -> Result<Self, PolicyError> {
        settings.validate()?;
        Ok(Self { settings, domain })
    }

    /// The settings.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The intents' cards.
    #[must_use]
    pub const fn domain(&self) -> &Domain {
        &self.domain
    }

    /// What to do after a turn of speech or text. `call` is the call before this turn; the clock is `desk.now`.
    #[must_use]
    pub fn decide(&self, call: &Call, heard: &Heard, desk: &Desk) -> Decision {
        self.judge(&Situation::new(self, call, Happening::Heard(heard), desk))
    }

    /// What to do after any event; `None` where nothing is to be done: a person answered, a callback was promised
    /// or made, the call has ended.
    #[must_use]
    pub fn respond(&self, call: &Call, event: &Event, desk: &Desk) -> Option<Decision> {
        match event {
            Event::Utterance(heard) | Event::Typed(heard) => Some(self.decide(call, heard, desk)),
            Event::Answered { .. } | Event::CallbackPromised(_) | Event::CallbackMade { .. } | Event::Ended => None,
            Event::Digits { .. }
            | Event::Silence { .. }
            | Event::DeskStatus
            | Event::HandOffFailed { .. }
            | Event::CallbackMissed { .. } => {
                Some(self.judge(&Situation::new(self, call, Happening::Other(event), desk)))
            }
        }
    }

    fn judge(&self, s: &Situation<'_>) -> Decision {
        let reasons = rules::reasons(s);
        let (action, reason) = match reasons.first() {
            Some(Reason::NoSpeech) if may_ask_again(s, &reasons) => (clarify(question::say_again(s)), Reason::NoSpeech),
            Some(reason) => (Action::HandOff(summary::hand_off(s, &reasons)), *reason),
            None => self.serve(s),
        };
        let signals = if matches!(action, Action::HandOff(_)) { reasons } else { Vec::new() };
        summary::decision(s, action, reason, signals)
    }

    /// What to do where no rule asks for a person.
    fn serve(&self, s: &Situation<'_>) -> (Action, Reason) {
        if let Some((intent, _)) = s.sure_of() {
            return (Action::Automate { intent: intent.clone() }, Reason::Confident);
        }
        if rules::is_ambiguous(s) && !s.past.was_asked() {
            return (clarify(question::which_wish(s)), Reason::Ambiguous);
        }
        (Action::HandOff(summary::hand_off(s, &[])), Reason::LowConfidence)
    }
}

fn clarify(question: Question) -> Action {
    Action::Clarify { question }
}

/// Only where nothing was heard: words that were not understood may have asked for a person.
fn may_ask_again(s: &Situation<'_>, reasons: &[Reason]) -> bool {
    s.settings().ask_again_when_nothing_heard && reasons.len() == 1 && !s.past.was_asked()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::classify::Ranked;
    use crate::units::{IntentId, Probability};

    fn policy() -> Policy {
        Policy::new(Domain::plain(&["a", "b"].map(IntentId::new)))
    }

    /// A turn that means one of two wishes.
    fn ambiguous() -> Heard {
        let assessment = serde_json::json!({"confidence": 0.5, "automate_from": 0.9, "likely": ["a", "b"]});
        let ranked = |intent| Ranked { intent: IntentId::new(intent), probability: Probability::clamped(0.5) };
        Heard {
            outcome: Outcome::Understood,
            ranking: ["a", "b"].map(ranked).to_vec(),
            assessment: Some(serde_json::from_value(assessment).expect("an assessment")),
            ..Heard::default()
        }
    }

    #[test]
    fn no_second_question_follows_whatever_reason_a_foreign_record_gives_for_the_first() {
        let desk = Desk::always_open(Timestamp::UNIX_EPOCH);
        let mut call = Call::at(desk.now);
        let mut first = policy().decide(&call, &ambiguous(), &desk);
        assert_eq!((first.action.name(), first.reason), ("clarify", Reason::Ambiguous));
        first.reason = Reason::Confident;
        call.record(desk.now, Event::Typed(ambiguous()), Some(&first));
        let second = policy().decide(&call, &ambiguous(), &desk);
        assert_eq!((second.action.name(), second.reason), ("hand_off", Reason::LowConfidence));
    }

    #[test]
    fn the_operators_settings_are_kept_and_those_that_weaken_an_invariant_refused() {
        let domain = || policy().domain().clone();
        let patient = Settings { longest_wait_seconds: 180, ..Settings::default() };
        let kept = Policy::with_settings(domain(), patient.clone()).expect("in range");
        assert_eq!(kept.settings(), &patient);
        let refused = Policy::with_settings(domain(), Settings { failed_turns: 3, ..Settings::default() });
        let expected = PolicyError::Invariant {
            setting: "failed_turns",
            found: "3".to_owned(),
            allowed: "1..=2".to_owned(),
            invariant: Invariant::OneQuestionTwoFailures,
        };
        assert_eq!(refused, Err(expected));
    }
}
