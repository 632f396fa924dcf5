#!/usr/bin/env bash
# perf_answers.sh DEFINITIONS PERF_OPTIONS...: what `perf probe -D` makes of each definition of a file, in the form of tests/cases/probes/perf-*.txt.
# DEFINITIONS: one a line; lines that begin with '#' or '~' and answers of an earlier run are passed over, so that a case file can be made anew from itself.
#   perf_answers.sh tests/cases/probes/perf-kernel.txt -k /usr/lib/debug/boot/vmlinux-6.1.0-56-cloud-amd64
#   perf_answers.sh tests/cases/probes/perf-libc.txt -x /lib/x86_64-linux-gnu/libc.so.6
set -u
file=$1; shift
grep -E '^(#|> |~ )' "$file" | while IFS= read -r line; do
  case $line in
    '> '*)
      echo "$line"
      perf probe "$@" -D "${line#> }" 2>&1 < /dev/null | grep -E '^[pr]:' | sed 's/^/| /' || true
      ;;
    *) echo "$line" ;;
  esac
done
