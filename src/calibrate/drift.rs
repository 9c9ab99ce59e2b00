//! Whether the traffic is still like the turns a promise was made on.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use statrs::function::gamma::ln_gamma;

use crate::classify::Scores;

use super::calibration::Calibration;
use super::confidence::Assessment;
use super::evidence::{Medium, TurnEvidence};
use super::features::Feature;

/// Bins of a reference, of equal mass.
const BINS: usize = 10;
/// Turns after which the comparison starts anew, so that a later change is not drowned by the quiet before it.
const WINDOW: u32 = 1000;
/// Probability of a false alarm in one window, over all signals together.
const FALSE_ALARM: f64 = 0.01;
/// Index from which on a shift counts as one worth acting on: "small change" below 0.1, "action required" above 0.25
/// (N. Siddiqi, "Credit Risk Scorecards", Wiley 2006).
const NOTABLE: f64 = 0.1;

/// Compares the turns in service with those of the calibration, signal by signal.
///
/// Each signal (every feature, the confidence, whether anything was heard) falls into bins fixed by the calibration.
/// The evidence for drift is the Bayes factor of "two distributions" against "one", with a uniform prior on both. While
/// nothing drifts it is a martingale that starts at 1, so the probability that it ever passes 1/p is at most p (J.
/// Ville, 1939; used so in G. Shafer et al., "Test martingales, Bayes factors and p-values", Statistical Science 26,
/// 2011): one may look after every turn. An alarm also needs a population stability index of at least 0.1, so that a
/// difference too small to matter raises none.
///
/// Shared by workers behind `&self`.
#[derive(Debug)]
pub struct DriftMonitor {
    spoken: Mutex<Vec<Watch>>,
    typed: Mutex<Vec<Watch>>,
}

/// How far one signal is from what it was at calibration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// The feature's name, `confidence` or `heard`.
    pub signal: String,
    /// Turns compared, at most 1,000: then the comparison starts anew.
    pub turns: u32,
    /// Population stability index, at least 0.
    pub psi: f64,
    /// Natural log of the Bayes factor for drift.
    pub evidence: f64,
    /// Whether the promise no longer covers the traffic. Stays until the calibration is replaced.
    pub alarm: bool,
}

impl DriftMonitor {
    /// A monitor for the traffic this calibration serves.
    #[must_use]
    pub fn new(calibration: &Calibration) -> Self {
        let watches = |mode: &Option<super::mode::Mode>| {
            let references = mode.iter().flat_map(|mode| &mode.reference);
            Mutex::new(references.map(|reference| Watch::new(reference.clone())).collect())
        };
        Self { spoken: watches(&calibration.spoken), typed: watches(&calibration.typed) }
    }

    /// Takes note of one turn in service and gives the signals that have just raised an alarm.
    ///
    /// Sets the gauges `voxroute_drift_psi` and `voxroute_drift_alarm` (0 or 1) of each signal, and writes a `tracing`
    /// event at `WARN` for each new alarm.
    pub fn watch(&self, evidence: &TurnEvidence, scores: &Scores, assessment: &Assessment) -> Vec<Drift> {
        let (medium, watches) = self.watches(evidence);
        let mut watches = watches.lock().unwrap_or_else(PoisonError::into_inner);
        let signals = watches.len() as f64;
        let seen = watches.iter_mut().filter_map(|watch| {
            let value = value_of(&watch.reference.signal, evidence, scores, assessment)?;
            watch.note(value, signals).then(|| watch.drift())
        });
        let alarms: Vec<Drift> = seen.collect();
        watches.iter().for_each(|watch| publish(medium, &watch.drift()));
        alarms.iter().for_each(|drift| warn(medium, drift));
        alarms
    }

    /// Where every signal of spoken turns stands, then every signal of typed ones.
    #[must_use]
    pub fn state(&self) -> Vec<Drift> {
        let of = |watches: &Mutex<Vec<Watch>>| {
            let watches = watches.lock().unwrap_or_else(PoisonError::into_inner);
            watches.iter().map(Watch::drift).collect::<Vec<_>>()
        };
        [of(&self.spoken), of(&self.typed)].concat()
    }

    fn watches(&self, evidence: &TurnEvidence) -> (&'static str, &Mutex<Vec<Watch>>) {
        match evidence.medium {
            Medium::Spoken { .. } => ("spoken", &self.spoken),
            Medium::Typed => ("typed", &self.typed),
        }
    }
}

/// What one signal looked like at calibration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Reference {
    signal: String,
    /// Rising; a value belongs to the bin after the last edge not above it.
    edges: Vec<f64>,
    /// Turns in each bin; one more than edges.
    counts: Vec<u32>,
}

