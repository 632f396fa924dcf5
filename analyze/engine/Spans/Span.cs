using TraceKit.Engine.Model;
using TraceKit.Engine.Streams;

namespace TraceKit.Engine.Spans;

/// <summary>One span, of those that are kept one by one.</summary>
public sealed class Span
{
    /// <summary>Index in <see cref="SpanOptions.Definitions"/>.</summary>
    public required int Definition { get; init; }

    /// <summary>Nanoseconds of the trace's clock.</summary>
    public required long Start { get; init; }

    /// <summary>Nanoseconds of the trace's clock.</summary>
    public required long End { get; init; }

    /// <summary>Nanoseconds.</summary>
    public long Duration => End - Start;

    /// <summary>Of a call: without the calls of traced functions inside it, nanoseconds.</summary>
    public required long Self { get; init; }

    /// <summary>Spans of the same thread around it, of calls; of others 0.</summary>
    public required int Depth { get; init; }

    /// <summary>Who began it.</summary>
    public required TraceThread Thread { get; init; }

    /// <summary>Who ended it.</summary>
    public required TraceThread EndThread { get; init; }

    /// <summary>CPU it began on; -1 when unknown.</summary>
    public required int Cpu { get; init; }

    /// <summary>CPU it ended on; -1 when unknown.</summary>
    public required int EndCpu { get; init; }

    /// <summary>Values of <see cref="SpanOptions.By"/>.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>What the starting record says, in words; see <see cref="SpanDetails"/>.</summary>
    public string StartText { get; internal set; } = "";

    /// <summary>What the ending record says, in words.</summary>
    public string EndText { get; internal set; } = "";

    /// <summary>Call chain of one of the two records, innermost first.</summary>
    public IReadOnlyList<CallchainEntry> Stack { get; internal set; } = [];

    internal long StartSequence { get; init; }

    internal long EndSequence { get; init; }
}
