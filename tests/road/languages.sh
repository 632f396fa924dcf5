#!/usr/bin/env bash
# What of each language's stacks is there, beside perf: small programs are recorded live by tracekit-capture and by perf record at the same time and rate,
# with DWARF and with frame-pointer call graphs, and analyzed where no binary can be reached (a private mount namespace whose root holds the analyzer and
# the recording only). perf script reads the binaries, debug files and maps of this machine. Prints a table in Markdown.
#
# usage: languages.sh AGENT ANALYZER OUT_DIR [LANGUAGE...]     exit: 0 done; 77 this host cannot (said why)
#   LANGUAGE   cpp rust go go-stripped java java-fp node node-dump dotnet; all of them unless given
#   SECONDS_EACH=6 and RATE=499 in the environment change the length and rate of each recording
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
[ $# -ge 3 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2; }
agent="$(realpath "$1")" analyzer="$(realpath "$2")" out="$3"
shift 3
seconds="${SECONDS_EACH:-6}" rate="${RATE:-499}" size=16384
languages=("$@")
[ ${#languages[@]} -gt 0 ] || languages=(cpp rust go go-stripped java java-fp node node-dump dotnet)
skip() { echo "$*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "a private mount namespace needs root"
for tool in perf unshare chroot python3; do command -v $tool >/dev/null || skip "no $tool here"; done
unshare -m --propagation private true 2>/dev/null || skip "no private mount namespace can be made here"
mkdir -p "$out"
out="$(realpath "$out")"
work="$(mktemp -d)"
pids=()
stop() { [ ${#pids[@]} -eq 0 ] || kill -9 "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true; pids=(); }
trap 'stop; rm -rf "$work"' EXIT

build() { # LANGUAGE: fills command=(…); false when its tools are not here
    case $1 in
        cpp)
            command -v g++ >/dev/null || return 1
            g++ -O2 -g0 -fomit-frame-pointer -pthread "$here/../../bench/wl.cpp" -o "$work/cpp"
            command=("$work/cpp" 1000 2) ;;
        rust)
            command -v rustc >/dev/null || return 1
            rustc -C opt-level=3 -C debuginfo=0 "$here/languages/work.rs" -o "$work/rust" 2>/dev/null
            command=("$work/rust") ;;
        go | go-stripped)
            command -v go >/dev/null || return 1
            local flags=()
            [ "$1" = go ] || flags=("-ldflags=-s -w")
            GO111MODULE=off GOFLAGS='' GOCACHE="$work/go-cache" go build "${flags[@]}" -o "$work/$1" "$here/languages/work.go"
            command=("$work/$1") ;;
        java | java-fp)
            command -v javac >/dev/null && command -v jcmd >/dev/null || return 1
            javac -d "$work/java" "$here/languages/Work.java"
            local flags=(-XX:CompileCommand=quiet -XX:CompileCommand=exclude,Work.interpreted)
            [ "$1" = java ] || flags+=(-XX:+PreserveFramePointer)
            command=(java "${flags[@]}" -cp "$work/java" Work) ;;
        node | node-dump)
            command -v node >/dev/null || return 1
            command=(node --perf-basic-prof "$here/languages/work.js")
            [ "$1" = node ] || command=(node --perf-prof --perf-prof-unwinding-info "$here/languages/work.js") ;;
        dotnet)
            command -v dotnet >/dev/null || return 1
            if [ ! -x "$work/dotnet/Work" ]; then
                mkdir -p "$work/dotnet-source"
                cp "$here/languages/Work.cs" "$work/dotnet-source/"
                printf '%s\n' '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework>' \
                    '<ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup></Project>' >"$work/dotnet-source/Work.csproj"
                dotnet build "$work/dotnet-source" -c Release -o "$work/dotnet" -v q -nodeReuse:false >"$work/dotnet.log" 2>&1 || return 1
            fi
            command=(env DOTNET_PerfMapEnabled=1 "$work/dotnet/Work") ;;
        *) echo "unknown language $1" >&2; exit 2 ;;
    esac
}

# The analyzer is a dynamic program: its loader and C library go under another path than any recording names, nothing else goes in.
cat >"$work/inside.sh" <<'INSIDE'
set -euo pipefail
new="$1" analyzer="$2" recording="$3"
mount -t tmpfs tmpfs "$new"
mkdir "$new/out" "$new/loader" "$new/tmp"
cp "$(dirname "$analyzer")"/{tracekit,lib*.so} "$new/out/"
ldd "$analyzer" | grep -o '/[^ ]*' | sort -u | while read -r library; do cp "$library" "$new/loader/"; done
cp "$recording" "$new/x.dtr"
loader="/loader/$(basename "$(readelf -lW "$analyzer" | sed -n 's/.*interpreter: \(.*\)]/\1/p')")"
chroot "$new" "$loader" --library-path /loader:/out /out/tracekit script /x.dtr >"$recording.script.txt" </dev/null
chroot "$new" "$loader" --library-path /loader:/out /out/tracekit report /x.dtr >"$recording.report.txt" </dev/null
INSIDE
mkdir "$work/root"

record() { # LANGUAGE GRAPH
    local name="$out/$1.$2" graph="$2"
    [ "$graph" = fp ] || graph="dwarf,$size"
    (cd "$work" && exec "${command[@]}") >"$work/$1.log" 2>&1 </dev/null &
    local target=$!
    pids+=("$target")
    sleep 4 # past the first compilations
    # A JVM writes its map when it is asked to: before, for what is compiled by now, and once more while it is recorded.
    case $1 in java*) jcmd $target Compiler.perfmap >/dev/null 2>&1 || true ;; esac
    rm -f "$name.dtr" "$name.dtr.old"
    perf record -q -k mono -e cpu-clock -F "$rate" --call-graph "$graph" -p $target -o "$name.data" >"$name.perf.log" 2>&1 </dev/null &
    local perf=$!
    pids+=("$perf")
    "$agent" record -e cpu-clock -F "$rate" --call-graph "$graph" -p $target -o "$name.dtr" -d "${seconds}s" </dev/null >"$name.agent.log" 2>&1 &
    local ours=$!
    sleep $((seconds / 2))
    case $1 in java*) jcmd $target Compiler.perfmap >/dev/null 2>&1 || true ;; esac
    wait $ours || { cat "$name.agent.log"; return 1; }
    kill -INT $perf
    wait $perf || true
    # perf needs what the process leaves in the file system, not the process.
    stop
    if [ "$1" = node-dump ]; then
        perf inject -j -i "$name.data" -o "$name.jit.data" >"$name.inject.log" 2>&1 </dev/null && mv "$name.jit.data" "$name.data" || true
    fi
    timeout 300 perf script --no-inline -i "$name.data" -F comm,tid,time,event,ip,sym,symoff,dso >"$name.perf.txt" 2>/dev/null </dev/null || true
    unshare -m --propagation private bash "$work/inside.sh" "$work/root" "$analyzer" "$name.dtr"
    rm -f "/tmp/perf-$target.map" "/tmp/perfinfo-$target.map" "/tmp/jit-$target.dump" "$work/jit-$target.dump"
    rm -rf "$work"/jitted-*.so
}

python3 "$here/languages.py" --head
for language in "${languages[@]}"; do
    command=()
    if ! build "$language"; then
        echo "| $language | its compiler or runtime is not here |"
        continue
    fi

    for graph in dwarf fp; do
        record "$language" $graph || { echo "| $language $graph | could not be recorded |"; stop; continue; }
        python3 "$here/languages.py" "$language" $graph "$out/$language.$graph.dtr.script.txt" "$out/$language.$graph.perf.txt"
    done
done
