using TraceKit.Engine.Run;

namespace TraceKit.Engine;

public sealed partial class Analysis
{
    /// <summary>Decodes, unwinds, interns and names the samples of a trace.</summary>
    /// <param name="trace">An open trace.</param>
    /// <param name="options">What to look at and what to keep.</param>
    /// <param name="cancel">Ends the work early.</param>
    /// <exception cref="TraceKit.Binary.BadDataException">The trace cannot be read at all; damage within is counted instead.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Analysis Run(Trace trace, AnalysisOptions options, CancellationToken cancel = default) =>
        new AnalysisRunner(trace, options).Run(cancel);
}
