#!/usr/bin/env python3
"""Holds every field and option of `tracekit script` against `perf script`, line by line.

    fields.py TRACEKIT FOLDER [--short] [FILE.data...]

Records into FOLDER what this machine can record (a recording that is there is taken as it is), makes up what it cannot (made_up.py), and asks both programs for each recording with each set
of fields and options that concern it; the FILEs too, with those for files of anybody. Prints a line for each question that differs, then the totals. Exit 1 when a difference is none of those
that docs/from-perf.md explains. Needs root, perf, g++.
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import compare_script
import made_up

HERE = os.path.dirname(os.path.abspath(__file__))
ALL = "--show-task-events --show-mmap-events --show-switch-events --show-namespace-events --show-cgroup-events --show-bpf-events --show-text-poke-events"
ANY = ["", "-F comm,pid,tid,cpu,time,event", "-F +misc", "-F -comm,-time", "-F event,period", "-F ip,sym,symoff,dso", "-F pid", "-G", "--ns", "--reltime", "--deltatime --ns", ALL, "-F +misc " + ALL]
TIMES = ["--time 10%/1,10%/3", "--time 10%-20%,40%-70%,90%-100%", "--time 10%/2", "--time 10%-20%", "--time 40%-100%", "--time 100%/1"]
WRONG = ["-F nosuch", "-F comm,+ip", "-F symoff,ip", "-F srcline", "-F trace:ip,nosuch", "-F xx:comm"]
ABSENT = ["-F +" + name for name in ("flags", "callindent", "synth", "ipc", "insn", "insnlen", "brstackinsn", "brstackinsnlen", "metric", "srccode")]

# Name, options of perf record, what runs, questions beside ANY.
RECORDINGS = [
    ("fp", "-F 999 -g", "work-fp 60", ["--max-stack 0", "--max-stack 1", "--max-stack 5", "-L", "-S sort_some", "-f", "-c work-fp", "--stop-bt main", "-F +srcline", "-F comm,ip,sym,symoff --stop-bt spin", "-F ip", "--comms work-fp", *TIMES, *WRONG, *ABSENT]),
    ("dwarf", "-F 499 --call-graph dwarf", "work 30", ["--max-stack 4", "-F +uregs", "-F comm,uregs,ip,sym,symoff", *TIMES]),
    ("data", "-F 499 -d", "work-fp 30", ["-F +addr", "-F addr,ip,sym,symoff,dso", "-F +ins_lat", "-F +tod", "-F +weight", "-F +brstack", "-F hw:comm"]),
    ("faults", "-e page-faults -c 1 -d", "work-fp 10", ["-F +addr", "-F comm,addr,ip,sym,symoff,dso"]),
    ("physical", "-F 499 -d --phys-data", "work-fp 30", ["-F +phys_addr", "-F +phys_addr -F +addr"]),
    ("datapages", "-F 499 -d --data-page-size", "work-fp 30", ["-F +data_page_size", "-F comm,data_page_size"]),
    ("codepages", "-F 499 --code-page-size", "work-fp 30", ["-F +code_page_size"]),
    ("interrupted", "-F 499 --intr-regs=ax,bx,r8,ip,sp", "work-fp 30", ["-F +iregs", "-F iregs"]),
    ("registers", "-F 499 --user-regs=ip,sp,bp", "work-fp 30", ["-F +uregs", "-F comm,uregs", "-F +iregs"]),
    ("weights", "-F 499 -W", "work-fp 30", ["-F +weight", "-F +ins_lat", "-F weight,ins_lat,event"]),
    ("switches", "-F 499 --switch-events", "work-fp 30", ["--show-switch-events", "-F +misc --show-switch-events"]),
    ("system", "-F 499 -a --switch-events", "sh -c 'ls -l /usr/bin'", ["--show-switch-events", "--show-task-events", "-F +misc --show-switch-events", "--cpu 0", "-C 1 -G", *TIMES]),
    ("namespaces", "-F 499 --namespaces", "work-fp 20", ["--show-namespace-events"]),
    ("cgroups", "-F 499 --all-cgroups -a", "work-fp 20", ["--show-cgroup-events"]),
    ("periods", "-F 499 -P -T -s --sample-cpu", "work-fp 30", ["--cpu 0", "--tid 1"]),
    ("timeless", "-F 499 --no-timestamp", "work-fp 20", ["-F time", "-F comm,tid,event"]),
    ("realtime", "-F 499 -k CLOCK_REALTIME", "work-fp 20", ["-F +tod", "-F +tod --ns", "-F tod,time"]),
    ("monotonic", "-F 499 -k CLOCK_MONOTONIC -g", "work-fp 20", ["-F +tod", "-F tod,ip,sym,symoff"]),
    ("group", "-e {cpu-clock,page-faults}:S -c 20000", "work-fp 10", ["-F period,event"]),
    ("tracepoints", "-a -e sched:* -e irq:* -e timer:hrtimer_*", "sh -c 'ls -l /usr/bin; sleep 0.01'", ["-F trace:event,trace", "-F trace:comm,cpu,event,trace --ns", "-F -trace", "-L", "--switch-on sched:sched_switch --switch-off sched:sched_wakeup", "--switch-on irq:irq_handler_entry --show-on-off-events", *TIMES]),
    ("mixed", "-e cpu-clock -e page-faults -e sched:sched_switch -g -c 100000", "work-fp 20", ["-F trace:event,trace", "-F sw:ip,sym,symoff", "-F trace: -F sw:event", "-F +addr"]),
    ("forks", "-F 1999 -g", "sh -c 'i=0; while [ $i -lt 30 ]; do /bin/true; i=$((i+1)); done'", ["--show-task-events -F comm,tid,time"]),
]
MADE_UP = ["-F hw:brstack,ip,sym,symoff,dso", "-F hw:brstacksym,ip,dso", "-F hw:brstackoff,ip,dso", "-F hw:brstack", "-F raw:ip,iregs,uregs", "-F raw:data_src,weight,ins_lat", "-F raw:phys_addr,data_page_size,code_page_size",
           "-F sw:addr,ip,sym,symoff,dso", "-F +addr", "-F hw:weight,data_src", "-F -data_src", "-F sw:comm,event", "-F -bpf-output"]
OTHERS = [*ANY, "-F +brstack", "-F +brstacksym", "-F +weight", "-F +data_src", "-F +addr", "-F +iregs", "-F +uregs"]


def record(folder, name, options, program):
    path = os.path.join(folder, name + ".data")
    if not os.path.exists(path):
        words = ["perf", "record", "-q", "-o", path, *options.split(), "--"]
        command = ["sh", "-c", program[7:-1]] if program.startswith("sh -c") else [os.path.join(folder, program.split()[0]), *program.split()[1:]]
        done = subprocess.run(words + command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if not os.path.exists(path):
            print(f"{name}: not recorded: {done.stderr.decode()[:200]}")
    return path


def explained(theirs, ours, options):
    """Why two lines may differ; None when they may not. Of docs/from-perf.md, as compare_script.py's."""
    if reason := compare_script.explained(theirs, ours):
        return reason
    if "srcline" in options:
        line = re.compile(r"^  (\S*):(\d+)$")
        a, b = line.match(theirs), line.match(ours)
        if not theirs and re.match(r"^  .*\[[0-9a-f]+\]$", ours) or a and a[1] == "" and ours.endswith("]"):
            return "srcline: the file and the address where no line is known, perf nothing"
        if a and b and a[2] == b[2]:
            return "srcline: the header that an inlined line is in, perf the file"
        if a and b:
            return "srcline: the line of the call, perf the one after it"
    if "PERF_RECORD_LOST_SAMPLES" in ours and not theirs:
        return "samples lost by the kernel are shown too"
    source = re.search(r"\|OP .*?\|BLK  (N/A|Data Addr|Data|Addr)", ours)
    if source and theirs[:source.start()] == ours[:source.start()] and len(source[0]) + 17 > 99:
        cut = theirs[source.start():source.start() + 99 - 17]
        if ours[source.start():].startswith(cut) and theirs[source.start() + len(cut):] == ours[source.end():]:
            return "data_src: perf cuts after 99 letters"
    if not theirs and re.match(r"^\t +[0-9a-f]+ (call_init|_dl_init|_dl_start_user)\b", ours):
        return "the callers of a library's _init, which has no unwind table"
    fork = re.search(r" *:(\d+) .*PERF_RECORD_FORK\((\d+):", theirs)
    if fork and fork[1] == fork[2] and theirs.split("PERF_RECORD_FORK")[1] == ours.split("PERF_RECORD_FORK")[-1]:
        return "a process from before the recording whose parent is told of behind it"
    place = re.compile(r"^(.*\[unknown\]) \((.*)\)$")
    a, b = place.match(theirs), place.match(ours)
    if a and b and a[1] == b[1] and re.match(r"//anon|/tmp/perf-\d+\.map$", b[2]):
        return "code made at run time has one module"
    label = re.compile(r" (__TMC_END__|_edata|_end|__bss_start)\+0x0 ")
    if "addr" in options and label.search(theirs) and re.fullmatch(re.escape(label.sub(" @ ", theirs, count=1)).replace("@", r"\S+", 1), ours):
        return "addr: where data end there is no variable of that name"
    names = (("[unknown] ([unknown])", "[unknown] ([kernel.kallsyms])"), ("[unknown] ([stack])", "[unknown] ([unknown])"), ("[unknown] ([heap])", "[unknown] ([unknown])"))
    for a, b in names:
        if theirs.endswith(a) and theirs[:-len(a)] + b == ours:
            return "an address where no code is"
    a, b = (re.match(r"^\t *([0-9a-f]+) (\S.*)$", line) for line in (theirs, ours))
    if a and b and a[1] == b[1] and a[2].endswith("+0x0") and not b[2].endswith("+0x0"):
        return "a return address at the first byte of the next function"
    if re.sub(r"\S+@plt\+0x[0-9a-f]+", "@", ours) == re.sub(r"\b_init\+0x[0-9a-f]+", "@", theirs):
        return "perf has no name for a PLT entry"
    if re.sub(r"(\S*)@plt\+0x", "@plt+0x", ours) == theirs:
        return "perf has no name for a PLT entry"
    return None


