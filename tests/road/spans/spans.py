#!/usr/bin/env python3
"""Holds what `tracekit spans` says against other answers on the same events.

usage: spans.py equal SPANS.csv NAME PAIRS      the spans one by one against "TID START DURATION" lines of pairs.awk: exactly the same
       spans.py log SPANS.csv PRINTED           against the times that the program printed of each of its calls (calls.c)
       spans.py paired SPANS.csv PRINTED        spans of a recording with losses: those that are told must each be one call of the program's, start and end
       spans.py statistics SPANS.csv SPANS.json count, sum, mean, percentiles and their intervals against sorting, and binomial sums in exact fractions
       spans.py bpftrace SPANS.csv NAME FILE    against bpftrace's "TID START DURATION" lines of the same calls, made at the same time
SPANS.csv: spans --slowest 20000 --stack none --format csv; SPANS.json: spans --format json
exit: 0 equal; 1 not, and where
"""
import bisect
import collections
import csv
import json
import math
import sys

LEVELS = [("p50", 50, 100), ("p90", 90, 100), ("p95", 95, 100), ("p99", 99, 100), ("p99.9", 999, 1000), ("p99.99", 9999, 10000)]


def spans(path):
    with open(path, newline="") as file:
        return [dict(row, start=int(row["start"]), duration=int(row["duration"]), tid=int(row["tid"])) for row in csv.DictReader(file)]


def fail(message):
    print(message)
    sys.exit(1)


def equal(path, name, other):
    ours = collections.Counter((s["tid"], s["start"], s["duration"]) for s in spans(path) if s["span"] == name)
    theirs = collections.Counter(tuple(int(w) for w in line.split()) for line in open(other))
    if ours != theirs:
        fail(f"{name}: {sum(ours.values())} spans, awk has {sum(theirs.values())}; only here {list((ours - theirs))[:3]}, only there {list((theirs - ours))[:3]}")
    print(f"{name}: {sum(ours.values())} spans, each exactly as awk has it")


def log(path, printed):
    """The n-th call of a function in a thread, by its start: it must lie inside of what the program measured around it."""
    told = collections.defaultdict(list)
    for line in open(printed):
        function, tid, start, end, argument, result = line.split()
        told[function, int(tid)].append((int(start), int(end), int(argument), int(result)))
    ours = collections.defaultdict(list)
    for s in spans(path):
        ours[s["span"], s["tid"]].append(s)
    checked = collections.Counter()
    for (function, tid), calls in told.items():
        found = sorted(ours[function, tid], key=lambda s: s["start"])
        calls = sorted(calls)
        if function == "work":
            found = found[: len(calls)]  # the last ones are those that leaves() makes, which are not in the log
        if len(found) != len(calls):
            fail(f"{function} in {tid}: {len(found)} spans, the program made {len(calls)} calls that returned")
        for span, (start, end, argument, result) in zip(found, calls):
            inside = start <= span["start"] and span["start"] + span["duration"] <= end
            if not inside or not span["start_text"].endswith(f"n={argument}") or not span["end_text"].endswith(f"ret={result}"):
                fail(f"{function} in {tid}: {span['start']} for {span['duration']} ({span['start_text']}, {span['end_text']}) is not the call {start}..{end}, n={argument}, ret={result}")
        checked[function] += len(calls)
    print("the program's own times: " + ", ".join(f"{n} of {f}" for f, n in sorted(checked.items())) + ": every span inside of them, arguments and results equal")


