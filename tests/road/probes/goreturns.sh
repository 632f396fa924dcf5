#!/usr/bin/env bash
# A Go program at load under return probes: alive, right, every return seen, and the recorded values are what it returned.
#
# usage: goreturns.sh AGENT ANALYZER [SECONDS]     exit: 0 it holds; 1 not; 77 this host cannot (said why)
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
agent="$1" analyzer="$2" seconds="${3:-60}"
skip() { echo "$*"; exit 77; }
fail() { echo "FAILED: $*"; exit 1; }
[ "$(id -u)" = 0 ] || skip "uprobes need root"
command -v go >/dev/null || skip "no go here"
[ -e /sys/kernel/tracing/uprobe_events ] || mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null || true
[ -e /sys/kernel/tracing/uprobe_events ] || skip "this kernel has no uprobe_events"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cp "$here/goreturns.go" "$work/"
(cd "$work" && GO111MODULE=off GOCACHE="$work/cache" go build -o goreturns goreturns.go)
# Stripped: what it is has to be seen without symbols too.
(cd "$work" && GO111MODULE=off GOCACHE="$work/cache" go build -ldflags '-s -w' -o stripped goreturns.go)
rm -rf "$work/cache"

if "$agent" probe -D -x "$work/goreturns" 'main.answer%return' 2>&1 | grep '^r'; then fail "a uretprobe in a Go program"; fi
if "$agent" record -x "$work/stripped" --probe 'main.answer%return' -o "$work/s.dtr" -- "$work/stripped" 1 >"$work/out" 2>"$work/err"; then
    read -r calls wrong <"$work/out"
    [ "$wrong" = 0 ] || fail "stripped: $wrong results of $calls are wrong"
    echo "stripped: $calls calls, none wrong"
else
    cat "$work/err"
    fail "stripped: the program died or was not recorded"
fi

code=0
"$agent" record -x "$work/goreturns" --probe 'main.answer n' --probe 'back=main.answer%return value=$retval' -o "$work/x.dtr" -- "$work/goreturns" "$seconds" >"$work/out" 2>"$work/err" || code=$?
[ $code = 0 ] || { cat "$work/err"; fail "the program ended with $code"; }
read -r calls wrong <"$work/out"
[ "$wrong" = 0 ] || fail "$wrong results of $calls are wrong"
# Each thread's returns follow its calls: the value that belongs to n is n*7 where n is a multiple of 5.
"$analyzer" script "$work/x.dtr" 2>/dev/null </dev/null >"$work/script"
entries=$(grep -c 'probe_goreturns:answer: ' "$work/script" || true)
returns=$(grep -c 'probe_goreturns:back: ' "$work/script" || true)
lost=$("$analyzer" info "$work/x.dtr" </dev/null | sed -nE 's/.*[^0-9]([0-9]+) (records )?lost.*/\1/p' | head -1)
sevens=$(grep 'probe_goreturns:back: ' "$work/script" | sed -nE 's/.* value=(-?[0-9]+).*/\1/p' | awk '$1 % 7 == 0' | wc -l)
echo "$seconds s: $calls calls, $wrong wrong; $entries entries and $returns returns recorded, ${lost:-0} lost; $sevens values that are multiples of 7"
# A function that finds its stack too small has it grown and begins again at its first instruction: that entry is seen twice. A return is seen once, whatever happens.
[ "$returns" = "$calls" ] && [ "$entries" -ge "$calls" ] && [ "$entries" -le $((calls + calls / 100 + 1)) ] || [ "${lost:-0}" != 0 ] || fail "entries, returns and calls are not the same number"
# Of 15 numbers 3 are multiples of 5 and 8 neither of 3 nor of 5: their results are n*7.
[ $((sevens * 15)) -ge $((returns * 11 - 15 * 8)) ] || fail "values are wrong"
