# Matches starts and ends of `tracekit script --ns -F tid,cpu,time,event,trace` again, by a stack for each key: "TID START DURATION", nanoseconds.
#
# -v start=EVENT -v end=EVENT     -v key=tid | blk (device and sector, as block_rq_issue and block_rq_complete print them)
{
    tid = $1
    at = index($0, "] ") + 2
    text = substr($0, at)
    split(text, part, /: +/)
    split(part[1], clock, ".")
    time = clock[1] * 1000000000 + clock[2] # below 2^53: exact
    event = part[2]
    if (event != start && event != end)
        next
    k = tid
    if (key == "blk") {
        if ($0 ~ /\+ 0 \[/) # a flush: the kernel names its sector differently at both ends
            next
        match($0, /[0-9]+,[0-9]+ [A-Z]+ /)
        k = substr($0, RSTART, RLENGTH)
        sub(/ .*/, "", k)
        match($0, /\) [0-9]+ \+/)
        k = k " " substr($0, RSTART + 2, RLENGTH - 4)
    }

    if (event == start) {
        n = ++open[k]
        began[k, n] = time
        who[k, n] = tid
    } else if (open[k] > 0) {
        n = open[k]--
        printf "%d %.0f %.0f\n", who[k, n], began[k, n], time - began[k, n]
        matched++
    } else {
        ends++
    }
}
END {
    for (k in open)
        starts += open[k]
    printf "matched %d, starts without an end %d, ends without a start %d\n", matched, starts, ends >"/dev/stderr"
}
