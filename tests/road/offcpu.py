#!/usr/bin/env python3
"""Time off CPU: a program whose sleeps are known is recorded, and `report --off-cpu` is held against the same sums made of the lines of `script`.

    offcpu.py AGENT ANALYZER [RECORDING]      exit: 0 equal; 1 not; 77 this host cannot (said why)

With RECORDING (a .dtr or a perf.data with sched:sched_switch and sched:sched_wakeup of all CPUs) nothing is recorded: only the sums are compared.
"""
import collections, json, os, re, shutil, subprocess, sys, tempfile

# A child naps on each CPU: kernels are met (6.18 in a virtual machine) that report no event in the idle thread of one of them, to any recorder; there no return from a nap is seen.
PROGRAM = r"""
#define _GNU_SOURCE
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
__attribute__((noinline)) static void nap(void) { struct timespec t = { 0, 10000000 }; nanosleep(&t, 0); __asm__ volatile(""); }
__attribute__((noinline)) static void naps(int cpu) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    if (prctl(PR_SET_NAME, "nap") || sched_setaffinity(0, sizeof one, &one)) _exit(1);
    volatile unsigned long sum = 0;
    for (int i = 0; i < 20; i++) { nap(); for (int k = 0; k < 200000; k++) sum += k; }
    _exit(0);
}
int main(void) {
    cpu_set_t all;
    sched_getaffinity(0, sizeof all, &all);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &all) && fork() == 0) naps(cpu);
    while (wait(0) > 0) { }
    return 0;
}
"""
NAMES = {"S": "S sleeping", "D": "D blocked", "T": "T stopped", "t": "t traced", "P": "P parked", "I": "I idle", "R": "R preempted"}


def run(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    if done.returncode not in (0, 3):
        print(" ".join(command), done.stderr[:500], sep="\n")
        sys.exit(1)
    return done.stdout


def of_script(analyzer, recording):
    """Nanoseconds and parts by (tid, state), of the printed lines."""
    sums, off = collections.defaultdict(lambda: [0, 0]), {}
    for line in run(*analyzer, "script", recording, "--ns", "-F", "time,event,trace").splitlines():
        match = re.match(r"\s*(\d+)\.(\d{9}):\s+(sched:\w+):\s*(.*)", line)
        if not match:
            continue
        now, event, text = int(match[1]) * 10**9 + int(match[2]), match[3], match[4]
        if event == "sched:sched_switch":
            switch = re.search(r"prev_pid=(\d+) prev_prio=-?\d+ prev_state=(\S+) ==> .*next_pid=(\d+)", text)
            leaver, state, comer = int(switch[1]), switch[2].rstrip("+"), int(switch[3])
            if leaver != 0:
                off.pop(leaver, None)
                if state not in ("X", "Z"):
                    off[leaver] = [now, state, None]
            if comer != 0 and comer != leaver and comer in off:
                since, state, woken = off.pop(comer)
                split = woken if state != "R" and woken is not None else now
                parts = [(NAMES.get(state, state), split - since)]
                if split is woken and state != "R" and woken is not None:
                    parts.append(("W woken", now - woken))
                for name, nanoseconds in parts:
                    sums[comer, name][0] += nanoseconds
                    sums[comer, name][1] += 1
        elif event in ("sched:sched_wakeup", "sched:sched_wakeup_new"):
            woken = int(re.search(r"\bpid=(\d+)", text)[1])
            if woken in off and off[woken][2] is None:
                off[woken][2] = now
    return {key: tuple(value) for key, value in sums.items()}


def of_report(analyzer, recording):
    document = json.loads(run(*analyzer, "report", recording, "--off-cpu", "-s", "tid,state", "-g", "none", "--format", "json"))
    rows = document["events"][0]["rows"] if document["events"] else []
    return {(int(row["keys"]["tid"]), row["keys"]["state"]): (row["self"], row["samples"]) for row in rows}, document["notes"]


def main():
    if len(sys.argv) < 3:
        print(__doc__)
        return 2
    agent, analyzer = sys.argv[1], ["dotnet", sys.argv[2]] if sys.argv[2].endswith(".dll") else [sys.argv[2]]
    with tempfile.TemporaryDirectory() as folder:
        recording, tid = (sys.argv[3], None) if len(sys.argv) > 3 else (os.path.join(folder, "nap.dtr"), 0)
        if tid is not None:
            if os.geteuid() != 0 or not shutil.which("gcc"):
                print("switches of all CPUs need root, the program gcc")
                return 77
            source = os.path.join(folder, "nap.c")
            with open(source, "w") as file:
                file.write(PROGRAM)
            subprocess.run(["gcc", "-O1", "-fno-omit-frame-pointer", "-o", os.path.join(folder, "napper"), source], check=True)
            done = subprocess.run([agent, "record", "-q", "-e", "sched:sched_switch", "-e", "sched:sched_wakeup", "-a", "-g", "-o", recording, "--", os.path.join(folder, "napper")],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True)
            if done.returncode != 0:
                print(f"cannot record switches here: {done.stderr.strip()[:300]}")
                return 77
        expected, (found, notes) = of_script(analyzer, recording), of_report(analyzer, recording)
        wrong = [key for key in sorted(set(expected) | set(found)) if expected.get(key) != found.get(key)]
        print(f"{len(found)} lines by thread and state, {len(wrong)} differ; {sum(v[0] for v in found.values()) / 1e9:.3f} s off CPU")
        for note in notes:
            if "ff" in note:
                print(f"    {note}")
        for key in wrong[:20]:
            print(f"    {key}: script {expected.get(key)}, report {found.get(key)}")
        if tid is None:
            return 1 if wrong else 0
        # nanosleep never returns early: each nap is 10 ms or more. One whose thread was preempted before it slept is no sleep: on a busy machine that is half of them.
        slept = json.loads(run(*analyzer, "report", recording, "--off-cpu", "-s", "comm,state", "-g", "folded,callee,0,period", "--comms", "nap", "--format", "json"))
        sleeping = {row["keys"]["state"]: row for row in slept["events"][0]["rows"]}.get("S sleeping", {"self": 0, "samples": 0, "callgraph": []})
        print(f"nap slept {sleeping['self'] / 1e6:.1f} ms in {sleeping['samples']} parts")
        chains = [chain for chain in sleeping["callgraph"] if "nap" in chain["frames"] or any("nanosleep" in f for f in chain["frames"])]
        ok = sleeping["samples"] >= 5 and sleeping["self"] >= 9_000_000 * sleeping["samples"] and sum(c["weight"] for c in chains) >= 0.99 * sleeping["self"]
        if not ok and not re.search(r"prev_pid=0 .*next_pid=[1-9]", run(*analyzer, "script", recording, "-F", "trace")):
            print("this kernel reports no switch away from an idle thread: the return from a nap cannot be seen")
            return 1 if wrong else 77
        if not ok:
            print(f"expected at least 5 sleeps of 10 ms each under nap, found {[(c['weight'], c['frames'][:6]) for c in sleeping['callgraph'][:3]]}")
        return 1 if wrong or not ok else 0


if __name__ == "__main__":
    sys.exit(main())
