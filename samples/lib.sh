# What every record.sh of these folders needs; sourced, not run.
#   root, agent, analyzer     the repository; the published programs (TRACEKIT_CAPTURE_BIN and TRACEKIT_BIN, or out/, built when it is older than its sources)
#   skip WHY                  this host cannot: exit 77
#   record_in_vm GUEST OUTPUT PROGRAM...   runs GUEST (after guest-lib.sh) in the virtual machine of tests/vm; its /out/*.dtr becomes OUTPUT, what else is in /out comes beside it
#   place                     an empty folder whose name may be in a recording that is given away
#   record_here OUTPUT ARGUMENT...         the agent, on this host, in that folder; an older OUTPUT is replaced
#   check TEXT ARGUMENT...    the analyzer's output must contain TEXT
set -euo pipefail
samples="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(dirname "$samples")"
if [ -z "${TRACEKIT_BIN:-}" ] || [ -z "${TRACEKIT_CAPTURE_BIN:-}" ]; then
    "$root/build.sh" --install-deps --if-stale
fi
analyzer="${TRACEKIT_BIN:-$root/out/tracekit}"
agent="${TRACEKIT_CAPTURE_BIN:-$root/out/tracekit-capture}"
scratch="$(mktemp -d)"
place=/tmp/tracekit-demo
rm -rf "$place"
mkdir -p "$place"
trap 'rm -rf "$scratch" "$place"' EXIT

skip() {
    echo "$*"
    exit 77
}

need() { # PROGRAM PACKAGE
    command -v "$1" >/dev/null || skip "$1 is not installed (apt-get install $2)"
}

need_uprobes() {
    [ "$(id -u)" = 0 ] || skip "uprobes need root"
    [ -e /sys/kernel/tracing/uprobe_events ] || mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null || true
    [ -e /sys/kernel/tracing/uprobe_events ] || skip "this kernel has no uprobe_events"
}

record_in_vm() {
    local guest="$1" output="$2" code=0
    shift 2
    mkdir -p "$(dirname "$output")"
    cat "$samples/guest-lib.sh" "$guest" >"$scratch/guest.sh"
    bash "$root/tests/vm/boot.sh" "$scratch/vm" "$scratch/guest.sh" "$agent" "$@" || code=$?
    [ $code -eq 0 ] || { [ $code -eq 77 ] || tail -n 30 "$scratch/vm/console.log" || true; exit $code; }
    local file recorded=0
    for file in "$scratch"/vm/files/*; do
        case "$file" in
            *.dtr) cp "$file" "$output" && chmod 644 "$output" && recorded=1 ;;
            *) cp "$file" "$(dirname "$output")/" ;;
        esac
    done
    [ $recorded = 1 ] || { cat "$scratch/vm/console.log"; exit 1; }
    echo "recorded $output ($(stat -c %s "$output") bytes)"
}

record_here() {
    local output="$1"
    shift
    mkdir -p "$(dirname "$output")"
    rm -f "$output"
    (cd "$place" && exec "$agent" record -o recording.dtr "$@" </dev/null)
    mv "$place/recording.dtr" "$output"
    chmod 644 "$output"
    echo "recorded $output ($(stat -c %s "$output") bytes)"
}

check() {
    local text="$1"
    shift
    "$analyzer" "$@" </dev/null >"$scratch/checked" || { cat "$scratch/checked"; exit 1; }
    if ! grep -qF -e "$text" "$scratch/checked"; then
        echo "expected '$text' in what this prints: tracekit $*"
        cat "$scratch/checked"
        exit 1
    fi
    echo "seen: $text"
}
