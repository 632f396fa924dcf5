namespace TraceKit.DebugInfo.Dwarf.Symbols;

/// <summary>One debugging information entry, read in full.</summary>
internal sealed class Entry
{
    private readonly Attribute[] _attributes;

    private Entry(DwarfUnit unit, int offset, in EntryShapes.Shape shape, Attribute[] attributes, int next)
    {
        Unit = unit;
        Offset = offset;
        Tag = shape.Tag;
        HasChildren = shape.HasChildren;
        _attributes = attributes;
        Next = next;
    }

    /// <summary>The unit it stands in.</summary>
    public DwarfUnit Unit { get; }

    /// <summary>Where it stands in the section.</summary>
    public int Offset { get; }

    /// <summary>A <see cref="DW_TAG"/>.</summary>
    public ushort Tag { get; }

    /// <summary>Whether it owns the entries after it.</summary>
    public bool HasChildren { get; }

    /// <summary>Just past its attributes: its first child, or its sibling.</summary>
    public int Next { get; }

    /// <summary>What identifies it.</summary>
    public EntryKey Key => new(Unit, Offset);

    /// <summary>Reads an entry; null when there is none that can be read.</summary>
    public static Entry? Read(DwarfUnit unit, EntryShapes shapes, int offset)
    {
        if (offset < unit.FirstEntry || offset >= unit.End)
            return null;
        var reader = unit.ReaderAt(offset);
        ref readonly var shape = ref shapes.Find(reader.Uleb(), out var found);
        if (!found || reader.Failed)
            return null;
        var specs = shapes.Specs(shape);
        var attributes = specs.Length == 0 ? [] : new Attribute[specs.Length];
        for (var i = 0; i < specs.Length; i++)
        {
            attributes[i] = new Attribute(specs[i].Attribute, specs[i].Form, reader.Read(specs[i].Form, specs[i].Constant));
            if (reader.Failed)
                return null;
        }

        return new Entry(unit, offset, shape, attributes, reader.Position);
    }

    /// <summary>The value of an attribute; of kind <see cref="DwarfValueKind.None"/> when it has none.</summary>
    public DwarfValue this[ushort attribute]
    {
        get
        {
            foreach (ref readonly var a in _attributes.AsSpan())
            {
                if (a.Name == attribute)
                    return a.Value;
            }

            return default;
        }
    }

    /// <summary>Whether it has an attribute.</summary>
    public bool Has(ushort attribute) => this[attribute].Kind != DwarfValueKind.None;

    /// <summary>Whether a flag is set.</summary>
    public bool Flag(ushort attribute) => this[attribute] is { Kind: not DwarfValueKind.None, Value: not 0 };

    /// <summary>A number; null when it is none, as where an expression computes it.</summary>
    public ulong? Number(ushort attribute) => this[attribute] is { Kind: DwarfValueKind.Constant or DwarfValueKind.SignedConstant } value ? value.Value : null;

    /// <summary>
    /// A number whose sign counts: a fixed form is as wide as the number, so a bound of 0xffffffff in four bytes is -1 (gcc's way of saying an empty array before it said nothing).
    /// </summary>
    public long? Signed(ushort attribute)
    {
        foreach (ref readonly var a in _attributes.AsSpan())
        {
            if (a.Name != attribute)
                continue;
            if (a.Value.Kind is not (DwarfValueKind.Constant or DwarfValueKind.SignedConstant))
                return null;
            return a.Form switch
            {
                DW_FORM.data1 => (sbyte)a.Value.Value,
                DW_FORM.data2 => (short)a.Value.Value,
                DW_FORM.data4 => (int)a.Value.Value,
                _ => (long)a.Value.Value,
            };
        }

        return null;
    }

    /// <summary>A text; null when it has none or it cannot be read.</summary>
    public string? Text(ushort attribute)
    {
        var value = this[attribute];
        if (value.Kind == DwarfValueKind.None)
            return null;
        var text = Unit.Text(value);
        return text.Length == 0 ? null : text;
    }

    /// <summary>The bytes of a block or expression.</summary>
    public ReadOnlyMemory<byte> Block(in DwarfValue value) =>
        value.Kind == DwarfValueKind.Block && value.BlockStart + value.BlockLength <= Unit.End ? Unit.Sections[Unit.Section].Slice(value.BlockStart, value.BlockLength) : default;

    private readonly record struct Attribute(ushort Name, ushort Form, DwarfValue Value);
}

/// <summary>Which entry: unit and offset in its section.</summary>
internal readonly record struct EntryKey(DwarfUnit Unit, int Offset);
