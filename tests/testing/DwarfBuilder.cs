namespace TraceKit.Testing;

/// <summary>An entry of <c>.debug_info</c> to be written.</summary>
public sealed class DwarfEntry(ushort tag)
{
    private readonly List<(ushort Attribute, ushort Form, object? Value)> _attributes = [];
    private readonly List<DwarfEntry> _children = [];

    public ushort Tag { get; } = tag;

    /// <summary>Where it was written in its section.</summary>
    public int Offset { get; internal set; }

    /// <summary>Its abbreviation; two entries may be given one number by hand.</summary>
    public ulong Code { get; init; }

    internal IReadOnlyList<(ushort Attribute, ushort Form, object? Value)> Attributes => _attributes;

    internal IReadOnlyList<DwarfEntry> Children => _children;

    /// <summary>Adds an attribute: a number, a string, bytes, or the entry that it refers to, as the form has it.</summary>
    public DwarfEntry With(ushort attribute, ushort form, object? value = null)
    {
        _attributes.Add((attribute, form, value));
        return this;
    }

    public DwarfEntry Add(params ReadOnlySpan<DwarfEntry> children)
    {
        foreach (var child in children)
            _children.Add(child);
        return this;
    }
}

/// <summary>Writes <c>.debug_info</c>, <c>.debug_abbrev</c> and <c>.debug_str</c> entry by entry; the other sections are given as bytes.</summary>
public sealed class DwarfBuilder
{
    private const ushort Sibling = 0x01;
    private readonly ByteWriter _info, _abbreviations, _strings;
    private readonly List<(int At, int Size, int From, DwarfEntry Target)> _references = [];
    private readonly bool _bigEndian;
    private ulong _codes;

    public DwarfBuilder(bool bigEndian = false)
    {
        _bigEndian = bigEndian;
        (_info, _abbreviations, _strings) = (new ByteWriter(bigEndian), new ByteWriter(bigEndian), new ByteWriter(bigEndian).U8(0));
    }

    public bool IsDwarf64 { get; init; }

    public byte AddressSize { get; init; } = 8;

    /// <summary>Where the next unit will begin.</summary>
    public int NextUnit => _info.Length;

    /// <summary>Other sections, by name.</summary>
    public Dictionary<string, byte[]> Sections { get; } = [];

    /// <summary>The executable section.</summary>
    public (ulong Address, int Size) Text { get; init; } = (0x1000, 0x10000);

    /// <summary>Writes a unit around its first entry.</summary>
    /// <param name="version">2 to 5.</param>
    /// <param name="first">The first entry.</param>
    /// <param name="type">A <c>DW_UT</c>, in version 5.</param>
    /// <param name="identity">Of skeleton, split and type units.</param>
    public DwarfBuilder Unit(ushort version, DwarfEntry first, byte type = 1, ulong identity = 0)
    {
        var start = _info.Length;
        if (IsDwarf64)
            _info.U32(uint.MaxValue);
        var lengthAt = _info.Length;
        Offset(0);
        _info.U16(version);
        if (version >= 5)
            _info.U8(type, AddressSize);
        Offset(0);
        if (version < 5)
            _info.U8(AddressSize);
        if (version >= 5 && type is (2 or 6))
            Offset(_info.U64(identity).Length);
        else if (version >= 5 && type is (4 or 5))
            _info.U64(identity);
        Write(first, start, version);
        Patch(lengthAt, IsDwarf64 ? 8 : 4, (ulong)(_info.Length - lengthAt - (IsDwarf64 ? 8 : 4)));
        return this;
    }

    /// <summary>All sections.</summary>
    public Dictionary<string, byte[]> Build()
    {
        foreach (var (at, size, from, target) in _references)
            Patch(at, size, (ulong)(target.Offset - from));
        var all = new Dictionary<string, byte[]>(Sections)
        {
            [".debug_info"] = _info.ToArray(),
            [".debug_abbrev"] = [.. _abbreviations.ToArray(), 0],
            [".debug_str"] = _strings.ToArray(),
        };
        return all;
    }

    /// <summary>A file with these sections and an executable one.</summary>
    public byte[] Image() => Image(Build());

