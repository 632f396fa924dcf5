#!/usr/bin/env bash
# A multi-threaded C++ program built -O2 -fomit-frame-pointer is recorded with --call-graph dwarf, by us and by perf at the same time; then it is
# analyzed where its binary and its libraries cannot be reached: a private mount namespace whose root holds the programs and the recording only.
# Says which share of the stacks reaches main, start_thread or _start, and how far the ten hottest functions are from perf's.
#
# usage: offline.sh AGENT ANALYZER [SECONDS]      exit: 0 both hold; 1 not; 77 this host cannot (said why)
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
agent="$1" analyzer="$2" seconds="${3:-8}"
skip() { echo "$*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "a private mount namespace needs root"
for tool in g++ perf unshare chroot python3; do command -v $tool >/dev/null || skip "no $tool here"; done
unshare -m --propagation private true 2>/dev/null || skip "no private mount namespace can be made here (a chroot or a container without CAP_SYS_ADMIN)"

work="$(mktemp -d)"
pids=()
cleanup() {
    [ ${#pids[@]} -eq 0 ] || kill -9 "${pids[@]}" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT

# -g0: nothing but .symtab and .eh_frame, as on a production host.
g++ -O2 -g0 -fomit-frame-pointer -pthread "$here/../../bench/wl.cpp" -o "$work/wl"
"$work/wl" 1000 3 >/dev/null &
workload=$!
pids+=($workload)
sleep 0.5
perf record -q -e cpu-clock -F 999 --call-graph dwarf,16384 -p $workload -o "$work/perf.data" >"$work/perf.log" 2>&1 </dev/null &
perf=$!
pids+=($perf)
"$agent" record -e cpu-clock -F 999 --call-graph dwarf,16384 -p $workload -o "$work/x.dtr" -d "${seconds}s" </dev/null || { echo "record failed"; exit 1; }
kill -INT $perf
wait $perf || true
kill -9 $workload
wait $workload 2>/dev/null || true
pids=()

# The analyzer itself is a dynamic program: its loader and C library go under another path than the recording names, nothing else goes in.
new="$work/root"
mkdir "$new"
cat >"$work/inside.sh" <<'INSIDE'
set -euo pipefail
new="$1" analyzer="$2" recording="$3"
mount -t tmpfs tmpfs "$new"
mkdir "$new/out" "$new/loader" "$new/tmp"
cp "$(dirname "$analyzer")"/{tracekit,lib*.so} "$new/out/"
ldd "$analyzer" | grep -o '/[^ ]*' | sort -u | while read -r library; do cp "$library" "$new/loader/"; done
cp "$recording" "$new/x.dtr"
loader="/loader/$(basename "$(readelf -lW "$analyzer" | sed -n 's/.*interpreter: \(.*\)]/\1/p')")"
for command in script report; do
    chroot "$new" "$loader" --library-path /loader:/out /out/tracekit $command /x.dtr >"$new/$command.txt" </dev/null
    cp "$new/$command.txt" "$recording.$command.txt"
done
INSIDE
# In a chroot the root is no mount point and its propagation cannot be changed.
propagation=private
unshare -m --propagation private true 2>/dev/null || propagation=unchanged
unshare -m --propagation $propagation true 2>/dev/null || skip "this host forbids private mount namespaces"
unshare -m --propagation $propagation bash "$work/inside.sh" "$new" "$analyzer" "$work/x.dtr"

perf script --no-inline -i "$work/perf.data" -F comm,tid,time,event,ip,sym,symoff,dso >"$work/perf.txt" 2>/dev/null </dev/null
python3 "$here/offline.py" "$work/x.dtr.script.txt" "$work/perf.txt"
echo "the report's own words:"
sed -n 1,7p "$work/x.dtr.report.txt"
echo "recording: $(stat -c %s "$work/x.dtr") bytes, perf.data: $(stat -c %s "$work/perf.data") bytes"
