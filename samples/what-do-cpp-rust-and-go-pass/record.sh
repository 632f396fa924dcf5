#!/usr/bin/env bash
# Records what the same method gets in C++, Rust and Go.   usage: record.sh [OUTPUT.dtr]    exit: 0 shown; 1 failed; 77 this host cannot (said why)
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/../lib.sh"
output="${1:-$samples/output/what-do-cpp-rust-and-go-pass/orders.dtr}"
need g++ g++
need rustc rustc
need go golang-go
need_uprobes
cp "$here"/orders.* "$place/" # debug information says where the sources lay
cd "$place"
g++ -O1 -g orders.cpp -o orders-cpp
rustc -C opt-level=1 -g orders.rs -o orders-rust
HOME="$scratch" GOCACHE="$scratch/go" go build -trimpath -o orders-go orders.go
record_here "$output" --snapshot none \
    -x ./orders-cpp --probe 'cpp=shop::Order::add customer=this->customer_ name count before=this->items_.size()' \
    -x ./orders-rust --probe 'rust=orders::Order::add customer=self.customer name count=count:u32 before=self.items.len()' \
    -x ./orders-go --probe 'go=main.(*Order).add customer=o.customer name count before=o.items.len()' --probe 'go_returns=main.(*Order).add%return after=$retval' \
    -- sh -c './orders-cpp && ./orders-rust && ./orders-go'
check 'customer="Ann with a long name"' script "$output" -e probe_orders:cpp
check 'name="a rather long name of an article"' script "$output" -e probe_orders:rust
check 'after=3' script "$output" -e probe_orders:go_returns
