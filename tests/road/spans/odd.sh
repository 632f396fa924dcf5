#!/usr/bin/env bash
# Spans where calls do not simply return, where both ends are in different threads, in the middle of a running program, and of what the whole machine does,
# held against an answer of our own (oracle.py) made from `script --format json`.
#
# usage: odd.sh AGENT ANALYZER      exit: 0 all equal; 1 not; 77 this host cannot (said why)
#   KEEP=DIR in the environment: where recordings and texts stay
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
[ $# -eq 2 ] || { sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 2; }
agent="$(realpath "$1")" analyzer="$(realpath "$2")"
skip() { echo "$*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "probes need root"
[ -e /sys/kernel/tracing/uprobe_events ] || mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null || true
[ -e /sys/kernel/tracing/uprobe_events ] || skip "this kernel has no uprobe_events"
for tool in g++ python3; do command -v $tool >/dev/null || skip "no $tool here"; done
work="${KEEP:-$(mktemp -d)}"
mkdir -p "$work"
work="$(realpath "$work")"
[ -n "${KEEP:-}" ] || trap 'rm -rf "$work"' EXIT
code=0
oracle() { python3 "$here/oracle.py" "$analyzer" "$@" || code=1; }

g++ -O1 -g -pthread "$here/odd.cpp" -o "$work/odd"
# throws() has no return probe: an exception that passes a return probe of the kernel ends the program (nothing unwinds through its trampoline).
probes=(--probe 'throws n' --probe 'walk=Tree<long>::walk depth' --probe 'walk_ret=Tree<long>::walk%return' --probe in_signal --probe in_signal_ret=in_signal%return --probe 'begin_job id' --probe 'end_job id')
calls=("Tree<long int>::walk=probe_odd:walk,probe_odd:walk_ret" in_signal=probe_odd:in_signal,probe_odd:in_signal_ret)
for function in leaf even odd catches jumps lands ends_thread forks execs rests signalled target tail_call; do
    probes+=(--probe "$function n" --probe "${function}_ret=$function%return")
    calls+=("$function=probe_odd:$function,probe_odd:${function}_ret")
done
"$agent" record -q -x "$work/odd" "${probes[@]}" -o "$work/odd.dtr" -- "$work/odd" 2>"$work/record" || { cat "$work/record"; exit 1; }
oracle "$work/odd.dtr" calls "${calls[@]}"
jobs=(probe_odd:begin_job probe_odd:end_job)
oracle "$work/odd.dtr" pairs "${jobs[@]}" id lifo "${jobs[@]}" id fifo "${jobs[@]}" id latest "${jobs[@]}" id earliest "${jobs[@]}" all fifo "${jobs[@]}" cpu lifo "${jobs[@]}" cpu,id earliest

# From the middle of calls: the program runs before the recording and after it.
"$work/odd" forever &
runner=$!
sleep 0.3
"$agent" record -q -d 300ms -p $runner -x "$work/odd" "${probes[@]}" -o "$work/middle.dtr" 2>"$work/record" || { kill $runner; cat "$work/record"; exit 1; }
kill $runner
wait $runner 2>/dev/null || true
oracle "$work/middle.dtr" calls "${calls[@]}"

if command -v rustc >/dev/null && rustc -g -O -o "$work/calls-rust" "$here/calls.rs" 2>"$work/rustc"; then
    "$agent" record -q -x "$work/calls-rust" --probe 'climb=calls::climb' --probe 'climb_ret=calls::climb%return' --probe 'add=calls::Sum::add' --probe 'add_ret=calls::Sum::add%return' -o "$work/rust.dtr" -- "$work/calls-rust" >/dev/null 2>"$work/record" \
        && oracle "$work/rust.dtr" calls calls::climb=probe_calls:climb,probe_calls:climb_ret calls::Sum::add=probe_calls:add,probe_calls:add_ret || { cat "$work/record"; code=1; }
fi

if command -v go >/dev/null; then
    mkdir -p "$work/go" && cp "$here/calls.go" "$work/go/"
    (cd "$work/go" && GO111MODULE=off GOCACHE="$work/go/cache" go build -o calls-go calls.go)
    # %r14 is the goroutine: it may go on in another thread within a call, and another take its place.
    "$agent" record -q -x "$work/go/calls-go" --probe 'waits=main.waits n goroutine=%r14:x64' --probe 'waits_ret=main.waits%return goroutine=%r14:x64' -o "$work/go.dtr" -- "$work/go/calls-go" >"$work/go.printed" 2>"$work/record" || { cat "$work/record"; exit 1; }
    oracle "$work/go.dtr" pairs probe_calls:waits probe_calls:waits_ret goroutine lifo
    python3 "$here/go.py" "$analyzer" "$work/go.dtr" "$work/go.printed" || code=1
fi

record() { # FILE EVENT...
    local file="$work/$1.dtr" events=()
    shift
    for event in "$@"; do events+=(-e "$event"); done
    "$agent" record -q -a -d 700ms "${events[@]}" -o "$file" 2>"$work/record" || { echo "not recorded here: $(tail -n 1 "$work/record")"; return 1; }
}
ls -R /usr/lib >/dev/null &
if record calls raw_syscalls:sys_enter raw_syscalls:sys_exit; then
    both=(raw_syscalls:sys_enter raw_syscalls:sys_exit)
    oracle "$work/calls.dtr" pairs "${both[@]}" tid,id latest "${both[@]}" tid lifo "${both[@]}" tid latest "${both[0]} if id==202" "${both[1]} if id==202" tid latest
fi
if record named syscalls:sys_enter_read syscalls:sys_exit_read syscalls:sys_enter_futex syscalls:sys_exit_futex; then
    oracle "$work/named.dtr" pairs syscalls:sys_enter_read syscalls:sys_exit_read tid latest 'syscalls:sys_enter_*' 'syscalls:sys_exit_*' tid latest
fi
if record sched sched:sched_wakeup sched:sched_waking sched:sched_switch; then
    oracle "$work/sched.dtr" pairs sched:sched_wakeup sched:sched_switch pid=next_pid earliest sched:sched_wakeup sched:sched_switch pid=next_pid latest sched:sched_waking sched:sched_wakeup field:pid lifo sched:sched_switch sched:sched_switch prev_pid=next_pid latest
    oracle "$work/sched.dtr" between sched:sched_switch all
fi
if record irq irq:softirq_raise irq:softirq_entry irq:softirq_exit irq:irq_handler_entry irq:irq_handler_exit irq_vectors:local_timer_entry irq_vectors:local_timer_exit timer:hrtimer_expire_entry timer:hrtimer_expire_exit; then
    oracle "$work/irq.dtr" pairs irq:softirq_entry irq:softirq_exit cpu,vec lifo irq:irq_handler_entry irq:irq_handler_exit cpu,irq lifo irq_vectors:local_timer_entry irq_vectors:local_timer_exit cpu lifo \
        timer:hrtimer_expire_entry timer:hrtimer_expire_exit cpu,hrtimer lifo irq:softirq_raise irq:softirq_entry cpu,vec earliest
    oracle "$work/irq.dtr" between irq:softirq_raise cpu,vec
fi
wait
exit $code
