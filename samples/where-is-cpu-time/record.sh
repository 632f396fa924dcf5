#!/usr/bin/env bash
# Records where the time of a batch job goes.   usage: record.sh [OUTPUT.dtr]    exit: 0 shown; 1 failed; 77 this host cannot (said why)
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/../lib.sh"
output="${1:-$samples/output/where-is-cpu-time/demo.dtr}"
need gcc gcc
cp "$here/orders.c" "$place/"
(cd "$place" && gcc -O2 -g -pthread orders.c -o orders)
# User space only, so that the kernel's symbol list (half a megabyte) need not travel.
record_here "$output" -e cpu-clock:u -F 199 --call-graph dwarf -- ./orders 4
check 'is_duplicate' report "$output"
