using System.Buffers.Binary;
using TraceKit.Binary;

namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Reads attribute values by their form, every one of DWARF 2 to 5 and those of GNU and LLVM (DWARF 5 §7.5.5, §7.5.6).</summary>
public static class DwarfForm
{
    /// <summary>Reads a value.</summary>
    /// <param name="cursor">At the value; just past it on success, unmoved otherwise.</param>
    /// <param name="form">A <see cref="DW_FORM"/>.</param>
    /// <param name="unit">Version, sizes of addresses and offsets.</param>
    /// <param name="value">The value.</param>
    /// <param name="implicitConst">The abbreviation's number, for <c>DW_FORM_implicit_const</c>.</param>
    /// <returns>False when the bytes end first, or the form is not known: what follows it cannot be read then.</returns>
    public static bool TryRead(ref SpanCursor cursor, ushort form, in UnitContext unit, out DwarfValue value, long implicitConst = 0)
    {
        var start = cursor.Position;
        if (TryReadInner(ref cursor, form, unit, implicitConst, out value))
            return true;
        cursor.TrySeek(start);
        return false;
    }

    /// <summary>The bytes of a string value, without its NUL.</summary>
    /// <param name="value">Any value; only strings have bytes.</param>
    /// <param name="source">The bytes of the cursor that read it: strings may stand there.</param>
    /// <param name="sections">Of the file the value is in.</param>
    /// <param name="unit">The unit, for <c>DW_AT_str_offsets_base</c>.</param>
    /// <param name="text">The bytes; UTF-8 by convention.</param>
    public static bool TryString(in DwarfValue value, ReadOnlySpan<byte> source, DwarfSections sections, in UnitContext unit, out ReadOnlySpan<byte> text)
    {
        text = default;
        switch (value.Kind)
        {
            case DwarfValueKind.String:
                if (value.BlockStart + value.BlockLength > source.Length)
                    return false;
                text = source.Slice(value.BlockStart, value.BlockLength);
                return true;
            case DwarfValueKind.StringOffset:
                return TryCString(sections[DwarfSection.Str].Span, value.Value, out text);
            case DwarfValueKind.LineStringOffset:
                return TryCString(sections[DwarfSection.LineStr].Span, value.Value, out text);
            case DwarfValueKind.AlternateStringOffset:
                return sections.Alternate is { } shared && TryCString(shared[DwarfSection.Str].Span, value.Value, out text);
            case DwarfValueKind.StringIndex:
                return TryIndexed(sections[DwarfSection.StrOffsets].Span, unit.StringOffsetsBase, value.Value, unit.OffsetSize, sections.IsBigEndian, out var offset) &&
                    TryCString(sections[DwarfSection.Str].Span, offset, out text);
            default:
                return false;
        }
    }

    /// <summary>The NUL-terminated string at an offset of a string section.</summary>
    public static bool TryCString(ReadOnlySpan<byte> strings, ulong offset, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (offset >= (ulong)strings.Length)
            return false;
        text = strings[(int)offset..];
        var end = text.IndexOf((byte)0);
        if (end < 0)
            return false;
        text = text[..end];
        return true;
    }

    /// <summary>Entry <paramref name="index"/> of a table of equal numbers: <c>.debug_addr</c>, <c>.debug_str_offsets</c>, offsets of range lists.</summary>
    public static bool TryIndexed(ReadOnlySpan<byte> table, ulong tableBase, ulong index, int size, bool bigEndian, out ulong value)
    {
        value = 0;
        var length = (ulong)table.Length;
        if (tableBase > length || index > (length - tableBase) / (ulong)size || (length - tableBase) - index * (ulong)size < (ulong)size)
            return false;
        value = ReadFixed(table.Slice((int)(tableBase + index * (ulong)size), size), bigEndian);
        return true;
    }

    /// <summary>A number of 1 to 8 bytes.</summary>
    internal static ulong ReadFixed(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        switch (bytes.Length)
        {
            case 1:
                return bytes[0];
            case 2:
                return bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
            case 4:
                return bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            case 8:
                return bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            default:
                ulong value = 0;
                for (var i = 0; i < bytes.Length; i++)
                    value |= (ulong)bytes[bigEndian ? bytes.Length - 1 - i : i] << (8 * i);
                return value;
        }
    }

