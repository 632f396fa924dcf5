namespace TraceKit.Engine.Model;

/// <summary>
/// The mappings of one address space in the order they were made, on top of what it inherited: a forked child begins with as
/// much of its parent's log as there was at the fork, and copies nothing.
/// </summary>
internal sealed class MappingLog(MappingLog? parent, int parentLength)
{
    private readonly List<(long Time, int Index, Mapping Mapping)> _own = [];

    /// <summary>Where it began; null for a program that was started or found running.</summary>
    public MappingLog? Parent { get; } = parent;

    /// <summary>Entries of <see cref="Parent"/> that count.</summary>
    public int ParentLength { get; } = parentLength;

    /// <summary>Of a program that took another's place by exec: what that one had mapped last.</summary>
    public (MappingLog Log, int Length)? Replaced { get; init; }

    /// <summary>Own entries.</summary>
    public int Length => _own.Count;

    public void Add(long time, int index, Mapping mapping) => _own.Add((time, index, mapping));

    /// <summary>The log that has the same entries as the first <paramref name="length"/> of this one, without useless steps.</summary>
    public static (MappingLog Log, int Length) Shortest(MappingLog log, int length)
    {
        while (length == 0 && log.Parent is { } parent && log.Replaced is null)
            (log, length) = (parent, log.ParentLength);
        return (log, length);
    }

    /// <summary>Everything, oldest first; what was inherited was there from the beginning of time.</summary>
    public List<(long Time, int Index, Mapping Mapping)> Flatten(int length)
    {
        var chain = new Stack<(MappingLog Log, int Length)>();
        for (var (log, count) = (this, length); log is not null; (count, log) = (log.ParentLength, log.Parent))
            chain.Push((log, count));
        var all = new List<(long, int, Mapping)>();
        while (chain.TryPop(out var step))
        {
            for (var i = 0; i < step.Length; i++)
            {
                var (time, index, mapping) = step.Log._own[i];
                all.Add((chain.Count > 0 ? long.MinValue : time, index, mapping));
            }
        }

        return all;
    }
}
