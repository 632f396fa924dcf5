# A small machine at work: one script counts errors in a log, one checks its settings line by line, one takes checksums.
i=0
while [ $i -lt 400 ]; do
    echo "2026-11-26 10:00:00 order $i accepted"
    i=$((i + 1))
done >/var/log/shop.log
printf 'port=8080\nworkers=4\nname=shop\n' >/etc/shop.conf

record reads.dtr --probe 'vfs_read file->f_path.dentry->d_name.name:string count=count:u64' \
    --filter 'comm != "encoder" && comm != "snapshots"' -a -g --snapshot symbols
n=0
while [ $n -lt 5 ]; do
    grep -c refused /var/log/shop.log >/dev/null
    while read -r line; do :; done </etc/shop.conf
    md5sum /etc/shop.conf /proc/loadavg >/dev/null
    n=$((n + 1))
done
recorded
