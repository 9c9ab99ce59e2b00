//! The parts of `voxroute` that are fuzzed, without its engines.

#[path = "../../src/audio/mod.rs"]
pub mod audio;
pub mod error;
#[path = "../../tests/fuzz/targets.rs"]
pub mod targets;
#[path = "../../src/units.rs"]
pub mod units;
