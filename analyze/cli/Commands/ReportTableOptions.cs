using System.CommandLine;
using System.Globalization;
using TraceKit.Cli.Host;
using TraceKit.Engine.Aggregates;
using TraceKit.Report.Profiles;
using TraceKit.Report.Text;
using SortKey = TraceKit.Engine.Aggregates.SortKey;

namespace TraceKit.Cli.Commands;

/// <summary>The options of <c>report</c> that say how its tables look: those of <c>perf report --stdio</c>.</summary>
internal sealed class ReportTableOptions
{
    private const string Decodes = "only traces of instructions (Intel PT, SPE, LBR) have that, and they are not decoded";

    private readonly Option<bool> _showSamples = new("--show-nr-samples", "-n") { Description = "A column with the number of samples." };
    private readonly Option<bool> _showPeriod = new("--show-total-period") { Description = "A column with the weight." };
    private readonly Option<bool> _showModes = new("--show-cpu-utilization", "--showcpuutilization") { Description = "Columns with the shares that were hit in the kernel (sys) and in user space (usr)." };
    private readonly Option<bool> _hierarchy = new("--hierarchy") { Description = "Nest lines by their keys, with sums." };
    private readonly Option<string> _separator = new("--field-separator", "-t") { HelpName = "SEP", Description = "Columns with this between them, not padded; a dot for it in names. See also --format csv." };
    private readonly Option<string> _widths = new("--column-widths", "-w") { HelpName = "N,N…", Description = "Widths of the columns from the first on: longer texts are cut; 0 for as wide as needed." };
    private readonly Option<string> _quantum = new("--time-quantum") { HelpName = "TIME", Description = "Width of the buckets of key 'time': 10ms, 1s (default 100ms)." };

    public ReportTableOptions(Command command)
    {
        foreach (var option in new Option[] { _showSamples, _showPeriod, _showModes, _hierarchy, _separator, _widths, _quantum })
            command.Options.Add(option);
        CommandLineCheck.NotHere[command] =
        [
            ("--tui", "there is no browser in the terminal; 'tracekit analyze FILE' makes a page, and without --tui the report is text"),
            ("--gtk", "there is no window; 'tracekit analyze FILE' makes a page"),
            ("--itrace --no-itrace --stitch-lbr --total-cycles", Decodes),
            ("--header --header-only -I --show-info --stats", "'tracekit info FILE' tells host, events and how many records of each kind there are"),
            ("--tasks", "'tracekit script FILE --show-task-events' prints them, '-s comm,pid,tid' sums their samples"),
            ("--mmaps", "'tracekit script FILE --show-mmap-events' prints them, 'tracekit info FILE --modules' lists files"),
            ("-b --branch-stack --branch-history", "lines are of samples, not of branches; 'tracekit script FILE -F +brstacksym' prints branch records"),
            ("--mem-mode", "'tracekit script FILE -F +data_src,weight,addr' prints what was recorded of memory accesses"),
            ("-D --dump-raw-trace", "'tracekit info FILE' counts the records, 'tracekit script FILE --show-side-band' prints them"),
            ("-m --modules", "kernel modules of this machine are not read; hand over --kallsyms FILE or -k VMLINUX"),
            ("-M --disassembler-style --objdump --source --no-source --asm-raw --no-asm-raw --prefix --prefix-strip --percent-type", "nothing is disassembled here; 'perf annotate' does that"),
            ("--samples", "it keeps samples for browsing; 'tracekit script FILE --filter ...' prints them"),
            ("--switch-on --switch-off --show-on-off-events", "'--time A,B', or 'tracekit spans FILE --start EVENT --end EVENT' for what lies between events"),
            ("--show-ref-call-graph", "each event is shown with its own stacks"),
            ("-T --threads --pretty", "counters of threads (record -s) are not shown; '-s comm,tid' sums their samples"),
            ("--raw-trace", "name the fields instead: '-s FIELD,FIELD'"),
            ("--socket-filter", "choose the socket's CPUs: '-C 0-7'"),
            ("--group-sort-idx", "a group is in the order of its first event; '-e EVENT' is one event's own report"),
            ("--demangle-kernel", "names of the kernel are shown as kallsyms has them"),
            ("--ignore-vmlinux", "a vmlinux is used only when its build-id is the recorded one; hand over --kallsyms FILE for other symbols"),
            ("--no-branch-stack", "that is so here: lines are of samples, leave it out"),
        ];
    }

    public bool IsHierarchy(ParseResult result) => result.GetValue(_hierarchy);

    /// <summary>The report with the columns asked for.</summary>
    public ReportOptions Columns(ParseResult result, ReportOptions report) => report with
    {
        ShowSamples = result.GetValue(_showSamples),
        ShowPeriod = result.GetValue(_showPeriod),
        ShowCpuUtilization = result.GetValue(_showModes),
    };

    /// <summary>Keys with the width of the key <c>time</c>.</summary>
    public string? Keys(ParseResult result, string? keys)
    {
        if (result.GetValue(_quantum) is not { } quantum)
            return keys;
        if (!Durations.TryParse(quantum, out var width) || width <= 0)
            throw new UserErrorException($"--time-quantum {quantum}: expected a duration, as 100ms, 2s or 50us");
        return keys is null ? null : (keys.StartsWith('+') ? "+" : "") + string.Join(',', SortKey.Words(keys).Select(k => k == "time" ? $"time:{quantum}" : k));
    }

    /// <summary>How tables are set.</summary>
    public ReportLayout Layout(ParseResult result)
    {
        var separator = result.GetValue(_separator) ?? "";
        if (separator == ".")
            throw new UserErrorException("-t .: a dot stands for the separator where a name has it; choose another one");
        var widths = new List<int>();
        foreach (var part in (result.GetValue(_widths) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var width) || width > 10_000)
                throw new UserErrorException($"-w {result.GetValue(_widths)}: expected numbers with commas, found '{part}'");
            widths.Add(width);
        }

        // As perf: \t is a tab.
        return new ReportLayout { Separator = separator.Replace("\\t", "\t", StringComparison.Ordinal), Widths = widths };
    }
}
