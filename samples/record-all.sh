#!/usr/bin/env bash
# Records every sample anew, into samples/output/, and looks whether its answer is in it.   usage: record-all.sh [--remake]   (--remake: replaces the shipped recordings too)
# exit: 0 all that can be recorded here were; 1 one failed
set -uo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
failed=0
for sample in "$here"/*/record.sh; do
    folder="$(dirname "$sample")"
    name="$(basename "$folder")"
    echo "== $name"
    arguments=()
    [ "$name" != what-do-people-type ] || arguments=(--vm) # only there are nobody else's processes
    "$sample" "${arguments[@]}"
    case $? in
        0) [ "${1:-}" != --remake ] || cp "$here/output/$name"/* "$folder/" ;;
        77) echo "   not recorded here" ;;
        *) failed=1 ;;
    esac
done
[ "${1:-}" != --remake ] || "$here/replay.py" --update
exit $failed
