#!/usr/bin/env bash
# The agent and the analyzer beside perf on the same running program; writes bench/results/perf.md. Read bench/README.md first.
# usage: bench/compare-perf.sh [options of compare_perf.py table]
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
"$here/../build.sh" --if-stale
"$here/inputs.sh"
exec python3 "$here/compare_perf.py" table "$@"
