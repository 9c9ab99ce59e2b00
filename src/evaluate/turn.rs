use serde::{Deserialize, Serialize};

use crate::calibrate::{Assessment, LabelledTurn, Medium, Truth, TurnEvidence};
use crate::call::Call;
use crate::desk::Desk;
use crate::policy::{Action, Decision, Heard, Outcome as Hearing, Policy, Reason};
use crate::transcribe::Verdict;
use crate::units::{IntentId, Language};

use super::set::Entry;

/// A labelled turn beside what was decided on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JudgedTurn {
    /// Which turn.
    pub id: String,
    /// What turns that depend on each other share.
    pub group: String,
    /// The language spoken or written, by the label.
    pub language: Language,
    /// What is right.
    pub truth: Truth,
    /// Level over the noise mixed in, in dB, by the label.
    pub snr_db: Option<f32>,
    /// What was done to the sound, by the label.
    pub condition: Option<String>,
    /// The first intent of the ranking.
    pub first: Option<IntentId>,
    /// The calibrated confidence; `None` where nothing was said of the turn.
    pub confidence: Option<f64>,
    /// Intents in the set of likely ones, and whether the right one is among them.
    pub likely: usize,
    /// Whether the right intent is among the likely ones.
    pub likely_holds_truth: bool,
    /// What was done.
    pub outcome: Outcome,
    /// The strongest reason for it.
    pub reason: Reason,
    /// From the first sample to the decision, in milliseconds.
    pub total_ms: f64,
}

/// What became of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The machine acted on the first intent.
    Automated,
    /// The caller was asked which of two or three wishes it is.
    Asked,
    /// A person.
    Person,
}

impl JudgedTurn {
    /// The name that stands for no intent at all.
    pub const NOTHING: &'static str = "nothing";

    /// Puts label, evidence and decision together.
    #[must_use]
    pub fn new(entry: &Entry, heard: &Heard, decision: &Decision) -> Self {
        let likely = heard.assessment.as_ref().map_or(&[][..], |assessment| &assessment.likely);
        let said = heard.assessment.as_ref().filter(|_| heard.outcome == Hearing::Understood);
        Self {
            id: entry.id.clone(),
            group: entry.group.clone(),
            language: entry.language,
            truth: entry.truth.clone(),
            snr_db: entry.snr_db,
            condition: entry.condition.clone(),
            first: heard.intent().cloned(),
            confidence: said.map(|assessment| assessment.confidence.value()),
            likely: likely.len(),
            likely_holds_truth: likely.iter().any(|intent| entry.truth.is(intent)),
            outcome: Outcome::of(&decision.action),
            reason: decision.reason,
            total_ms: heard.timings.total_ms.into(),
        }
    }

    /// Whether the first intent is right.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.first.as_ref().is_some_and(|first| self.truth.is(first))
    }

    /// Whether one of the pack's intents is right.
    #[must_use]
    pub const fn is_in_scope(&self) -> bool {
        matches!(self.truth, Truth::Intent(_))
    }

    /// Whether the caller asks for a person, by the label.
    #[must_use]
    pub fn is_request(&self) -> bool {
        matches!(&self.truth, Truth::Intent(intent) if intent.is_human_agent())
    }

    /// Whether the turn was taken for a request for a person.
    #[must_use]
    pub const fn is_taken_for_request(&self) -> bool {
        matches!(self.reason, Reason::AskedForHuman | Reason::MaybeAskedForHuman)
    }

    /// Whether the machine acted on a wrong intent.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.outcome == Outcome::Automated && !self.is_right()
    }

    pub(super) fn truth_name(&self) -> &str {
        self.truth.label()
    }

    pub(super) fn found_name(&self) -> &str {
        self.first.as_ref().map_or(Self::NOTHING, IntentId::as_str)
    }
}

impl Outcome {
    const fn of(action: &Action) -> Self {
        match action {
            Action::Automate { .. } => Self::Automated,
            Action::Clarify { .. } => Self::Asked,
            Action::HandOff(_) => Self::Person,
        }
    }
}

/// Whether a policy would let the machine act on this turn if its first intent were certain: which turns a promise is
/// about.
#[must_use]
pub fn could_be_automated(policy: &Policy, heard: &Heard, desk: &Desk) -> bool {
    let Some(first) = heard.intent() else { return false };
    let certain = Heard { assessment: Some(Assessment::certain(first.clone())), ..heard.clone() };
    matches!(policy.decide(&Call::at(desk.now), &certain, desk).action, Action::Automate { .. })
}

