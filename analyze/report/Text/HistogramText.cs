using System.Globalization;
using System.Text;
using TraceKit.Report.Charts;

namespace TraceKit.Report.Text;

/// <summary>A histogram for the terminal: intervals, counts, bars.</summary>
public static class HistogramText
{
    private const int BarWidth = 52;

    /// <summary>Draws it.</summary>
    public static string Render(HistogramView view)
    {
        var text = new StringBuilder();
        text.Append(view.Title).Append('\n');
        var unit = view.Unit.Length > 0 ? " " + view.Unit : "";
        if (view.Labels.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $"count {view.Count}, {view.DistinctValues} {(view.DistinctValues == 1 ? "value" : "values")}");
        else
            text.Append(CultureInfo.InvariantCulture, $"count {view.Count}, mean {Number(view.Mean)}{unit}, min {Number(view.Minimum)}, max {Number(view.Maximum)}");
        foreach (var (percent, value) in view.Percentiles)
            text.Append(CultureInfo.InvariantCulture, $", p{percent:0.##} {Number(value)}");
        text.Append('\n');
        if (view.Unreadable > 0)
            text.Append(CultureInfo.InvariantCulture, $"not counted: {view.Unreadable} events whose value could not be read\n");
        if (view.Bars.Count == 0 && view.Below == 0 && view.Above == 0)
            return text.Append("(no values)\n").ToString();
        text.Append('\n');

        var rows = new List<(string Label, long Count)>();
        if (view.Below > 0)
            rows.Add(($"below {Number(view.Bars.Count > 0 ? view.Bars[0].Low : 0)}", view.Below));
        for (var i = 0; i < view.Bars.Count; i++)
            rows.Add((i < view.Labels.Count ? view.Labels[i] : Label(view.Bars[i], view.IsLog2), view.Bars[i].Count));
        if (view.Above > 0)
            rows.Add(($"{(view.Bars.Count > 0 ? Number(view.Bars[^1].High) : "")} and above".Trim(), view.Above));

        var labelWidth = rows.Max(r => r.Label.Length);
        var most = rows.Max(r => r.Count);
        var countWidth = most.ToString(CultureInfo.InvariantCulture).Length;
        foreach (var (label, count) in rows)
        {
            text.Append(label.PadRight(labelWidth)).Append("  ")
                .Append(count.ToString(CultureInfo.InvariantCulture).PadLeft(countWidth)).Append(" |");
            AppendBar(text, count, most);
            text.Append("|\n");
        }

        return text.ToString();
    }

    // Something is always seen of what is there: a count of one beside a million is a dot, not nothing.
    private static void AppendBar(StringBuilder text, long count, long most)
    {
        var length = most == 0 ? 0 : (int)(count * (double)BarWidth / most);
        if (count > 0 && length == 0)
            text.Append('.').Append(' ', BarWidth - 1);
        else
            text.Append('#', length).Append(' ', BarWidth - length);
    }

    private static string Label(HistogramBar bar, bool log2)
    {
        if (bar.High - bar.Low == 1)
            return Number(bar.Low);
        return log2 ? $"[{Binary(bar.Low)}, {Binary(bar.High)})" : $"[{Number(bar.Low)}, {Number(bar.High)})";
    }

    /// <summary>Powers of two as <c>bpftrace</c> prints them: 512, 4K, 1M.</summary>
    private static string Binary(double value)
    {
        if (value < 0 || value < 1024 || value % 1024 != 0)
            return Number(value);
        var suffix = 0;
        while (value >= 1024 && suffix < 6 && value % 1024 == 0)
        {
            value /= 1024;
            suffix++;
        }

        return Number(value) + " KMGTPE"[suffix];
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
