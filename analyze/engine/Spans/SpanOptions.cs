using TraceKit.Engine.Aggregates;

namespace TraceKit.Engine.Spans;

/// <summary>A key that spans are told apart by.</summary>
/// <param name="Key">What.</param>
/// <param name="AtEnd">Of the record that ends the span, else of the one that begins it.</param>
/// <param name="Name">As the user wrote it.</param>
public readonly record struct SpanGroupKey(SortKey Key, bool AtEnd, string Name);

/// <summary>What is made of spans.</summary>
public sealed record SpanOptions
{
    /// <summary>Keys that spans may be told apart by.</summary>
    public const int MostGroupKeys = 4;

    /// <summary>Kinds of spans to look for.</summary>
    public required IReadOnlyList<SpanDefinition> Definitions { get; init; }

    /// <summary>Keys to tell them apart by.</summary>
    public IReadOnlyList<SpanGroupKey> By { get; init; } = [];

    /// <summary>How many of the longest are kept one by one; 0 for none.</summary>
    public int Longest { get; init; }

    /// <summary>Count also spans within which records were lost: an end and a start may be missing there, two spans taken for one.</summary>
    public bool AcrossLosses { get; init; }

    /// <summary>Distinct durations of each group that are kept exactly.</summary>
    public int ExactValues { get; init; } = ValueCounts.DefaultLimit;
}
