#!/usr/bin/env bash
# Records what is typed into bash, with a bash of our own that types a few commands, and prints the lines.
# usage: samples/what-do-people-type/run.sh [OUTPUT.dtr]      exit: 0 shown; 1 failed; 77 this host cannot (said why)
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(dirname "$(dirname "$here")")"
if [ -z "${TRACEKIT_BIN:-}" ] || [ -z "${TRACEKIT_CAPTURE_BIN:-}" ]; then
    "$root/build.sh" --install-deps --if-stale
fi
analyzer="${TRACEKIT_BIN:-$root/out/tracekit}"
agent="${TRACEKIT_CAPTURE_BIN:-$root/out/tracekit-capture}"
output="${1:-$root/samples/output/typed.dtr}"
mkdir -p "$(dirname "$output")"

[ "$(id -u)" = 0 ] || { echo "uprobes need root"; exit 77; }
command -v script >/dev/null || { echo "no script(1) here to give bash a terminal (apt-get install bsdutils)"; exit 77; }
[ -e /sys/kernel/tracing/uprobe_events ] || mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null || true
[ -e /sys/kernel/tracing/uprobe_events ] || { echo "this kernel has no uprobe_events"; exit 77; }

rm -f "$output" "$output.old"
"$agent" record -x /bin/bash --probe 'readline%return +0($retval):string' -a -o "$output" -d 6s </dev/null &
recorder=$!
sleep 2
# One line at a time, as a person types: readline returns each.
(
    for line in 'ls' 'cd /var/log' 'echo hello from a terminal' 'true' 'exit'; do
        sleep 0.3
        printf '%s\n' "$line"
    done
) | script -qec 'bash --norc --noprofile -i' /dev/null >/dev/null 2>&1 || true
wait "$recorder"
"$analyzer" script "$output" </dev/null
