using System.CommandLine;
using TraceKit.Cli.Host;
using TraceKit.DebugInfo.Types;
using TraceKit.Engine;
using TraceKit.Engine.Aggregates;
using TraceKit.Engine.OffCpu;
using TraceKit.Engine.Symbols;
using TraceKit.Report.Profiles;
using TraceKit.Report.Tables;
using TraceKit.Report.Text;

namespace TraceKit.Cli.Commands;

/// <summary><c>tracekit report</c>.</summary>
internal sealed class ReportCommand
{
    private readonly Option<string> _sort = new("--sort", "-s") { HelpName = "KEYS", Description = "Group by: comm,pid,tid,dso,sym,caller,srcline,srcfile,cpu,event,time[:100ms],parent,trace or any field of the event. Default: comm,dso,sym; for events with fields: trace. +KEYS: behind these." };
    private readonly Option<string> _fields = new("--fields", "-F") { HelpName = "COLUMNS", Description = "Columns, the keys among them: overhead, overhead_children, overhead_sys, overhead_us, sample, period. +COLUMNS: behind the default ones. Keys before the first of these decide the order of lines." };
    private readonly Option<string> _graph = new("--call-graph", "-g") { HelpName = "STYLE", Arity = ArgumentArity.ZeroOrOne, Description = "graph, fractal, flat, folded or none; caller (from the root down, default) or callee (from the function up, default with --no-children); function, address or srcline: what branches are told apart by; percent, period or count; a number is the least percentage of a branch (0.5), another one the most branches. With commas: folded,callee,0,count." };
    private readonly Option<bool> _children = new("--children") { Description = "Lines for callers too, heaviest total first (default)." };
    private readonly Option<bool> _noChildren = new("--no-children") { Description = "Only what was hit itself." };
    private readonly Option<double?> _limit = new("--percent-limit") { HelpName = "N", Description = "Leave out lines under N percent." };
    private readonly Option<int> _maxStack = new("--max-stack") { HelpName = "N", Description = "Only the N innermost frames of a stack." };
    private readonly Option<string> _weight = new("--weight") { HelpName = "WHAT", Description = "period (default), or samples: each counts as one." };
    private readonly Option<bool> _inverted = new("--inverted", "-G") { Description = "The same as -g caller." };
    private readonly Option<string> _parent = new("--parent") { HelpName = "REGEX", Description = "Which functions the key 'parent' looks for in stacks; adds that key." };
    private readonly Option<bool> _excludeOther = new("--exclude-other", "-x") { Description = "Only samples with such a function." };
    private readonly Option<string> _ignoreCallees = new("--ignore-callees") { HelpName = "REGEX", Description = "What these functions call counts as their own." };
    private readonly Option<string> _symbolPart = new("--symbol-filter") { HelpName = "PART", Description = "Only functions with this in their name." };
    private readonly Option<bool> _hideUnresolved = new("--hide-unresolved", "-U") { Description = "Only functions with a name." };
    private readonly Option<string> _dsos = new("--dsos", "--dso", "-d") { HelpName = "NAMES", Description = "Only what these modules were hit by, with commas." };
    private readonly Option<string> _symbols = new("--symbols", "-S") { HelpName = "NAMES", Description = "Only these functions, with commas." };
    private readonly Option<string> _percentage = new("--percentage") { HelpName = "OF", Description = "Of what --comms, --pid, --tid, --dsos and --symbols leave percentages are: absolute (of all, default) or relative (of what is left)." };
    private readonly Option<string[]> _groups = new("--group") { HelpName = "REGEX", Description = "Show functions whose names match as one, named by the pattern's first group in parentheses, else by the pattern. May be repeated. Without REGEX, as perf's: events in one table, their numbers side by side.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string[]> _folds = new("--fold") { HelpName = "REGEX", Description = "The same, and runs of them in a stack are one frame." };
    private readonly Option<bool> _offCpu = new("--off-cpu") { Description = "Time that threads were off CPU, by the stacks at which they left: of sched:sched_switch and sched:sched_wakeup of all CPUs. Key 'state': why." };
    private readonly Option<string> _format = new("--format") { HelpName = "FORMAT", Description = "text (default), json, csv or md.", DefaultValueFactory = _ => "text" };
    private readonly Option<bool> _json = new("--json") { Description = "The same as --format json." };
    private readonly Option<bool> _fullPath = new("--full-source-path") { Description = "Source files with their folders." };

    public static Command Create(CommandContext context)
    {
        var command = new Command("report", "Where the weight is, with call graphs, as 'perf report --stdio' prints it.");
        var input = new InputArguments(command);
        var options = new ReportCommand();
        options.AddTo(command);
        var table = new ReportTableOptions(command);
        var selection = new SelectionOptions(command);
        HelpWithExamples.Examples[command] =
        [
            "tracekit report app.dtr",
            "tracekit report app.dtr --no-children -g callee --percent-limit 1",
            "tracekit report app.dtr -g folded,caller,0 -s comm | ...   one chain a line",
            "tracekit report files.dtr -s name            a line for each value of the event's field 'name'",
            "tracekit report app.dtr -F time:1s,overhead,sym   second by second",
            "tracekit report app.dtr --fold '^(std)::'    what std does is one frame",
            "tracekit report sched.dtr --off-cpu          where threads wait, and in which state",
            "tracekit report app.dtr -s comm,dso --format csv > modules.csv",
        ];
        command.SetAction(result =>
        {
            var (keys, report, format) = options.Read(result, table);
            var layout = table.Layout(result);
            var asked = selection.Read(result);
            (var kept, report) = options.Percentages(result, asked, report);
            using var trace = selection.Open(result, input.One(result), asked);
            kept = kept with { MaxStack = Math.Max(0, result.GetValue(options._maxStack)) };
            if (result.GetValue(options._offCpu))
            {
                options.Write(context, result, table, format, layout, OffCpu(trace, result.GetValue(options._children), asked, kept, keys, report, context));
                return ExitCodes.Whole;
            }

            if (keys is not null && ReportBuilder.UnknownKey(trace.Events, keys) is { } unknown)
                throw UnknownKey(trace, unknown);
            kept = report.Graph.Key == CallGraphKey.Function || !report.WithGraphs ? kept : kept with { Source = kept.Source | SourceDetail.Lines };
            var analysis = Recording.Run(trace, ReportBuilder.Keep(kept, [.. trace.Events.Where(e => e.IsAmong(asked.Events))], keys, trace.IsOfPerf), context);
            options.Write(context, result, table, format, layout, ReportBuilder.Build(analysis, report));
            return ExitCodes.Whole;
        });
        return command;
    }

    private void AddTo(Command command)
    {
        Option[] options =
        [
            _sort, _fields, _graph, _children, _noChildren, _limit, _inverted, _maxStack, _weight, _dsos, _symbols, _symbolPart, _hideUnresolved, _percentage, _parent, _excludeOther, _ignoreCallees,
            _groups, _folds, _offCpu, _format, _json, _fullPath,
            .. WithoutEffect(),
        ];
        foreach (var option in options)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What perf's users type and what is so here anyway.</summary>
    private static IEnumerable<Option> WithoutEffect()
    {
        yield return new Option<bool>("--stdio") { Hidden = true };
        yield return new Option<string>("--stdio-color") { Hidden = true };
        yield return new Option<bool>("--force", "-f") { Hidden = true };
        yield return new Option<bool>("--quiet", "-q") { Hidden = true };
        yield return new Option<bool>("--verbose", "-v") { Hidden = true };
        yield return new Option<bool>("--skip-empty") { Hidden = true };
        yield return new Option<bool>("--demangle") { Hidden = true };
        yield return new Option<bool>("--disable-order") { Hidden = true };
        yield return new Option<bool>("--no-group") { Hidden = true };
    }

    /// <summary>
    /// Keys and columns in one list. A plus in front of one of the two means that it adds: keys to the default keys (the list then begins with it), columns to the default columns.
    /// </summary>
    private (string Keys, bool AddsColumns) ReadKeys(ParseResult result, ReportTableOptions table)
    {
        string? fields = result.GetValue(_fields), sort = result.GetValue(_sort);
        var addsColumns = fields?.StartsWith('+') == true;
        var addsKeys = sort?.StartsWith('+') == true || (addsColumns && sort is null);
        var words = SortKey.Words(string.Join(',', new[] { fields?.TrimStart('+'), sort?.TrimStart('+') }.OfType<string>()));
        CheckKeys(fields is null ? "-s" : "-F", fields is null && sort is null ? null : string.Join(',', words));
        if (result.GetValue(_parent) is not null && !words.Contains("parent"))
        {
            addsKeys |= Array.TrueForAll(words, ReportBuilder.IsWeight);
            words = [.. words, "parent"];
        }

        return (table.Keys(result, (addsKeys && words.Length > 0 ? "+" : "") + string.Join(',', words))!, addsColumns || (fields is null && sort is null));
    }

    /// <summary>Whether <c>--group</c> stands there without a pattern: perf's, of events.</summary>
    private bool GroupsEvents(ParseResult result) => result.GetResult(_groups) is { } option && option.IdentifierTokenCount > option.Tokens.Count;

    /// <summary>What the command line says of the report itself.</summary>
    private (string? Keys, ReportOptions Report, TableFormat Format) Read(ParseResult result, ReportTableOptions table)
    {
        var (keys, addsColumns) = ReadKeys(result, table);
        if (!CallGraphStyle.TryParse(result.GetValue(_graph) ?? "", out var style, out var problem))
            throw new UserErrorException($"-g {result.GetValue(_graph)}: {problem}");
        if (result.GetValue(_inverted))
            style = style with { Order = CallOrder.Caller };
        var kind = result.GetValue(_json) ? "json" : result.GetValue(_format)!;
        if (!TableWriter.TryParse(kind, out var format))
            throw new UserErrorException($"--format {kind}: expected text, json, csv or md");
        if (result.GetValue(_children) && result.GetValue(_noChildren))
            throw new UserErrorException("--children and --no-children exclude each other");
        if (result.GetValue(_weight) is { } weight and not ("period" or "samples" or "count"))
            throw new UserErrorException($"--weight {weight}: expected period or samples");
        if (table.IsHierarchy(result) && (format != TableFormat.Text || result.GetValue(_fields) is not null || GroupsEvents(result)))
            throw new UserErrorException("--hierarchy is a layout of text by -s KEYS: it excludes --format, --fields and --group without a pattern");
        return (keys.Length == 0 ? null : keys, table.Columns(result, new ReportOptions
        {
            SortKeys = keys.Length == 0 ? null : keys,
            AddsColumns = addsColumns,
            Parent = Rule("--parent", result.GetValue(_parent)),
            ExcludeOther = result.GetValue(_excludeOther),
            IgnoreCallees = Rule("--ignore-callees", result.GetValue(_ignoreCallees)),
            ByCount = result.GetValue(_weight) is "samples" or "count",
            Groups = [.. Rules("--fold", result.GetValue(_folds), true), .. Rules("--group", result.GetValue(_groups), false)],
            Graph = style,
            // As perf: in a hierarchy callers have no lines.
            Children = !result.GetValue(_noChildren) && !table.IsHierarchy(result),
            PercentLimit = table.IsHierarchy(result) ? null : result.GetValue(_limit),
            FullSourcePath = result.GetValue(_fullPath),
            WithGraphs = format is TableFormat.Text or TableFormat.Json,
        }), format);
    }

    private static ReportDocument OffCpu(Trace trace, bool children, AnalysisOptions asked, AnalysisOptions kept, string? keys, ReportOptions report, CommandContext context)
    {
        if (!OffCpuAnalysis.IsPossible(trace))
            throw new UserErrorException($"{trace.Path}: --off-cpu needs the event sched:sched_switch: record -e sched:sched_switch -e sched:sched_wakeup -a -g; it has {Recording.List(trace)}", ExitCodes.Failed);
        if (asked.Filter is not null || asked.Events.Count > 0)
            throw new UserErrorException("--off-cpu needs all switches: choose threads by --comms, --pid and --tid, not by --filter or --event");
        report = report with { SortKeys = keys ?? "comm,tid,state", Children = children };
        var sortKeys = SortKey.ParseList(string.Join(',', SortKey.Words(report.SortKeys).Where(w => !ReportBuilder.IsWeight(w))));
        if (sortKeys.FirstOrDefault(k => k.Kind == SortKeyKind.Field && k.Name != OffCpuAnalysis.StateField) is { Name: { } unknown })
            throw new UserErrorException($"-s {unknown}: time off CPU has no such field; known: {string.Join(", ", SortKey.CommonNames)}, {OffCpuAnalysis.StateField}");
        var offCpu = OffCpuAnalysis.Run(trace, SortKey.Keep(kept, sortKeys));
        Recording.WarnOfLosses(trace, context, offCpu.Analysis.Totals);
        return ReportBuilder.Build(offCpu.Analysis, report with { Notes = [.. OffCpuNotes.Of(offCpu)] });
    }

    /// <summary>As perf: what only chooses lines leaves percentages as they were, unless they are to be of what is left.</summary>
    private (AnalysisOptions Kept, ReportOptions Report) Percentages(ParseResult result, AnalysisOptions asked, ReportOptions report)
    {
        var of = result.GetValue(_percentage) ?? "absolute";
        if (of is not ("absolute" or "relative"))
            throw new UserErrorException($"--percentage {of}: expected absolute or relative");
        return (asked with { Comms = [], Pids = [], Tids = [] }, report with
        {
            Only = new RowFilter
            {
                Comms = asked.Comms,
                Pids = asked.Pids,
                Tids = asked.Tids,
                Modules = NameList.Read("--dsos", result.GetValue(_dsos)),
                Functions = NameList.Read("--symbols", result.GetValue(_symbols)),
                PartOfFunction = result.GetValue(_symbolPart) ?? "",
                OnlyResolved = result.GetValue(_hideUnresolved),
                IsRelative = of == "relative",
            },
        });
    }

    private static FunctionRule? Rule(string option, string? pattern) => pattern is null ? null : Rules(option, [pattern], false).Single();

    private static IEnumerable<FunctionRule> Rules(string option, string[]? patterns, bool folds)
    {
        foreach (var pattern in patterns ?? [])
        {
            if (!FunctionRule.TryParse(pattern, folds, out var rule, out var problem))
                throw new UserErrorException($"{option} '{pattern}': {problem}");
            yield return rule!;
        }
    }

    private void Write(CommandContext context, ParseResult result, ReportTableOptions table, TableFormat format, ReportLayout layout, ReportDocument report)
    {
        if (table.IsHierarchy(result))
            report = ReportHierarchy.Of(report, result.GetValue(_limit));
        switch (format)
        {
            case TableFormat.Json:
                ReportJson.Write(context.OutBytes(), report);
                break;
            case TableFormat.Csv:
                TableWriter.Write(context.Out, ReportTables.Of(report), format);
                break;
            case TableFormat.Markdown:
                ReportTables.WriteMarkdown(context.Out, report);
                break;
            default:
                ReportText.Write(context.Out, GroupsEvents(result) ? ReportEventGroup.Of(report) : report, layout);
                break;
        }
    }

    private static void CheckKeys(string option, string? keys)
    {
        if (keys is null)
            return;
        if (SortKey.Words(keys).Length == 0)
            throw new UserErrorException($"{option}: expected at least one key");
        try
        {
            SortKey.ParseList(keys);
        }
        catch (FormatException exception)
        {
            throw new UserErrorException($"{option} {exception.Message}");
        }
    }

    private static UserErrorException UnknownKey(Trace trace, string unknown)
    {
        string[] known = [.. SortKey.CommonNames, "trace", .. trace.Events.SelectMany(e => e.Fields.Select(f => f.Name)).Distinct()];
        var near = Suggestions.Nearest(unknown, known);
        return new UserErrorException($"-s {unknown}: neither a key nor a field of an event in {trace.Path}{(near is null ? "" : $"; did you mean '{near}'?")}; known: {string.Join(", ", known)}");
    }
}
