using TraceKit.Binary;

namespace TraceKit.DebugInfo.Dwarf.Lines;

/// <summary>The header of one line number program (DWARF 5 §6.2.4; versions 2 to 5), its directories and files.</summary>
internal sealed partial class LineHeader
{
    private readonly ReadOnlyMemory<byte> _section;
    private readonly List<LineText> _directories = [];
    private readonly List<LineFile> _files = [];

    private LineHeader(ReadOnlyMemory<byte> section, bool bigEndian)
    {
        _section = section;
        IsBigEndian = bigEndian;
    }

    public bool IsBigEndian { get; }

    /// <summary>64-bit DWARF: lengths and offsets have 8 bytes.</summary>
    public bool IsDwarf64 { get; private set; }

    public ushort Version { get; private set; }

    /// <summary>Bytes of an address; 0 when nobody says.</summary>
    public byte AddressSize { get; private set; }

    /// <summary>The bits of an address.</summary>
    public ulong AddressMask => AddressSize is > 0 and < 8 ? (1UL << AddressSize * 8) - 1 : ulong.MaxValue;

    public byte MinimumInstructionLength { get; private set; }

    public byte MaximumOperationsPerInstruction { get; private set; } = 1;

    public bool DefaultIsStmt { get; private set; }

    public sbyte LineBase { get; private set; }

    public byte LineRange { get; private set; }

    public byte OpcodeBase { get; private set; }

    /// <summary>Operands of the opcodes from 1 to <see cref="OpcodeBase"/> - 1.</summary>
    public ReadOnlyMemory<byte> StandardOpcodeLengths { get; private set; }

    /// <summary>The program's bytes.</summary>
    public ReadOnlyMemory<byte> Program { get; private set; }

    /// <summary>Where in the section the program begins.</summary>
    public int ProgramAt { get; private set; }

    /// <summary>The contribution ends before its stated end: the section was cut.</summary>
    public bool IsCut { get; private set; }

    public List<LineText> Directories => _directories;

    public List<LineFile> Files => _files;

    /// <summary>Reads a header.</summary>
    /// <exception cref="BadDataException">It is damaged, or of a version that this build does not know.</exception>
    public static LineHeader Read(DwarfSections sections, DebugLineOffset offset, in LineUnit unit)
    {
        var section = sections[DwarfSection.Line];
        var header = new LineHeader(section, sections.IsBigEndian) { AddressSize = unit.AddressSize };
        var c = new SpanCursor(section.Span, ".debug_line", sections.IsBigEndian);
        if (offset.Value >= (ulong)section.Length || !c.TrySeek((int)offset.Value))
            BadDataException.Throw(".debug_line", offset.Value, BadDataCode.Truncated, "a line table", $"a section of {section.Length} bytes");
        header.Read(ref c, sections, unit);
        return header;
    }

    private void Read(ref SpanCursor c, DwarfSections sections, in LineUnit unit)
    {
        ulong length = c.ReadUInt32("unit_length");
        if (length == 0xffffffff)
        {
            IsDwarf64 = true;
            length = c.ReadUInt64("unit_length");
        }
        else if (length >= 0xfffffff0)
        {
            c.ThrowInvalid("unit_length under 0xfffffff0", $"0x{length:x}");
        }

        IsCut = length > (ulong)c.Remaining;
        var end = c.Position + (int)Math.Min(length, (ulong)c.Remaining);
        Version = c.ReadUInt16("version");
        if (Version is < 2 or > 5)
            BadDataException.Throw(".debug_line", (ulong)c.ValueStart, BadDataCode.UnsupportedVersion, "line table version 2, 3, 4 or 5", $"{Version}");
        if (Version >= 5)
        {
            AddressSize = c.ReadByte("address_size");
            c.ReadByte("segment_selector_size");
        }

        var headerLength = IsDwarf64 ? c.ReadUInt64("header_length") : c.ReadUInt32("header_length");
        if (headerLength > (ulong)Math.Max(end - c.Position, 0))
            BadDataException.Throw(".debug_line", (ulong)c.ValueStart, BadDataCode.InvalidValue, $"a header within its {Math.Max(end - c.Position, 0)} bytes", $"{headerLength}");
        ProgramAt = c.Position + (int)headerLength;
        Program = _section[ProgramAt..end];

        MinimumInstructionLength = c.ReadByte("minimum_instruction_length");
        if (Version >= 4)
            MaximumOperationsPerInstruction = c.ReadByte("maximum_operations_per_instruction");
        DefaultIsStmt = c.ReadByte("default_is_stmt") != 0;
        LineBase = (sbyte)c.ReadByte("line_base");
        LineRange = c.ReadByte("line_range");
        OpcodeBase = c.ReadByte("opcode_base");
        var lengthsAt = c.Position;
        c.ReadBytes(Math.Max(OpcodeBase - 1, 0), "standard_opcode_lengths");
        StandardOpcodeLengths = _section[lengthsAt..c.Position];

        // Nothing of the tables may be read from behind the program's start.
        var tables = new SpanCursor(_section.Span[..ProgramAt], ".debug_line", IsBigEndian);
        if (!tables.TrySeek(c.Position))
            c.ThrowInvalid("a header_length that covers the header", $"{headerLength}");
        if (Version >= 5)
            ReadEntries(ref tables, sections, unit);
        else
            ReadOldEntries(ref tables);
    }

    /// <summary>Versions 2 to 4: names until an empty one (DWARF 4 §6.2.4).</summary>
    private void ReadOldEntries(ref SpanCursor c)
    {
        for (; ; )
        {
            var at = c.Position;
            if (!c.TryReadCString(out var name))
                BadDataException.Throw(".debug_line", (ulong)at, BadDataCode.Truncated, "include_directories", "no NUL in the header");
            if (name.IsEmpty)
                break;
            _directories.Add(new LineText(LineTextSource.DebugLine, (uint)at));
        }

        while (TryReadOldFile(ref c, out var file, out var isEnd))
        {
            if (isEnd)
                return;
            _files.Add(file);
        }

        BadDataException.Throw(".debug_line", (ulong)c.ValueStart, BadDataCode.Truncated, "file_names", "the end of the header");
    }

    private static bool TryReadOldFile(ref SpanCursor c, out LineFile file, out bool isEnd)
    {
        file = default;
        var at = c.Position;
        isEnd = c.TryReadCString(out var name) && name.IsEmpty;
        if (isEnd)
            return true;
        if (c.Position == at || !c.TryReadUleb128(out var directory) || !c.TryReadUleb128(out _) || !c.TryReadUleb128(out _))
            return false;
        file.Name = new LineText(LineTextSource.DebugLine, (uint)at);
        file.Directory = (uint)Math.Min(directory, uint.MaxValue);
        return true;
    }

    /// <summary>Adds a file that the program defines by <c>DW_LNE_define_file</c>.</summary>
    /// <param name="at">Where in the section its entry begins.</param>
    /// <param name="length">Bytes of the entry.</param>
    public bool TryDefineFile(int at, int length)
    {
        var c = new SpanCursor(_section.Span.Slice(0, at + length), ".debug_line", IsBigEndian);
        if (!c.TrySeek(at) || !TryReadOldFile(ref c, out var file, out var isEnd))
            return false;
        if (!isEnd)
            _files.Add(file);
        return true;
    }
}
