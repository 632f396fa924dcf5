#!/usr/bin/env bash
# tracekit symbolize beside addr2line, eu-addr2line and llvm-symbolizer on the same addresses; writes bench/results/symbolizers.md. Read bench/README.md first.
# usage: bench/compare-symbolizers.sh [options of compare_symbolizers.py]
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
[ -n "${TRACEKIT_BIN:-}" ] || "$here/../build.sh" --if-stale
"$here/inputs.sh"
exec python3 "$here/compare_symbolizers.py" "$@"
