using System.CommandLine;
using System.Globalization;
using TraceKit.Cli.Host;
using TraceKit.DebugInfo.Types;
using TraceKit.Engine;
using TraceKit.Engine.Model;
using TraceKit.Probes.Plan;
using TraceKit.Report.Charts;
using TraceKit.Report.Text;

namespace TraceKit.Cli.Commands;

/// <summary><c>tracekit hist</c>.</summary>
internal static class HistCommand
{
    // More pictures than this are no help to anybody; the rest is said to be left out.
    private const int MostGroups = 20;

    public static Command Create(CommandContext context)
    {
        var command = new Command("hist", "Histogram of a field of an event: numbers with mean and percentiles, names and texts by value.");
        var input = new InputArguments(command);
        var field = new Option<string>("--field") { HelpName = "FIELD", Description = "The field to count.", Required = true };
        var by = new Option<string>("--by") { HelpName = "KEY", Description = "One histogram for each: comm, pid, tid, cpu or a field." };
        var log2 = new Option<bool>("--log2") { Description = "Powers of two (default)." };
        var linear = new Option<string>("--linear") { HelpName = "LO,HI,STEP", Description = "Intervals of one width; 'auto' chooses." };
        var output = new Option<string>("--output", "-o") { HelpName = "FILE", Description = "Write a chart: .png or .svg." };
        foreach (var option in new Option[] { field, by, log2, linear, output })
            command.Options.Add(option);
        var selection = new SelectionOptions(command);
        HelpWithExamples.Examples[command] =
        [
            "tracekit hist app.dtr -e probe:vfs_read --field count --log2",
            "tracekit hist app.dtr -e sched:sched_switch --field prev_prio --linear 100,140,5 --by comm",
            "tracekit hist app.dtr -e probe:tcp_sendmsg --field size -o size.png",
        ];
        command.SetAction(result =>
        {
            var asked = ShapeOf(result.GetValue(linear), result.GetValue(log2));
            var chart = result.GetValue(output);
            if (chart is not null && Path.GetExtension(chart) is not (".png" or ".svg"))
                throw new UserErrorException($"-o {chart}: expected a name that ends in .png or .svg");
            var options = selection.Read(result);
            using var trace = selection.Open(result, input.One(result), options);
            var name = result.GetValue(field)!;
            var key = result.GetValue(by);
            var chosen = EventWith(trace, options.Events, name);
            var shape = ShapeFor(chosen, name, asked, result.GetValue(log2));
            CheckKey(trace, chosen, key);
            var analysis = Recording.Run(trace, FieldHistograms.Needs(options, chosen, name, key), context);
            Recording.TellLeftOut(trace, context, analysis.Totals.LeftOutByRecording);
            var views = FieldHistograms.Build(analysis, chosen, name, key, shape);
            foreach (var view in views.Take(MostGroups))
                context.Out.Write(HistogramText.Render(view) + "\n");
            if (views.Count > MostGroups)
                context.Out.Write($"({views.Count - MostGroups} more values of '{key}' left out: --filter chooses)\n");
            if (chart is not null)
                WriteCharts(context, chart, views);
            return ExitCodes.Whole;
        });
        return command;
    }

    /// <summary>The event that has the field, among those asked for.</summary>
    private static TraceEvent EventWith(Trace trace, IReadOnlyList<string> events, string field)
    {
        var candidates = trace.Events.Where(e => events.Count == 0 || events.Any(n => e.Name == n || e.Name.EndsWith(":" + n, StringComparison.Ordinal))).ToArray();
        var found = candidates.Where(e => e.Fields.Any(f => f.Name == field)).ToArray();
        if (found.Length > 1)
            throw new UserErrorException($"several events have a field '{field}': choose with -e: {string.Join(", ", found.Select(e => e.Name))}");
        if (found.Length == 0)
        {
            var known = candidates.SelectMany(e => e.Fields.Select(f => f.Name)).Distinct().ToArray();
            var near = Suggestions.Nearest(field, known);
            throw new UserErrorException($"{trace.Path}: no event there has a field '{field}'{(near is null ? "" : $", did you mean '{near}'?")}; fields: {(known.Length == 0 ? "none" : string.Join(", ", known))}");
        }

        return found[0];
    }

    /// <summary>Names are counted one by one unless intervals were asked for; texts cannot be otherwise.</summary>
    private static HistogramShape ShapeFor(TraceEvent traceEvent, string name, HistogramShape asked, bool log2)
    {
        var field = traceEvent.Fields.First(f => f.Name == name);
        var isAsked = log2 || asked != HistogramShape.Log2;
        if (isAsked && (field.IsText || field.Kind == PresentationKind.Float))
            throw new UserErrorException($"{traceEvent.Name}: the field '{name}' is {(field.IsText ? "text" : "a fraction")} and has no intervals; without --log2 and --linear its values are counted");
        return field.IsCategory && !isAsked ? HistogramShape.Names : asked;
    }

    private static void CheckKey(Trace trace, TraceEvent traceEvent, string? key)
    {
        if (key is not null && !FieldHistograms.IsCommon(key) && !traceEvent.Fields.Any(f => f.Name == key))
            throw new UserErrorException($"--by {key}: expected comm, pid, tid, cpu or a field of {traceEvent.Name} in {trace.Path}: {string.Join(", ", traceEvent.Fields.Select(f => f.Name))}");
    }

    private static void WriteCharts(CommandContext context, string chart, IReadOnlyList<HistogramView> views)
    {
        for (var i = 0; i < Math.Min(views.Count, MostGroups); i++)
        {
            var path = i == 0 ? chart : Path.ChangeExtension(chart, null) + FormattableString.Invariant($"-{i + 1}") + Path.GetExtension(chart);
            if (path.EndsWith(".svg", StringComparison.Ordinal))
                OutputFile.WriteText(path, writer => writer.Write(HistogramChart.ToSvg(views[i])));
            else
                OutputFile.Write(path, HistogramChart.ToPng(views[i]));
            context.Out.Write($"wrote {path}\n");
        }
    }

    private static HistogramShape ShapeOf(string? linear, bool log2)
    {
        if (linear is null)
            return HistogramShape.Log2;
        if (log2)
            throw new UserErrorException("--log2 and --linear exclude each other");
        if (linear == "auto")
            return HistogramShape.Auto;
        var parts = linear.Split(',');
        var numbers = new long[3];
        if (parts.Length != 3)
            throw new UserErrorException($"--linear {linear}: expected LO,HI,STEP or auto");
        for (var i = 0; i < 3; i++)
        {
            if (!long.TryParse(parts[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out numbers[i]))
                throw new UserErrorException($"--linear {linear}: expected whole numbers, found '{parts[i]}'");
        }

        if (numbers[1] <= numbers[0] || numbers[2] < 1 || ((Int128)numbers[1] - numbers[0]) / numbers[2] > 1000)
            throw new UserErrorException($"--linear {linear}: expected LO below HI, a STEP of at least 1, and no more than 1000 steps");
        return new HistogramShape(numbers[0], numbers[1], numbers[2]);
    }
}
