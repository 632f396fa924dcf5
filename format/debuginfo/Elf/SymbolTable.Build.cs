using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Elf;

public sealed partial class SymbolTable
{
    /// <summary>Builds the table of one file or snapshot; empty when no symbols are at hand.</summary>
    /// <param name="image">The file that is mapped and run.</param>
    /// <param name="debugFile">Its separate debug file, which holds the <c>.symtab</c> that was stripped from it; the caller has compared build-ids.</param>
    /// <param name="shown">How names are shown, which the choice among several at one address goes by; null: as the file has them.</param>
    public static SymbolTable Build(ElfImage image, ElfImage? debugFile = null, ShownName? shown = null)
    {
        var raw = new List<RawSymbol>();
        var strings = new List<ReadOnlyMemory<byte>>();
        // A debug file, and what .gnu_debugdata holds, keep addresses, section numbers and flags of what they were made from.
        if (debugFile is not null && IsOfLayout(debugFile, image))
            CollectAll(debugFile, image, SHT_SYMTAB, raw, strings);
        CollectAll(image, image, SHT_SYMTAB, raw, strings);
        CollectAll(image, image, SHT_DYNSYM, raw, strings);
        if (image.TryDebugData(out var inner) && IsOfLayout(inner, image))
            CollectAll(inner, image, SHT_SYMTAB, raw, strings);
        CollectGo(image, raw, strings);

        var plt = PltNames.Read(image);
        foreach (var stub in plt.Stubs)
        {
            if (stub.Address >= image.ImageBase.Value && stub.Address - image.ImageBase.Value < uint.MaxValue - stub.Size)
                raw.Add(new RawSymbol((uint)(stub.Address - image.ImageBase.Value), stub.Size, new NameRef((byte)strings.Count, stub.Name), STB_LOCAL));
        }

        strings.Add(plt.Names);
        return raw.Count == 0 ? Empty : Arrange(image, raw, [.. strings], shown);
    }

    /// <summary>Builds the table of a file's variables in the same way: STT_OBJECT, and labels of the linker and of assembly (STT_NOTYPE) in sections of data.</summary>
    /// <inheritdoc cref="Build"/>
    public static SymbolTable BuildData(ElfImage image, ElfImage? debugFile = null, ShownName? shown = null)
    {
        var raw = new List<RawSymbol>();
        var strings = new List<ReadOnlyMemory<byte>>();
        if (debugFile is not null && IsOfLayout(debugFile, image))
            CollectAll(debugFile, image, SHT_SYMTAB, raw, strings, data: true);
        CollectAll(image, image, SHT_SYMTAB, raw, strings, data: true);
        if (raw.Count == 0)
            CollectAll(image, image, SHT_DYNSYM, raw, strings, data: true);
        return raw.Count == 0 ? Empty : Arrange(image, raw, [.. strings], shown, data: true);
    }

    private static bool IsOfLayout(ElfImage other, ElfImage image) => other.ImageBase == image.ImageBase || other.Segments.IsEmpty;

    private static void CollectAll(ElfImage from, ElfImage image, uint type, List<RawSymbol> raw, List<ReadOnlyMemory<byte>> strings, bool data = false)
    {
        for (var i = 0; i < from.Sections.Length; i++)
        {
            if (from.Sections[i].Type == type && strings.Count < 254 && ElfSymbols.TryRead(from, i, out var symbols))
                Collect(from, symbols, image.ImageBase.Value, raw, strings, data);
        }
    }

    private static void Collect(ElfImage image, ElfSymbols symbols, ulong imageBase, List<RawSymbol> raw, List<ReadOnlyMemory<byte>> strings, bool data)
    {
        var table = (byte)strings.Count;
        strings.Add(symbols.Names);
        var text = symbols.Names.Span;
        raw.EnsureCapacity(raw.Count + symbols.Count / 2);
        for (var i = 0; i < symbols.Count; i++)
        {
            var s = symbols[i];
            if (!(data ? s.Type is STT_OBJECT or STT_NOTYPE : s.Type is STT_FUNC or STT_GNU_IFUNC or STT_NOTYPE) || !s.IsInSection || s.NameOffset == 0 || s.NameOffset >= (uint)text.Length)
                continue;
            var name = text[(int)s.NameOffset..];
            if (name[0] == 0 || s.Type == STT_NOTYPE && (data ? !IsDataLabel(image, s) : !IsCodeSection(image, s.Section) || IsMappingSymbol(name, image.Machine) || IsSectionBound(name)))
                continue;
            var value = s.Value.Value;
            if (image.Machine == EM_ARM)
                value &= ~1UL; // bit 0 says Thumb
            var relative = value - imageBase;
            if (relative >= uint.MaxValue)
                continue;
            raw.Add(new RawSymbol((uint)relative, (uint)Math.Min(s.Size, uint.MaxValue - relative), new NameRef(table, s.NameOffset), s.Binding));
        }
    }

