using TraceKit.Binary;

namespace TraceKit.DebugInfo.Dwarf.Symbols;

/// <summary>The abbreviations of a unit (DWARF 5 §7.5.3) with every attribute: for reading single entries in full, and for stepping over many.</summary>
/// <remarks><see cref="AbbreviationTable"/> keeps only what symbolizing asks for. Immutable; safe for any number of readers.</remarks>
internal sealed class EntryShapes
{
    private readonly Shape[] _shapes;
    private readonly Dictionary<ulong, int>? _byCode; // null when the codes are 1, 2, 3…
    private readonly Spec[] _specs;
    private static readonly Shape None;

    private EntryShapes(Shape[] shapes, Dictionary<ulong, int>? byCode, Spec[] specs)
    {
        _shapes = shapes;
        _byCode = byCode;
        _specs = specs;
    }

    /// <summary>Attributes of a shape, in order.</summary>
    public ReadOnlySpan<Spec> Specs(in Shape shape) => _specs.AsSpan(shape.First, shape.Count);

    /// <summary>Some origin or specification is a reference by a form that cannot be looked for as four bytes: dwz writes such ones.</summary>
    public bool HasShortReferences { get; private init; }

    /// <summary>Some origin or specification may lead into another unit.</summary>
    public bool HasGlobalReferences { get; private init; }

    /// <summary>Some name is a number of a string: <c>DW_FORM_strx</c> and its like.</summary>
    public bool HasStringNumbers { get; private init; }

    /// <summary>The shape of a code.</summary>
    public ref readonly Shape Find(ulong code, out bool found)
    {
        int index;
        if (_byCode is null)
        {
            found = code - 1 < (ulong)_shapes.Length;
            index = (int)(code - 1);
        }
        else
        {
            found = _byCode.TryGetValue(code, out index);
        }

        return ref found ? ref _shapes[index] : ref None;
    }

    /// <summary>Reads a table as far as it can be read.</summary>
    public static EntryShapes Read(ref SpanCursor cursor, in UnitContext unit)
    {
        var shapes = new List<Shape>();
        var specs = new List<Spec>();
        bool dense = true, shorts = false, globals = false, numbers = false;
        while (cursor.TryReadUleb128(out var code) && code != 0)
        {
            if (!cursor.TryReadUleb128(out var tag) || !cursor.TryReadByte(out var children))
                break;
            var shape = new Shape { Code = code, Tag = tag > ushort.MaxValue ? (ushort)0 : (ushort)tag, HasChildren = children != 0, First = specs.Count, SiblingAt = -1 };
            int size = 0;
            var whole = false;
            while (cursor.TryReadUleb128(out var attribute) && cursor.TryReadUleb128(out var form))
            {
                if (attribute == 0 && form == 0)
                {
                    whole = true;
                    break;
                }

                long constant = 0;
                if (form == DW_FORM.implicit_const && !cursor.TryReadSleb128(out constant))
                    break;
                var spec = new Spec(attribute > ushort.MaxValue ? (ushort)0 : (ushort)attribute, form > ushort.MaxValue ? (ushort)0 : (ushort)form, constant);
                specs.Add(spec);
                if (spec.Attribute == DW_AT.sibling && size >= 0 && spec.Form == DW_FORM.ref4)
                    shape.SiblingAt = size;
                if (spec.Attribute is DW_AT.abstract_origin or DW_AT.specification)
                {
                    shorts |= spec.Form is not (DW_FORM.ref4 or DW_FORM.ref_addr or DW_FORM.GNU_ref_alt);
                    globals |= spec.Form is not (DW_FORM.ref4 or DW_FORM.ref1 or DW_FORM.ref2 or DW_FORM.ref8 or DW_FORM.ref_udata);
                }

                numbers |= spec.Attribute is DW_AT.name or DW_AT.linkage_name && spec.Form is DW_FORM.strx or DW_FORM.strx1 or DW_FORM.strx2 or DW_FORM.strx3 or DW_FORM.strx4 or DW_FORM.GNU_str_index;
                var bytes = AbbreviationTable.FixedSize(spec.Form, unit);
                size = size < 0 || bytes < 0 ? -1 : size + bytes;
            }

            shape.Count = specs.Count - shape.First;
            shape.FixedSize = size;
            dense &= code == (ulong)shapes.Count + 1;
            shapes.Add(shape);
            if (!whole)
                break;
        }

        Dictionary<ulong, int>? byCode = null;
        if (!dense)
        {
            byCode = new Dictionary<ulong, int>(shapes.Count);
            for (var i = 0; i < shapes.Count; i++)
                byCode.TryAdd(shapes[i].Code, i);
        }

        return new EntryShapes([.. shapes], byCode, [.. specs]) { HasShortReferences = shorts, HasGlobalReferences = globals, HasStringNumbers = numbers };
    }

    /// <summary>Steps over the attributes of an entry.</summary>
    /// <param name="reader">Just past the entry's code; then past the entry.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="unit">Where the unit begins.</param>
    /// <returns>Where <c>DW_AT_sibling</c> leads in the section; 0 without one.</returns>
    public int Skip(ref EntryReader reader, in Shape shape, int unit)
    {
        if (shape.FixedSize >= 0)
        {
            var at = reader.Position;
            reader.Skip(shape.FixedSize);
            if (shape.SiblingAt < 0 || reader.Failed)
                return 0;
            return Sibling(reader.FixedAt(at + shape.SiblingAt, 4), reader, unit);
        }

        var sibling = 0;
        foreach (ref readonly var spec in Specs(shape))
        {
            var value = reader.Read(spec.Form, spec.Constant);
            if (spec.Attribute == DW_AT.sibling && value.Kind == DwarfValueKind.UnitReference)
                sibling = Sibling(value.Value, reader, unit);
        }

        return reader.Failed ? 0 : sibling;
    }

    private static int Sibling(ulong value, in EntryReader reader, int unit)
    {
        var at = (ulong)unit + value;
        return at >= (ulong)reader.Position && at <= (ulong)reader.Data.Length ? (int)at : 0;
    }

    /// <summary>One shape of entries.</summary>
    internal struct Shape
    {
        /// <summary>The number that entries name it by.</summary>
        public ulong Code;

        /// <summary>A <see cref="DW_TAG"/>.</summary>
        public ushort Tag;

        /// <summary>Whether entries own those after them, up to a zero.</summary>
        public bool HasChildren;

        /// <summary>Its attributes among all.</summary>
        public int First, Count;

        /// <summary>Bytes of all attributes where they are the same in every entry; else -1.</summary>
        public int FixedSize;

        /// <summary>Where among them <c>DW_AT_sibling</c> stands; -1 when that is not always the same place.</summary>
        public int SiblingAt;
    }

    /// <summary>One attribute of a shape.</summary>
    internal readonly record struct Spec(ushort Attribute, ushort Form, long Constant);
}
