#!/usr/bin/env python3
"""offline.py OURS PERFS: two outputs in perf script's form, of the same process at the same time.

Says the share of our stacks whose outermost frames are a program's or a thread's beginning, and compares self time of perf's ten hottest functions.
Exit code 0 if at least 99 % reach the beginning and every one of the ten is within 2 points.
"""
import collections
import re
import sys

FRAME = re.compile(r"^\s+([0-9a-f]+) (.*?)(?:\+0x([0-9a-f]+))? \((.*)\)(?: \(inlined\))?$")
BEGINNINGS = {"main", "_start", "start_thread", "__libc_start_main", "__libc_start_call_main", "clone3", "__clone3", "clone", "__clone"}


def samples(path):
    """Yields each stack, innermost first, as (address, name or None, offset or None, module)."""
    stack, inside = [], False
    with open(path, errors="replace") as lines:
        for line in lines:
            frame = FRAME.match(line.rstrip("\n"))
            if frame and line[0] in " \t":
                address, name, offset, module = frame.groups()
                stack.append((int(address, 16), None if name == "[unknown]" else name, int(offset, 16) if offset else None, module))
            elif inside and not line.strip():
                yield stack
                stack, inside = [], False
            elif line.strip():
                if inside:
                    yield stack
                stack, inside = [], True
    if inside:
        yield stack


def plain(name):
    """A function's name without parameters, template arguments and return type: demanglers differ in those, and clones are the function."""
    name = re.sub(r"\.(cold|part|isra|constprop|lto_priv)[.\d]*", "", re.sub(r"\s*\[clone [^]]*\]", "", name))
    if name.startswith("_Z"):
        return name
    out, depth = [], 0
    protected = name.replace("operator<<", "operator\1").replace("operator>>", "operator\2").replace("operator->", "operator\3").replace("(anonymous namespace)", "{anonymous}").replace("operator()", "operator\4")
    for c in protected:
        if c == "<":
            depth += 1
        elif c == ">":
            depth = max(0, depth - 1)
        elif c == "(" and depth == 0:
            break
        elif depth == 0:
            out.append(c)
    words = "".join(out).split(" ")
    return words[-1] if words[-1] else "".join(out)


def main():
    ours, perfs = list(samples(sys.argv[1])), list(samples(sys.argv[2]))
    if not ours or not perfs:
        print(f"no samples: ours {len(ours)}, perf {len(perfs)}")
        return 1

    # libc's start_thread is in no table of a stripped libc: a thread's stack then ends in frames of libc (above those of the program), which is
    # told apart from a stack that broke off in the program.
    def reaches(stack):
        named = {plain(name) for _, name, _, _ in stack if name}
        if named & BEGINNINGS:
            return "named"
        outer = stack[-1] if stack else None
        return "libc" if outer and re.search(r"/libc[.-]", outer[3]) and any("/wl" in module for _, _, _, module in stack[:-1]) else None

    kinds = collections.Counter(reaches(stack) for stack in ours)
    share = 100 * (len(ours) - kinds[None]) / len(ours)
    print(f"{len(ours)} stacks: {share:.2f} % reach the beginning of the program or thread ({kinds['named']} by name, {kinds['libc']} in libc's unnamed thread start, {kinds[None]} do not)")
    broken = collections.Counter((stack[-1][1] or hex(stack[-1][0]), stack[-1][3]) if stack else ("(no frames)", "") for stack in ours if reaches(stack) is None)
    for (name, module), count in broken.most_common(8):
        print(f"  {count:>6} end in {name} ({module})")

    # Addresses are those of one process, so perf's names (it reads debug files of this machine) serve for what the recording cannot name.
    ranges = {}
    for stack in perfs:
        for address, name, offset, _ in stack[:1]:
            if name and offset is not None:
                start = address - offset
                ranges[start] = (max(ranges.get(start, (0, ""))[0], offset), name)
    starts = sorted(ranges)

    def perf_name(address):
        import bisect
        index = bisect.bisect_right(starts, address) - 1
        return ranges[starts[index]][1] if index >= 0 and address - starts[index] <= ranges[starts[index]][0] + 15 else None

    def self_time(stacks, borrow):
        counts, borrowed = collections.Counter(), 0
        for stack in stacks:
            if not stack:
                continue
            address, name, _, module = stack[0]
            if name is None and borrow:
                name = perf_name(address)
                borrowed += name is not None
            counts[plain(name) if name else module] += 1
        return counts, borrowed

    mine, borrowed = self_time(ours, True)
    theirs, _ = self_time(perfs, False)
    print(f"ten hottest of perf ({len(perfs)} samples), self time; {100 * borrowed / len(ours):.1f} % of ours are addresses that only this machine's debug files can name:")
    worst = 0
    for name, count in theirs.most_common(10):
        a, p = 100 * mine[name] / len(ours), 100 * count / len(perfs)
        worst = max(worst, abs(a - p))
        print(f"  {p:6.2f} % perf {a:6.2f} % ours {a - p:+6.2f}  {name}")
    print(f"worst difference: {worst:.2f} points")
    return 0 if share >= 99 and worst <= 2 else 1


if __name__ == "__main__":
    sys.exit(main())
