#!/usr/bin/env python3
"""`stat`, `hist` and `report -s time:BUCKET` against sums, sorts and intervals made here of every record of `script --format json`.

usage: numbers.py ANALYZER RECORDING...      exit: 0 equal; 1 not, and where
"""
import bisect
import collections
import csv
import io
import json
import math
import re
import subprocess
import sys

LEVELS = [("p50", 50, 100), ("p90", 90, 100), ("p95", 95, 100), ("p99", 99, 100), ("p99.9", 999, 1000), ("p99.99", 9999, 10000)]


class Recording:
    def __init__(self, analyzer, path):
        self.analyzer, self.path, self.asked, self.problems = analyzer, path, 0, []
        self.records = [r for r in map(json.loads, self.run("script", "--format", "json", "-G").splitlines()) if "event" in r]
        info = json.loads(self.run("info", "--json"))
        host = info.get("host", {}) if isinstance(info.get("host"), dict) else {}
        times = [r["time"] for r in self.records]
        first, last = min(times), max(times)
        start, end = host.get("start_time", 0), host.get("end_time", 0)
        # What rates are of: the recording from its beginning to its end; where it does not say, from its first event to its last.
        self.start = start if 0 < start <= first else first
        self.end = end if end > last else last + 1

    def run(self, command, *arguments):
        done = subprocess.run([self.analyzer, command, self.path, *arguments], stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode != 0:
            print(" ".join([command, *arguments]), done.stderr.decode()[:300])
            sys.exit(1)
        return done.stdout.decode("utf-8", "replace")

    def same(self, what, found, expected):
        self.asked += 1
        if found != expected:
            self.problems.append(f"{what}: {str(found)[:300]}, here {str(expected)[:300]}")

    def near(self, what, found, expected):
        self.asked += 1
        if (found is None) != (expected is None) or (found is not None and abs(found - expected) > 1e-9 * max(1e-9, abs(expected))):
            self.problems.append(f"{what}: {found}, here {expected}")


def shown(record, name):
    if name in ("comm", "pid", "tid", "cpu", "event"):
        return str(record[name]) if record.get(name) is not None else ""
    if name.startswith("time:"):
        width = duration(name[5:])
        at = record["time"] // width * width
        return f"{at // 10**9}.{at % 10**9 // 1000:06d}"
    if name in record.get("shown", {}):
        return record["shown"][name]
    return str(record.get("fields", {}).get(name, ""))


def duration(text):
    number, unit = re.fullmatch(r"([0-9.]+)(ns|us|ms|s)", text).groups()
    return int(float(number) * {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9}[unit])


def counts_of(recording, keys):
    expected = collections.Counter(tuple(shown(r, k) for k in keys) for r in recording.records)
    for form in ("json", "csv"):
        text = recording.run("stat", "--by", ",".join(keys), "--format", form)
        rows = json.loads(text)["rows"] if form == "json" else list(csv.DictReader(io.StringIO(text)))
        recording.same(f"stat --by {','.join(keys)} --format {form}", collections.Counter({tuple(row[k] for k in keys): int(row["count"]) for row in rows}), expected)


def over_time(recording, key, width):
    step = duration(width)
    buckets = max(1, -(-(recording.end - recording.start) // step))
    expected = collections.Counter((min(buckets - 1, (r["time"] - recording.start) // step), shown(r, key)) for r in recording.records)
    rows = json.loads(recording.run("stat", "--columns", key, "--every", width, "--json"))["rows"]
    rates = json.loads(recording.run("stat", "--columns", key, "--every", width, "--rate", "--json"))["rows"]
    if any(name == "(rest)" for row in rows for name in row):
        return
    recording.same(f"stat --columns {key} --every {width}: lines", len(rows), buckets)
    for bucket, (row, rate) in enumerate(zip(rows, rates)):
        seconds = min(step, recording.end - recording.start - bucket * step) / 1e9
        # Events are columns by their names, other values as KEY=VALUE.
        prefix = "" if key == "event" else key + "="
        cells = {name[len(prefix):]: value for name, value in row.items() if name not in ("time", "total") and name.startswith(prefix)}
        recording.same(f"stat --columns {key} --every {width}: line {bucket}", {name: value for name, value in cells.items() if value}, {name: count for (b, name), count in expected.items() if b == bucket})
        recording.same(f"stat --columns {key} --every {width}: total of line {bucket}", row["total"], sum(count for (b, _), count in expected.items() if b == bucket))
        for name in cells:
            recording.near(f"stat --columns {key} --every {width} --rate: line {bucket}, {name}", rate[prefix + name], expected[bucket, name] / seconds)


def by_time(recording, width):
    """Buckets of the recording's clock: report and stat must say the same."""
    key = f"time:{width}"
    expected = collections.Counter()
    for r in recording.records:
        expected[r["event"], shown(r, key)] += 1
    rows = json.loads(recording.run("stat", "--by", f"event,{key}", "--json"))["rows"]
    recording.same(f"stat --by event,{key}", collections.Counter({(row["event"], row[key]): row["count"] for row in rows}), expected)
    document = json.loads(recording.run("report", "-s", key, "-g", "none", "--no-children", "--format", "json"))
    found = collections.Counter()
    for section in document["events"]:
        for row in section["rows"]:
            found[section["event"] if "event" in section else section["name"], row["keys"][key] if key in row["keys"] else row["keys"]["time"]] += row["samples"]
    recording.same(f"report -s {key}", found, expected)


def sums_of(recording, event, field):
    values = collections.defaultdict(list)
    for r in recording.records:
        if r["event"] == event and isinstance(r["fields"].get(field), int):
            values[r["comm"]].append(r["fields"][field])
    rows = json.loads(recording.run("stat", "-e", event, "--by", "comm", "--sum", field, "--mean", field, "--json"))["rows"]
    recording.same(f"stat -e {event} --sum {field}", {row["comm"]: row["sum_" + field] for row in rows if row["sum_" + field] is not None}, {comm: sum(v) for comm, v in values.items() if -2**63 <= sum(v) < 2**63})
    for row in rows:
        if row["comm"] in values:
            recording.near(f"stat -e {event} --mean {field}, {row['comm']}", row["mean_" + field], sum(values[row["comm"]]) / len(values[row["comm"]]))


def ranks(n, p):
    """Ends of the 95 % interval of the p-quantile: the largest l with P(B < l) <= 2.5 %, the smallest u with P(B >= u) <= 2.5 %, B binomial (n, p); by logarithms of factorials."""
    def log_term(k):
        return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * math.log(p) + (n - k) * math.log1p(-p)
    low, total = 0, 0.0
    while low <= n and total + math.exp(log_term(low)) <= 0.025:
        total += math.exp(log_term(low))
        low += 1
    high, total = n + 1, 0.0
    while high > 0 and total + math.exp(log_term(high - 1)) <= 0.025:
        high -= 1
        total += math.exp(log_term(high))
    return low, high


def interval_of(value, kind, parameters):
    """The interval that a value lies in, both ends inclusive, None for an open one: written from what the documentation says."""
    if kind == "linear":
        low, high, step = parameters
        if value < low:
            return None, low - 1
        if value >= high:
            return high, None
        begin = low + (value - low) // step * step
        return begin, min(begin + step, high) - 1
    if value == 0:
        return 0, 0
    magnitude = abs(value)
    power = 1 << (magnitude.bit_length() - 1)
    parts = parameters
    if power <= parts:
        begin = end = magnitude
    else:
        part = (magnitude - power) * parts // power
        begin, end = power + -(-part * power // parts), power + -(-(part + 1) * power // parts) - 1
    return (begin, end) if value > 0 else (-end, -begin)


def histogram_of(recording, event, field, by):
    groups = collections.defaultdict(list)
    for r in recording.records:
        if r["event"] == event and isinstance(r["fields"].get(field), int):
            groups[shown(r, by) if by else ""].append(r["fields"][field])
    everything = [v for values in groups.values() for v in values]
    low, high = min(everything), max(everything)
    step = max(1, (high - low) // 13)
    shapes = [("log", 1, ["--log2"]), ("log", 4, ["--log-linear", "4"]), ("log", 7, ["--log-linear", "7"]), ("linear", (low + step, low + 9 * step, step), ["--linear", f"{low + step},{low + 9 * step},{step}"])]
    for kind, parameters, options in shapes:
        if kind == "linear" and parameters[0] < 0:
            options = [f"--linear={options[1]}"]
        what = f"hist -e {event} --field {field} {' '.join(options)}{' --by ' + by if by else ''}"
        arguments = ["-e", event, "--field", field, *options, *(["--by", by] if by else [])]
        document = json.loads(recording.run("hist", *arguments, "--json"))
        expected = {g: collections.Counter(interval_of(v, kind, parameters) for v in values) for g, values in groups.items()}
        found = collections.defaultdict(collections.Counter)
        for bucket in document["buckets"]:
            if bucket["count"]:
                found[bucket[by] if by else ""][number(bucket["low"]), number(bucket["high"])] += bucket["count"]
        recording.same(what, dict(found), expected)
        table = collections.defaultdict(collections.Counter)
        for row in csv.DictReader(io.StringIO(recording.run("hist", *arguments, "--format", "csv"))):
            if row["count"] != "0":
                table[row[by] if by else ""][number(row["low"]), number(row["high"])] += int(row["count"])
        recording.same(what + " --format csv", dict(table), expected)
        if not by:
            text = recording.run("hist", *arguments)
            bars = [int(m[1]) for m in re.finditer(r"\s(\d+) \|[#. ]*\|$", text, re.M)]
            recording.same(what + ": the text's counts", sorted(b for b in bars if b), sorted(expected[""].values()))
    for row in document["groups"]:
        values = sorted(groups[row[by] if by else ""])
        n = len(values)
        expected = {"count": n, "sum": sum(values), "min": values[0], "max": values[-1]}
        for name, p, of in LEVELS:
            begin, end = ranks(n, p / of)
            expected[name] = values[-(-n * p // of) - 1] if p * 2 <= of or n * (of - p) >= of else None
            expected[name + "_low"] = values[begin - 1] if begin >= 1 else None
            expected[name + "_high"] = values[end - 1] if end <= n else None
        recording.same(f"hist -e {event} --field {field}{' --by ' + by if by else ''}: statistics of {row.get(by, 'all') if by else 'all'}", {name: number(row[name]) for name in expected}, expected)
        recording.near(f"mean of {field}", row["mean"], sum(values) / n)


def number(value):
    """Beyond 64 signed bits columns are texts, so that nothing is rounded."""
    return None if value in (None, "") else int(value)


def quantities(records):
    """Event and field of numbers that are shown as such, the first two of each event."""
    found = collections.defaultdict(list)
    for r in records:
        for name, value in r.get("fields", {}).items():
            if isinstance(value, int) and not name.startswith(("__", "common_")) and name not in r.get("shown", {}) and name not in found[r["event"]] and len(found[r["event"]]) < 2:
                found[r["event"]].append(name)
    return [(event, field) for event, fields in found.items() for field in fields]


def main():
    if len(sys.argv) < 3:
        print(__doc__)
        return 2
    failed = 0
    for path in sys.argv[2:]:
        recording = Recording(sys.argv[1], path)
        for keys in (["event"], ["cpu"], ["comm", "cpu"], ["tid", "event"], ["time:100ms"]):
            counts_of(recording, keys)
        span = recording.end - recording.start
        for width in (f"{max(1, span // 7 // 1000)}us", f"{max(1, span // 3 // 1000)}us"):
            over_time(recording, "cpu", width)
            over_time(recording, "event", width)
        for width in ("100ms", "37ms"):
            by_time(recording, width)
        asked = quantities(recording.records)
        for event, field in asked[:8]:
            sums_of(recording, event, field)
            histogram_of(recording, event, field, None)
            histogram_of(recording, event, field, "comm")
        print(f"{path}: {len(recording.records)} records, {recording.asked} answers compared, {len(recording.problems)} differ")
        for problem in recording.problems[:8]:
            print("    " + problem)
        failed += len(recording.problems)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
