use serde::{Deserialize, Serialize};

use crate::classify::Scores;
use crate::error::{ModelError, ModelPart};

use super::confidence::{Assessment, Confidence};
use super::evidence::{Medium, TurnEvidence};
use super::mode::Mode;
use super::model::Share;
use super::risk::{RiskControl, RiskTarget, Turns, covers};

/// The form of calibration files this crate reads. The first one named the speech model's weights, not its settings.
const FORMAT: u32 = 2;

/// A fitted calibration: turns scores and evidence into confidences and promises. See [`fit`](super::fit).
///
/// It belongs to the speech engine, encoder and pack it was fitted with: [`Calibration::origin`] names them,
/// [`Calibration::check`] and [`Calibration::check_engine`] compare.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    format: u32,
    origin: Origin,
    pub(super) spoken: Option<Mode>,
    pub(super) typed: Option<Mode>,
}

/// What a calibration was fitted on and with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The labelled set: name, source, how it was made.
    pub data: String,
    /// Day of fitting, `2026-08-31`.
    pub date: String,
    /// Labelled turns given.
    pub turns: usize,
    /// The speech engine's [`identity`](crate::transcribe::Transcribe::identity); empty where no turn was spoken.
    pub engine: String,
    /// Version of the sentence encoder.
    pub encoder: String,
    /// Version of the pack whose scores were calibrated.
    pub pack: String,
}

impl Calibration {
    pub(super) const fn new(origin: Origin, spoken: Option<Mode>, typed: Option<Mode>) -> Self {
        Self { format: FORMAT, origin, spoken, typed }
    }

    /// Reads a calibration file; `path` is only named in errors.
    ///
    /// # Errors
    /// [`ModelError::Content`] for text that is not such a file or says something impossible,
    /// [`ModelError::Version`] for another format.
    pub fn from_json(text: &str, path: &str) -> Result<Self, ModelError> {
        let content = |what: &str, found: String, expected: &str| ModelError::Content {
            part: ModelPart::Pack,
            path: path.to_owned(),
            what: what.to_owned(),
            found,
            expected: expected.to_owned(),
        };
        let unreadable = |error: serde_json::Error| content("calibration", error.to_string(), "a calibration file");
        let Form { format } = serde_json::from_str(text).map_err(unreadable)?;
        if format != FORMAT {
            return Err(differs(path, "format version", format.to_string(), FORMAT.to_string()));
        }
        let read: Self = serde_json::from_str(text).map_err(unreadable)?;
        let unsound = read.modes().find_map(|mode| mode.unsound());
        match unsound {
            Some(part) => Err(content("calibration", format!("an impossible {part}"), "finite, rising, in range")),
            None => Ok(read),
        }
    }

    /// The file's text: one line of JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("plain data with string keys")
    }

    /// What it was fitted on and with.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Checks that it was fitted with this encoder and pack; `path` is only named in errors.
    ///
    /// # Errors
    /// [`ModelError::Version`] naming the first that differs.
    pub fn check(&self, encoder: &str, pack: &str, path: &str) -> Result<(), ModelError> {
        same("encoder", &self.origin.encoder, encoder, path)?;
        same("pack", &self.origin.pack, pack, path)
    }

    /// Checks that what it says of spoken turns was fitted with the engine of this
    /// [`identity`](crate::transcribe::Transcribe::identity); `path` is only named in errors.
    ///
    /// # Errors
    /// [`ModelError::Version`] where it was another or the identity is empty.
    pub fn check_engine(&self, identity: &str, path: &str) -> Result<(), ModelError> {
        match &self.spoken {
            Some(_) if identity.is_empty() => {
                Err(differs(path, "speech engine", self.origin.engine.clone(), "one without a name".to_owned()))
            }
            Some(_) => same("speech engine", &self.origin.engine, identity, path),
            None => Ok(()),
        }
    }

    /// What it says of typed turns alone: nothing is promised of a spoken one.
    #[must_use]
    pub fn typed_only(self) -> Self {
        Self { spoken: None, ..self }
    }

    /// What can be promised for a target: from which confidence on turns may be automated. Takes some
    /// milliseconds; once for each target, not for each turn.
    #[must_use]
    pub fn control(&self, target: RiskTarget) -> RiskControl {
        let of = |mode: &Option<Mode>| {
            mode.as_ref().map_or_else(Vec::new, |mode| {
                covers(Turns { plan: &mode.plan, proof: &mode.proof }, &mode.languages(), &target)
            })
        };
        RiskControl { target, spoken: of(&self.spoken), typed: of(&self.typed) }
    }

    /// What is to be said of one turn.
    ///
    /// Missing evidence, a number that is not one, a text that cannot be trusted or a medium or language that was not
    /// fitted give [`Assessment::unknown`]: confidence 0, nothing automated.
    #[must_use]
    pub fn assess(&self, evidence: &TurnEvidence, scores: &Scores, control: &RiskControl) -> Assessment {
        let assessed = self.mode(evidence).and_then(|mode| mode.assess(evidence, scores));
        assessed.map_or_else(Assessment::unknown, |(confidence, likely)| Assessment {
            confidence: Confidence::new(confidence),
            automate_from: control.cover(evidence).from(),
            likely,
        })
    }

    /// How much each feature moved the log odds of a turn; empty where [`Calibration::assess`] says nothing.
    #[must_use]
    pub fn explain(&self, evidence: &TurnEvidence, scores: &Scores) -> Vec<Share> {
        self.mode(evidence).and_then(|mode| mode.model.shares(evidence, scores)).unwrap_or_default()
    }

    pub(super) fn mode(&self, evidence: &TurnEvidence) -> Option<&Mode> {
        match evidence.medium {
            Medium::Spoken { .. } => self.spoken.as_ref(),
            Medium::Typed => self.typed.as_ref(),
        }
    }

    fn modes(&self) -> impl Iterator<Item = &Mode> {
        self.spoken.iter().chain(&self.typed)
    }
}

