ip link set lo up
ip link set lo mtu 1500
# What the programs hand to TCP and take from it; what TCP hands to IP (port 9000 is the feed's side).
record packets.dtr -a --snapshot none \
    --probe 'tcp_sendmsg size=size:u64 port=sk->__sk_common.skc_num:u16' \
    --probe 'tcp_recvmsg%return bytes=$retval:s32' \
    --probe 'transmit=__tcp_transmit_skb len=skb->len:u32 port=sk->__sk_common.skc_num:u16'
feed 500
recorded
