using System.Text;

namespace TraceKit.DebugInfo.Dwarf.Symbols;

/// <summary>
/// The bytes by which entries refer to names: offsets of strings (<c>DW_FORM_strp</c>), numbers of strings (<c>DW_FORM_strx</c>), or the text itself. They only say where to look; the
/// entry's real name decides.
/// </summary>
internal sealed class NameNeedles
{
    /// <summary>Beyond so many it is cheaper to read every entry.</summary>
    private const int MostNeedles = 1 << 13;

    /// <summary>So many are looked for one by one: each is a pass with vector instructions.</summary>
    private const int FewNeedles = 6;

    private readonly byte[][] _texts;
    private readonly Dictionary<DwarfSections, int[]> _offsets = [];
    private readonly Dictionary<DwarfSections, byte[]> _tables = [];

    /// <summary>Needles for names.</summary>
    /// <param name="names">Plain names; instances of templates with that name are meant too.</param>
    public NameNeedles(IEnumerable<string> names)
    {
        var texts = new List<byte[]>();
        foreach (var name in names)
            texts.Add(Encoding.UTF8.GetBytes(name));
        _texts = [.. texts];
    }

    /// <summary>Whether the needles of a file are few enough to be looked for one by one, in a file that refers to strings by offset.</summary>
    public bool AreUsable(DwarfSections sections) => !sections.Has(DwarfSection.StrOffsets) && Offsets(sections).Length <= MostNeedles;

    /// <summary>Whether some of the bytes may refer to one of the names.</summary>
    public bool Occur(ReadOnlySpan<byte> unit, DwarfSections sections)
    {
        var offsets = Offsets(sections);
        if (offsets.Length > FewNeedles)
        {
            if (Scan(unit, offsets, sections, 0, null))
                return true;
        }
        else
        {
            Span<byte> needle = stackalloc byte[4];
            foreach (var offset in offsets)
            {
                if (unit.IndexOf(Fixed(needle, (ulong)offset, sections.IsBigEndian)) >= 0)
                    return true;
            }
        }

        foreach (var text in _texts)
        {
            if (unit.IndexOf(text) >= 0)
                return true;
        }

        return false;
    }

    /// <summary>Adds the positions in a unit that may be names; null when every entry has to be looked at.</summary>
    public List<int>? Positions(DwarfUnit unit, EntrySource entries)
    {
        entries.Ready(unit);
        var data = unit.Data[unit.FirstEntry..];
        var positions = new List<int>();
        var offsets = Offsets(unit.Sections);
        var alternate = unit.Sections.Alternate is { } shared ? Offsets(shared) : [];
        if (offsets.Length + alternate.Length > MostNeedles)
            return null;
        if (unit.Sections.Has(DwarfSection.StrOffsets) && offsets.Length > 0 && entries.Shapes(unit).HasStringNumbers && HasNumber(unit, offsets))
            return null;
        FindOffsets(unit, offsets, unit.Sections, positions);
        if (unit.Sections.Alternate is { } other)
            FindOffsets(unit, alternate, other, positions);
        foreach (var text in _texts)
            Find(data, text, unit.FirstEntry, positions); // a text that stands in the entry
        positions.Sort();
        return positions;
    }

    /// <summary>A number in as many bytes as the buffer has.</summary>
    public static ReadOnlySpan<byte> Fixed(Span<byte> buffer, ulong value, bool bigEndian)
    {
        for (var i = 0; i < buffer.Length; i++)
            buffer[bigEndian ? buffer.Length - 1 - i : i] = (byte)(value >> (8 * i));
        return buffer;
    }

    /// <summary>Adds where some bytes stand.</summary>
    /// <param name="data">Where to look.</param>
    /// <param name="needle">What for.</param>
    /// <param name="start">Position of the first byte.</param>
    /// <param name="positions">Gets positions.</param>
    public static void Find(ReadOnlySpan<byte> data, ReadOnlySpan<byte> needle, int start, List<int> positions)
    {
        for (var from = 0; ;)
        {
            var at = data[from..].IndexOf(needle);
            if (at < 0)
                return;
            positions.Add(start + from + at);
            from += at + 1;
        }
    }

