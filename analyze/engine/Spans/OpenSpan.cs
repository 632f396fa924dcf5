using TraceKit.Engine.Model;

namespace TraceKit.Engine.Spans;

/// <summary>What two records must have in common. Parts that a definition does not have are 0.</summary>
internal readonly record struct SpanKey(long A, long B, long C, long D);

/// <summary>Numbers of the texts that a span is told apart by.</summary>
internal readonly record struct SpanLabels(int A, int B, int C, int D)
{
    public int this[int at] => at switch { 0 => A, 1 => B, 2 => C, _ => D };

    public SpanLabels With(int at, int label) => at switch
    {
        0 => this with { A = label },
        1 => this with { B = label },
        2 => this with { C = label },
        _ => this with { D = label },
    };
}

/// <summary>A span that has begun.</summary>
internal sealed class OpenSpan
{
    public required long Time { get; init; }

    public required long Sequence { get; init; }

    public required TraceThread Thread { get; init; }

    public required int Cpu { get; init; }

    public required SpanLabels Labels { get; init; }

    /// <summary>Of the same key: the one that began before it, of queues after it.</summary>
    public OpenSpan? Next;

    /// <summary>Of the first of a queue: the last one.</summary>
    public OpenSpan? Last;

    /// <summary>Of spans whose earliest start counts: when the one before it ended; before that, starts may have been lost that are not its own.</summary>
    public long Since;

    /// <summary>Of calls: the call around it.</summary>
    public OpenSpan? Caller;

    /// <summary>Of calls: how many are around it.</summary>
    public int Depth;

    /// <summary>Nanoseconds of the calls inside.</summary>
    public long Inside;

    /// <summary>Whether it will find no end: its caller has returned.</summary>
    public bool IsLeft;
}