/// The form of a file whose other fields may not be those of today.
#[derive(Deserialize)]
struct Form {
    format: u32,
}

fn same(what: &'static str, found: &str, expected: &str, path: &str) -> Result<(), ModelError> {
    if found == expected { Ok(()) } else { Err(differs(path, what, found.to_owned(), expected.to_owned())) }
}

fn differs(path: &str, what: &'static str, found: String, expected: String) -> ModelError {
    ModelError::Version { part: ModelPart::Pack, path: path.to_owned(), what, found, expected }
}

#[cfg(test)]
mod tests {
    use super::super::synthetic::{fitted, scores, spoken_turn};
    use super::*;
    use crate::transcribe::Verdict;
    use crate::units::Language;

    #[test]
    fn a_file_read_back_says_the_same() {
        let calibration = fitted();
        let read = Calibration::from_json(&calibration.to_json(), "calibration.json").expect("its own file");
        let target = RiskTarget::new(0.1, 0.9).expect("in range");
        let (ours, theirs) = (calibration.control(target), read.control(target));
        assert!(ours == theirs, "the promises differ");
        let turn = (spoken_turn(20.0), scores(&[0.8, 0.15, 0.05]));
        let confidence = |of: &Calibration| of.assess(&turn.0, &turn.1, &ours).confidence.value();
        assert!((confidence(&read) - confidence(&calibration)).abs() < 1e-12);
        assert_eq!(read.origin(), calibration.origin());
    }

    #[test]
    fn files_that_say_the_impossible_are_refused() {
        let good = fitted().to_json();
        let refuse = |text: String| Calibration::from_json(&text, "pack/calibration.json").expect_err("refused");
        for other in [1, 3] {
            let other =
                refuse(good.replacen("\"format\":2", &format!("\"format\":{other},\"colour\":0"), 1)).to_string();
            assert!(other.ends_with(", expected 2"), "{other}");
        }
        assert_eq!(
            refuse("{\"format\":1}".to_owned()).to_string(),
            "pack pack/calibration.json: format version 1, expected 2"
        );
        let falling = refuse(good.replacen("\"weights\":[", "\"weights\":[-1.0,", 1));
        assert_eq!(
            falling.to_string(),
            "pack pack/calibration.json: calibration: found an impossible model, expected finite, rising, in range"
        );
        assert!(matches!(refuse("{}".to_owned()), ModelError::Content { .. }));
    }

