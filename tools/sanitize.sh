#!/usr/bin/env bash
# Runs real Whisper through its door under AddressSanitizer, the C++ of the engine instrumented like our own code.
#
# Shows whether these tests use freed memory, reach past a block of the heap, stack frame or global, free anything twice or
# leave a leak: states used over and over, a deadline within a turn, files that are no model, the engine dropped; the child
# process, but for leaks, as it is killed. Also whether whisper-rs keeps what Rust's unsafe functions require. Does not see
# one tensor run into the next inside a buffer of ggml, nor into assembler or the standard library.
#
# Needs Linux on x86-64 and the compilers of `make tools`. No nightly: RUSTC_BOOTSTRAP opens `-Z` for this build alone.
# GCC's objects fit the runtime of rustc: the linker refuses another version of its interface.
set -euo pipefail
cd "$(dirname "$0")/.."

host=$(rustc -vV | sed -n 's/^host: //p')
folder=${CARGO_TARGET_DIR:-target}
reports=$(mktemp -d)
known=$(mktemp)
trap 'rm -rf "$reports" "$known"' EXIT
# ort 2.0.0-rc.14 asks for the type of every tensor a session gives, and never releases it: 56 bytes for each run of a graph.
echo 'leak:ort::value::Value>::from_session_output_ptr' >"$known"

# With a target named, build scripts and macros stay as they are.
flags=(--release --locked --target "$host")
export RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=address -Zub-checks=yes"
export CFLAGS="-fsanitize=address -fno-omit-frame-pointer -g1"
export CXXFLAGS=$CFLAGS
# The engine's own optimisation is CMake's; of Rust, quick to compile is better here.
export CARGO_PROFILE_RELEASE_OPT_LEVEL=1
# Into files, so that what a child reports before it is replaced is not lost.
export ASAN_OPTIONS="log_path=$reports/report:detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1"
export LSAN_OPTIONS="suppressions=$known:print_suppressions=0"

check() {
  cargo test "${flags[@]}" --no-fail-fast "$@" || failed=1
}

failed=0
cargo build "${flags[@]}" --example worker
for library in whisper ggml-base ggml-cpu; do
  find "$folder/$host/release/build" -name "lib$library.a" -exec nm {} + | grep __asan_report >/dev/null ||
    { echo "lib$library.a is not instrumented"; exit 1; }
done
check --lib transcribe::
check --test turn --test isolated
# whisper.cpp never frees what it had read of a file that ends too soon: no search for leaks in that test.
cut_short=a_file_that_is_no_whole_model_is_refused_before_it_is_used
check --test whisper_hazards -- --skip "$cut_short"
ASAN_OPTIONS+=:detect_leaks=0 check --test whisper_hazards -- --exact "$cut_short"
# Freed memory is held back, which is growth to a test of growth.
ASAN_OPTIONS+=:quarantine_size_mb=1 check --test whisper_memory
if compgen -G "$reports/*" >/dev/null; then
  cat "$reports"/*
  failed=1
fi
exit $failed
