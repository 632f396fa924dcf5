# Two downloads of 8 MB; between them the card's interrupts are allowed on CPU 1 only.
ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0
facts() { # what the kernel says of the card's interrupts
    echo "queues of eth0: $(ls /sys/class/net/eth0/queues | tr '\n' ' ')"
    grep -E 'CPU0|virtio' /proc/interrupts
    for irq in $(grep virtio /proc/interrupts | cut -d: -f1); do
        echo "irq $irq ($(grep " $irq:" /proc/interrupts | awk '{print $NF}')): allowed on CPUs $(cat /proc/irq/$irq/smp_affinity_list), served by $(cat /proc/irq/$irq/effective_affinity_list)"
    done
}
download() { nc 10.0.2.100 80 </dev/null | wc -c; }

{ echo "before"; facts; } >/out/affinity.txt
record interrupts.dtr --snapshot none -e irq:irq_handler_entry -e irq:irq_handler_exit -e irq_vectors:vector_config -e irq_vectors:vector_update -a
download
for irq in $(grep virtio.-input /proc/interrupts | cut -d: -f1); do echo 1 >/proc/irq/$irq/smp_affinity_list; done
download
recorded
{ echo; echo "after 'echo 1 >/proc/irq/N/smp_affinity_list' for the card's input"; facts; } >>/out/affinity.txt
