using TraceKit.Binary;

namespace TraceKit.DebugInfo.Dwarf.Lines;

/// <summary>Version 5: directories and files in formats that the header describes (DWARF 5 §6.2.4.1).</summary>
internal sealed partial class LineHeader
{
    private void ReadEntries(ref SpanCursor c, in LineSections sections, in LineUnit unit)
    {
        Span<(ulong Type, ulong Form)> format = stackalloc (ulong, ulong)[255];
        var formats = ReadFormat(ref c, format, "directory_entry_format");
        var count = ReadCount(ref c, formats, "directories_count");
        for (var i = 0; i < count; i++)
            _directories.Add(ReadEntry(ref c, format[..formats], sections, unit).Name);

        formats = ReadFormat(ref c, format, "file_name_entry_format");
        count = ReadCount(ref c, formats, "file_names_count");
        _files.EnsureCapacity(Math.Min(count, 1024));
        for (var i = 0; i < count; i++)
            _files.Add(ReadEntry(ref c, format[..formats], sections, unit));
    }

    private static int ReadFormat(ref SpanCursor c, scoped Span<(ulong Type, ulong Form)> format, string what)
    {
        var count = c.ReadByte(what);
        for (var i = 0; i < count; i++)
            format[i] = (c.ReadUleb128("content type code"), c.ReadUleb128("form code"));
        return count;
    }

    /// <summary>Entries take a byte at least: more of them than bytes are refused before anything is made.</summary>
    private static int ReadCount(ref SpanCursor c, int formats, string what)
    {
        var count = c.ReadUleb128(what);
        if (count > (ulong)c.Remaining || count != 0 && formats == 0)
            BadDataException.Throw(".debug_line", (ulong)c.ValueStart, BadDataCode.LimitExceeded, $"{what} of what {c.Remaining} bytes can hold", $"{count}");
        return (int)count;
    }

    private LineFile ReadEntry(ref SpanCursor c, scoped ReadOnlySpan<(ulong Type, ulong Form)> format, in LineSections sections, in LineUnit unit)
    {
        var entry = new LineFile();
        foreach (var (type, form) in format)
        {
            var value = ReadForm(ref c, form, sections, unit, out var text);
            switch (type)
            {
                case DW_LNCT.path:
                    entry.Name = text;
                    break;
                case DW_LNCT.directory_index:
                    entry.Directory = (uint)Math.Min(value, uint.MaxValue);
                    break;
                case DW_LNCT.MD5:
                    entry.Md5At = form == Form.data16 ? c.Position - 16 : 0;
                    break;
                case DW_LNCT.LLVM_source:
                    entry.Source = text;
                    break;
            }
        }

        return entry;
    }

