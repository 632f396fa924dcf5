#!/usr/bin/env bash
# Records in the virtual machine how big the packets of one program are.   usage: record.sh [OUTPUT.dtr]    exit: 0 shown; 1 failed; 77 this host cannot (said why)
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/../lib.sh"
output="${1:-$samples/output/how-big-are-the-packets/packets.dtr}"
need gcc gcc
gcc -O2 -static "$here/feed.c" -o "$scratch/feed"
record_in_vm "$here/guest.sh" "$output" "$scratch/feed"
check '1001' hist "$output" -e probe:tcp_sendmsg --field size --filter 'comm == "feed"'
