//! The door to ONNX graphs: sessions of one graph, checked when they are made.
//!
//! This file and its siblings `onnx_*.rs` are the only ones that name `ort`.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use ndarray::Array2;
use ort::session::builder::GraphOptimizationLevel;
use ort::session::{Session, SessionInputValue};
use ort::value::{Outlet, Tensor, TensorElementType, ValueType};
use rayon::prelude::*;

use super::onnx_backend::environment;
use super::onnx_widen::widened;
use crate::error::EngineError;

/// Token ids of one or more texts as a graph takes them: texts x tokens, shorter ones filled up.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TokenBatch {
    /// Ids.
    pub(super) ids: Array2<i64>,
    /// 1 where there is a token, 0 where it was filled up.
    pub(super) mask: Array2<i64>,
}

impl TokenBatch {
    /// The batch of one text.
    pub(super) fn of_one(ids: &[u32]) -> Self {
        let ids = Array2::from_shape_fn((1, ids.len()), |(_, at)| i64::from(ids[at]));
        let mask = Array2::ones(ids.dim());
        Self { ids, mask }
    }

    /// Texts of one length, which have the same company of filled-up tokens alone and together.
    ///
    /// An odd length is filled up by one token: rows of an odd length begin at other places of a vector register for
    /// the second text than for the first, and a kernel that sums over them would round by the place in the batch.
    pub(super) fn of_equal(texts: &[&[u32]]) -> Self {
        let length = texts.first().map_or(0, |text| text.len());
        let shape = (texts.len(), length.next_multiple_of(2));
        let ids = Array2::from_shape_fn(shape, |(text, at)| i64::from(texts[text][at.min(length - 1)]));
        let mask = Array2::from_shape_fn(shape, |(_, at)| i64::from(at < length));
        Self { ids, mask }
    }
}

/// A graph that takes token ids and gives one row of numbers for each text.
///
/// A session works on one batch at a time, so there are as many as batches may run at once.
#[derive(Debug)]
pub(super) struct Graph {
    path: String,
    sessions: Vec<Mutex<Session>>,
    takes_types: bool,
    output: String,
}

impl Graph {
    /// Loads the graph in `bytes` and makes `sessions` sessions, at least one, each for one thread.
    ///
    /// It must take `input_ids` and `attention_mask`, may take `token_type_ids`, all int64 of texts x tokens, nothing
    /// else, and give `output` as float32 of texts x numbers. `path` is for messages.
    ///
    /// # Errors
    /// [`EngineError::Load`] where the backend refuses the graph, [`EngineError::Output`] naming the input or output
    /// that is missing or of another type.
    pub(super) fn load(bytes: &[u8], path: &str, output: &str, sessions: usize) -> Result<Self, EngineError> {
        let bytes = widened(bytes).map_err(|text| EngineError::Load { path: path.to_owned(), text })?;
        let sessions: Vec<_> =
            (0..sessions.max(1)).into_par_iter().map(|_| session(&bytes, path)).collect::<Result<_, _>>()?;
        let takes_types = check_inputs(sessions[0].inputs(), path)?;
        check_output(sessions[0].outputs(), output, path)?;
        let sessions = sessions.into_iter().map(Mutex::new).collect();
        Ok(Self { path: path.to_owned(), sessions, takes_types, output: output.to_owned() })
    }

    /// How many batches can run at once.
    pub(super) fn sessions(&self) -> usize {
        self.sessions.len()
    }

    /// One row for each text of the batch. Waits for a free session.
    ///
    /// # Errors
    /// [`EngineError::Run`] where the backend fails, [`EngineError::Output`] for another number of rows or a value
    /// that is not finite.
    pub(super) fn run(&self, batch: &TokenBatch) -> Result<Array2<f32>, EngineError> {
        let mut inputs = vec![("input_ids", tensor(&batch.ids)?), ("attention_mask", tensor(&batch.mask)?)];
        if self.takes_types {
            inputs.push(("token_type_ids", tensor(&Array2::zeros(batch.ids.dim()))?));
        }
        let mut session = self.free();
        let outputs = session.run(inputs).map_err(failed)?;
        let (shape, values) = outputs[self.output.as_str()].try_extract_tensor::<f32>().map_err(failed)?;
        self.rows(shape, values, batch.ids.nrows())
    }

