#!/usr/bin/env bash
# Records the perf.data files on which script and report are compared with perf: record.sh FOLDER [NAME...], all of them without names.
# Needs root, perf, g++, a kernel with tracepoints and uprobes. Every probe it defines is removed again.
set -euo pipefail
out=$1
shift
names=" ${*:-fp dwarf system tracepoints events pipe zstd forks exec comm threads probes} "
mkdir -p "$out/bin"
cd "$(dirname "$0")"
bin=$out/bin
log=$out/record.log
g++ -O2 -g -fno-omit-frame-pointer -pthread -o "$bin/work-fp" work.cpp
g++ -O2 -g -fomit-frame-pointer -pthread -o "$bin/work" work.cpp
cp "$bin/work-fp" "$bin/comm with (spaces) é"

wanted() { case "$names" in *" $1 "*) ;; *) return 1 ;; esac; }
# rec NAME OPTION...: build-ids of all files, so that both programs can tell whether a file is the one that ran.
rec() {
    local name=$1
    shift
    if wanted "$name"; then perf record -q -o "$out/$name.data" "$@" >/dev/null 2>>"$log" </dev/null; fi
}

rec fp --buildid-all -F 999 -g -- "$bin/work-fp" 300
rec dwarf --buildid-all -F 499 --call-graph dwarf -- "$bin/work" 100
rec system --buildid-all -F 999 -a -g -- sh -c "'$bin/work-fp' 100; ls -lR /usr/include >/dev/null; gzip -c /usr/bin/perf >/dev/null"
rec tracepoints -a -e 'sched:*' -e 'raw_syscalls:*' -e 'irq:*' -e 'timer:*' -- sh -c 'ls -l /usr/bin >/dev/null; sleep 0.01'
rec events --buildid-all -e cpu-clock -e page-faults -e context-switches -e sched:sched_switch -g -c 200000 -- "$bin/work-fp" 60
if wanted pipe; then perf record -q --buildid-mmap -F 999 -g -o - -- "$bin/work-fp" 100 2>>"$log" </dev/null >"$out/pipe.data"; fi
if perf version --build-options | grep -q 'zstd: \[ on'; then rec zstd --buildid-mmap -z -F 999 -g -- "$bin/work-fp" 200; fi
rec forks --buildid-all -F 1999 -g -- sh -c 'i=0; while [ $i -lt 200 ]; do /bin/true; (:); i=$((i+1)); done'
rec exec --buildid-all -F 4999 -g -- sh -c "exec env sh -c 'exec bash -c \"exec $bin/work-fp 60\"'"
rec comm --buildid-all -F 999 -g -- "$bin/comm with (spaces) é" 60
rec threads --buildid-all -F 999 -g -s -- "$bin/work-fp" 100 4

if wanted probes; then
    trap 'perf probe -q -d "probe_work:tracekit_road*" >/dev/null 2>&1 || true' EXIT
    perf probe -q -x "$bin/work-fp" 'tracekit_road=say text:string size' >>"$log" 2>&1
    perf probe -q -x "$bin/work-fp" 'tracekit_road_ret=say%return $retval' >>"$log" 2>&1
    rec probes --buildid-all -e 'probe_work:tracekit_road*' -g -- "$bin/work-fp" 20
fi

ls -l "$out"/*.data
