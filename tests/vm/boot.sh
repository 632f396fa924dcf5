#!/usr/bin/env bash
# Boots Debian's cloud kernel under plain emulation with nothing but busybox and the given programs, runs one script in it, and brings a folder out.
#
# usage: boot.sh OUT GUEST_SCRIPT PROGRAM...
#   GUEST_SCRIPT   run by busybox sh in the guest as /guest.sh; PROGRAMs are in /bin; what it leaves in /out comes back
#   OUT            a new folder: console.log (the guest's serial console) and files/ (the guest's /out)
# environment: TRACEKIT_VM_TIMEOUT seconds until the guest is killed (240)
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
version="${kernel#/boot/vmlinuz-}"
modules="/usr/lib/modules/$version/kernel/drivers"
[ -d "$modules" ] || modules="/lib/modules/$version/kernel/drivers"

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
for program in "$@"; do install -m 755 "$program" "$root/bin/"; done
# The order matters: each needs the ones before it. A kernel that has one built in has no file for it.
order=(virtio/virtio_ring virtio/virtio virtio/virtio_pci_legacy_dev virtio/virtio_pci_modern_dev virtio/virtio_pci block/virtio_blk)
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
cat >"$root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin HOME=/
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tracefs tracefs /sys/kernel/tracing
for m in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk; do
    [ -e /modules/$m.ko ] && insmod /modules/$m.ko
done
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

# Plain emulation: it needs no /dev/kvm and proves function, never speed.
qemu-system-x86_64 -cpu max -smp 2 -m 1024 -nographic -no-reboot -net none \
    -kernel "$kernel" -initrd "$work/initrd.gz" \
    -drive "file=$work/disk.img,format=raw,if=virtio" \
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
