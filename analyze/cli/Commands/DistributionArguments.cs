using System.CommandLine;
using System.Globalization;
using TraceKit.Cli.Host;
using TraceKit.Engine.Aggregates;
using TraceKit.Report.Charts;
using TraceKit.Report.Tables;
using TraceKit.Report.Text;

namespace TraceKit.Cli.Commands;

/// <summary>How <c>hist</c> and <c>spans</c> put values into intervals, and in what form they leave.</summary>
internal sealed class DistributionArguments
{
    // More pictures than this are no help to anybody; the rest is said to be left out.
    private const int MostGroups = 20;

    /// <summary>The error of a range with a point for times.</summary>
    public const string NoFractions = "--linear: times are whole nanoseconds, or have a unit: 1500, 1.5us";

    private readonly Option<bool> _log2 = new("--log2") { Description = "Powers of two (default)." };
    private readonly Option<string> _linear = new("--linear") { HelpName = "LO,HI,STEP", Description = "Intervals of one width; 'auto' chooses." };
    private readonly Option<int?> _logLinear = new("--log-linear") { HelpName = "N", Description = "Each power of two in N intervals of one width (4).", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _format = new("--format") { HelpName = "FORMAT", Description = "text (default), csv, json or md.", DefaultValueFactory = _ => "text" };
    private readonly Option<bool> _json = new("--json") { Description = "The same as --format json." };
    private readonly Option<string> _output = new("--output", "-o") { HelpName = "FILE", Description = "Write a chart: .png or .svg." };

    /// <summary>Adds them to a command.</summary>
    public DistributionArguments(Command command)
    {
        foreach (var option in new Option[] { _log2, _linear, _logLinear, _format, _json, _output })
            command.Options.Add(option);
    }

    /// <summary>The form asked for.</summary>
    public TableFormat Format(ParseResult result)
    {
        if (result.GetValue(_json))
            return TableFormat.Json;
        var name = result.GetValue(_format)!;
        return TableWriter.TryParse(name, out var format) ? format : throw new UserErrorException($"--format {name}: expected text, csv, json or md");
    }

    /// <summary>Where a chart is to go; null for nowhere.</summary>
    public string? Chart(ParseResult result)
    {
        var chart = result.GetValue(_output);
        if (chart is not null && Path.GetExtension(chart) is not (".png" or ".svg"))
            throw new UserErrorException($"-o {chart}: expected a name that ends in .png or .svg");
        return chart;
    }

    /// <summary>The intervals asked for; null when none were.</summary>
    public HistogramShape? Shape(ParseResult result)
    {
        var linear = result.GetValue(_linear);
        var isLogLinear = result.GetResult(_logLinear) is not null;
        if ((linear is null ? 0 : 1) + (isLogLinear ? 1 : 0) + (result.GetValue(_log2) ? 1 : 0) > 1)
            throw new UserErrorException("--log2, --linear and --log-linear exclude each other");
        if (result.GetValue(_log2))
            return HistogramShape.Log2;
        if (linear is not null)
            return linear == "auto" ? HistogramShape.Auto : Linear(linear);
        if (!isLogLinear)
            return null;
        var parts = result.GetValue(_logLinear) ?? HistogramShape.DefaultParts;
        return parts is >= 1 and <= 1024 ? HistogramShape.LogLinear(parts) : throw new UserErrorException($"--log-linear {parts}: expected a number from 1 to 1024");
    }

    /// <summary>Writes pictures of intervals, or their table.</summary>
    public void WriteHistograms(CommandContext context, ParseResult result, Distributions all)
    {
        var format = Format(result);
        if (format == TableFormat.Text)
        {
            foreach (var group in all.Groups.Take(MostGroups))
                context.Out.Write(HistogramText.Render(all.ViewOf(group)) + "\n");
            if (all.Groups.Count > MostGroups)
                context.Out.Write($"({all.Groups.Count - MostGroups} more values of '{string.Join(',', all.Keys)}' left out: --filter chooses)\n");
            if (all.Groups.Any(g => g.Histogram is { Count: > 0 }))
                context.Out.Write(HistogramText.Method + "\n");
        }
        else
        {
            TableWriter.Write(context.Out, DistributionTables.Buckets(all), format);
        }

        if (Chart(result) is { } chart)
            WriteCharts(context, chart, [.. all.Groups.Take(MostGroups).Select(all.ViewOf)], format == TableFormat.Text);
    }

    /// <summary>Writes one chart a picture: the first under the name itself, others with numbers.</summary>
    private static void WriteCharts(CommandContext context, string chart, HistogramView[] views, bool say)
    {
        for (var i = 0; i < views.Length; i++)
        {
            var path = i == 0 ? chart : Path.ChangeExtension(chart, null) + FormattableString.Invariant($"-{i + 1}") + Path.GetExtension(chart);
            WriteChart(context, path, () => HistogramChart.ToPng(views[i]), () => HistogramChart.ToSvg(views[i]), say);
        }
    }

    /// <summary>Writes a chart in the form that its name says.</summary>
    public static void WriteChart(CommandContext context, string path, Func<byte[]> png, Func<string> svg, bool say = true)
    {
        if (path.EndsWith(".svg", StringComparison.Ordinal))
            OutputFile.WriteText(path, writer => writer.Write(svg()));
        else
            OutputFile.Write(path, png());
        if (say)
            context.Out.Write($"wrote {path}\n");
    }

    private static HistogramShape Linear(string linear)
    {
        var parts = linear.Split(',');
        var numbers = new Int128[3];
        var digits = new int[3];
        if (parts.Length != 3)
            throw new UserErrorException($"--linear {linear}: expected LO,HI,STEP or auto");
        for (var i = 0; i < 3; i++)
        {
            if (TryNumber(parts[i].Trim(), out numbers[i], out digits[i]))
                continue;
            throw new UserErrorException($"--linear {linear}: expected numbers (with a unit where they are times: 100us), found '{parts[i]}'");
        }

        var places = digits.Max();
        for (var i = 0; i < 3; i++)
            numbers[i] = Fractions.Scale(numbers[i], digits[i], places);
        if (numbers[1] <= numbers[0] || numbers[2] < 1 || (numbers[1] - numbers[0]) / numbers[2] > 1000)
            throw new UserErrorException($"--linear {linear}: expected LO below HI, a STEP of at least 1 (of fractions above 0), and no more than 1000 steps");
        return HistogramShape.Linear(numbers[0], numbers[1], numbers[2], places);
    }

    private static bool TryNumber(string text, out Int128 number, out int digits)
    {
        digits = 0;
        if (Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number))
            return number >= long.MinValue && number <= ulong.MaxValue;
        if (Durations.TryParse(text, out var nanoseconds))
        {
            number = nanoseconds;
            return true;
        }

        return Fractions.TryRead(text, out number, out digits) && digits <= Fractions.MostDigits;
    }
}
