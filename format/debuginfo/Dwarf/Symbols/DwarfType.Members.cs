using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Dwarf.Symbols;

internal sealed partial class DwarfType
{
    private IReadOnlyList<DebugMember>? _members;
    private DebugVariants? _variants;
    private bool _variantsRead;

    /// <inheritdoc/>
    public override IReadOnlyList<DebugMember> Members => _members ??= Kind is DebugTypeKind.Struct or DebugTypeKind.Class or DebugTypeKind.Union ? ReadMembers(Children) : [];

    /// <inheritdoc/>
    public override DebugVariants? Variants
    {
        get
        {
            if (!_variantsRead)
            {
                _variantsRead = true;
                if (Kind is DebugTypeKind.Struct or DebugTypeKind.Union)
                {
                    foreach (var child in Children)
                    {
                        if (child.Tag == DW_TAG.variant_part)
                        {
                            _variants = ReadVariants(child);
                            break;
                        }
                    }
                }
            }

            return _variants;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<DebugEnumerator> Enumerators => field ??= Kind == DebugTypeKind.Enum ? ReadEnumerators() : [];

    /// <inheritdoc/>
    public override IReadOnlyList<ulong?> Dimensions => field ??= Kind == DebugTypeKind.Array ? ReadDimensions() : [];

    /// <inheritdoc/>
    public override IReadOnlyList<DebugType?> ParameterTypes => field ??= Kind == DebugTypeKind.Function ? ReadParameterTypes() : [];

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, DebugType? Type)> TemplateTypes => field ??= ReadTemplateTypes();

    private List<DebugMember> ReadMembers(List<Entry> children)
    {
        var bases = new List<DebugMember>();
        var members = new List<DebugMember>();
        foreach (var child in children)
        {
            if (child.Tag == DW_TAG.inheritance)
            {
                var type = _symbols.TypeOf(child);
                var isVirtual = child.Number(DW_AT.virtuality) is > 0;
                bases.Add(new DebugMember(type?.Name, type, isVirtual ? 0 : Location(child) * 8, IsBase: true, IsVirtualBase: isVirtual));
            }
            else if (child.Tag == DW_TAG.member && !child.Flag(DW_AT.external) && !child.Flag(DW_AT.declaration))
            {
                members.Add(ReadMember(child)); // else a static one, before version 5
            }
        }

        bases.AddRange(members);
        return bases;
    }

    private DebugMember ReadMember(Entry member)
    {
        var type = _symbols.TypeOf(member);
        var bits = Location(member) * 8;
        if (member.Number(DW_AT.bit_size) is not { } size || size > ushort.MaxValue)
            return new DebugMember(member.Text(DW_AT.name), type, bits);
        if (member.Number(DW_AT.data_bit_offset) is { } from)
        {
            bits = from; // version 4, 5: from the start of the whole
        }
        else if (member.Signed(DW_AT.bit_offset) is { } offset)
        {
            // Versions 2 and 3 count from the highest bit of a unit of storage down to the field's highest bit. A field that begins below its unit is negative.
            var storage = (member.Number(DW_AT.byte_size) ?? type?.ByteSize ?? 0) * 8;
            bits = member.Unit.Sections.IsBigEndian ? bits + (ulong)offset : bits + storage - (ulong)offset - size;
        }

        return new DebugMember(member.Text(DW_AT.name), type, bits, (uint)size);
    }

    /// <summary>Bytes from the start of the whole: a number, or in version 2 an expression that adds one to the address it is given.</summary>
    private static ulong Location(Entry member)
    {
        var value = member[DW_AT.data_member_location];
        if (value.Kind is DwarfValueKind.Constant or DwarfValueKind.SignedConstant)
            return value.Value;
        var code = member.Block(value).Span;
        var c = new SpanCursor(code, "DW_AT_data_member_location", member.Unit.Sections.IsBigEndian);
        if (!c.TryReadByte(out var op))
            return 0;
        switch (op)
        {
            case DW_OP.plus_uconst:
            case DW_OP.constu:
                return c.TryReadUleb128(out var number) ? number : 0;
            case DW_OP.const1u:
                return c.TryReadByte(out var b) ? b : 0ul;
            case DW_OP.const2u:
                return c.TryReadUInt16(out var h) ? h : 0ul;
            case DW_OP.const4u:
                return c.TryReadUInt32(out var w) ? w : 0ul;
            case >= DW_OP.lit0 and <= DW_OP.lit31:
                return (uint)(op - DW_OP.lit0);
            default:
                return 0;
        }
    }

    private DebugVariants ReadVariants(Entry part)
    {
        var children = _symbols.Entries.Children(part);
        DebugMember? tag = null;
        if (_symbols.Entries.TryFollow(part, DW_AT.discr, out var discriminant))
        {
            foreach (var child in children)
            {
                if (child.Key == discriminant)
                    tag = ReadMember(child);
            }

            tag ??= _symbols.Entries.At(discriminant.Unit, discriminant.Offset) is { Tag: DW_TAG.member } elsewhere ? ReadMember(elsewhere) : null;
        }

        var signed = tag?.Type?.IsSigned == true;
        var variants = new List<DebugVariant>();
        foreach (var child in children)
        {
            if (child.Tag != DW_TAG.variant)
                continue;
            DebugMember? payload = null;
            foreach (var member in _symbols.Entries.Children(child))
            {
                if (member.Tag == DW_TAG.member)
                    payload ??= ReadMember(member);
            }

            var value = signed ? child.Signed(DW_AT.discr_value) : (long?)child.Number(DW_AT.discr_value);
            if (child.Has(DW_AT.discr_value) && value is null && child.Block(child[DW_AT.discr_value]) is { Length: 16 } wide)
                value = (long)DwarfForm.ReadFixed(wide.Span[(child.Unit.Sections.IsBigEndian ? 8 : 0)..][..8], child.Unit.Sections.IsBigEndian); // a 128-bit tag
            variants.Add(new DebugVariant(payload?.Name ?? payload?.Type?.Name ?? "", value, payload));
        }

        return new DebugVariants(tag, variants);
    }

    private List<DebugEnumerator> ReadEnumerators()
    {
        var all = new List<DebugEnumerator>();
        foreach (var child in Children)
        {
            // Fixed forms are never negative here: gcc and clang write DW_FORM_sdata then.
            if (child.Tag == DW_TAG.enumerator && child.Text(DW_AT.name) is { } name && child.Number(DW_AT.const_value) is { } value)
                all.Add(new DebugEnumerator(name, (long)value));
        }

        return all;
    }

    private List<ulong?> ReadDimensions()
    {
        var all = new List<ulong?>();
        foreach (var child in Children)
        {
            if (child.Tag is not (DW_TAG.subrange_type or DW_TAG.generic_subrange or DW_TAG.enumeration_type))
                continue;
            if (child.Number(DW_AT.count) is { } count)
            {
                all.Add(count == ulong.MaxValue ? null : count);
            }
            else if (child.Number(DW_AT.upper_bound) is { } upper)
            {
                var lower = child.Number(DW_AT.lower_bound) ?? 0;
                // Bounds of all ones are -1: nothing, or not known.
                var last = child.Signed(DW_AT.upper_bound) == -1 && child[DW_AT.upper_bound].Kind == DwarfValueKind.Constant && upper >= uint.MaxValue ? ulong.MaxValue : upper;
                all.Add(last == ulong.MaxValue ? child[DW_AT.upper_bound].Kind == DwarfValueKind.SignedConstant ? 0 : null : last - lower + 1);
            }
            else
            {
                all.Add(null);
            }
        }

        if (all.Count == 0)
            all.Add(null);
        return all;
    }

    private List<DebugType?> ReadParameterTypes()
    {
        var all = new List<DebugType?>();
        foreach (var child in Children)
        {
            if (child.Tag == DW_TAG.formal_parameter)
                all.Add(_symbols.TypeOf(child));
        }

        return all;
    }

    private List<(string Name, DebugType? Type)> ReadTemplateTypes()
    {
        var all = new List<(string, DebugType?)>();
        if (Kind is not (DebugTypeKind.Struct or DebugTypeKind.Class or DebugTypeKind.Union or DebugTypeKind.Typedef))
            return all;
        foreach (var child in Children)
        {
            if (child.Tag == DW_TAG.template_type_parameter)
                all.Add((child.Text(DW_AT.name) ?? "", _symbols.TypeOf(child)));
            else if (child.Tag == DW_TAG.GNU_template_parameter_pack)
            {
                var pack = child.Text(DW_AT.name) ?? "";
                foreach (var inner in _symbols.Entries.Children(child))
                {
                    if (inner.Tag == DW_TAG.template_type_parameter)
                        all.Add((pack, _symbols.TypeOf(inner)));
                }
            }
        }

        return all;
    }
}
