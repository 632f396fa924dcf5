#!/usr/bin/env bash
# Filters in people's types: what the kernel and the analyzer together let through is exactly what the filter says, whoever does which part; asked of the whole recording, the analyzer alone
# says the same.
#
# usage: filters.sh AGENT ANALYZER     exit: 0 all equal; 1 not; 77 this host cannot (said why)
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
agent="$1" analyzer="$2"
skip() { echo "$*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "uprobes need root"
command -v gcc >/dev/null || skip "no gcc here"
command -v python3 >/dev/null || skip "no python3 here"
[ -e /sys/kernel/tracing/uprobe_events ] || mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null || true
[ -e /sys/kernel/tracing/uprobe_events ] || skip "this kernel has no uprobe_events"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
gcc -O2 -g "$here/filters.c" -o "$work/filters"
definition='transmit size=size:u64 dest=c->daddr:ip4 port=c->port:port state=c->state err=c->err:errno lat=c->lat:time_ns host=c->host:string secure=c->secure:bool'
record() { "$agent" record -v -x "$work/filters" --probe "$definition" "$@" -- "$work/filters" 2>"$work/err" </dev/null || { cat "$work/err"; echo "FAILED: not recorded: $*"; exit 1; }; }
sizes() { "$analyzer" script "$@" 2>"$work/script.err" </dev/null | sed -nE 's/^.* size=([0-9]+) .*/\1/p'; }

record -o "$work/all.dtr" >"$work/printed"
"$analyzer" script "$work/all.dtr" 2>/dev/null | sed -n 3p
failed=0 count=0
while IFS= read -r line; do
    case $line in '#'* | '') continue ;; esac
    # || stands in filters too: the columns are taken from the end of the line.
    rest="${line##*| }" line="${line% | *}"
    kernel="${line##*| }" line="${line% | *}"
    oracle="${line##*| }" filter="${line% | *}"
    python3 -c '
import sys
for line in open(sys.argv[2]):
    w = line.split()
    if eval(sys.argv[1], {}, dict(size=int(w[0]), dest=w[1], port=int(w[2]), state=int(w[3]), err=int(w[4]), lat=int(w[5]), host=w[6], secure=int(w[7]))):
        print(w[0])' "$oracle" "$work/printed" >"$work/expected"
    record --filter "$filter" -o "$work/x.dtr" >/dev/null
    sizes "$work/x.dtr" >"$work/both"
    sizes "$work/all.dtr" --filter "$filter" >"$work/alone"
    split="$(grep -o 'filter of the kernel: .*' "$work/err" | head -1)"
    cmp -s "$work/expected" "$work/both" || { echo "FAILED: $filter: $(wc -l <"$work/expected") expected, $(wc -l <"$work/both") recorded and read ($split)"; failed=1; }
    cmp -s "$work/expected" "$work/alone" || { echo "FAILED: $filter: $(wc -l <"$work/expected") expected, $(wc -l <"$work/alone") found by the analyzer alone"; failed=1; }
    case "$kernel" in kernel) ! grep -q 'kernel: none' <<<"$split" ;; *) grep -q 'kernel: none' <<<"$split" ;; esac || { echo "FAILED: $filter: the kernel's part: $split"; failed=1; }
    case "$rest" in rest) ! grep -q 'analyzer: none' <<<"$split" ;; *) grep -q 'analyzer: none' <<<"$split" ;; esac || { echo "FAILED: $filter: the analyzer's part: $split"; failed=1; }
    count=$((count + 1))
done <"$here/filters.txt"
! grep -q "$work" /sys/kernel/tracing/uprobe_events || { echo "FAILED: definitions were left"; failed=1; }
[ $failed = 0 ] || exit 1
echo "$count filters: the kernel and the analyzer together let through what the filter says, and the analyzer alone the same"
