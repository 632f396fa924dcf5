#!/usr/bin/env bash
# Where does the function begin that uses this text, and where does it return?   usage: find.sh PROGRAM TEXT       prints addresses in the file, the first is the beginning
# x86-64 without symbols: the text has an address, one instruction names it, and .eh_frame, which a stripped program has too, knows where functions begin.
set -euo pipefail
offset="$(grep -abo -m 1 -F -- "$2" "$1" | head -n 1 | cut -d: -f1)"
while read -r kind file address _ size _; do
    [ "$kind" = LOAD ] && [ "$offset" -ge $((file)) ] && [ "$offset" -lt $((file + size)) ] && text="$(printf '%x' $((address + offset - file)))"
done < <(readelf -lW "$1")
use="$(objdump -d --no-show-raw-insn "$1" | grep -m 1 "# $text " | cut -d: -f1 | tr -d ' ')"
readelf --debug-dump=frames "$1" 2>/dev/null | sed -n 's/.*FDE.*pc=\([0-9a-f]*\)\.\.\([0-9a-f]*\).*/\1 \2/p' | while read -r begin end; do
    [ $((16#$use)) -ge $((16#$begin)) ] && [ $((16#$use)) -lt $((16#$end)) ] || continue
    printf '0x%x\n' $((16#$begin))
    objdump -d --no-show-raw-insn --start-address=0x$begin --stop-address=0x$end "$1" | sed -n 's/^ *\([0-9a-f]*\):.*ret *$/0x\1/p'
done
