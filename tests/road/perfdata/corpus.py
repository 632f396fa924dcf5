#!/usr/bin/env python3
"""Holds tracekit against perf on a folder of perf.data files, whoever recorded them.

    corpus.py TRACEKIT FOLDER [--out FOLDER]      PERF says which perf (perf)

Symbols are left out (--symfs to an empty folder): other machines' binaries are not here. Of each file it compares, line by line,
the samples (comm, pid/tid, cpu, time, event, ip: what both can print) and, to 0.01, the shares by comm and dso. Where perf refuses
a file, only what tracekit does with it is told. Differences stand in OUT, one file each; the exit code is 1 when there are any.
"""
import argparse, collections, csv, io, os, re, subprocess, sys, tempfile

FIELDS = ["comm", "pid", "tid", "cpu", "time", "event", "ip"]
PERF = os.environ.get("PERF", "perf")
ENVIRONMENT = dict(os.environ, NO_COLOR="1", PAGER="cat", HOME="/nonexistent", DEBUGINFOD_URLS="")


def run(command, seconds=300):
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, env=ENVIRONMENT)
        return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        return 124, "", "timed out"


def perf_script(path, empty):
    fields = list(FIELDS)
    while fields:
        code, out, err = run([PERF, "script", "-i", path, "-f", "--no-itrace", "--no-inline", "--symfs", empty, "-F", ",".join(fields)])
        lacking = re.findall(r"Cannot print '(\w+)' field", err)
        if code == 0 or not lacking:
            return code, out, err, fields
        fields = [f for f in fields if f not in lacking]
    return 1, "", "no common field", fields


def our_script(tracekit, path, empty, fields, perf_refuses):
    """perf ends a chain after 127 addresses. Of a file that it refuses nobody said which fields it has."""
    fields = list(fields)
    while True:
        code, out, err = run([tracekit, "script", path, "--symfs", empty, "--no-inline", "--max-stack", "127", "-F", ",".join(fields)])
        lacking = re.findall(r"field '(\w+)' cannot be printed", err)
        if not perf_refuses or code != 2 or not lacking:
            return code, out, err
        fields = [f for f in fields if f not in lacking]


def lines(text):
    return [re.sub(r"\s+", " ", line).strip() for line in text.splitlines() if line.strip()]


def plain(line):
    """Without the event's name (simpleperf has its own), and without a name that perf prints unasked where samples have data addresses."""
    line = re.sub(r" \[unknown\]$", "", line) if re.match(r"[0-9a-f]+ ", line) else line
    return re.sub(r"(\d\.\d{6}:|\d+/\d+) \S+:( |$)", r"\1 \2", line)


def shares(text):
    found, event = collections.defaultdict(float), ""
    for line in text.splitlines():
        match = re.match(r"# Samples: .*of events? '(.*)'", line)
        if match:
            event = match.group(1)
        cells = line.split("\t")
        match = re.match(r"\s*([\d.]+)%\s*$", cells[0])
        if match and len(cells) == 3:
            found[event, cells[1].strip(), cells[2].strip()] += float(match.group(1))
    return found


def our_shares(text):
    found = collections.defaultdict(float)
    for row in csv.DictReader(io.StringIO(text)):
        found[row["event"].lstrip("'"), row["comm"].lstrip("'"), row["dso"].lstrip("'")] += float(row["self_percent"] or 0)
    return found


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("tracekit")
    arguments.add_argument("folder")
    arguments.add_argument("--out", default=tempfile.mkdtemp(prefix="corpus-"))
    arguments.add_argument("--only", default="")
    options = arguments.parse_args()
    os.makedirs(options.out, exist_ok=True)
    empty = tempfile.mkdtemp(prefix="empty-")
    totals = collections.Counter()
    for folder, _, names in sorted(os.walk(options.folder)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            if options.only not in path:
                continue
            with open(path, "rb") as file:
                if file.read(8) not in (b"PERFILE2", b"2ELIFREP"):
                    continue
            totals["files"] += 1
            code, out, err, fields = perf_script(path, empty)
            ours_code, ours, ours_err = our_script(options.tracekit, path, empty, fields, perf_refuses=code != 0)
            a, b = lines(out), lines(ours)
            if "Unhandled" in ours_err or "   at " in ours_err or ours_code not in (0, 1, 2, 3, 4):
                verdict = "CRASH"
            elif code != 0 and not a:
                verdict = "perf refuses"
            elif a == b:
                verdict = "equal"
            elif [plain(line) for line in a] == [plain(line) for line in b]:
                verdict = "equal but names"
            else:
                verdict = "DIFFERENT"
            totals[verdict] += 1
            _, report, _ = run([PERF, "report", "-i", path, "-f", "--no-itrace", "--no-group", "--stdio", "--no-children", "-g", "none", "-s", "comm,dso", "-t", "\t", "-w", "60,200", "--no-inline", "--no-branch-stack", "--symfs", empty])
            _, ours_report, _ = run([options.tracekit, "report", path, "--no-children", "-g", "none", "-s", "comm,dso", "--no-inline", "--symfs", empty, "--format", "csv"])
            p, q = shares(report), our_shares(ours_report)
            if len({key[0] for key in p}) == len({key[0] for key in q}) == 1 and set(p) != set(q):
                p, q = ({("", *key[1:]): value for key, value in found.items()} for found in (p, q))
            wrong = [(key, p.get(key), q.get(key)) for key in sorted(set(p) | set(q)) if abs(p.get(key, 0) - q.get(key, 0)) > 0.0101]
            share = "no shares by perf" if not p else "shares equal" if not wrong else f"SHARES DIFFER in {len(wrong)} of {len(p)}"
            totals[share.split(" in ")[0]] += 1
            print(f"{verdict:15} perf {len(a):7} ours {len(b):7}  {share:30} {os.path.relpath(path, options.folder)}"
                  + (f"  [rc {ours_code}: {ours_err.strip().splitlines()[0][:140]}]" if ours_err.strip() and (verdict != "equal" or ours_code) else ""), flush=True)
            if verdict in ("DIFFERENT", "CRASH", "perf refuses") or wrong:
                with open(os.path.join(options.out, name + ".txt"), "w") as file:
                    file.write(f"perf: {code} {err[:500]}\nours: {ours_code} {ours_err[:2000]}\n")
                    shown = 0
                    for i in range(max(len(a), len(b))):
                        left, right = a[i] if i < len(a) else "", b[i] if i < len(b) else ""
                        if left != right:
                            file.write(f"line {i}\n - {left}\n + {right}\n")
                            shown += 1
                            if shown == 40:
                                break
                    for key, left, right in wrong[:60]:
                        file.write(f"share {key}: perf {left} ours {right}\n")
    print(", ".join(f"{count} {what}" for what, count in sorted(totals.items())))
    return 1 if totals["DIFFERENT"] or totals["CRASH"] or any(key.startswith("SHARES") for key in totals) else 0


if __name__ == "__main__":
    sys.exit(main())
