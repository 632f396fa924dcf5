using System.Numerics;
using System.Runtime.Intrinsics;

namespace TraceKit.Engine.Stacks;

/// <summary>How many elements two call chains share at their outer end.</summary>
internal static class CommonSuffix
{
    public static int Length(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b)
    {
        var most = Math.Min(a.Length, b.Length);
        a = a[^most..];
        b = b[^most..];
        var common = 0;
        while (most - common >= Vector256<ulong>.Count)
        {
            var at = most - common - Vector256<ulong>.Count;
            var equal = Vector256.Equals(Vector256.Create(a.Slice(at, Vector256<ulong>.Count)), Vector256.Create(b.Slice(at, Vector256<ulong>.Count)));
            var unequal = ~equal.ExtractMostSignificantBits() & 0xf;
            if (unequal != 0)
                return common + BitOperations.LeadingZeroCount(unequal) - 28;
            common += Vector256<ulong>.Count;
        }

        while (common < most && a[most - common - 1] == b[most - common - 1])
            common++;
        return common;
    }
}
