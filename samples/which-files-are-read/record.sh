#!/usr/bin/env bash
# Records in the virtual machine which files its processes read.   usage: record.sh [OUTPUT.dtr]    exit: 0 shown; 1 failed; 77 this host cannot (said why)
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/../lib.sh"
output="${1:-$samples/output/which-files-are-read/reads.dtr}"
record_in_vm "$here/guest.sh" "$output"
check 'name="shop.log"' script "$output" -G --filter 'comm == "grep"'
check 'name="shop.conf" count=1' script "$output" -G --filter 'comm == "sh"'
check 'ksys_read' report "$output" -s name
