#!/usr/bin/env python3
"""Holds `tracekit report` against `perf report --stdio` on the same perf.data files, by (event, comm, dso, sym), to 0.01 percentage points.

    compare_report.py TRACEKIT FILE... [--keys comm,dso,sym] [--verbose]      PERF says which perf (perf)

Both read the binaries of this machine. Compared are: lost samples, each event's samples and event count, the shares with --no-children and with --children
(callers too), inlined functions left aside (perf has no lines for them). Functions without a name are one line each here and one for each address in perf:
their own shares are compared by their sum, and with --children they are left out and counted. Of a pipe perf makes no children: nothing is compared then.
Exit: 0 equal; 1 differences, listed; 77 no perf here.
"""
import argparse, collections, csv, io, json, os, re, shutil, subprocess, sys

PERF = os.environ.get("PERF", "perf")
ENVIRONMENT = dict(os.environ, NO_COLOR="1", PAGER="cat", DEBUGINFOD_URLS="")
UNNAMED = re.compile(r"^(0x[0-9a-f]+|[0-9a-f]{16}|\[unknown\])$")
WIDTHS = ",".join(["20"] * 2 + ["1000"] * 8)  # perf cuts names to the width of their column
# Labels behind the last call of a function: perf looks return addresses of frame-pointer chains up as they are, and finds what comes after the caller.
AFTER_THE_CALL = {"_dl_start_user": "_start"}
# perf shows the mapping, of which a process has many; here a process's code is one module.
MADE = re.compile(r"^(\[JIT\] tid \d+|memfd:doublemapper.*|//anon|perf-\d+\.map)$")
POINTS = 0.0101  # perf prints two places


def run(command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=ENVIRONMENT)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def without_modifiers(event):
    return re.sub(r":[ukhGHpPSDIeWb]+$", "", event) if event.count(":") != 1 or re.search(r":(ppp|pp|[ukhGHpP]{1,4})$", event) else event


def of_perf(path, keys, children):
    mode = "--children" if children else "--no-children"
    code, out, err = run([PERF, "report", "--stdio", "-f", "-i", path, mode, "-g", "none", "--no-inline", "--no-demangle", "--no-group", "-s", keys, "-t", "\t", "-w", WIDTHS])
    if code != 0:
        raise RuntimeError(f"perf report: {err.strip()[:300]}")
    lost, events, event = 0, {}, None
    if children and out and not re.search(r"^#\s+Children", out, re.M):
        return None, {}
    for line in out.splitlines():
        if match := re.match(r"# Total Lost Samples: (\d+)", line):
            lost = int(match[1])
        elif match := re.match(r"# Samples: (\S+)\s+of events? '(.*)'", line):
            # Modifiers and sides of perf's own making are not part of the name here.
            event = without_modifiers(match[2])
            events[event] = {"samples": match[1], "total": None, "rows": []}
        elif match := re.match(r"# Event count \(approx\.\): (\d+)", line):
            events[event]["total"] = int(match[1])
        elif event is not None and line and not line.startswith("#"):
            cells = [c.strip() for c in line.split("\t")]
            shares = 2 if children and cells[1].endswith("%") else 1
            values = [float(c.rstrip("%")) for c in cells[:shares]]
            events[event]["rows"].append((tuple(re.sub(r"^\[[.k]\] ", "", c).strip() for c in cells[shares:]), values[0] if children else values[-1]))
    return lost, events


def of_tracekit(tracekit, path, keys, children):
    mode = "--children" if children else "--no-children"
    kernel = ["--kallsyms", "/proc/kallsyms"] if os.geteuid() == 0 else []
    # A perf.data is looked up in this machine's files as perf does it; a .dtr only where it is said.
    data = os.path.join(path, "data") if os.path.isdir(path) else path
    root = [] if os.path.isfile(data) and open(data, "rb").read(8) in (b"PERFILE2", b"2ELIFREP") else ["--symfs", "/"]
    code, out, err = run([*tracekit, "report", path, *root, *kernel, mode, "-g", "none", "--no-inline", "--no-demangle", "-s", keys, "--max-stack", "127", "--format", "json"])
    if code != 0:
        raise RuntimeError(f"tracekit report: {err.strip()[:300]}")
    document = json.loads(out)
    events = {}
    for event in document["events"]:
        rows = []
        for row in event["rows"]:
            weight = row.get("children", row["self"]) if children else row["self"]
            cells = tuple(re.sub(r"^\[[.k]\] ", "", c).strip() for c in row["keys"].values())
            rows.append((cells, 100.0 * weight / event["total"] if event["total"] else 0.0))
        events[without_modifiers(event["event"])] = {"samples": event["samples"], "total": event["total"], "rows": rows}
    return document["lost"], events


