#!/usr/bin/env python3
"""languages.py LANGUAGE GRAPH OURS PERFS: two outputs in perf script's form, of the same process at the same time; prints a row of the languages table.

A stack is complete if its outermost frame is where a program, a thread or a goroutine begins, for both alike; "named" counts frames that are not [unknown] or an
address. With ENDS=1 in the environment it also lists where the incomplete stacks end.
"""
import collections
import os
import re
import sys

from offline import samples

# Where stacks begin. Of a stripped program _start has no name: then the frame before the last is __libc_start_main's.
ROOTS = re.compile(r"^(_start|__libc_start_main.*|__libc_start_call_main|start_thread|thread_start|__?_?clone3?|"
                   r"runtime\.(goexit|mstart|rt0_go|systemstack|mcall|morestack|asmcgocall)(\.abi0)?|_rt0_amd64_linux)(@.*)?$")
UNKNOWN = re.compile(r"^(\[unknown\]|0x[0-9a-f]+)$")
JAVA = re.compile(r"^(L?Work[;:.]|int |void |double |\S+ Work\.|L?java/|java\.)|Work::|java\.")


def kernel(address):
    return address >= 1 << 63


def measure(path):
    counts = collections.Counter()
    ends = collections.Counter()
    for stack in samples(path):
        counts["samples"] += 1
        user = [frame for frame in stack if not kernel(frame[0])]
        if not user:
            counts["kernel only"] += 1
            continue
        names = [frame[1] if frame[1] and not UNKNOWN.match(frame[1]) else None for frame in user]
        counts["with user"] += 1
        counts["named"] += names[0] is not None
        counts["frames"] += len(user)
        counts["frames named"] += sum(name is not None for name in names)
        counts["interpreter"] += any(name == "Interpreter" or name and "InterpreterEntryTrampoline" in name for name in names)
        counts["methods"] += any(name and ("Work" in name or JAVA.search(name) or re.match(r"^(LazyCompile|Function|JS|Script|RegExp|Eval):|^\w+ \[|^instance |^void |^class ", name)) for name in names)
        last = [name for name in names[-2:] if name and ROOTS.match(name)]
        if last:
            counts["complete"] += 1
        else:
            ends[(names[-1] or "[unnamed]", user[-1][3])] += 1
    return counts, ends


def share(part, whole):
    return f"{100 * part / whole:.1f}" if whole else "-"


def main():
    if sys.argv[1] == "--head":
        print("| program | call graph | | samples | complete % | samples named % | frames named % | frames a stack | in interpreter % | with a method of the language's own % |")
        print("|---|---|---|---|---|---|---|---|---|---|")
        return
    language, graph, ours, perfs = sys.argv[1:5]
    for who, path in (("ours", ours), ("perf", perfs)):
        c, ends = measure(path)
        n = c["with user"]
        print(f"| {language} | {graph} | {who} | {c['samples']} | {share(c['complete'], n)} | {share(c['named'], n)} | {share(c['frames named'], c['frames'])} | "
              f"{c['frames'] / n if n else 0:.1f} | {share(c['interpreter'], n)} | {share(c['methods'], n)} |")
        if os.environ.get("ENDS"):
            for (name, module), count in ends.most_common(8):
                print(f"    {who} {count:>6} end in {name} ({module})")


if __name__ == "__main__":
    main()