    private static bool TryReadInner(ref SpanCursor c, ushort form, in UnitContext unit, long implicitConst, out DwarfValue value)
    {
        value = default;
        if (form == DW_FORM.indirect)
        {
            // One level is all that means anything; the constant of an implicit one would have nowhere to stand (DWARF 5 §7.5.3).
            if (!c.TryReadUleb128(out var real) || real is DW_FORM.indirect or DW_FORM.implicit_const or > ushort.MaxValue)
                return false;
            form = (ushort)real;
        }

        switch (form)
        {
            case DW_FORM.addr:
                return Fixed(ref c, unit.AddressSize, DwarfValueKind.Address, out value);
            case DW_FORM.data1:
                return Fixed(ref c, 1, DwarfValueKind.Constant, out value);
            case DW_FORM.data2:
                return Fixed(ref c, 2, DwarfValueKind.Constant, out value);
            case DW_FORM.data4:
                return Fixed(ref c, 4, DwarfValueKind.Constant, out value);
            case DW_FORM.data8:
                return Fixed(ref c, 8, DwarfValueKind.Constant, out value);
            case DW_FORM.udata:
                return Uleb(ref c, DwarfValueKind.Constant, out value);
            case DW_FORM.sdata:
                if (!c.TryReadSleb128(out var signed))
                    return false;
                value = new DwarfValue(DwarfValueKind.SignedConstant, (ulong)signed);
                return true;
            case DW_FORM.implicit_const:
                value = new DwarfValue(DwarfValueKind.SignedConstant, (ulong)implicitConst);
                return true;
            case DW_FORM.flag:
                return Fixed(ref c, 1, DwarfValueKind.Flag, out value);
            case DW_FORM.flag_present:
                value = new DwarfValue(DwarfValueKind.Flag, 1);
                return true;
            case DW_FORM.@string:
                var at = c.Position;
                if (!c.TryReadCString(out var text))
                    return false;
                value = new DwarfValue(DwarfValueKind.String, 0, at, text.Length);
                return true;
            case DW_FORM.strp:
                return Fixed(ref c, unit.OffsetSize, DwarfValueKind.StringOffset, out value);
            case DW_FORM.line_strp:
                return Fixed(ref c, unit.OffsetSize, DwarfValueKind.LineStringOffset, out value);
            case DW_FORM.strp_sup or DW_FORM.GNU_strp_alt:
                return Fixed(ref c, unit.OffsetSize, DwarfValueKind.AlternateStringOffset, out value);
            case DW_FORM.strx or DW_FORM.GNU_str_index:
                return Uleb(ref c, DwarfValueKind.StringIndex, out value);
            case DW_FORM.strx1 or DW_FORM.strx2 or DW_FORM.strx3 or DW_FORM.strx4:
                return Fixed(ref c, form - DW_FORM.strx1 + 1, DwarfValueKind.StringIndex, out value);
            case DW_FORM.addrx or DW_FORM.GNU_addr_index:
                return Uleb(ref c, DwarfValueKind.AddressIndex, out value);
            case DW_FORM.addrx1 or DW_FORM.addrx2 or DW_FORM.addrx3 or DW_FORM.addrx4:
                return Fixed(ref c, form - DW_FORM.addrx1 + 1, DwarfValueKind.AddressIndex, out value);
            case DW_FORM.LLVM_addrx_offset:
                if (!c.TryReadUleb128(out var number) || !c.TryReadUInt32(out var addend))
                    return false;
                value = new DwarfValue(DwarfValueKind.AddressIndex, number, Addend: addend);
                return true;
            case DW_FORM.ref1:
                return Fixed(ref c, 1, DwarfValueKind.UnitReference, out value);
            case DW_FORM.ref2:
                return Fixed(ref c, 2, DwarfValueKind.UnitReference, out value);
            case DW_FORM.ref4:
                return Fixed(ref c, 4, DwarfValueKind.UnitReference, out value);
            case DW_FORM.ref8:
                return Fixed(ref c, 8, DwarfValueKind.UnitReference, out value);
            case DW_FORM.ref_udata:
                return Uleb(ref c, DwarfValueKind.UnitReference, out value);
            case DW_FORM.ref_addr: // version 2 gave it the size of an address
                return Fixed(ref c, unit.Version <= 2 ? unit.AddressSize : unit.OffsetSize, DwarfValueKind.InfoReference, out value);
            case DW_FORM.GNU_ref_alt:
                return Fixed(ref c, unit.Version <= 2 ? unit.AddressSize : unit.OffsetSize, DwarfValueKind.AlternateReference, out value);
            case DW_FORM.ref_sup4:
                return Fixed(ref c, 4, DwarfValueKind.AlternateReference, out value);
            case DW_FORM.ref_sup8:
                return Fixed(ref c, 8, DwarfValueKind.AlternateReference, out value);
            case DW_FORM.ref_sig8:
                return Fixed(ref c, 8, DwarfValueKind.SignatureReference, out value);
            case DW_FORM.sec_offset:
                return Fixed(ref c, unit.OffsetSize, DwarfValueKind.SectionOffset, out value);
            case DW_FORM.loclistx:
                return Uleb(ref c, DwarfValueKind.LocationListIndex, out value);
            case DW_FORM.rnglistx:
                return Uleb(ref c, DwarfValueKind.RangeListIndex, out value);
            case DW_FORM.block or DW_FORM.exprloc:
                return c.TryReadUleb128(out var length) && Block(ref c, length, out value);
            case DW_FORM.block1:
                return c.TryReadByte(out var length1) && Block(ref c, length1, out value);
            case DW_FORM.block2:
                return c.TryReadUInt16(out var length2) && Block(ref c, length2, out value);
            case DW_FORM.block4:
                return c.TryReadUInt32(out var length4) && Block(ref c, length4, out value);
            case DW_FORM.data16:
                return Block(ref c, 16, out value);
            default:
                return false;
        }
    }

    private static bool Fixed(ref SpanCursor c, int size, DwarfValueKind kind, out DwarfValue value)
    {
        value = default;
        if (size == 0 || !c.TryReadBytes(size, out var bytes))
            return false;
        value = new DwarfValue(kind, ReadFixed(bytes, c.IsBigEndian));
        return true;
    }

    private static bool Uleb(ref SpanCursor c, DwarfValueKind kind, out DwarfValue value)
    {
        var read = c.TryReadUleb128(out var number);
        value = new DwarfValue(kind, number);
        return read;
    }

    private static bool Block(ref SpanCursor c, ulong length, out DwarfValue value)
    {
        value = default;
        var at = c.Position;
        if (length > (ulong)c.Remaining)
            return false;
        c.TryReadBytes((int)length, out _);
        value = new DwarfValue(DwarfValueKind.Block, 0, at, (int)length);
        return true;
    }
}
