#!/usr/bin/env bash
# Records with one perf whatever it has options for: PERF=/path/to/perf kinds.sh FOLDER [NAME...]. What this perf or kernel refuses is told, with its reason.
# compare_script.py, compare_report.py and corpus.py hold tracekit against the same perf on them (PERF says which).
set -uo pipefail
perf=${PERF:-perf}
out=$1
shift
names=" $* "
mkdir -p "$out/bin"
cd "$(dirname "$0")"
work=$out/bin/work
[ -x "$work" ] || g++ -O2 -g -fno-omit-frame-pointer -pthread -o "$work" work.cpp
refused="$out/refused.txt"
: >>"$refused"

wanted() { case "$names" in "  " | *" $1 "*) ;; *) return 1 ;; esac; }
# kept NAME FILE ERRORS: an empty file and one without a sample in it say nothing.
kept() {
    if [ -s "$2" ] || [ -d "$2" ]; then return; fi
    rm -f "$2"
    echo "$1: $(grep -v '^$' "$3" | head -2 | tr '\n' ' ' | cut -c1-200)" | tee -a "$refused"
}
# rec NAME OPTION...
rec() {
    local name=$1
    shift
    wanted "$name" || return 0
    timeout -s INT 60 "$perf" record -q -o "$out/$name.data" "$@" >/dev/null 2>"$out/error" </dev/null
    kept "$name" "$out/$name.data" "$out/error"
}
# sub NAME COMMAND OPTION...: perf COMMAND record
sub() {
    local name=$1 command=$2
    shift 2
    wanted "$name" || return 0
    timeout -s INT 60 "$perf" "$command" record -o "$out/$name.data" "$@" >/dev/null 2>"$out/error" </dev/null
    kept "$name" "$out/$name.data" "$out/error"
}

