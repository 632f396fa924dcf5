#!/usr/bin/env python3
"""Random probe definitions of one file, compiled by `perf probe -D` and by `tracekit probe -D`, compared by meaning.

usage: perf_random.py --tracekit PROGRAM --file FILE [--vmlinux] [--count 100] [--seed 1] [--functions GLOB] [--list]

Functions are drawn from `perf probe -F`, variables from `perf probe -V`, members from pahole; then come offsets, lines, returns and types.
Equal means: the same places, and at each the same fetches, widths, signs and names. The suffix `__return`, `+0` behind a symbol and hexadecimal spelling do not count.
Exit: 0 all equal or explained; 1 differences.
"""
import argparse
import collections
import random
import re
import subprocess
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--tracekit", required=True)
parser.add_argument("--file", required=True)
parser.add_argument("--vmlinux", action="store_true", help="FILE is a kernel with DWARF")
parser.add_argument("--count", type=int, default=100)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--functions", default="*")
parser.add_argument("--list", action="store_true", help="print every definition with both answers")
options = parser.parse_args()
rng = random.Random(options.seed)
perf_file = ["-k", options.file] if options.vmlinux else ["-x", options.file]
our_file = ["--vmlinux", options.file] if options.vmlinux else ["-x", options.file]


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=300)
    return done.returncode, done.stdout, done.stderr


def functions():
    if options.vmlinux:
        out = run("nm", options.file)[1]
        names = [line.split()[2] for line in out.splitlines() if len(line.split()) == 3 and line.split()[1] in "tT"]
    else:
        names = run("perf", "probe", *perf_file, "-F", options.functions)[1].split("\n")
    names = [n.strip() for n in names]
    # perf lists data too, and would put a breakpoint into it.
    code = {line.split()[2] for line in run("nm", options.file)[1].splitlines() if len(line.split()) == 3 and line.split()[1] in "tTwW"}
    if code:
        names = [n for n in names if n in code]
    return [n for n in names if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", n)]


members_of = {}


def members(struct):
    if struct not in members_of:
        out = run("pahole", "-C", struct, options.file)[1]
        body = re.findall(r"^\t(?:const |struct |union |enum |unsigned |long |short |signed )*([\w]+(?: int| char)?)\s+(\**)(\w+)(\[\d+\])?(?::\d+)?;", out, re.M)
        struct_pointers = {m[1]: m[0] for m in re.findall(r"^\tstruct (\w+) \*\s*(\w+);", out, re.M)}
        members_of[struct] = ([(b[2], bool(b[1]), bool(b[3])) for b in body], struct_pointers)
    return members_of[struct]


def variables(function):
    code, out, _ = run("perf", "probe", *perf_file, "-V", function)
    found = []
    for line in out.splitlines():
        match = re.match(r"\t\t(.+?)\t(\w+)$", line)
        if match:
            found.append((match[1], match[2]))
    return found if code == 0 else []


def definitions(function):
    known = variables(function)
    yield function
    for kind, name in known[:6]:
        yield f"{function} {name}"
        struct = re.fullmatch(r"(?:const )?struct (\w+)\*", kind)
        if struct:
            inner, pointers = members(struct[1])
            for member, pointer, array in rng.sample(inner, min(2, len(inner))):
                yield f"{function} {name}->{member}" + ("[0]" if array else "")
            for member, other in rng.sample(sorted(pointers.items()), min(1, len(pointers))):
                deeper = members(other)[0]
                for last, _, array in rng.sample(deeper, min(1, len(deeper))):
                    yield f"{function} x={name}->{member}->{last}" + ("[0]" if array else "")
        if "char*" in kind:
            yield f"{function} {name}:string"
    if known:
        yield f"{function} $params"
    yield f"{function}%return $retval"
    yield f"{function}:{rng.randint(1, 8)}"
    if known:
        yield f"{function}:{rng.randint(1, 12)} {rng.choice(known)[1]}"


def number(text):
    return str(int(text, 16)) if text.startswith("0x") else text


def meaning(text):
    """{(kind, place): [(name, fetch, type)]}"""
    answer = collections.OrderedDict()
    for line in text.splitlines():
        words = line.split()
        if len(words) < 2 or words[0][0] not in "pr":
            continue
        place = re.sub(r"\+0$", "", words[1])
        path = re.fullmatch(r"(.*):(0x[0-9a-f]+)(.*)", place)
        if path:
            place = path[2] + path[3]
        place = re.sub(r"\+(0x[0-9a-f]+|\d+)$", lambda m: "+" + number(m[1]), place)
        if place.startswith("_text+"):
            place = "_text+" + place[6:]
        arguments = []
        for index, word in enumerate(words[2:]):
            match = re.fullmatch(r"(?:(\w+)=)?([^:]*)(?::(.*))?", word)
            if not match:
                arguments.append((word, "", ""))
                continue
            fetch = re.sub(r"0x[0-9a-f]+", lambda m: number(m[0]), match[2])
            fetch = re.sub(r"(?<![\w+-])\+?-0\(", "+0(", fetch)
            name, kind = match[1] or f"arg{index + 1}", match[3] or ""
            # perf names a plain variable with a type `name_string`, a member with one `name`; ours is the variable's or member's name always.
            if kind and name.endswith("_" + kind):
                name = name[: -len(kind) - 1]
            # perf does not know what a function returns; ours has the type that it declares.
            arguments.append((name, fetch, "" if fetch == "$retval" else kind))
        answer.setdefault((words[0][0], place), []).append(arguments)
    return answer


equal = different = both_refuse = perf_only = ours_only = 0
rows = []
names = functions()
rng.shuffle(names)
made = 0
for function in names:
    if made >= options.count:
        break
    for definition in definitions(function):
        if made >= options.count:
            break
        made += 1
        code, perf_text, perf_error = run("perf", "probe", *perf_file, "-D", definition)
        our_code, our_text, our_error = run(options.tracekit, "probe", *our_file, "-D", definition)
        perf_meaning, our_meaning = (meaning(perf_text) if code == 0 else None), (meaning(our_text) if our_code == 0 else None)
        if our_code not in (0, 1, 2) or "Unhandled" in our_error:
            verdict = "CRASH"
            different += 1
        elif not perf_meaning and not our_meaning:
            both_refuse += 1
            verdict = "both refuse"
        elif not perf_meaning:
            ours_only += 1
            verdict = "perf refuses"
        elif not our_meaning:
            perf_only += 1
            verdict = "WE REFUSE"
        elif perf_meaning == our_meaning:
            equal += 1
            verdict = "equal"
        else:
            different += 1
            verdict = "DIFFERENT"
        if options.list or verdict.isupper():
            rows.append(f"{verdict}: {definition}\n    perf: {(perf_text if code == 0 else perf_error).strip()[:600]}\n    ours: {(our_text if our_code == 0 else our_error).strip()[:600]}")
print("\n".join(rows))
print(f"{options.file}: {made} definitions: {equal} equal, {different} different, {perf_only} only perf, {ours_only} only we, {both_refuse} both refuse")
sys.exit(1 if different or perf_only else 0)
