namespace TraceKit.Report.Scripts;

/// <summary>How <c>script</c> prints.</summary>
public sealed record ScriptOptions
{
    /// <summary>Which fields.</summary>
    public ScriptFieldRules Fields { get; init; } = new();

    /// <summary>Nanoseconds instead of microseconds.</summary>
    public bool Nanoseconds { get; init; }

    /// <summary>Times from the first record on.</summary>
    public bool RelativeTime { get; init; }

    /// <summary>Times from the record before.</summary>
    public bool DeltaTime { get; init; }

    /// <summary>Eight letters of a thread's name and a bare CPU number, as perf's latency format has them.</summary>
    public bool Latency { get; init; }

    /// <summary>Source files with their folders.</summary>
    public bool FullSourcePath { get; init; }

    /// <summary>Call chains under the lines.</summary>
    public bool Chains { get; init; } = true;

    /// <summary>Functions at which a chain ends.</summary>
    public IReadOnlySet<string> StopAt { get; init; } = new HashSet<string>();
}
