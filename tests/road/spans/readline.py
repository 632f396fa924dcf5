#!/usr/bin/env python3
"""Spans of bash's readline: an interactive bash on a terminal of its own gets lines typed slowly, and is recorded by the agent and by bpftrace at the same time.

usage: readline.py AGENT ANALYZER [LINES]      exit: 0 equal; 1 not; 77 this host cannot (said why)
Each call of one is a call of the other, of the same thread, in the same order; the text that returns is the line that was typed; the time is what was waited, and both agree on it.
"""
import csv
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time


def skip(message):
    print(message)
    sys.exit(77)


def wait_for(path, text, seconds=40):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if os.path.exists(path) and text in open(path, errors="replace").read():
            return True
        time.sleep(0.1)
    return False


def read_until(terminal, mark):
    seen = b""
    while mark not in seen:
        seen += os.read(terminal, 4096)


def type_lines(lines):
    """Types into an interactive bash, each line after a wait of its own; gives the shell's number and the waits in nanoseconds, by our own clock."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(PS1="ready> ", HISTFILE="/dev/null", TERM="dumb")
        os.execv("/bin/bash", ["bash", "--norc", "--noprofile", "-i"])
    waits = []
    for n, line in enumerate(lines):
        read_until(terminal, b"ready> ")
        before = time.monotonic_ns()
        time.sleep(0.01 * (n % 7) + 0.005)
        os.write(terminal, line.encode() + b"\n")
        waits.append((before, time.monotonic_ns()))
    read_until(terminal, b"ready> ")
    os.write(terminal, b"exit\n")
    try:
        while os.read(terminal, 4096):
            pass
    except OSError:
        pass
    os.waitpid(pid, 0)
    os.close(terminal)
    return pid, waits


def main():
    if len(sys.argv) < 3:
        print(__doc__)
        return 2
    agent, analyzer, count = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 40
    if os.geteuid() != 0:
        skip("probes need root")
    if not shutil.which("bpftrace"):
        skip("no bpftrace here")
    lines = [f": line {n} {'x' * (n * 7 % 50)}" for n in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        printed, errors, recording = (os.path.join(folder, name) for name in ("bpftrace", "errors", "typed.dtr"))
        program = 'uprobe:/bin/bash:readline { @s[tid] = nsecs } uretprobe:/bin/bash:readline /@s[tid]/ { printf("%d %lu %lu %s\\n", tid, @s[tid], nsecs - @s[tid], str(retval)); delete(@s[tid]) }'
        peer = subprocess.Popen(["bpftrace", "-e", program], stdout=open(printed, "w"), stderr=open(errors, "w"))
        recorder = None
        try:
            if not wait_for(printed, "Attaching"):
                skip("bpftrace cannot here: " + open(errors).read()[-300:])
            time.sleep(2)
            recorder = subprocess.Popen([agent, "record", "-x", "/bin/bash", "--probe", "readline", "--probe", "readline%return line=+0($retval):string", "-a", "-o", recording],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(errors, "w"))
            time.sleep(2)
            pid, waits = type_lines(lines)
            time.sleep(1)
            recorder.send_signal(signal.SIGINT)
            if recorder.wait() not in (0, 130):
                skip("cannot record here: " + open(errors).read()[-300:])
            recorder = None
        finally:
            for process in filter(None, (recorder, peer)):
                process.send_signal(signal.SIGINT)
                process.wait()
        out = os.path.join(folder, "spans.csv")
        with open(out, "w") as file:
            subprocess.run([analyzer, "spans", recording, "--slowest", "20000", "--stack", "none", "--format", "csv"], stdout=file, check=True)
        ours = sorted((dict(row, start=int(row["start"]), duration=int(row["duration"]), tid=int(row["tid"])) for row in csv.DictReader(open(out, newline=""))), key=lambda s: s["start"])
        theirs = [m for m in (re.match(r"(\d+) (\d+) (\d+) (.*)$", line) for line in open(printed, errors="replace")) if m]
        print(subprocess.run([analyzer, "spans", recording], capture_output=True, text=True).stdout, end="")
        mine = [s for s in ours if s["tid"] == pid]
        peers = [(int(m[2]), int(m[3]), m[4]) for m in theirs if int(m[1]) == pid]
        apart = sorted(abs(s["duration"] - p[1]) for s, p in zip(mine, peers))
        print(f"{len(ours)} spans, of bash {pid}: {len(mine)}, bpftrace {len(peers)}, typed {len(lines)} lines and exit; durations apart by {apart[len(apart) // 2] if apart else '-'} ns (median), {apart[-1] if apart else '-'} ns (most)")
        wrong = [] if len(mine) == len(peers) == len(lines) + 1 else ["not as many"]
        for n, (span, peer_span) in enumerate(zip(mine, peers)):
            text = (lines + ["exit"])[n]
            if f'line="{text}"' not in span["end_text"] or peer_span[2] != text:
                wrong.append(f"line {n}: typed {text!r}, ours {span['end_text']!r}, bpftrace {peer_span[2]!r}")
            # What was waited before the line was typed lies within the call, unless the prompt was seen before readline was entered.
            if n < len(waits) and not (span["start"] - 50_000_000 <= waits[n][0] and span["start"] + span["duration"] >= waits[n][0] + 5_000_000):
                wrong.append(f"line {n}: waited from {waits[n][0]} to {waits[n][1]}, the span is {span['start']} for {span['duration']}")
            if abs(span["duration"] - peer_span[1]) > 5_000_000:
                wrong.append(f"line {n}: {span['duration']} ns, bpftrace {peer_span[1]} ns")
        for line in wrong[:10]:
            print("    " + line)
        return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
