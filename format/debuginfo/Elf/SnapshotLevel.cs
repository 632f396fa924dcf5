namespace TraceKit.DebugInfo.Elf;

/// <summary>How much of the modules that samples went through travels in a recording (<c>--snapshot</c>).</summary>
public enum SnapshotLevel
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Names.</summary>
    Symbols,

    /// <summary>Names, and what unwinding needs.</summary>
    Unwind,

    /// <summary>Also lines and inlined functions of what was hit.</summary>
    Lines,

    /// <summary>Also those of all that is there.</summary>
    Full,
}

/// <summary>What the levels mean for a module's own file.</summary>
public static class SnapshotLevels
{
    /// <summary>The parts to copy of it. Lines of other files than Go's are not among them: they come as an index, or from whatever file has them.</summary>
    public static ElfSnapshotParts OwnParts(SnapshotLevel level)
    {
        var parts = level == SnapshotLevel.None ? ElfSnapshotParts.None : ElfSnapshotParts.Symbols;
        if (level >= SnapshotLevel.Unwind)
            parts |= ElfSnapshotParts.Unwind | ElfSnapshotParts.CodeWithoutTables;
        if (level >= SnapshotLevel.Lines)
            parts |= ElfSnapshotParts.GoInlines;
        return parts;
    }
}
