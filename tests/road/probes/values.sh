#!/usr/bin/env bash
# C++, Rust and Go values that perf probe cannot fetch: what is recorded is what the program itself prints.
#
# usage: values.sh AGENT ANALYZER [PROGRAM...]     PROGRAM: cpp rs go      exit: 0 all equal; 1 not; 77 this host cannot (said why)
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
agent="$1" analyzer="$2"
shift 2
skip() { echo "$*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "uprobes need root"
[ -e /sys/kernel/tracing/uprobe_events ] || mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null || true
[ -e /sys/kernel/tracing/uprobe_events ] || skip "this kernel has no uprobe_events"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
build() { # PROGRAM: into $work/PROGRAM/values
    mkdir -p "$work/$1"
    case $1 in
        cpp) command -v g++ >/dev/null && g++ -O2 -g -std=c++17 "$here/values.cpp" -o "$work/cpp/values" ;;
        rs) command -v rustc >/dev/null && rustc -O -g "$here/values.rs" -o "$work/rs/values" ;;
        go) command -v go >/dev/null && (cd "$work/go" && cp "$here/values.go" . && GOFLAGS=-mod=mod GO111MODULE=off GOCACHE="$work/gocache" go build -o values values.go) ;;
    esac
}

failed=0 seen=0 missing=
for program in "${@:-cpp rs go}"; do for one in $program; do
    build "$one" || { missing+=" $one"; continue; }
    mapfile -t definitions < <(sed -n "s/^$one | //p" "$here/values.txt")
    arguments=()
    for definition in "${definitions[@]}"; do arguments+=(--probe "$definition"); done
    if ! "$agent" record -x "$work/$one/values" "${arguments[@]}" -o "$work/$one/x.dtr" -- "$work/$one/values" >"$work/$one/printed" 2>"$work/$one/record.err" </dev/null; then
        cat "$work/$one/record.err"
        echo "FAILED: $one: not recorded"
        failed=1
        continue
    fi
    # "  values 123 [000] 1.2: probe_values:EVENT: (55…) NAME=VALUE…" against "EVENT: NAME=VALUE…"
    "$analyzer" script "$work/$one/x.dtr" 2>/dev/null </dev/null | sed -nE 's/^.*: +probe_values:([a-z]+): \([^)]*\) /\1: /p' | sort >"$work/$one/recorded"
    sort "$work/$one/printed" >"$work/$one/expected"
    if ! diff -u "$work/$one/expected" "$work/$one/recorded" >"$work/$one/difference"; then
        cat "$work/$one/difference"
        echo "FAILED: $one: the recording says something else than the program"
        failed=1
        continue
    fi
    seen=$((seen + ${#definitions[@]}))
    echo "$one: ${#definitions[@]} definitions, $(wc -l <"$work/$one/expected") hits: all values as the program printed them"
done; done
! grep -q "$work" /sys/kernel/tracing/uprobe_events || { echo "FAILED: definitions were left"; failed=1; }
[ $failed = 0 ] || exit 1
[ $seen -gt 0 ] || skip "none of the compilers is here:$missing"
