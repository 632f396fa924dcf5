#!/usr/bin/env bash
# Spans of kernel functions and of block requests, recorded in the virtual machine of tests/vm, against awk on the same events.
#
# usage: vm.sh AGENT ANALYZER      exit: 0 equal; 1 not; 77 this host cannot (said why)
#   KEEP=DIR in the environment: where recordings and texts stay
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
[ $# -eq 2 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2; }
agent="$(realpath "$1")" analyzer="$(realpath "$2")"
work="${KEEP:-$(mktemp -d)}"
mkdir -p "$work"
work="$(realpath "$work")"
[ -n "${KEEP:-}" ] || trap 'rm -rf "$work"' EXIT
TRACEKIT_VM_SCRATCH=64M bash "$here/../../vm/boot.sh" "$work/vm" "$here/guest.sh" "$agent" || exit $?

compare() { # RECORDING START END KEY SPAN
    local file="$work/vm/files/$1"
    "$analyzer" spans "$file" --function "$5" --slowest 20000 --stack none --format csv >"$work/$5.csv"
    "$analyzer" script "$file" --ns -G -F tid,cpu,time,event,trace >"$work/$5.script"
    awk -v start="$2" -v end="$3" -v key="$4" -f "$here/pairs.awk" "$work/$5.script" >"$work/$5.awk"
    python3 "$here/spans.py" equal "$work/$5.csv" "$5" "$work/$5.awk"
    "$analyzer" spans "$file" --function "$5"
    "$analyzer" spans "$file" --function "$5" --format json >"$work/$5.json"
    python3 "$here/spans.py" statistics "$work/$5.csv" "$work/$5.json"
}

compare reads.dtr probe:vfs_read probe:vfs_read_1 tid vfs_read
compare block.dtr block:block_rq_issue block:block_rq_complete blk block_rq_issue..block_rq_complete
compare block.dtr syscalls:sys_enter_fsync syscalls:sys_exit_fsync tid fsync
