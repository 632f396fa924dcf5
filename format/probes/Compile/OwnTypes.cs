using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Compile;

/// <summary>An integer of so many bytes; of a bit field the container that it is cut from.</summary>
internal sealed class SizedInteger(ulong bytes, DebugType? of = null, bool isSigned = false) : DebugType
{
    public override DebugTypeKind Kind => DebugTypeKind.Integer;

    public override ulong? ByteSize => bytes;

    public override bool IsSigned => isSigned;

    /// <summary>What the bits mean; null for just a number.</summary>
    public DebugType? Of => of;
}

/// <summary>An array less its first dimension: <c>m[1]</c> of <c>int m[2][3]</c>.</summary>
internal sealed class InnerArray(DebugType array, int passed) : DebugType
{
    public override DebugTypeKind Kind => DebugTypeKind.Array;

    public override DebugType? Target => array.Target;

    public override IReadOnlyList<ulong?> Dimensions
    {
        get
        {
            var left = new List<ulong?>();
            for (var i = passed; i < array.Dimensions.Count; i++)
                left.Add(array.Dimensions[i]);
            return left;
        }
    }
}

/// <summary>A number of elements of which only the first and the last address are known.</summary>
internal sealed class DistanceType(Shape.Sequence sequence) : DebugType
{
    public override DebugTypeKind Kind => DebugTypeKind.Integer;

    public override ulong? ByteSize => 8;

    /// <summary>Where the elements are.</summary>
    public Shape.Sequence Sequence => sequence;
}
