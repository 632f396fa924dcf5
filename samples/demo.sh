#!/usr/bin/env bash
# From nothing to a report: builds both programs, records the bundled workload live, analyzes it, and names the HTML page it wrote.
# Where the host forbids recording it says so and analyzes the recording that is shipped with this sample.
#
# usage: samples/demo.sh [--remake]      (--remake: also replaces the shipped recording with the one just made)
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(dirname "$here")"
sample="$here/where-is-cpu-time"
output="$here/output"
shipped="$sample/demo.dtr"
remake=0
[ "${1:-}" != --remake ] || remake=1

# The published programs, unless the caller names others. build.sh installs what linking needs when it may.
if [ -z "${TRACEKIT_BIN:-}" ] || [ -z "${TRACEKIT_CAPTURE_BIN:-}" ]; then
    echo "1. building both programs (native AOT; about two minutes the first time)"
    "$root/build.sh" --install-deps --if-stale
fi
analyzer="${TRACEKIT_BIN:-$root/out/tracekit}"
agent="${TRACEKIT_CAPTURE_BIN:-$root/out/tracekit-capture}"
mkdir -p "$output"

echo "2. recording: a batch job that is slower than it should be (samples/where-is-cpu-time/orders.c)"
recording="$output/demo.dtr"
live=0
rm -f "$recording" "$recording.old"
if ! command -v gcc >/dev/null; then
    echo "   no gcc here, so the workload cannot be built"
elif (cd "$sample" && gcc -O2 -g -pthread orders.c -o "$output/orders") &&
    "$agent" record -F 499 --call-graph dwarf -o "$recording" -- "$output/orders" 4 </dev/null; then
    live=1
else
    echo "   this host does not let us record (the reason is above; \`$agent doctor\` says how to allow it)"
fi
if [ $live = 0 ]; then
    [ $remake = 0 ] || { echo "   nothing was recorded, so nothing is replaced"; exit 1; }
    echo "   using the shipped recording instead: $shipped"
    recording="$shipped"
elif [ $remake = 1 ]; then
    TRACEKIT_BIN="$analyzer" TRACEKIT_CAPTURE_BIN="$agent" "$sample/record.sh" "$shipped"
    echo "   shipped recording replaced: $shipped ($(stat -c %s "$shipped") bytes)"
fi

echo "3. analyzing"
"$analyzer" analyze "$recording" -o "$output/demo" </dev/null

page="$output/demo/index.html"
[ -s "$page" ] || { echo "no $page was written" >&2; exit 1; }
echo
echo "the report: $page"