    /// <summary>
    /// Marks where instructions (<c>$x</c>, <c>$a</c>, <c>$t</c>) or data (<c>$d</c>) begin, with or without more after a dot; RISC-V's <c>$x</c> goes on with the
    /// instruction set (AAELF64 §5.5.4, AAELF32 §5.5.5, RISC-V psABI "Mapping symbol").
    /// </summary>
    private static bool IsMappingSymbol(ReadOnlySpan<byte> name, ushort machine) =>
        machine is EM_AARCH64 or EM_ARM or EM_RISCV && name.Length > 2 && name[0] == '$' &&
        (name[1] is (byte)'x' or (byte)'d' or (byte)'a' or (byte)'t' or (byte)'b' or (byte)'p' && name[2] is 0 or (byte)'.' || machine == EM_RISCV && name[1] == 'x');

    /// <summary>As perf's <c>elf_sym__is_label</c> and <c>elf_sec__is_data</c> have it: not hidden, in a section with such a name.</summary>
    private static bool IsDataLabel(ElfImage image, in ElfSymbolEntry symbol) =>
        (symbol.Other & 3) is 0 or 3 // STV_DEFAULT, STV_PROTECTED
         && symbol.Section < (uint)image.Sections.Length && image.Sections[(int)symbol.Section] is { IsCode: false } section
        && section.Name.Contains("data", StringComparison.Ordinal);

    /// <summary>The linker's <c>__start_SECTION</c> and <c>__stop_SECTION</c>: they mark where a section lies, and would name all of its code.</summary>
    private static bool IsSectionBound(ReadOnlySpan<byte> name) => name.StartsWith("__start_"u8) || name.StartsWith("__stop_"u8);

