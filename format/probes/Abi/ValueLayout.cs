using TraceKit.Binary;
using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Abi;

/// <summary>What a scalar is to a calling convention.</summary>
internal enum ScalarClass
{
    /// <summary>Integers, pointers, references, enums, booleans, characters.</summary>
    Integer,

    /// <summary><c>float</c>, <c>double</c> and the like, in vector registers.</summary>
    Float,

    /// <summary><c>long double</c> of x86.</summary>
    Extended,
}

/// <summary>One scalar of a value.</summary>
/// <param name="BitOffset">Bits from the value's start.</param>
/// <param name="ByteSize">Bytes of its type; of a bit field of the unit it is declared with.</param>
/// <param name="Class">Its class.</param>
/// <param name="BitSize">Bits of a bit field; 0 for all others.</param>
internal readonly record struct Scalar(ulong BitOffset, uint ByteSize, ScalarClass Class, uint BitSize)
{
    public ulong ByteOffset => BitOffset / 8;

    /// <summary>The last bit's byte.</summary>
    public ulong LastByte => (BitOffset + (BitSize == 0 ? ByteSize * 8UL : BitSize) - 1) / 8;
}

/// <summary>A type as calling conventions see it: its size, alignment, and the scalars in it.</summary>
internal sealed class ValueLayout
{
    /// <summary>More scalars than any convention puts in registers: Go's, nine of integers and fifteen of floating point.</summary>
    private const int MaximumScalars = 64;

    private readonly List<Scalar> _scalars = [];
    private int _steps;

    private ValueLayout(DebugType type, ulong size)
    {
        Size = size;
        IsAggregate = type.Kind is DebugTypeKind.Struct or DebugTypeKind.Class or DebugTypeKind.Union or DebugTypeKind.Array;
        if (Collect(type, 0, 0, 0))
            Scalars = _scalars;
        foreach (var scalar in _scalars)
            Alignment = Math.Max(Alignment, AlignmentOf(scalar));
    }

    /// <summary>Bytes.</summary>
    public ulong Size { get; }

    /// <summary>Bytes, by the scalars: no description tells what <c>aligned(N)</c> added.</summary>
    public uint Alignment { get; } = 1;

    /// <summary>By offset as declared; null when there are too many for registers of any kind.</summary>
    public IReadOnlyList<Scalar>? Scalars { get; }

    /// <summary>Whether it is a struct, union, class or array.</summary>
    public bool IsAggregate { get; }

    /// <summary>Whether some of its scalars are elements of an array; 0 for none, else of the longest array.</summary>
    public ulong LongestArray { get; private set; }

    /// <summary>Whether one of its scalars lies where its size does not divide the offset (<c>packed</c>).</summary>
    public bool HasUnaligned
    {
        get
        {
            foreach (var scalar in Scalars ?? [])
            {
                if (scalar.BitSize == 0 && scalar.ByteOffset % AlignmentOf(scalar) != 0)
                    return true;
            }

            return false;
        }
    }

    /// <summary>Follows typedefs and qualifiers to what they name.</summary>
    public static DebugType? Strip(DebugType? type)
    {
        for (var steps = 0; type is { Kind: DebugTypeKind.Typedef or DebugTypeKind.Qualified } && steps < InputLimits.Depth; steps++)
            type = type.Target;
        return type;
    }

    /// <summary>Takes a type apart.</summary>
    /// <returns>null when its size is not known.</returns>
    public static ValueLayout? Of(DebugType? type)
    {
        type = Strip(type);
        // decltype(nullptr) has no description but its name: a pointer.
        return type is null || type.IsDeclaration ? null : (type.ByteSize ?? (type.Kind == DebugTypeKind.Unspecified ? 8UL : (ulong?)null)) is { } size ? new ValueLayout(type, size) : null;
    }

    private static uint AlignmentOf(in Scalar scalar)
    {
        // Complex numbers are aligned as their halves are; nothing but x87 and 128-bit integers needs more than 8.
        var size = scalar.ByteSize;
        return size switch { > 8 => 16, > 4 => 8, > 2 => 4, 2 => 2, _ => 1 };
    }