def with_lines(lines):
    """Lines of output, a source line joined to the frame above it."""
    joined = []
    for line in lines:
        if joined and re.match(r"^  \S", line):
            joined[-1] += "\n" + line
        else:
            joined.append(line)
    return joined


def explained_parts(theirs, ours, options):
    """As explained(), of a frame and of its source line each."""
    (a, _, a_line), (b, _, b_line) = theirs.partition("\n"), ours.partition("\n")
    if a != b:
        return explained(a, b, options)
    return explained(a_line, b_line, options)


def ask(tracekit, path, options, totals, reasons):
    words = re.findall(r"\S+", options)
    theirs = subprocess.run(["perf", "script", "-i", path, "-f", "--no-inline", *words], stdin=subprocess.DEVNULL, capture_output=True)
    ours = subprocess.run([tracekit, "script", path, "--no-inline", *words], stdin=subprocess.DEVNULL, capture_output=True)
    totals["questions"] += 1
    name = f"{os.path.basename(path)} {options}"
    error = ours.stderr.decode("utf-8", "replace").strip()
    if ours.returncode not in (0, 1, 2) or "Unhandled" in error:
        totals["bad"] += 1
        print(f"{name}: tracekit {ours.returncode}: {error[:300]}")
        return
    if theirs.returncode or ours.returncode:
        if theirs.returncode and ours.returncode:
            totals["both refuse"] += 1
        elif ours.returncode == 0:
            totals["only perf refuses"] += 1
        elif "cannot be printed: " in error and options in ABSENT:
            totals["told that it is not here"] += 1
        else:
            totals["bad"] += 1
            print(f"{name}: perf prints, tracekit {ours.returncode}: {error[:300]}")
        return
    a, b = ([line for line in out.decode("utf-8", "surrogateescape").split("\n")[:-1]] for out in (theirs.stdout, ours.stdout))
    totals["lines"] += len(a)
    if "srcline" in options:
        # perf prints nothing where no line is known: each line with its frame, so that frames stand side by side.
        a, b = with_lines(a), with_lines(b)
    if a == b:
        totals["equal"] += 1
        return
    pairs = [(x, y) for x, y in zip(a, b) if x != y] if len(a) == len(b) else compare_script.compare(a, b)[1]
    unexplained = []
    for pair in pairs:
        reason = explained_parts(*pair, options)
        if reason:
            reasons[reason] += 1
        else:
            unexplained.append(pair)
    totals["different lines"] += len(pairs)
    totals["bad" if unexplained else "explained"] += 1
    if unexplained:
        print(f"{name}: {len(a)} and {len(b)} lines, {len(unexplained)} differ")
        for x, y in unexplained[:3]:
            at = max(0, len(os.path.commonprefix([x, y])) - 60)
            print(f"  perf {x[at:at + 160]!r}\n  ours {y[at:at + 160]!r}")


