//! The fitted numbers of a pack, to and from `weights.safetensors`.

use std::path::Path;

use ndarray::{Array1, Array2};

use super::check::refuse;
use super::manifest::{FeatureScales, Manifest, NoveltyScales};
use crate::classify::{ClassClouds, Examples, Features, Grams, Head, Mix, NoveltyModel, ScopeLayer, Signals};
use crate::error::ModelError;
use crate::tensors::{Reader, Writer, Wrong};

pub(super) fn write(head: &Head, novelty: &NoveltyModel) -> Vec<u8> {
    let mut file = Writer::default();
    vector(&mut file, "features.mean", &head.features.mean);
    let idf = head.features.grams.weights();
    file.floats("features.pieces", &[idf.len()], idf);
    matrix(&mut file, "head.embedding", &head.dense);
    matrix(&mut file, "head.pieces", &head.sparse);
    vector(&mut file, "head.bias", &head.bias);
    matrix(&mut file, "novelty.whitening", &novelty.classes.whitening);
    matrix(&mut file, "novelty.means", &novelty.classes.means);
    let rows = &novelty.examples.rows;
    file.bytes("novelty.examples", rows.shape(), rows);
    vector(&mut file, "novelty.inverse_lengths", &novelty.examples.inverse_lengths);
    let classes = novelty.examples.classes.iter().map(|class| *class as f32).collect();
    vector(&mut file, "novelty.classes", &classes);
    if let Some(scope) = &novelty.scope {
        vector(&mut file, "scope.embedding", &scope.dense);
        vector(&mut file, "scope.pieces", &scope.sparse);
        file.floats("scope.bias", &[1], [&scope.bias]);
    }
    file.finish()
}

pub(super) fn read(bytes: &[u8], manifest: &Manifest, path: &Path) -> Result<(Head, NoveltyModel), ModelError> {
    let (head, novelty) =
        parts(bytes, manifest).map_err(|wrong| refuse(path, &wrong.what, wrong.found, wrong.expected))?;
    let (n_classes, n_columns) = (manifest.intents.len(), head.features.grams.n_columns());
    let width = head.features.mean.len();
    if head.n_classes() != n_classes || !head.is_sound() || !novelty.is_sound(width, n_classes, n_columns) {
        let found = format!("{} classes over {width} and {n_columns} columns", head.n_classes());
        return Err(refuse(path, "weights", found, format!("finite numbers of one width for {n_classes} intents")));
    }
    Ok((head, novelty))
}

pub(super) fn feature_scales(head: &Head) -> FeatureScales {
    FeatureScales { embedding: head.features.scale, pieces: head.features.gram_scale, nearness: head.nearness }
}

pub(super) fn novelty_scales(novelty: &NoveltyModel, keep_95: f32) -> NoveltyScales {
    NoveltyScales {
        keep_95,
        signals: Signals::NAMES.map(str::to_owned).to_vec(),
        means: novelty.mix.means.to_vec(),
        spreads: novelty.mix.spreads.to_vec(),
        weights: novelty.mix.weights.to_vec(),
    }
}

fn parts(bytes: &[u8], manifest: &Manifest) -> Result<(Head, NoveltyModel), Wrong> {
    let file = Reader::new(bytes)?;
    let features = Features {
        mean: file.vector("features.mean")?,
        scale: manifest.features.embedding,
        grams: grams(&file)?,
        gram_scale: manifest.features.pieces,
    };
    let head = Head {
        features,
        dense: file.matrix("head.embedding")?,
        sparse: file.matrix("head.pieces")?,
        bias: file.vector("head.bias")?,
        nearness: manifest.features.nearness,
    };
    let classes = ClassClouds { whitening: file.matrix("novelty.whitening")?, means: file.matrix("novelty.means")? };
    let examples = Examples {
        rows: file.byte_matrix("novelty.examples")?,
        inverse_lengths: file.vector("novelty.inverse_lengths")?,
        classes: file.vector("novelty.classes")?.iter().map(|class| whole(*class)).collect(),
    };
    let scope = if file.has("scope.bias") { Some(scope(&file)?) } else { None };
    Ok((head, NoveltyModel { classes, examples, scope, mix: mix(&manifest.novelty) }))
}

/// A class is kept as a number with a point; one that is not whole is no class there is.
fn whole(class: f32) -> usize {
    if class >= 0.0 && class.fract() == 0.0 { class as usize } else { usize::MAX }
}

fn grams(file: &Reader<'_>) -> Result<Grams, Wrong> {
    let weights = file.vector("features.pieces")?.to_vec();
    Grams::from_weights(weights).ok_or_else(|| Wrong {
        what: "features.pieces".into(),
        found: "other numbers".into(),
        expected: "a power of two of weights, finite and not negative",
    })
}

fn scope(file: &Reader<'_>) -> Result<ScopeLayer, Wrong> {
    let bias = file.vector("scope.bias")?;
    Ok(ScopeLayer {
        dense: file.vector("scope.embedding")?,
        sparse: file.vector("scope.pieces")?,
        bias: bias.first().copied().unwrap_or(f32::NAN),
    })
}

/// The lengths were checked with the manifest.
fn mix(scales: &NoveltyScales) -> Mix {
    let array = |values: &[f32]| std::array::from_fn(|at| values.get(at).copied().unwrap_or(f32::NAN));
    Mix { means: array(&scales.means), spreads: array(&scales.spreads), weights: array(&scales.weights) }
}

fn vector(file: &mut Writer, name: &'static str, values: &Array1<f32>) {
    file.floats(name, &[values.len()], values);
}

fn matrix(file: &mut Writer, name: &'static str, values: &Array2<f32>) {
    file.floats(name, values.shape(), values);
}
