namespace TraceKit.DebugInfo.Dwarf;

/// <summary>The value of one attribute.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">The number, offset, index or flag; the bits of a signed one. 0 for blocks and strings.</param>
/// <param name="BlockStart">Of a block or string that stands here: where it begins, in the cursor's bytes.</param>
/// <param name="BlockLength">Its bytes.</param>
/// <param name="Addend">To be added to the address that <see cref="Value"/> is the number of (<c>DW_FORM_LLVM_addrx_offset</c>).</param>
public readonly record struct DwarfValue(DwarfValueKind Kind, ulong Value, int BlockStart = 0, int BlockLength = 0, uint Addend = 0);
