#!/usr/bin/env python3
"""Options that choose samples together with filters, and filters that are wrong or hostile, on every command that takes them.

usage: filter_options.py ANALYZER RECORDING      exit: 0 equal; 1 not, and where
Combinations of -e, --time, --comm, --pid, --tid, --cpu and --filter: each command must count what is left of `script --format json` after the same is asked here.
"""
import collections
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time

analyzer, recording = sys.argv[1:3]
work = tempfile.TemporaryDirectory()
COMMANDS = {
    "script": ["script", recording],
    "report": ["report", recording, "-g", "none", "--no-children", "--json"],
    "stat": ["stat", recording, "--json"],
    "hist": ["hist", recording, "--between", "--json"],
    "spans": ["spans", recording, "--start", "*", "--end", "*", "--key", "all", "--order", "latest", "--json"],
    "flame": ["flame", recording, "-o", os.path.join(work.name, "x.svg")],
    "diff": ["diff", recording, recording, "--resamples", "200", "--json"],
    "analyze": ["analyze", recording, "-o", os.path.join(work.name, "all")],
}


def run(name, *options):
    done = subprocess.run([analyzer, *COMMANDS[name], *options], stdin=subprocess.DEVNULL, capture_output=True)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def count(name, text):
    if name == "script":
        return sum(re.search(r"^\S", line) is not None or re.match(r"\s+\S.*\s\d+\.\d+:", line) is not None for line in text.splitlines())
    if name == "flame":
        found = re.search(r"<title>all \((\d+)[,)]", open(os.path.join(work.name, "x.svg"), encoding="utf-8").read())
        return int(found[1]) if found else 0
    if name == "analyze":
        return int(re.search(r"read, (\d+) used", text)[1])
    document = json.loads(text)
    if name == "stat":
        return document["samples"]
    if name == "report":
        return sum(row["samples"] for section in document["events"] for row in section["rows"])
    if name == "diff":
        return sum(e["base"]["samples"] for e in document["events"])
    return sum(row["count"] for row in document["spans"])


def combinations(records):
    rng = random.Random(5)
    first, last = records[0]["time"], records[-1]["time"]
    values = {key: sorted({r[key] for r in records if r.get(key) is not None}) for key in ("comm", "pid", "tid", "cpu", "event")}
    for _ in range(12):
        options, tests = [], []
        for option, key in (("--comm", "comm"), ("--pid", "pid"), ("--tid", "tid"), ("--cpu", "cpu"), ("-e", "event")):
            if rng.random() < 0.4 and values[key]:
                chosen = rng.sample(values[key], min(len(values[key]), rng.randint(1, 3)))
                options += [v for c in chosen for v in ("-e", c)] if option == "-e" else [option, ",".join(map(str, chosen))]
                tests.append(lambda r, key=key, chosen=chosen: r.get(key) in chosen)
        if rng.random() < 0.6:
            a, b = sorted(rng.uniform(0, 1) for _ in range(2))
            begin, end = int(first + a * (last - first)), int(first + b * (last - first))
            options += ["--time", f"{begin // 10**9}.{begin % 10**9:09d},{end // 10**9}.{end % 10**9:09d}"]
            tests.append(lambda r, begin=begin, end=end: begin <= r["time"] <= end)
        if rng.random() < 0.7:
            comm, cpu = rng.choice(values["comm"]), rng.choice(values["cpu"])
            options += ["--filter", f'!(comm == "{comm}") || cpu == {cpu} && time > {first + (last - first) // 3}ns']
            tests.append(lambda r, comm=comm, cpu=cpu: r["comm"] != comm or (r["cpu"] == cpu and r["time"] > first + (last - first) // 3))
        yield options, tests


def main():
    asked = wrong = 0
    text = subprocess.run([analyzer, "script", recording, "--format", "json", "-G"], capture_output=True, check=True).stdout.decode("utf-8", "replace")
    records = [r for r in map(json.loads, text.splitlines()) if "event" in r]
    for options, tests in combinations(records):
        left = [r for r in records if all(t(r) for t in tests)]
        for name in COMMANDS:
            code, out, errors = run(name, *options, *(["-F", "time", "-G"] if name == "script" else []))
            expected = {"hist": max(0, len(left) - 1), "spans": max(0, len(left) - 1), "flame": sum(r["period"] for r in left)}.get(name, len(left))
            asked += 1
            found = count(name, out) if code == 0 else f"exit code {code}: {errors.strip()[:200]}"
            if name == "script" and code == 0:
                found = len([line for line in out.splitlines() if line.strip()])
            if found != expected:
                wrong += 1
                print(f"{name} {' '.join(options)}: {found}, here {expected}")

    # Wrong ones: exit code 2, one line that says the column, and the place below it; nothing on stdout.
    groups = " && ".join(f'(cpu == {n} || stack has "f{n}")' for n in range(66))
    for what, expression, column in [
        ("an unknown name", "cpu == 0 && nosuchname > 3", 13), ("a wrong value", "pid == abc", 8), ("no end", "(cpu == 0", 10), ("a wrong operator", "comm & 3", 6), ("an open pattern", 'comm =~ "(x"', 9),
        ("a back-reference", r'comm =~ "(a)\1"', 9), ("look-ahead", 'comm =~ "(?=a)b"', 9), ("a large repetition", 'comm =~ "((a{1000}){1000}){1000}"', 9), ("a long pattern", f'comm =~ "{"a" * 1001}"', 9),
        ("too many groups", groups, 1), ("too deep", "(" * 300 + "cpu == 0" + ")" * 300, None)]:
        for name in COMMANDS:
            code, out, errors = run(name, "--filter", expression)
            lines = errors.splitlines()
            good = code == 2 and not out.strip() and len(lines) >= 1 and re.match(r"tracekit: error: --filter: column \d+: expected .*, found ", lines[0]) and (column is None or f"column {column}:" in lines[0]) and "internal" not in errors
            asked += 1
            if not good:
                wrong += 1
                print(f"{name}, {what}: exit code {code}, {errors.strip()[:300]}")

    # Patterns that make backtracking engines run for ever.
    slowest = 0.0
    for pattern in [r"(a+)+$", r"(a|a)*b", r"(.*a){12}$", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(x+x+)+y", r"([a-zA-Z]+)*!", r"a?" * 25 + "a" * 25, r"(\w*\w*\w*)*\d$", r"^(?i:[\s\S]*?){9}z$"]:
        for name in ("script", "report", "stat", "hist"):
            began = time.monotonic()
            code, out, errors = run(name, "--filter", f'comm =~ "{pattern}" || event =~ "{pattern}"'.replace("\\", "\\\\"))
            slowest = max(slowest, time.monotonic() - began)
            asked += 1
            if code != 0 and not (code == 2 and "column" in errors):
                wrong += 1
                print(f"{name}, {pattern}: exit code {code}, {errors.strip()[:200]}")
    print(f"{asked} commands, {wrong} differ; the slowest hostile pattern took {slowest:.2f} s over {len(records)} records")
    return 1 if wrong else 0


sys.exit(main())
