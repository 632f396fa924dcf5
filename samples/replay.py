#!/usr/bin/env python3
"""Runs the commands of the samples' pages and compares what they print with what stands below them.

usage: samples/replay.py [--update] [PAGE...]        (PAGE: all samples' README.md and docs/tutorial.md unless given)

In a fenced block a line '$ tracekit ...' (or '$ grep ...') is a command (a backslash at its end continues it); what follows, up to the next '$ ' or the block's end, is what it
prints. A line '...' stands for any lines that the page leaves out. The whole output is in the sample's folder expected/, PAGE-NUMBER.txt.
Commands run in the sample's folder; those of docs/tutorial.md where it says '$ cd'. Blanks at a line's end do not count.
--update writes pages and files anew (of a cut output as many lines before and after the cut as there were).
The analyzer is TRACEKIT_BIN, or out/tracekit. exit: 0 all is as it stands; 1 something is not; 2 bad command line
"""
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

samples = pathlib.Path(__file__).resolve().parent
root = samples.parent


def program_folder():
    """A folder for PATH with nothing but `tracekit` in it."""
    program = pathlib.Path(os.environ.get("TRACEKIT_BIN") or root / "out" / "tracekit").resolve()
    if not program.exists():
        sys.exit(f"{program} is not there: run ./build.sh, or set TRACEKIT_BIN")
    folder = tempfile.mkdtemp(prefix="tracekit-replay-")
    wrapper = pathlib.Path(folder) / "tracekit"
    wrapper.write_text(f'#!/bin/sh\nexec {shlex.quote(str(program))} "$@"\n')
    wrapper.chmod(0o755)
    return folder


def run(command, folder, path):
    environment = dict(os.environ, PATH=path + ":" + os.environ["PATH"], NO_COLOR="1", COLUMNS="160", LC_ALL="C.UTF-8", TZ="UTC")
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    text = done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace")
    lines = [line.rstrip() for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return lines or [""]


def agrees(expected, actual):
    """Whether the lines are these, where '...' is any number of lines."""
    parts, part = [], []
    for line in expected:
        if line == "...":
            parts.append(part)
            part = []
        else:
            part.append(line)
    parts.append(part)
    if len(parts) == 1:
        return expected == actual
    first, last = parts[0], parts[-1]
    if actual[: len(first)] != first or len(actual) < len(first) + len(last) or (last and actual[-len(last):] != last):
        return False
    at, end = len(first), len(actual) - len(last)
    for middle in parts[1:-1]:
        while at + len(middle) <= end and actual[at: at + len(middle)] != middle:
            at += 1
        if at + len(middle) > end:
            return False
        at += len(middle)
    return True


def cut(expected, actual):
    """What the page shows of a new output: cut where the old one was."""
    if "..." not in expected:
        return actual
    first, last = expected.index("..."), len(expected) - 1 - max(i for i, line in enumerate(expected) if line == "...")
    if first + last >= len(actual):
        return actual
    return actual[:first] + ["..."] + actual[len(actual) - last:]


def commands(lines):
    """(start, end of the command, end of its output, text), line numbers, of each '$ ' command in a fenced block."""
    inside, i = False, 0
    while i < len(lines):
        if lines[i].startswith("```"):
            inside = not inside
        elif inside and lines[i].startswith("$ "):
            begin, text = i, lines[i][2:]
            while text.endswith("\\"):
                i += 1
                text = text[:-1] + lines[i].lstrip()
            after = i + 1
            while not lines[after].startswith(("```", "$ ")):
                after += 1
            yield begin, i + 1, after, text
            i = after - 1
        i += 1


def replay(page, path, update):
    lines = page.read_text().split("\n")
    folder, number, failures = page.parent, 0, 0
    stem = page.stem.lower()
    edits = []
    for begin, end, after, text in commands(lines):
        if text.startswith("cd "):
            folder = root / text[3:].strip()
        if not text.startswith(("tracekit ", "grep ")):
            continue
        number += 1
        actual, expected = run(text, folder, path), [line.rstrip() for line in lines[end:after]]
        while len(expected) > 1 and not expected[-1]:
            expected.pop()
        expected = expected or [""]
        file = folder / "expected" / f"{stem}-{number}.txt"
        whole = file.read_text().rstrip("\n").split("\n") if file.exists() else None
        if update:
            file.parent.mkdir(exist_ok=True)
            file.write_text("\n".join(actual) + "\n")
            if not agrees(expected, actual):
                edits.append((end, after, cut(expected, actual)))
            continue
        for where, good in ((f"{page.relative_to(root)}:{begin + 1}", agrees(expected, actual)), (str(file.relative_to(root)), whole == actual)):
            if not good:
                failures += 1
                print(f"{where}: this does not print what stands there any more: {text}")
        if not agrees(expected, actual) or whole != actual:
            print("\n".join("    " + line for line in actual[:60]))
    for end, after, new in reversed(edits):
        lines[end:after] = new
    if edits:
        page.write_text("\n".join(lines))
    if number == 0:
        print(f"{page.relative_to(root)}: no command in it")
        return 1
    print(f"{page.relative_to(root)}: {number} commands, {'written' if update else f'{failures} differ'}")
    return failures


def main():
    arguments = sys.argv[1:]
    update = "--update" in arguments
    pages = [pathlib.Path(a).resolve() for a in arguments if not a.startswith("-")]
    if any(a.startswith("-") and a != "--update" for a in arguments):
        print(__doc__)
        sys.exit(2)
    if not pages:
        pages = sorted(samples.glob("*/README.md")) + [page for page in [root / "docs" / "tutorial.md"] if page.exists()]
    path = program_folder()
    try:
        failures = sum(replay(page, path, update) for page in pages)
    finally:
        subprocess.run(["rm", "-r", path], check=False)
    sys.exit(1 if failures else 0)


main()
