using TraceKit.Engine.Aggregates;

namespace TraceKit.Report.Charts;

/// <summary>One bar of a histogram: values in [<paramref name="Low"/>, <paramref name="High"/>).</summary>
/// <param name="Low">Lower bound, inclusive.</param>
/// <param name="High">Upper bound, exclusive.</param>
/// <param name="Count">Events in it.</param>
public readonly record struct HistogramBar(double Low, double High, long Count);

/// <summary>What a histogram is drawn from, on the terminal and as a chart.</summary>
public sealed class HistogramView
{
    /// <summary>What is counted: <c>probe:vfs_read count</c>.</summary>
    public required string Title { get; init; }

    /// <summary>Name of the value on the axis: the field's name.</summary>
    public required string ValueName { get; init; }

    /// <summary>Unit of the value; empty when the field has none that is known.</summary>
    public string Unit { get; init; } = "";

    /// <summary>How values are shown.</summary>
    public ValueText Values { get; init; } = ValueText.Plain;

    /// <summary>Where the numbers are from; null for names, and for charts of made-up ones.</summary>
    public Histogram? Histogram { get; init; }

    /// <summary>Bars in ascending order, gaps included, so that neighbours touch.</summary>
    public required IReadOnlyList<HistogramBar> Bars { get; init; }

    /// <summary>Whether bars grow with powers of two: each is drawn as wide as its neighbour.</summary>
    public bool IsLog2 { get; init; }

    /// <summary>Of values that are names, one for each bar, most frequent first; empty for numbers. Bars then stand at 0, 1, 2, … and means say nothing.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Distinct values, where <see cref="Labels"/> has them.</summary>
    public int DistinctValues { get; init; }

    /// <summary>Events with a value.</summary>
    public long Count { get; init; }

    /// <summary>Events below the first bar (linear histograms with a given range).</summary>
    public long Below { get; init; }

    /// <summary>Events at or above the end of the last bar.</summary>
    public long Above { get; init; }

    /// <summary>Events of the kind asked for whose value could not be read.</summary>
    public long Unreadable { get; init; }

    /// <summary>Smallest value.</summary>
    public double Minimum { get; init; }

    /// <summary>Largest value.</summary>
    public double Maximum { get; init; }

    /// <summary>Arithmetic mean.</summary>
    public double Mean { get; init; }

    /// <summary>Percentiles asked for, ascending: (50, value), (99, value); exact, by nearest rank.</summary>
    public IReadOnlyList<(double Percent, double Value)> Percentiles { get; init; } = [];
}
