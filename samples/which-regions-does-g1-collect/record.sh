#!/usr/bin/env bash
# Records what G1 does with the regions of a small Java program's heap.   usage: record.sh [OUTPUT.dtr]    exit: 0 shown; 1 failed; 77 this host cannot (said why)
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/../lib.sh"
output="${1:-$samples/output/which-regions-does-g1-collect/g1.dtr}"
need javac openjdk-17-jdk-headless
need_uprobes
jvm="$(find "$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")" -name libjvm.so | head -1)"
[ -n "$jvm" ] || skip "java has no libjvm.so"
id="$(readelf -n "$jvm" | awk '/Build ID/ { print $3 }')"
[ -e "/usr/lib/debug/.build-id/${id:0:2}/${id:2}.debug" ] || skip "no debug information for $jvm (apt-get install openjdk-17-dbg)"
javac -d "$place" "$here/Shop.java"
# Small regions, one thread that collects, and whole class pointers, so that a probe can follow them.
record_here "$output" --snapshot none -x "$jvm" \
    --probe 'pause=G1CollectedHeap::gc_prologue full' \
    --probe 'resume=G1CollectedHeap::gc_epilogue full' \
    --probe 'eden=HeapRegion::set_eden region=this->_hrm_index:u32 bottom=this->_bottom' \
    --probe 'survivor=HeapRegion::set_survivor region=this->_hrm_index:u32 bottom=this->_bottom' \
    --probe 'old=HeapRegion::set_old region=this->_hrm_index:u32 bottom=this->_bottom' \
    --probe 'free=G1CollectedHeap::free_region region=hr->_hrm_index:u32 kind=hr->_type._tag bottom=hr->_bottom top=hr->_top' \
    --probe 'copy=G1ParScanThreadState::do_copy_to_survivor_space old class=old->_metadata._klass->_name->_body:string' \
    --filter 'class ~ "Shop*"' \
    -- java -Xms16m -Xmx16m -XX:+UseG1GC -XX:G1HeapRegionSize=1m -XX:ParallelGCThreads=1 -XX:-UseCompressedClassPointers -Xint -cp . Shop 40000
check 'kind=' script "$output" -e 'probe_libjvm:free'
check 'Shop$Order' script "$output" -e 'probe_libjvm:copy'
