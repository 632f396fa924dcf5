"""Holds what was recorded of one program against what it printed: values.py CASES PROGRAM FOLDER."""
import collections
import os
import re
import subprocess
import sys

cases, program, folder = sys.argv[1:]
definitions = {}
for line in open(cases, encoding="utf-8"):
    if not line.startswith("#") and line.split()[1:2] == [program]:
        case, _, definition = line.rstrip("\n").split(None, 2)
        definitions[case] = definition

printed, recorded = collections.defaultdict(list), collections.defaultdict(list)
for line in open(f"{folder}/{program}.printed", encoding="utf-8"):
    match = re.match(r"([crg]\d\d) (.*)$", line.rstrip("\n"))
    if match:
        printed[match[1]].append(match[2])
for line in open(f"{folder}/{program}.script", encoding="utf-8"):
    match = re.search(r":([crg]\d\d)(?:_\d+)?: \([^)]*\) v=(.*)$", line.rstrip("\n"))
    if match:
        recorded[match[1]].append(match[2])

perf = os.environ.get("PERF")
wrong = refused = 0
for case, definition in definitions.items():
    answer = ""
    if perf:
        run = subprocess.run([perf, "probe", "-x", f"{folder}/{program}", "-D", f"{case}={definition}"], capture_output=True, text=True)
        answer = "perf: refused" if run.returncode != 0 else f"perf: {run.stdout.strip()}"
        refused += run.returncode != 0
    # An inlined copy beside the function itself may count a call twice: each case is of functions that are never inlined.
    same = recorded[case] == printed[case] and len(printed[case]) > 0
    wrong += not same
    print(f"{case} {'as printed' if same else 'DIFFERS'} ({len(recorded[case])} of {len(printed[case])})  {definition}  [{answer}]")
    if not same:
        print(f"    recorded {recorded[case][:6]}\n    printed  {printed[case][:6]}")
print(f"{program}: {len(definitions)} definitions, {len(definitions) - wrong} with the values that the program printed" + (f"; perf probe refuses {refused}" if perf else ""))
sys.exit(wrong != 0)
