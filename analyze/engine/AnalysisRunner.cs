namespace TraceKit.Engine;

/// <summary>Runs one analysis.</summary>
internal sealed class AnalysisRunner(Trace trace, AnalysisOptions options)
{
    public Analysis Run(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        throw new NotSupportedException($"{trace.Path}: analysis lands with the container ({options.Workers} workers)");
    }
}
