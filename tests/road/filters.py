#!/usr/bin/env python3
"""A naive filter: reads an expression, asks every record of 'tracekit script --format json' by itself. Knows nothing of the program's own evaluator.

usage: filters.py TRACEKIT CASES FOLDER [NAME=TRACE...]
CASES: lines 'TRACE<TAB>expression'; TRACE is a file below FOLDER, or one of the NAMEs.
Compares for each expression the set of records with that of 'script --filter', and their number with that of 'report --filter' and of the other commands that take a filter: 'stat', and in turn one of
'hist', 'spans', 'flame' (both forms), 'diff', 'analyze'; all of them for every expression with TRACEKIT_ALL_LIBRARIES=1.
"""
import collections
import errno
import fnmatch
import json
import os
import re
import subprocess
import sys
import tempfile

TOKEN = re.compile(r"""\s*(?:(?P<str>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?P<op>&&|\|\||!=~|=~|!~|==|!=|<=|>=|!in\b|[=<>~!&(),])|(?P<word>[^\s()&|"'=<>!~,]+(?:\|[^\s()&|"'=<>!~,]+)*))""")
SIZES = {"": 1, "K": 2**10, "k": 2**10, "KiB": 2**10, "M": 2**20, "MiB": 2**20, "G": 2**30, "GiB": 2**30, "kB": 1000, "KB": 1000, "MB": 10**6, "GB": 10**9}
TIMES = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "min": 60 * 10**9, "h": 3600 * 10**9}
MISSING = object()


class Parser:
    def __init__(self, text):
        self.tokens, at = [], 0
        while text[at:].strip():
            m = TOKEN.match(text, at)
            if not m:
                raise ValueError(f"cannot read: {text[at:]}")
            kind = m.lastgroup
            value = m.group(kind)
            if kind == "str":
                value = re.sub(r"\\([\\%s])" % value[0], r"\1", value[1:-1])
            self.tokens.append((kind, value))
            at = m.end()
        self.at = 0

    def peek(self, *values):
        return self.at < len(self.tokens) and self.tokens[self.at][0] != "str" and self.tokens[self.at][1] in values

    def take(self, *values):
        if self.peek(*values):
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def value(self):
        kind, text = self.tokens[self.at]
        assert kind != "op", text
        self.at += 1
        return text

    def either(self):
        parts = [self.both()]
        while self.take("||"):
            parts.append(self.both())
        return lambda r: any(p(r) for p in parts)

    def both(self):
        parts = [self.one()]
        while self.take("&&"):
            parts.append(self.one())
        return lambda r: all(p(r) for p in parts)

    def one(self):
        if self.take("!"):
            inner = self.one()
            return lambda r: not inner(r)
        if self.take("("):
            inner = self.either()
            assert self.take(")")
            return inner
        name = self.value()
        if name == "caller":
            assert self.take("(")
            fits = matcher(self.take("=~", "==", "~") or "~", self.value())
            assert self.take(")")
            return lambda r: any(fits(n) for f in caller(r) for n in forms(f, "sym"))
        if name == "stack" and self.take("has"):
            what = self.take("sym", "dso", "srcline") or "sym"
            fits = matcher(self.take("=~", "==", "~") or "~", self.value())
            return lambda r: any(fits(n) for f in r.get("stack", []) for n in forms(f, what))
        op = self.take("in", "!in", "==", "=", "!=", "<=", ">=", "<", ">", "~", "!~", "=~", "!=~", "&")
        if op in ("in", "!in"):
            members = self.members(name)
            if op == "in":
                return lambda r: any(m(r) for m in members)
            has = top if name in ("sym", "dso", "srcline") else lambda r, n: get(r, n) is not MISSING
            return lambda r: bool(has(r, name)) and not any(m(r) for m in members)
        text = self.value()
        if op == "&" and self.peek("==", "!=", "<", "<=", ">", ">="):
            second, other = self.take("==", "!=", "<", "<=", ">", ">="), number(self.value())
            mask = number(text)
            return lambda r: get(r, name) is not MISSING and order(second, get(r, name) & mask, other)
        return comparison(name, op, text)

    def members(self, name):
        if not self.take("("):
            return [self.member(name)]
        members = [self.member(name)]
        while self.take(","):
            members.append(self.member(name))
        assert self.take(")")
        return members

    def member(self, name):
        text = self.value()
        if ".." not in text:
            return comparison(name, "==", text)
        low, high = text.split("..", 1)
        ends = [comparison(name, ">=", low)] if low else []
        ends += [comparison(name, "<=", high)] if high else []
        return lambda r: all(e(r) for e in ends)


def number(text):
    text = text.strip()
    if re.fullmatch(r"-?0[0-7]+", text):
        return int(text, 8)
    if re.fullmatch(r"-?(0x[0-9a-fA-F]+|[0-9]+)", text):
        return int(text, 0)
    m = re.fullmatch(r"(-?)([0-9.]+)([A-Za-z]+)", text)
    if not m or m.group(3) not in SIZES:
        return None
    return int(float(m.group(2)) * SIZES[m.group(3)]) * (-1 if m.group(1) else 1)