def paired(path, printed):
    """A start belongs to the call that began last before it, an end to the call that ended first after it: both must be the same."""
    calls = collections.defaultdict(list)
    for line in open(printed):
        function, tid, start, end, _, _ = line.split()
        calls[function, int(tid)].append((int(start), int(end)))
    ends = {key: sorted((end, start) for start, end in of) for key, of in calls.items()}
    checked, unknown = collections.Counter(), 0
    for of in calls.values():
        of.sort()
    for span in spans(path):
        key, end = (span["span"], span["tid"]), span["start"] + span["duration"]
        began = bisect.bisect_right(calls[key], (span["start"], math.inf)) - 1
        ended = bisect.bisect_left(ends[key], (end, 0)) if key in ends else 0
        if key[0] == "work" and began >= 0 and calls[key][began][1] < span["start"]:
            unknown += 1  # made by leaves(), which the program has no log of
            continue
        if began < 0 or ended >= len(ends[key]) or calls[key][began] != ends[key][ended][::-1]:
            fail(f"{key}: {span['start']} for {span['duration']} begins in the call {calls[key][began] if began >= 0 else None} and ends in {ends[key][ended][::-1] if ended < len(ends[key]) else None}")
        checked[key[0]] += 1
    made = collections.Counter(function for function, _ in calls for _ in calls[function, _])
    print("losses: " + ", ".join(f"{n} of the {made[f]} calls of {f}" for f, n in sorted(checked.items())) + f" told, none paired wrongly ({unknown} are of calls without a log)")


def ranks(n, numerator, denominator):
    """The ends of the 95 % interval, by binomial sums of whole numbers: nothing is rounded."""
    p, q = numerator, denominator - numerator
    whole = denominator**n
    term, low, total = q**n, 0, 0
    while total + term <= whole // 40:  # P(B < low + 1) <= 2.5 %
        total += term
        term = term * (n - low) * p // ((low + 1) * q)
        low += 1
    term, high, total = p**n, n + 1, 0
    while total + term <= whole // 40:  # P(B >= high - 1) <= 2.5 %
        total += term
        high -= 1
        term = term * high * q // ((n - high + 1) * p)
    return low, high


def statistics(path, document):
    rows = json.load(open(document))["spans"]
    for row in rows:
        values = sorted(s["duration"] for s in spans(path) if s["span"] == row["span"])
        n = len(values)
        expect = {"count": n, "sum": sum(values), "min": values[0], "max": values[-1]}
        for name, p, of in LEVELS:
            rank = -(-n * p // of)
            low, high = ranks(n, p, of)
            expect[name] = values[rank - 1] if p * 2 <= of or n * (of - p) >= of else None
            expect[name + "_low"] = values[low - 1] if low >= 1 else None
            expect[name + "_high"] = values[high - 1] if high <= n else None
        for name, value in expect.items():
            if row[name] != value:
                fail(f"{row['span']}: {name} is {row[name]}, sorted {value}")
        mean = sum(values) / n
        deviation = math.sqrt(sum((v - mean) ** 2 for v in values) / (n - 1))
        if abs(row["mean"] - mean) > 1e-9 * mean or abs(row["stddev"] - deviation) > 1e-9 * deviation:
            fail(f"{row['span']}: mean {row['mean']}, stddev {row['stddev']}; sorted {mean}, {deviation}")
    print(f"statistics of {len(rows)} kinds of spans, six percentiles with intervals each: as by sorting and by exact binomial sums")


def bpftrace(path, name, other):
    ours = sorted((s["tid"], s["start"], s["duration"]) for s in spans(path) if s["span"] == name)
    theirs = sorted(tuple(int(w) for w in words) for words in (line.split() for line in open(other)) if len(words) == 3 and all(w.isdigit() for w in words))
    if len(ours) != len(theirs):
        fail(f"{name}: {len(ours)} spans, bpftrace counted {len(theirs)}")
    apart = sorted(abs(a[2] - b[2]) for a, b in zip(ours, theirs))
    buckets = sum(a[2].bit_length() == b[2].bit_length() for a, b in zip(ours, theirs))
    if any(a[0] != b[0] for a, b in zip(ours, theirs)):
        fail(f"{name}: other threads than bpftrace's")
    print(f"{name}: {len(ours)} spans, as many as bpftrace; durations apart by {apart[len(apart) // 2]} ns (median), {apart[len(apart) * 99 // 100]} ns (p99); {buckets} in the same power of two")


if len(sys.argv) < 4 or sys.argv[1] not in ("equal", "log", "paired", "statistics", "bpftrace"):
    print(__doc__)
    sys.exit(2)
globals()[sys.argv[1]](*sys.argv[2:])
