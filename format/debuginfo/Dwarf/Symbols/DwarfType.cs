using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Dwarf.Symbols;

/// <summary>A type that DWARF describes (DWARF 5 §5). Everything but its own entry is read when it is asked for.</summary>
internal sealed partial class DwarfType : DebugType
{
    /// <summary>Types behind one another that are asked for a size or a sign.</summary>
    private const int MostSteps = 64;

    private readonly DwarfSymbols _symbols;
    private readonly Entry _entry;
    private Entry? _definition;
    private bool _searched;
    private List<Entry>? _children;

    /// <summary>A type.</summary>
    /// <param name="symbols">Who made it.</param>
    /// <param name="entry">Its entry.</param>
    public DwarfType(DwarfSymbols symbols, Entry entry)
    {
        _symbols = symbols;
        _entry = entry;
        Kind = KindOf(entry);
    }

    /// <summary>Its entry.</summary>
    internal Entry Entry => _entry;

    /// <inheritdoc/>
    public override DebugTypeKind Kind { get; }

    /// <inheritdoc/>
    public override SourceLanguage Language => _symbols.Entries.Language(_entry.Unit);

    /// <inheritdoc/>
    public override string? Name => field ??= _symbols.Entries.Name(_entry);

    /// <inheritdoc/>
    public override string? QualifiedName => field ??= Kind is DebugTypeKind.Integer or DebugTypeKind.Boolean or DebugTypeKind.Character or DebugTypeKind.Float ? Name : _symbols.Entries.Qualified(_entry, Name);

    /// <inheritdoc/>
    public override ulong? ByteSize => Size(MostSteps);

    /// <inheritdoc/>
    public override bool IsSigned => Signed(MostSteps);

    /// <inheritdoc/>
    public override DebugType? Target => field ??= _symbols.TypeOf(_entry);

    /// <inheritdoc/>
    public override DebugType? MemberOf => field ??= _symbols.Entries.TryFollow(_entry, DW_AT.containing_type, out var key) ? _symbols.TypeAt(key) : null;

    /// <inheritdoc/>
    public override string? Qualifier => _entry.Tag switch
    {
        DW_TAG.const_type => "const",
        DW_TAG.volatile_type => "volatile",
        DW_TAG.restrict_type => "restrict",
        DW_TAG.atomic_type => "_Atomic",
        DW_TAG.shared_type => "shared",
        DW_TAG.packed_type => "packed",
        DW_TAG.immutable_type => "immutable",
        _ => null,
    };

    /// <inheritdoc/>
    public override bool IsDeclaration => _entry.Flag(DW_AT.declaration) && ReferenceEquals(Definition, _entry);

    /// <inheritdoc/>
    public override ulong? GoRuntimeType => _entry[DW_AT.go_runtime_type] is { Kind: not DwarfValueKind.None } value && _entry.Unit.TryAddress(value, out var address) && address != 0 ? address : null;

    /// <summary>The entry with the members: a declaration's complete one, where some unit has that.</summary>
    private Entry Definition
    {
        get
        {
            if (!_searched)
            {
                _searched = true;
                if (_entry.Flag(DW_AT.declaration) && QualifiedName is { } name && _symbols.FindDefinition(_entry.Tag, name) is { } found)
                    _definition = found;
            }

            return _definition ?? _entry;
        }
    }

    /// <summary>Entries below the definition.</summary>
    private List<Entry> Children => _children ??= _symbols.Entries.Children(Definition);

