#![no_main]

#[path = "../../tests/fuzz/targets.rs"]
#[allow(dead_code, unused_imports, reason = "one of the targets")]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::human(bytes));
