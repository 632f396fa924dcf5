using TraceKit.Binary;

namespace TraceKit.DebugInfo.Dwarf.Lines;

/// <summary>Version 5: directories and files in formats that the header describes (DWARF 5 §6.2.4.1).</summary>
internal sealed partial class LineHeader
{
    private void ReadEntries(ref SpanCursor c, DwarfSections sections, in LineUnit unit)
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

    private LineFile ReadEntry(ref SpanCursor c, scoped ReadOnlySpan<(ulong Type, ulong Form)> format, DwarfSections sections, in LineUnit unit)
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
                    entry.Md5At = form == DW_FORM.data16 ? c.Position - 16 : 0;
                    break;
                case DW_LNCT.LLVM_source:
                    entry.Source = text;
                    break;
            }
        }

        return entry;
    }

    /// <summary>Reads a value: a number, or where a text stands. The forms are those of §6.2.4.1 and whatever else a vendor's field may have.</summary>
    private ulong ReadForm(ref SpanCursor c, ulong form, DwarfSections sections, in LineUnit unit, out LineText text)
    {
        text = default;
        switch (form)
        {
            case DW_FORM.@string:
                text = new LineText(LineTextSource.DebugLine, (uint)c.Position);
                if (!c.TryReadCString(out _))
                    BadDataException.Throw(".debug_line", (ulong)c.Position, BadDataCode.Truncated, "DW_FORM_string", "no NUL in the header");
                return 0;
            case DW_FORM.line_strp:
                text = Text(LineTextSource.DebugLineStr, ReadOffset(ref c));
                return 0;
            case DW_FORM.strp:
                text = Text(LineTextSource.DebugStr, ReadOffset(ref c));
                return 0;
            case DW_FORM.strp_sup or DW_FORM.GNU_strp_alt:
                text = Text(LineTextSource.SupplementaryStr, ReadOffset(ref c));
                return 0;
            case DW_FORM.strx or DW_FORM.GNU_str_index:
                text = Indexed(c.ReadUleb128("DW_FORM_strx"), sections, unit);
                return 0;
            case DW_FORM.strx1:
                text = Indexed(c.ReadByte("DW_FORM_strx1"), sections, unit);
                return 0;
            case DW_FORM.strx2:
                text = Indexed(c.ReadUInt16("DW_FORM_strx2"), sections, unit);
                return 0;
            case DW_FORM.strx3:
                var low = c.ReadBytes(3, "DW_FORM_strx3");
                text = Indexed(IsBigEndian ? (uint)(low[0] << 16 | low[1] << 8 | low[2]) : (uint)(low[2] << 16 | low[1] << 8 | low[0]), sections, unit);
                return 0;
            case DW_FORM.strx4:
                text = Indexed(c.ReadUInt32("DW_FORM_strx4"), sections, unit);
                return 0;
            case DW_FORM.udata:
                return c.ReadUleb128("DW_FORM_udata");
            case DW_FORM.sdata:
                return (ulong)c.ReadSleb128("DW_FORM_sdata");
            case DW_FORM.data1 or DW_FORM.flag:
                return c.ReadByte("DW_FORM_data1");
            case DW_FORM.data2:
                return c.ReadUInt16("DW_FORM_data2");
            case DW_FORM.data4:
                return c.ReadUInt32("DW_FORM_data4");
            case DW_FORM.data8:
                return c.ReadUInt64("DW_FORM_data8");
            case DW_FORM.data16:
                c.ReadBytes(16, "DW_FORM_data16");
                return 0;
            case DW_FORM.sec_offset:
                return ReadOffset(ref c);
            case DW_FORM.block:
                return Skip(ref c, c.ReadUleb128("DW_FORM_block"));
            case DW_FORM.block1:
                return Skip(ref c, c.ReadByte("DW_FORM_block1"));
            case DW_FORM.block2:
                return Skip(ref c, c.ReadUInt16("DW_FORM_block2"));
            case DW_FORM.block4:
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
    private LineText Indexed(ulong index, DwarfSections sections, in LineUnit unit)
    {
        var table = sections[DwarfSection.StrOffsets].Span;
        return DwarfForm.TryIndexed(table, unit.StrOffsetsBase, index, IsDwarf64 ? 8 : 4, IsBigEndian, out var offset) ? Text(LineTextSource.DebugStr, offset) : default;
    }
}