impl LabelledTurn {
    /// What a calibration learns from a heard turn of a labelled set; `None` where nothing was classified.
    #[must_use]
    pub fn from_heard(entry: &Entry, heard: &Heard, eligible: bool) -> Option<Self> {
        heard.ranking.first()?;
        Some(Self {
            id: entry.id.clone(),
            group: entry.group.clone(),
            evidence: TurnEvidence::of(heard)?,
            ranking: heard.ranking.clone(),
            novelty: heard.novelty,
            agreement: heard.agreement,
            truth: entry.truth.clone(),
            eligible,
        })
    }
}

impl TurnEvidence {
    /// The evidence kept in a heard turn; `None` where it has no language, or only half of the evidence of speech.
    #[must_use]
    pub fn of(heard: &Heard) -> Option<Self> {
        let language = heard.language?;
        let verdict = match heard.outcome {
            Hearing::Understood => Verdict::Heard,
            Hearing::Unreliable { verdict } => verdict,
            Hearing::NoSpeech | Hearing::Failed { .. } => Verdict::NoSpeech,
        };
        let medium = match (heard.speech, heard.transcription) {
            (Some(speech), Some(transcript)) => Medium::Spoken { speech, transcript, verdict },
            (None, None) => Medium::Typed,
            (Some(_), None) | (None, Some(_)) => return None,
        };
        Some(Self { language, medium })
    }
}

#[cfg(test)]
pub(super) fn judged(truth: &str, first: Option<&str>, confidence: f64) -> JudgedTurn {
    JudgedTurn {
        id: format!("{truth}-{first:?}-{confidence}"),
        group: format!("{truth}-{first:?}-{confidence}"),
        language: Language::Zh,
        truth: Truth::from_label(truth),
        snr_db: None,
        condition: None,
        first: first.map(IntentId::new),
        confidence: first.map(|_| confidence),
        likely: 1,
        likely_holds_truth: first == Some(truth),
        outcome: if confidence > 0.8 { Outcome::Automated } else { Outcome::Person },
        reason: Reason::LowConfidence,
        total_ms: 100.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::SpeechEvidence;
    use crate::classify::Ranked;
    use crate::human::PersonRequest;
    use crate::policy::Domain;
    use crate::units::Probability;

    fn heard(first: &str) -> Heard {
        let ranked = Ranked { intent: IntentId::new(first), probability: Probability::clamped(0.9) };
        let language = Some(Language::Zh);
        Heard { outcome: Hearing::Understood, language, ranking: vec![ranked], ..Heard::default() }
    }

    #[test]
    fn a_promise_is_about_turns_a_machine_may_act_on() {
        let intents = ["order_status", IntentId::HUMAN_AGENT].map(IntentId::new);
        let policy = Policy::new(Domain::plain(&intents));
        let desk = Desk::always_open(jiff::Timestamp::UNIX_EPOCH);
        assert!(could_be_automated(&policy, &heard("order_status"), &desk));
        assert!(!could_be_automated(&policy, &heard(IntentId::HUMAN_AGENT), &desk));
        let asking = PersonRequest::Explicit { evidence: "转人工".to_owned() };
        let asking = Heard { person: asking, ..heard("order_status") };
        assert!(!could_be_automated(&policy, &asking, &desk));
        assert!(!could_be_automated(&policy, &Heard::default(), &desk));
    }

    #[test]
    fn half_of_the_evidence_is_none() {
        let speech = Some(SpeechEvidence::default());
        assert!(TurnEvidence::of(&Heard { speech, ..heard("a") }).is_none());
        assert!(TurnEvidence::of(&heard("a")).is_some());
        assert!(TurnEvidence::of(&Heard::default()).is_none());
    }

    #[test]
    fn only_acting_on_the_wrong_intent_is_an_error() {
        assert!(judged("a", Some("b"), 0.9).is_error());
        assert!(judged("out_of_scope", Some("b"), 0.9).is_error());
        assert!(!judged("a", Some("b"), 0.5).is_error());
        assert!(!judged("a", Some("a"), 0.9).is_error());
    }
}
