#!/usr/bin/env python3
"""Compares `tracekit script` with `perf script` on the same perf.data files, line by line.

compare_script.py TRACEKIT FILE.data... [-- OPTION...]      options go to both programs
PERF says which perf (perf). TRACEKIT_SYMBOLS has options for tracekit alone, about where symbols are. Prints for each file: lines of each, equal ones, CPU seconds of each, differences that docs/from-perf.md explains,
and the kinds of others with one example of each. Exit 1 when any of those is there.
"""
import difflib
import os
import re
import resource
import subprocess
import sys
import tempfile

PERF = os.environ.get("PERF", "perf")


def run(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryFile() as out:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, timeout=900)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        out.seek(0)
        text = out.read()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return text.decode("utf-8", "surrogateescape").split("\n")[:-1], cpu, done


def kind(theirs, ours):
    """What of a line differs, with numbers and names taken out."""
    def shape(line):
        line = re.sub(r"0x[0-9a-f]+|\b[0-9a-f]{5,16}\b|\d+", "N", line)
        return re.sub(r"[A-Za-z_~:<>,.*&()\[\]/-]{12,}", "NAME", line).strip()[:100]
    return shape(theirs) + "  |  " + shape(ours)


def explained(theirs, ours):
    """Why two lines may differ; None when they may not."""
    frame = re.compile(r"^\t *([0-9a-f]+) (.*) \((.*)\)$")
    a, b = frame.match(theirs), frame.match(ours)
    exited = re.match(r"\s*:(\d+)\s+\1\s+(.*)$", theirs)
    if exited and (named := re.match(rf"\s*\S.*?\s+{exited[1]}\s+(.*)$", ours)) and re.sub(r" +", " ", named[1]) == re.sub(r" +", " ", exited[2]):
        return "a sample behind its thread's end, whose name newer perfs forget"
    if a and b and a[2] == b[2] == "[unknown]" and b[3] == "[unknown]":
        return "an address in data, which perf names by the mapping"
    if theirs.strip().split(" ")[0] != "" and "@plt+0x0" in ours and theirs.replace("@plt", "") == re.sub(r"\S+@plt", "", ours):
        return "perf has no name for a PLT entry"
    if a and b and a[1] == b[1] and a[2].endswith("+0x0") and not b[2].endswith("+0x0"):
        return "a return address at the first byte of the next function"
    if a and b and b[3] == "[unknown]" and "execve" in a[2]:
        return "an address of the program before exec"
    if a and b and (b[3] == "//anon" or b[3].startswith("/tmp/perf-")):
        return "code made at run time has one module"
    if a and b and a[2] == "@plt+0x0" and b[2].endswith("@plt+0x0"):
        return "perf has no name for a PLT entry"
    if "timer:timer_start: " in theirs and theirs.split(" flags=")[0] == ours.split(" flags=")[0]:
        return "a & (b | c): perf loses the brackets"
    if "mm_page_alloc_extfrag" in theirs and theirs.split(" fragmenting=")[0] == ours.split(" fragmenting=")[0]:
        return "a < (b ? c : d): perf loses the brackets"
    if "I_DIRTY_SYNC" in theirs and theirs.replace("I_DIRTY_SYNC", "") == ours:
        return "a constant without a number: perf takes it for 0"
    if theirs.split(" age=")[0] == ours.split(" age=")[0] and "age=?" in ours:
        return "the time now is not in the record"
    return None


def compare(theirs, ours):
    if len(theirs) == len(ours):
        pairs = [(a, b) for a, b in zip(theirs, ours) if a != b]
        if len(pairs) < len(theirs) / 2:
            return len(theirs) - len(pairs), pairs
    equal, pairs = 0, []
    step = 4000
    # Long files piece by piece, cut where both have the same line.
    i = j = 0
    while i < len(theirs) or j < len(ours):
        a, b = theirs[i:i + step], ours[j:j + step]
        matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
        blocks = [m for m in matcher.get_matching_blocks() if m.size]
        last = i + step >= len(theirs) and j + step >= len(ours)
        end_a, end_b = (len(a), len(b)) if last or not blocks else (blocks[-1].a + blocks[-1].size, blocks[-1].b + blocks[-1].size)
        for op, a1, a2, b1, b2 in matcher.get_opcodes():
            if a1 >= end_a and b1 >= end_b:
                break
            if op == "equal":
                equal += a2 - a1
                continue
            for k in range(max(a2 - a1, b2 - b1)):
                pairs.append((a[a1 + k] if a1 + k < a2 else "", b[b1 + k] if b1 + k < b2 else ""))
        i += max(end_a, 0 if end_b else 1)
        j += end_b
    return equal, pairs


def main():
    arguments = sys.argv[1:]
    options = []
    ours_only = os.environ.get("TRACEKIT_SYMBOLS", "").split()
    if "--" in arguments:
        at = arguments.index("--")
        arguments, options = arguments[:at], arguments[at + 1:]
    tracekit, files = arguments[0], arguments[1:]
    bad = 0
    for path in files:
        theirs, cpu_perf, _ = run([PERF, "script", "-i", path, *options])
        ours, cpu_ours, done = run([tracekit, "script", path, *ours_only, *options])
        if done.returncode not in (0,):
            print(done.stderr.decode()[:300])
        equal, pairs = compare(theirs, ours)
        print(f"{os.path.basename(path)}: perf {len(theirs)} lines, ours {len(ours)}, equal {equal}; CPU perf {cpu_perf:.2f} s, ours {cpu_ours:.2f} s")
        known = {}
        for a, b in pairs:
            reason = explained(a, b)
            if reason:
                known[reason] = known.get(reason, 0) + 1
        for reason, count in known.items():
            print(f"  {count} x explained: {reason}")
        pairs = [p for p in pairs if not explained(*p)]
        kinds = {}
        for a, b in pairs:
            kinds.setdefault(kind(a, b), []).append((a, b))
        for _, examples in sorted(kinds.items(), key=lambda k: -len(k[1]))[:12]:
            print(f"  {len(examples)} x\n    perf {examples[0][0]!r}\n    ours {examples[0][1]!r}")
        bad += len(pairs) > 0 or len(theirs) != len(ours)
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