/// The signal that is 1 for a turn with usable evidence, else 0.
const HEARD: &str = "heard";
const CONFIDENCE: &str = "confidence";

impl Reference {
    /// Bins of equal mass.
    pub(super) fn of(signal: &str, mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let mut edges: Vec<f64> = (1..BINS).filter_map(|bin| values.get(bin * values.len() / BINS).copied()).collect();
        edges.dedup();
        // Nothing lies below an edge at the least value.
        edges.retain(|edge| values.first().is_some_and(|least| edge > least));
        Self::counted(signal, edges, &values)
    }

    /// How many turns had usable evidence and how many had not.
    pub(super) fn of_heard(heard: usize, unheard: usize) -> Self {
        let values: Vec<f64> = std::iter::repeat_n(1.0, heard).chain(std::iter::repeat_n(0.0, unheard)).collect();
        Self::counted(HEARD, vec![0.5], &values)
    }

    fn counted(signal: &str, edges: Vec<f64>, values: &[f64]) -> Self {
        let mut reference = Self { signal: signal.to_owned(), counts: vec![0; edges.len() + 1], edges };
        for value in values {
            let bin = reference.bin(*value);
            reference.counts[bin] += 1;
        }
        reference
    }

    fn bin(&self, value: f64) -> usize {
        self.edges.partition_point(|edge| *edge <= value)
    }

    pub(super) fn is_sound(&self) -> bool {
        self.counts.len() == self.edges.len() + 1 && self.edges.windows(2).all(|pair| pair[0] < pair[1])
    }
}

/// One signal in service.
#[derive(Debug)]
struct Watch {
    reference: Reference,
    counts: Vec<u32>,
    alarm: bool,
}

impl Watch {
    fn new(reference: Reference) -> Self {
        Self { counts: vec![0; reference.counts.len()], reference, alarm: false }
    }

    /// Counts a value; whether it has just raised the alarm.
    fn note(&mut self, value: f64, signals: f64) -> bool {
        if self.turns() >= WINDOW {
            self.counts.fill(0);
        }
        self.counts[self.reference.bin(value)] += 1;
        let raised = !self.alarm && self.evidence() >= (signals / FALSE_ALARM).ln() && self.psi() >= NOTABLE;
        self.alarm |= raised;
        raised
    }

    fn turns(&self) -> u32 {
        self.counts.iter().sum()
    }

    fn evidence(&self) -> f64 {
        // The reference comes from a file, which may hold any count.
        let both: Vec<u32> =
            (self.counts.iter().zip(&self.reference.counts)).map(|(a, b)| a.saturating_add(*b)).collect();
        log_marginal(&self.counts) + log_marginal(&self.reference.counts) - log_marginal(&both)
    }

    /// Sum over the bins of (share now - share then) ln(share now / share then), each count raised by a half.
    fn psi(&self) -> f64 {
        let shares = |counts: &[u32]| -> Vec<f64> {
            let all: f64 = counts.iter().map(|count| f64::from(*count) + 0.5).sum();
            counts.iter().map(|count| (f64::from(*count) + 0.5) / all).collect()
        };
        let (now, then) = (shares(&self.counts), shares(&self.reference.counts));
        now.iter().zip(&then).map(|(now, then)| (now - then) * (now / then).ln()).sum()
    }

    fn drift(&self) -> Drift {
        Drift {
            signal: self.reference.signal.clone(),
            turns: self.turns(),
            psi: self.psi(),
            evidence: self.evidence(),
            alarm: self.alarm,
        }
    }
}

/// Log probability of a sequence with these counts under a uniform prior on the shares.
fn log_marginal(counts: &[u32]) -> f64 {
    let bins = counts.len() as f64;
    let all: f64 = counts.iter().map(|count| f64::from(*count)).sum();
    ln_gamma(bins) - ln_gamma(all + bins) + counts.iter().map(|count| ln_gamma(f64::from(*count) + 1.0)).sum::<f64>()
}

/// `None` for a signal the turn does not have: an unheard turn says nothing of its features.
fn value_of(signal: &str, evidence: &TurnEvidence, scores: &Scores, assessment: &Assessment) -> Option<f64> {
    let usable = evidence.is_usable();
    match signal {
        HEARD => Some(f64::from(u8::from(usable))),
        CONFIDENCE => usable.then(|| assessment.confidence.value()),
        name => Feature::SPOKEN.iter().find(|feature| feature.name() == name).filter(|_| usable)?.of(evidence, scores),
    }
}

