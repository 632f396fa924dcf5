namespace TraceKit.Engine.Streams;

/// <summary>All records of a trace in order of time: a merge over its CPUs that holds one chunk of each.</summary>
public sealed partial class EventStream : IDisposable
{
    /// <summary>Starts at the first record.</summary>
    /// <param name="trace">An open trace.</param>
    /// <param name="options">What to leave out; the options about what to keep do not matter here.</param>
    /// <param name="sideBand">Whether side-band records (comm, mmap, fork, exit, lost) come too.</param>
    public static EventStream Open(Trace trace, AnalysisOptions options, bool sideBand = false) => new(trace, options, sideBand);
}
