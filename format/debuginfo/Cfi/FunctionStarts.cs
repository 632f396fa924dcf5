using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.DebugInfo.Cfi;

/// <summary>Where the functions of a module begin, as its FDEs tell: also in a file without symbols.</summary>
/// <remarks>
/// <para>Two columns, 8 bytes a function, counted from <see cref="ElfImage.ImageBase"/>. No FDE's program is run: several times faster to build than an
/// <see cref="UnwindTable"/>, and for any machine.</para>
/// <para>Compilers give each function an FDE, and each part that they split off it another. An FDE that lies within an earlier one is left out.</para>
/// <para>Immutable; safe for any number of readers.</para>
/// </remarks>
public sealed class FunctionStarts
{
    /// <summary>Bounds memory on hostile input; chromium has some 600 thousand.</summary>
    private const int MaximumEntries = 16 << 20;

    private readonly ulong _base;
    private readonly uint[] _starts;
    private readonly uint[] _ends; // ascending too

    private FunctionStarts(ulong imageBase, uint[] starts, uint[] ends)
    {
        _base = imageBase;
        _starts = starts;
        _ends = ends;
    }

    /// <summary>Functions.</summary>
    public int Count => _starts.Length;

    /// <summary>Reads the FDEs of <c>.eh_frame</c> and <c>.debug_frame</c>.</summary>
    /// <param name="image">A file or a snapshot with its unwind sections; without them there are no functions.</param>
    /// <exception cref="BadDataException">The section is compressed and damaged. Damaged entries do not throw: they are passed over.</exception>
    public static FunctionStarts Build(ElfImage image)
    {
        var imageBase = image.ImageBase.Value;
        List<ulong> ranges = []; // start above, end below
        Read(image, ".eh_frame", imageBase, ranges);
        Read(image, ".debug_frame", imageBase, ranges);
        ranges.Sort();
        var starts = new uint[ranges.Count];
        var ends = new uint[ranges.Count];
        var count = 0;
        foreach (var range in ranges)
        {
            uint start = (uint)(range >> 32), end = (uint)range;
            if (count > 0 && ends[count - 1] >= end)
                continue;
            if (count > 0 && starts[count - 1] == start)
                count--;
            starts[count] = start;
            ends[count++] = end;
        }

        return new FunctionStarts(imageBase, starts[..count], ends[..count]);
    }

    /// <summary>Where the function around an address begins.</summary>
    /// <param name="pc">An address.</param>
    /// <param name="start">Where its FDE begins; of two that overlap here, the later one. Zero when there is none.</param>
    /// <returns>False when no FDE covers it.</returns>
    public bool TryFind(Svma pc, out Svma start)
    {
        start = default;
        var relative = pc.Value - _base;
        if (relative > uint.MaxValue)
            return false;
        var index = Array.BinarySearch(_starts, (uint)relative);
        // Ends ascend: if any range before covers the address, the nearest does.
        index = index < 0 ? ~index - 1 : index;
        if (index < 0 || relative >= _ends[index])
            return false;
        start = new Svma(_base + _starts[index]);
        return true;
    }

    /// <summary>Where the function ends that begins at an address.</summary>
    /// <returns>False when no FDE begins there.</returns>
    public bool TryFindEnd(Svma start, out Svma end)
    {
        end = default;
        var relative = start.Value - _base;
        if (relative > uint.MaxValue || Array.BinarySearch(_starts, (uint)relative) is var index && index < 0)
            return false;
        end = new Svma(_base + _ends[index]);
        return true;
    }

    private static void Read(ElfImage image, string name, ulong imageBase, List<ulong> ranges)
    {
        foreach (var section in CfiSection.OpenAll(image, name))
        {
            while (ranges.Count < MaximumEntries && section.TryReadNext(out var entry) is CfiStatus.Ok or CfiStatus.BadEntry)
            {
                // Linkers leave FDEs of discarded functions behind, at address 0 or a tombstone.
                var start = entry.Start - imageBase;
                if (entry.Length != 0 && start <= uint.MaxValue && entry.Length <= uint.MaxValue - start && image.IsCodeAddress(new Svma(entry.Start)))
                    ranges.Add(start << 32 | start + entry.Length);
            }
        }
    }
}
