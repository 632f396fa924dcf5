#!/usr/bin/env python3
"""Measures tracekit-capture and tracekit beside perf on the same running workload (bench/wl.cpp).

compare_perf.py table  [--seconds S] [--pairs N] [--rates 99,999,9999|none] [--modes fp,dwarf] [--samples N] [--out FILE]
compare_perf.py record --samples N --mode fp|dwarf --prefix P

What is measured is CPU (user + system, children included) of the recorder or the analyzer alone: the workload runs in its own process and the
recorder attaches to it with -p, so the workload's own slow-down by the kernel, the same for both, stays out. Each pair runs one after the other
on the same workload process; figures are medians over the pairs. Wall time is shown but not compared: other work on the machine moves it.
"""
import argparse
import mmap
import os
import platform
import re
import signal
import statistics
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ARTIFACTS = os.path.join(HERE, "artifacts")
PERF_RECORD_LOST, PERF_RECORD_SAMPLE, PERF_RECORD_LOST_SAMPLES, PERF_RECORD_COMPRESSED = 2, 9, 13, 81


class Run:
    """CPU seconds and peak resident bytes of one finished program."""

    def __init__(self, code, usage, rss, output, wall):
        self.code, self.cpu, self.rss, self.output, self.wall = code, usage.ru_utime + usage.ru_stime, rss, output, wall


def peak_rss(pid, known):
    """VmHWM: the peak since exec. (ru_maxrss would hold this script's own pages, which the child had before exec.)"""
    try:
        with open(f"/proc/{pid}/status") as status:
            found = re.search(r"VmHWM:\s+(\d+) kB", status.read())
        return max(known, int(found.group(1)) * 1024) if found else known
    except OSError:
        return known


def wait(process):
    """Waits for a child's end: what it used, and its peak resident bytes; its exit code is in returncode."""
    rss = 0
    while True:
        rss = peak_rss(process.pid, rss)
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if ended:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage, rss
        time.sleep(0.005)


def run(command, stop_after=None, output=None):
    """Runs to the end, or asks it to stop (SIGINT, as Ctrl+C does) after so many seconds."""
    start = time.monotonic()
    log = os.path.join(ARTIFACTS, "run.log")
    with open(log, "wb") as err, open(output or os.devnull, "wb") as out:
        # A new session: SIGINT goes to this one program, and default dispositions are as a terminal would have them.
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True)
        if stop_after is not None:
            time.sleep(stop_after)
            process.send_signal(signal.SIGINT)
        usage, rss = wait(process)
    with open(log, errors="replace") as text:
        said = text.read()
    return Run(process.returncode, usage, rss, said, time.monotonic() - start)


class Workload:
    """wl, running until told to go."""

    def __init__(self, mode, threads):
        self.command = [os.path.join(ARTIFACTS, "wl-" + mode), "100000", str(threads)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)
        time.sleep(0.5)
        return self.process.pid

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def perf_counts(path):
    """Samples and lost ones of a perf.data file, from its records themselves."""
    samples = lost = 0
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as data:
        offset, size = struct.unpack_from("<QQ", data, 40)
        end, header = offset + size, struct.Struct("<IHH")
        while offset + 8 <= end:
            kind, _, length = header.unpack_from(data, offset)
            if kind == PERF_RECORD_SAMPLE:
                samples += 1
            elif kind == PERF_RECORD_LOST:
                lost += struct.unpack_from("<Q", data, offset + 16)[0]
            elif kind == PERF_RECORD_LOST_SAMPLES:
                lost += struct.unpack_from("<Q", data, offset + 8)[0]
            elif kind == PERF_RECORD_COMPRESSED:
                return None
            offset += max(length, 8)
    return samples, lost


def agent_counts(said):
    """Samples and lost ones from the agent's last line."""
    samples = re.findall(r"([\d,]+) samples?", said)
    lost = re.findall(r"([\d,]+) lost|lost:? ([\d,]+)", said)
    if not samples:
        raise SystemExit(f"no sample count in what the agent said:\n{said}")
    number = lambda text: int(text.replace(",", ""))
    return number(samples[-1]), number(lost[-1][0] or lost[-1][1]) if lost else 0


