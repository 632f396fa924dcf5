using System.CommandLine;
using System.Globalization;
using TraceKit.Cli.Host;
using TraceKit.Engine;
using TraceKit.Engine.Compare;
using TraceKit.Report.Compare;
using TraceKit.Report.Tables;

namespace TraceKit.Cli.Commands;

/// <summary><c>tracekit diff</c>.</summary>
internal static class DiffCommand
{
    private const int LeastResamples = 200, MostResamples = 20_000;

    public static Command Create(CommandContext context)
    {
        var command = new Command("diff", "Which functions and modules have another share than before, and which differences are only sampling error.");
        var files = new Argument<string[]>("FILE") { Arity = ArgumentArity.ZeroOrMore, Description = "BASE NEW, or BASE… with --vs NEW…: recordings to compare." };
        command.Arguments.Add(files);
        var versus = new Option<string[]>("--vs") { HelpName = "NEW", Description = "Recordings of the new side.", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = true };
        var children = new Option<bool>("--children") { Description = "Also compare functions and modules with what they call." };
        var failOn = new Option<string>("--fail-on") { HelpName = "N%", Description = "Exit 3 when a share rose by more than N points of the event's total, beyond sampling error." };
        var limit = new Option<int>("--limit") { HelpName = "N", Description = "Lines of each table in text and md (20); 0 for all. Changes are always shown.", DefaultValueFactory = _ => 20 };
        var format = new Option<string>("--format") { HelpName = "FORMAT", Description = "text (default), md, csv or json.", DefaultValueFactory = _ => "text" };
        var json = new Option<bool>("--json") { Description = "The same as --format json." };
        var resamples = new Option<int>("--resamples") { HelpName = "N", Description = "Resamples of the bootstrap (2000).", DefaultValueFactory = _ => 2000 };
        var seed = new Option<long>("--seed") { HelpName = "N", Description = "Start of its random numbers (1): the same gives the same answer.", DefaultValueFactory = _ => 1 };
        foreach (var option in new Option[] { versus, children, failOn, limit, format, json, resamples, seed })
            command.Options.Add(option);
        var selection = new SelectionOptions(command);
        HelpWithExamples.Examples[command] =
        [
            "tracekit diff before.dtr after.dtr",
            "tracekit diff before.dtr --vs after.dtr --fail-on 2%          exit 3 when something rose by more than 2 points",
            "tracekit diff base1.dtr base2.dtr --vs new1.dtr new2.dtr --children --format md > diff.md",
        ];
        command.SetAction(result =>
        {
            var (first, second) = Sides(result.GetValue(files) ?? [], result.GetValue(versus) ?? []);
            var kind = result.GetValue(json) ? "json" : result.GetValue(format)!;
            if (!TableWriter.TryParse(kind, out var shape))
                throw new UserErrorException($"--format {kind}: expected text, md, csv or json");
            if (result.GetValue(resamples) is < LeastResamples or > MostResamples)
                throw new UserErrorException($"--resamples {result.GetValue(resamples)}: expected a number from {LeastResamples} to {MostResamples}");
            if (result.GetValue(limit) < 0)
                throw new UserErrorException($"--limit {result.GetValue(limit)}: expected a number from 0");
            var threshold = Threshold(result.GetValue(failOn));
            var options = selection.Read(result) with { KeepSamples = true };
            var opened = new List<Trace>();
            try
            {
                (Trace Trace, Analysis Analysis)[] bases = [.. first.Select(Read)], news = [.. second.Select(Read)];
                var comparison = TraceComparison.Build([.. bases.Select(b => b.Analysis)], [.. news.Select(n => n.Analysis)], new ComparisonOptions
                {
                    Children = result.GetValue(children),
                    Test = new ShareTestOptions { Resamples = result.GetValue(resamples), Seed = (ulong)result.GetValue(seed) },
                });
                var report = new DiffReport(first, second, comparison, DiffNotes.Of(bases, news, comparison)) { FailOn = threshold, Limit = result.GetValue(limit) };
                Write(context, shape, report);
                return report.Failures().Any() ? ExitCodes.Regression : ExitCodes.Whole;
            }
            finally
            {
                foreach (var trace in opened)
                    trace.Dispose();
            }

            (Trace Trace, Analysis Analysis) Read(string path)
            {
                var trace = selection.Open(result, path, options);
                opened.Add(trace);
                return (trace, Recording.Run(trace, options, context));
            }
        });
        return command;
    }

    private static void Write(CommandContext context, TableFormat format, DiffReport report)
    {
        switch (format)
        {
            case TableFormat.Json:
                using (var bytes = context.OutBytes())
                    DiffJson.Write(bytes, report);
                break;
            case TableFormat.Csv:
                TableWriter.Write(context.Out, DiffTables.Full(report), format);
                break;
            default:
                DiffText.Write(context.Out, report, format);
                break;
        }
    }

    private static (string[] Base, string[] New) Sides(string[] files, string[] versus)
    {
        if (versus.FirstOrDefault(v => v.Length > 1 && v[0] == '-') is { } option)
            throw new UserErrorException($"unknown option '{option}'; see 'tracekit diff --help'");
        if (versus.Length == 0 && files.Length != 2)
            throw new UserErrorException($"expected BASE NEW, or BASE… --vs NEW…, found {(files.Length == 0 ? "no file" : files.Length == 1 ? "one file" : $"{files.Length} files without --vs")}; see 'tracekit diff --help'");
        if (versus.Length > 0 && files.Length == 0)
            throw new UserErrorException("expected the base's recordings before --vs; see 'tracekit diff --help'");
        var sides = versus.Length == 0 ? (Base: files[..1], New: files[1..]) : (Base: files, New: versus);
        if (sides.Base.Concat(sides.New).Count(f => f == "-") > 1)
            throw new UserErrorException("standard input can be one of the recordings only");
        foreach (var file in sides.Base.Concat(sides.New))
            InputArguments.Check(file);
        return sides;
    }

    /// <summary>Reads <c>2%</c> or <c>2</c>.</summary>
    private static double? Threshold(string? text)
    {
        if (text is null)
            return null;
        var number = text.EndsWith('%') ? text[..^1] : text;
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value > 100)
            throw new UserErrorException($"--fail-on {text}: expected points of the event's total, as 2%");
        return value;
    }
}
