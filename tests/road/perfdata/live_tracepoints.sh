#!/usr/bin/env bash
# Provokes as many of this kernel's tracepoints as a small machine can, and holds the text of each record against perf's: live_tracepoints.sh ANALYZER FOLDER
# Prints the events that fired, and compare_script.py's answer. Needs root, perf, python3. Loopback only; loop devices, cgroups and files are its own and are removed.
set -uo pipefail
tracekit=$1
out=$2
mkdir -p "$out/files"
here=$(cd "$(dirname "$0")" && pwd)
events=/sys/kernel/tracing/events
ulimit -n "$(ulimit -Hn)"

# Groups that nobody may open or that come by the million; those that are few on the whole machine, for what the kernel's own threads do.
never='ftrace|irq_vectors|preemptirq|lock|raw_syscalls|rcu|nmi|page_ref|maple_tree|x86_fpu|msr|percpu|vmalloc|hyperv'
quiet_groups='jbd2|writeback|napi|net|skb|tcp|udp|qdisc|neigh|bpf_trace|power|notifier|wbt|page_pool|dev|fib|fib6|iomap'
groups=$(cd $events && ls -d */ | tr -d / | grep -v -x -E "$never")
quiet=() own=()
for group in $groups; do
    if [[ $group =~ ^($quiet_groups)$ ]]; then quiet+=(-e "$group:*"); else own+=(-e "$group:*"); fi
done

work() {
    ls -l /usr/share/doc >/dev/null
    (sleep 0.01; kill -USR1 $BASHPID) >/dev/null 2>&1
    dd if=/dev/zero of="$out/files/a" bs=64k count=64 conv=fsync 2>/dev/null
    mv "$out/files/a" "$out/files/b"; ln "$out/files/b" "$out/files/c"; ln -s b "$out/files/d"; chmod 600 "$out/files/b"; truncate -s 1000 "$out/files/b"; rm "$out/files/c" "$out/files/d"
    sync "$out/files/b"
    python3 - "$out" <<'PY'
import mmap, os, select, signal, socket, sys, threading, time
out = sys.argv[1]
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            server = socket.socket(family, kind); server.bind((host, 0))
            client = socket.socket(family, kind)
            if kind == socket.SOCK_STREAM:
                server.listen(); client.connect(server.getsockname()); peer = server.accept()[0]
                client.sendall(b"x" * 4000); peer.recv(5000); peer.close()
            else:
                client.sendto(b"x", server.getsockname()); server.recv(10)
            client.close(); server.close()
        except OSError:
            pass
refused = socket.socket()
refused.connect_ex(("127.0.0.1", 1))
a, b = socket.socketpair(); a.send(b"1"); b.recv(1)
epoll = select.epoll(); epoll.register(a, select.EPOLLIN); epoll.poll(0.001)
signal.signal(signal.SIGALRM, lambda *_: None); signal.setitimer(signal.ITIMER_REAL, 0.002); time.sleep(0.005)
memory = mmap.mmap(-1, 8 << 20); memory.write(b"y" * (8 << 20)); memory.madvise(mmap.MADV_DONTNEED); memory.close()
threads = [threading.Thread(target=time.sleep, args=(0.002,)) for _ in range(4)]
[t.start() for t in threads]; [t.join() for t in threads]
os.sched_setaffinity(0, {0}); os.nice(1)
with open(out + "/files/m", "wb+") as file:
    file.write(b"z" * 100000); file.flush()
    view = mmap.mmap(file.fileno(), 0); view[5000] = 1; view.flush(); os.fsync(file.fileno())
    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED); view.close()
    import fcntl
    fcntl.lockf(file, fcntl.LOCK_EX); fcntl.lockf(file, fcntl.LOCK_UN); fcntl.flock(file, fcntl.LOCK_EX)
PY
    mkdir -p /sys/fs/cgroup/tracekit-road 2>/dev/null && rmdir /sys/fs/cgroup/tracekit-road 2>/dev/null
    truncate -s 8M "$out/files/disk" && loop=$(losetup -f --show "$out/files/disk" 2>/dev/null) && {
        mkfs.ext4 -q "$loop" 2>/dev/null; mkdir -p "$out/mnt"
        mount "$loop" "$out/mnt" 2>/dev/null && { cp /usr/bin/env "$out/mnt/"; mkdir "$out/mnt/d"; rm "$out/mnt/env"; sync; umount "$out/mnt"; }
        losetup -d "$loop"
    }
    mount -t tmpfs none "$out/mnt" 2>/dev/null && { cp /usr/bin/env "$out/mnt/"; umount "$out/mnt"; }
    bpftrace -e 'BEGIN { exit(); }' >/dev/null 2>&1
    echo 1 >/proc/sys/vm/drop_caches 2>/dev/null
    true
}

export -f work; export out
# Of all other groups, what happens to the work itself.
perf record -q -a "${quiet[@]}" -o "$out/quiet.data" -- bash -c work >"$out/record.log" 2>&1 </dev/null
perf record -q "${own[@]}" -o "$out/own.data" -- bash -c work >>"$out/record.log" 2>&1 </dev/null
[ -s "$out/quiet.data" ] && [ -s "$out/own.data" ] || { tail -5 "$out/record.log"; exit 77; }
rm -rf "$out/files"
for part in quiet own; do
    perf script -i "$out/$part.data" -F trace:event 2>/dev/null </dev/null
done | sort | uniq -c | sort -rn >"$out/fired.txt"
echo "$(wc -l <"$out/fired.txt") events fired, $(awk '{ n += $1 } END { print n }' "$out/fired.txt") records"
python3 "$here/compare_script.py" "$tracekit" "$out/quiet.data" "$out/own.data" -- -F trace:time,event,trace
