using System.Numerics;

namespace TraceKit.Engine.Filters;

/// <summary>A bit for each row of a column, the first in the lowest of the first word. Bits behind the last row are clear.</summary>
internal static class Bitmap
{
    /// <summary>Words for so many rows.</summary>
    public static int Words(int rows) => (rows + 63) >> 6;

    /// <summary>Sets the bits of all rows.</summary>
    public static void Fill(Span<ulong> bits, int rows)
    {
        bits.Fill(ulong.MaxValue);
        Trim(bits, rows);
    }

    public static void And(Span<ulong> bits, ReadOnlySpan<ulong> other)
    {
        for (var i = 0; i < bits.Length; i++)
            bits[i] &= other[i];
    }

    public static void Or(Span<ulong> bits, ReadOnlySpan<ulong> other)
    {
        for (var i = 0; i < bits.Length; i++)
            bits[i] |= other[i];
    }

    public static void Not(Span<ulong> bits, int rows)
    {
        for (var i = 0; i < bits.Length; i++)
            bits[i] = ~bits[i];
        Trim(bits, rows);
    }

    public static bool Get(ReadOnlySpan<ulong> bits, int row) => (bits[row >> 6] >> row & 1) != 0;

    public static void Set(Span<ulong> bits, int row, bool value) => bits[row >> 6] |= (value ? 1UL : 0) << row;

    /// <summary>How many are set.</summary>
    public static int Count(ReadOnlySpan<ulong> bits)
    {
        var count = 0;
        foreach (var word in bits)
            count += BitOperations.PopCount(word);
        return count;
    }

    private static void Trim(Span<ulong> bits, int rows)
    {
        if ((rows & 63) != 0)
            bits[^1] &= (1UL << (rows & 63)) - 1;
    }
}
