#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| voxroute_fuzz::targets::wav(bytes));
