#!/usr/bin/env bash
# A marker (USDT) behind a semaphore is heard while it is recorded, its arguments are what the program prints, its neighbours in memory stay as they are, and nobody listens
# afterwards; then markers of a program of this host, where python3 or a JVM has some.
#
# usage: usdt.sh AGENT ANALYZER     exit: 0 it holds; 1 not; 77 this host cannot (said why)
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
agent="$1" analyzer="$2"
skip() { echo "$*"; exit 77; }
fail() { echo "FAILED: $*"; exit 1; }
[ "$(id -u)" = 0 ] || skip "uprobes need root"
command -v gcc >/dev/null || skip "no gcc here"
[ -e /sys/kernel/tracing/uprobe_events ] || mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null || true
[ -e /sys/kernel/tracing/uprobe_events ] || skip "this kernel has no uprobe_events"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
gcc -O2 "$here/usdt.c" -o "$work/usdt"

"$work/usdt" 5 >/dev/null 2>"$work/err"
grep -q 'heard 0 guards 1111 2222' "$work/err" || fail "nobody listens, and yet: $(cat "$work/err")"

"$agent" record -x "$work/usdt" --probe 'step=%sdt_demo:step arg1 arg2=+0(arg2):string arg3' -o "$work/x.dtr" -- "$work/usdt" 5 >"$work/printed" 2>"$work/err" </dev/null || { cat "$work/err"; fail "not recorded, or a neighbour of the semaphore was changed"; }
grep -q 'heard 5 guards 1111 2222' "$work/err" || fail "the marker was not heard: $(cat "$work/err")"
"$analyzer" script "$work/x.dtr" 2>/dev/null </dev/null | sed -nE 's/^.*: +[a-z_]+:(step): \([^)]*\) /\1: /p' >"$work/recorded"
diff -u "$work/printed" "$work/recorded" || fail "the marker's arguments are others than the program's"
echo "demo:step with its semaphore: $(wc -l <"$work/recorded") hits, arguments as the program printed them"

for program in /usr/bin/python3 /usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so /lib/x86_64-linux-gnu/libc.so.6; do
    [ -e "$program" ] || continue
    count=$("$agent" probe -x "$program" -F '%sdt_*' 2>/dev/null </dev/null | wc -l || true)
    echo "$program: $count markers"
done
if "$agent" probe -x /usr/bin/python3 -F '%sdt_python:gc__*' 2>/dev/null </dev/null | grep -q gc__start; then
    "$agent" record -x /usr/bin/python3 --probe 'begin=%sdt_python:gc__start generation=arg1' -o "$work/p.dtr" -- /usr/bin/python3 -c 'import gc; [gc.collect(n) for n in (0, 1, 2, 2)]' >/dev/null 2>"$work/err" </dev/null || { cat "$work/err"; fail "python3 was not recorded"; }
    generations=$("$analyzer" script "$work/p.dtr" 2>/dev/null </dev/null | sed -nE 's/^.*:begin: .* generation=([0-9]+).*/\1/p' | tr '\n' ' ')
    [[ " $generations" == *" 0 1 2 2 "* ]] || fail "python3 collected 0 1 2 2, recorded is $generations"
    echo "python3 gc__start: generations $generations"
fi
! grep -q "$work" /sys/kernel/tracing/uprobe_events || fail "definitions were left"
