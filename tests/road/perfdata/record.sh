#!/usr/bin/env bash
# Records the perf.data files on which script and report are compared with perf: record.sh FOLDER
# Needs root, perf, gcc, g++, a kernel with tracepoints and uprobes. Every probe it defines is removed again.
set -euo pipefail
out=$1
mkdir -p "$out"
cd "$(dirname "$0")"
bin=$out/bin
mkdir -p "$bin"
g++ -O2 -g -fno-omit-frame-pointer -pthread -o "$bin/work-fp" work.cpp
g++ -O2 -g -fomit-frame-pointer -pthread -o "$bin/work" work.cpp
cp "$bin/work-fp" "$bin/comm with (spaces) é"
rec() { perf record -q --buildid-all "$@" >/dev/null 2>>"$out/record.log" </dev/null; }

rec -F 999 -g -o "$out/fp.data" -- "$bin/work-fp" 300
rec -F 499 --call-graph dwarf -o "$out/dwarf.data" -- "$bin/work" 100
rec -F 999 -a -g -o "$out/system.data" -- sh -c "'$bin/work-fp' 100; ls -lR /usr/include >/dev/null; gzip -c /usr/bin/perf >/dev/null"
rec -a -e 'sched:*' -e 'raw_syscalls:*' -e 'irq:*' -e 'timer:*' -o "$out/tracepoints.data" -- sh -c 'ls -l /usr/bin >/dev/null; sleep 0.01'
rec -e cpu-clock -e page-faults -e context-switches -e sched:sched_switch -g -c 200000 -o "$out/events.data" -- "$bin/work-fp" 60
perf record -q --buildid-mmap -F 999 -g -o - -- "$bin/work-fp" 100 2>>"$out/record.log" </dev/null >"$out/pipe.data"
if perf version --build-options | grep -q 'zstd: \[ on'; then perf record -q --buildid-mmap -z -F 999 -g -o "$out/zstd.data" -- "$bin/work-fp" 200 >/dev/null 2>>"$out/record.log" </dev/null; fi
rec -F 1999 -g -o "$out/forks.data" -- sh -c 'i=0; while [ $i -lt 200 ]; do /bin/true; (:); i=$((i+1)); done'
rec -F 4999 -g -o "$out/exec.data" -- sh -c "exec env sh -c 'exec bash -c \"exec $bin/work-fp 60\"'"
rec -F 999 -g -o "$out/comm.data" -- "$bin/comm with (spaces) é" 60
rec -F 999 -g -s -o "$out/threads.data" -- "$bin/work-fp" 100 4

if perf probe -q -x "$bin/work-fp" 'tracekit_road=say text:string size' >>"$out/record.log" 2>&1; then
    perf probe -q -x "$bin/work-fp" 'tracekit_road_ret=say%return $retval' >>"$out/record.log" 2>&1 || true
    trap 'perf probe -q -d "probe_work:tracekit_road*" >/dev/null 2>&1 || true' EXIT
    rec -e 'probe_work:tracekit_road*' -g -o "$out/probes.data" -- "$bin/work-fp" 20
fi

ls -l "$out"/*.data