def check_json(tracekit, folder, totals):
    """Lines of JSON are JSON whatever names and paths hold, and say what the text says."""
    path = os.path.join(folder, "odd.data")
    with open(path, "wb") as file:
        file.write(made_up.File(7, odd=True).fill().bytes())
    out = subprocess.run([tracekit, "script", path, "--show-side-band", "--format", "json"], stdin=subprocess.DEVNULL, capture_output=True).stdout
    columns = subprocess.run([tracekit, "script", path, "-F", "raw:weight,ins_lat,retire_lat", "-F", "hw:event"], stdin=subprocess.DEVNULL, capture_output=True).stdout.decode()
    lines = [json.loads(line) for line in out.decode("utf-8").split("\n")[:-1]]
    weights = [(line["weight"], line["ins_lat"], line["retire_lat"]) for line in lines if "ins_lat" in line]
    shown = [tuple(map(int, line.split())) for line in columns.split("\n") if re.fullmatch(r" *\d+ +\d+ +\d+", line)]
    totals["questions"] += 1
    if len(lines) != 424 or weights != shown or not weights or any(byte < 32 for byte in out.replace(b"\n", b"")):
        totals["bad"] += 1
        print(f"json: {len(lines)} lines, {len(weights)} weights, in the text {len(shown)}")
    else:
        totals["equal"] += 1


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("tracekit")
    arguments.add_argument("folder")
    arguments.add_argument("files", nargs="*")
    arguments.add_argument("--short", action="store_true", help="the made-up file and a few recordings only")
    arguments.add_argument("--only", default="", help="these recordings, with commas, and nothing made up")
    options = arguments.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    for name, flag in (("work-fp", "-fno-omit-frame-pointer"), ("work", "-fomit-frame-pointer")):
        program = os.path.join(options.folder, name)
        if not os.path.exists(program):
            subprocess.run(["g++", "-O2", "-g", flag, "-pthread", "-o", program, os.path.join(HERE, "work.cpp")], check=True)
    totals, reasons = collections.Counter(), collections.Counter()
    empty = os.path.join(options.folder, "empty")
    os.makedirs(empty, exist_ok=True)
    for seed in () if options.only else (1,) if options.short else (1, 2, 3):
        path = os.path.join(options.folder, f"made-up-{seed}.data")
        with open(path, "wb") as file:
            file.write(made_up.File(seed).fill().bytes())
        for question in ["-F +misc " + ALL, *MADE_UP] if options.short else [*ANY, *MADE_UP]:
            ask(options.tracekit, path, f"{question} --symfs {empty}", totals, reasons)
    if not options.only:
        check_json(options.tracekit, options.folder, totals)
    for name, how, program, questions in RECORDINGS:
        if options.short and name not in ("interrupted", "realtime", "weights"):
            continue
        if options.only and name not in options.only.split(","):
            continue
        path = record(options.folder, name, how, program)
        for question in questions if options.short else [*ANY, *questions]:
            ask(options.tracekit, path, question, totals, reasons)
    for path in options.files:
        for question in OTHERS:
            ask(options.tracekit, path, f"{question} --symfs {empty}", totals, reasons)
    for reason, count in reasons.most_common():
        print(f"{count} lines explained: {reason}")
    print(", ".join(f"{totals[key]} {key}" for key in ("questions", "equal", "explained", "both refuse", "only perf refuses", "told that it is not here", "bad", "lines", "different lines")))
    sys.exit(totals["bad"] > 0)


if __name__ == "__main__":
    main()