def record_perf(pid, mode, rate, seconds, path, compress=False):
    graph = "fp" if mode == "fp" else "dwarf,8192"
    command = ["perf", "record", "-e", "cpu-clock", "-F", str(rate), "--call-graph", graph, "-p", str(pid), "-o", path]
    if compress:
        command.append("-z")
    result = run(command, stop_after=seconds)
    if not os.path.exists(path):
        raise SystemExit(f"perf record failed:\n{result.output}")
    counts = perf_counts(path)
    if counts is None:
        found = re.search(r"\((\d+) samples\)", result.output)
        counts = (int(found.group(1)) if found else 0, 0)
    return result, counts, os.path.getsize(path)


def record_agent(agent, pid, mode, rate, seconds, path):
    graph = "fp" if mode == "fp" else "dwarf,8192"
    result = run([agent, "record", "-e", "cpu-clock", "-F", str(rate), "--call-graph", graph, "-p", str(pid), "-o", path], stop_after=seconds)
    if result.code != 0:
        raise SystemExit(f"tracekit-capture ended with {result.code}:\n{result.output}")
    return result, agent_counts(result.output), os.path.getsize(path)


def remove(*paths):
    for path in paths:
        for name in (path, path + ".old"):
            if os.path.exists(name):
                os.remove(name)


def capture_rows(options, say):
    """One row a mode and rate: medians over pairs."""
    for mode in options.modes:
        for rate in options.rates:
            agent_runs, perf_runs = [], []
            with Workload(mode, options.threads) as pid:
                for pair in range(options.pairs):
                    data, dtr = os.path.join(ARTIFACTS, "t.data"), os.path.join(ARTIFACTS, "t.dtr")
                    remove(data, dtr)
                    # Who goes first alternates, so that neither always gets the warmer machine.
                    for who in ("agent", "perf") if pair % 2 == 0 else ("perf", "agent"):
                        if who == "agent":
                            agent_runs.append(record_agent(options.agent, pid, mode, rate, options.seconds, dtr))
                        else:
                            perf_runs.append(record_perf(pid, mode, rate, options.seconds, data))
                    remove(data, dtr)

            def figures(runs):
                cpu = statistics.median(r.cpu / max(counts[0], 1) * 1e6 for r, counts, _ in runs)
                total = statistics.median(r.cpu for r, _, _ in runs)
                size = statistics.median(length / max(counts[0], 1) for _, counts, length in runs)
                samples, lost = sum(c[0] for _, c, _ in runs), sum(c[1] for _, c, _ in runs)
                rss = max(r.rss for r, _, _ in runs)
                return samples, cpu, total, size, lost, rss

            a, p = figures(agent_runs), figures(perf_runs)
            yield (f"| {mode} | {rate:,} | {a[0]:,} / {p[0]:,} | {a[1]:.2f} / {p[1]:.2f} | **{a[1] / p[1]:.2f}** | {a[2]:.2f} / {p[2]:.2f} "
                   f"| {a[3]:.0f} / {p[3]:.0f} | **{a[3] / p[3]:.3f}** | {a[4]:,} / {p[4]:,} | {a[5] / 1e6:.0f} / {p[5] / 1e6:.0f} |")
            say(f"{mode} {rate} Hz: agent {a[1]:.2f} us/sample, perf {p[1]:.2f}")


def make_recordings(options, mode, samples, prefix):
    """About so many samples of the same workload with both recorders; as .dtr and perf.data."""
    data, dtr = prefix + ".perf.data", prefix + ".dtr"
    remove(data, dtr)
    with Workload(mode, options.threads) as pid:
        probe = os.path.join(ARTIFACTS, "rate.dtr")
        remove(probe)
        # How many samples a second this machine gives right now.
        _, counts, _ = record_agent(options.agent, pid, mode, 9999, 2, probe)
        remove(probe)
        seconds = samples / max(counts[0] / 2, 1)
        _, agent, _ = record_agent(options.agent, pid, mode, 9999, seconds, dtr)
        _, perf, _ = record_perf(pid, mode, 9999, seconds, data)
    return data, dtr, perf[0], agent[0]


