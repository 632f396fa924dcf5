using System.CommandLine;
using System.Globalization;
using TraceKit.Cli.Host;
using TraceKit.DebugInfo.Types;
using TraceKit.Engine.Aggregates;
using TraceKit.Report.Profiles;
using TraceKit.Report.Text;
using SortKey = TraceKit.Engine.Aggregates.SortKey;

namespace TraceKit.Cli.Commands;

/// <summary><c>tracekit report</c>.</summary>
internal static class ReportCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("report", "Where the weight is, with call graphs, as 'perf report --stdio' prints it.");
        var input = new InputArguments(command);
        var sort = new Option<string>("--sort", "-s") { HelpName = "KEYS", Description = "Group by: comm,pid,tid,dso,sym,caller,srcline,srcfile,cpu,event,time[:100ms],trace or any field of the event. Default: comm,dso,sym; for events with fields: trace." };
        var graph = new Option<string>("--call-graph", "-g") { HelpName = "ORDER", Description = "caller (from the root down, default), callee (from the function up) or none; a number is the least percentage of a branch (0.5)." };
        var children = new Option<bool>("--children") { Description = "Lines for callers too, heaviest total first (default)." };
        var noChildren = new Option<bool>("--no-children") { Description = "Only what was hit itself." };
        var limit = new Option<double>("--percent-limit") { HelpName = "N", Description = "Leave out lines under N percent." };
        var format = new Option<string>("--format") { HelpName = "FORMAT", Description = "text (default), json, csv or md.", DefaultValueFactory = _ => "text" };
        var json = new Option<bool>("--json") { Description = "The same as --format json." };
        var fullPath = new Option<bool>("--full-source-path") { Description = "Source files with their folders." };
        var stdio = new Option<bool>("--stdio") { Hidden = true };
        foreach (var option in new Option[] { sort, graph, children, noChildren, limit, format, json, fullPath, stdio })
            command.Options.Add(option);
        var selection = new SelectionOptions(command);
        HelpWithExamples.Examples[command] =
        [
            "tracekit report app.dtr",
            "tracekit report app.dtr --no-children -g callee --percent-limit 1",
            "tracekit report files.dtr -s name            a line for each value of the event's field 'name'",
            "tracekit report app.dtr -s comm,dso --format csv > modules.csv",
        ];
        command.SetAction(result =>
        {
            var keys = result.GetValue(sort);
            var (order, least) = GraphOf(result.GetValue(graph) ?? "caller");
            var kind = result.GetValue(json) ? "json" : result.GetValue(format)!;
            if (kind is not ("text" or "json" or "csv" or "md"))
                throw new UserErrorException($"--format {kind}: expected text, json, csv or md");
            CheckKeys(keys);
            if (result.GetValue(children) && result.GetValue(noChildren))
                throw new UserErrorException("--children and --no-children exclude each other");
            var options = selection.Read(result);
            using var trace = selection.Open(result, input.One(result), options);
            if (keys is not null && ReportBuilder.UnknownKey(trace.Events, keys) is { } unknown)
                throw UnknownKey(trace, unknown);
            var analysis = Recording.Run(trace, ReportBuilder.Keep(options, trace.Events, keys), context);
            var report = ReportBuilder.Build(analysis, new ReportOptions
            {
                SortKeys = keys,
                Graph = order,
                GraphPercentLimit = least,
                Children = !result.GetValue(noChildren),
                PercentLimit = result.GetValue(limit),
                FullSourcePath = result.GetValue(fullPath),
                WithGraphs = kind is "text" or "json",
            });
            Write(context, kind, report);
            return ExitCodes.Whole;
        });
        return command;
    }

    private static void Write(CommandContext context, string kind, ReportDocument report)
    {
        switch (kind)
        {
            case "json":
                ReportJson.Write(context.OutBytes(), report);
                break;
            case "csv":
                ReportTables.WriteCsv(context.Out, report);
                break;
            case "md":
                ReportTables.WriteMarkdown(context.Out, report);
                break;
            default:
                ReportText.Write(context.Out, report);
                break;
        }
    }

    /// <summary>Reads <c>caller</c>, <c>callee,1</c>, and perf's own <c>graph,0.5,caller</c>.</summary>
    internal static (CallOrder? Order, double Least) GraphOf(string text)
    {
        CallOrder? order = CallOrder.Caller;
        var least = 0.5;
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            switch (word)
            {
                case "caller" or "graph":
                    order = CallOrder.Caller;
                    break;
                case "callee":
                    order = CallOrder.Callee;
                    break;
                case "none":
                    order = null;
                    break;
                default:
                    if (!double.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out least) || least > 100)
                        throw new UserErrorException($"-g {text}: expected caller, callee or none, found '{word}'");
                    break;
            }
        }

        return (order, least);
    }

    private static void CheckKeys(string? keys)
    {
        if (keys is null)
            return;
        if (SortKey.Words(keys).Length == 0)
            throw new UserErrorException("-s: expected at least one key");
        try
        {
            SortKey.ParseList(keys);
        }
        catch (FormatException exception)
        {
            throw new UserErrorException($"-s {exception.Message}");
        }
    }

    private static UserErrorException UnknownKey(Engine.Trace trace, string unknown)
    {
        string[] known = [.. SortKey.CommonNames, "trace", .. trace.Events.SelectMany(e => e.Fields.Select(f => f.Name)).Distinct()];
        var near = Suggestions.Nearest(unknown, known);
        return new UserErrorException($"-s {unknown}: neither a key nor a field of an event in {trace.Path}{(near is null ? "" : $"; did you mean '{near}'?")}; known: {string.Join(", ", known)}");
    }
}
