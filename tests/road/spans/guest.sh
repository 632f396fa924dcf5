# Run by busybox sh in the virtual machine of tests/vm (see vm.sh): entry and return of vfs_read, issue and completion of block requests; with call chains.
start() { # FILE ARGUMENT...
    file=$1
    shift
    tracekit-capture record -o /tmp/$file "$@" </dev/null >/out/$file.out 2>&1 &
    agent=$!
    i=0
    while ! [ -s /tmp/$file ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
    sleep 1
}

stop() {
    sleep 1
    kill -TERM $agent
    wait $agent
    cp /tmp/$file /out/
}

start reads.dtr -a -g --probe 'vfs_read count' --probe 'vfs_read%return ret=$retval:s64'
n=0
while [ $n -lt 20 ]; do
    md5sum /bin/busybox /proc/cmdline >/dev/null &
    cat /proc/meminfo /proc/interrupts >/dev/null
    n=$((n + 1))
done
(read line) </dev/null
sleep 1
stop

start block.dtr -a -g -e block:block_rq_issue -e block:block_rq_complete -e syscalls:sys_enter_fsync -e syscalls:sys_exit_fsync
mkdir -p /mnt
mount -t ext4 /dev/vdb /mnt
n=0
while [ $n -lt 30 ]; do
    head -c 300000 /dev/zero >/mnt/file$n
    sync
    [ $((n % 3)) = 0 ] && dd if=/dev/vdb of=/dev/null bs=64k count=8 skip=$n iflag=direct 2>/dev/null
    dd if=/dev/zero of=/mnt/synced$n bs=4k count=4 conv=fsync 2>/dev/null
    n=$((n + 1))
done
stop
umount /mnt