def readers(options, data):
    """Commands on the same perf.data: ours, and perf's for the same text."""
    ours, perf = options.analyzer, "perf"
    yield [ours, "report", data], [perf, "report", "--stdio", "-i", data]
    yield [ours, "script", data], [perf, "script", "-i", data]
    yield [ours, "script", "--no-inline", data], [perf, "script", "--no-inline", "-i", data]
    yield [ours, "report", "--no-inline", data], [perf, "report", "--stdio", "--no-inline", "-i", data]


def shown(command, *paths):
    return " ".join([os.path.basename(command[0])] + [word for word in command[1:] if word not in ("-i", *paths)])


def paired(pairs, ours, perf):
    """Both in turn, so that what else the machine does hits both."""
    first, second = [], []
    for _ in range(pairs):
        for command, runs in ((ours, first), (perf, second)):
            done = run(command)
            if done.code != 0:
                raise SystemExit(f"{' '.join(command)} ended with {done.code}:\n{done.output}")
            runs.append(done)
    return first, second


def compared(label, count, ours, perf):
    a, b = (statistics.median(r.cpu for r in runs) for runs in (ours, perf))
    ratio = statistics.median(y.cpu / max(x.cpu, 1e-9) for x, y in zip(ours, perf))
    return (f"| {label} | {count:,} | {a:.2f} / {b:.2f} | **{ratio:.1f}×** | {max(r.rss for r in ours) / 1e6:.0f} / {max(r.rss for r in perf) / 1e6:.0f} "
            f"| {min(r.wall for r in ours):.2f} / {min(r.wall for r in perf):.2f} |")


def analysis_tables(options, say):
    """The recordings of both, read by both: rows of the same perf.data, of our own recording and of the imported one, and sizes."""
    same, own, sizes = [], [], []
    for mode in options.modes:
        prefix = os.path.join(ARTIFACTS, f"analysis-{mode}")
        data, dtr, perf_samples, samples = make_recordings(options, mode, options.samples, prefix)
        imported, packed = prefix + ".imported.dtr", prefix + ".z.data"
        remove(imported, packed)
        importer = run([options.analyzer, "import", data, "-o", imported])
        if importer.code != 0:
            raise SystemExit(f"tracekit import ended with {importer.code}:\n{importer.output}")
        for ours, perf in readers(options, data):
            first, second = paired(options.pairs, ours, perf)
            label = f"{mode} | `{shown(ours, data)}` | `{shown(perf, data)}`"
            same.append(compared(label, perf_samples, first, second))
            say(same[-1])
            on_dtr = [run([imported if word == data else word for word in ours]) for _ in range(options.pairs)]
            own.append(compared(f"{mode} | `{shown(ours, data)}` | imported", perf_samples, on_dtr, second))
        for command in (["report"], ["script"]):
            on_own = [run([options.analyzer, *command, dtr]) for _ in range(options.pairs)]
            cpu = statistics.median(r.cpu for r in on_own)
            own.append(f"| {mode} | `tracekit {command[0]}` | recorded by the agent | {samples:,} | {cpu:.2f} | | {max(r.rss for r in on_own) / 1e6:.0f} | {min(r.wall for r in on_own):.2f} |")
        with Workload(mode, options.threads) as pid:
            squeezed, _, _ = record_perf(pid, mode, 9999, options.seconds, packed, compress=True)
        # perf tells no count of samples with -z, but how much smaller the records became.
        ratio = re.search(r"ratio is ([\d.]+)", squeezed.output)
        per = lambda size, count: f"{size / max(count, 1):.1f}"
        sizes.append(f"| {mode} | {per(os.path.getsize(data), perf_samples)} | {os.path.getsize(data) / max(perf_samples, 1) / float(ratio.group(1)) if ratio else float('nan'):.1f} | {per(os.path.getsize(dtr), samples)} | {per(os.path.getsize(imported), perf_samples)} "
                     f"| {importer.cpu:.2f} s, {importer.rss / 1e6:.0f} MB |")
        remove(packed)
        if not options.keep:
            remove(data, dtr, imported)
    return same, own, sizes


