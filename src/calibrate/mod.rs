//! Scores and evidence become one number that means what it says, and a threshold with a promise behind it.
//!
//! 1. A [`Calibration`] turns the whole of a turn ([`TurnEvidence`] and the classifier's scores) into a
//!    [`Confidence`]: the probability that the first intent is right. It is fitted by [`fit`] on labelled turns that
//!    trained no classifier, and nothing else makes a confidence.
//! 2. A [`RiskTarget`] says what an operator can bear. [`Calibration::control`] finds from which confidence on it is
//!    kept, on turns that did not fit the model, and finds nothing where nothing can be promised.
//! 3. [`Calibration::assess`] puts both to one turn.
//! 4. A [`DriftMonitor`] says when the traffic is no longer like the turns the promise was made on.
//!
//! What goes wrong goes wrong towards a person: no calibration, missing evidence or a number that is not one give
//! confidence 0 or no threshold.

mod binomial;
mod calibration;
mod confidence;
mod conformal;
mod drift;
mod evidence;
mod features;
mod fit;
mod labelled;
mod logistic;
mod mode;
mod model;
mod rehearsal;
mod risk;
mod scale;
mod split;

pub use binomial::{Interval, clopper_pearson, wilson};
pub use calibration::{Calibration, Origin};
pub use confidence::{Assessment, Confidence};
pub use drift::{Drift, DriftMonitor};
pub use evidence::{Medium, TurnEvidence};
pub use features::Feature;
pub use fit::{FitSettings, Fitted, fit};
pub use labelled::{Correction, LabelledTurn, Truth, with_corrections};
pub use model::Share;
pub use rehearsal::{Rehearsal, Tally};
pub use risk::{Cover, Over, RiskControl, RiskTarget, Scope};

#[cfg(test)]
mod synthetic;
