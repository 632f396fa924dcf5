#!/usr/bin/env bash
# Records the arguments of a function of a stripped program.   usage: record.sh [OUTPUT.dtr]    exit: 0 shown; 1 failed; 77 this host cannot (said why)
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/../lib.sh"
output="${1:-$samples/output/what-is-the-argument-without-debuginfo/charges.dtr}"
need gcc gcc
need objdump binutils
need_uprobes
[ "$(uname -m)" = x86_64 ] || skip "registers are x86-64's here"
(cd "$here" && gcc -O2 -s pay.c -o "$place/pay")
mapfile -t at < <(bash "$here/find.sh" "$place/pay" 'charge failed')
echo "it begins at ${at[0]} and returns at ${at[*]:1}"
returns=()
for address in "${at[@]:1}"; do returns+=(--probe "returned_$address=$address result=%ax:s32"); done
record_here "$output" -x ./pay "${returns[@]}" \
    --probe "charge=${at[0]} number=+0(%di):s64 owner=+16(%di):string what=+0(%si):string cents=%dx:s64 balance=+8(%di):s64" -- ./pay
check 'owner="ann"' script "$output"
check 'result=-1' script "$output"
