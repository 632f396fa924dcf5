using TraceKit.Probes.Filters;

namespace TraceKit.Engine.Spans;

/// <summary>Which open span an end belongs to, where several of one key are open.</summary>
public enum SpanOrder
{
    /// <summary>The one that began last: calls, which return in the opposite order.</summary>
    Nested,

    /// <summary>The one that began first: queues.</summary>
    Queue,

    /// <summary>There is one at a time; a new start takes its place.</summary>
    Latest,

    /// <summary>There is one at a time; starts while it is open are passed over.</summary>
    Earliest,
}

/// <summary>What begins spans, or ends them.</summary>
/// <param name="Events">Indexes in <c>Trace.Events</c>; one at least.</param>
/// <param name="Filter">Which of their records; null for all.</param>
public sealed record SpanSide(IReadOnlyList<int> Events, FilterExpression? Filter = null);

/// <summary>What must be equal at both ends.</summary>
/// <param name="Start"><c>tid</c>, <c>pid</c>, <c>cpu</c>, <c>comm</c> or a field of the starting events; one that is called so too has <c>field:</c> before it.</param>
/// <param name="End">The same of the ending ones.</param>
public readonly record struct SpanKeyPart(string Start, string End);

/// <summary>A kind of span: from what to what, matched by what.</summary>
public sealed record SpanDefinition
{
    /// <summary>Parts that a key may have.</summary>
    public const int MostKeyParts = 4;

    /// <summary>As tables call it: <c>vfs_read</c>, <c>block_rq_issue..block_rq_complete</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What begins one.</summary>
    public required SpanSide Start { get; init; }

    /// <summary>What ends one.</summary>
    public required SpanSide End { get; init; }

    /// <summary>What must be equal at both ends; empty when nothing must.</summary>
    public IReadOnlyList<SpanKeyPart> Key { get; init; } = [new("tid", "tid")];

    /// <summary>Which of several open ones an end belongs to.</summary>
    public SpanOrder Order { get; init; }

    /// <summary>What who reads the numbers must know; empty for nothing.</summary>
    public string Note { get; init; } = "";

    /// <summary>Whether they are calls of a function: what it calls lies wholly inside, so that each has a time of its own.</summary>
    public bool IsCall { get; init; }

    /// <summary>Whether they are the times between an event and the next: each event ends one and begins another.</summary>
    public bool IsBetween { get; init; }
}
