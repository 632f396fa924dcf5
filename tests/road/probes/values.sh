#!/usr/bin/env bash
# Values that perf probe cannot name: C++ members, bases, overloads, std::string, smart pointers, Rust and Go. Each definition of values.txt is recorded live
# in one run of its program and held against what the program printed itself; perf is asked for the same definition.
#
# usage: values.sh AGENT ANALYZER [PROGRAM...]     PROGRAM: shop words nodes     exit: 0 all as printed; 1 not; 77 this host cannot (said why)
#   KEEP=DIR in the environment: where recordings and texts stay
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
[ $# -ge 2 ] || { sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 2; }
agent="$(realpath "$1")" analyzer="$(realpath "$2")"
shift 2
programs=("$@")
[ ${#programs[@]} -gt 0 ] || programs=(shop words nodes)
skip() { echo "$*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "probes need root"
[ -e /sys/kernel/tracing/uprobe_events ] || mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null || true
[ -e /sys/kernel/tracing/uprobe_events ] || skip "this kernel has no uprobe_events"
command -v python3 >/dev/null || skip "no python3 here"
work="${KEEP:-$(mktemp -d)}"
mkdir -p "$work"
work="$(realpath "$work")"
[ -n "${KEEP:-}" ] || trap 'rm -rf "$work"' EXIT

build() { # PROGRAM
    case $1 in
        shop) command -v g++ >/dev/null && g++ -O2 -g -std=c++17 "$here/shop.cpp" -o "$work/shop" ;;
        words) command -v rustc >/dev/null && rustc -O -g --crate-name words "$here/words.rs" -o "$work/words" 2>"$work/words.build" ;;
        nodes) command -v go >/dev/null && GO111MODULE=off GOFLAGS='' GOCACHE="$work/go-cache" go build -o "$work/nodes" "$here/nodes.go" ;;
    esac
}

failed=0 seen=0
for program in "${programs[@]}"; do
    build "$program" || { echo "$program: its compiler is not here"; continue; }
    seen=$((seen + 1))
    probes=()
    while read -r id of definition; do
        [ "$of" = "$program" ] && probes+=(--probe "$id=$definition") || true
    done < <(grep -v '^#' "$here/values.txt")
    if ! "$agent" record -q -x "$work/$program" "${probes[@]}" -o "$work/$program.dtr" -- "$work/$program" >"$work/$program.printed" 2>"$work/$program.record"; then
        echo "$program: record failed:"; cat "$work/$program.record"; failed=1; continue
    fi
    "$analyzer" script "$work/$program.dtr" >"$work/$program.script" 2>"$work/$program.errors" || { cat "$work/$program.errors"; failed=1; continue; }
    PERF="$(command -v perf || true)" python3 "$here/values.py" "$here/values.txt" "$program" "$work" || failed=1
done
[ $seen -gt 0 ] || skip "no compiler of ${programs[*]} here"
exit $failed
