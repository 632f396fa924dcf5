using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TraceKit.Format.Dtr.Samples;

/// <summary>
/// Which words of a user stack are kept: those that point into executable memory, into a stack of the process, into the dump itself or little above it.
/// Everything else that the program had on its stack stays on the host.
/// </summary>
/// <remarks>A snapshot of a process's mappings: make a new one when they change. Safe to use from several threads.</remarks>
public sealed class StackPointerFilter
{
    /// <summary>
    /// How far above the stack pointer a word may point and count as pointing into the stack, dumped or not: the usual limit of a stack. Without those words a
    /// dump that ends too early could not be told from one that is damaged.
    /// </summary>
    public const ulong StackReach = 8 << 20;

    private const int CacheBits = 10;

    private readonly AddressRanges _executable;
    private readonly AddressRanges _stacks;
    private readonly ulong _mask;
    private readonly ulong _min;
    private readonly ulong _span;

    /// <summary>Page number and, in bit 63, the answer; a torn or lost update only costs a search. Null when ranges aren't page-aligned.</summary>
    private readonly ulong[]? _pages;

    /// <summary>The bits of a user address on AArch64: 48.</summary>
    public const ulong Arm64AddressMask = (1UL << 48) - 1;

    /// <summary>A filter for one process.</summary>
    /// <param name="executable">Executable mappings.</param>
    /// <param name="stacks">Stacks: of threads, of signals, of coroutines.</param>
    /// <param name="addressMask">
    /// Which bits of a word are compared. AArch64 signs return addresses in the bits above the address (pointer authentication): they are kept, signature and all, for the address below it
    /// (<see cref="Arm64AddressMask"/>).
    /// </param>
    public StackPointerFilter(AddressRanges executable, AddressRanges stacks, ulong addressMask = ulong.MaxValue)
    {
        _mask = addressMask;
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
        value - stackPointer < Math.Max(dumpBytes, StackReach) || ((value & _mask) - _min < _span && IsKept(value & _mask));

    /// <summary>Finds the kept words of a dump.</summary>
    /// <param name="words">The dump, lowest address first.</param>
    /// <param name="stackPointer">Address of the first word.</param>
    /// <param name="dumpBytes">Bytes of the dump that are the stack, a partial word at its end included.</param>
    /// <param name="kept">Gets the indexes of kept words, ascending; at least as long as <paramref name="words"/>.</param>
    /// <returns>Count of kept words.</returns>
    public int Filter(ReadOnlySpan<ulong> words, ulong stackPointer, ulong dumpBytes, Span<ushort> kept)
    {
        dumpBytes = Math.Max(dumpBytes, StackReach);
        kept = kept[..words.Length];
        var count = 0;
        // 128 bits: every x86-64 and arm64 build has them; a build for all CPUs is compiled as if there were no wider ones.
        var i = Vector128.IsHardwareAccelerated ? FilterFours(words, stackPointer, dumpBytes, kept, ref count) : 0;
        for (; i < words.Length; i++)
        {
            if (Keeps(words[i], stackPointer, dumpBytes))
                kept[count++] = (ushort)i;
        }

        return count;
    }

    /// <summary>Four words at a time; how many were looked at. Nearly always none of the four is kept.</summary>
    private int FilterFours(ReadOnlySpan<ulong> words, ulong stackPointer, ulong dumpBytes, Span<ushort> kept, ref int count)
    {
        // Signed compares after flipping the top bit are unsigned compares, and there are only signed ones: flipped is what is subtracted.
        const ulong Top = 1UL << 63;
        var min = Vector128.Create((long)(_min ^ Top));
        var span = Vector128.Create((long)(_span ^ Top));
        var mask = Vector128.Create((long)_mask);
        var sp = Vector128.Create((long)(stackPointer ^ Top));
        var dump = Vector128.Create((long)(dumpBytes ^ Top));
        ref var first = ref Unsafe.As<ulong, long>(ref MemoryMarshal.GetReference(words));
        var found = count;
        var i = 0;
        for (; i <= words.Length - 4; i += 4)
        {
            var a = Vector128.LoadUnsafe(ref first, (nuint)i);
            var b = Vector128.LoadUnsafe(ref first, (nuint)i + 2);
            var insideA = Vector128.LessThan((a & mask) - min, span) | Vector128.LessThan(a - sp, dump);
            var insideB = Vector128.LessThan((b & mask) - min, span) | Vector128.LessThan(b - sp, dump);
            if ((insideA | insideB) == Vector128<long>.Zero)
                continue;
            for (var bits = insideA.ExtractMostSignificantBits() | (insideB.ExtractMostSignificantBits() << 2); bits != 0; bits &= bits - 1)
            {
                var at = i + System.Numerics.BitOperations.TrailingZeroCount(bits);
                var value = words[at];
                kept[found] = (ushort)at;
                if (value - stackPointer < dumpBytes || IsKept(value & _mask))
                    found++;
            }
        }

        count = found;
        return i;
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
