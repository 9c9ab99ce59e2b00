#!/usr/bin/env bash
# Prints how many lines of each module that decides are run by the crate's own tests: tools/coverage.sh [--missing]
# Fails where it is less than 95 %; --missing names the lines that nothing runs.
#
# Needs llvm-profdata and llvm-cov no older than the LLVM of `rustc -vV` (Debian: llvm-22), in LLVM_BIN if they are
# elsewhere. Tests that hear with a real engine are left out, and the code of tests is not counted.
set -euo pipefail

# Cargo calls this file in place of the compiler, for the crate alone: the engines need no second build.
case ${1:-} in *rustc) exec "$@" -Cinstrument-coverage -Copt-level=1 ;; esac

cd "$(dirname "$0")/.."
modules=(audio calibrate call human policy)
tests=(--lib --test bad_input --test calls --test fuzz_replay --test policy_properties --test router)
llvm=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
llvm_bin=${LLVM_BIN:-/usr/lib/llvm-$llvm/bin}
[ -x "$llvm_bin/llvm-cov" ] || { echo "no llvm-cov in $llvm_bin: install llvm-$llvm, or set LLVM_BIN" >&2; exit 2; }

raw=$(mktemp -d)
trap 'rm -rf "$raw"' EXIT
export RUSTC_WORKSPACE_WRAPPER=$PWD/tools/coverage.sh LLVM_PROFILE_FILE=$raw/%p-%m.profraw
export VOXROUTE_CASES=${VOXROUTE_CASES:-2000}
cargo test --release --locked --quiet "${tests[@]}" >"$raw/log" || { cat "$raw/log" >&2; exit 1; }
mapfile -t binaries < <(cargo test --release --locked --quiet "${tests[@]}" --no-run --message-format=json |
  sed -n 's/.*"executable":"\([^"]*\)".*/\1/p')
others=("${binaries[@]:1}")

"$llvm_bin/llvm-profdata" merge -sparse "$raw"/*.profraw -o "$raw/all"
"$llvm_bin/llvm-cov" export -format=lcov -instr-profile="$raw/all" "${binaries[0]}" "${others[@]/#/-object=}" \
  "${modules[@]/#/src/}" |
  awk -v missing="${1:-}" '
    /^SF:/ {
      file = substr($0, 4)
      sub(/.*\/src\//, "src/", file)
      split(file, parts, "/")
      # The tests of a file are at its end, or in a file of their own.
      end = file ~ /\/(tests|synthetic)\.rs$/ ? 0 : 1e9
      for (n = 1; end == 1e9 && (getline line < file) > 0; n++) if (line ~ /^#\[cfg\(test\)\]/) end = n
      close(file)
    }
    /^DA:/ {
      split(substr($0, 4), count, ",")
      if (count[1] + 0 >= end) next
      lines[parts[2]]++
      if (count[2] > 0) run[parts[2]]++
      else if (missing == "--missing") print file ":" count[1]
    }
    END {
      for (module in lines) {
        share = 100 * run[module] / lines[module]
        printf "%-10s %5.1f %% of %d lines\n", module, share, lines[module] | "sort"
        if (share < 95) low = 1
      }
      exit low
    }'