def has_nameless_plt(rows, keys):
    """perf 6.1 finds no name for entries of the PLT that lead to code without a dynamic symbol (IRELATIVE)."""
    return "sym" in keys and any(cells[keys.index("sym")] == "@plt" for cells, _ in rows)


def add_up(rows, keys, children, nameless_plt):
    """Shares by key; functions without a name together, or left out where shares overlap; entries of the PLT together where perf has no name for some."""
    shares, lines, unnamed = collections.defaultdict(float), collections.Counter(), 0
    symbol = keys.index("sym") if "sym" in keys else -1
    for cells, share in rows:
        cells = list(cells)
        if "dso" in keys and MADE.match(cells[keys.index("dso")]):
            cells[keys.index("dso")] = "(made at run time)"
        if symbol >= 0 and UNNAMED.match(cells[symbol]):
            unnamed += 1
            if children:
                continue
            cells[symbol] = "(no name)"
        if symbol >= 0:
            cells[symbol] = AFTER_THE_CALL.get(cells[symbol], cells[symbol])
            if nameless_plt and cells[symbol].endswith("@plt"):
                cells[symbol] = "@plt"
        shares[tuple(cells)] += share
        lines[tuple(cells)] += 1
    return shares, lines, unnamed


def short(count):
    """As perf shortens counts."""
    unit = 0
    while count > 1000 and unit < 3:
        count, unit = count // 1000, unit + 1
    return f"{count}{' KMG'[unit]}".strip()


def compare(tracekit, path, keys, children, verbose):
    lost, perf = of_perf(path, keys, children)
    if lost is None:
        return [], 0, 0
    ours_lost, ours = of_tracekit(tracekit, path, keys, children)
    problems, compared, unnamed = [], 0, 0
    if lost != ours_lost:
        problems.append(f"lost: perf {lost}, here {ours_lost}")
    for event in sorted(set(perf) | set(ours)):
        if event not in ours or event not in perf:
            rows = (perf.get(event) or ours.get(event))["rows"]
            if rows:
                problems.append(f"event {event}: only {'in perf' if event in perf else 'here'}")
            continue
        if perf[event]["total"] != ours[event]["total"] or perf[event]["samples"] != short(ours[event]["samples"]):
            problems.append(f"{event}: perf {perf[event]['samples']} samples, {perf[event]['total']}; here {ours[event]['samples']}, {ours[event]['total']}")
        nameless_plt = has_nameless_plt(perf[event]["rows"], keys.split(","))
        theirs, their_lines, their_unnamed = add_up(perf[event]["rows"], keys.split(","), children, nameless_plt)
        mine, my_lines, my_unnamed = add_up(ours[event]["rows"], keys.split(","), children, nameless_plt)
        unnamed += their_unnamed + my_unnamed
        for key in sorted(set(theirs) | set(mine)):
            compared += 1
            # Each printed line is rounded by itself.
            slack = POINTS + 0.005 * max(0, their_lines[key] - 1)
            if abs(theirs.get(key, 0.0) - mine.get(key, 0.0)) > slack:
                problems.append(f"{event}: {' | '.join(key)}: perf {theirs.get(key, 0.0):.2f}, here {mine.get(key, 0.0):.2f}")
    return problems, compared, unnamed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tracekit", help="the program; a .dll is run by dotnet")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--keys", default="comm,dso,sym")
    parser.add_argument("--most", type=int, default=20, help="differences to list of each file")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    if not shutil.which(PERF):
        print("no perf here")
        return 77
    tracekit = ["dotnet", arguments.tracekit] if arguments.tracekit.endswith(".dll") else [arguments.tracekit]
    failed = 0
    for path in arguments.files:
        for children in (False, True):
            name = f"{os.path.basename(path)} {'--children' if children else '--no-children'}"
            try:
                problems, compared, unnamed = compare(tracekit, path, arguments.keys, children, arguments.verbose)
            except RuntimeError as error:
                problems, compared, unnamed = [str(error)], 0, 0
            failed += bool(problems)
            print(f"{name}: {compared} lines compared, {len(problems)} differ" + (f", {unnamed} lines without a name {'left out' if children else 'added up'}" if unnamed else ""))
            for problem in problems[: arguments.most]:
                print(f"    {problem}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
