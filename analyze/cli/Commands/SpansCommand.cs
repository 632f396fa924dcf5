using System.CommandLine;
using System.Text.Json;
using TraceKit.Cli.Host;
using TraceKit.Engine;
using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Spans;
using TraceKit.Report.Charts;
using TraceKit.Report.Tables;
using TraceKit.Report.Text;

namespace TraceKit.Cli.Commands;

/// <summary><c>tracekit spans</c>.</summary>
internal static class SpansCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("spans", "Times from one event to another that belongs to it: entry and return, issue and completion.");
        var input = new InputArguments(command);
        var spans = new SpanArguments(command);
        var by = new Option<string>("--by") { HelpName = "KEYS", Description = "A line for each value: comm, pid, tid, cpu, sym, caller, time:100ms … or fields, of the start (or end.KEY)." };
        var slowest = new Option<int>("--slowest") { HelpName = "N", Description = "The N longest one by one, with what their records say and the stack." };
        var stack = new Option<string>("--stack") { HelpName = "SIDE", Description = "Whose stack the slowest show: start (default), end or none.", DefaultValueFactory = _ => "start" };
        var histogram = new Option<bool>("--hist") { Description = "Histograms instead of the table; -o then writes those." };
        var lanes = new Option<string>("--lanes") { HelpName = "KEY", Description = "Of the chart: thread (default) or cpu.", DefaultValueFactory = _ => "thread" };
        foreach (var option in new Option[] { by, slowest, stack, histogram, lanes })
            command.Options.Add(option);
        var form = new DistributionArguments(command);
        var selection = new SelectionOptions(command);
        HelpWithExamples.Examples[command] =
        [
            "tracekit spans app.dtr                                   every pair of events that belongs together",
            "tracekit spans app.dtr --function vfs_read --by comm --slowest 5",
            "tracekit spans io.dtr --start block:block_rq_issue --end block:block_rq_complete --key dev,sector --hist",
            "tracekit spans cpu.dtr --start sched:sched_wakeup --end sched:sched_switch --key pid=next_pid --order earliest",
            "tracekit spans app.dtr --function work -o spans.svg",
        ];
        command.SetAction(result =>
        {
            var format = form.Format(result);
            var chart = form.Chart(result);
            var shape = form.Shape(result) ?? HistogramShape.Log2;
            if (shape.Digits > 0)
                throw new UserErrorException(DistributionArguments.NoFractions);
            var count = result.GetValue(slowest);
            if (count is < 0 or > SpanCharts.MostBars)
                throw new UserErrorException($"--slowest {count}: expected a number up to {SpanCharts.MostBars}");
            var side = StackOf(result.GetValue(stack)!);
            var byCpu = result.GetValue(lanes) switch { "thread" => false, "cpu" => true, var other => throw new UserErrorException($"--lanes {other}: expected thread or cpu") };
            var asHistogram = result.GetValue(histogram);
            var options = selection.Read(result);
            using var trace = selection.Open(result, input.One(result), options);
            var definitions = spans.Read(result, trace, options.Events);
            var asked = new SpanOptions
            {
                Definitions = definitions,
                By = SpanArguments.GroupKeys(trace, definitions, result.GetValue(by)),
                AcrossLosses = spans.AcrossLosses(result),
                Longest = Math.Max(count, chart is not null && !asHistogram ? SpanCharts.MostBars : 0),
            };
            var analysis = Run(trace, context, options, asked);
            var longest = analysis.Longest.Take(count).ToArray();
            if (longest.Length > 0)
                SpanDetails.Fill(trace, options, analysis, longest, side);
            Write(context, result, form, format, analysis, longest, shape, asHistogram);
            if (chart is not null && !asHistogram)
            {
                var view = SpanCharts.Of(trace, analysis, byCpu);
                DistributionArguments.WriteChart(context, chart, () => SpanChart.ToPng(view), () => SpanChart.ToSvg(view), format == TableFormat.Text);
            }

            return ExitCodes.Whole;
        });
        return command;
    }

    /// <summary>Looks for the spans and warns about what could not be read.</summary>
    internal static SpanAnalysis Run(Trace trace, CommandContext context, AnalysisOptions options, SpanOptions asked)
    {
        var analysis = SpanAnalysis.Run(trace, options, asked);
        Recording.WarnOfLosses(trace, context);
        if (analysis.Undecodable > 0)
            context.Warn($"{trace.Path}: {analysis.Undecodable} records that could not be decoded left out");
        Recording.TellLeftOut(trace, context, analysis.LeftOutByRecording);
        return analysis;
    }

    private static void Write(CommandContext context, ParseResult result, DistributionArguments form, TableFormat format, SpanAnalysis analysis, Span[] slowest, HistogramShape shape, bool asHistogram)
    {
        var durations = SpanTables.Durations(analysis, shape);
        switch (format)
        {
            case TableFormat.Json:
                WriteJson(context, analysis, durations, slowest);
                break;
            case TableFormat.Csv:
                // One table a file: the one that was asked for last.
                TableWriter.Write(context.Out, slowest.Length > 0 ? SpanTables.Slowest(analysis, slowest) : asHistogram ? DistributionTables.Buckets(durations) : DistributionTables.Statistics(durations), format);
                break;
            case TableFormat.Markdown:
                TableWriter.Write(context.Out, asHistogram ? DistributionTables.Buckets(durations) : DistributionTables.ShortStatistics(durations), format);
                context.Out.Write("\n");
                TableWriter.Write(context.Out, SpanTables.Unmatched(analysis), format);
                if (slowest.Length == 0)
                    break;
                context.Out.Write("\n");
                TableWriter.Write(context.Out, SpanTables.Slowest(analysis, slowest), format);
                break;
            default:
                if (asHistogram)
                    form.WriteHistograms(context, result, durations);
                else
                    WriteTable(context, durations);
                context.Out.Write("\n" + SpanText.Unmatched(analysis));
                if (!asHistogram)
                    context.Out.Write(HistogramText.Method + "\n");
                if (slowest.Length > 0)
                    context.Out.Write("\n" + SpanText.Slowest(analysis, slowest));
                break;
        }
    }

    /// <summary>A line for each group, as many as anybody reads.</summary>
    internal static void WriteTable(CommandContext context, Distributions all)
    {
        const int Most = 50;
        TableWriter.Write(context.Out, DistributionTables.ShortStatistics(all with { Groups = [.. all.Groups.Take(Most)] }), TableFormat.Text);
        if (all.Groups.Count > Most)
            context.Out.Write($"({all.Groups.Count - Most} more lines left out: --format csv has them, --filter chooses)\n");
    }

    /// <summary>All tables in one document.</summary>
    internal static void WriteJson(CommandContext context, SpanAnalysis analysis, Distributions durations, Span[] slowest)
    {
        using var stream = context.OutBytes();
        using (var json = new Utf8JsonWriter(stream, JsonStyle.Options))
        {
            json.WriteStartObject();
            json.WriteString("unit", "ns");
            json.WriteString("percentiles", HistogramText.Method);
            json.WritePropertyName("spans");
            TableWriter.WriteJson(json, DistributionTables.Statistics(durations));
            json.WritePropertyName("buckets");
            TableWriter.WriteJson(json, DistributionTables.Buckets(durations));
            json.WritePropertyName("unmatched");
            TableWriter.WriteJson(json, SpanTables.Unmatched(analysis));
            json.WritePropertyName("slowest");
            TableWriter.WriteJson(json, SpanTables.Slowest(analysis, slowest));
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    private static SpanStack StackOf(string text) => text switch
    {
        "start" => SpanStack.Start,
        "end" => SpanStack.End,
        "none" => SpanStack.None,
        _ => throw new UserErrorException($"--stack {text}: expected start, end or none"),
    };
}
