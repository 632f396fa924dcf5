namespace TraceKit.DebugInfo.Dwarf;

/// <summary>What the value of an attribute is, whatever form encoded it (DWARF 5 §7.5.5).</summary>
public enum DwarfValueKind : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>An address.</summary>
    Address,

    /// <summary>The number of an address in <c>.debug_addr</c>, from the unit's base on.</summary>
    AddressIndex,

    /// <summary>A number; whether its sign counts is the attribute's affair (<c>DW_FORM_data*</c>, <c>DW_FORM_udata</c>).</summary>
    Constant,

    /// <summary>A signed number (<c>DW_FORM_sdata</c>, <c>DW_FORM_implicit_const</c>).</summary>
    SignedConstant,

    /// <summary>0 or not.</summary>
    Flag,

    /// <summary>An entry, by its offset from the start of the unit's header.</summary>
    UnitReference,

    /// <summary>An entry, by its offset in <c>.debug_info</c>.</summary>
    InfoReference,

    /// <summary>An entry, by its offset in the <c>.debug_info</c> of the shared file.</summary>
    AlternateReference,

    /// <summary>A type unit, by its signature.</summary>
    SignatureReference,

    /// <summary>An offset in the section that the attribute implies.</summary>
    SectionOffset,

    /// <summary>The number of a list of locations.</summary>
    LocationListIndex,

    /// <summary>The number of a list of ranges.</summary>
    RangeListIndex,

    /// <summary>A string that stands here: <see cref="DwarfValue.BlockStart"/>, without its NUL.</summary>
    String,

    /// <summary>A string in <c>.debug_str</c>.</summary>
    StringOffset,

    /// <summary>A string in <c>.debug_line_str</c>.</summary>
    LineStringOffset,

    /// <summary>A string in the <c>.debug_str</c> of the shared file.</summary>
    AlternateStringOffset,

    /// <summary>The number of a string in <c>.debug_str_offsets</c>, from the unit's base on.</summary>
    StringIndex,

    /// <summary>Bytes that stand here; also an expression and 128-bit data.</summary>
    Block,
}
