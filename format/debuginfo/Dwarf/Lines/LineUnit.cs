namespace TraceKit.DebugInfo.Dwarf.Lines;

/// <summary>What the unit says that its line table does not.</summary>
public readonly struct LineUnit
{
    /// <summary><c>DW_AT_comp_dir</c>; null or empty when unknown. File names that stay relative without it are joined to it.</summary>
    public string? CompilationDirectory { get; init; }

    /// <summary>Bytes of an address in the unit's header; 0 when unknown. Line tables before version 5 do not say.</summary>
    public byte AddressSize { get; init; }

    /// <summary><c>DW_AT_str_offsets_base</c>: where the unit's array of string offsets begins; for <c>DW_FORM_strx</c> in file entries.</summary>
    public ulong StrOffsetsBase { get; init; }

    /// <summary>Whether code may be at address 0, as in relocatable files and firmware; else what begins there was discarded by the linker.</summary>
    public bool HasCodeAtZero { get; init; }
}
