namespace TraceKit.DebugInfo.Dwarf.Lines;

/// <summary>The sections that line tables stand in and refer to, inflated; empty where the file has none.</summary>
public readonly struct LineSections
{
    /// <summary><c>.debug_line</c>, or <c>.debug_line.dwo</c>.</summary>
    public ReadOnlyMemory<byte> DebugLine { get; init; }

    /// <summary><c>.debug_line_str</c> (DWARF 5).</summary>
    public ReadOnlyMemory<byte> DebugLineStr { get; init; }

    /// <summary><c>.debug_str</c>.</summary>
    public ReadOnlyMemory<byte> DebugStr { get; init; }

    /// <summary><c>.debug_str_offsets</c> (DWARF 5).</summary>
    public ReadOnlyMemory<byte> DebugStrOffsets { get; init; }

    /// <summary><c>.debug_str</c> of the supplementary file (dwz).</summary>
    public ReadOnlyMemory<byte> SupplementaryStr { get; init; }

    /// <summary>Byte order of the file.</summary>
    public bool IsBigEndian { get; init; }
}
