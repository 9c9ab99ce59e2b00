//! A small addition to the weights of a speech model: what it was taught of a domain's speech.
//!
//! A file in the safetensors format. For a weight matrix `NAME.weight` of the model it has `NAME.down` and `NAME.up`, of
//! 16 bits, whose product `up x down` is added to it: E. J. Hu, Y. Shen, P. Wallis, Z. Allen-Zhu, Y. Li, S. Wang, L. Wang,
//! W. Chen, "LoRA: Low-Rank Adaptation of Large Language Models", arXiv:2106.09685, 2021. Its `weights` is the SHA-256 of
//! the model it was taught with.
//!
//! The sum is taken once, when the model is loaded, so hearing costs what it cost before.

use std::collections::BTreeMap;

use ndarray::Array2;

use super::blocks;
use super::ggml::{Kind, Tensor, tensors};
use crate::tensors::{Reader, Wrong};

/// The end of the name of a matrix that widens.
const UP: &str = ".up";
/// The end of the name of a matrix that narrows.
const DOWN: &str = ".down";
/// The entry that names the model.
const WEIGHTS: &str = "weights";

/// Why an adaptation could not be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Misfit {
    /// The model's file is broken.
    Model(Wrong),
    /// The adaptation's file is broken, or speaks of matrices the model has not.
    Adaptation(Wrong),
    /// It was taught with another model: the SHA-256 of that.
    Weights(String),
}

/// Adds an adaptation to the model in `weights`, whose SHA-256 is `sha256`.
pub(super) fn adapt(weights: &mut [u8], sha256: &str, adaptation: &[u8]) -> Result<(), Misfit> {
    let reader = Reader::new(adaptation).map_err(Misfit::Adaptation)?;
    let taught_with = reader.metadata(WEIGHTS).unwrap_or_default();
    if taught_with != sha256 {
        return Err(Misfit::Weights(taught_with.to_owned()));
    }
    let tensors = tensors(weights).map_err(Misfit::Model)?;
    for name in reader.names() {
        let Some(name) = name.strip_suffix(UP) else {
            paired(&reader, name).map_err(Misfit::Adaptation)?;
            continue;
        };
        let (tensor, addend) = addend(&reader, name, &tensors).map_err(Misfit::Adaptation)?;
        add(&mut weights[tensor.bytes.clone()], &addend);
    }
    Ok(())
}

/// Refuses an entry that is no half of a pair.
fn paired(reader: &Reader<'_>, name: &str) -> Result<(), Wrong> {
    let other = name.strip_suffix(DOWN).map(|name| format!("{name}{UP}"));
    if other.is_some_and(|other| reader.has(&other)) {
        return Ok(());
    }
    Err(Wrong { what: name.to_owned(), found: "one of a pair".into(), expected: "NAME.up with NAME.down" })
}

/// What is added to a matrix, and where it is.
fn addend<'t>(
    reader: &Reader<'_>,
    name: &str,
    tensors: &'t BTreeMap<String, Tensor>,
) -> Result<(&'t Tensor, Array2<f32>), Wrong> {
    let (up, down) = (reader.half_matrix(&format!("{name}{UP}"))?, reader.half_matrix(&format!("{name}{DOWN}"))?);
    let wrong = |found, expected| Wrong { what: name.to_owned(), found, expected };
    if up.iter().chain(&down).any(|number| !number.is_finite()) {
        return Err(wrong("a number that is not finite".into(), "finite numbers"));
    }
    if up.ncols() != down.nrows() {
        return Err(wrong(format!("{:?} x {:?}", up.shape(), down.shape()), "matrices that can be multiplied"));
    }
    let tensor =
        tensors.get(&format!("{name}.weight")).ok_or_else(|| wrong("no such matrix".into(), "one of the model's"))?;
    if tensor.kind != Kind::Q8 || tensor.dimensions != [down.ncols(), up.nrows()] {
        let found = format!("{:?} {:?}", tensor.kind, tensor.dimensions);
        return Err(wrong(found, "a matrix of 8 bits and the size of the product"));
    }
    Ok((tensor, up.dot(&down)))
}

fn add(matrix: &mut [u8], addend: &Array2<f32>) {
    let row_bytes = addend.ncols() / blocks::NUMBERS * blocks::BYTES;
    for (row, addend) in matrix.chunks_exact_mut(row_bytes).zip(addend.rows()) {
        blocks::add(row, &addend.to_vec());
    }
}

#[cfg(test)]
mod tests {
    use half::f16;
    use proptest::prelude::*;