def machine():
    with open("/proc/cpuinfo") as info:
        model = re.search(r"model name\s*:\s*(.*)", info.read())
    version = subprocess.run(["perf", "--version"], capture_output=True, text=True).stdout.strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} CPUs, {memory:.0f} GiB, Linux {platform.release()}; {version}; "
            f"load when it began {os.getloadavg()[0]:.1f}")


def table(options):
    say = lambda text: print(text, file=sys.stderr, flush=True)
    lines = ["# Beside perf, on the same program", "",
             f"{machine()}. `bench/compare-perf.sh`, {time.strftime('%Y-%m-%d')}: `wl` with {options.threads} threads, recorder attached with `-p` for "
             f"{options.seconds:g} s, medians of {options.pairs} pairs. Every cell is *ours / perf*; CPU is user + system of the recorder or analyzer alone.", "",
             "## Capture", "",
             "| stacks | Hz | samples | CPU per sample, µs | ratio | CPU, s | bytes per sample | ratio | lost | peak RSS, MB |",
             "|---|---|---|---|---|---|---|---|---|---|"]
    lines += capture_rows(options, say)
    if options.samples > 0:
        same, own, sizes = analysis_tables(options, say)
        lines += ["", "## The same perf.data, read by both", "",
                  "Paired runs; the ratio is the median of perf's CPU over ours.", "",
                  "| stacks | ours | perf | samples | CPU, s | ratio | peak RSS, MB | wall, s |", "|---|---|---|---|---|---|---|---|", *same,
                  "", "## A .dtr in place of it", "",
                  "Imported from that perf.data (beside perf on the perf.data), and recorded by the agent from the same workload.", "",
                  "| stacks | ours | .dtr | samples | CPU, s | ratio | peak RSS, MB | wall, s |", "|---|---|---|---|---|---|---|---|", *own,
                  "", "## Bytes per sample", "",
                  "Whole files; a `.dtr` includes names, unwind tables and lines, a perf.data none of them.", "",
                  "| stacks | perf.data | perf record -z | agent | imported | the import itself |", "|---|---|---|---|---|---|", *sizes]
    text = "\n".join(lines) + "\n"
    os.makedirs(os.path.dirname(options.out), exist_ok=True)
    with open(options.out, "w") as file:
        file.write(text)
    print(text)
    say(f"written to {options.out}")


def main():
    root = os.path.dirname(HERE)
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("table", "record"):
        command = commands.add_parser(name)
        command.add_argument("--agent", default=os.environ.get("TRACEKIT_CAPTURE_BIN") or os.path.join(root, "out", "tracekit-capture"))
        command.add_argument("--analyzer", default=os.environ.get("TRACEKIT_BIN") or os.path.join(root, "out", "tracekit"))
        command.add_argument("--threads", type=int, default=2)
        command.add_argument("--samples", type=int, default=100000, help="of the recordings to analyze; 0: no analysis")
    tables = commands.choices["table"]
    tables.add_argument("--seconds", type=float, default=10)
    tables.add_argument("--pairs", type=int, default=3)
    tables.add_argument("--rates", type=lambda text: [] if text == "none" else [int(x) for x in text.split(",")], default=[99, 999, 9999])
    tables.add_argument("--modes", type=lambda text: text.split(","), default=["fp", "dwarf"])
    tables.add_argument("--out", default=os.path.join(HERE, "results", "perf.md"))
    tables.add_argument("--keep", action="store_true", help="keep the recordings of the analysis in bench/artifacts")
    records = commands.choices["record"]
    records.add_argument("--mode", choices=["fp", "dwarf"], required=True)
    records.add_argument("--prefix", required=True)
    options = parser.parse_args()
    os.makedirs(ARTIFACTS, exist_ok=True)
    if options.command == "table":
        table(options)
    else:
        data, dtr, perf, agent = make_recordings(options, options.mode, options.samples, options.prefix)
        print(f"{dtr}: {agent} samples; {data}: {perf} samples")


if __name__ == "__main__":
    main()
