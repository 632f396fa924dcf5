#!/usr/bin/env bash
# kill -9 of the agent in mid-recording with a user probe: the file reads, the loss is told, nothing stays armed in the target, and the next start
# takes away the definition that the dead run left.
#
# usage: kill9.sh AGENT ANALYZER [TIMES]      exit: 0 all of it holds; 1 not; 77 this host cannot (said why)
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
agent="$1" analyzer="$2" times="${3:-1}"
skip() { echo "$*"; exit 77; }
fail() { echo "FAILED: $*"; exit 1; }
[ "$(id -u)" = 0 ] || skip "uprobes need root"
for tool in gcc python3; do command -v $tool >/dev/null || skip "no $tool here"; done
tracing=/sys/kernel/tracing
[ -e $tracing/uprobe_events ] || mount -t tracefs tracefs $tracing 2>/dev/null || true
[ -e $tracing/uprobe_events ] || skip "this kernel has no uprobe_events"

work="$(mktemp -d)"
target= recorder=
cleanup() {
    [ -z "$recorder" ] || kill -9 "$recorder" 2>/dev/null || true
    [ -z "$target" ] || kill -9 "$target" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT

gcc -O2 "$here/ticker.c" -o "$work/ticker"
"$work/ticker" >"$work/address" &
target=$!
while ! [ -s "$work/address" ]; do sleep 0.05; done
# The first byte of tick in the running target: 0xcc while it is armed.
first_byte() { python3 -c 'import sys; m = open(f"/proc/{sys.argv[1]}/mem", "rb"); m.seek(int(sys.argv[2], 16)); print(m.read(1).hex())' "$target" "$(cat "$work/address")"; }
definitions() { grep -c "$work/ticker" $tracing/uprobe_events || true; }
clean="$(first_byte)"

for round in $(seq "$times"); do
    file="$work/x$round.dtr"
    "$agent" record -x "$work/ticker" --probe 'tick n=%di:s64' -a -o "$file" </dev/null >"$work/record.log" 2>&1 &
    recorder=$!
    for _ in $(seq 100); do [ "$(first_byte)" = "$clean" ] || break; sleep 0.1; done
    [ "$(first_byte)" != "$clean" ] || { cat "$work/record.log"; fail "the probe was never armed"; }
    sleep 4
    kill -9 $recorder
    wait $recorder 2>/dev/null || true
    recorder=
    # The kernel takes the breakpoint out with the last perf fd, which is closed when the process is reaped.
    [ "$(first_byte)" = "$clean" ] || { sleep 1; [ "$(first_byte)" = "$clean" ] || fail "still armed after kill -9: $(first_byte), was $clean"; }
    left=$(definitions)

    code=0
    "$analyzer" verify "$file" >"$work/verify" 2>&1 </dev/null || code=$?
    [ $code = 3 ] || { cat "$work/verify"; fail "verify must say that data was lost (exit code 3), it was $code"; }
    "$analyzer" script "$file" >"$work/script" 2>"$work/script.err" </dev/null || true
    events=$(grep -c 'probe_ticker:tick: (.*) n=' "$work/script" || true)
    # A thousand a second for four seconds, of which at most the last second may be lost.
    [ "$events" -ge 2000 ] || { head "$work/script" "$work/script.err"; fail "only $events events read"; }

    "$agent" record -e cpu-clock -a -d 1s -o "$work/next.dtr" </dev/null >"$work/next.log" 2>&1 || { cat "$work/next.log"; fail "the next start failed"; }
    rm -f "$work"/next.dtr*
    [ "$(definitions)" = 0 ] || { cat $tracing/uprobe_events; fail "the next start left the dead run's definition"; }
    echo "round $round: $events events read of a killed recording; verify: $(tail -n 1 "$work/verify"); $left definition(s) left inert, 0 after the next start; target not armed"
done
kill -0 $target || fail "the target died"
