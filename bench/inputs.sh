#!/usr/bin/env bash
# Builds the workloads into bench/artifacts: wl-fp (frame pointers everywhere it is ours), wl-dwarf (none) and wl-debug (none, full debug information).
# With --recordings also makes the recordings that analyzers are measured on, ~10k, ~100k and ~500k samples, fp and dwarf, as .dtr and as perf.data.
# usage: bench/inputs.sh [--recordings]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
mkdir -p artifacts
g++ -O2 -g1 -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer -pthread wl.cpp -o artifacts/wl-fp
g++ -O2 -g1 -fomit-frame-pointer -pthread wl.cpp -o artifacts/wl-dwarf
g++ -O2 -g -fomit-frame-pointer -pthread wl.cpp -o artifacts/wl-debug
[ "${1:-}" = --recordings ] || exit 0

# 9,999 Hz on two busy threads is up to 20,000 samples a second; on one core half of that.
agent="${TRACEKIT_CAPTURE_BIN:-../out/tracekit-capture}"
for mode in fp dwarf; do
    for samples in 10000 100000 500000; do
        python3 compare_perf.py record --samples "$samples" --mode "$mode" --agent "$agent" --prefix "artifacts/$mode-$((samples / 1000))k"
    done
done
