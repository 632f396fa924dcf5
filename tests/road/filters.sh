#!/usr/bin/env bash
# The filters of tests/cases/filters/oracle.txt on the shipped recordings, and on one recorded here: the program's answer against a naive evaluator's
# (tests/road/filters.py) over every record of 'script --format json'; equal sets of records, and as many samples in 'report'.
#
# usage: tests/road/filters.sh [TRACEKIT [TRACEKIT-CAPTURE]]     (without the agent, or a compiler, what is recorded here is left out)
# The last line says how many filters were asked and how many differ; exit code 1 when any does.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
program="${1:-${TRACEKIT_BIN:-tracekit}}" agent="${2:-${TRACEKIT_CAPTURE_BIN:-}}"
if ! "$program" script "$root/samples/what-do-people-type/typed.dtr" --format json >/dev/null 2>&1; then
    echo "this tracekit's script writes no JSON"
    exit 77
fi
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
named=()
if [ -n "$agent" ] && command -v g++ >/dev/null; then
    cat >"$work/inlines.cpp" <<'SOURCE'
#include <ctime>
// Milliseconds of the thread's own time: what it does on a busy machine too.
static long used()
{
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
volatile unsigned sink;
static inline __attribute__((always_inline)) void leaf(unsigned n) { for (unsigned i = 0; i < n; i++) sink = sink * 3 + i; }
static inline __attribute__((always_inline)) void middle(unsigned n)
{
    leaf(n);
    leaf(n / 2);
}
__attribute__((noinline)) void outer(unsigned n) { middle(n); sink = sink + 1; }
__attribute__((noinline)) void outermost(unsigned n) { for (unsigned i = 0; i < 20; i++) outer(n + i); sink = sink + 1; }
int main()
{
    while (used() < 600)
    {
        outermost(2000);
        middle(9000);
    }
}
SOURCE
    g++ -g -O1 -fno-omit-frame-pointer -o "$work/inlines" "$work/inlines.cpp"
    if "$agent" record -F 997 -g --snapshot full -o "$work/inlines.dtr" -- "$work/inlines" >"$work/record.log" 2>&1; then
        named+=("inlines=$work/inlines.dtr")
    else
        echo "not recorded here: $(tail -n 1 "$work/record.log")" >&2
    fi
fi
python3 "$root/tests/road/filters.py" "$program" "$root/tests/cases/filters/oracle.txt" "$root/samples" "${named[@]}"
