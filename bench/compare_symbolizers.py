#!/usr/bin/env python3
"""Measures `tracekit symbolize` beside addr2line, eu-addr2line and llvm-symbolizer: random addresses of code, functions, inlined frames and lines.

compare_symbolizers.py [--addresses N] [--pairs N] [--inputs wl,libc,libjvm] [--out FILE]

Every program reads the same addresses from stdin, in random order, and resolves them once, cold: nothing is kept from run to run (our cache on disk is measured
apart and named so). CPU is user + system from wait4, medians over the pairs; RSS is the peak. Peers that need minutes get fewer addresses, and ours the same.
"""
import argparse
import glob
import os
import random
import re
import statistics
import subprocess
import sys
import time

from compare_perf import ARTIFACTS, HERE, machine, wait

SEED = 20261126


class Result:
    def __init__(self, cpu, rss, wall, lines):
        self.cpu, self.rss, self.wall, self.lines = cpu, rss, wall, lines


def measure(command, stdin, env=None):
    """One run from exec to exit; its output is counted in lines, nothing else."""
    out = os.path.join(ARTIFACTS, "symbolizer.out")
    start = time.monotonic()
    with open(stdin, "rb") as source, open(out, "wb") as target, open(out + ".err", "wb") as err:
        process = subprocess.Popen(command, stdin=source, stdout=target, stderr=err, env={**os.environ, **(env or {})})
        usage, rss = wait(process)
    if process.returncode != 0:
        with open(out + ".err", errors="replace") as text:
            raise SystemExit(f"{command[0]} ended with {process.returncode}: {text.read()[-400:]}")
    with open(out, "rb") as text:
        lines = sum(1 for _ in text)
    return Result(usage.ru_utime + usage.ru_stime, rss, time.monotonic() - start, lines)


def code_sections(path):
    """(address, size) of executable sections, from readelf."""
    text = subprocess.run(["readelf", "-SW", path], capture_output=True, text=True, check=True).stdout
    found = []
    for line in text.splitlines():
        match = re.match(r"\s*\[\s*\d+\]\s+\S+\s+(PROGBITS|NOBITS)\s+([0-9a-f]+)\s+[0-9a-f]+\s+([0-9a-f]+)\s+\S+\s+(\S*X\S*)", line)
        if match:
            found.append((int(match.group(2), 16), int(match.group(3), 16)))
    return found


def addresses(path, count, name):
    sections = code_sections(path)
    total = sum(size for _, size in sections)
    source = random.Random(SEED)
    file = os.path.join(ARTIFACTS, f"addresses-{name}-{count}.txt")
    with open(file, "w") as out:
        for _ in range(count):
            at = source.randrange(total)
            for start, size in sections:
                if at < size:
                    out.write(f"{start + at:#x}\n")
                    break
                at -= size
    return file


def build_id(path):
    text = subprocess.run(["readelf", "-nW", path], capture_output=True, text=True).stdout
    found = re.search(r"Build ID: ([0-9a-f]+)", text)
    return found.group(1) if found else ""


def inputs():
    """(name, binary, file with the DWARF): the peers get the file with the DWARF, which has the same addresses, so that none of them has to find it."""
    yield "wl", os.path.join(ARTIFACTS, "wl-debug"), os.path.join(ARTIFACTS, "wl-debug")
    for name, patterns in (("libc", ["/lib/x86_64-linux-gnu/libc.so.6"]), ("libjvm", ["/usr/lib/jvm/java-17-openjdk-*/lib/server/libjvm.so"])):
        for path in sorted(p for pattern in patterns for p in glob.glob(pattern)):
            identity = build_id(os.path.realpath(path))
            debug = f"/usr/lib/debug/.build-id/{identity[:2]}/{identity[2:]}.debug"
            if os.path.exists(debug):
                yield name, os.path.realpath(path), debug
                break


