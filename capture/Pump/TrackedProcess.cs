using TraceKit.Format.Dtr.Samples;

namespace TraceKit.Capture.Pump;

/// <summary>One executable mapping, as MMAP2 told it. Shared by the processes that inherited it.</summary>
internal sealed class TrackedMapping
{
    public required ulong Start { get; init; }

    public required ulong End { get; init; }

    public required ulong FileOffset { get; init; }

    public required string Path { get; init; }

    /// <summary>From the record, where the kernel puts it there; else empty.</summary>
    public byte[] BuildId { get; init; } = [];

    public uint DeviceMajor { get; init; }

    public uint DeviceMinor { get; init; }

    public ulong Inode { get; init; }

    /// <summary>Whether its snapshot was already asked for.</summary>
    public bool Requested { get; set; }

    /// <summary>Anonymous code: no file stands behind it.</summary>
    public bool IsAnonymous => Path.Length == 0 || Path.StartsWith("//anon", StringComparison.Ordinal);
}

/// <summary>What the agent knows of a process: enough to filter stacks and to decide which snapshots to take.</summary>
internal sealed class TrackedProcess(int pid)
{
    private StackPointerFilter? _filter;

    public int Pid { get; } = pid;

    public List<TrackedMapping> Mappings { get; } = [];

    /// <summary>Mappings that ended in this round (an exec): samples of the round may still be from before.</summary>
    public List<TrackedMapping> Retired { get; } = [];

    /// <summary>Whether all its mappings are known: its exec was seen, or /proc was read, or its parent's are.</summary>
    public bool IsKnown { get; set; }

    /// <summary>Whether it had a sample.</summary>
    public bool IsSampled { get; set; }

    /// <summary>When its exit was seen: the round's number; 0 while it lives.</summary>
    public int ExitRound { get; set; }

    public void Map(TrackedMapping mapping)
    {
        // The kernel replaces what was mapped there; its end is not told otherwise.
        Mappings.RemoveAll(m => m.Start < mapping.End && mapping.Start < m.End);
        Mappings.Add(mapping);
        _filter = null;
    }

    /// <summary>The old program's mappings are gone; the new one's follow.</summary>
    public void Exec()
    {
        Retired.AddRange(Mappings);
        Mappings.Clear();
        IsKnown = true;
        _filter = null;
    }

    public void Inherit(TrackedProcess parent)
    {
        Mappings.Clear();
        Mappings.AddRange(parent.Mappings);
        IsKnown = parent.IsKnown;
        _filter = null;
    }

    public void ForgetRetired()
    {
        if (Retired.Count == 0)
            return;
        Retired.Clear();
        _filter = null;
    }

    /// <summary>What of this process's stacks is kept; null when its mappings are not known. Made anew after a change.</summary>
    public StackPointerFilter? Filter
    {
        get
        {
            if (!IsKnown)
                return null;
            if (_filter is not null)
                return _filter;
            var ranges = new (ulong, ulong)[Mappings.Count + Retired.Count];
            for (var i = 0; i < ranges.Length; i++)
            {
                var mapping = i < Mappings.Count ? Mappings[i] : Retired[i - Mappings.Count];
                ranges[i] = (mapping.Start, mapping.End);
            }

            // Words that point into the dump itself are kept anyway; what points into a stack beyond it leads to memory the file does not hold.
            return _filter = new StackPointerFilter(new AddressRanges(ranges), AddressRanges.Empty);
        }
    }
}
