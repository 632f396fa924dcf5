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
    private ulong[] _starts = [];
    private ulong[] _ends = [];
    private int _ranges;
    private bool _dirty = true;

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
        _dirty = true;
    }

    /// <summary>The old program's mappings are gone; the new one's follow.</summary>
    public void Exec()
    {
        Retired.AddRange(Mappings);
        Mappings.Clear();
        IsKnown = true;
        _dirty = true;
    }

    public void Inherit(TrackedProcess parent)
    {
        Mappings.Clear();
        Mappings.AddRange(parent.Mappings);
        IsKnown = parent.IsKnown;
        _dirty = true;
    }

    public void ForgetRetired()
    {
        if (Retired.Count == 0)
            return;
        Retired.Clear();
        _dirty = true;
    }

    /// <summary>The executable ranges, sorted, not overlapping: starts inclusive, ends exclusive. Valid until the next change.</summary>
    public void GetRanges(out ReadOnlySpan<ulong> starts, out ReadOnlySpan<ulong> ends)
    {
        if (_dirty)
            Rebuild();
        starts = _starts.AsSpan(0, _ranges);
        ends = _ends.AsSpan(0, _ranges);
    }

    private void Rebuild()
    {
        var count = Mappings.Count + Retired.Count;
        if (_starts.Length < count)
        {
            _starts = new ulong[count + 8];
            _ends = new ulong[count + 8];
        }

        for (var i = 0; i < count; i++)
        {
            var mapping = i < Mappings.Count ? Mappings[i] : Retired[i - Mappings.Count];
            _starts[i] = mapping.Start;
            _ends[i] = mapping.End;
        }

        Array.Sort(_starts, _ends, 0, count);
        _ranges = 0;
        for (var i = 0; i < count; i++)
        {
            if (_ranges > 0 && _starts[i] <= _ends[_ranges - 1])
            {
                _ends[_ranges - 1] = Math.Max(_ends[_ranges - 1], _ends[i]);
                continue;
            }

            _starts[_ranges] = _starts[i];
            _ends[_ranges++] = _ends[i];
        }

        _dirty = false;
    }
}