def version(command):
    text = subprocess.run([command, "--version"], capture_output=True, text=True)
    found = re.search(r"\d+\.\d+(\.\d+)?", text.stdout + text.stderr)
    return f"{command} {found.group(0) if found else '?'}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--addresses", type=int, default=100_000)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--inputs", default="wl,libc,libjvm")
    parser.add_argument("--analyzer", default=os.environ.get("TRACEKIT_BIN") or os.path.join(HERE, "..", "out", "tracekit"))
    parser.add_argument("--out", default=os.path.join(HERE, "results", "symbolizers.md"))
    options = parser.parse_args()
    os.makedirs(ARTIFACTS, exist_ok=True)
    say = lambda text: print(text, file=sys.stderr, flush=True)

    # GNU addr2line on libjvm and elfutils everywhere take many times as long: fewer addresses, the same for ours.
    peers = [
        ("llvm-symbolizer", 1, lambda f: ["llvm-symbolizer", f"--obj={f}", "--output-style=GNU", "--functions=linkage", "--inlines", "--no-demangle"]),
        ("addr2line", 5, lambda f: ["addr2line", "-e", f, "-f", "-i"]),
        ("eu-addr2line", 50, lambda f: ["eu-addr2line", "-e", f, "-f", "-i"]),
    ]
    rows = []
    for name, binary, debug in inputs():
        if name not in options.inputs.split(","):
            continue
        for peer, divisor, command in peers:
            count = options.addresses // (divisor if name == "libjvm" or peer == "eu-addr2line" else 1)
            file = addresses(binary, count, name)
            ours, theirs = [], []
            for pair in range(options.pairs):
                for who in ("ours", "theirs") if pair % 2 == 0 else ("theirs", "ours"):
                    if who == "ours":
                        ours.append(measure([options.analyzer, "symbolize", debug, "-f", "-i"], file))
                    else:
                        theirs.append(measure(command(debug), file))
            cpu = [statistics.median(r.cpu for r in runs) for runs in (ours, theirs)]
            rss = [max(r.rss for r in runs) / 1e6 for runs in (ours, theirs)]
            wall = [statistics.median(r.wall for r in runs) for runs in (ours, theirs)]
            rows.append(f"| {name} | `{peer}` | {count:,} | {cpu[0]:.2f} / {cpu[1]:.2f} | **{cpu[1] / cpu[0]:.1f}×** | {wall[0]:.2f} / {wall[1]:.2f} | {rss[0]:.0f} / {rss[1]:.0f} "
                        f"| {ours[0].lines:,} / {theirs[0].lines:,} |")
            say(rows[-1])

        # The same with the index on disk: the first run writes it, the others are measured.
        file = addresses(binary, options.addresses, name)
        cache = os.path.join(ARTIFACTS, "cache")
        command = [options.analyzer, "symbolize", debug, "-f", "-i", "--index"]
        measure(command, file, {"TRACEKIT_CACHE_DIR": cache})
        warm = [measure(command, file, {"TRACEKIT_CACHE_DIR": cache}) for _ in range(options.pairs)]
        cpu = statistics.median(r.cpu for r in warm)
        rows.append(f"| {name} | ours, with its index on disk | {options.addresses:,} | {cpu:.2f} | {options.addresses / cpu / 1e6:.2f} M addresses/s | {statistics.median(r.wall for r in warm):.2f} "
                    f"| {max(r.rss for r in warm) / 1e6:.0f} | {warm[0].lines:,} |")
        say(rows[-1])

    versions = ", ".join(version(peer) for peer, _, _ in peers)
    lines = ["# Beside the symbolizers", "",
             f"{machine()}; {versions}. `bench/compare-symbolizers.sh`, {time.strftime('%Y-%m-%d')}: random addresses of code in random order on stdin, functions, inlined frames and lines, "
             f"medians of {options.pairs} pairs, cold unless said. Cells are *ours / theirs*; CPU is user + system. Lines are what was printed: two for each frame.", "",
             "| file | peer | addresses | CPU, s | ratio | wall, s | peak RSS, MB | lines |", "|---|---|---|---|---|---|---|---|", *rows, ""]
    with open(options.out, "w") as out:
        out.write("\n".join(lines))
    say(options.out)


if __name__ == "__main__":
    main()