    #[test]
    fn the_part_that_says_the_impossible_is_named() {
        let refused = |change: fn(&mut serde_json::Value)| {
            let mut file: serde_json::Value = serde_json::from_str(&fitted().to_json()).expect("its own file");
            change(&mut file["spoken"]);
            match Calibration::from_json(&file.to_string(), "p").expect_err("refused") {
                ModelError::Content { what, found, .. } => (what, found),
                other => panic!("{other}"),
            }
        };
        let named = |part: &str| ("calibration".to_owned(), format!("an impossible {part}"));
        assert_eq!(refused(|spoken| spoken["proof"][0][1] = 1.5.into()), named("plan or proof"));
        assert_eq!(refused(|spoken| spoken["plan"][0][1] = (-0.1).into()), named("plan or proof"));
        assert_eq!(refused(|spoken| spoken["sets"][0][1]["floor"] = 1.5.into()), named("sets"));
        assert_eq!(refused(|spoken| spoken["reference"][0]["counts"] = [1].into()), named("reference"));
    }

    #[test]
    fn a_turn_is_explained_by_every_feature_and_noise_is_held_against_it() {
        let (calibration, scores) = (fitted(), scores(&[0.8, 0.15, 0.05]));
        let explained = |snr_db| calibration.explain(&spoken_turn(snr_db), &scores);
        let (clean, noisy) = (explained(35.0), explained(-5.0));
        assert!(!clean.is_empty());
        assert!(clean.iter().all(|share| (0.0..=share.most + 1e-12).contains(&share.log_odds)), "{clean:?}");
        let sum = |shares: &[Share]| shares.iter().map(|share| share.log_odds).sum::<f64>();
        assert!(sum(&noisy) < sum(&clean), "{noisy:?} {clean:?}");
    }

    #[test]
    fn what_was_not_fitted_is_not_explained() {
        let typed = TurnEvidence::typed(Language::Zh);
        assert_eq!(fitted().explain(&typed, &scores(&[0.8, 0.2])), []);
    }

    #[test]
    fn another_encoder_and_another_pack_are_noticed() {
        let calibration = fitted();
        assert_eq!(calibration.check("encoder-1", "pack-1", "p"), Ok(()));
        let text = calibration.check("encoder-2", "pack-1", "p").expect_err("differs").to_string();
        assert_eq!(text, "pack p: encoder encoder-1, expected encoder-2");
        assert!(calibration.check("encoder-1", "pack-2", "p").is_err());
    }

    #[test]
    fn another_speech_engine_is_noticed_and_only_what_is_typed_is_promised_then() {
        let calibration = fitted();
        assert_eq!(calibration.check_engine("engine-1", "p"), Ok(()));
        let text = calibration.check_engine("engine-2", "p").expect_err("differs").to_string();
        assert_eq!(text, "pack p: speech engine engine-1, expected engine-2");
        assert!(calibration.check_engine("", "p").is_err());
        let typed = calibration.typed_only();
        assert_eq!(typed.check_engine("engine-2", "p"), Ok(()), "nothing is said of speech");
        let control = typed.control(RiskTarget::new(0.2, 0.9).expect("in range"));
        let (good, sure) = (spoken_turn(30.0), scores(&[0.98, 0.01, 0.01]));
        assert_eq!(typed.assess(&good, &sure, &control), Assessment::unknown());
    }

    #[test]
    fn a_nameless_engine_is_never_the_one_it_was_fitted_with() {
        let mut nameless = fitted();
        nameless.origin.engine = String::new();
        assert!(nameless.check_engine("", "p").is_err());
    }

    #[test]
    fn what_cannot_be_trusted_is_never_released() {
        let calibration = fitted();
        let control = calibration.control(RiskTarget::new(0.2, 0.9).expect("in range"));
        let (good, sure) = (spoken_turn(30.0), scores(&[0.98, 0.01, 0.01]));
        assert!(calibration.assess(&good, &sure, &control).is_released());
        let mut unsure = good;
        if let Medium::Spoken { verdict, .. } = &mut unsure.medium {
            *verdict = Verdict::Doubtful;
        }
        assert_eq!(calibration.assess(&unsure, &sure, &control), Assessment::unknown());
        let mut spoilt = good;
        if let Medium::Spoken { speech, .. } = &mut spoilt.medium {
            speech.snr_db = f32::NAN;
        }
        assert_eq!(calibration.assess(&spoilt, &sure, &control), Assessment::unknown());
        let typed = TurnEvidence::typed(Language::Zh);
        assert_eq!(calibration.assess(&typed, &sure, &control), Assessment::unknown(), "only speech was fitted");
        let nothing = RiskControl::nothing(control.target);
        assert!(!calibration.assess(&good, &sure, &nothing).is_released());
    }
}
