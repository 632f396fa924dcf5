# Three jobs on one machine: a heartbeat of 40 bytes, a report, and a backup, which goes to another address than the rest.
ip link set lo up
for port in 7001 7002 7003; do
    (while :; do nc -l -p $port >/dev/null; done) &
done
sleep 1
record sent.dtr -a --call-graph dwarf \
    --probe 'tcp_sendmsg size=size:u64 dest=sk->__sk_common.skc_daddr:ip4 port=sk->__sk_common.skc_dport:port' --filter 'size > 100'
n=0
while [ $n -lt 8 ]; do
    send heartbeat 127.0.0.1 7001 40 40
    send report 127.0.0.1 7002 3000 1000
    [ $((n % 4)) != 0 ] || send backup 127.0.0.2 7003 200000 16384
    sleep 0.3
    n=$((n + 1))
done
recorded
