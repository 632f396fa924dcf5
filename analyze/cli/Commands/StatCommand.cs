using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using TraceKit.Cli.Host;
using TraceKit.DebugInfo.Types;
using TraceKit.Engine;
using TraceKit.Engine.Aggregates;
using TraceKit.Probes.Plan;
using TraceKit.Report.Profiles;
using TraceKit.Report.Tables;
using TraceKit.Report.Text;
using SortKey = TraceKit.Engine.Aggregates.SortKey;

namespace TraceKit.Cli.Commands;

/// <summary><c>tracekit stat</c>.</summary>
internal static class StatCommand
{
    private const int MostBuckets = 100_000;

    public static Command Create(CommandContext context)
    {
        var command = new Command("stat", "Counts and rates of events by any key, in all or over time.");
        var input = new InputArguments(command);
        var by = new Option<string>("--by") { HelpName = "KEYS", Description = $"A line for each: {string.Join(",", SortKey.CommonNames)} or any field of the event (default: event)." };
        var columns = new Option<string>("--columns") { HelpName = "KEY", Description = "A column for each value of this key." };
        var every = new Option<string>("--every") { HelpName = "TIME", Description = "Lines for each span of time from the recording's start: 1s, 100ms." };
        var rate = new Option<bool>("--rate") { Description = "Per second, by the time that was recorded; in columns instead of counts." };
        var sum = new Option<string>("--sum") { HelpName = "FIELDS", Description = "Sum of these fields." };
        var mean = new Option<string>("--mean") { HelpName = "FIELDS", Description = "Mean of these fields." };
        var top = new Option<int>("--top") { HelpName = "N", Description = "Only the N largest, the others in one line; 0 for all (default)." };
        var format = new Option<string>("--format") { HelpName = "FORMAT", Description = "text (default), csv, md or json.", DefaultValueFactory = _ => "text" };
        var json = new Option<bool>("--json") { Description = "The same as --format json." };
        foreach (var option in new Option[] { by, columns, every, rate, sum, mean, top, format, json })
            command.Options.Add(option);
        var selection = new SelectionOptions(command);
        HelpWithExamples.Examples[command] =
        [
            "tracekit stat app.dtr                                    how often each event came",
            "tracekit stat irq.dtr -e irq:irq_handler_entry --by name --columns cpu",
            "tracekit stat irq.dtr -e irq:irq_handler_entry --columns cpu --every 1s --rate",
            "tracekit stat net.dtr -e probe:tcp_sendmsg --by comm --sum size --mean size --top 10",
        ];
        command.SetAction(result =>
        {
            var kind = result.GetValue(json) ? "json" : result.GetValue(format)!;
            if (!TableWriter.TryParse(kind, out var shape))
                throw new UserErrorException($"--format {kind}: expected text, csv, md or json");
            if (result.GetValue(top) < 0)
                throw new UserErrorException($"--top {result.GetValue(top)}: expected a number from 0");
            var width = Width(result.GetValue(every));
            var column = Column(result.GetValue(columns));
            var options = selection.Read(result) with { Stacks = false };
            using var trace = selection.Open(result, input.One(result), options);
            int[] wanted = [.. trace.Events.Where(e => e.IsAmong(options.Events)).Select(e => e.Index)];
            // Where time or columns are asked for, they are the lines: the event too would only repeat itself.
            var rows = result.GetValue(by) is { } keys ? KeyGroups.Parse(keys) : column is null && width == 0 ? SortKey.ParseList("event") : [];
            SortKey[] all = [.. rows, .. column is { } c ? [c] : Array.Empty<SortKey>()];
            foreach (var key in all.Where(k => k.Kind == SortKeyKind.Field && !wanted.Any(e => trace.Events[e].Fields.Any(f => f.Name == k.Name))))
                throw KeyGroups.Unknown(trace, key.Name, wanted);
            string[] sums = Fields(trace, wanted, "--sum", result.GetValue(sum)), means = Fields(trace, wanted, "--mean", result.GetValue(mean));
            if (column is not null && sums.Length + means.Length + (result.GetValue(rate) ? 1 : 0) > 1)
                throw new UserErrorException("--columns shows one number of each: a count, --rate, one --sum or one --mean");
            var fields = sums.Concat(means).Distinct(StringComparer.Ordinal).ToArray();
            var kept = SortKey.Keep(options with { Fields = fields, KeepSamples = width > 0 }, all);
            var analysis = Recording.Run(trace, kept, context);
            Recording.TellLeftOut(trace, context, analysis.Totals.LeftOutByRecording);
            var (start, end) = Span(trace, options);
            if (width > 0 && (end - start) / width >= MostBuckets)
                throw new UserErrorException(string.Create(CultureInfo.InvariantCulture, $"--every {result.GetValue(every)}: would be more than {MostBuckets} spans of {(end - start) / 1e9:0.0} s"));
            var view = new StatView
            {
                Options = new CountOptions
                {
                    Rows = rows,
                    Columns = column,
                    Every = width,
                    Start = start,
                    End = end,
                    Times = options.Time.Resolve(trace.SampleTimes.First, trace.SampleTimes.Last),
                    Fields = fields,
                    Top = result.GetValue(top),
                },
                Rate = result.GetValue(rate),
                Sums = [.. sums.Select(f => Array.IndexOf(fields, f))],
                Means = [.. means.Select(f => Array.IndexOf(fields, f))],
            };
            Write(context, shape, analysis, CountTable.Build(analysis, view.Options), view);
            return ExitCodes.Whole;
        });
        return command;
    }

