#!/usr/bin/env python3
"""Runs tracekit on each perf.data that kinds.sh recorded, beside the perf that recorded it.

    PERF=/path/to/perf kinds.py TRACEKIT FOLDER [NAME...]

Of each file: lines of `script` (symbols included, inlined functions left out) and shares of `report` against perf's; exit codes of info, verify, stat and import; then
script of what import made, which must be the same text. One line a file; differences below it. Exit code 1 when there are any that nothing explains.
"""
import collections, os, re, subprocess, sys, tempfile

import compare_report
import compare_script

ENVIRONMENT = dict(os.environ, NO_COLOR="1", PAGER="cat", DEBUGINFOD_URLS="")
MOST = int(os.environ.get("MOST", "4"))


def run(command, seconds=120):
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, env=ENVIRONMENT)
        return done.returncode, done.stdout.decode("utf-8", "surrogateescape"), done.stderr.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        return 124, "", "timed out"


def normal(lines):
    """Versions of perf lay lines out differently: width of columns, addresses of callers by file (6.1) or by process."""
    return [re.sub(r" +", " ", re.sub(r"^\t *[0-9a-f]+ ", "\t0 ", line)).strip(" ") for line in lines]


def main():
    tracekit, folder, names = sys.argv[1], sys.argv[2], sys.argv[3:]
    totals = collections.Counter()
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".data") or names and name[:-5] not in names:
            continue
        path, notes = os.path.join(folder, name), []
        perf_code, theirs, perf_error = run([compare_script.PERF, "script", "-i", path, "-f", "--no-inline", "--no-demangle"])
        code, ours, error = run([tracekit, "script", path, "--no-inline", "--no-demangle", "--max-stack", "127"])
        theirs, ours = normal(theirs.split("\n")[:-1]), normal(ours.split("\n")[:-1])
        totals["files"] += 1
        if code not in (0, 1) or "Unhandled" in error or "   at " in error:
            notes.append(f"script exit {code}: {error.strip()[:300]}")
        elif error.strip() and code != 0:
            notes.append(f"script exit {code}: {error.strip()[:300]}  (perf {perf_code}: {perf_error.strip()[:200]})")
        equal, pairs = compare_script.compare(theirs, ours)
        known = collections.Counter(reason for reason in (compare_script.explained(*pair) for pair in pairs) if reason)
        pairs = [pair for pair in pairs if not compare_script.explained(*pair)]
        totals["perf's lines"] += len(theirs)
        totals["equal"] += equal
        totals["explained"] += sum(known.values())
        totals["unexplained"] += len(pairs)
        kinds = collections.defaultdict(list)
        for a, b in pairs:
            kinds[compare_script.kind(a, b)].append((a, b))
        for _, examples in sorted(kinds.items(), key=lambda k: -len(k[1]))[:MOST]:
            notes.append(f"{len(examples)} x script\n        perf {examples[0][0]!r}\n        ours {examples[0][1]!r}")
        shares = []
        for children in (False, True):
            try:
                problems, compared, _ = compare_report.compare([tracekit], path, "comm,dso,sym", children, False)
            except (RuntimeError, ValueError) as problem:
                problems, compared = [str(problem)], 0
            shares.append(f"{compared - len(problems)}/{compared}")
            totals["shares"] += compared
            totals["shares that differ"] += len(problems)
            notes += [f"report {'--children' if children else '--no-children'}: {problem}" for problem in problems[:MOST]]
        codes = []
        imported = tempfile.mktemp(suffix=".dtr")
        for command in (["info", path], ["verify", path], ["stat", path], ["import", path, "-o", imported]):
            code, out, error = run([tracekit, *command])
            codes.append(code)
            if code not in (0, 3) or "Unhandled" in error or "   at " in error:
                notes.append(f"{command[0]} exit {code}: {error.strip()[:300]}")
        if os.path.exists(imported):
            _, direct, _ = run([tracekit, "script", path])
            code, again, error = run([tracekit, "script", imported])
            differing = [(a, b) for a, b in zip(direct.split("\n"), again.split("\n")) if a != b]
            if code != 0 or direct != again:
                moved = sorted(direct.split("\n")) == sorted(again.split("\n"))
                notes.append(f"script of the import: {'other order' if moved else 'differs'} in {len(differing)} of {len(direct.splitlines())} ({len(again.splitlines())}) {error.strip()[:200]}"
                             + (f"\n        data {differing[0][0]!r}\n        dtr  {differing[0][1]!r}" if differing and not moved else ""))
            os.remove(imported)
        verdict = "equal" if not notes else "LOOK"
        totals[verdict] += 1
        print(f"{name:28} perf {len(theirs):6} ours {len(ours):6} equal {equal:6} explained {sum(known.values()):4}  shares {' '.join(shares):16} codes {' '.join(map(str, codes))}  {verdict}", flush=True)
        for note in notes:
            print("      " + note, flush=True)
    print(", ".join(f"{count} {what}" for what, count in totals.items()))
    return 1 if totals["LOOK"] else 0


if __name__ == "__main__":
    sys.exit(main())