    private static DebugTypeKind KindOf(Entry entry)
    {
        switch (entry.Tag)
        {
            case DW_TAG.base_type:
                return entry.Number(DW_AT.encoding) switch
                {
                    DW_ATE.boolean => DebugTypeKind.Boolean,
                    DW_ATE.complex_float or DW_ATE.@float or DW_ATE.imaginary_float or DW_ATE.decimal_float => DebugTypeKind.Float,
                    DW_ATE.signed_char or DW_ATE.unsigned_char or DW_ATE.UTF or DW_ATE.UCS or DW_ATE.ASCII => DebugTypeKind.Character,
                    _ => DebugTypeKind.Integer,
                };
            case DW_TAG.enumeration_type:
                return DebugTypeKind.Enum;
            case DW_TAG.pointer_type:
                return DebugTypeKind.Pointer;
            case DW_TAG.reference_type:
                return DebugTypeKind.Reference;
            case DW_TAG.rvalue_reference_type:
                return DebugTypeKind.RvalueReference;
            case DW_TAG.ptr_to_member_type:
                return DebugTypeKind.MemberPointer;
            case DW_TAG.structure_type:
                return DebugTypeKind.Struct;
            case DW_TAG.class_type or DW_TAG.interface_type:
                return DebugTypeKind.Class;
            case DW_TAG.union_type:
                return DebugTypeKind.Union;
            case DW_TAG.array_type or DW_TAG.string_type:
                return DebugTypeKind.Array;
            case DW_TAG.typedef or DW_TAG.template_alias:
                return DebugTypeKind.Typedef;
            case DW_TAG.const_type or DW_TAG.volatile_type or DW_TAG.restrict_type or DW_TAG.atomic_type or DW_TAG.shared_type or DW_TAG.packed_type or DW_TAG.immutable_type:
                return DebugTypeKind.Qualified;
            case DW_TAG.subroutine_type:
                return DebugTypeKind.Function;
            case DW_TAG.subrange_type or DW_TAG.set_type:
                return DebugTypeKind.Integer;
            default:
                return DebugTypeKind.Unspecified;
        }
    }

    /// <summary>Whether an entry is a type at all.</summary>
    public static bool IsType(ushort tag) => tag is DW_TAG.base_type or DW_TAG.enumeration_type or DW_TAG.pointer_type or DW_TAG.reference_type or DW_TAG.rvalue_reference_type
        or DW_TAG.ptr_to_member_type or DW_TAG.structure_type or DW_TAG.class_type or DW_TAG.interface_type or DW_TAG.union_type or DW_TAG.array_type or DW_TAG.string_type
        or DW_TAG.typedef or DW_TAG.template_alias or DW_TAG.const_type or DW_TAG.volatile_type or DW_TAG.restrict_type or DW_TAG.atomic_type or DW_TAG.shared_type
        or DW_TAG.packed_type or DW_TAG.immutable_type or DW_TAG.subroutine_type or DW_TAG.subrange_type or DW_TAG.set_type or DW_TAG.unspecified_type;

    private ulong? Size(int steps)
    {
        if (steps == 0)
            return null;
        if ((_entry.Flag(DW_AT.declaration) ? Definition : _entry).Number(DW_AT.byte_size) is { } stated)
            return stated;
        switch (Kind)
        {
            case DebugTypeKind.Pointer or DebugTypeKind.Reference or DebugTypeKind.RvalueReference:
                return _entry.Unit.Context.AddressSize;
            case DebugTypeKind.MemberPointer:
                // Itanium C++ ABI §2.3: an offset, or for functions an address and an adjustment.
                return (ulong)_entry.Unit.Context.AddressSize * (Behind()?.Kind == DebugTypeKind.Function ? 2u : 1u);
            case DebugTypeKind.Typedef or DebugTypeKind.Qualified or DebugTypeKind.Enum or DebugTypeKind.Integer:
                return (Target as DwarfType)?.Size(steps - 1);
            case DebugTypeKind.Array:
                var size = _entry.Number(DW_AT.byte_stride) ?? (Target as DwarfType)?.Size(steps - 1);
                foreach (var count in Dimensions)
                {
                    if (size is null || count is null)
                        return null;
                    var product = (UInt128)size * count;
                    if (product > ulong.MaxValue)
                        return null;
                    size = (ulong)product;
                }

                return size;
            default:
                return null;
        }
    }

    /// <summary>What is behind, other names and qualifiers passed over.</summary>
    private DebugType? Behind()
    {
        var type = Target;
        for (var i = 0; i < MostSteps && type is { Kind: DebugTypeKind.Typedef or DebugTypeKind.Qualified }; i++)
            type = type.Target;
        return type;
    }

    private bool Signed(int steps)
    {
        if (steps == 0)
            return false;
        if (_entry.Number(DW_AT.encoding) is { } encoding)
            return encoding is DW_ATE.signed or DW_ATE.signed_char or DW_ATE.signed_fixed or DW_ATE.@float or DW_ATE.complex_float or DW_ATE.decimal_float;
        if (Kind is DebugTypeKind.Enum && Target is null)
        {
            foreach (var enumerator in Enumerators)
            {
                if (enumerator.Value < 0)
                    return true;
            }

            return false;
        }

        return Kind is DebugTypeKind.Typedef or DebugTypeKind.Qualified or DebugTypeKind.Enum or DebugTypeKind.Integer && Target is DwarfType target && target.Signed(steps - 1);
    }
}
