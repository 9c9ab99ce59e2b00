//! Which library stands behind `ort`: chosen once for the whole process.

use std::sync::OnceLock;

use ort::environment::Environment;

use crate::error::EngineError;

/// Where the path of Microsoft's library is looked for, with feature `onnxruntime`.
#[cfg(feature = "onnxruntime")]
const LIBRARY: &str = "ORT_DYLIB_PATH";

/// The process's one environment. It lives as long as the process: the library may not be unloaded under a session.
///
/// With feature `onnxruntime` and `ORT_DYLIB_PATH` set, the library it names; else tract, which is always there.
///
/// # Errors
/// [`EngineError::Load`] naming the path tried, the same one at every call.
pub(super) fn environment() -> Result<Environment, EngineError> {
    static CHOSEN: OnceLock<Result<Environment, EngineError>> = OnceLock::new();
    CHOSEN.get_or_init(choose).clone()
}

/// The library in use: `tract`, or `onnxruntime` with the feature and a library named.
pub(super) fn name() -> &'static str {
    if library().is_some() { "onnxruntime" } else { "tract" }
}

fn choose() -> Result<Environment, EngineError> {
    // False where the program that embeds this crate has chosen a backend for `ort` before: its choice stands.
    ort::set_api(api()?);
    ort::init()
        .with_name("voxroute")
        .with_telemetry(false)
        .build()
        .map_err(|error| EngineError::Run { stage: "start the onnx backend", text: error.to_string() })
}

#[cfg(not(feature = "onnxruntime"))]
fn library() -> Option<std::ffi::OsString> {
    None
}

#[cfg(feature = "onnxruntime")]
fn library() -> Option<std::ffi::OsString> {
    std::env::var_os(LIBRARY).filter(|path| !path.is_empty())
}

#[cfg(not(feature = "onnxruntime"))]
fn api() -> Result<ort::sys::OrtApi, EngineError> {
    Ok(ort_tract::api())
}

#[cfg(feature = "onnxruntime")]
fn api() -> Result<ort::sys::OrtApi, EngineError> {
    match library() {
        Some(path) => super::onnx_library::load(path.as_ref()),
        None => Ok(ort_tract::api()),
    }
}
