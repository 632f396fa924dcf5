namespace TraceKit.Engine.Streams;

public sealed partial class EventStream
{
    private EventStream(Trace trace, AnalysisOptions options, bool sideBand)
    {
        _ = trace;
        _ = options;
        _ = sideBand;
    }

    /// <summary>The record at hand.</summary>
    public EventRecord Current { get; private set; } = null!;

    /// <summary>Goes to the next record; false at the end.</summary>
    public bool MoveNext() => Current is not null;

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
