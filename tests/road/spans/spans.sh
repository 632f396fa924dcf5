#!/usr/bin/env bash
# Spans of a program of ours, held against awk on the same events, against the program's own clock, against sorting, and against bpftrace at the same time.
#
# usage: spans.sh AGENT ANALYZER [CALLS]      exit: 0 all equal; 1 not; 77 this host cannot (said why)
#   KEEP=DIR in the environment: where recordings and texts stay
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
[ $# -ge 2 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2; }
agent="$(realpath "$1")" analyzer="$(realpath "$2")" calls="${3:-1000}"
skip() { echo "$*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "probes need root"
[ -e /sys/kernel/tracing/uprobe_events ] || mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null || true
[ -e /sys/kernel/tracing/uprobe_events ] || skip "this kernel has no uprobe_events"
for tool in gcc python3 awk; do command -v $tool >/dev/null || skip "no $tool here"; done
work="${KEEP:-$(mktemp -d)}"
mkdir -p "$work"
work="$(realpath "$work")"
bpftrace=
cleanup() {
    [ -z "$bpftrace" ] || kill -INT "$bpftrace" 2>/dev/null || true
    [ -n "${KEEP:-}" ] || rm -rf "$work"
}
trap cleanup EXIT
gcc -O1 -g -pthread "$here/calls.c" -o "$work/calls"

probes=()
for function in work fib leaves outer; do probes+=(--probe "$function n" --probe "$function%return ret=\$retval"); done
"$agent" record -q -x "$work/calls" "${probes[@]}" -o "$work/calls.dtr" -- "$work/calls" 3 "$calls" 13 >"$work/printed" 2>"$work/record"
"$analyzer" spans "$work/calls.dtr" >"$work/spans.txt"
"$analyzer" spans "$work/calls.dtr" --slowest 20000 --stack none --format csv >"$work/spans.csv"
"$analyzer" spans "$work/calls.dtr" --format json >"$work/spans.json"
"$analyzer" script "$work/calls.dtr" --ns -G -F tid,cpu,time,event,trace >"$work/script"
for function in work fib outer; do
    awk -v start=probe_calls:$function -v end=probe_calls:${function}_1 -v key=tid -f "$here/pairs.awk" "$work/script" >"$work/$function.awk"
    python3 "$here/spans.py" equal "$work/spans.csv" $function "$work/$function.awk"
done
python3 "$here/spans.py" log "$work/spans.csv" "$work/printed"
python3 "$here/spans.py" statistics "$work/spans.csv" "$work/spans.json"
grep -q '30 starts: its caller returned first' "$work/spans.txt" || { echo "30 of the calls of leaves() do not return:"; cat "$work/spans.txt"; exit 1; }
echo "leaves: 30 calls that longjmp left, told as such"

# Too small a buffer on purpose: what was lost between a start and an end must not make one span of two.
if command -v perf >/dev/null; then
    for function in work fib outer; do
        perf probe -q -x "$work/calls" $function && perf probe -q -x "$work/calls" $function%return || { echo "perf cannot define probes here: losses not tried"; break; }
    done
    if perf record -q -m 1 -k CLOCK_MONOTONIC -e 'probe_calls:*' -o "$work/lossy.data" "$work/calls" 3 5000 14 >"$work/lossy.printed" 2>"$work/lossy.errors"; then
        perf probe -q -d 'probe_calls:*'
        "$analyzer" spans "$work/lossy.data" >"$work/lossy.txt" 2>>"$work/lossy.errors"
        for function in work fib outer; do
            "$analyzer" spans "$work/lossy.data" --function $function --slowest 20000 --stack none --format csv >"$work/lossy.csv" 2>>"$work/lossy.errors"
            python3 "$here/spans.py" paired "$work/lossy.csv" "$work/lossy.printed"
        done
        grep -hE 'pairs?:' "$work/lossy.txt" || true
        grep -h 'lost while' "$work/lossy.errors" | sort -u || true
    else
        perf probe -q -d 'probe_calls:*' || true
        echo "perf cannot record here: losses not tried: $(tail -n 1 "$work/lossy.errors")"
    fi
fi

command -v bpftrace >/dev/null || { echo "no bpftrace here: not compared"; exit 0; }
f="$work/calls:work"
bpftrace -e "uprobe:$f { @s[tid] = nsecs } uretprobe:$f /@s[tid]/ { printf(\"%d %lu %lu\\n\", tid, @s[tid], nsecs - @s[tid]); delete(@s[tid]) }" >"$work/bpftrace" 2>"$work/bpftrace.errors" &
bpftrace=$!
for _ in $(seq 200); do grep -q Attaching "$work/bpftrace" && break; sleep 0.1; done
sleep 1
if ! kill -0 $bpftrace 2>/dev/null || ! grep -q Attaching "$work/bpftrace"; then
    echo "bpftrace cannot here: $(tail -1 "$work/bpftrace.errors")"
    exit 0
fi
"$agent" record -q -x "$work/calls" --probe 'work n' --probe 'work%return ret=$retval' -o "$work/both.dtr" -- "$work/calls" 2 "$calls" 3 >/dev/null 2>"$work/record"
sleep 0.5
kill -INT $bpftrace
wait $bpftrace || true
bpftrace=
"$analyzer" spans "$work/both.dtr" --slowest 20000 --stack none --format csv >"$work/both.csv"
python3 "$here/spans.py" bpftrace "$work/both.csv" work "$work/bpftrace"
