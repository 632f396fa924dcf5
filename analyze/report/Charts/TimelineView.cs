namespace TraceKit.Report.Charts;

/// <summary>One line of a timeline.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="Counts">Events in each interval.</param>
public sealed record TimelineSeries(string Name, IReadOnlyList<long> Counts);

/// <summary>A span of time in which the kernel or the agent lost data.</summary>
/// <param name="StartSeconds">Seconds from the start of the recording.</param>
/// <param name="EndSeconds">Seconds from the start of the recording.</param>
/// <param name="Count">Records lost; 0 when the number is not known.</param>
public readonly record struct LossSpan(double StartSeconds, double EndSeconds, long Count);

/// <summary>What a samples-over-time chart is drawn from.</summary>
public sealed class TimelineView
{
    /// <summary>Title above the chart.</summary>
    public required string Title { get; init; }

    /// <summary>Width of one interval in seconds.</summary>
    public required double IntervalSeconds { get; init; }

    /// <summary>One line for each event.</summary>
    public required IReadOnlyList<TimelineSeries> Series { get; init; }

    /// <summary>Where data was lost.</summary>
    public IReadOnlyList<LossSpan> Losses { get; init; } = [];
}
