using TraceKit.Engine.Aggregates;
using TraceKit.Report.Text;

namespace TraceKit.Report.Charts;

/// <summary>The values of one group: numbers in a histogram, or names with their counts.</summary>
public sealed record Distribution
{
    /// <summary>Of spans, which.</summary>
    public string Name { get; init; } = "";

    /// <summary>The value of each key.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Numbers; null for names.</summary>
    public Histogram? Histogram { get; init; }

    /// <summary>Names, how often each occurs; empty for numbers.</summary>
    public IReadOnlyDictionary<string, long> Names { get; init; } = new Dictionary<string, long>();

    /// <summary>Events whose value could not be read.</summary>
    public long Unreadable { get; init; }

    /// <summary>Of spans that are calls: their own time, nanoseconds; null for others.</summary>
    public Int128? Self { get; init; }

    /// <summary>Values.</summary>
    public long Count => Histogram?.Count ?? Names.Values.Sum();
}

/// <summary>Values of one kind, by keys: what histograms and tables of statistics are made from.</summary>
public sealed record Distributions
{
    /// <summary>What is counted: <c>probe:vfs_read: count</c>.</summary>
    public required string What { get; init; }

    /// <summary>Name of the value: the field's, or <c>duration</c>.</summary>
    public required string ValueName { get; init; }

    /// <summary>How values are shown.</summary>
    public required ValueText Values { get; init; }

    /// <summary>What groups are told apart by.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>Most values first.</summary>
    public required IReadOnlyList<Distribution> Groups { get; init; }

    /// <summary>What a histogram of a group is drawn from.</summary>
    public HistogramView ViewOf(Distribution group)
    {
        ArgumentNullException.ThrowIfNull(group);
        var what = group.Name.Length > 0 ? $"{group.Name}: {ValueName}" : What;
        var title = SafeText.Show(what) + (Keys.Count == 0 ? "" : $" ({string.Join(", ", Keys.Select((k, i) => $"{k} {SafeText.Show(group.Labels[i])}"))})");
        return group.Histogram is { } histogram ? HistogramViews.Of(histogram, title, ValueName, Values, group.Unreadable) : HistogramViews.OfNames(group.Names, title, ValueName, group.Unreadable);
    }
}