def literal(text, value, shown):
    """What a word means beside a number."""
    if number(text) is not None and not re.fullmatch(r"[0-9.]+m", text):
        return number(text)
    m = re.fullmatch(r"([0-9.]+)([a-z]+)", text)
    if m and m.group(2) in TIMES:
        return round(float(m.group(1)) * TIMES[m.group(2)])
    if hasattr(errno, text.lstrip("-")):
        code = getattr(errno, text.lstrip("-"))
        return -code if text.startswith("-") or value < 0 else code
    return value if text == shown else None


def order(op, a, b):
    return {"==": a == b, "=": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]


def matcher(op, text):
    if op == "=~":
        pattern = re.compile(text)
        return lambda value: pattern.search(value) is not None
    if op == "~":
        pattern = re.compile(fnmatch.translate(text), re.S)
        return lambda value: pattern.match(value) is not None
    return lambda value: value == text


def comparison(name, op, text):
    if name in ("sym", "dso", "srcline"):
        fits = matcher({"!=": "==", "!~": "~", "!=~": "=~"}.get(op, op), text)
        negated = op in ("!=", "!~", "!=~")
        return lambda r: bool(top(r, name)) and any(fits(n) for n in top(r, name)) != negated

    def test(r):
        value = get(r, name)
        if value is MISSING:
            return False
        shown = r.get("shown", {}).get(name, str(value))
        if op in ("~", "!~", "=~", "!=~"):
            return matcher(op.lstrip("!"), text)(shown) != op.startswith("!")
        if isinstance(value, str):
            return order(op, value.encode(), text.encode())
        other = get(r, text) if number(text) is None and get(r, text) is not MISSING else literal(text, value, shown)
        if other is None:
            # A name of another value.
            return op == "!="
        return value & other != 0 if op == "&" else order(op, value, other)
    return test


def get(r, name):
    if name in r.get("fields", {}):
        return r["fields"][name]
    if name == "depth":
        return sum(not f.get("inlined") for f in r.get("stack", []))
    if name == "ip":
        return int(r["ip"], 16) if "ip" in r else MISSING
    if name in ("comm", "pid", "tid", "cpu", "time", "event", "period"):
        return r.get(name, MISSING)
    return MISSING


def forms(frame, what):
    """The names that a frame has."""
    if what == "sym":
        return [frame["sym"]] if "sym" in frame else []
    path = frame.get("dso" if what == "dso" else "srcline")
    return [] if path is None else [path, path.rsplit("/", 1)[-1]]


def addresses(r):
    """Frames by address: functions that were inlined there before the one that they are in."""
    groups, group = [], []
    for frame in r.get("stack", []):
        group.append(frame)
        if not frame.get("inlined"):
            groups.append(group)
            group = []
    return groups


def top(r, what):
    groups = addresses(r)
    if not groups:
        return []
    return forms(groups[0][0] if what == "srcline" else groups[0][-1], what)


def caller(r):
    groups = addresses(r)
    return groups[1] if len(groups) > 1 else []