    private static void Write(CommandContext context, TableFormat format, Analysis analysis, CountTable table, StatView view)
    {
        var seconds = StatTables.Seconds(view.Options with { Every = 0 }, 0);
        if (format == TableFormat.Json)
        {
            using var bytes = context.OutBytes();
            using (var json = new Utf8JsonWriter(bytes, JsonStyle.Options))
            {
                json.WriteStartObject();
                json.WriteNumber("seconds", seconds);
                json.WriteNumber("samples", analysis.Totals.Used);
                json.WriteNumber("lost", analysis.Totals.Lost);
                json.WritePropertyName("rows");
                TableWriter.WriteJson(json, StatTables.Make(table, view, withTotal: false));
                json.WriteEndObject();
            }

            bytes.WriteByte((byte)'\n');
            return;
        }

        if (format != TableFormat.Csv)
        {
            context.Out.Write(string.Create(CultureInfo.InvariantCulture, $"{analysis.Totals.Used} events in {seconds:0.000} s, {analysis.Totals.Lost} lost\n"));
            foreach (var note in LossNotes.Filters(analysis))
                context.Out.Write(note + "\n");
            context.Out.Write("\n");
        }

        TableWriter.Write(context.Out, StatTables.Make(table, view, withTotal: format != TableFormat.Csv), format);
    }

    /// <summary>The time that was recorded and asked for: what rates are of.</summary>
    private static (long Start, long End) Span(Trace trace, AnalysisOptions options)
    {
        var (first, last) = trace.SampleTimes;
        var windows = options.Time.Resolve(first, last);
        long start = (long)trace.Host.StartTime, end = (long)trace.Host.EndTime;
        if (start <= 0 || start > first)
            start = first;
        if (end <= last)
            end = last + 1;
        start = Math.Max(start, windows.From);
        return (start, Math.Max(start + 1, windows.To == long.MaxValue ? end : Math.Min(end, windows.To + 1)));
    }

    private static long Width(string? text)
    {
        if (text is null)
            return 0;
        return Durations.TryParse(text, out var width) && width > 0 ? width : throw new UserErrorException($"--every {text}: expected a duration as 1s, 100ms or 50us");
    }

    private static SortKey? Column(string? text)
    {
        if (text is null)
            return null;
        var keys = KeyGroups.Parse(text);
        return keys.Count == 1 ? keys[0] : throw new UserErrorException($"--columns {text}: expected one key");
    }

    private static string[] Fields(Trace trace, int[] events, string option, string? text)
    {
        var names = text?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        var known = events.SelectMany(e => trace.Events[e].Fields).ToArray();
        foreach (var name in names)
        {
            if (known.Any(f => f.Name == name && f.Kind == PresentationKind.Float))
                throw new UserErrorException($"{option} {name}: has fractions: 'tracekit hist --field {name} --stats' has their sum and mean");
            if (known.Any(f => f.Name == name && !f.IsText))
                continue;
            var numbers = known.Where(f => !f.IsText).Select(f => f.Name).Distinct(StringComparer.Ordinal).ToArray();
            var near = Suggestions.Nearest(name, numbers);
            throw new UserErrorException(known.Any(f => f.Name == name) ? $"{option} {name}: is text" :
                $"{option} {name}: no event there has such a field{(near is null ? "" : $", did you mean '{near}'?")}; fields with numbers: {(numbers.Length == 0 ? "none" : string.Join(", ", numbers))}");
        }

        return names;
    }
}