    /// <summary>A file with sections of that content; for damaged ones.</summary>
    public byte[] Image(Dictionary<string, byte[]> sections, string suffix = "")
    {
        var elf = new ElfBuilder { Is64Bit = AddressSize == 8, BigEndian = _bigEndian, Type = 2 };
        elf.AddSection(".text", 8, 6, Text.Address, new byte[Text.Size]);
        foreach (var (name, data) in sections)
            elf.AddSection(name + suffix, 1, 0, 0, data);
        return elf.Build();
    }

    private void Write(DwarfEntry entry, int unit, ushort version)
    {
        entry.Offset = _info.Length;
        var code = entry.Code == 0 ? ++_codes : entry.Code;
        _abbreviations.Uleb(code).Uleb(entry.Tag).U8(entry.Children.Count > 0 ? (byte)1 : (byte)0);
        _info.Uleb(code);
        var siblingAt = -1;
        foreach (var (attribute, form, value) in entry.Attributes)
        {
            _abbreviations.Uleb(attribute).Uleb(form);
            if (form == 0x21)
                _abbreviations.Sleb(Convert.ToInt64(value, null));
            if (attribute == Sibling && value is null)
                siblingAt = _info.Length;
            Value(form, value ?? 0, unit, version);
        }

        _abbreviations.U8(0, 0);
        if (entry.Children.Count > 0)
        {
            foreach (var child in entry.Children)
                Write(child, unit, version);
            _info.U8(0);
        }

        if (siblingAt >= 0)
            Patch(siblingAt, 4, (ulong)(_info.Length - unit));
    }

    private void Value(ushort form, object value, int unit, ushort version)
    {
        if (value is DwarfEntry target)
        {
            var size = form switch { 0x10 => version <= 2 ? AddressSize : IsDwarf64 ? 8 : 4, 0x11 => 1, 0x12 => 2, 0x14 => 8, _ => 4 };
            _references.Add((_info.Length, size, form == 0x10 ? 0 : unit, target));
            _info.U8(new byte[size]);
            return;
        }

        ulong Number() => value is int i ? (ulong)i : value is long l ? (ulong)l : Convert.ToUInt64(value, null);
        switch (form)
        {
            case 0x01: Fixed(AddressSize, Number()); break;
            case 0x08: _info.CString((string)value); break;
            case 0x0e: Offset(String((string)value)); break;
            case 0x0b or 0x0c or 0x11 or 0x25 or 0x29: Fixed(1, Number()); break;
            case 0x05 or 0x12 or 0x26 or 0x2a: Fixed(2, Number()); break;
            case 0x06 or 0x13 or 0x1c or 0x28 or 0x2c: Fixed(4, Number()); break;
            case 0x07 or 0x14 or 0x20 or 0x24: Fixed(8, Number()); break;
            case 0x0d: _info.Sleb((long)Number()); break;
            case 0x0f or 0x15 or 0x1a or 0x1b or 0x22 or 0x23 or 0x1f01 or 0x1f02: _info.Uleb(Number()); break;
            case 0x10: Fixed(version <= 2 ? AddressSize : IsDwarf64 ? 8 : 4, Number()); break;
            case 0x17 or 0x1d or 0x1f or 0x1f20 or 0x1f21: Offset((int)Number()); break;
            case 0x18 or 0x09: _info.Uleb((ulong)((byte[])value).Length).U8((byte[])value); break;
            case 0x0a: _info.U8((byte)((byte[])value).Length).U8((byte[])value); break;
            case 0x19 or 0x21: break;
            default: _info.U8((byte[])value); break;
        }
    }

    /// <summary>Adds a string to <c>.debug_str</c>.</summary>
    public int String(string text)
    {
        var at = _strings.Length;
        _strings.CString(text);
        return at;
    }

    private void Offset(int value) => Fixed(IsDwarf64 ? 8 : 4, (ulong)value);

    private void Fixed(int size, ulong value)
    {
        switch (size)
        {
            case 1: _info.U8((byte)value); break;
            case 2: _info.U16((ushort)value); break;
            case 4: _info.U32((uint)value); break;
            default: _info.U64(value); break;
        }
    }

    private void Patch(int at, int size, ulong value)
    {
        for (var i = 0; i < size; i++)
            _info.Patch8(at + (_bigEndian ? size - 1 - i : i), (byte)(value >> (8 * i)));
    }
}
