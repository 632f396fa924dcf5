namespace TraceKit.DebugInfo.Cfi;

/// <summary>Takes the rows of a call frame program in the order of their addresses.</summary>
public interface ICfiRowSink
{
    /// <summary>One row.</summary>
    /// <param name="start">First stated address it holds for.</param>
    /// <param name="end">First stated address it no longer holds for; greater than <paramref name="start"/>.</param>
    /// <param name="row">Valid during the call.</param>
    void Add(ulong start, ulong end, in CfiRow row);
}
