#!/usr/bin/env bash
# The two recordings of docs/tutorial.md.   usage: record.sh [REFUSED.dtr]  (rates.dtr comes beside it)    exit: 0 shown; 1 failed; 77 this host cannot (said why)
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/../lib.sh"
refused="${1:-$samples/output/why-do-orders-fail/refused.dtr}"
rates="$(dirname "$refused")/rates.dtr"
need gcc gcc
need_uprobes
cp "$here/shop.c" "$place/" && (cd "$place" && gcc -O1 -g shop.c -o shop) # debug information says where the source lay
record_here "$refused" --call-graph dwarf --snapshot lines -x ./shop --probe 'refuse number=order->number currency=order->currency:string reason=reason:string' -- ./shop 200 >"$scratch/log"
grep refused "$scratch/log" | head -n 3
record_here "$rates" -x ./shop --snapshot symbols --probe 'rate_of code=code:string' --probe 'answered=rate_of%return' --probe 'cache_get code=code:string' \
    --probe 'found=cache_get%return entry=$retval' --probe 'cache_put code=code:string' -- ./shop 200 >"$scratch/log"
check 'payment took too long' report "$refused" -s reason
check 'code="JPY "' script "$rates" -e probe_shop:cache_put
