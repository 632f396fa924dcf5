using TraceKit.DebugInfo.Elf;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Where a module has code.</summary>
/// <remarks>
/// Linkers that drop a function (<c>--gc-sections</c>, identical code, LTO, duplicate inline functions) leave its entries behind, at address 0 or near it;
/// where a file has something else there, or nothing, that tells them from living ones.
/// </remarks>
internal sealed class CodeRanges
{
    private readonly AddressRange[] _ranges;
    private readonly bool _everywhere;

    /// <summary>From the sections with instructions, else the executable segments; relocatable files have code everywhere.</summary>
    public CodeRanges(ElfImage image)
    {
        var found = new List<AddressRange>();
        if (image.Type != ET_REL)
        {
            foreach (ref readonly var s in image.Sections)
            {
                if (s.IsCode && s.Size > 0 && s.Address.Value + s.Size > s.Address.Value)
                    found.Add(new AddressRange(s.Address.Value, s.Address.Value + s.Size));
            }

            foreach (ref readonly var s in image.Segments)
            {
                if (image.SectionsDerived && s.Type == PT_LOAD && (s.Flags & PF_X) != 0 && s.Address.Value + s.MemorySize > s.Address.Value)
                    found.Add(new AddressRange(s.Address.Value, s.Address.Value + s.MemorySize));
            }
        }

        found.Sort(static (a, b) => a.Start.CompareTo(b.Start));
        var merged = new List<AddressRange>();
        foreach (var range in found)
        {
            if (merged.Count > 0 && range.Start <= merged[^1].End)
                merged[^1] = new AddressRange(merged[^1].Start, Math.Max(merged[^1].End, range.End));
            else
                merged.Add(range);
        }

        _ranges = [.. merged];
        _everywhere = _ranges.Length == 0;
    }

    /// <summary>Whether code may be at address 0.</summary>
    public bool HasCodeAtZero => Contains(0);

    /// <summary>Whether code may begin at an address.</summary>
    public bool Contains(ulong address)
    {
        if (_everywhere)
            return true;
        int low = 0, high = _ranges.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_ranges[middle].Start <= address)
                low = middle + 1;
            else
                high = middle;
        }

        return low > 0 && address < _ranges[low - 1].End;
    }
}