    /// <returns>false when there are too many, or the description is damaged; what was found remains.</returns>
    private bool Collect(DebugType? type, ulong bitOffset, uint bitSize, int depth)
    {
        type = Strip(type);
        // Elements and members without bytes add no scalar, and variants lie over each other: scalars alone end no walk.
        if (type is null || depth > 32 || ++_steps > InputLimits.TypeSteps || _scalars.Count > MaximumScalars)
            return false;
        switch (type.Kind)
        {
            case DebugTypeKind.Union when type is { ByteSize: > 1 and <= 8, Members.Count: 0 }:
                // gcc leaves out the members of a transparent union, which is passed as its first one: a pointer, in all of the C library.
                _scalars.Add(new Scalar(bitOffset, (uint)type.ByteSize.Value, ScalarClass.Integer, 0));
                return true;
            case DebugTypeKind.Struct or DebugTypeKind.Class or DebugTypeKind.Union:
                foreach (var member in type.Members)
                {
                    if (!Collect(member.Type, bitOffset + member.BitOffset, member.BitSize, depth + 1))
                        return false;
                }

                return type.Variants is not { } variants || CollectVariants(variants, bitOffset, depth);
            case DebugTypeKind.Array:
                return CollectElements(type, bitOffset, depth);
            case DebugTypeKind.MemberPointer when type.ByteSize == 16:
                _scalars.Add(new Scalar(bitOffset, 8, ScalarClass.Integer, 0));
                _scalars.Add(new Scalar(bitOffset + 64, 8, ScalarClass.Integer, 0));
                return true;
            case DebugTypeKind.Float when IsComplex(type):
                var half = (uint)Math.Min(type.ByteSize ?? 0, 64) / 2;
                _scalars.Add(new Scalar(bitOffset, half, half == 16 ? ScalarClass.Extended : ScalarClass.Float, 0));
                _scalars.Add(new Scalar(bitOffset + (half * 8), half, half == 16 ? ScalarClass.Extended : ScalarClass.Float, 0));
                return true;
            case DebugTypeKind.Function when type.ByteSize is 8:
                // A value of a function's type in Go is a pointer.
                _scalars.Add(new Scalar(bitOffset, 8, ScalarClass.Integer, 0));
                return true;
            case DebugTypeKind.Void or DebugTypeKind.Function:
                return false;
            default:
                if ((type.ByteSize ?? (type.Kind == DebugTypeKind.Unspecified ? 8UL : 0UL)) is not (> 0 and <= 64 and var size) || _scalars.Count >= MaximumScalars)
                    return false;
                _scalars.Add(new Scalar(bitOffset, (uint)size, ClassOf(type), bitSize));
                return true;
        }
    }

    private bool CollectElements(DebugType array, ulong bitOffset, int depth)
    {
        if (Strip(array.Target) is not { ByteSize: { } size } element)
            return false;
        var count = 1UL;
        foreach (var dimension in array.Dimensions)
            count = dimension is null || count > MaximumScalars ? 0 : count * dimension.Value;
        if (count > MaximumScalars)
            return false;
        LongestArray = Math.Max(LongestArray, count);
        for (var i = 0UL; i < count; i++)
        {
            if (!Collect(element, bitOffset + (i * size * 8), 0, depth + 1))
                return false;
        }

        return true;
    }

    private bool CollectVariants(DebugVariants variants, ulong bitOffset, int depth)
    {
        if (variants.Tag is { } tag && !Collect(tag.Type, bitOffset + tag.BitOffset, tag.BitSize, depth + 1))
            return false;
        foreach (var variant in variants.Variants)
        {
            // Variants lie over each other: one place with several meanings counts once for each class.
            var first = _scalars.Count;
            if (variant.Payload is { } payload && !Collect(payload.Type, bitOffset + payload.BitOffset, 0, depth + 1))
                return false;
            for (var i = _scalars.Count - 1; i >= first; i--)
            {
                if (_scalars.IndexOf(_scalars[i]) < first)
                    _scalars.RemoveAt(i);
            }
        }

        return true;
    }

    private static ScalarClass ClassOf(DebugType type) =>
        type.Kind != DebugTypeKind.Float ? ScalarClass.Integer
        : type.ByteSize is 10 or 12 || type.ByteSize == 16 && type.Name is "long double" ? ScalarClass.Extended : ScalarClass.Float;

    private static bool IsComplex(DebugType type) => type.Name is { } name && name.Contains("omplex", StringComparison.Ordinal);
}
