#!/usr/bin/env bash
# Holds the texts of another kernel's tracepoints against perf: vm_formats.sh ANALYZER FOLDER
# Boots Debian's cloud kernel (tests/vm/boot.sh), brings out all its formats and a recording of what a small script provokes there, and compares the recording line by line with perf script.
# The formats are in FOLDER/events afterwards: TRACEKIT_FORMATS=FOLDER/events TRACEKIT_ALL_LIBRARIES=1 dotnet test tests/trace --filter PrintFormatOracleTests
# compares made-up records of each. Needs perf, qemu-system-x86, busybox-static, python3; ten minutes under plain emulation. Exit 77 where the guest cannot be booted.
set -euo pipefail
tracekit=$1 out=$2
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"
cat >"$out/guest.sh" <<'GUEST'
cd /sys/kernel/tracing/events
for f in */*/format; do echo "### $f"; cat $f; done >/out/formats.txt
mkdir -p /mnt; mount -t ext4 /dev/vdb /mnt
ulimit -n 100000
set --
for g in $(ls -d */ | tr -d /); do
    case $g in ftrace|irq_vectors|initcall|lock|preemptirq|raw_syscalls|rcu|page_ref|mce|header*) ;; *) set -- "$@" -e "$g:*" ;; esac
done
perf record -q -o /tmp/perf.data -m 32 "$@" -- sh -c 'dd if=/dev/zero of=/mnt/a bs=4k count=50; sync; mv /mnt/a /mnt/b; ls -l /mnt /bin; rm /mnt/b; mkdir /mnt/d; sync; echo hello >/dev/kmsg; kill -0 1
    (sleep 1 & kill $!); cat /proc/meminfo; echo 3 >/proc/sys/vm/drop_caches; ifconfig lo 127.0.0.1 up; ping -c 1 127.0.0.1; sleep 0.2' >/dev/null 2>/out/record.err </dev/null
head -c 60000000 /tmp/perf.data >/out/perf.data
GUEST
status=0
TRACEKIT_VM_TIMEOUT=${TRACEKIT_VM_TIMEOUT:-900} TRACEKIT_VM_SCRATCH=64M "$here/../../vm/boot.sh" "$out/vm" "$out/guest.sh" "$(command -v perf)" || status=$?
[ "$status" = 0 ] || exit "$status"
rm -rf "$out/events"
python3 - "$out/vm/files/formats.txt" "$out/events" <<'PY'
import os, sys
file = None
for line in open(sys.argv[1], errors="surrogateescape"):
    if line.startswith("### "):
        path = os.path.join(sys.argv[2], line[4:].strip())
        os.makedirs(os.path.dirname(path), exist_ok=True)
        file = open(path, "w", errors="surrogateescape")
    else:
        file.write(line)
PY
echo "$(find "$out/events" -name format | wc -l) formats; recorded events: $(perf script -i "$out/vm/files/perf.data" -F trace:event 2>/dev/null </dev/null | sort -u | wc -l)"
python3 "$here/compare_script.py" "$tracekit" "$out/vm/files/perf.data" -- -F trace:time,event,trace
