#!/usr/bin/env python3
"""Options of `perf report --stdio` that say which columns and lines there are, typed alike to both: `tracekit report` beside perf on the same perf.data files.

    report_options.py TRACEKIT FILE... [--short]

Each file with each set of options that its events allow; headers, numbers (percentages to 0.01) and names must be the same lines. What perf cuts to the width of a column is compared as it is cut. Left aside: functions without a name
(one line here, one for each address in perf), inlined functions, names that perf makes up for entries of the PLT. --short: the sets that CI runs.
Exit: 0 equal; 1 differences, listed; 77 no perf here.
"""
import collections, os, re, shutil, subprocess, sys

ENVIRONMENT = dict(os.environ, NO_COLOR="1", PAGER="cat", DEBUGINFOD_URLS="")
UNNAMED = re.compile(r"^(0x[0-9a-f]+|[0-9a-f]{16}|\[unknown\]|@plt)$")
PERCENT = re.compile(r"^-?\d+\.\d\d%$")
SETS = [
    # (options, needs); short ones first
    (["--no-children", "-n", "--show-total-period"], None),
    (["--no-children", "--showcpuutilization", "-s", "dso,sym"], None),
    (["--hierarchy", "-s", "comm,dso"], "hierarchy"),
    (["--group", "-s", "dso", "--no-children"], "group"),
    (["--children", "-s", "dso,parent", "-p", "^(main|run|work)$"], "chains"),
    (["--no-children", "-F", "+period,sample,overhead_us,overhead_sys", "-s", "dso,sym"], None),
    (["--no-children", "-F", "sample,overhead,dso"], None),
    (["--no-children", "-s", "comm,parent", "-p", "^(main|run|sort_some)$", "-x"], "chains"),
    (["--no-children", "-s", "parent"], "chains"),
    (["--no-children", "-U", "-s", "sym"], None),
    (["--no-children", "-s", "+cpu"], "cpu"),
    (["--no-children", "-s", "cpu,comm"], "cpu"),
    (["--no-children", "-s", "time", "--time-quantum", "20ms"], "time"),
    (["--no-children", "-s", "comm,dso", "-w", "0,5,9"], "width"),
    (["--hierarchy", "-s", "dso,sym", "-n"], "hierarchy"),
    (["--hierarchy", "-s", "comm,dso,sym", "--percent-limit", "5"], "hierarchy"),
    (["--no-children", "--percentage", "relative", "-c", "work-fp,sh", "-s", "comm,dso"], None),
    (["--no-children", "--percentage", "absolute", "-d", "libc.so.6", "-s", "sym"], None),
    (["-G", "-s", "dso"], None),
]


