# Pages may be dirty for 2 s, and the flusher looks every second: with the defaults, 30 s and 5 s, this would only take longer.
echo 200 >/proc/sys/vm/dirty_expire_centisecs
echo 100 >/proc/sys/vm/dirty_writeback_centisecs
mkdir -p /mnt
mount -t ext4 /dev/vdb /mnt
# A disk earns its share of the dirty pages by writing; this one has not written yet, so it is given one.
echo 50 >/sys/class/bdi/254:16/min_ratio
sync

record writeback.dtr -a -g -e writeback:writeback_dirty_folio -e writeback:writeback_queue -e writeback:writeback_start -e writeback:writeback_written \
    -e writeback:writeback_single_inode -e ext4:ext4_sync_file_enter -e ext4:ext4_writepages -e block:block_rq_issue
dd if=/dev/zero of=/mnt/left-alone bs=64k count=8 2>/dev/null
sleep 5
dd if=/dev/zero of=/mnt/fsynced bs=64k count=8 conv=fsync 2>/dev/null
sleep 1
# More dirty pages than the background threshold allows.
echo 2097152 >/proc/sys/vm/dirty_background_bytes
dd if=/dev/zero of=/mnt/too-much bs=1M count=6 2>/dev/null
sleep 1
echo 10 >/proc/sys/vm/dirty_background_ratio
dd if=/dev/zero of=/mnt/synced bs=64k count=8 2>/dev/null
sync
ls -i /mnt >/out/inodes.txt
recorded
umount /mnt
