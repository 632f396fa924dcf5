#!/usr/bin/env bash
# Boots Debian's cloud kernel under plain emulation with nothing but busybox and the given programs, runs one script in it, and brings a folder out.
#
# usage: boot.sh OUT GUEST_SCRIPT PROGRAM...
#   GUEST_SCRIPT   run by busybox sh in the guest as /guest.sh; PROGRAMs are in /bin; what it leaves in /out comes back
#                  (dynamic ones with the libraries that ldd names)
#   OUT            a new folder: console.log (the guest's serial console) and files/ (the guest's /out)
# environment: TRACEKIT_VM_TIMEOUT seconds until the guest is killed (240)
#   TRACEKIT_VM_SCRATCH=64M   a second disk of that size, /dev/vdb, with an empty ext4 on it
#   TRACEKIT_VM_NET=1         a virtio network card, eth0, that reaches nothing but 10.0.2.100:80, where everyone is sent 8 MB of zeros
# exit: 0 the guest ran to its end; 1 it did not; 77 this host lacks what is needed (said on stdout)
set -euo pipefail

skip() { echo "$*"; exit 77; }
out="$1" script="$2"
shift 2

command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86_64 is not installed (apt-get install qemu-system-x86)"
command -v busybox >/dev/null || skip "busybox is not installed (apt-get install busybox-static)"
command -v cpio >/dev/null || skip "cpio is not installed (apt-get install cpio)"
kernel="$(ls -1 /boot/vmlinuz-*-cloud-amd64 2>/dev/null | sort -V | tail -1 || true)"
[ -n "$kernel" ] || skip "no /boot/vmlinuz-*-cloud-amd64 (apt-get install linux-image-cloud-amd64)"
[ -r "$kernel" ] || skip "$kernel is not readable"
[ -z "${TRACEKIT_VM_SCRATCH:-}" ] || PATH="$PATH:/usr/sbin:/sbin" command -v mkfs.ext4 >/dev/null || skip "mkfs.ext4 is not installed (apt-get install e2fsprogs)"
version="${kernel#/boot/vmlinuz-}"
modules="/usr/lib/modules/$version/kernel"
[ -d "$modules" ] || modules="/lib/modules/$version/kernel"

rm -rf "$out"
mkdir -p "$out/files"
work="$(mktemp -d)"
qemu=
cleanup() {
    [ -z "$qemu" ] || kill -9 "$qemu" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT

root="$work/root"
mkdir -p "$root"/{bin,proc,sys,dev,tmp,run,out,etc,modules}
cp "$(command -v busybox)" "$root/bin/busybox"
for program in "$@"; do
    install -m 755 "$program" "$root/bin/"
    # Where the program looks for them: under their own paths.
    { ldd "$program" 2>/dev/null | grep -o '/[^ ]*' || true; } | while read -r library; do
        [ -e "$root$library" ] || install -D -m 755 "$library" "$root$library"
    done
done
# The order matters: each needs the ones before it. A kernel that has one built in has no file for it.
order=(drivers/virtio/virtio_ring drivers/virtio/virtio drivers/virtio/virtio_pci_legacy_dev drivers/virtio/virtio_pci_modern_dev
    drivers/virtio/virtio_pci drivers/block/virtio_blk)
network=(-net none)
if [ -n "${TRACEKIT_VM_NET:-}" ]; then
    order+=(net/core/failover drivers/net/net_failover drivers/net/virtio_net)
    network=(-netdev "user,id=net,restrict=on,guestfwd=tcp:10.0.2.100:80-cmd:head -c 8388608 /dev/zero" -device virtio-net-pci,netdev=net)
fi
for module in "${order[@]}"; do
    for file in "$modules/$module".ko*; do
        case "$file" in
            *.ko) cp "$file" "$root/modules/" ;;
            *.ko.xz) xz -dc "$file" >"$root/modules/$(basename "${file%.xz}")" ;;
            *.ko.zst) zstd -qdc "$file" >"$root/modules/$(basename "${file%.zst}")" ;;
        esac
    done
done
cp "$script" "$root/guest.sh"
printf 'root:x:0:0:root:/:/bin/sh\n' >"$root/etc/passwd"
printf '%s\n' "${order[@]##*/}" >"$root/modules/order"
cat >"$root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin HOME=/
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tracefs tracefs /sys/kernel/tracing
while read -r m; do
    [ -e /modules/$m.ko ] && insmod /modules/$m.ko
done </modules/order
echo "guest: up"
sh /guest.sh
echo "guest: script ended with $?"
# The disk is the way out: 16 digits of length, then a tar.
tar -c -C /out -f /tmp/out.tar .
size=$(stat -c %s /tmp/out.tar)
i=0; while [ ! -b /dev/vda ] && [ $i -lt 50 ]; do sleep 0.1; i=$((i + 1)); done
{ printf '%016d' "$size"; cat /tmp/out.tar; } | dd of=/dev/vda bs=64k 2>/dev/null
sync
echo "guest: brought out $size bytes"
poweroff -f
INIT
chmod 755 "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) >"$work/initrd.gz"
truncate -s 128M "$work/disk.img"
disks=(-drive "file=$work/disk.img,format=raw,if=virtio")
if [ -n "${TRACEKIT_VM_SCRATCH:-}" ]; then
    truncate -s "$TRACEKIT_VM_SCRATCH" "$work/scratch.img"
    # Nothing is left to do at the first mount: no lazy initialisation writes beside what is looked at.
    PATH="$PATH:/usr/sbin:/sbin" mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 "$work/scratch.img"
    disks+=(-drive "file=$work/scratch.img,format=raw,if=virtio")
fi

# Plain emulation: it needs no /dev/kvm and proves function, never speed.
qemu-system-x86_64 -cpu max -smp 2 -m 1024 -nographic -no-reboot \
    -kernel "$kernel" -initrd "$work/initrd.gz" "${disks[@]}" "${network[@]}" \
    -append "console=ttyS0 quiet panic=-1" </dev/null >"$out/console.log" 2>&1 &
qemu=$!
deadline=$((SECONDS + ${TRACEKIT_VM_TIMEOUT:-240}))
while kill -0 "$qemu" 2>/dev/null; do
    if [ $SECONDS -ge $deadline ]; then
        echo "the guest did not end in ${TRACEKIT_VM_TIMEOUT:-240} s; its console ends with:"
        tail -n 20 "$out/console.log"
        exit 1
    fi
    sleep 0.2
done
wait "$qemu" || true
qemu=

size="$(head -c 16 "$work/disk.img" | tr -d '\0')"
if ! [[ "$size" =~ ^[0-9]{16}$ ]]; then
    echo "the guest wrote nothing to its disk; its console ends with:"
    tail -n 20 "$out/console.log"
    exit 1
fi
head -c $((16 + 10#$size)) "$work/disk.img" | tail -c +17 >"$work/out.tar"
tar -xf "$work/out.tar" -C "$out/files"
