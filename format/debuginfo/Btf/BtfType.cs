using TraceKit.Binary;
using TraceKit.DebugInfo.Types;
using static TraceKit.DebugInfo.Btf.BTF_KIND;

namespace TraceKit.DebugInfo.Btf;

/// <summary>A type of a <see cref="BtfFile"/>.</summary>
public sealed class BtfType : DebugType
{
    private const uint BTF_INT_SIGNED = 1;
    private const uint BTF_INT_CHAR = 2;
    private const uint BTF_INT_BOOL = 4;

    private readonly BtfFile _file;
    private readonly int _kind;

    internal BtfType(BtfFile file, uint id, int kind)
    {
        _file = file;
        Id = id;
        _kind = kind;
    }

    /// <summary>Its number in the file.</summary>
    public uint Id { get; }

    /// <inheritdoc/>
    public override DebugTypeKind Kind => KindOf(_kind, _file, Id);

    /// <inheritdoc/>
    public override string? Name => _kind is BTF_KIND_TYPE_TAG ? null : _file.String(_file.NameOffset(Id));

    /// <inheritdoc/>
    public override ulong? ByteSize => SizeOf(_file, Id, 0);

    /// <inheritdoc/>
    public override bool IsSigned => _kind switch
    {
        BTF_KIND_INT => (_file.Extra(Id, 0) >> 24 & BTF_INT_SIGNED) != 0,
        BTF_KIND_ENUM or BTF_KIND_ENUM64 => IsSignedEnum,
        _ => false,
    };

    /// <inheritdoc/>
    public override DebugType? Target => _kind switch
    {
        BTF_KIND_PTR or BTF_KIND_TYPEDEF or BTF_KIND_VOLATILE or BTF_KIND_CONST or BTF_KIND_RESTRICT or BTF_KIND_TYPE_TAG or BTF_KIND_FUNC_PROTO => _file.Type(_file.SizeOrType(Id)),
        BTF_KIND_ARRAY => _file.Type(Innermost(null)),
        _ => null,
    };

    /// <inheritdoc/>
    /// <remarks>Of <c>btf_type_tag("user")</c> <c>__user</c>.</remarks>
    public override string? Qualifier => _kind switch
    {
        BTF_KIND_VOLATILE => "volatile",
        BTF_KIND_CONST => "const",
        BTF_KIND_RESTRICT => "restrict",
        BTF_KIND_TYPE_TAG => "__" + _file.String(_file.NameOffset(Id)),
        _ => null,
    };

    /// <inheritdoc/>
    public override bool IsDeclaration => _kind == BTF_KIND_FWD;

