#!/usr/bin/env bash
# Records in the virtual machine when dirty pages reach the disk, and who sends them.   usage: record.sh [OUTPUT.dtr]    exit: 0 shown; 1 failed; 77 this host cannot (said why)
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/../lib.sh"
output="${1:-$samples/output/when-is-the-page-cache-written-back/writeback.dtr}"
TRACEKIT_VM_SCRATCH=64M record_in_vm "$here/guest.sh" "$output"
check 'reason=periodic' script "$output" -G -e writeback:writeback_start
check 'reason=background' script "$output" -G -e writeback:writeback_start
check 'reason=sync' script "$output" -G -e writeback:writeback_start
check 'ext4_sync_file' report "$output" -e ext4:ext4_writepages -s comm
