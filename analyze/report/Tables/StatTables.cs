using System.Globalization;
using Microsoft.Data.Analysis;
using TraceKit.Engine.Aggregates;

namespace TraceKit.Report.Tables;

/// <summary>What of a <see cref="CountTable"/> is shown.</summary>
public sealed record StatView
{
    /// <summary>How it was counted.</summary>
    public required CountOptions Options { get; init; }

    /// <summary>Counts for each second instead of counts in columns; beside them where there are no columns.</summary>
    public bool Rate { get; init; }

    /// <summary>Places in <see cref="CountOptions.Fields"/> of which the sum is shown.</summary>
    public IReadOnlyList<int> Sums { get; init; } = [];

    /// <summary>Places in <see cref="CountOptions.Fields"/> of which the mean is shown.</summary>
    public IReadOnlyList<int> Means { get; init; } = [];
}

/// <summary>Counts over time as a frame.</summary>
public static class StatTables
{
    /// <summary>The frame.</summary>
    /// <param name="table">The numbers.</param>
    /// <param name="view">Which.</param>
    /// <param name="withTotal">Whether the last line is of all: for people.</param>
    public static DataFrame Make(CountTable table, StatView view, bool withTotal)
    {
        var options = view.Options;
        string[] texts = [.. options.Every > 0 ? ["time"] : Array.Empty<string>(), .. options.Rows.Select(k => k.Name)];
        if (texts.Length == 0)
            texts = [""];
        var builder = new TableBuilder(texts);
        var add = table.Columns.Count > 0 ? Pivot(builder, table, view) : Plain(builder, table, view);
        foreach (var row in table.Rows)
        {
            builder.Add(Line(row, texts.Length, options, row.IsRest ? "(rest)" : null));
            add(row, Seconds(options, row.Bucket));
        }

        if (withTotal && (texts[0].Length == 0 || table.Rows.Count > 1))
        {
            builder.Add(Line(table.Total, texts.Length, options with { Every = 0 }, "total"));
            add(table.Total, Seconds(options with { Every = 0 }, 0));
        }
        else if (texts[0].Length == 0)
        {
            builder.Add("total");
            add(table.Total, Seconds(options with { Every = 0 }, 0));
        }

        return builder.ToFrame();
    }

    /// <summary>Seconds that a row is of: of what time was asked for; the last span is as long as the recording goes on.</summary>
    public static double Seconds(CountOptions options, int bucket)
    {
        var start = options.Start + bucket * options.Every;
        return Math.Max(1, options.Times.Length(start, options.Every == 0 ? options.End : Math.Min(options.End, start + options.Every))) / 1e9;
    }

    private static string[] Line(CountRow row, int width, CountOptions options, string? word)
    {
        var line = new List<string>();
        if (options.Every > 0)
            line.Add((bucketStart(row.Bucket) / 1e9).ToString("0.000", CultureInfo.InvariantCulture));
        if (word is not null)
            line.Add(word);
        else
            line.AddRange(row.Values);
        while (line.Count < width)
            line.Add("");
        return [.. line];

        double bucketStart(int bucket) => (double)bucket * options.Every;
    }

    /// <summary>Count, weight where it is another number, rate, sums, means.</summary>
    private static Action<CountRow, double> Plain(TableBuilder builder, CountTable table, StatView view)
    {
        var count = builder.Whole("count");
        var weight = table.Total.Total.Weight != table.Total.Total.Count ? builder.Whole("weight") : null;
        var rate = view.Rate ? builder.Real("per_second") : null;
        var sums = view.Sums.Select(f => (Field: f, Column: builder.Whole("sum_" + view.Options.Fields[f]))).ToArray();
        var means = view.Means.Select(f => (Field: f, Column: builder.Real("mean_" + view.Options.Fields[f]))).ToArray();
        return (row, seconds) =>
        {
            var cell = row.Total;
            count.Append(cell.Count);
            weight?.Append(cell.Weight);
            rate?.Append(Rate(cell, seconds));
            foreach (var (field, column) in sums)
                column.Append(Sum(cell, field));
            foreach (var (field, column) in means)
                column.Append(Mean(cell, field));
        };
    }

    /// <summary>One number of each column, and of the row.</summary>
    private static Action<CountRow, double> Pivot(TableBuilder builder, CountTable table, StatView view)
    {
        var key = view.Options.Columns!.Value.Name;
        string[] names = [.. table.Columns.Select((c, i) => table.HasRestColumn && i == table.Columns.Count - 1 ? c : key == "event" ? c : $"{key}={c}"), "total"];
        if (view.Rate || view.Means.Count > 0)
        {
            var columns = Array.ConvertAll(names, builder.Real);
            return (row, seconds) => Fill(row, (i, cell) => columns[i].Append(view.Means.Count > 0 ? Mean(cell, view.Means[0]) : Rate(cell, seconds)));
        }

        var whole = Array.ConvertAll(names, builder.Whole);
        return (row, _) => Fill(row, (i, cell) => whole[i].Append(view.Sums.Count > 0 ? Sum(cell, view.Sums[0]) : cell?.Count ?? 0));

        static void Fill(CountRow row, Action<int, CountCell?> set)
        {
            for (var i = 0; i < row.Cells.Count; i++)
                set(i, row.Cells[i]);
            set(row.Cells.Count, row.Total);
        }
    }

    private static double? Rate(CountCell? cell, double seconds) => seconds > 0 ? (cell?.Count ?? 0) / seconds : null;

    private static double? Mean(CountCell? cell, int field) => cell is not null && cell.Values[field] > 0 ? (double)cell.Sums[field] / cell.Values[field] : null;

    /// <summary>Unknown where no sample has the field, and where it would not fit.</summary>
    private static long? Sum(CountCell? cell, int field) =>
        cell is null || cell.Values[field] == 0 || cell.Sums[field] > long.MaxValue || cell.Sums[field] < long.MinValue ? null : (long)cell.Sums[field];
}
