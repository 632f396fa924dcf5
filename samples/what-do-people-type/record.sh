#!/usr/bin/env bash
# Records what is typed into every bash of this host, with a bash of our own that types a few commands, and prints the lines.
# usage: record.sh [--vm] [OUTPUT.dtr]    (--vm: two people in the virtual machine, as the shipped recording)    exit: 0 shown; 1 failed; 77 this host cannot (said why)
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/../lib.sh"
need script bsdutils
if [ "${1:-}" = --vm ]; then
    record_in_vm "$here/guest.sh" "${2:-$samples/output/what-do-people-type/typed.dtr}" "$(command -v bash)" "$(command -v script)" "$here/type.sh"
    check 'arg1="rm -r /tmp/build"' script "${2:-$samples/output/what-do-people-type/typed.dtr}"
    exit 0
fi
output="${1:-$samples/output/what-do-people-type/typed.dtr}"
need_uprobes
record_here "$output" -x /bin/bash --probe 'readline%return +0($retval):string' -a -d 6s &
recorder=$!
sleep 2
"$here/type.sh" 'ls' 'cd /var/log' 'echo hello from a terminal' 'true'
wait "$recorder"
"$analyzer" script "$output" </dev/null
