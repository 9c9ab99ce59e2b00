//! Stands in for the pure-Rust backend while fuzzing.

pub fn api() -> ort::sys::OrtApi {
    ort::sys::OrtApi
}
