#!/usr/bin/env bash
# Fuzzes every target, or those named, for so many seconds each: tools/fuzz.sh SECONDS [TARGET...]
#
# The flags are those of cargo-fuzz 0.13 without a sanitizer, so that a stable compiler will do; the crate has no `unsafe`
# for one to watch. What breaks a target is kept in tests/fuzz/TARGET, what widened its coverage in fuzz/corpus/TARGET.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"

seconds=${1:-60}
shift || true
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  mapfile -t targets < <(sed -n 's/^name = "\(.*\)"$/\1/p' Cargo.toml | grep -v '^voxroute-fuzz$')
fi

host=$(rustc -vV | sed -n 's/^host: //p')
folder=${CARGO_TARGET_DIR:-target}
sancov="-Cllvm-args=-sanitizer-coverage"
RUSTFLAGS="-Cpasses=sancov-module $sancov-level=4 $sancov-inline-8bit-counters $sancov-pc-table $sancov-trace-compares \
-Cllvm-args=-simplifycfg-branch-fold-threshold=0 -Ccodegen-units=1 -Cdebug-assertions --cfg fuzzing" \
  cargo build --release --locked --quiet --target "$host"

# Longest input in bytes: what a target needs to reach all of its code. Longer ones cost time and find nothing new.
longest() {
  case $1 in
    pack | wav) echo 8192 ;; # whole weights, a tenth of a second of 24 bit
    raw_audio | calibration | policy | call) echo 4096 ;;
    training | manifest) echo 2048 ;;
    *) echo 512 ;; # sentences
  esac
}

broken=0
for target in "${targets[@]}"; do
  mkdir -p "corpus/$target"
  log=$(mktemp)
  "$folder/$host/release/$target" "corpus/$target" "../tests/fuzz/$target" -max_total_time="$seconds" \
    -rss_limit_mb=1024 -timeout=20 -max_len="$(longest "$target")" -print_final_stats=1 \
    -artifact_prefix="../tests/fuzz/$target/" >"$log" 2>&1 &
  process=$!
  if ! wait "$process"; then
    broken=1
    tail -n 40 "$log"
  fi
  # Where the targets that read files put them: see tests/fuzz/files.rs.
  rm -rf "/dev/shm/voxroute-fuzz-$process"
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  cov=$(grep -o 'cov: [0-9]*' "$log" | tail -n 1 | tr -dc 0-9 || true)
  printf '%-12s %12s executions, coverage %s edges\n' "$target" "${runs:-0}" "${cov:-0}"
  rm -f "$log"
done
exit $broken