    /// <inheritdoc/>
    public override IReadOnlyList<DebugMember> Members
    {
        get
        {
            if (_kind is not (BTF_KIND_STRUCT or BTF_KIND_UNION))
                return [];
            var members = new DebugMember[_file.Vlen(Id)];
            var withSizes = _file.KindFlag(Id);
            for (var i = 0; i < members.Length; i++)
            {
                var offset = _file.Extra(Id, (i * 3) + 2);
                var type = _file.Extra(Id, (i * 3) + 1);
                var bits = withSizes ? offset >> 24 : 0;
                var start = (ulong)(withSizes ? offset & 0xffffff : offset);
                if (!withSizes)
                    OldBitField(type, ref start, ref bits);
                members[i] = new DebugMember(_file.String(_file.Extra(Id, i * 3)), _file.Type(type), start, bits);
            }

            return members;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<DebugEnumerator> Enumerators
    {
        get
        {
            if (_kind is not (BTF_KIND_ENUM or BTF_KIND_ENUM64))
                return [];
            var values = new DebugEnumerator[_file.Vlen(Id)];
            var words = _kind == BTF_KIND_ENUM ? 2 : 3;
            var signed = IsSignedEnum;
            for (var i = 0; i < values.Length; i++)
            {
                var low = _file.Extra(Id, (i * words) + 1);
                var value = words == 3 ? (long)(low | (ulong)_file.Extra(Id, (i * words) + 2) << 32) : signed ? (int)low : low;
                values[i] = new DebugEnumerator(_file.String(_file.Extra(Id, i * words)) ?? "", value);
            }

            return values;
        }
    }

    /// <inheritdoc/>
    /// <remarks>pahole writes one number for all dimensions; clang nests. <c>[0]</c> and <c>[]</c> are the same in BTF.</remarks>
    public override IReadOnlyList<ulong?> Dimensions
    {
        get
        {
            if (_kind != BTF_KIND_ARRAY)
                return [];
            var dimensions = new List<ulong?>(1);
            Innermost(dimensions);
            return dimensions;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<DebugType?> ParameterTypes
    {
        get
        {
            if (_kind != BTF_KIND_FUNC_PROTO)
                return [];
            var types = new DebugType?[BtfFunction.ParameterCount(_file, Id)];
            for (var i = 0; i < types.Length; i++)
                types[i] = _file.Type(_file.Extra(Id, (i * 2) + 1));
            return types;
        }
    }

    internal static DebugTypeKind KindOf(int kind, BtfFile file, uint id) => kind switch
    {
        BTF_KIND_INT => (file.Extra(id, 0) >> 24) switch
        {
            var e when (e & BTF_INT_BOOL) != 0 => DebugTypeKind.Boolean,
            var e when (e & BTF_INT_CHAR) != 0 => DebugTypeKind.Character,
            // pahole says of char no more than its size.
            _ => file.StringBytes(file.NameOffset(id)).SequenceEqual("char"u8) ? DebugTypeKind.Character : DebugTypeKind.Integer,
        },
        BTF_KIND_PTR => DebugTypeKind.Pointer,
        BTF_KIND_ARRAY => DebugTypeKind.Array,
        BTF_KIND_STRUCT => DebugTypeKind.Struct,
        BTF_KIND_UNION => DebugTypeKind.Union,
        BTF_KIND_FWD => file.KindFlag(id) ? DebugTypeKind.Union : DebugTypeKind.Struct,
        BTF_KIND_ENUM or BTF_KIND_ENUM64 => DebugTypeKind.Enum,
        BTF_KIND_TYPEDEF => DebugTypeKind.Typedef,
        BTF_KIND_VOLATILE or BTF_KIND_CONST or BTF_KIND_RESTRICT or BTF_KIND_TYPE_TAG => DebugTypeKind.Qualified,
        BTF_KIND_FUNC_PROTO => DebugTypeKind.Function,
        BTF_KIND_FLOAT => DebugTypeKind.Float,
        _ => DebugTypeKind.Unspecified,
    };

    /// <summary>Where the flag is not used, an enum with a value whose top bit is set is taken for one below zero: that is what C's are, nearly always.</summary>
    private bool IsSignedEnum
    {
        get
        {
            if (_file.KindFlag(Id))
                return true;
            if (_kind != BTF_KIND_ENUM || !_file.EnumsMayBeSigned)
                return false;
            for (var i = 0; i < _file.Vlen(Id); i++)
            {
                if ((int)_file.Extra(Id, (i * 2) + 1) < 0)
                    return true;
            }

            return false;
        }
    }

    /// <summary>Bit fields of structs without kind_flag: their type is an integer of fewer bits than its bytes have.</summary>
    private void OldBitField(uint type, ref ulong start, ref uint bits)
    {
        if (type == 0 || _file.Owner(type) is var owner && owner.Kind(type) != BTF_KIND_INT)
            return;
        var integer = owner.Extra(type, 0);
        if ((integer & 0xff) == owner.SizeOrType(type) * 8)
            return;
        bits = integer & 0xff;
        start += integer >> 16 & 0xff;
    }

    private uint Innermost(List<ulong?>? dimensions)
    {
        var id = Id;
        for (var depth = 0; depth < InputLimits.Depth; depth++)
        {
            var owner = _file.Owner(id);
            var count = owner.Extra(id, 2);
            dimensions?.Add(count == 0 ? null : count);
            id = owner.Extra(id, 0);
            if (id == 0 || _file.Owner(id).Kind(id) != BTF_KIND_ARRAY)
                break;
        }

        return id;
    }

    private static ulong? SizeOf(BtfFile file, uint id, int depth)
    {
        for (var count = 1UL; id != 0 && depth < InputLimits.Depth; depth++)
        {
            file = file.Owner(id);
            switch (file.Kind(id))
            {
                case BTF_KIND_INT or BTF_KIND_STRUCT or BTF_KIND_UNION or BTF_KIND_ENUM or BTF_KIND_ENUM64 or BTF_KIND_FLOAT:
                    return Times(count, file.SizeOrType(id));
                case BTF_KIND_PTR:
                    return Times(count, file.PointerSize);
                case BTF_KIND_ARRAY:
                    // [0] has no bytes, and [] takes none.
                    if (Times(count, file.Extra(id, 2)) is not { } product)
                        return null;
                    count = product;
                    id = file.Extra(id, 0);
                    break;
                case BTF_KIND_TYPEDEF or BTF_KIND_VOLATILE or BTF_KIND_CONST or BTF_KIND_RESTRICT or BTF_KIND_TYPE_TAG:
                    id = file.SizeOrType(id);
                    break;
                default:
                    return null;
            }
        }

        return null;
    }

    private static ulong? Times(ulong a, ulong b) => Math.BigMul(a, b, out var low) == 0 ? low : null;
}