    fn rows(&self, shape: &[i64], values: &[f32], n_texts: usize) -> Result<Array2<f32>, EngineError> {
        let refuse = |found: String, expected: &str| EngineError::Output {
            what: format!("{}: {}", self.path, self.output),
            found,
            expected: expected.to_owned(),
        };
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            return Err(refuse(value.to_string(), "finite numbers"));
        }
        let width = values.len().checked_div(n_texts).unwrap_or(0);
        if shape.len() != 2 || width == 0 || shape[0] != n_texts as i64 {
            return Err(refuse(format!("shape {shape:?}"), &format!("{n_texts} rows of numbers")));
        }
        Array2::from_shape_vec((n_texts, width), values.to_vec()).map_err(|error| refuse(error.to_string(), "a matrix"))
    }

    /// The first session that nobody uses, or a wait for the first one. A session keeps nothing between runs, so one
    /// whose user panicked is as good as any.
    fn free(&self) -> MutexGuard<'_, Session> {
        let idle = self.sessions.iter().find_map(|session| match session.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        });
        let own = || self.sessions[rayon::current_thread_index().unwrap_or(0) % self.sessions.len()].lock();
        idle.unwrap_or_else(|| own().unwrap_or_else(PoisonError::into_inner))
    }
}

fn session(bytes: &[u8], path: &str) -> Result<Session, EngineError> {
    let refuse = |text: String| EngineError::Load { path: path.to_owned(), text };
    let builder = Session::builder(&environment()?).map_err(|error| refuse(error.to_string()))?;
    let builder = builder.with_intra_threads(1).map_err(|error| refuse(error.to_string()))?;
    let builder = builder.with_optimization_level(GraphOptimizationLevel::Level3);
    let mut builder = builder.map_err(|error| refuse(error.to_string()))?;
    builder.commit_from_memory(bytes).map_err(|error| refuse(error.to_string()))
}

/// Checks names and types; whether `token_type_ids` is among them.
fn check_inputs(inputs: &[Outlet], path: &str) -> Result<bool, EngineError> {
    for name in ["input_ids", "attention_mask"] {
        let input = inputs.iter().find(|input| input.name() == name);
        let input = input.ok_or_else(|| schema(path, &format!("input {name}"), &names(inputs), name))?;
        check_matrix(input, TensorElementType::Int64, path)?;
    }
    for input in inputs.iter().filter(|input| !["input_ids", "attention_mask"].contains(&input.name())) {
        if input.name() != "token_type_ids" {
            let known = "input_ids, attention_mask, token_type_ids";
            return Err(schema(path, "inputs", input.name(), known));
        }
        check_matrix(input, TensorElementType::Int64, path)?;
    }
    Ok(inputs.len() > 2)
}

fn check_output(outputs: &[Outlet], name: &str, path: &str) -> Result<(), EngineError> {
    let output = outputs.iter().find(|output| output.name() == name);
    let output = output.ok_or_else(|| schema(path, "outputs", &names(outputs), name))?;
    check_matrix(output, TensorElementType::Float32, path)
}

fn check_matrix(outlet: &Outlet, expected: TensorElementType, path: &str) -> Result<(), EngineError> {
    match outlet.dtype() {
        ValueType::Tensor { ty, shape, .. } if *ty == expected && shape.len() == 2 => Ok(()),
        other => Err(schema(path, outlet.name(), &other.to_string(), &format!("a matrix of {expected}"))),
    }
}

fn names(outlets: &[Outlet]) -> String {
    let names: Vec<_> = outlets.iter().map(Outlet::name).collect();
    names.join(", ")
}

fn schema(path: &str, what: &str, found: &str, expected: &str) -> EngineError {
    EngineError::Output { what: format!("{path}: {what}"), found: found.to_owned(), expected: expected.to_owned() }
}

fn tensor(values: &Array2<i64>) -> Result<SessionInputValue<'static>, EngineError> {
    let shape = [values.nrows(), values.ncols()];
    let values: Vec<i64> = values.iter().copied().collect();
    Tensor::from_array((shape, values)).map(Into::into).map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> EngineError {
    EngineError::Run { stage: "infer", text: error.to_string() }
}
