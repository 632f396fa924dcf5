#!/usr/bin/env python3
"""Calls of a Go program, by goroutine, against what the program says of each: every call once, as long as it says but for what the probes cost.

usage: go.py ANALYZER RECORDING PRINTED
"""
import csv
import io
import re
import subprocess
import sys

analyzer, recording, printed = sys.argv[1:4]


def spans(*options):
    text = subprocess.run([analyzer, "spans", recording, *options, "--slowest", "20000", "--stack", "none", "--format", "csv"], capture_output=True, check=True, text=True).stdout
    return list(csv.DictReader(io.StringIO(text)))


told = {int(n): (int(start), int(end)) for n, start, end in (line.split() for line in open(printed))}
both = ("--start", "waits", "--end", "waits_ret")
by_goroutine, by_thread = spans(*both, "--key", "goroutine"), spans(*both)
found = {}
for s in by_goroutine:
    n = int(re.search(r"\bn=(-?\d+)", s["start_text"])[1])
    found.setdefault(n, []).append(s)
wrong = [n for n in told if len(found.get(n, [])) != 1]
# The program's clock begins at another time: the difference of the two is the same for all, but for what lies between the call and the probe.
offsets = sorted(int(found[n][0]["start"]) - told[n][0] for n in told if n not in wrong)
base = offsets[0] if offsets else 0
for n in told:
    if n in wrong:
        continue
    s, (start, end) = found[n][0], told[n]
    if int(s["start"]) - base < start - 1000 or int(s["start"]) + int(s["duration"]) - base > end + 1000 + offsets[len(offsets) // 2] - base:
        wrong.append(n)
moved = sum(s["tid"] != s["end_tid"] for s in by_goroutine)
print(f"go: {len(told)} calls, {len(by_goroutine)} spans by goroutine, {moved} of them end in another thread than they began in; {len(wrong)} differ from what the program says; by thread {len(by_thread)} would be paired")
for n in wrong[:5]:
    print(f"    {n}: {told[n]}, spans {[(s['start'], s['duration'], s['start_text']) for s in found.get(n, [])]}")
sys.exit(1 if wrong or not told else 0)
