#!/usr/bin/env python3
"""Compares `tracekit symbolize` with llvm-symbolizer, addr2line and eu-addr2line on random addresses of a file.

usage: symbolize.py [--tracekit COMMAND] [--count N] [--seed N] [--peer llvm|addr2line|eu] [--code FILE] FILE

FILE has the .debug_* sections (the separate debug file where there is one: --code then names the file with the code, whose sections addresses are taken from).
Everyone is asked about a copy whose symbol tables are hidden, so that names come from DWARF alone (in ours of Go programs also from Go's own table). Prints the share of equal functions (the outermost frame), inline
chains and places, and each kind of difference with an example.
"""
import argparse, collections, os, random, re, shlex, struct, subprocess, tempfile


def sections(path):
    for line in subprocess.run(["readelf", "-SW", path], capture_output=True, text=True, check=True).stdout.splitlines():
        m = re.match(r"\s*\[\s*\d+\]\s+(\S+)\s+(\S+)\s+([0-9a-f]+)\s+([0-9a-f]+)\s+([0-9a-f]+)\s+[0-9a-f]+\s+(\S+)", line)
        if m and "X" in m[6] and int(m[5], 16):
            yield m[1], int(m[3], 16), int(m[5], 16)


def sample(path, count, seed):
    found, rng = list(sections(path)), random.Random(seed)
    total = sum(size for _, _, size in found)
    chosen = set()
    for _ in range(count):
        at = rng.randrange(total)
        for _, address, size in found:
            if at < size:
                chosen.add(address + at)
                break
            at -= size
    return sorted(chosen)


def hide_symbols(source, target):
    data = bytearray(open(source, "rb").read())
    assert data[4] == 2 and data[5] == 1, "64-bit little-endian files only"
    headers, count = struct.unpack_from("<Q", data, 0x28)[0], struct.unpack_from("<H", data, 0x3C)[0]
    for i in range(count):
        at = headers + 64 * i + 4
        if struct.unpack_from("<I", data, at)[0] in (2, 11):
            struct.pack_into("<I", data, at, 1)
    # The build-id too: tracekit would find the file's symbols by it.
    data = data.replace(b"\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0", b"\x04\0\0\0\x14\0\0\0\x03\0\0\0XXX\0")
    open(target, "wb").write(data)


def ask(command, addresses):
    text = "".join(f"0x{a:x}\n" for a in addresses)
    run = subprocess.run(command, input=text, capture_output=True, text=True, errors="replace")
    answers, frames = [], None
    lines = run.stdout.splitlines()
    i = 0
    while i < len(lines):
        if re.fullmatch(r"0x[0-9a-f]+", lines[i]):
            frames = []
            answers.append(frames)
            i += 1
        elif not lines[i]:
            i += 1
        else:
            frames.append((name(lines[i]), place(lines[i + 1])))
            i += 2
    if len(answers) != len(addresses):
        raise SystemExit(f"{command[0]}: {len(answers)} answers to {len(addresses)} addresses\n{run.stderr}")
    return answers


def name(text):
    return re.sub(r" inlined at .*", "", text)


def place(text):
    text = re.sub(r" \(discriminator \d+\)$", "", text)
    m = re.match(r"(.*?):(\d+|\?)(?::\d+)?$", text)
    path, line = (m[1], m[2]) if m else (text, "0")
    return (path if path == "??" else os.path.normpath(path), "0" if line == "?" else line)


def kind(ours, theirs):
    a, b = [f[0] for f in ours], [f[0] for f in theirs]
    if not a or a == ["??"]:
        return "ours knows no function" if ours == [] or ours[0][1][0] == "??" else "ours knows the line only"
    if b == ["??"]:
        return "theirs knows no function" + ("" if theirs[0][1][0] == "??" else ", but the line")
    if a[-1:] != b[-1:]:
        return "another function"
    if len(a) != len(b):
        return f"{'more' if len(a) > len(b) else 'fewer'} inlined frames in ours"
    if a != b:
        return "another inlined function"
    i = next(i for i, (x, y) in enumerate(zip(ours, theirs)) if x[1] != y[1])
    where, x, y = "at the address" if i == 0 else "of a call", ours[i][1], theirs[i][1]
    if x[0] != y[0]:
        return f"file {where}" + (": theirs unknown" if y[0] == "??" else ": ours unknown" if x[0] == "??" else "")
    return f"line {where}" + (": theirs 0" if y[1] == "0" else ": ours 0" if x[1] == "0" else "")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--tracekit", default="out/tracekit")
    p.add_argument("--count", type=int, default=100_000)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--peer", choices=["llvm", "addr2line", "eu"], default="llvm")
    p.add_argument("--code")
    p.add_argument("file")
    o = p.parse_args()
    addresses = sample(o.code or o.file, o.count, o.seed)
    with tempfile.TemporaryDirectory() as folder:
        # Beside the original: what it names relative to itself (.dwo, .gnu_debugaltlink) is found from there too.
        copy = os.path.join(folder, "nosymbols")
        hide_symbols(o.file, copy)
        peers = {
            "llvm": ["llvm-symbolizer", "--obj=" + copy, "--output-style=GNU", "-a", "-f", "-i", "--no-demangle"],
            # Of a separate debug file it answers nothing without symbols, and with them it shows their names.
            "addr2line": ["addr2line", "-e", o.file if o.code else copy, "-a", "-f", "-i"],
            "eu": ["eu-addr2line", "-e", copy, "-a", "-f", "-i"],
        }
        ours = ask(shlex.split(o.tracekit) + ["symbolize", "-e", copy, "-a", "-f", "-i"], addresses)
        theirs = ask(peers[o.peer], addresses)
    functions = chains = places = 0
    kinds = collections.defaultdict(list)
    for address, a, b in zip(addresses, ours, theirs):
        functions += a[-1:] == b[-1:] or a[-1][0] == b[-1][0]
        same_chain, same_places = [f[0] for f in a] == [f[0] for f in b], [f[1] for f in a] == [f[1] for f in b]
        chains += same_chain
        places += same_places
        if not (same_chain and same_places):
            kinds[kind(a, b)].append((address, a, b))
    n = len(addresses)
    print(f"{o.file}: {n} addresses, seed {o.seed}, against {o.peer}: functions {100 * functions / n:.3f} %, inline chains {100 * chains / n:.3f} %, places {100 * places / n:.3f} % equal")
    for what, found in sorted(kinds.items(), key=lambda k: -len(k[1])):
        address, a, b = found[0]
        print(f"  {len(found):6} {what}\n         0x{address:x}\n           ours   {a}\n           theirs {b}")


main()