rec fp -F 999 -g -- "$work" 60
rec dwarf -F 299 --call-graph dwarf -- "$work" 40
rec dwarf_small -F 299 --call-graph dwarf,1024 -- "$work" 40
rec dwarf_large -F 99 --call-graph dwarf,65528 -- "$work" 40
rec all -a -F 499 -g -- "$work" 60
rec cpus -C 0 -F 499 -- "$work" 60
rec tracepoints -a -e 'sched:*' -e 'raw_syscalls:*' -- ls -l /usr/bin
rec tracepoint_stacks -e 'sched:sched_switch' -e 'syscalls:sys_enter_*' -g -- ls -l /usr/bin
rec zstd -z -F 999 -g -- "$work" 60
rec zstd_all -z -a -F 999 --call-graph dwarf,2048 -- "$work" 40
rec zstd_aio -z --aio -F 999 -g -- "$work" 60
rec threads --threads -a -F 499 -g -- "$work" 60
rec threads_zstd --threads -z -a -F 499 -g -- "$work" 60
rec offcpu --off-cpu -F 499 -g -- sleep 0.1
rec cgroup --all-cgroups -e cpu-clock -F 499 -g -- "$work" 60
rec bpf_event --bpf-event -F 499 -g -- "$work" 60
for kind in no all task mmap cgroup; do rec "synth_$kind" --synth="$kind" -a -F 499 -- "$work" 60; done
rec kcore --kcore -a -F 499 -g -- "$work" 60
rec buildid_mmap --buildid-mmap -F 499 -g -- "$work" 60
rec buildid_all --buildid-all -F 499 -g -- "$work" 60
rec no_buildid -B -F 499 -g -- "$work" 60
rec memory_fields --sample-cpu -d -W --phys-data --data-page-size --code-page-size -F 499 -- "$work" 60
rec phys --phys-data -e page-faults -c 1 -- "$work" 5
rec page_sizes -d --data-page-size --code-page-size -e page-faults -c 1 -g -- "$work" 5
rec weight -W -F 499 -- "$work" 60
rec namespaces --namespaces -F 499 -- unshare -u -m "$work" 60
rec intr_regs -I -F 499 -- "$work" 40
rec intr_regs_some --intr-regs=ax,bx,ip,sp -F 499 -- "$work" 40
rec user_regs --user-regs=ax,bx,ip,sp -F 499 -- "$work" 40
rec switch_events --switch-events -F 499 -- "$work" 60 4
rec switch_events_all --switch-events -a -F 499 -- "$work" 60 4
rec no_time --no-timestamp -F 499 -- "$work" 60
rec time -T -F 499 -- "$work" 60
rec all_fields -T -d -P -W --sample-cpu --sample-identifier --phys-data -I -g -F 499 -- "$work" 40
for clock in monotonic monotonic_raw realtime boottime tai; do rec "clock_$clock" --clockid=$clock -F 499 -g -- "$work" 40; done
rec per_thread --per-thread -F 499 -- "$work" 60
rec inherit_no -i -F 499 -- "$work" 60 4
rec per_thread_stat -s -F 499 -- "$work" 60 4
rec pages_few -m 1 -F 4999 -a -g -- "$work" 60
rec aux_pages -m 8,8 -F 499 -- "$work" 40
rec aio --aio=2 -F 999 -g -- "$work" 60
rec mmap_flush --mmap-flush=64K -F 999 -g -- "$work" 60
rec tail_synthesize --tail-synthesize --overwrite -F 499 -a -- "$work" 60
rec overwrite --overwrite -m 4 -F 4999 -a -- "$work" 60
rec delay -D 30 -F 499 -- "$work" 200
rec count_wide -c 100000 -e cpu-clock -- "$work" 40
rec groups -e '{cpu-clock,task-clock,page-faults}' -F 499 -- "$work" 40
rec groups_read -e '{cpu-clock,task-clock,page-faults}:S' -F 499 -g -- "$work" 40
rec groups_option --group -e cpu-clock -e page-faults -F 499 -- "$work" 40
rec modifiers -e cpu-clock:u -e cpu-clock:k -e page-faults:uP -e 'task-clock/freq=333,name=mine/' -- "$work" 40
rec named -e 'cpu-clock/name=what:i:want,period=200000/' -e 'page-faults/call-graph=fp,max-stack=3/' -- "$work" 20
rec software -e cpu-clock,task-clock,page-faults,minor-faults,major-faults,context-switches,cpu-migrations,alignment-faults,emulation-faults,dummy,bpf-output -- "$work" 20
rec breakpoint -e "mem:0x$(nm "$work" | awk '/ sink$| _ZL4sink$/ {print $1; exit}'):rw" -c 1 -- "$work" 5
rec breakpoint_exec -e "mem:0x$(nm "$work" | awk '$3 == "say" {print $1; exit}'):x:u" -c 1 -- "$work" 2
rec raw_samples -R -e sched:sched_switch -e cpu-clock -- "$work" 20
rec pmu_raw -e r1a8 -- "$work" 20
rec hardware -e cycles,instructions -- "$work" 20
rec branches -j any -- "$work" 20
rec lbr --call-graph lbr -- "$work" 20
rec timestamp_boundary --timestamp-boundary -F 499 -- "$work" 60
rec max_size --max-size=64K -F 4999 -g -- "$work" 100
rec filter -e sched:sched_switch --filter 'prev_pid != 0' -a -- "$work" 20 4
rec exclude_perf -e raw_syscalls:sys_enter --exclude-perf -a -- ls -l /usr/bin
rec uid -u 0 -F 499 -- "$work" 40
rec strict_freq --strict-freq -F 499 -- "$work" 40
rec verbose_build --kernel-callchains -g -F 499 -- "$work" 40
rec user_callchains --user-callchains -g -F 499 -- "$work" 40
rec all_user --all-user -g -F 499 -- "$work" 40
rec all_kernel --all-kernel -g -a -F 499 -- "$work" 40
rec setuid_latency --latency -F 499 -g -- "$work" 40 4
rec record_deferred --call-graph fp,defer -F 499 -- "$work" 40
rec data_mmap -d -F 499 -g -- "$work" 40
rec schedstat -e sched:sched_stat_runtime -a -- "$work" 40

