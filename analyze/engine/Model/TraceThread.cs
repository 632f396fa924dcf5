namespace TraceKit.Engine.Model;

/// <summary>
/// A thread under one name: a thread that is renamed, or whose process executes another program, goes on as another entry.
/// </summary>
/// <remarks>So a sample that points here knows the name its thread had at that time, and the mappings.</remarks>
public sealed class TraceThread
{
    /// <summary>Position in <see cref="TraceModel.Threads"/>.</summary>
    public required int Index { get; init; }

    /// <summary>Process number, as the recording host's own processes see it.</summary>
    public required int Pid { get; init; }

    /// <summary>Thread number.</summary>
    public required int Tid { get; init; }

    /// <summary>Name (<c>comm</c>); <c>:TID</c>, as perf prints it, when the recording does not know it.</summary>
    public required string Comm { get; init; }

    /// <summary>Nanoseconds: from when on it has this name; <see cref="long.MinValue"/> when since before the recording.</summary>
    public required long Start { get; init; }

    /// <summary>Nanoseconds, exclusive; <see cref="long.MaxValue"/> when to the end of the recording.</summary>
    public long End { get; internal set; } = long.MaxValue;

    /// <summary>Whether no record told of this thread: only its samples name it.</summary>
    public bool IsGuessed { get; init; }

    /// <summary>The mappings it sees.</summary>
    public required AddressSpace Space { get; init; }
}
