use std::path::Path;
use std::sync::Arc;

use crate::calibrate::Calibration;
use crate::classify::{Classify, Encoder, PackClassifier};
use crate::error::{Error, ModelError, ModelPart};
use crate::models::Models;
use crate::pack::Pack;
use crate::policy::Domain;

/// What a router knows of intents: who scores them, what people call them, and how sure a score is.
#[derive(Clone)]
pub struct IntentSet {
    classifier: Arc<dyn Classify>,
    domain: Domain,
    calibration: Option<Calibration>,
}

impl IntentSet {
    /// Puts together a classifier of any kind, the cards of its intents, and a calibration fitted on its scores.
    /// Without a calibration nothing is automated.
    #[must_use]
    pub fn new(classifier: Arc<dyn Classify>, domain: Domain, calibration: Option<Calibration>) -> Self {
        Self { classifier, domain, calibration }
    }

    /// Loads a pack, named or by folder, with the encoder of the installation. `workers` turns are classified at the
    /// same time.
    ///
    /// A calibration that was fitted with another encoder or pack is left out, with a warning: the intents then work,
    /// uncalibrated, and nothing is automated. Behind a speech engine it was not fitted with, a router takes from it what
    /// it says of typed turns.
    ///
    /// # Errors
    /// [`Error::Model`] for a file that is missing, altered or of another version, or an unknown pack;
    /// [`Error::Classify`] where the engine refuses the encoder.
    pub fn load(models: &Models, pack: &str, workers: usize) -> Result<Self, Error> {
        let (pack, folder) = Pack::find(models.folder(), pack)?;
        let calibration = calibration(&pack, &folder)?;
        let domain = pack.domain().clone();
        let encoder = Arc::new(Encoder::load(models, workers)?);
        let classifier = PackClassifier::new(encoder, Arc::new(pack))?;
        Ok(Self::new(Arc::new(classifier), domain, calibration))
    }

    /// Who scores the intents.
    #[must_use]
    pub fn classifier(&self) -> &dyn Classify {
        self.classifier.as_ref()
    }

    /// What people call them, and whose work they are.
    #[must_use]
    pub const fn domain(&self) -> &Domain {
        &self.domain
    }

    /// How sure a score is; `None` where nothing was fitted.
    #[must_use]
    pub const fn calibration(&self) -> Option<&Calibration> {
        self.calibration.as_ref()
    }
}

impl std::fmt::Debug for IntentSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IntentSet")
            .field("intents", &self.classifier.intents().len())
            .field("calibrated", &self.calibration.is_some())
            .finish_non_exhaustive()
    }
}

/// The calibration in the pack's folder, where there is one that fits the installation.
fn calibration(pack: &Pack, folder: &Path) -> Result<Option<Calibration>, Error> {
    let path = Pack::calibration_path(folder);
    let shown = path.display().to_string();
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ModelError::Missing { part: ModelPart::Pack, path: shown, kind: error.kind() }.into()),
    };
    let calibration = Calibration::from_json(&text, &shown)?;
    match calibration.check(&pack.encoder().version, &pack.id(), &shown) {
        Ok(()) => Ok(Some(calibration)),
        Err(error) => {
            tracing::warn!(%error, "the calibration does not belong to this installation: nothing is automated");
            Ok(None)
        }
    }
}
