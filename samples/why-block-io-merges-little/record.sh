#!/usr/bin/env bash
# Records in the virtual machine what becomes of writes to a disk.   usage: record.sh [OUTPUT.dtr]    exit: 0 shown; 1 failed; 77 this host cannot (said why)
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/../lib.sh"
output="${1:-$samples/output/why-block-io-merges-little/block.dtr}"
need gcc gcc
gcc -O2 -static "$here/writes.c" -o "$scratch/writes"
TRACEKIT_VM_SCRATCH=64M record_in_vm "$here/guest.sh" "$output" "$scratch/writes"
check 'batched' script "$output" -e block:block_bio_backmerge