    use super::super::ggml::small;
    use super::*;

    /// Entries of 16 bits: name, rows, columns, each number.
    fn adaptation(weights: &str, entries: &[(&str, usize, usize, f32)]) -> Vec<u8> {
        let mut header = serde_json::json!({ "__metadata__": { "weights": weights } });
        let mut bytes = Vec::new();
        for (name, rows, columns, number) in entries {
            let begin = bytes.len();
            bytes.extend((0..rows * columns).flat_map(|_| f16::from_f32(*number).to_le_bytes()));
            header[*name] =
                serde_json::json!({ "dtype": "F16", "shape": [rows, columns], "data_offsets": [begin, bytes.len()] });
        }
        let header = header.to_string().into_bytes();
        [(header.len() as u64).to_le_bytes().as_slice(), &header, &bytes].concat()
    }

    /// A matrix of two rows of 32 ones, and one of 16 bits.
    fn model() -> Vec<u8> {
        let mut ones = vec![0; 2 * blocks::BYTES];
        blocks::add(&mut ones, &[1.0; 64]);
        small::file(&[("a.weight", 8, &[32, 2], &ones), ("b.weight", 1, &[32, 1], &[0; 64])])
    }

    /// A file that fits the model.
    fn fitting() -> Vec<u8> {
        adaptation("abc", &[("a.up", 2, 1, 0.5), ("a.down", 1, 32, 0.5)])
    }

    fn refused(entries: &[(&str, usize, usize, f32)]) -> Wrong {
        match adapt(&mut model(), "abc", &adaptation("abc", entries)) {
            Err(Misfit::Adaptation(wrong)) => wrong,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_product_is_added() {
        let mut adapted = model();
        let entries = [("a.up", 2, 3, 0.5), ("a.down", 3, 32, -1.0)];
        adapt(&mut adapted, "abc", &adaptation("abc", &entries)).expect("it fits");
        let mut expected = vec![0; 2 * blocks::BYTES];
        blocks::add(&mut expected, &[1.0 - 1.5; 64]);
        let place = tensors(&adapted).expect("as before")["a.weight"].bytes.clone();
        assert_eq!(adapted[place], expected);
    }

    #[test]
    fn nothing_to_add_leaves_the_model() {
        let mut same = model();
        adapt(&mut same, "abc", &adaptation("abc", &[])).expect("it fits");
        assert_eq!(same, model());
    }

    #[test]
    fn another_model_is_refused() {
        let file = adaptation("abc", &[]);
        assert_eq!(adapt(&mut model(), "abd", &file), Err(Misfit::Weights("abc".into())));
        assert!(matches!(adapt(&mut b"RIFF".to_vec(), "abc", &file), Err(Misfit::Model(_))));
        assert!(matches!(adapt(&mut model(), "abc", &file[1..]), Err(Misfit::Adaptation(_))));
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        let (up, down) = (("a.up", 2, 1, 0.5), ("a.down", 1, 32, 0.5));
        assert_eq!(refused(&[up]).what, "a.down");
        assert_eq!(refused(&[down]).what, "a.down");
        assert_eq!(refused(&[up, down, ("a", 1, 1, 0.5)]).found, "one of a pair");
        assert_eq!(refused(&[up, ("a.down", 2, 32, 0.5)]).expected, "matrices that can be multiplied");
        assert_eq!(refused(&[("a.up", 3, 1, 0.5), down]).found, "Q8 [32, 2]");
        assert_eq!(refused(&[("b.up", 1, 1, 0.5), ("b.down", 1, 32, 0.5)]).found, "F16 [32, 1]");
        assert_eq!(refused(&[("c.up", 2, 1, 0.5), ("c.down", 1, 32, 0.5)]).found, "no such matrix");
        assert_eq!(refused(&[up, ("a.down", 1, 32, f32::NAN)]).expected, "finite numbers");
    }

    proptest! {
        #[test]
        fn a_file_that_was_tampered_with_is_refused_or_added(
            at in 0..1_000_usize, byte in any::<u8>(), cut in 0..1_000_usize, is_model in any::<bool>(),
        ) {
            let (mut weights, mut added) = (model(), fitting());
            let file = if is_model { &mut weights } else { &mut added };
            let at = at % file.len();
            file[at] = byte;
            file.truncate(file.len() - cut.saturating_sub(900));
            let length = weights.len();
            let _refused = adapt(&mut weights, "abc", &added);
            prop_assert_eq!(weights.len(), length);
        }
    }
}
