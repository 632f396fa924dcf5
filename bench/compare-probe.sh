#!/usr/bin/env bash
# tracekit probe beside perf probe: -F, -V and one definition on libjvm and libc with their DWARF; writes bench/results/probe.md. Read bench/README.md first.
# usage: bench/compare-probe.sh [options of compare_probe.py]
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
[ -n "${TRACEKIT_BIN:-}" ] || "$here/../build.sh" --if-stale
exec python3 "$here/compare_probe.py" "$@"
