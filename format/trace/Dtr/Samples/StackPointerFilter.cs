using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TraceKit.Format.Dtr.Samples;

/// <summary>
/// Which words of a user stack are kept: those that point into executable memory, into a stack of the process, or into the dump itself.
/// Everything else that the program had on its stack stays on the host.
/// </summary>
/// <remarks>A snapshot of a process's mappings: make a new one when they change. Safe to use from several threads.</remarks>
public sealed class StackPointerFilter
{
    private const int CacheBits = 10;

    private readonly AddressRanges _executable;
    private readonly AddressRanges _stacks;
    private readonly ulong _min;
    private readonly ulong _span;

    /// <summary>Page number and, in bit 63, the answer; a torn or lost update only costs a search. Null when ranges aren't page-aligned.</summary>
    private readonly ulong[]? _pages;

    /// <summary>A filter for one process.</summary>
    /// <param name="executable">Executable mappings.</param>
    /// <param name="stacks">Stacks: of threads, of signals, of coroutines.</param>
    public StackPointerFilter(AddressRanges executable, AddressRanges stacks)
    {
        _executable = executable;
        _stacks = stacks;
        var min = ulong.MaxValue;
        var max = 0UL;
        foreach (var ranges in (ReadOnlySpan<AddressRanges>)[executable, stacks])
        {
            if (ranges.Count == 0)
                continue;
            min = Math.Min(min, ranges.Min);
            max = Math.Max(max, ranges.Max);
        }

        _min = min;
        _span = max > min ? max - min : 0;
        if (executable.IsPageAligned && stacks.IsPageAligned)
        {
            _pages = new ulong[1 << CacheBits];
            Array.Fill(_pages, ulong.MaxValue);
        }
    }

    /// <summary>Whether a word is kept.</summary>
    /// <param name="value">The word.</param>
    /// <param name="stackPointer">Where the dump begins.</param>
    /// <param name="dumpBytes">Bytes of the dump.</param>
    public bool Keeps(ulong value, ulong stackPointer, ulong dumpBytes) =>
        value - stackPointer < dumpBytes || (value - _min < _span && IsKept(value));

    /// <summary>Finds the kept words of a dump.</summary>
    /// <param name="words">The dump, lowest address first.</param>
    /// <param name="stackPointer">Address of the first word.</param>
    /// <param name="dumpBytes">Bytes of the dump that are the stack, a partial word at its end included.</param>
    /// <param name="kept">Gets the indexes of kept words, ascending; at least as long as <paramref name="words"/>.</param>
    /// <returns>Count of kept words.</returns>
    public int Filter(ReadOnlySpan<ulong> words, ulong stackPointer, ulong dumpBytes, Span<ushort> kept)
    {
        kept = kept[..words.Length];
        var count = 0;
        var i = 0;
        if (Vector256.IsHardwareAccelerated && words.Length >= 4)
        {
            // Signed compares after flipping the top bit are unsigned compares: AVX2 has only signed ones.
            var top = Vector256.Create(1UL << 63);
            var min = Vector256.Create(_min);
            var span = (Vector256.Create(_span) ^ top).AsInt64();
            var sp = Vector256.Create(stackPointer);
            var dump = (Vector256.Create(dumpBytes) ^ top).AsInt64();
            ref var first = ref MemoryMarshal.GetReference(words);
            for (; i <= words.Length - 4; i += 4)
            {
                var v = Vector256.LoadUnsafe(ref first, (nuint)i);
                var inside = Vector256.LessThan(((v - min) ^ top).AsInt64(), span) | Vector256.LessThan(((v - sp) ^ top).AsInt64(), dump);
                for (var bits = inside.ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
                {
                    var at = i + System.Numerics.BitOperations.TrailingZeroCount(bits);
                    var value = words[at];
                    kept[count] = (ushort)at;
                    if (value - stackPointer < dumpBytes || IsKept(value))
                        count++;
                }
            }
        }

        for (; i < words.Length; i++)
        {
            if (Keeps(words[i], stackPointer, dumpBytes))
                kept[count++] = (ushort)i;
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsKept(ulong value)
    {
        if (_pages is { } pages)
        {
            var page = value >> 12;
            var known = pages[page & ((1 << CacheBits) - 1)];
            if ((known & ~(1UL << 63)) == page)
                return known >> 63 != 0;
            return Search(value, pages);
        }

        return _executable.Contains(value) || _stacks.Contains(value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Search(ulong value, ulong[] pages)
    {
        var answer = _executable.Contains(value) || _stacks.Contains(value);
        var page = value >> 12;
        pages[page & ((1 << CacheBits) - 1)] = page | (answer ? 1UL << 63 : 0);
        return answer;
    }
}
