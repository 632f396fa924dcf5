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
true