fn publish(medium: &'static str, drift: &Drift) {
    let Drift { signal, psi, alarm, .. } = drift;
    metrics::gauge!("voxroute_drift_psi", "medium" => medium, "signal" => signal.clone()).set(*psi);
    let raised = f64::from(u8::from(*alarm));
    metrics::gauge!("voxroute_drift_alarm", "medium" => medium, "signal" => signal.clone()).set(raised);
}

fn warn(medium: &'static str, drift: &Drift) {
    let Drift { signal, turns, psi, .. } = drift;
    tracing::warn!(medium, %signal, turns, psi, "the promise no longer covers the traffic: calibrate again");
}

#[cfg(test)]
mod tests {
    use super::super::synthetic::{fitted, spoken_set};
    use super::super::{LabelledTurn, RiskTarget};
    use super::*;
    use crate::units::Language;

    fn alarms(monitor: &DriftMonitor, turns: &[LabelledTurn]) -> Vec<(usize, String)> {
        let calibration = fitted();
        let control = calibration.control(RiskTarget::default());
        let watch = |(at, turn): (usize, &LabelledTurn)| {
            let scores = turn.scores();
            let assessment = calibration.assess(&turn.evidence, &scores, &control);
            let alarms = monitor.watch(&turn.evidence, &scores, &assessment);
            alarms.into_iter().map(move |drift| (at, drift.signal)).collect::<Vec<_>>()
        };
        turns.iter().enumerate().flat_map(watch).collect()
    }

    #[test]
    fn traffic_like_the_calibration_raises_no_alarm() {
        let monitor = DriftMonitor::new(&fitted());
        assert_eq!(alarms(&monitor, &spoken_set(500, 2500)), []);
        assert!(monitor.state().iter().all(|drift| drift.psi < NOTABLE && drift.turns == 500));
    }

    #[test]
    fn noisier_traffic_raises_one_alarm_for_each_signal_it_spoils() {
        let monitor = DriftMonitor::new(&fitted());
        let mut turns = spoken_set(501, 300);
        for turn in &mut turns {
            turn.evidence = super::super::synthetic::spoken_turn(0.0);
        }
        let alarms = alarms(&monitor, &turns);
        assert!(alarms.iter().any(|(at, signal)| signal == "snr" && *at < 100), "{alarms:?}");
        assert_eq!(alarms.iter().filter(|(_, signal)| signal == "snr").count(), 1);
        assert!(!alarms.iter().any(|(_, signal)| signal == "margin"), "{alarms:?}");
    }

    #[test]
    fn a_typed_turn_says_nothing_of_spoken_ones() {
        let monitor = DriftMonitor::new(&fitted());
        let (typed, turn) = (TurnEvidence::typed(Language::Zh), spoken_set(502, 1).remove(0));
        assert_eq!(monitor.watch(&typed, &turn.scores(), &Assessment::unknown()), []);
        assert!(monitor.state().iter().all(|drift| drift.turns == 0));
        monitor.watch(&turn.evidence, &turn.scores(), &Assessment::unknown());
        assert!(monitor.state().iter().all(|drift| drift.turns == 1), "{:?}", monitor.state());
    }

    #[test]
    fn the_evidence_is_a_fair_bet() {
        // With a reference of one turn in the first of two bins the next is there with probability 2/3: whatever
        // comes, the expected factor is 1.
        let factor = |value: f64| {
            let mut watch = Watch::new(Reference { signal: "x".into(), edges: vec![0.5], counts: vec![1, 0] });
            watch.note(value, 1.0);
            watch.evidence().exp()
        };
        assert!((2.0 / 3.0 * factor(0.0) + 1.0 / 3.0 * factor(1.0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_reference_of_any_count_can_be_watched() {
        let counts = vec![u32::MAX, u32::MAX];
        let mut watch = Watch::new(Reference { signal: "x".into(), edges: vec![0.5], counts });
        watch.note(0.0, 1.0);
        assert!(watch.evidence().is_finite() && watch.psi().is_finite());
    }

    #[test]
    fn the_index_is_that_of_the_formula() {
        let mut watch = Watch::new(Reference { signal: "x".into(), edges: vec![0.5], counts: vec![49, 49] });
        watch.counts = vec![24, 74];
        let (a, b): (f64, f64) = (24.5 / 99.0, 74.5 / 99.0);
        let expected = (a - 0.5) * (a / 0.5).ln() + (b - 0.5) * (b / 0.5).ln();
        assert!((watch.psi() - expected).abs() < 1e-12);
    }

    #[test]
    fn bins_have_equal_mass_and_no_empty_end() {
        let reference = Reference::of("x", (0..100).map(f64::from).collect());
        assert_eq!(reference.counts, [10; 10]);
        assert_eq!(Reference::of("x", vec![0.0; 50]).counts, [50]);
        assert!(Reference::of("x", vec![]).is_sound());
    }
}
