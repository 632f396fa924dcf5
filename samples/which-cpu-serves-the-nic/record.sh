#!/usr/bin/env bash
# Records in the virtual machine which CPU serves its network card.   usage: record.sh [OUTPUT.dtr]    exit: 0 shown; 1 failed; 77 this host cannot (said why)
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/../lib.sh"
output="${1:-$samples/output/which-cpu-serves-the-nic/interrupts.dtr}"
TRACEKIT_VM_NET=1 record_in_vm "$here/guest.sh" "$output"
check '-input.0' script "$output" -e irq:irq_handler_entry -C 1
