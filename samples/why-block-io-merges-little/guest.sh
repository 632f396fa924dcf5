echo "scheduler of vdb: $(cat /sys/block/vdb/queue/scheduler)"
record block.dtr -a --snapshot none -e block:block_bio_queue -e block:block_bio_backmerge -e block:block_bio_frontmerge -e block:block_rq_merge \
    -e block:block_rq_insert -e block:block_rq_issue -e block:block_rq_complete
writes /dev/vdb
recorded