    private static SymbolTable Arrange(ElfImage image, List<RawSymbol> raw, ReadOnlyMemory<byte>[] strings, ShownName? shown, bool data = false)
    {
        var order = new ulong[raw.Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = (ulong)raw[i].Start << 32 | (uint)i;
        Array.Sort(order);

        int count = 0;
        var code = CodeRanges(image, data);
        var starts = new uint[order.Length];
        var ends = new uint[order.Length];
        var names = new NameRef[order.Length];
        uint covered = 0; // up to here some sized symbol reaches
        for (var i = 0; i < order.Length;)
        {
            var best = raw[(int)(uint)order[i]];
            var next = i + 1;
            for (; next < order.Length && order[next] >> 32 == best.Start; next++)
            {
                var other = raw[(int)(uint)order[next]];
                if (IsBetter(other, best, strings, shown))
                    best = other;
            }

            i = next;
            var end = best.Start + best.Size;
            if (best.Size == 0)
            {
                if (best.Start < covered)
                    continue;
                var limit = next < order.Length ? order[next] >> 32 : uint.MaxValue;
                end = (uint)Math.Min(limit, EndOfCode(code, best.Start));
                if (end <= best.Start)
                    continue;
            }

            covered = Math.Max(covered, end);
            starts[count] = best.Start;
            ends[count] = end;
            names[count++] = best.Name;
        }

        Array.Resize(ref starts, count);
        Array.Resize(ref ends, count);
        Array.Resize(ref names, count);
        return new SymbolTable(image.ImageBase.Value, starts, ends, names, Enclosing(starts, ends), strings);
    }

    /// <summary>perf's <c>choose_best_symbol</c>: whether <paramref name="b"/> replaces <paramref name="a"/>, which stands earlier in the file.</summary>
    private static bool IsBetter(in RawSymbol b, in RawSymbol a, ReadOnlyMemory<byte>[] strings, ShownName? shown)
    {
        if (a.Size == 0 != (b.Size == 0))
            return a.Size == 0;
        if (a.Binding == STB_WEAK != (b.Binding == STB_WEAK))
            return a.Binding == STB_WEAK;
        if (a.Binding == STB_GLOBAL != (b.Binding == STB_GLOBAL))
            return b.Binding == STB_GLOBAL;
        ReadOnlySpan<byte> nameA = NameAt(strings, a.Name), nameB = NameAt(strings, b.Name);
        if (shown is null || nameA[0] != (byte)'_' && nameB[0] != (byte)'_')
            return IsBetterName(nameB, nameA);
        return !IsShownAlike(nameB, nameA) && IsBetterName(shown(nameB), shown(nameA));
    }

    private static bool IsBetterName(ReadOnlySpan<byte> b, ReadOnlySpan<byte> a)
    {
        int underscoresA = Underscores(a), underscoresB = Underscores(b);
        return underscoresA != underscoresB ? underscoresB < underscoresA : b.Length > a.Length;
    }

    /// <summary>The same name from two tables, or two variants of one constructor or destructor (<c>C1</c>, <c>C2</c>; Itanium ABI §5.1.4.3): nearly all pairs at one address.</summary>
    private static bool IsShownAlike(ReadOnlySpan<byte> b, ReadOnlySpan<byte> a)
    {
        if (a.Length != b.Length)
            return false;
        var at = a.CommonPrefixLength(b);
        return at == a.Length ||
            at > 0 && a[at - 1] is (byte)'C' or (byte)'D' && char.IsAsciiDigit((char)a[at]) && char.IsAsciiDigit((char)b[at]) && a[(at + 1)..].SequenceEqual(b[(at + 1)..]);
    }

    private static int Underscores(ReadOnlySpan<byte> name)
    {
        var end = name.IndexOfAnyExcept((byte)'_');
        return end < 0 ? name.Length : end;
    }

    private static int[]? Enclosing(uint[] starts, uint[] ends)
    {
        var overlaps = false;
        uint furthest = 0;
        for (var i = 0; i < starts.Length && !overlaps; i++)
        {
            overlaps = starts[i] < furthest;
            furthest = Math.Max(furthest, ends[i]);
        }

        if (!overlaps)
            return null;
        var enclosing = new int[starts.Length];
        for (var i = 0; i < starts.Length; i++)
        {
            // Follow the chain of the one before until one reaches further than this.
            var j = i - 1;
            while (j >= 0 && ends[j] <= ends[i])
                j = enclosing[j];
            enclosing[i] = j;
        }

        return enclosing;
    }

    private static bool IsCodeSection(ElfImage image, uint index) =>
        index < (uint)image.Sections.Length ? image.Sections[(int)index].IsCode : image.SectionsDerived;

    /// <summary>
    /// Executable sections by address, relative to the image base and none overlapping; where there are none, executable segments.
    /// </summary>
    private static List<(ulong Start, ulong End)> CodeRanges(ElfImage image, bool data)
    {
        var ranges = new List<(ulong Start, ulong End)>();
        foreach (ref readonly var s in image.Sections)
        {
            if ((data ? (s.Flags & SHF_ALLOC) != 0 && !s.IsCode : s.IsCode) && s.Size != 0)
                Add(s.Address.Value, s.Size);
        }

        // Code that no section covers: a segment holds it.
        foreach (ref readonly var s in image.Segments)
        {
            if (!data && s.IsCode && s.MemorySize != 0)
                Add(s.Address.Value, s.MemorySize);
        }

        ranges.Sort(static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : b.End.CompareTo(a.End));
        return ranges;

        void Add(ulong address, ulong size)
        {
            var relative = address - image.ImageBase.Value;
            if (relative <= uint.MaxValue)
                ranges.Add((relative, Math.Min(relative + Math.Min(size, uint.MaxValue), uint.MaxValue)));
        }
    }

    /// <summary>End of the innermost range that holds an address: the section rather than its segment. The address itself when none does.</summary>
    private static ulong EndOfCode(List<(ulong Start, ulong End)> ranges, ulong relative)
    {
        int low = 0, high = ranges.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (ranges[middle].Start <= relative)
                low = middle + 1;
            else
                high = middle;
        }

        // Sections do not overlap, a segment lies around many: it is not far where it matters.
        for (int i = low - 1, steps = 0; i >= 0 && steps < 256; i--, steps++)
        {
            if (relative < ranges[i].End)
                return ranges[i].End;
        }

        return relative;
    }

    private readonly struct RawSymbol(uint start, uint size, NameRef name, byte binding)
    {
        public readonly uint Start = start;
        public readonly uint Size = size;
        public readonly NameRef Name = name;
        public readonly byte Binding = binding;
    }
}
