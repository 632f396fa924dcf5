#!/bin/bash
# How often diff errs and how often it finds: pairs of recordings of the same program, and pairs with one function made slower.
#
# usage: power.sh TRACEKIT TRACEKIT_CAPTURE [FOLDER]
#   PAIRS=40 SLOWER=20    how many of each (tests: a few)
#   RATE=999 SLOW_RATE=4999 SECONDS_EACH=3
#   SLOW_RUNS=1           recordings on each side of a slower pair, base and new in turns, SECONDS_EACH + 1 seconds in all
# Recordings that are in FOLDER already are used again; results go to FOLDER/results.txt and to stdout.
set -eu
tracekit=$1 capture=$2
here=$(cd "$(dirname "$0")" && pwd)
folder=${3:-$(mktemp -d)}
pairs=${PAIRS:-40} slower=${SLOWER:-20} rate=${RATE:-999} slow_rate=${SLOW_RATE:-4999} seconds=${SECONDS_EACH:-3} slow_runs=${SLOW_RUNS:-1}
mkdir -p "$folder"
cd "$folder"

[ -x wl ] || g++ -O2 -g -fno-omit-frame-pointer -o wl "$here/../../../bench/wl.cpp" -lpthread
[ -x slow ] || gcc -O2 -g -fno-omit-frame-pointer -o slow "$here/slow.c"
[ -f words.txt ] || python3 - "$seconds" <<'PY'
import random, sys
random.seed(1)
words = ["".join(random.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(random.randint(2, 9))) for _ in range(5000)]
with open("words.txt", "w") as out:
    for _ in range(int(280_000 * float(sys.argv[1]))):
        out.write(" ".join(random.choices(words, k=6)) + "\n")
with open("loop.py", "w") as out:
    out.write(f"""import json, time
end = {sys.argv[1]}
table, n = {{}}, 0
while time.process_time() < end:
    for i in range(2000):
        table[str(i * 7919 % 1000)] = table.get(str(i % 1000), 0) + i
    text = json.dumps(table)
    n += len(json.loads(text))
    n += sorted(text.split(","))[3].count("1")
print(n)
""")
PY

record() { # NAME RATE COMMAND...
    local name=$1 hz=$2
    shift 2
    [ -f "$name.dtr" ] && return
    "$capture" record -q -F "$hz" -g -o "$name.part" -- "$@" >/dev/null 2>"$name.err" || { cat "$name.err" >&2; exit 1; }
    mv "$name.part" "$name.dtr"
    rm -f "$name.err"
}

program() { # NAME: its command line, in the array 'line'
    case $1 in
    wl) line=(./wl "$seconds" 2) ;;
    gzip) line=(gzip -9 -c words.txt) ;;
    python3) line=(python3 loop.py) ;;
    sort) line=(env LC_ALL=C sort -S 600M --parallel=1 -o /dev/null words.txt) ;;
    esac
}

slow_pair() { # NUMBER
    local run milliseconds=$(((seconds * 1000 + 1000) / slow_runs))
    for ((run = 0; run < slow_runs; run++)); do
        record "slow-$1-base-$run" "$slow_rate" ./slow "$milliseconds" 00
        record "slow-$1-new-$run" "$slow_rate" ./slow "$milliseconds" 10
    done
}

programs=(wl gzip python3 sort)
for ((i = 0; i < pairs; i++)); do
    name=${programs[i % 4]}
    program "$name"
    record "same-$i-$name-base" "$rate" "${line[@]}"
    record "same-$i-$name-new" "$rate" "${line[@]}"
    if [ $((i % 2)) = 1 ] && [ $((i / 2)) -lt "$slower" ]; then
        slow_pair $((i / 2))
    fi
done
for ((i = 0; i < slower; i++)); do
    slow_pair "$i"
done

flagged=0 found=0 right=0
: >results.txt
for ((i = 0; i < pairs; i++)); do
    name=${programs[i % 4]}
    changes=$("$tracekit" diff "same-$i-$name-base.dtr" "same-$i-$name-new.dtr" --format csv | awk -F, 'NR > 1 && $3 != "none" { print }')
    if [ -n "$changes" ]; then
        flagged=$((flagged + 1))
        printf '%s\n' "$changes" | sed "s/^/same $i $name: /" >>results.txt
    fi
done
for ((i = 0; i < slower; i++)); do
    changes=$("$tracekit" diff slow-"$i"-base-*.dtr --vs slow-"$i"-new-*.dtr --format csv | awk -F, 'NR > 1 && $3 != "none" { print }')
    if printf '%s\n' "$changes" | grep -q '^cpu-clock,function,rise,churn,'; then
        found=$((found + 1))
        printf '%s\n' "$changes" | grep -q ',rise,' && [ "$(printf '%s\n' "$changes" | grep -c '^cpu-clock,function,rise,')" = 1 ] && right=$((right + 1))
    fi
    printf '%s\n' "${changes:-nothing}" | sed "s/^/slow $i: /" >>results.txt
done
{
    echo "$flagged of $pairs pairs of identical runs flagged"
    echo "$found of $slower pairs with churn() 10 % slower: it was found; in $right of them no other function was said to have risen"
} | tee -a results.txt
