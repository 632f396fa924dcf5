#!/usr/bin/env python3
"""Spans by an answer of our own: what `tracekit spans` says against the same made from every record of `script --format json`, which knows nothing of the program's matching.

usage: oracle.py ANALYZER RECORDING calls NAME=ENTRY,RETURN...      calls: one stack for each thread, over all functions together
       oracle.py ANALYZER RECORDING pairs START END KEYS ORDER...   two events; KEYS as --key has them; ORDER lifo, fifo, latest or earliest; START and END may be 'EVENT if FIELD==NUMBER'
       (several such pairs, four words each)
       oracle.py ANALYZER RECORDING between EVENT KEYS              from each event to the next
Records that were lost are asked about elsewhere (spans.py paired): here both take what there is (--across-losses).
exit: 0 equal; 1 not, and where
"""
import collections
import json
import re
import subprocess
import sys

MOST = 20000


def run(analyzer, *arguments):
    done = subprocess.run([analyzer, *arguments], stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode not in (0, 3):
        print(" ".join(arguments), done.stderr.decode()[:500], sep="\n")
        sys.exit(1)
    return done.stdout.decode("utf-8", "replace")


def records(analyzer, recording, *options):
    """Samples, in the order of the lines."""
    return [r for r in map(json.loads, run(analyzer, "script", recording, "--format", "json", "-G", *options).splitlines()) if "event" in r]


def found(analyzer, recording, *options):
    """Spans one by one: (start, duration, tid, end_tid) by name, and what has no partner by (name, start or end)."""
    document = json.loads(run(analyzer, "spans", recording, *options, "--slowest", str(MOST), "--stack", "none", "--across-losses", "--format", "json"))
    spans, unmatched = collections.defaultdict(list), collections.Counter()
    for s in document["slowest"]:
        spans[s["span"]].append((s["start"], s["duration"], s["tid"], s["end_tid"]))
    counts = {s["span"]: s["count"] for s in document["spans"]}
    for line in document["unmatched"]:
        unmatched[line["span"], line["what"]] += line["count"]
    return spans, unmatched, counts, document


def key_of(record, names):
    values = []
    for name in names:
        value = record["fields"].get(name) if name in record.get("fields", {}) else record.get(name)
        if value is None:
            return None
        values.append(value)
    return tuple(values)


def calls(everything, functions):
    """A return takes the innermost open call of its function, and everything above it, which never will."""
    entries = {entry: name for name, entry, _ in functions}
    returns = {back: name for name, _, back in functions}
    stacks, spans = collections.defaultdict(list), collections.defaultdict(list)
    unmatched = collections.Counter()
    for r in everything:
        stack = stacks[r["pid"], r["tid"]]
        if r["event"] in entries:
            stack.append((entries[r["event"]], r["time"]))
        elif r["event"] in returns:
            name = returns[r["event"]]
            at = max((i for i, call in enumerate(stack) if call[0] == name), default=None)
            if at is None:
                unmatched[name, "end"] += 1
                continue
            for left in stack[at + 1:]:
                unmatched[left[0], "start"] += 1
            spans[name].append((stack[at][1], r["time"] - stack[at][1], r["tid"], r["tid"]))
            del stack[at:]
    for stack in stacks.values():
        for name, _ in stack:
            unmatched[name, "start"] += 1
    return spans, unmatched


def holds(side):
    """'EVENT if FIELD==NUMBER' as a question to a record."""
    event, _, condition = side.partition(" if ")
    wanted = re.compile("^" + re.escape(event).replace(r"\*", ".*") + "$")
    field, number = condition.split("==") if condition else (None, None)
    return lambda r: wanted.match(r["event"]) is not None and (field is None or r["fields"].get(field.strip()) == int(number))


def pairs(everything, start, end, keys, order):
    begins, ends = holds(start), holds(end)
    names = [] if keys == "all" else [part.removeprefix("field:").split("=") for part in keys.split(",")]
    of_start, of_end = [n[0] for n in names], [n[-1] for n in names]
    waiting, spans, unmatched = collections.defaultdict(list), [], collections.Counter()
    for r in everything:
        # A record that does both ends one span and begins the next.
        if ends(r):
            key = key_of(r, of_end)
            if key is None:
                unmatched["record"] += 1
            elif not waiting[key]:
                unmatched["end"] += 1
            else:
                began, tid = waiting[key].pop(0 if order == "fifo" else -1)
                spans.append((began, r["time"] - began, tid, r["tid"]))
        if begins(r):
            key = key_of(r, of_start)
            if key is None:
                unmatched["record"] += 1
            elif order == "latest" and waiting[key]:
                unmatched["start"] += 1
                waiting[key] = [(r["time"], r["tid"])]
            elif order == "earliest" and waiting[key]:
                unmatched["start"] += 1
            else:
                waiting[key].append((r["time"], r["tid"]))
    unmatched["start"] += sum(map(len, waiting.values()))
    return spans, unmatched


def compare(name, ours, theirs, unmatched_ours, unmatched_theirs, count, most=MOST):
    """Ours: the program's; theirs: the oracle's."""
    problems = []
    kept = collections.Counter(theirs)
    if len(theirs) > most:
        kept = collections.Counter(sorted(theirs, key=lambda s: (-s[1], s[0]))[:most])
    if collections.Counter(ours) != kept:
        missing, more = list((kept - collections.Counter(ours)).elements()), list((collections.Counter(ours) - kept).elements())
        problems.append(f"{len(more)} spans only of the program {more[:3]}, {len(missing)} only of the oracle {missing[:3]}")
    if count != len(theirs):
        problems.append(f"count {count}, oracle {len(theirs)}")
    for what in ("start", "end", "record"):
        if unmatched_ours.get(what, 0) != unmatched_theirs.get(what, 0):
            problems.append(f"unmatched {what}s {unmatched_ours.get(what, 0)}, oracle {unmatched_theirs.get(what, 0)}")
    print(f"{name}: {len(theirs)} spans, unmatched {unmatched_theirs.get('start', 0)} starts, {unmatched_theirs.get('end', 0)} ends: {'equal' if not problems else '; '.join(problems)}")
    return not problems


def by_what(unmatched, name):
    return {what: count for (span, what), count in unmatched.items() if span == name}


def main():
    if len(sys.argv) < 5:
        print(__doc__)
        return 2
    analyzer, recording, mode, rest = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    everything = records(analyzer, recording)
    ok = True
    if mode == "calls":
        functions = [(name, *events.split(",")) for name, events in (word.split("=", 1) for word in rest)]
        spans, unmatched = calls(everything, functions)
        mine, mine_unmatched, counts, _ = found(analyzer, recording, *[a for name, *_ in functions for a in ("--function", name)])
        assert sum(counts.values()) <= MOST, "too many calls for this comparison"
        for name, *_ in functions:
            ok &= compare(name, mine[name], spans[name], by_what(mine_unmatched, name), by_what(unmatched, name), counts.get(name, 0))
    elif mode == "pairs":
        for start, end, keys, order in zip(*[iter(rest)] * 4):
            spans, unmatched = pairs(everything, start, end, keys, order)
            mine, mine_unmatched, counts, _ = found(analyzer, recording, "--start", start, "--end", end, "--key", keys, "--order", order)
            name = next(iter({*counts, *(s for s, _ in mine_unmatched)}), "")
            ok &= compare(f"{start}..{end} by {keys} {order}", mine[name], spans, by_what(mine_unmatched, name), unmatched, sum(counts.values()))
    elif mode == "between":
        event, keys = rest
        spans, _ = pairs(everything, event, event, keys, "latest")
        document = json.loads(run(analyzer, "hist", recording, "-e", event, "--between", "--across-losses", "--format", "json", *([] if keys == "all" else ["--key", keys])))
        values = [s[1] for s in spans]
        row = document["spans"][0] if document["spans"] else {"count": 0, "sum": None}
        ok = row["count"] == len(values) and (not values or (row["sum"], row["min"], row["max"]) == (sum(values), min(values), max(values)))
        print(f"between {event} by {keys}: {len(values)} times: {'equal' if ok else row}")
    else:
        print(__doc__)
        return 2
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
