namespace TraceKit.Engine.Aggregates;

/// <summary>Which end of the stacks a call tree starts at.</summary>
public enum CallOrder
{
    /// <summary>Outermost caller first: who spent it below me (perf's <c>caller</c>).</summary>
    Caller,

    /// <summary>Innermost function first: who called me (perf's <c>callee</c>).</summary>
    Callee,
}
