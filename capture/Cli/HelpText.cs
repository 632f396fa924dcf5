namespace TraceKit.Capture.Cli;

/// <summary>What <c>--help</c> prints.</summary>
internal static class HelpText
{
    public const string General = """
        tracekit-capture: records what a Linux host does into one .dtr file. Nothing else is needed on the host.

        usage: tracekit-capture COMMAND [OPTIONS]

          probe     define, list and remove probes; what can be probed: functions, variables, source lines
          record    record events and samples into a file
          list      the events that exist here
          doctor    what this host allows, and the fix for each thing it does not

        'tracekit-capture COMMAND --help' tells more. --version prints the version.
        exit codes: 0 done; 1 could not do it (said why on stderr, with the fix); 2 bad command line; with 'record -- CMD', that command's own
        """;

    public const string Record = """
        usage: tracekit-capture record [OPTIONS] [-- COMMAND [ARGUMENT...]]

        what to record (default: -e cpu-clock, 99 samples a second)
          -e EVENT[,EVENT...]      cpu-clock, task-clock, page-faults, context-switches, ... ; GROUP:EVENT, also with * and ?; existing probes.
                                   Several -e may be given. EVENT:u only user space, EVENT:k only kernel
          --probe DEFINITION       [[GROUP:]EVENT=]FUNC[@SRC][:LINE|+OFFSET|%return] [NAME=]EXPR[:TYPE]...   defined for this run, removed after
                                   it; on a kernel function, or, after -x, on one of that file. 'probe --help' has the language and the options
                                   --types-from, --proto, --btf, --vmlinux, --build-id, --max-text ..., which are for the --probe behind them
          -x FILE                  the program or library that the following --probe definitions are about
          --filter EXPR            which records of the event before it: 'prev_pid == 1 && prev_comm ~ "ba*"', 'dest == 172.31.28.139'. The kernel
                                   evaluates what it can, the analyzer the rest; -v shows the split
          -F HZ | -c N             samples a second (clocks and counters; default 99) | one sample in every N events. Tracepoints and probes
                                   record every hit unless -c says otherwise
          -g                       stacks, by frame pointers
          --call-graph fp|dwarf[,SIZE]   dwarf copies SIZE bytes of user stack (default 8192, multiple of 8, at most 65528)
          --stacks pointers|raw    of those copies keep only what unwinding needs (default), or every byte

        whom
          -a                       the whole system (default when there is no command and no task)
          -p PID[,PID...]          these processes, their threads and children          -t TID[,TID...]   these threads
          -C CPUS                  only on these CPUs: 0-3,8
          -- COMMAND               run it and record it, with its children; with -a record everything while it runs

        how long, whereto
          -o FILE                  output (default tracekit.dtr; an existing one is kept as FILE.old)
          -d DURATION              stop after 500ms, 10s, 2m, 1h. Ctrl+C and SIGTERM also end a recording cleanly
          --max-size SIZE          stop when the file has this size: 500M
          -m SIZE                  ring buffer of each CPU: pages, or with a unit bytes (default 1M; 4M with dwarf)
          --snapshot LEVEL         what of each program and library that was hit travels in the file, so that it is not needed later:
                                   none; symbols (names); unwind (default: and unwinding tables); lines (and source lines and inlined
                                   functions of what was hit, from the file or its installed debug file); full (and all of .debug_*)
          --max-snapshot SIZE      bytes that all of this may take before compression (default 512M; one module half of it)
          -q | -v                  only errors and the last line | also say what is done
        """;

    public const string Probe = """
        usage: tracekit-capture probe [-x FILE] [OPTIONS] DEFINITION...      define events that stay until they are removed or the host boots
               tracekit-capture probe -l [PATTERN...] [-v]                   list what is defined, by whomever; -v with hits and misses
               tracekit-capture probe -d PATTERN...                          remove events: GROUP:EVENT or EVENT, with * and ?
               tracekit-capture probe -V|-L|-F [-x FILE] ...                 what can be probed
               tracekit-capture probe -D [-x FILE] DEFINITION...             print the kernel's text only

        DEFINITION               [[GROUP:]EVENT=]FUNC[@SRC][:LINE|+OFFSET|%return|;PATTERN] [NAME=]EXPR[:TYPE]...
                                 SRC:LINE ... | %sdt_PROVIDER:NAME ... | the kernel's own text: p:GROUP/EVENT vfs_read name=+0(%di):string
                                 EXPR    file->f_path.dentry->d_name.name, this->count, s[2], $retval, $params, $vars, %di, +0(%si), @symbol
                                 TYPE    u8..u64 s8..s64 x8..x64 string ustring symbol char b3@5/32 TYPE[N]; for people: ip4 ip6 port be16
                                         be32 time_ns errno enum sym bytes[N]
        -x, --exec FILE          the program or library; without it the kernel
        -a, --add DEFINITION     the same as DEFINITION alone
        -l, --list               list events          -d, --del PATTERN      remove events
        -V, --vars PLACE         the variables that can be fetched there
        -L, --line FUNC|SRC:N-M  the source lines that can be probed
        -F, --funcs [PATTERN]    functions, demangled
        -D, --definition         print the kernel's text, define nothing
        -n, --dry-run            look everything up, print place, cost and fetch arguments, define nothing
        --types-from FILE        another file whose debug information knows the types
        --proto 'DECLARATION'    a C prototype: 'ssize_t vfs_read(struct file *file, char *buf, size_t count, loff_t *pos)'
        --btf FILE               kernel types from this file in place of /sys/kernel/btf/vmlinux
        -k, --vmlinux FILE       kernel debug information
        --build-id HEX           refuse any other FILE than this build
        --no-inlines             pass over inlined copies          --max-probes N    places of one definition (128)
        --max-text N             bytes of a text that carries its length, as std::string and &str do (128)
        -v | -q                  say where types and offsets came from | only errors
        """;

    public const string List = """
        usage: tracekit-capture list [PATTERN]

        Lists the events that can be recorded here: software events, hardware events where the host has counters, tracepoints and existing
        probes. PATTERN is a shell pattern on the name: 'sched:*', '*fault*'.
        """;

    public const string Doctor = """
        usage: tracekit-capture doctor

        Says what this host allows to the current user, and for each thing it does not, why and the exact fix. Changes nothing.
        Exit code 0 when sampling works, 1 when not.
        """;

    /// <summary>The text of a command; the general one for anything else.</summary>
    public static string For(string command) => command switch
    {
        "probe" => Probe,
        "record" => Record,
        "list" => List,
        "doctor" => Doctor,
        _ => General,
    };

    /// <summary>Whether the arguments ask for help.</summary>
    public static bool IsAskedFor(string[] arguments) =>
        Array.IndexOf(arguments, "--help") >= 0 || Array.IndexOf(arguments, "-h") >= 0;
}
