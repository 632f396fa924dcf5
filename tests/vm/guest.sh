# Run by busybox sh inside the guest (see boot.sh). Whatever it leaves in /out is looked at outside by VmTests.
ls -l /bin/tracekit-capture | awk '{print $5}' >/out/agent.size
uname -r >/out/kernel

tracekit-capture doctor >/out/doctor.txt 2>&1 </dev/null
echo $? >/out/doctor.rc
tracekit-capture list >/out/list.txt 2>/out/list.err </dev/null
echo $? >/out/list.rc

echo one >/tmp/first-file.txt
echo two >/tmp/second-file.txt
probe='vfs_read name=+0(+40(+24(%di))):string'

# Until it is told to stop, as a person would with Ctrl+C. (A shell's background job ignores SIGINT, so TERM it is.)
tracekit-capture record --probe "$probe" -a -g -o /tmp/x.dtr >/out/record.out 2>/out/record.err </dev/null &
agent=$!
i=0
while ! [ -s /tmp/x.dtr ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
sleep 1
n=0
while [ $n -lt 30 ]; do
    # Not cat: busybox's uses sendfile, which does not go through vfs_read.
    md5sum /tmp/first-file.txt /proc/cmdline >/dev/null
    md5sum /tmp/second-file.txt >/dev/null
    n=$((n + 1))
done
cat /sys/kernel/tracing/kprobe_events >/out/kprobes.during 2>&1
sleep 1
kill -TERM $agent
wait $agent
echo $? >/out/record.rc
cat /sys/kernel/tracing/kprobe_events >/out/kprobes.after 2>&1

# Killed in the middle: nothing may stay armed, and the next start takes the dead run's definition away.
tracekit-capture record --probe "$probe" -a -o /tmp/killed.dtr >/dev/null 2>&1 </dev/null &
agent=$!
sleep 2
n=0
while [ $n -lt 30 ]; do md5sum /tmp/first-file.txt >/dev/null; n=$((n + 1)); done
sleep 2
kill -KILL $agent
wait $agent 2>/dev/null
cat /sys/kernel/tracing/kprobe_events >/out/kprobes.killed 2>&1
cat /sys/kernel/tracing/kprobe_profile >/out/profile.killed 2>&1
cat /sys/kernel/debug/kprobes/list >/out/list.killed 2>&1
tracekit-capture record -e cpu-clock -a -d 1s -o /tmp/next.dtr >/out/next.out 2>/out/next.err </dev/null
echo $? >/out/next.rc
cat /sys/kernel/tracing/kprobe_events >/out/kprobes.next 2>&1

cp /tmp/x.dtr /out/x.dtr
cp /tmp/killed.dtr /out/killed.dtr

# The seed, line by line, by names: this kernel has BTF and no debug information at all.
run() { # NAME COMMAND...: output, errors, exit code
    name=$1
    shift
    "$@" >/out/$name.txt 2>/out/$name.err </dev/null
    echo $? >/out/$name.rc
}
run define-name tracekit-capture probe -D 'vfs_read name=file->f_path.dentry->d_name.name:string'
run define-raw tracekit-capture probe -D "$probe"
run define-verbose tracekit-capture probe -n -v 'vfs_read name=file->f_path.dentry->d_name.name:string'
run vars-read tracekit-capture probe -V vfs_read
run vars-tcp tracekit-capture probe -V tcp_sendmsg
run add tracekit-capture probe 'vfs_read file->f_path.dentry->d_name.name:string'
run add-again tracekit-capture probe 'vfs_read file->f_path.dentry->d_name.name:string'
run add-other tracekit-capture probe 'vfs_read count'
run add-tcp tracekit-capture probe --add 'tcp_sendmsg size dest=sk->__sk_common.skc_daddr:ip4'
run add-slow tracekit-capture probe 'slowpath=get_page_from_freelis?'
run refuse-notrace tracekit-capture probe '__alloc_pages_slowpath*'
run listed tracekit-capture probe -l
cat /sys/kernel/tracing/kprobe_events >/out/kprobes.defined

# What an earlier command defined is recorded with its names and types.
tracekit-capture record -e probe:vfs_read -a -o /tmp/named.dtr >/out/named.out 2>/out/named.err </dev/null &
agent=$!
i=0
while ! [ -s /tmp/named.dtr ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
sleep 1
md5sum /tmp/first-file.txt /tmp/second-file.txt /proc/cmdline >/dev/null
sleep 1
run busy tracekit-capture probe -d probe:vfs_read
kill -TERM $agent
wait $agent
echo $? >/out/named.rc

# Messages of more than 100 bytes to one address, over the loopback device. The second one is too short, the third goes to another address.
ip link set lo up
tracekit-capture record -e probe:tcp_sendmsg --filter 'size > 100 && dest == 127.0.0.1' -a -g -v -o /tmp/tcp.dtr >/out/tcp.out 2>/out/tcp.err </dev/null &
agent=$!
i=0
while ! [ -s /tmp/tcp.dtr ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
sleep 1
send() { # ADDRESS BYTES
    nc -l -p 7777 >/dev/null &
    listener=$!
    sleep 1
    head -c $2 /dev/zero | nc -w 3 $1 7777 >/dev/null 2>&1
    kill $listener 2>/dev/null
    wait $listener 2>/dev/null
}
send 127.0.0.1 1000
send 127.0.0.1 50
send 127.0.0.2 900
send 127.0.0.1 333
sleep 1
kill -TERM $agent
wait $agent
echo $? >/out/tcp.rc

# Not proven to be the start of an instruction; not to be probed at all; not there.
run refuse-offset tracekit-capture probe 'vfs_read+3'
mount -t debugfs nodev /sys/kernel/debug 2>/dev/null
grep -m 5 . /sys/kernel/debug/kprobes/blacklist >/out/blacklist.txt 2>&1
run refuse-blacklist tracekit-capture probe 'kprobe_int3_handler'
run refuse-nothing tracekit-capture probe 'vfs_raed name=%di'
run refuse-member tracekit-capture probe 'vfs_read file->f_path.dentry->d_nane'
cat /sys/kernel/tracing/kprobe_events >/out/kprobes.refused

run listed-verbose tracekit-capture probe -l -v
run removed tracekit-capture probe -d 'probe:*'
cat /sys/kernel/tracing/kprobe_events >/out/kprobes.removed
ls /run/tracekit/probes >/out/registry.removed 2>&1

cp /tmp/named.dtr /tmp/tcp.dtr /out/
true
