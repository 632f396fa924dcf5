using System.Runtime.InteropServices;
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

    /// <summary>Of the inode; 0 when unknown, and where the record has a build-id instead.</summary>
    public ulong InodeGeneration { get; init; }

    /// <summary>Whether a sample pointed into it.</summary>
    public bool IsHit { get; set; }

    /// <summary>With <c>--snapshot lines</c>: which pieces of the file (file offset divided by <see cref="ProcessHits.PieceBytes"/>) samples pointed into.</summary>
    public HashSet<uint>? HitPieces { get; set; }

    /// <summary>Memory that code can be made in: anonymous, or a nameless file (the .NET runtime maps its code twice, by a memfd).</summary>
    public bool IsMadeCode => Path.Length == 0 || Path.StartsWith("//anon", StringComparison.Ordinal) || Path.StartsWith("[anon", StringComparison.Ordinal)
        || Path.StartsWith("/memfd:", StringComparison.Ordinal) || Path.StartsWith("/dev/zero", StringComparison.Ordinal) || Path.StartsWith("/SYSV", StringComparison.Ordinal);

    /// <summary>A page of a jitdump file: mapped executable for no other reason than to be seen by a recorder.</summary>
    public bool IsJitDump
    {
        get
        {
            var name = Path.AsSpan(Path.LastIndexOf('/') + 1);
            return name.StartsWith("jit-") && (name.EndsWith(".dump") || name.EndsWith(".dump (deleted)"));
        }
    }
}

/// <summary>What the agent knows of a process: enough to filter stacks and to decide which snapshots to take.</summary>
internal sealed class TrackedProcess(int pid)
{
    private StackPointerFilter? _filter;

    public int Pid { get; } = pid;

    /// <summary>Who forked it; 0 when that was before the recording.</summary>
    public int ParentPid { get; private set; }

    /// <summary>Where its samples point; null until it has one.</summary>
    public AddressHits? Hits { get; set; }

    /// <summary>Pages of made code that samples pointed into, for who needs the code: its number is the address divided by 4096.</summary>
    public HashSet<ulong> MadeCodePages { get; } = [];

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
        Hits?.Clear();
    }

    /// <summary>The mapping that holds an address; one that ended in this round when none does any more.</summary>
    public TrackedMapping? Find(ulong address)
    {
        foreach (var list in (ReadOnlySpan<List<TrackedMapping>>)[Mappings, Retired])
        {
            foreach (var mapping in list)
            {
                if (address - mapping.Start < mapping.End - mapping.Start)
                    return mapping;
            }
        }

        return null;
    }

    /// <summary>The old program's mappings are gone; the new one's follow.</summary>
    public void Exec()
    {
        Retired.AddRange(Mappings);
        Mappings.Clear();
        IsKnown = true;
        _filter = null;
        Hits?.Clear();
        MadeCodePages.Clear();
    }

    public void Inherit(TrackedProcess parent)
    {
        Mappings.Clear();
        Mappings.AddRange(parent.Mappings);
        IsKnown = parent.IsKnown;
        ParentPid = parent.Pid;
        _filter = null;
    }

    public void ForgetRetired()
    {
        if (Retired.Count == 0)
            return;
        Retired.Clear();
        _filter = null;
    }

    /// <summary>Return addresses on AArch64 may be signed above their 48 bits.</summary>
    private static readonly ulong AddressMask =
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? StackPointerFilter.Arm64AddressMask : ulong.MaxValue;

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
            return _filter = new StackPointerFilter(new AddressRanges(ranges), AddressRanges.Empty, AddressMask);
        }
    }
}
