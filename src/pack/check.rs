//! Reading `pack.toml` with every doubt named.

use std::path::Path;

use super::manifest::{FORMAT, Manifest};
use crate::classify::Signals;
use crate::error::{ModelError, ModelPart};
use crate::models::content;
use crate::units::IntentId;

/// Reads and checks the text of `pack.toml` at `path`.
pub(super) fn manifest(text: &str, path: &Path) -> Result<Manifest, ModelError> {
    let table: toml::Table = toml::from_str(text).map_err(|error| form(path, &error))?;
    format(&table, path)?;
    let manifest: Manifest = table.try_into().map_err(|error| form(path, &error))?;
    intents(&manifest.intents, path)?;
    signals(&manifest, path)?;
    Ok(manifest)
}

pub(super) fn refuse(path: &Path, what: &str, found: impl ToString, expected: impl ToString) -> ModelError {
    content(ModelPart::Pack, path, what, found.to_string(), &expected.to_string())
}

/// The format comes first: another one may differ in everything else.
fn format(table: &toml::Table, path: &Path) -> Result<(), ModelError> {
    let found = table.get("format").and_then(toml::Value::as_integer);
    if found == Some(i64::from(FORMAT)) {
        return Ok(());
    }
    Err(ModelError::Version {
        part: ModelPart::Pack,
        path: path.display().to_string(),
        what: "format",
        found: found.map_or("none".into(), |format| format.to_string()),
        expected: FORMAT.to_string(),
    })
}

fn intents(intents: &[IntentId], path: &Path) -> Result<(), ModelError> {
    if intents.len() < 2 {
        return Err(refuse(path, "intents", intents.len(), "at least 2"));
    }
    let is_sorted = intents.is_sorted_by(|a, b| a < b);
    let has_none = intents.iter().any(|intent| intent.as_str() == IntentId::OUT_OF_SCOPE);
    if !is_sorted || has_none {
        return Err(refuse(path, "intents", "a list", "sorted names, each once, none of them out_of_scope"));
    }
    Ok(())
}

fn signals(manifest: &Manifest, path: &Path) -> Result<(), ModelError> {
    let novelty = &manifest.novelty;
    let lengths = [novelty.means.len(), novelty.spreads.len(), novelty.weights.len()];
    if novelty.signals != Signals::NAMES || lengths != [Signals::N; 3] || !novelty.keep_95.is_finite() {
        let found = format!("{:?} with {lengths:?} numbers", novelty.signals);
        return Err(refuse(path, "novelty", found, format!("{:?} with {} numbers each", Signals::NAMES, Signals::N)));
    }
    Ok(())
}

fn form(path: &Path, error: &toml::de::Error) -> ModelError {
    refuse(path, "form", error.to_string().trim_end().replace('\n', " "), "a pack.toml")
}
