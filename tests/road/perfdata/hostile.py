#!/usr/bin/env python3
"""Damages perf.data files and hands them to tracekit: hostile.py TRACEKIT [--seed N] [--runs N] FILE...

Each run changes one file (bits, bytes, numbers that matter, cut, doubled, a piece moved) and calls one of script, report, info, verify, import. Wrong are: an exit code other than 0, 1, 3, 4,
a stack trace, more than 10 s, more than 1.5 GB. What went wrong is kept in ./hostile-SEED-RUN.data. Exit code 1 when anything did.
"""
import argparse, collections, os, random, resource, subprocess, sys, tempfile

COMMANDS = (["script"], ["report"], ["info"], ["verify"], ["script", "--show-side-band"], ["import"], ["stat"])
NUMBERS = (0, 1, 7, 8, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff, 0x7fffffffffffffff, 0xffffffffffffffff)


def damaged(data, rng):
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8, 30))):
        kind = rng.randrange(8)
        # Headers and the first records decide most.
        at = rng.randrange(min(len(data), rng.choice((104, 1024, 65536, 1 << 30))))
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[at] = rng.randrange(256)
        elif kind in (2, 3):
            size = rng.choice((2, 4, 8))
            at -= at % size
            data[at:at + size] = (rng.choice(NUMBERS) & ((1 << 8 * size) - 1)).to_bytes(size, "little")
        elif kind == 4:
            length = rng.randrange(1, 64)
            data[at:at + length] = bytes(rng.randrange(256) for _ in range(length))
        elif kind == 5 and len(data) > 200:
            del data[rng.randrange(100, len(data)):]
        elif kind == 6:
            length = rng.randrange(1, 4096)
            data[at:at] = data[at:at + length]
        else:
            del data[at:at + rng.choice((1, 4, 8, 40, 1000))]
        if not data:
            data = bytearray(b"PERFILE2")
    return bytes(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tracekit")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=300)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    contents = [open(path, "rb").read() for path in options.files]
    folder = tempfile.mkdtemp(prefix="hostile-")
    empty = os.path.join(folder, "empty")
    os.mkdir(empty)
    codes, bad, slowest, largest = collections.Counter(), 0, 0.0, 0
    for run in range(options.runs):
        number = rng.randrange(len(contents))
        path = os.path.join(folder, "x.data")
        data = damaged(contents[number], rng)
        with open(path, "wb") as file:
            file.write(data)
        command = rng.choice(COMMANDS)
        arguments = [options.tracekit, command[0], path, *command[1:], *([] if command[0] in ("info", "verify") else ["--symfs", empty]), *(["-o", os.path.join(folder, "x.dtr")] if command[0] == "import" else [])]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        problem = ""
        try:
            with open(os.path.join(folder, "out"), "wb") as out, open(os.path.join(folder, "err"), "wb") as err:
                process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=dict(os.environ, NO_COLOR="1", HOME=empty, DEBUGINFOD_URLS=""))
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                    problem = "hangs"
        finally:
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        slowest, largest = max(slowest, seconds), max(largest, after.ru_maxrss)
        text = open(os.path.join(folder, "err"), "rb").read(100000).decode("utf-8", "replace")
        codes[process.returncode] += 1
        if process.returncode not in (0, 1, 3, 4):
            problem = problem or f"exit {process.returncode}"
        if "Unhandled" in text or "\n   at " in text:
            problem = problem or "a stack trace"
        if seconds > 10:
            problem = problem or f"{seconds:.1f} s"
        if after.ru_maxrss > 1500000 and after.ru_maxrss > before.ru_maxrss:
            problem = problem or f"{after.ru_maxrss // 1024} MB"
        if problem:
            bad += 1
            with open(f"hostile-{options.seed}-{run}.data", "wb") as file:
                file.write(data)
            print(f"run {run}: {options.files[number]}: {' '.join(arguments[1:])}: {problem}: {text.strip()[:300]}", flush=True)
        if os.path.exists(os.path.join(folder, "x.dtr")):
            os.remove(os.path.join(folder, "x.dtr"))
    print(f"{options.runs} runs, exit codes {dict(sorted(codes.items()))}, slowest {slowest:.2f} s CPU, largest {largest // 1024} MB, {bad} bad")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
