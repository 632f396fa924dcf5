using System.Numerics;
using System.Runtime.InteropServices;

namespace TraceKit.Engine.Aggregates;

/// <summary>
/// Counts whole numbers. Up to a limit of distinct ones each is kept exactly; beyond it they share intervals so narrow that no value is off by more than
/// <see cref="RelativeError"/>: memory is bounded either way. Count, sum, smallest and largest are always exact.
/// </summary>
public sealed class ValueCounts
{
    /// <summary>Distinct values that are kept exactly unless told otherwise: about 40 MB.</summary>
    public const int DefaultLimit = 1 << 20;

    /// <summary>Intervals of each power of two, once values share them: 2^10.</summary>
    private const int SharedBits = 10;

    private readonly int _limit;
    private readonly Dictionary<long, long> _counts = [];

    /// <param name="isUnsigned">Whether the 64 bits of a value are an unsigned number.</param>
    /// <param name="limit">Distinct values to keep exactly.</param>
    public ValueCounts(bool isUnsigned = false, int limit = DefaultLimit)
    {
        IsUnsigned = isUnsigned;
        _limit = limit;
    }

    /// <summary>Whether the 64 bits of a value are an unsigned number.</summary>
    public bool IsUnsigned { get; }

    /// <summary>Whether each value was kept as it is.</summary>
    public bool IsExact { get; private set; } = true;

    /// <summary>How far a value may be off, as a part of itself; 0 while all are kept.</summary>
    public double RelativeError => IsExact ? 0 : 1.0 / (2 << SharedBits);

    /// <summary>Values.</summary>
    public long Count { get; private set; }

    /// <summary>Their sum.</summary>
    public Int128 Sum { get; private set; }

    /// <summary>Smallest; 0 when there is none.</summary>
    public Int128 Min { get; private set; }

    /// <summary>Largest; 0 when there is none.</summary>
    public Int128 Max { get; private set; }

    /// <summary>Adds a value that occurs <paramref name="count"/> times; what does not occur is passed over.</summary>
    public void Add(long value, long count = 1)
    {
        if (count <= 0)
            return;
        var number = NumberOf(value);
        Min = Count == 0 ? number : Int128.Min(Min, number);
        Max = Count == 0 ? number : Int128.Max(Max, number);
        Count += count;
        Sum += number * count;
        ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, IsExact ? value : Shared(value), out _);
        slot += count;
        if (IsExact && _counts.Count > _limit)
            Share();
    }

    /// <summary>Adds what another has counted; of the same sign.</summary>
    public void Add(ValueCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Count == 0)
            return;
        Min = Count == 0 ? other.Min : Int128.Min(Min, other.Min);
        Max = Count == 0 ? other.Max : Int128.Max(Max, other.Max);
        Count += other.Count;
        Sum += other.Sum;
        if (IsExact && !other.IsExact)
            Share();
        foreach (var (value, count) in other._counts)
        {
            ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, IsExact ? value : Shared(value), out _);
            slot += count;
        }

        if (IsExact && _counts.Count > _limit)
            Share();
    }

    /// <summary>The values ascending, and how many there are up to each.</summary>
    internal (Int128[] Values, long[] UpTo) Sorted()
    {
        var values = new Int128[_counts.Count];
        var counts = new long[_counts.Count];
        var at = 0;
        foreach (var (value, count) in _counts)
        {
            // A shared value stands for the middle of its interval, which may lie beyond what was really seen.
            values[at] = Int128.Clamp(NumberOf(value), Min, Max);
            counts[at++] = count;
        }

        Array.Sort(values, counts);
        for (var i = 1; i < counts.Length; i++)
            counts[i] += counts[i - 1];
        return (values, counts);
    }

    private Int128 NumberOf(long value) => IsUnsigned ? (ulong)value : value;

    private void Share()
    {
        var exact = _counts.ToArray();
        _counts.Clear();
        IsExact = false;
        foreach (var (value, count) in exact)
        {
            ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, Shared(value), out _);
            slot += count;
        }
    }

    /// <summary>The middle of the interval that a value lies in.</summary>
    private long Shared(long value)
    {
        var isNegative = !IsUnsigned && value < 0;
        var magnitude = isNegative ? 0 - (ulong)value : (ulong)value;
        var shift = BitOperations.Log2(magnitude | 1) - SharedBits;
        if (shift <= 0)
            return value;
        magnitude = (magnitude >> shift << shift) + (1UL << (shift - 1));
        return isNegative ? (long)(0 - magnitude) : (long)magnitude;
    }
}
