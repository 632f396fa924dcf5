#!/usr/bin/env bash
# Installs what the tests need, builds everything once, publishes both programs once, runs every test project, counts what the logs say.
#
# usage: tests/run.sh [--no-install] [PROJECT-FOLDER...]      (folders of tests/; all of them unless given)
# The last line is always "N passed, N failed, N skipped"; the exit code is 0 only if something ran and nothing failed.
# Works as root without a terminal or stdin (CI), and without root: what then cannot run is skipped and says why.
set -uo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root" || exit 1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 NO_COLOR=1
export DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true MSBUILDDISABLENODEREUSE=1 DEBIAN_FRONTEND=noninteractive
exec </dev/null

install=1 only=()
for arg in "$@"; do
    case "$arg" in
        --no-install) install=0 ;;
        -*) echo "tests: unknown option $arg" >&2; exit 2 ;;
        *) only+=("${arg%/}") ;;
    esac
done

artifacts="$root/tests/artifacts"
rm -rf "$artifacts"
mkdir -p "$artifacts"
say() { printf '[%4d s] %s\n' $SECONDS "$*"; }
failed_outside=0
broken() { say "FAILED: $*"; failed_outside=$((failed_outside + 1)); }

# Debian's names of what the tests run or compare with. A test whose tool is missing skips itself and names it.
#   compilers of the samples and of the test programs; second oracles; the virtual machine; the browser of the HTML report
packages=(gcc g++ clang binutils libc6-dev linux-perf elfutils llvm dwarves bpftool util-linux python3 gdb
    qemu-system-x86 busybox-static linux-image-cloud-amd64 cpio chromium lld dwz xz-utils zstd libc6-dbg golang-go
    e2fsprogs gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static)
if [ $install = 1 ] && command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
    missing=()
    for package in "${packages[@]}"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        sudo=()
        [ "$(id -u)" = 0 ] || sudo=(sudo -n)
        if [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; then
            say "installing ${missing[*]}"
            "${sudo[@]}" apt-get update -q >"$artifacts/apt.log" 2>&1 || say "apt-get update failed (tests/artifacts/apt.log), trying with the lists at hand"
            "${sudo[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}" >>"$artifacts/apt.log" 2>&1 ||
                for package in "${missing[@]}"; do # one that is not there must not keep the others out
                    "${sudo[@]}" apt-get install -y -q --no-install-recommends "$package" >>"$artifacts/apt.log" 2>&1 || say "apt could not install $package"
                done
        else
            say "not root: not installed: ${missing[*]}"
        fi
    fi
fi

if [ "$(id -u)" = 0 ] && [ ! -e /sys/kernel/tracing/events ]; then
    mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null && say "mounted tracefs" || say "tracefs cannot be mounted here"
fi

say "building"
if ! dotnet build TraceKit.sln -nodeReuse:false -v q -p:RestoreLockedMode=true >"$artifacts/build.log" 2>&1; then
    tail -n 40 "$artifacts/build.log"
    broken "the solution does not build (tests/artifacts/build.log)"
fi

# The tests of the whole road run the published programs.
if [ -z "${TRACEKIT_BIN:-}" ] || [ -z "${TRACEKIT_CAPTURE_BIN:-}" ]; then
    say "publishing"
    ./build.sh "$artifacts/out" || broken "build.sh"
    export TRACEKIT_BIN="$artifacts/out/tracekit" TRACEKIT_CAPTURE_BIN="$artifacts/out/tracekit-capture"
fi

# One project after the other: tests of the agent watch the whole machine, and two cores are soon full.
for project in tests/*/*.Tests.csproj; do
    folder="$(basename "$(dirname "$project")")"
    [ ${#only[@]} -eq 0 ] || [[ " ${only[*]} " == *" $folder "* ]] || continue
    say "testing $folder"
    timeout -k 10 "${TRACEKIT_TEST_TIMEOUT:-900}" dotnet test "$project" --no-build --nologo -v q \
        --logger "trx;LogFileName=$folder.trx" --results-directory "$artifacts/results" >"$artifacts/$folder.log" 2>&1
    code=$?
    # A project that ends without a log, or fails without a failed test, must not pass for green.
    if [ ! -s "$artifacts/results/$folder.trx" ]; then
        tail -n 20 "$artifacts/$folder.log"
        broken "tests/$folder left no results (exit code $code, tests/artifacts/$folder.log)"
    elif [ $code -ne 0 ] && ! grep -q 'outcome="Failed"' "$artifacts/results/$folder.trx"; then
        tail -n 20 "$artifacts/$folder.log"
        broken "tests/$folder ended with exit code $code"
    fi
done

# Counts come from the logs alone.
say "done; results:"
if command -v python3 >/dev/null; then
    python3 "$root/tests/count.py" "$failed_outside" "$artifacts"/results/*.trx
    exit
fi
count() { cat "$artifacts"/results/*.trx 2>/dev/null | grep -o "<UnitTestResult [^>]* outcome=\"$1\"" | wc -l; }
passed=$(count Passed) skipped=$(count NotExecuted)
failed=$((failed_outside + $(count '[^"]*') - passed - skipped))
echo "no python3 here, so no reasons: read tests/artifacts/*.log"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$passed" -gt 0 ] && [ "$failed" -eq 0 ]