class Others:
    """What the commands but for script and report say of how many samples a filter leaves."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def run(self, *arguments):
        done = subprocess.run([self.program, *arguments], stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode != 0:
            raise ValueError(f"exit code {done.returncode}: {done.stderr.decode('utf-8', 'replace').strip()[:300]}")
        return done.stdout.decode("utf-8", "replace")

    def stat(self, path, text, records, fields):
        document = json.loads(self.run("stat", path, "--filter", text, "--json"))
        return (document["samples"], {r["event"]: r["count"] for r in document["rows"]}), (len(records), dict(by_event(records)))

    def hist(self, path, text, records, fields):
        # One event's field, and the times between all of them: one less than there are.
        found, expected = [], []
        counts = by_event(records)
        event, field = max(fields, key=lambda f: counts[f[0]], default=(None, None))
        # With -e a name that only other events have is an error: those filters are asked of all events below.
        if event is not None and not self.is_of_others(path, event, text):
            document = json.loads(self.run("hist", path, "-e", event, "--field", field, "--filter", text, "--linear", "auto", "--json"))
            found.append(sum(b["count"] for b in document["buckets"]))
            expected.append(sum(r["event"] == event and field in r.get("fields", {}) for r in records))
        document = json.loads(self.run("hist", path, "--between", "--filter", text, "--json"))
        found.append(sum(b["count"] for b in document["buckets"]))
        return found, [*expected, max(0, len(records) - 1)]

    def is_of_others(self, path, event, text):
        done = subprocess.run([self.program, "script", path, "-e", event, "--filter", text], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        return done.returncode == 2 and b"expected one of" in done.stderr

    def spans(self, path, text, records, fields):
        counts = by_event(records)
        event = max(counts, key=counts.get) if counts else fields[0][0] if fields else None
        if event is None:
            return 0, 0
        document = json.loads(self.run("spans", path, "--start", event, "--end", event, "--key", "all", "--order", "latest", "--filter", text, "--json"))
        return sum(row["count"] for row in document["spans"]), max(0, counts[event] - 1)

    def flame_svg(self, path, text, records, fields):
        out = os.path.join(self.folder, "x.svg")
        self.run("flame", path, "-o", out, "--filter", text)
        found = re.search(r"<title>all \((\d+)[,)]", open(out, encoding="utf-8").read())
        return int(found[1]) if found else 0, sum(r["period"] for r in records)

    def flame_html(self, path, text, records, fields):
        out = os.path.join(self.folder, "x.html")
        self.run("flame", path, "-o", out, "--filter", text)
        return self.page(out, records)

    def page(self, out, records):
        document = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', open(out, encoding="utf-8").read(), re.S)[1])
        return {e["name"]: e["samples"] for e in document["events"] if e["samples"]}, dict(by_event(records))

    def diff(self, path, text, records, fields):
        document = json.loads(self.run("diff", path, path, "--filter", text, "--resamples", "200", "--format", "json"))
        return [{e[side + "_event"]: e[side]["samples"] for e in document["events"]} for side in ("base", "new")], [dict(by_event(records))] * 2

    def analyze(self, path, text, records, fields):
        out = os.path.join(self.folder, "all")
        self.run("analyze", path, "-o", out, "--filter", text)
        used = re.search(r"read, (\d+) used", open(os.path.join(out, "summary.txt")).read())
        found, expected = self.page(os.path.join(out, "index.html"), records)
        return (int(used[1]), found), (len(records), expected)


def by_event(records):
    return collections.Counter(r["event"] for r in records)


def numbers_of(records):
    """Events with a field that is a number, and which."""
    fields = {}
    for r in records:
        for name, value in r.get("fields", {}).items():
            if isinstance(value, int) and not name.startswith("__") and name not in r.get("shown", {}):
                fields.setdefault(r["event"], name)
    return list(fields.items())


def main():
    program, cases, folder = sys.argv[1:4]
    named = dict(a.split("=", 1) for a in sys.argv[4:])
    everything, asked, failed, matched = {}, 0, 0, 0
    work = tempfile.TemporaryDirectory()
    others, fields, answers = Others(program, work.name), {}, collections.Counter()
    turns = [others.hist, others.spans, others.flame_svg, others.flame_html, others.diff, others.analyze]
    for line in open(cases, encoding="utf-8"):
        line = line.rstrip("\n")
        if not line or line.startswith(";"):
            continue
        trace, text = line.split("\t")
        if not trace.endswith(".dtr") and trace not in named:
            continue
        path = named.get(trace, f"{folder}/{trace}")
        if path not in everything:
            run = subprocess.run([program, "script", path, "--format", "json", "-F", "+srcline"], capture_output=True, check=True)
            lines = run.stdout.decode("utf-8", "replace").splitlines()
            everything[path] = [(l, json.loads(l)) for l in lines]
            fields[path] = numbers_of([r for _, r in everything[path]])
        test = Parser(text).either()
        chosen = [(l, r) for l, r in everything[path] if "event" in r and test(r)]
        expected, records = [l for l, _ in chosen], [r for _, r in chosen]
        run = subprocess.run([program, "script", path, "--format", "json", "-F", "+srcline", "--filter", text], capture_output=True)
        found = run.stdout.decode("utf-8", "replace").splitlines()
        report = subprocess.run([program, "report", path, "-g", "none", "--no-children", "--filter", text], capture_output=True).stdout.decode("utf-8", "replace")
        used = re.search(r"read, (\d+) used", report)
        counted = int(used.group(1)) if used else -1
        asked += 1
        matched += len(expected)
        if run.returncode != 0 or sorted(found) != sorted(expected) or (used and counted != len(expected)) or not used:
            failed += 1
            print(f"{trace}: {text}\n  naive {len(expected)}, script {len(found)}, report {counted} {run.stderr.decode().strip()}")
            for l in [x for x in expected if x not in set(found)][:1]:
                print(f"  only naive:  {l[:600]}")
            for l in [x for x in found if x not in set(expected)][:1]:
                print(f"  only script: {l[:600]}")
        for ask in [others.stat, *(turns if os.environ.get("TRACEKIT_ALL_LIBRARIES") == "1" else [turns[asked % len(turns)]])]:
            answers[ask.__name__] += 1
            try:
                found, wanted = ask(path, text, records, fields[path])
                problem = None if found == wanted else f"{found}, naive {wanted}"
            except ValueError as error:
                problem = str(error)
            if problem is not None:
                failed += 1
                print(f"{trace}: {text}\n  {ask.__name__}: {problem}")
    print("also asked: " + ", ".join(f"{name} {count}" for name, count in sorted(answers.items())))
    print(f"{asked} filters over {len(everything)} traces, {sum(len(e) for e in everything.values())} records, {matched} selected; {failed} differ")
    return 1 if failed or asked == 0 else 0


sys.exit(main())
