#!/usr/bin/env python3
"""Measures `tracekit probe` beside `perf probe` on files with full DWARF: the list of functions, the variables of one, one definition.

compare_probe.py [--pairs N] [--out FILE]

CPU is user + system from wait4, medians over the pairs, which alternate who goes first; RSS is the peak. Nothing is kept from run to run. perf cannot name C++ functions of
more than one component, so it is asked for C functions of the same file; ours is asked for the same one, and for a C++ member beside it.
"""
import argparse
import os
import statistics
import sys

from compare_perf import ARTIFACTS, HERE, machine
from compare_symbolizers import inputs, measure, version


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--analyzer", default=os.environ.get("TRACEKIT_BIN") or os.path.join(HERE, "..", "out", "tracekit"))
    parser.add_argument("--out", default=os.path.join(HERE, "results", "probe.md"))
    options = parser.parse_args()
    os.makedirs(ARTIFACTS, exist_ok=True)
    empty = os.path.join(ARTIFACTS, "empty")
    open(empty, "w").close()
    tasks = {
        "libjvm": [
            ("all functions", ["-F"], ["-F"]),
            ("functions, one pattern", ["-F", "*G1GC*"], ["-F", "*G1GC*"]),
            ("variables of a C function", ["-V", "JVM_FindSignal"], ["-V", "JVM_FindSignal"]),
            ("a definition, C", ["-D", "JVM_FindSignal name:string"], ["-D", "JVM_FindSignal name:string"]),
            ("a definition, C++", None, ["-D", "G1CollectedHeap::collect cause"]),
        ],
        "libc": [
            ("all functions", ["-F"], ["-F"]),
            ("variables", ["-V", "getenv"], ["-V", "getenv"]),
            ("a definition", ["-D", "getenv name:string"], ["-D", "getenv name:string"]),
        ],
    }
    rows = []
    for name, binary, _ in inputs():
        for what, theirs, ours in tasks.get(name, []):
            commands = {"ours": [options.analyzer, "probe", "-x", binary, *ours]}
            if theirs:
                commands["theirs"] = ["perf", "probe", "-x", binary, *theirs]
            runs = {who: [] for who in commands}
            for pair in range(options.pairs):
                for who in list(commands)[:: 1 if pair % 2 == 0 else -1]:
                    runs[who].append(measure(commands[who], empty))
            cpu = {who: statistics.median(r.cpu for r in results) for who, results in runs.items()}
            wall = {who: statistics.median(r.wall for r in results) for who, results in runs.items()}
            rss = {who: max(r.rss for r in results) / 1e6 for who, results in runs.items()}
            lines = {who: results[0].lines for who, results in runs.items()}
            pair = lambda table, form: " / ".join(form.format(table[who]) if who in table else "—" for who in ("ours", "theirs"))
            ratio = f"**{cpu['theirs'] / cpu['ours']:.1f}×**" if theirs else "perf refuses"
            rows.append(f"| {name} | {what} | `{' '.join(ours)}` | {pair(cpu, '{:.3f}')} | {ratio} | {pair(wall, '{:.2f}')} | {pair(rss, '{:.0f}')} | {pair(lines, '{:,}')} |")
            print(rows[-1], file=sys.stderr, flush=True)
    with open(options.out, "w") as out:
        out.write(f"""# tracekit probe beside perf probe

`bench/compare-probe.sh`, {machine()}, {version('perf')}. Ours / perf, medians of {options.pairs} pairs, cold (no index of ours, no cache of perf's).

| file | task | options | CPU s | perf's / ours | wall s | peak RSS MB | lines |
|---|---|---|---|---|---|---|---|
""" + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
