using System.CommandLine;
using System.Text.Json;
using TraceKit.Cli.Host;
using TraceKit.DebugInfo.Types;
using TraceKit.Engine;
using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Model;
using TraceKit.Engine.Spans;
using TraceKit.Probes.Plan;
using TraceKit.Report.Charts;
using TraceKit.Report.Tables;
using TraceKit.Report.Text;

namespace TraceKit.Cli.Commands;

/// <summary><c>tracekit hist</c>.</summary>
internal static class HistCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("hist", "Histogram of a field of an event, of durations, or of the time between events: with mean and percentiles; names and texts by value.");
        var input = new InputArguments(command);
        var field = new Option<string>("--field") { HelpName = "FIELD", Description = "The field to count." };
        var between = new Option<bool>("--between") { Description = "The time from each event to the next: of the whole recording, or of each --key (tid, cpu, a field)." };
        var spans = new SpanArguments(command);
        var by = new Option<string>("--by") { HelpName = "KEYS", Description = "One histogram for each value: comm, pid, tid, cpu, dso, sym, caller, event, time:100ms … or fields." };
        var stats = new Option<bool>("--stats") { Description = "A line of numbers for each instead of intervals." };
        foreach (var option in new Option[] { field, between, by, stats })
            command.Options.Add(option);
        var form = new DistributionArguments(command);
        var selection = new SelectionOptions(command);
        HelpWithExamples.Examples[command] =
        [
            "tracekit hist app.dtr -e probe:vfs_read --field count --log2",
            "tracekit hist app.dtr -e sched:sched_switch --field prev_prio --linear 100,140,5 --by comm",
            "tracekit hist app.dtr -e probe:tcp_sendmsg --field size -o size.png",
            "tracekit hist app.dtr --function vfs_read --log-linear 8            durations from entry to return",
            "tracekit hist app.dtr -e irq:irq_handler_entry --between --key cpu  time from one to the next on each CPU",
        ];
        command.SetAction(result =>
        {
            var chart = form.Chart(result);
            var format = form.Format(result);
            var asked = form.Shape(result);
            var isSpan = spans.AreGiven(result) || result.GetValue(between);
            if (isSpan == (result.GetValue(field) is not null))
                throw new UserErrorException(isSpan ? "--field is of one event: it and --start, --function or --between exclude each other" : "expected what to count: --field FIELD, --between, --function NAME, or --start EVENT --end EVENT");
            var options = selection.Read(result);
            using var trace = selection.Open(result, input.One(result), options);
            if (isSpan)
            {
                IReadOnlyList<SpanDefinition> definitions = result.GetValue(between) ? [spans.ReadBetween(result, trace, options.Events)] : spans.Read(result, trace, options.Events);
                var analysis = SpansCommand.Run(trace, context, options, new SpanOptions { Definitions = definitions, By = SpanArguments.GroupKeys(trace, definitions, result.GetValue(by)), AcrossLosses = spans.AcrossLosses(result) });
                if (asked is { Digits: > 0 })
                    throw new UserErrorException(DistributionArguments.NoFractions);
                var durations = SpanTables.Durations(analysis, asked ?? HistogramShape.Log2);
                if (format == TableFormat.Json)
                    SpansCommand.WriteJson(context, analysis, durations, []);
                else
                    Write(context, result, form, format, durations, result.GetValue(stats));
                if (format == TableFormat.Text)
                    context.Out.Write(SpanText.Unmatched(analysis));
                return ExitCodes.Whole;
            }

            var name = result.GetValue(field)!;
            var keys = KeyGroups.Parse(result.GetValue(by));
            var chosen = EventsWith(trace, options.Events, name);
            var shape = ShapeFor(chosen, name, asked);
            foreach (var key in keys)
            {
                if (key.Kind == SortKeyKind.Field && !chosen.Any(e => e.Fields.Any(f => f.Name == key.Name)))
                    throw KeyGroups.Unknown(trace, key.Name, chosen.Select(e => e.Index));
            }

            var counted = Recording.Run(trace, FieldHistograms.Needs(options, chosen, name, keys), context);
            Recording.TellLeftOut(trace, context, counted.Totals.LeftOutByRecording);
            var all = FieldHistograms.Build(counted, chosen, name, keys, shape);
            if (format == TableFormat.Json)
                WriteJson(context, all);
            else
                Write(context, result, form, format, all, result.GetValue(stats));
            return ExitCodes.Whole;
        });
        return command;
    }

    private static void Write(CommandContext context, ParseResult result, DistributionArguments form, TableFormat format, Distributions all, bool stats)
    {
        if (!stats)
        {
            form.WriteHistograms(context, result, all);
            return;
        }

        if (format == TableFormat.Text)
        {
            SpansCommand.WriteTable(context, all);
            context.Out.Write("\n" + HistogramText.Method + "\n");
            return;
        }

        TableWriter.Write(context.Out, format is TableFormat.Csv ? DistributionTables.Statistics(all) : DistributionTables.ShortStatistics(all), format);
    }

    private static void WriteJson(CommandContext context, Distributions all)
    {
        using var stream = context.OutBytes();
        using (var json = new Utf8JsonWriter(stream, JsonStyle.Options))
        {
            json.WriteStartObject();
            json.WriteString("what", all.What);
            json.WriteString("unit", all.Values.Unit);
            json.WriteString("percentiles", HistogramText.Method);
            json.WritePropertyName("groups");
            TableWriter.WriteJson(json, DistributionTables.Statistics(all));
            json.WritePropertyName("buckets");
            TableWriter.WriteJson(json, DistributionTables.Buckets(all));
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    /// <summary>The event that has the field; several only where they were chosen.</summary>
    private static TraceEvent[] EventsWith(Trace trace, IReadOnlyList<string> events, string field)
    {
        var candidates = trace.Events.Where(e => e.IsAmong(events)).ToArray();
        var found = candidates.Where(e => e.Fields.Any(f => f.Name == field)).ToArray();
        if (found.Length > 1 && events.Count == 0)
            throw new UserErrorException($"several events have a field '{field}': choose with -e (one, or several as 'probe:*'): {string.Join(", ", found.Select(e => e.Name))}");
        if (found.Select(e => e.Fields.First(f => f.Name == field)).Select(f => (f.Kind, f.IsText, f.IsUnsigned)).Distinct().Count() > 1)
            throw new UserErrorException($"the field '{field}' is not the same kind of value in {string.Join(", ", found.Select(e => e.Name))}: choose one with -e");
        if (found.Length == 0)
        {
            var known = candidates.SelectMany(e => e.Fields.Select(f => f.Name)).Distinct().ToArray();
            var near = Suggestions.Nearest(field, known);
            throw new UserErrorException($"{trace.Path}: no event there has a field '{field}'{(near is null ? "" : $", did you mean '{near}'?")}; fields: {(known.Length == 0 ? "none" : string.Join(", ", known))}");
        }

        return found;
    }

    /// <summary>Names are counted one by one unless intervals were asked for; texts cannot be otherwise.</summary>
    private static HistogramShape ShapeFor(TraceEvent[] events, string name, HistogramShape? asked)
    {
        var field = events[0].Fields.First(f => f.Name == name);
        if (asked is not null && field.IsText)
            throw new UserErrorException($"{events[0].Name}: the field '{name}' is text and has no intervals; without --log2, --linear and --log-linear its values are counted");
        if (asked is { Digits: > 0 } && field.Kind != PresentationKind.Float)
            throw new UserErrorException($"--linear: {events[0].Name}: the field '{name}' has whole numbers: expected LO,HI,STEP without a point");
        return asked ?? (field.IsCategory && field.Kind != PresentationKind.Float ? HistogramShape.Names : HistogramShape.Log2);
    }
}