sub sched sched -- "$work" 20 4
sub lock lock -- "$work" 20 4
sub trace trace -- "$work" 5
sub kmem kmem -- "$work" 5
sub mem mem -- "$work" 5
sub c2c c2c -- "$work" 5
sub kvm_stat kvm -- "$work" 5
sub ftrace_none timechart -- "$work" 5
wanted stat && { "$perf" stat record -o "$out/stat.data" -e cpu-clock,page-faults -- "$work" 20 >/dev/null 2>"$out/error" </dev/null; kept stat "$out/stat.data" "$out/error"; }
wanted stat_interval && { "$perf" stat record -I 20 -a -o "$out/stat_interval.data" -e cpu-clock,page-faults -- "$work" 200 >/dev/null 2>"$out/error" </dev/null; kept stat_interval "$out/stat_interval.data" "$out/error"; }

# Pipes
wanted pipe && { "$perf" record -q -F 999 -g -o - -- "$work" 60 2>"$out/error" </dev/null >"$out/pipe.data"; kept pipe "$out/pipe.data" "$out/error"; }
wanted pipe_zstd && { "$perf" record -q -z -F 999 -g -o - -- "$work" 60 2>"$out/error" </dev/null >"$out/pipe_zstd.data"; kept pipe_zstd "$out/pipe_zstd.data" "$out/error"; }
wanted pipe_tracepoints && { "$perf" record -q -a -e 'sched:*' -e cpu-clock -o - -- "$work" 20 2>"$out/error" </dev/null >"$out/pipe_tracepoints.data"; kept pipe_tracepoints "$out/pipe_tracepoints.data" "$out/error"; }
wanted pipe_twice && { for i in 1 2; do "$perf" record -q -F 999 -g -o - -- "$work" 20 2>"$out/error" </dev/null; done >"$out/pipe_twice.data"; kept pipe_twice "$out/pipe_twice.data" "$out/error"; }

# Made of others
made() { # NAME SOURCE OPTION...: perf inject
    local name=$1 source=$2
    shift 2
    wanted "$name" && [ -e "$out/$source.data" ] || return 0
    timeout 60 "$perf" inject -i "$out/$source.data" -o "$out/$name.data" "$@" >/dev/null 2>"$out/error" </dev/null
    kept "$name" "$out/$name.data" "$out/error"
}
made inject_b fp -b
made inject_pipe pipe -b
made inject_b_dwarf dwarf -b
made inject_j fp -j
made inject_itrace fp --itrace=i100us
made inject_sched sched -s
made inject_threads threads -b
made inject_zstd zstd -b
made inject_buildid_all all --buildid-all
made inject_mmap2 all --mmap2-buildid-all
made inject_callchain dwarf --convert-callchain
wanted inject_to_pipe && [ -e "$out/fp.data" ] && { "$perf" inject -b -i "$out/fp.data" -o - 2>"$out/error" </dev/null >"$out/inject_to_pipe.data"; kept inject_to_pipe "$out/inject_to_pipe.data" "$out/error"; }

# A recorder that was killed: the header has no size of the data.
if wanted killed; then
    "$perf" record -q -F 999 -g -o "$out/killed.data" -- "$work" 2000 >/dev/null 2>"$out/error" </dev/null &
    recorder=$!
    sleep 1.5
    children=$(pgrep -P $recorder)
    kill -9 $recorder $children 2>/dev/null
    wait $recorder 2>/dev/null
    kept killed "$out/killed.data" "$out/error"
fi
# Options that name the file themselves
if wanted timestamp_name; then
    "$perf" record -q --timestamp-filename -F 499 -o "$out/timestamp_name.data" -- "$work" 20 >/dev/null 2>"$out/error" </dev/null
    for file in "$out"/timestamp_name.data.[0-9]*; do [ -e "$file" ] && mv "$file" "$out/timestamp_name.data"; done
    kept timestamp_name "$out/timestamp_name.data" "$out/error"
fi
if wanted switch_output; then
    "$perf" record -q --switch-output=64K -F 4999 -g -o "$out/switch_output.data" -- "$work" 100 >/dev/null 2>"$out/error" </dev/null
    i=0
    for file in "$out"/switch_output.data.[0-9]*; do [ -e "$file" ] && mv "$file" "$out/switch_output_$i.data" && i=$((i + 1)); done
    [ $i -gt 0 ] || kept switch_output "$out/switch_output.data" "$out/error"
fi
rm -f "$out/error" "$out"/*.data.old
ls -d "$out"/*.data | wc -l
