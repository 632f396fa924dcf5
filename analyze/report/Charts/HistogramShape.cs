namespace TraceKit.Report.Charts;

/// <summary>How values are put into intervals.</summary>
/// <param name="Low">Start of the first; with <see cref="Step"/> 0 not used.</param>
/// <param name="High">End of the last.</param>
/// <param name="Step">Width; 0 for powers of two, -1 for a width chosen from the values, -2 for none: each value by itself.</param>
public readonly record struct HistogramShape(long Low, long High, long Step)
{
    /// <summary>Powers of two.</summary>
    public static HistogramShape Log2 => new(0, 0, 0);

    /// <summary>One width, chosen from the values.</summary>
    public static HistogramShape Auto => new(0, 0, -1);

    /// <summary>Each value by itself, in words.</summary>
    public static HistogramShape Names => new(0, 0, -2);
}