def run(command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=ENVIRONMENT)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def words(line, needs):
    """Cells of a line; of a hierarchy how far it is to the right, its numbers and its name."""
    if needs == "hierarchy":
        match = re.match(r"^( *)((?:\S+%|\d+)(?: +\d+(?= ))*) +(.*?)\s*$", line)
        if not match:
            return (line,)
        return (str((len(match[1]) - (10 - len(match[2].split()[0]))) // 3), *match[2].split(), match[3])
    cells = [c.strip() for c in line.split("\t")]
    return tuple(c if not re.match(r"^[\d. %]+$", c) or "%" not in c else part for c in cells for part in (c.split() if "%" in c and not re.search(r"[A-Za-z\[]", c) else [c]))


def tables(text, needs):
    """Header and lines of each event."""
    result, event = {}, None
    for line in text.splitlines():
        if match := re.match(r"# Samples: (\S+)\s+of events? '(.*)'", line):
            event = re.sub(r":(ppp|[ukhGHpP]+)$", "", match[2])
            result[event] = {"samples": match[1], "head": None, "rows": collections.Counter()}
        elif event and line.startswith("# ") and ("Overhead" in line or "Children" in line or "Samples" in line) and "\t" in line.replace("  ", "\t") and not line.startswith("# Samples:"):
            result[event]["head"] = [c.strip() for c in (line[1:].split("\t") if "\t" in line else re.split(r"  +", line[1:].strip()))]
        elif event and line.strip() and not line.startswith("#"):
            cells = words(line.rstrip(), needs)
            names = [re.sub(r"^\[[.kHguh]\] ", "", c) for c in cells]
            names = [str(int(n)) if re.match(r"^-?0{3,}\d+$", n) else n for n in names]  # perf pads numbers with zeros to the width of -w
            if "no entry >=" in line or any(UNNAMED.match(n) or n.endswith("@plt") for n in names):
                continue
            result[event]["rows"][tuple(names)] += 1
    return result


def split(row):
    """What names a line, and its numbers."""
    return tuple(c for c in row if not PERCENT.match(c)), [float(c[:-1]) for c in row if PERCENT.match(c)]


def differences(perf, ours, needs):
    problems = []
    for event in sorted(set(perf) | set(ours)):
        if event not in perf or event not in ours:
            if needs != "group" and (perf.get(event) or ours.get(event))["rows"]:
                problems.append(f"event {event} only {'in perf' if event in perf else 'here'}")
            continue
        if perf[event]["head"] != ours[event]["head"]:
            problems.append(f"{event}: head: perf {perf[event]['head']}, here {ours[event]['head']}")
        left, right = collections.defaultdict(list), collections.defaultdict(list)
        for table, into in ((perf, left), (ours, right)):
            for row, times in table[event]["rows"].items():
                key, numbers = split(row)
                into[key] += [numbers] * times
        for key in sorted(set(left) | set(right)):
            a, b = sorted(left.get(key, [])), sorted(right.get(key, []))
            if len(a) != len(b) or any(abs(x - y) > 0.0101 for one, other in zip(a, b) for x, y in zip(one, other)):
                problems.append(f"{event}: {' | '.join(key)}: perf {a}, here {b}")
    return problems


def facts(path):
    """What the recording has, of which the sets of options make use."""
    code, out, _ = run(["perf", "evlist", "-v", "-i", path])
    has = set()
    if "CALLCHAIN" in out:
        has.add("chains")
    if re.search(r"sample_type: [A-Z_|]*CPU", out):
        has.add("cpu")
    if re.search(r"sample_type: [A-Z_|]*TIME", out):
        has.add("time")
    if len([l for l in out.splitlines() if "sample_type" in l and "dummy" not in l]) > 1:
        has.add("group")
    return has | {"width", "hierarchy"}


def main():
    files = [a for a in sys.argv[2:] if not a.startswith("--")]
    if not files:
        sys.exit(__doc__)
    if not shutil.which("perf"):
        print("no perf here")
        return 77
    tracekit = ["dotnet", sys.argv[1]] if sys.argv[1].endswith(".dll") else [sys.argv[1]]
    sets = SETS[:5] if "--short" in sys.argv else SETS
    failed = compared = lines = 0
    kernel = ["--kallsyms", "/proc/kallsyms"] if os.geteuid() == 0 else []
    for path in files:
        has = facts(path)
        for options, needs in sets:
            if needs and needs not in has:
                continue
            separate = [] if needs in ("hierarchy", "width") else ["-t", "\t"]
            graph = [] if "-g" in options else ["-g", "none"]
            code, theirs, error = run(["perf", "report", "--stdio", "-f", "-i", path, "--no-inline", *graph, *separate, *options, *(["-w", ",".join(["1000"] * 14)] if separate else [])])
            mine_options = ["--parent" if o == "-p" else o for o in options]
            here, mine, trouble = run([*tracekit, "report", "-i", path, "--no-inline", "--max-stack", "127", *kernel, *graph, *separate, *mine_options])
            if code != 0 and here != 0:
                continue
            problems = [f"perf: {error.strip()[:200]}"] if code else [f"here: {trouble.strip()[:200]}"] if here else differences(tables(theirs, needs), tables(mine, needs), needs)
            compared += 1
            lines += sum(sum(t["rows"].values()) for t in tables(theirs, needs).values()) if code == 0 else 0
            failed += bool(problems)
            if problems:
                print(f"{os.path.basename(path)} {' '.join(options)}: {len(problems)} differ")
                for problem in problems[:6]:
                    print(f"    {problem[:400]}")
    print(f"{compared} reports compared, {lines} lines, {failed} differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