    /// <summary>Reads a value: a number, or where a text stands. The forms are those of §6.2.4.1 and whatever else a vendor's field may have.</summary>
    private ulong ReadForm(ref SpanCursor c, ulong form, in LineSections sections, in LineUnit unit, out LineText text)
    {
        text = default;
        switch (form)
        {
            case Form.@string:
                text = new LineText(LineTextSource.DebugLine, (uint)c.Position);
                if (!c.TryReadCString(out _))
                    BadDataException.Throw(".debug_line", (ulong)c.Position, BadDataCode.Truncated, "DW_FORM_string", "no NUL in the header");
                return 0;
            case Form.line_strp:
                text = Text(LineTextSource.DebugLineStr, ReadOffset(ref c));
                return 0;
            case Form.strp:
                text = Text(LineTextSource.DebugStr, ReadOffset(ref c));
                return 0;
            case Form.strp_sup or Form.GNU_strp_alt:
                text = Text(LineTextSource.SupplementaryStr, ReadOffset(ref c));
                return 0;
            case Form.strx or Form.GNU_str_index:
                text = Indexed(c.ReadUleb128("DW_FORM_strx"), sections, unit);
                return 0;
            case Form.strx1:
                text = Indexed(c.ReadByte("DW_FORM_strx1"), sections, unit);
                return 0;
            case Form.strx2:
                text = Indexed(c.ReadUInt16("DW_FORM_strx2"), sections, unit);
                return 0;
            case Form.strx3:
                var low = c.ReadBytes(3, "DW_FORM_strx3");
                text = Indexed(IsBigEndian ? (uint)(low[0] << 16 | low[1] << 8 | low[2]) : (uint)(low[2] << 16 | low[1] << 8 | low[0]), sections, unit);
                return 0;
            case Form.strx4:
                text = Indexed(c.ReadUInt32("DW_FORM_strx4"), sections, unit);
                return 0;
            case Form.udata:
                return c.ReadUleb128("DW_FORM_udata");
            case Form.sdata:
                return (ulong)c.ReadSleb128("DW_FORM_sdata");
            case Form.data1 or Form.flag:
                return c.ReadByte("DW_FORM_data1");
            case Form.data2:
                return c.ReadUInt16("DW_FORM_data2");
            case Form.data4:
                return c.ReadUInt32("DW_FORM_data4");
            case Form.data8:
                return c.ReadUInt64("DW_FORM_data8");
            case Form.data16:
                c.ReadBytes(16, "DW_FORM_data16");
                return 0;
            case Form.sec_offset:
                return ReadOffset(ref c);
            case Form.block:
                return Skip(ref c, c.ReadUleb128("DW_FORM_block"));
            case Form.block1:
                return Skip(ref c, c.ReadByte("DW_FORM_block1"));
            case Form.block2:
                return Skip(ref c, c.ReadUInt16("DW_FORM_block2"));
            case Form.block4:
                return Skip(ref c, c.ReadUInt32("DW_FORM_block4"));
            default:
                BadDataException.Throw(".debug_line", (ulong)c.Position, BadDataCode.Unsupported, "a form that entries may have (DWARF 5 §6.2.4.1)", $"0x{form:x}");
                return 0;
        }
    }

    private ulong ReadOffset(ref SpanCursor c) => IsDwarf64 ? c.ReadUInt64("offset") : c.ReadUInt32("offset");

    private static ulong Skip(ref SpanCursor c, ulong length)
    {
        c.ReadBytes((int)Math.Min(length, int.MaxValue), "block");
        return 0;
    }

    private static LineText Text(LineTextSource source, ulong offset) => offset > uint.MaxValue ? default : new LineText(source, (uint)offset);

    /// <summary>The text that an entry of the unit's string offsets says (§7.26); none when that is not at hand.</summary>
    private LineText Indexed(ulong index, in LineSections sections, in LineUnit unit)
    {
        var size = IsDwarf64 ? 8u : 4u;
        var c = new SpanCursor(sections.DebugStrOffsets.Span, ".debug_str_offsets", IsBigEndian);
        if (index > int.MaxValue || unit.StrOffsetsBase > int.MaxValue || !c.TrySeek((int)Math.Min(unit.StrOffsetsBase + index * size, int.MaxValue)))
            return default;
        ulong offset = 0;
        if (IsDwarf64 ? !c.TryReadUInt64(out offset) : !TryReadUInt32(ref c, out offset))
            return default;
        return Text(LineTextSource.DebugStr, offset);
    }

    private static bool TryReadUInt32(ref SpanCursor c, out ulong value)
    {
        var read = c.TryReadUInt32(out var narrow);
        value = narrow;
        return read;
    }

    /// <summary>The forms (§7.5.6, table 7.6).</summary>
    private static class Form
    {
        public const ulong block2 = 0x03, block4 = 0x04, data2 = 0x05, data4 = 0x06, data8 = 0x07, @string = 0x08, block = 0x09, block1 = 0x0a, data1 = 0x0b, flag = 0x0c,
            sdata = 0x0d, strp = 0x0e, udata = 0x0f, sec_offset = 0x17, strx = 0x1a, strp_sup = 0x1d, data16 = 0x1e, line_strp = 0x1f,
            strx1 = 0x25, strx2 = 0x26, strx3 = 0x27, strx4 = 0x28, GNU_str_index = 0x1f02, GNU_strp_alt = 0x1f21;
    }
}
