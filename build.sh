#!/usr/bin/env bash
# Publishes both programs as native AOT:
#   DIR/tracekit-capture   one static file: the one that travels to the traced host
#   DIR/tracekit           the analyzer, with Skia's libraries beside it
#
# usage: ./build.sh [--install-deps] [--if-stale] [DIR]        (DIR: out/ beside this script)
#   --install-deps   first installs what the link step needs with apt, when something is missing and we may (root or sudo)
#   --if-stale       does nothing when DIR is newer than every source
# exit: 0 built; 1 failed; 2 bad command line
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true MSBUILDDISABLENODEREUSE=1

# The link step of native AOT: gcc links, objcopy strips, libc.a makes the agent static. Debian's names.
deps=(gcc binutils libc6-dev)
say() { printf '%s\n' "build: $*" >&2; }

missing_deps() {
    command -v gcc >/dev/null || return 0
    command -v objcopy >/dev/null && command -v readelf >/dev/null || return 0
    [ -n "$(gcc -print-file-name=libc.a 2>/dev/null | grep / || true)" ] || return 0
    return 1
}

install=0 stale_only=0 out=
for arg in "$@"; do
    case "$arg" in
        --install-deps) install=1 ;;
        --if-stale) stale_only=1 ;;
        -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
        -*) say "unknown option $arg"; exit 2 ;;
        *) [ -z "$out" ] || { say "one DIR only"; exit 2; }; out="$arg" ;;
    esac
done
out="${out:-$root/out}"

if [ $stale_only = 1 ] && [ -x "$out/tracekit" ] && [ -x "$out/tracekit-capture" ]; then
    newer="$(find "$root/format" "$root/capture" "$root/analyze" "$root"/*.props "$root/global.json" \
        \( -name bin -o -name obj -o -name node_modules \) -prune -o -type f -newer "$out/tracekit" -print -quit)"
    [ -n "$newer" ] || { say "$out is up to date"; exit 0; }
fi

if ! command -v dotnet >/dev/null; then
    say "dotnet is not on PATH: install the .NET SDK $(sed -n 's/.*"version": "\([0-9]*\.[0-9]*\).*/\1/p' "$root/global.json") (https://dot.net)"
    exit 1
fi

if missing_deps; then
    run=(apt-get install -y --no-install-recommends "${deps[@]}")
    sudo=()
    [ "$(id -u)" = 0 ] || sudo=(sudo -n)
    if [ $install = 1 ] && command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
        say "installing ${deps[*]}"
        export DEBIAN_FRONTEND=noninteractive
        "${sudo[@]}" apt-get update -q >&2 </dev/null || say "apt-get update failed, trying with the lists at hand"
        "${sudo[@]}" "${run[@]}" >&2 </dev/null
    else
        say "the link step needs gcc, objcopy, readelf and libc.a. On Debian or Ubuntu: sudo ${run[*]}"
        exit 1
    fi
fi

stage="$(mktemp -d)"
trap 'rm -rf "$stage"' EXIT

publish() { # PROJECT: into $stage/PROJECT; any trim or AOT warning fails
    local log="$stage/${1//\//-}.log" start=$SECONDS
    # Lock files are committed: a restore that would change them is an error.
    if ! dotnet publish "$root/$1" -c Release -o "$stage/$1" -v m -p:RestoreLockedMode=true -nodeReuse:false >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        say "publishing $1 failed"
        exit 1
    fi
    if grep -E 'warning (IL|CS|NU|MSB)[0-9]+' "$log" >&2; then
        say "$1: trim or AOT warnings, see above"
        exit 1
    fi
    say "$1 published in $((SECONDS - start)) s"
}

publish capture
publish analyze/cli

agent="$stage/capture/tracekit-capture"
# The whole promise of the agent: nothing is needed on the traced host, not even a dynamic loader.
if readelf -lW "$agent" | grep -q INTERP || readelf -dW "$agent" | grep -q NEEDED; then
    say "tracekit-capture is not static:"
    readelf -lWd "$agent" | grep -E 'INTERP|NEEDED' >&2
    exit 1
fi

mkdir -p "$out"
# Only ours go: a folder that held something else keeps it.
rm -f "$out/tracekit" "$out/tracekit-capture" "$out"/lib*Sharp.so
install -m 755 "$agent" "$out/tracekit-capture"
for library in "$stage"/analyze/cli/lib*.so; do
    [ -e "$library" ] && install -m 644 "$library" "$out/"
done
install -m 755 "$stage/analyze/cli/tracekit" "$out/tracekit"

for file in "$out/tracekit-capture" "$out/tracekit" "$out"/lib*.so; do
    [ -e "$file" ] && printf '%s  %s bytes (%s MB)\n' "$file" "$(stat -c %s "$file")" "$(stat -c %s "$file" | awk '{printf "%.2f", $1 / 1e6}')"
done
exit 0
