using System.CommandLine;
using System.Globalization;
using TraceKit.Engine;
using TraceKit.Engine.DebugFiles;
using TraceKit.Engine.Filters;
using TraceKit.Engine.Symbols;
using TraceKit.Probes.Filters;

namespace TraceKit.Cli.Host;

/// <summary>The options that say which samples to look at; the same for every command that looks at samples.</summary>
internal sealed class SelectionOptions
{
    private readonly Option<string> _filter = new("--filter") { HelpName = "EXPR", Description = "Only samples for which it holds: 'comm == \"bash\" && bytes >= 4096'." };
    private readonly Option<string> _time = new("--time") { HelpName = "A,B", Description = "Only from A to B: seconds as script prints them, several with spaces ('1,2 5,'); or parts of the recording: 10%-20%,30%-40%, or 10%/1,10%/3: its first and third tenth." };
    private readonly Option<string[]> _events = new("--event", "-e") { HelpName = "EVENT", Description = "Only this event (group:name, or the name alone; * ? [a-z] match); may be repeated." };
    private readonly Option<string> _comms = new("--comms", "--comm", "-c") { HelpName = "NAMES", Description = "Only these thread names, with commas; file://NAMES for the lines of a file." };
    private readonly Option<string> _pids = new("--pid", "-p") { HelpName = "PIDS", Description = "Only these processes, with commas." };
    private readonly Option<string> _tids = new("--tid") { HelpName = "TIDS", Description = "Only these threads, with commas." };
    private readonly Option<string> _cpus = new("--cpu", "-C") { HelpName = "CPUS", Description = "Only these CPUs: 0,2-3." };

    private readonly Option<bool> _noStoredFilter = new("--no-stored-filter") { Description = "Also what the recording's own filters leave out when it is read." };
    private readonly Option<bool> _rawFields = new("--raw-fields") { Description = "Fields of probes as the kernel has them, not as arguments in people's types." };

    private readonly Option<bool> _inline = new("--inline") { Description = "Show inlined functions, where debug information is at hand (default)." };
    private readonly Option<bool> _noInline = new("--no-inline") { Description = "Only functions that have code of their own." };

    private readonly Option<bool> _noDemangle = new("--no-demangle") { Description = "Names as the files have them." };
    private readonly Option<int?> _templateDepth = new("--template-depth") { HelpName = "N", Description = "Template arguments more than N deep as <...>; 0 hides all." };

    private readonly DebugFileArguments _debugFiles;

    /// <summary>Adds them to a command.</summary>
    public SelectionOptions(Command command)
    {
        foreach (var option in new Option[] { _events, _filter, _time, _comms, _pids, _tids, _cpus, _noStoredFilter, _rawFields, _inline, _noInline, _noDemangle, _templateDepth })
            command.Options.Add(option);
        _debugFiles = new DebugFileArguments(command);
    }

    /// <summary>The events asked for.</summary>
    public IReadOnlyList<string> Events(ParseResult result) => result.GetValue(_events) ?? [];

    /// <summary>Where to look for what the recording lacks; null for nowhere.</summary>
    public DebugFileOptions? DebugFiles(ParseResult result) => _debugFiles.Read(result);

    /// <summary>What to look at, for the engine.</summary>
    /// <exception cref="UserErrorException">Something does not parse.</exception>
    public AnalysisOptions Read(ParseResult result)
    {
        var time = TimeRanges.All;
        if (result.GetValue(_time) is { } text && !TimeRanges.TryParse(text, out time, out var error))
            throw new UserErrorException($"--time {text}: {error}");
        FilterExpression? filter = null;
        if (result.GetValue(_filter) is { } expression)
        {
            try
            {
                filter = FilterExpression.Parse(expression);
            }
            catch (FilterSyntaxException exception)
            {
                throw WrongFilter(exception);
            }
        }

        if (result.GetValue(_inline) && result.GetValue(_noInline))
            throw new UserErrorException("--inline and --no-inline exclude each other");
        var depth = result.GetValue(_templateDepth) ?? int.MaxValue;
        if (depth < 0)
            throw new UserErrorException($"--template-depth {depth}: expected a number from 0");
        return new AnalysisOptions
        {
            Names = new NameStyle(!result.GetValue(_noDemangle), depth),
            Source = result.GetValue(_noInline) ? SourceDetail.None : SourceDetail.Inlines,
            Events = Events(result),
            Filter = filter,
            IgnoreStoredFilters = result.GetValue(_noStoredFilter),
            Time = time,
            Comms = NameList.Read("--comms", result.GetValue(_comms)),
            Pids = Numbers("--pid", result.GetValue(_pids)),
            Tids = Numbers("--tid", result.GetValue(_tids)),
            Cpus = Numbers("--cpu", result.GetValue(_cpus)),
        };
    }

    /// <summary>Opens a recording and checks that the events and the names of the filter exist there.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="path">The file, or <c>-</c>.</param>
    /// <param name="options">What <see cref="Read"/> gave.</param>
    public Trace Open(ParseResult result, string path, AnalysisOptions options)
    {
        var trace = Recording.Open(path, options.Events, DebugFiles(result), result.GetValue(_rawFields));
        if (options.Cpus.Count > 0 && trace.Container is null && !trace.KnowsCpus)
        {
            trace.Dispose();
            throw new UserErrorException("--cpu: the samples do not say on which CPU they were taken (record with perf record --sample-cpu or -a)");
        }

        if (options.Filter is null || trace.FindProblem(options.Filter, i => trace.Events[i].IsAmong(options.Events)) is not { } problem)
            return trace;
        trace.Dispose();
        throw WrongFilter(problem);
    }

    /// <summary>The error of a filter, with its column.</summary>
    internal static UserErrorException WrongFilter(FilterSyntaxException problem) =>
        new(FormattableString.Invariant($"--filter: column {problem.Position + 1}: expected {problem.Expected}, found {problem.Found}")) { Excerpt = problem.Text, ExcerptPosition = problem.Position };

    private static List<int> Numbers(string option, string? text)
    {
        var numbers = new List<int>();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-', 2);
            if (!int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) || last < first || last - first > 65535)
                throw new UserErrorException($"{option} {text}: expected numbers and ranges with commas, found '{part}'");
            for (var number = first; number <= last; number++)
                numbers.Add(number);
        }

        return numbers;
    }
}