    private void FindOffsets(DwarfUnit unit, int[] offsets, DwarfSections strings, List<int> positions)
    {
        var data = unit.Data[unit.FirstEntry..];
        if (offsets.Length > FewNeedles)
        {
            Scan(data, offsets, strings, unit.FirstEntry, positions);
            return;
        }

        Span<byte> needle = stackalloc byte[8];
        needle = needle[..unit.Context.OffsetSize];
        foreach (var offset in offsets)
            Find(data, Fixed(needle, (ulong)offset, unit.Sections.IsBigEndian), unit.FirstEntry, positions);
    }

    /// <summary>Looks for many offsets at once: a table of two of their bytes tells nearly all other positions apart.</summary>
    private bool Scan(ReadOnlySpan<byte> data, int[] offsets, DwarfSections sections, int start, List<int>? positions)
    {
        if (!_tables.TryGetValue(sections, out var table))
        {
            _tables.Add(sections, table = new byte[1 << 16]);
            foreach (var offset in offsets)
                table[(ushort)offset] = 1;
        }

        var big = sections.IsBigEndian;
        uint window = 0;
        var at = -4;
        var any = false;
        foreach (var b in data)
        {
            window = big ? window << 8 | b : window >> 8 | (uint)b << 24;
            at++;
            if (table[(ushort)window] == 0 || at < 0 || Array.BinarySearch(offsets, (int)window) < 0)
                continue;
            any = true;
            if (positions is null)
                return true;
            positions.Add(start + at);
        }

        return any;
    }

    /// <summary>Whether one of the strings has a number in the unit's table.</summary>
    private static bool HasNumber(DwarfUnit unit, int[] offsets)
    {
        var table = unit.Sections[DwarfSection.StrOffsets].Span;
        if (unit.Context.StringOffsetsBase >= (ulong)table.Length)
            return false;
        table = table[(int)unit.Context.StringOffsetsBase..];
        // A table does not say here where it ends; its unit has at most as many strings as bytes.
        table = table[..(int)Math.Min((long)table.Length, (long)(unit.End - unit.Offset) * unit.Context.OffsetSize)];
        Span<byte> needle = stackalloc byte[8];
        needle = needle[..unit.Context.OffsetSize];
        if (offsets.Length > 64)
            return true;
        foreach (var offset in offsets)
        {
            if (table.IndexOf(Fixed(needle, (ulong)offset, unit.Sections.IsBigEndian)) >= 0)
                return true;
        }

        return false;
    }

    /// <summary>Offsets in <c>.debug_str</c> of what may be one of the names.</summary>
    private int[] Offsets(DwarfSections sections)
    {
        if (_offsets.TryGetValue(sections, out var known))
            return known;
        var strings = sections[DwarfSection.Str].Span;
        var found = new List<int>();
        var ends = new List<(int At, string Text)>();
        var own = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in _texts)
        {
            for (var from = 0; text.Length > 0;)
            {
                var at = strings[from..].IndexOf(text);
                if (at < 0)
                    break;
                at += from;
                from = at + 1;
                var end = at + text.Length;
                if (end >= strings.Length || strings[end] is not (0 or (byte)'<') || found.Count > 1 << 16)
                    continue;
                var rest = strings[at..];
                rest = rest[..Math.Max(0, rest.IndexOf((byte)0))];
                if (at == 0 || strings[at - 1] == 0)
                {
                    found.Add(at);
                    own.Add(Encoding.UTF8.GetString(rest));
                    continue;
                }

                if (ends.Count < 1 << 16)
                    ends.Add((at, Encoding.UTF8.GetString(rest)));
                if (strings[at - 1] is (byte)'.' or (byte)'/' && strings[end] == 0)
                    found.Add(strings[..at].LastIndexOf((byte)0) + 1); // Go's names have their package in them
            }
        }

        // A linker that merges strings puts a name at the end of a longer one where it can; then the name has no string of its own.
        foreach (var (at, text) in ends)
        {
            if (!own.Contains(text))
                found.Add(at);
        }

        found.Sort();
        var count = 0;
        for (var i = 0; i < found.Count; i++)
        {
            if (i == 0 || found[i] != found[i - 1])
                found[count++] = found[i];
        }

        var offsets = found[..count].ToArray();
        _offsets.Add(sections, offsets);
        return offsets;
    }
}
