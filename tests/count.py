#!/usr/bin/env python3
"""count.py FAILED_OUTSIDE FILE.trx...: lists failed and skipped tests with their reasons, then says "N passed, N failed, N skipped".

FAILED_OUTSIDE: failures that no log knows of (a build that broke, a project that left no results).
Exit code 0 only if something passed and nothing failed.
"""
import os
import sys
import xml.etree.ElementTree as xml

TRX = "{http://microsoft.com/schemas/VisualStudio/TeamTest/2010}"
passed, failed, skipped = 0, int(sys.argv[1]), []

for path in sys.argv[2:]:
    if not os.path.exists(path):  # the glob matched nothing
        continue
    room = os.path.basename(path)[:-4]
    counts = {"Passed": 0, "Failed": 0, "NotExecuted": 0}
    for result in xml.parse(path).getroot().iter(TRX + "UnitTestResult"):
        outcome = result.get("outcome")
        message = " ".join((result.findtext(f"{TRX}Output/{TRX}ErrorInfo/{TRX}Message") or result.findtext(f"{TRX}Output/{TRX}StdOut") or "").split())
        if outcome == "Passed":
            passed += 1
        elif outcome == "NotExecuted":
            skipped.append((message or "no reason given", result.get("testName")))
        else:
            failed += 1
            print(f"FAILED {result.get('testName')}: {message[:1000]}")
            outcome = "Failed"
        counts[outcome] += 1
    print(f"  {room:<14} {counts['Passed']:>5} passed {counts['Failed']:>4} failed {counts['NotExecuted']:>4} skipped")

if skipped:
    print("skipped:")
    for reason, name in sorted(skipped):
        print(f"  {name}: {reason}")
print(f"{passed} passed, {failed} failed, {len(skipped)} skipped")
sys.exit(0 if passed > 0 and failed == 0 else 1)
