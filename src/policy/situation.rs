use crate::calibrate::{Assessment, Confidence};
use crate::call::{Call, Event};
use crate::desk::Desk;
use crate::units::IntentId;

use super::past::Past;
use super::{Authority, Domain, Heard, Outcome, Policy, Settings};

/// Everything one decision looks at.
#[derive(Debug)]
pub(super) struct Situation<'a> {
    pub(super) policy: &'a Policy,
    pub(super) call: &'a Call,
    pub(super) happening: Happening<'a>,
    pub(super) desk: &'a Desk,
    pub(super) past: Past<'a>,
}

/// What has just happened.
#[derive(Debug, Clone, Copy)]
pub(super) enum Happening<'a> {
    /// Speech or text.
    Heard(&'a Heard),
    /// Anything else.
    Other(&'a Event),
}

impl<'a> Situation<'a> {
    pub(super) fn new(policy: &'a Policy, call: &'a Call, happening: Happening<'a>, desk: &'a Desk) -> Self {
        Self { policy, call, happening, desk, past: Past::of(call, desk.now) }
    }

    pub(super) fn settings(&self) -> &'a Settings {
        &self.policy.settings
    }

    pub(super) fn domain(&self) -> &'a Domain {
        &self.policy.domain
    }

    pub(super) fn heard(&self) -> Option<&'a Heard> {
        match self.happening {
            Happening::Heard(heard) => Some(heard),
            Happening::Other(_) => None,
        }
    }

    pub(super) fn event(&self) -> Option<&'a Event> {
        match self.happening {
            Happening::Heard(_) => None,
            Happening::Other(event) => Some(event),
        }
    }

    /// What was heard, if words were understood.
    pub(super) fn understood(&self) -> Option<&'a Heard> {
        self.heard().filter(|heard| heard.outcome == Outcome::Understood)
    }

    pub(super) fn assessment(&self) -> Option<&'a Assessment> {
        self.understood()?.assessment.as_ref()
    }

    /// The first intent, if it may be taken for right: at the calibrated bar and at the operator's floor.
    pub(super) fn sure_of(&self) -> Option<(&'a IntentId, Confidence)> {
        let Assessment { confidence, automate_from, .. } = self.assessment()?;
        let bar = automate_from.as_ref()?.value().max(self.settings().automate_floor);
        let intent = self.understood()?.intent()?;
        (confidence.value() >= bar).then_some((intent, *confidence))
    }

    /// Intents that may well be meant.
    pub(super) fn likely(&self) -> &'a [IntentId] {
        self.assessment().map_or(&[], |assessment| &assessment.likely)
    }

    /// The largest sum named in the call.
    pub(super) fn amount(&self) -> Option<u32> {
        let before = self.call.turns().iter().filter_map(|turn| turn.event.heard());
        before.chain(self.heard()).filter_map(|heard| heard.details.largest_amount()).max()
    }

    /// What somebody must be allowed to decide to settle this intent; `None` for an intent nobody wrote a card for.
    pub(super) fn authority_for(&self, intent: &IntentId) -> Option<Authority> {
        Some(self.domain().card(intent)?.authority.with_amount(self.amount()))
    }

    /// What the machine may settle alone.
    pub(super) fn machine_authority(&self) -> Authority {
        let settings = self.settings();
        settings.machine_authority.with_amount(Some(settings.machine_refund_up_to))
    }
}
