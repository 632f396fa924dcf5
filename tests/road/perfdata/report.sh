#!/usr/bin/env bash
# Report beside perf report on perf.data recorded here and now: frame pointers with threads, several events, two names of threads; see compare_report.py.
#
# usage: report.sh ANALYZER      exit: 0 equal; 1 not; 77 this host cannot (said why)
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
analyzer="$1"
skip() { echo "$*"; exit 77; }
for tool in perf gcc python3; do command -v $tool >/dev/null || skip "no $tool here"; done
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cat >"$work/work.c" <<'C'
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
static volatile unsigned long sink;
__attribute__((noinline)) static unsigned fib(unsigned n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
__attribute__((noinline)) static void leaf(int n) { for (int i = 0; i < n; i++) sink += i * i; }
__attribute__((noinline)) static void middle(int n) { leaf(n); leaf(n / 2); sink++; }
__attribute__((noinline)) static void outer(int n) { middle(n / 8); char *p = malloc(300000); memset(p, n, 300000); sink += p[n % 100]; free(p); sink++; }
static void *work(void *name) { pthread_setname_np(pthread_self(), name); for (int i = 0; i < 120; i++) { middle(20000); outer(50000); sink += fib(17); } return NULL; }
int main(void) { pthread_t t; pthread_create(&t, NULL, work, "second (name)"); work("first"); pthread_join(t, NULL); return 0; }
C
gcc -O2 -g -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer -pthread "$work/work.c" -o "$work/work"
perf record -q --no-buildid-cache -e cpu-clock -F 1999 -g -o "$work/threads.data" -- "$work/work" >/dev/null 2>"$work/error" || skip "perf cannot record here: $(head -1 "$work/error")"
perf record -q --no-buildid-cache -e cpu-clock -e page-faults -e context-switches -F 999 -g -o "$work/events.data" -- "$work/work" >/dev/null 2>&1
python3 "$here/compare_report.py" "$analyzer" "$work/threads.data" "$work/events.data"
