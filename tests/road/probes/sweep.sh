#!/usr/bin/env bash
# Every offset of one function that gcc -O2 made: each start of an instruction is accepted and can be recorded, everything else is refused, and what the program
# computes under the probe is right in every case. (A breakpoint inside of an instruction kills the program, or changes its result without a word.)
#
# usage: sweep.sh AGENT [EVERY]     EVERY: of the offsets that are accepted arm only each Nth (1)      exit: 0 it holds; 1 not; 77 this host cannot (said why)
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
agent="$1" every="${2:-1}"
skip() { echo "$*"; exit 77; }
fail() { echo "FAILED: $*"; exit 1; }
[ "$(id -u)" = 0 ] || skip "uprobes need root"
for tool in gcc objdump nm; do command -v $tool >/dev/null || skip "no $tool here"; done
[ -e /sys/kernel/tracing/uprobe_events ] || mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null || true
[ -e /sys/kernel/tracing/uprobe_events ] || skip "this kernel has no uprobe_events"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
gcc -O2 "$here/sweep.c" -o "$work/sweep"
right="$("$work/sweep")"
read -r start size < <(nm -S "$work/sweep" | awk '$4 == "work" { print "0x" $1, "0x" $2 }')
starts=" "
while read -r address; do starts+="$((16#$address - start)) "; done < <(objdump -d --no-show-raw-insn --disassemble=work "$work/sweep" | sed -nE 's/^ +([0-9a-f]+):.*/\1/p')

accepted=0 refused=0 armed=0 wrong=0
for ((offset = 0; offset < size; offset++)); do
    expected=1
    [[ "$starts" == *" $offset "* ]] && expected=0
    code=0
    "$agent" probe -D -x "$work/sweep" "work+$offset" >"$work/text" 2>"$work/why" </dev/null || code=$?
    if [ $code != $expected ]; then
        echo "work+$offset: exit code $code, expected $expected: $(cat "$work/text" "$work/why")"
        wrong=$((wrong + 1))
        continue
    fi
    if [ $code != 0 ]; then
        refused=$((refused + 1))
        grep -q . "$work/why" || { echo "work+$offset: refused without a word"; wrong=$((wrong + 1)); }
    else
        accepted=$((accepted + 1))
    fi
    # What is refused is tried in a recording too, each Nth: nothing may be armed then either.
    [ $((offset % every)) = 0 ] || [ $offset = 0 ] || continue
    code=0
    "$agent" record -x "$work/sweep" --probe "work+$offset" --snapshot none -o "$work/x.dtr" -- "$work/sweep" >"$work/out" 2>"$work/why" </dev/null || code=$?
    if [ $expected = 1 ]; then
        [ $code = 1 ] && [ ! -s "$work/out" ] || { echo "work+$offset: recorded although it is no start of an instruction: $(cat "$work/why")"; wrong=$((wrong + 1)); }
    else
        armed=$((armed + 1))
        [ $code = 0 ] && [ "$(cat "$work/out")" = "$right" ] || { echo "work+$offset: exit code $code, computed $(cat "$work/out"), right is $right: $(cat "$work/why")"; wrong=$((wrong + 1)); }
    fi
    rm -f "$work"/x.dtr*
done
echo "$((size)) offsets: $accepted accepted, $refused refused, $armed of the accepted armed, $wrong wrong; $(wc -w <<<"$starts") instructions by objdump"
[ $wrong = 0 ] && [ $accepted = "$(wc -w <<<"$starts")" ] || fail "see above"
! grep -q "$work" /sys/kernel/tracing/uprobe_events || fail "definitions were left"
