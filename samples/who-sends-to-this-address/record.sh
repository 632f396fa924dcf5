#!/usr/bin/env bash
# Records in the virtual machine who sends what to which address.   usage: record.sh [OUTPUT.dtr]    exit: 0 shown; 1 failed; 77 this host cannot (said why)
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/../lib.sh"
output="${1:-$samples/output/who-sends-to-this-address/sent.dtr}"
need gcc gcc
(cd "$here" && gcc -O1 -static send.c -o "$scratch/send")
record_in_vm "$here/guest.sh" "$output" "$scratch/send"
check 'backup' script "$output" --filter 'dest == 127.0.0.2 && port == 7003'
