//! Microsoft's ONNX Runtime, loaded at run time. Compiled with feature `onnxruntime` only.
//!
//! `ort` can load a library itself (`load-dynamic`), but not while `alternative-backend` is on, which tract needs: its
//! `api()` then panics unless `set_api` was called. So the library is opened here and its function table handed over,
//! which also turns every failure into an error.
#![allow(unsafe_code)] // The one door to a library that is not known at compile time.

use std::ffi::CStr;
use std::path::Path;

use ort::sys::{ORT_API_VERSION, OrtApi, OrtApiBase};

use crate::error::EngineError;

/// The one symbol an ONNX Runtime library must export.
const ENTRY: &[u8] = b"OrtGetApiBase\0";

type Entry = unsafe extern "system" fn() -> *const OrtApiBase;

/// Opens the library at `path` and takes its function table. The library stays open until the process ends.
///
/// # Errors
/// [`EngineError::Load`] with the path tried: no such file, not a library, not ONNX Runtime, or an older one.
pub(super) fn load(path: &Path) -> Result<OrtApi, EngineError> {
    let refuse = |text: String| EngineError::Load { path: path.display().to_string(), text };
    // SAFETY: the operator names the library; its initialisers are those of ONNX Runtime, which may run in any thread.
    let library = unsafe { libloading::Library::new(path) }.map_err(|error| refuse(error.to_string()))?;
    // SAFETY: the symbol of this name has this type in every release of ONNX Runtime (onnxruntime_c_api.h).
    let entry = unsafe { library.get::<Entry>(ENTRY) }.map_err(|error| refuse(error.to_string()))?;
    // SAFETY: the entry takes nothing and gives null or a pointer to a table that lives as long as the library.
    let base = unsafe { entry().as_ref() }.ok_or_else(|| refuse("OrtGetApiBase gave nothing".into()))?;
    // SAFETY: `GetApi` takes any number and gives null for a version it does not have, else a table that lives as
    // long as the library.
    let table = unsafe { (base.GetApi)(ORT_API_VERSION).as_ref() };
    let table = table.cloned().ok_or_else(|| refuse(too_old(base)))?;
    // The table points into the library.
    std::mem::forget(library);
    Ok(table)
}

fn too_old(base: &OrtApiBase) -> String {
    // SAFETY: `GetVersionString` gives a constant, null-terminated string.
    let version = unsafe { CStr::from_ptr((base.GetVersionString)()) };
    format!("version {} is older than 1.{ORT_API_VERSION}", version.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_library_is_named() {
        let error = load(Path::new("/nowhere/libonnxruntime.so")).err().expect("there is none");
        assert!(error.to_string().starts_with("/nowhere/libonnxruntime.so: the engine cannot load it: "), "{error}");
    }

    #[test]
    fn a_file_that_is_no_library_is_named() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        let error = load(file.path()).err().expect("it is empty");
        assert!(error.to_string().contains(&file.path().display().to_string()), "{error}");
    }
}
