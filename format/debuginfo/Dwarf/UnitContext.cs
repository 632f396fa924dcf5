namespace TraceKit.DebugInfo.Dwarf;

/// <summary>What the header of a unit and its first entry decide about reading the rest of it.</summary>
public readonly struct UnitContext
{
    /// <summary>Version of the unit's format: 2 to 5.</summary>
    public required ushort Version { get; init; }

    /// <summary>Bytes of an address: 1, 2, 4 or 8.</summary>
    public required byte AddressSize { get; init; }

    /// <summary>Whether offsets and lengths have 64 bits (DWARF 5 §7.4, "64-bit DWARF format").</summary>
    public bool Is64BitDwarf { get; init; }

    /// <summary>Bytes of an offset: 4 or 8.</summary>
    public int OffsetSize => Is64BitDwarf ? 8 : 4;

    /// <summary><c>DW_AT_str_offsets_base</c>: where the unit's part of <c>.debug_str_offsets</c> begins.</summary>
    public ulong StringOffsetsBase { get; init; }

    /// <summary><c>DW_AT_addr_base</c>: where the unit's part of <c>.debug_addr</c> begins.</summary>
    public ulong AddressBase { get; init; }
}
