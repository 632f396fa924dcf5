using TraceKit.Binary;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Elf;

public sealed partial class ElfImage
{
    /// <summary>
    /// The lowest address of any PT_LOAD segment that is within 4 GiB of the code's end: 32-bit tables of this room count from here. 0 in a file without segments.
    /// </summary>
    public Svma ImageBase { get; }

    /// <summary>The address the file's tables give to what stands at <paramref name="offset"/>.</summary>
    /// <returns>False when no segment loads that byte.</returns>
    public bool TryToSvma(FileOffset offset, out Svma address)
    {
        // Executable segments first: a page shared by two segments belongs to the code that runs from it.
        foreach (var codeFirst in (ReadOnlySpan<bool>)[true, false])
        {
            foreach (ref readonly var s in _segments.AsSpan())
            {
                if (s.Type == PT_LOAD && s.IsCode == codeFirst && offset.Value >= s.Offset.Value && offset.Value - s.Offset.Value < s.FileSize)
                {
                    address = new Svma(offset.Value - s.Offset.Value + s.Address.Value);
                    return true;
                }
            }
        }

        address = default;
        return false;
    }

    /// <summary>Where in the file the byte stands that is loaded at <paramref name="address"/>.</summary>
    /// <returns>False when no segment loads it from the file.</returns>
    public bool TryToFileOffset(Svma address, out FileOffset offset)
    {
        foreach (ref readonly var s in _segments.AsSpan())
        {
            if (s.Type == PT_LOAD && address.Value >= s.Address.Value && address.Value - s.Address.Value < s.FileSize)
            {
                offset = new FileOffset(address.Value - s.Address.Value + s.Offset.Value);
                return true;
            }
        }

        offset = default;
        return false;
    }

    /// <summary>Whether an executable segment covers <paramref name="address"/>.</summary>
    public bool IsCodeAddress(Svma address)
    {
        foreach (ref readonly var s in _segments.AsSpan())
        {
            if (s.IsCode && address.Value >= s.Address.Value && address.Value - s.Address.Value < s.MemorySize)
                return true;
        }

        return false;
    }

    /// <summary>The load bias of a mapping of this file: <c>svma = avma - bias</c>, modulo 2^64.</summary>
    /// <remarks>
    /// The loader maps whole pages, so a mapping begins up to a page before its segment and the same file page may be mapped twice
    /// (end of one segment, start of the next). The segment meant is the one that shares most bytes with the mapping, executable ones
    /// before others: that needs no page size, and holds for mappings split later by <c>mprotect</c>. Within that segment
    /// <c>svma = p_vaddr - p_offset + pgoff + (avma - start)</c>; hence the bias. It is 0 for a non-PIE program, the load address for a
    /// usual PIE or library, and load address minus stated base for a prelinked library.
    /// </remarks>
    /// <param name="start">First address of the mapping.</param>
    /// <param name="pageOffset">File offset that <paramref name="start"/> shows (<c>pgoff</c> of MMAP2, in bytes).</param>
    /// <param name="length">Bytes of the mapping.</param>
    /// <param name="bias">What to subtract from an AVMA.</param>
    /// <returns>False when the mapping shows no loaded part of the file.</returns>
    public bool TryGetBias(Avma start, FileOffset pageOffset, ulong length, out ulong bias)
    {
        bias = 0;
        ulong best = 0;
        var bestIsCode = false;
        foreach (ref readonly var s in _segments.AsSpan())
        {
            if (s.Type != PT_LOAD || s.FileSize == 0)
                continue;
            var from = Math.Max(pageOffset.Value, s.Offset.Value);
            var to = Math.Min(SaturatingAdd(pageOffset.Value, length), SaturatingAdd(s.Offset.Value, s.FileSize));
            if (to <= from || bestIsCode && !s.IsCode || bestIsCode == s.IsCode && to - from <= best)
                continue;
            best = to - from;
            bestIsCode = s.IsCode;
            bias = start.Value - pageOffset.Value + s.Offset.Value - s.Address.Value;
        }

        return best != 0;
    }

    private static ulong SaturatingAdd(ulong a, ulong b) => a + b < a ? ulong.MaxValue : a + b;

    private Svma FindImageBase()
    {
        ulong lowest = ulong.MaxValue, codeEnd = 0;
        foreach (ref readonly var s in _segments.AsSpan())
        {
            if (s.IsCode)
                codeEnd = Math.Max(codeEnd, SaturatingAdd(s.Address.Value, s.MemorySize));
        }

        // vmlinux loads per-CPU data at 0 and code at the top: what is farther than 4 GiB below the code is not counted from.
        var floor = codeEnd > uint.MaxValue ? codeEnd - uint.MaxValue : 0;
        foreach (ref readonly var s in _segments.AsSpan())
        {
            if (s.Type == PT_LOAD && s.Address.Value >= floor)
                lowest = Math.Min(lowest, s.Address.Value);
        }

        return new Svma(lowest == ulong.MaxValue ? 0 : lowest);
    }
}
