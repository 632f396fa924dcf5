namespace TraceKit.Testing;

/// <summary>Lays out small ELF files: 64 or 32 bits, either byte order, with or without section headers.</summary>
/// <remarks>Section contents follow each other from 0x1000 on, so that file offset and address keep the same low bits where the caller wants it.</remarks>
public sealed class ElfBuilder
{
    private readonly List<Section> _sections = [new("", 0, 0, 0, [], 0, 0, 0)];
    private readonly List<Segment> _segments = [];

    public ushort Type { get; init; } = 3;

    public ushort Machine { get; init; } = 62;

    public bool Is64Bit { get; init; } = true;

    public bool BigEndian { get; init; }

    public bool WithSectionHeaders { get; init; } = true;

    /// <summary>Adds a section; returns its index.</summary>
    public int AddSection(string name, uint type, ulong flags, ulong address, byte[] data, uint link = 0, uint info = 0, ulong entrySize = 0)
    {
        _sections.Add(new(name, type, flags, address, data, link, info, entrySize));
        return _sections.Count - 1;
    }

    /// <summary>Adds a segment over the section's bytes in the file.</summary>
    public ElfBuilder AddSegmentOver(uint type, uint flags, int section, int lastSection = -1)
    {
        _segments.Add(new(type, flags, section, lastSection < 0 ? section : lastSection, null));
        return this;
    }

    /// <summary>Adds a segment with stated numbers.</summary>
    public ElfBuilder AddSegment(uint type, uint flags, ulong offset, ulong address, ulong fileSize, ulong memorySize)
    {
        _segments.Add(new(type, flags, 0, 0, [offset, address, fileSize, memorySize]));
        return this;
    }

    /// <summary>Adds a symbol table and its names; returns the symbol section's index.</summary>
    public int AddSymbols(bool dynamic, params ReadOnlySpan<ElfSymbol> symbols)
    {
        var names = new ByteWriter().U8(0);
        var table = new ByteWriter(BigEndian).U8(new byte[Is64Bit ? 24 : 16]);
        foreach (var s in symbols)
        {
            var name = s.Name.Length == 0 ? 0u : (uint)names.Length;
            if (s.Name.Length != 0)
                names.CString(s.Name);
            var info = (byte)(s.Binding << 4 | s.Type);
            if (Is64Bit)
                table.U32(name).U8(info, 0).U16((ushort)s.Section).U64(s.Address).U64(s.Size);
            else
                table.U32(name).U32((uint)s.Address).U32((uint)s.Size).U8(info, 0).U16((ushort)s.Section);
        }

        var strings = AddSection(dynamic ? ".dynstr" : ".strtab", 3, 0, 0, names.ToArray());
        return AddSection(dynamic ? ".dynsym" : ".symtab", dynamic ? 11u : 2u, 0, 0, table.ToArray(), (uint)strings, 1, Is64Bit ? 24u : 16u);
    }

    public byte[] Build()
    {
        var names = new ByteWriter();
        var nameOffsets = new uint[_sections.Count + 1];
        for (var i = 0; i < _sections.Count; i++)
        {
            nameOffsets[i] = (uint)names.Length;
            names.CString(_sections[i].Name);
        }

        nameOffsets[^1] = (uint)names.Length;
        names.CString(".shstrtab");
        List<Section> sections = [.. _sections, new(".shstrtab", 3, 0, 0, names.ToArray(), 0, 0, 0)];

        int headerSize = Is64Bit ? 64 : 52, segmentSize = Is64Bit ? 56 : 32, sectionSize = Is64Bit ? 64 : 40;
        var body = new ByteWriter();
        var at = new ulong[sections.Count];
        var start = headerSize + segmentSize * _segments.Count;
        for (var i = 1; i < sections.Count; i++)
        {
            while ((start + body.Length) % 16 != 0)
                body.U8(0);
            at[i] = (ulong)(start + body.Length);
            if (sections[i].Type != 8)
                body.U8(sections[i].Data);
        }

        while ((start + body.Length) % 16 != 0)
            body.U8(0);
        var headersAt = WithSectionHeaders ? (ulong)(start + body.Length) : 0;

        var w = new ByteWriter(BigEndian);
        w.U8(0x7f, (byte)'E', (byte)'L', (byte)'F', (byte)(Is64Bit ? 2 : 1), (byte)(BigEndian ? 2 : 1), 1, 0).U8(new byte[8]);
        w.U16(Type).U16(Machine).U32(1);
        Word(w, 0);
        Word(w, _segments.Count == 0 ? 0 : (ulong)headerSize);
        Word(w, headersAt);
        w.U32(0).U16((ushort)headerSize).U16((ushort)segmentSize).U16((ushort)_segments.Count).U16((ushort)sectionSize);
        w.U16((ushort)(WithSectionHeaders ? sections.Count : 0)).U16((ushort)(WithSectionHeaders ? sections.Count - 1 : 0));
        foreach (var s in _segments)
        {
            var last = sections[s.Last];
            ulong[] numbers = s.Numbers ?? [at[s.First], sections[s.First].Address, at[s.Last] + (ulong)last.Data.Length - at[s.First], at[s.Last] + (ulong)last.Data.Length - at[s.First]];
            w.U32(s.Type);
            if (Is64Bit)
                w.U32(s.Flags);
            Word(w, numbers[0]);
            Word(w, numbers[1]);
            Word(w, numbers[1]);
            Word(w, numbers[2]);
            Word(w, numbers[3]);
            if (!Is64Bit)
                w.U32(s.Flags);
            Word(w, 0x1000);
        }

        w.U8(body.ToArray());
        if (WithSectionHeaders)
        {
            for (var i = 0; i < sections.Count; i++)
            {
                var s = sections[i];
                w.U32(i == 0 ? 0 : nameOffsets[i]).U32(s.Type);
                Word(w, s.Flags);
                Word(w, s.Address);
                Word(w, at[i]);
                Word(w, (ulong)s.Data.Length);
                w.U32(s.Link).U32(s.Info);
                Word(w, 1);
                Word(w, s.EntrySize);
            }
        }

        return w.ToArray();
    }

    /// <summary>A GNU note: build-ids.</summary>
    public static byte[] Note(uint type, string name, byte[] descriptor, bool bigEndian = false) =>
        new ByteWriter(bigEndian).U32((uint)name.Length + 1).U32((uint)descriptor.Length).U32(type).CString(name).Align(4).U8(descriptor).Align(4).ToArray();

    private void Word(ByteWriter w, ulong value)
    {
        if (Is64Bit)
            w.U64(value);
        else
            w.U32((uint)value);
    }

    private sealed record Section(string Name, uint Type, ulong Flags, ulong Address, byte[] Data, uint Link, uint Info, ulong EntrySize);

    private sealed record Segment(uint Type, uint Flags, int First, int Last, ulong[]? Numbers);
}

/// <summary>A symbol for <see cref="ElfBuilder.AddSymbols"/>.</summary>
public sealed record ElfSymbol(string Name, ulong Address, ulong Size, byte Type = 2, byte Binding = 1, int Section = 1);
