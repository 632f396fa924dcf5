using System.Buffers.Binary;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Elf;

public sealed partial class SymbolTable
{
    /// <summary>Builds the table of one file or snapshot; empty when no symbols are at hand.</summary>
    /// <param name="image">The file that is mapped and run.</param>
    /// <param name="debugFile">Its separate debug file, which holds the <c>.symtab</c> that was stripped from it; the caller has compared build-ids.</param>
    public static SymbolTable Build(ElfImage image, ElfImage? debugFile = null)
    {
        var raw = new List<RawSymbol>();
        var strings = new List<ReadOnlyMemory<byte>>();
        // A debug file keeps addresses, section numbers and flags of what it was made from.
        if (debugFile is not null && debugFile.ImageBase == image.ImageBase)
            CollectAll(debugFile, SHT_SYMTAB, raw, strings);
        CollectAll(image, SHT_SYMTAB, raw, strings);
        CollectAll(image, SHT_DYNSYM, raw, strings);
        CollectGo(image, raw, strings);

        var plt = PltNames.Read(image);
        foreach (var stub in plt.Stubs)
        {
            if (stub.Address >= image.ImageBase.Value && stub.Address - image.ImageBase.Value < uint.MaxValue - stub.Size)
                raw.Add(new RawSymbol((uint)(stub.Address - image.ImageBase.Value), stub.Size, new NameRef((byte)strings.Count, stub.Name), STB_LOCAL));
        }

        strings.Add(plt.Names);
        return raw.Count == 0 ? Empty : Arrange(image, raw, [.. strings]);
    }

    private static void CollectAll(ElfImage image, uint type, List<RawSymbol> raw, List<ReadOnlyMemory<byte>> strings)
    {
        foreach (ref readonly var section in image.Sections)
        {
            if (section.Type == type && section.Link < (uint)image.Sections.Length &&
                image.TryStoredData(section, out var symbols) && image.TryStoredData(image.Sections[(int)section.Link], out var names))
            {
                Collect(image, symbols.Span, names, raw, strings);
            }
        }
    }

    private static void Collect(ElfImage image, ReadOnlySpan<byte> symbols, ReadOnlyMemory<byte> names, List<RawSymbol> raw, List<ReadOnlyMemory<byte>> strings)
    {
        if (strings.Count == 254)
            return;
        var table = (byte)strings.Count;
        strings.Add(names);
        var text = names.Span;
        var step = image.Is64Bit ? 24 : 16;
        raw.EnsureCapacity(raw.Count + symbols.Length / step / 2);
        for (; symbols.Length >= step; symbols = symbols[step..])
        {
            // Elf64_Sym: name, info, other, shndx, value, size. Elf32_Sym: name, value, size, info, other, shndx.
            var info = symbols[image.Is64Bit ? 4 : 12];
            var kind = info & 0xf;
            if (kind is not (STT_FUNC or STT_GNU_IFUNC or STT_NOTYPE))
                continue;
            var sectionIndex = UInt16(symbols[(image.Is64Bit ? 6 : 14)..], image.IsBigEndian);
            var name = UInt32(symbols, image.IsBigEndian);
            if (sectionIndex is SHN_UNDEF or SHN_ABS or SHN_COMMON || name == 0 || name >= (uint)text.Length || text[(int)name] is 0)
                continue;
            if (kind == STT_NOTYPE && (!IsCodeSection(image, sectionIndex) || text[(int)name] == '$' || IsSectionBound(text[(int)name..])))
                continue;
            ulong value = image.Is64Bit ? UInt64(symbols[8..], image.IsBigEndian) : UInt32(symbols[4..], image.IsBigEndian);
            ulong size = image.Is64Bit ? UInt64(symbols[16..], image.IsBigEndian) : UInt32(symbols[8..], image.IsBigEndian);
            if (image.Machine == EM_ARM)
                value &= ~1UL; // bit 0 says Thumb
            var relative = value - image.ImageBase.Value;
            if (relative >= uint.MaxValue)
                continue;
            raw.Add(new RawSymbol((uint)relative, (uint)Math.Min(size, uint.MaxValue - relative), new NameRef(table, name), (byte)(info >> 4)));
        }
    }

    /// <summary>The linker's <c>__start_SECTION</c> and <c>__stop_SECTION</c>: they mark where a section lies, and would name all of its code.</summary>
    private static bool IsSectionBound(ReadOnlySpan<byte> name) => name.StartsWith("__start_"u8) || name.StartsWith("__stop_"u8);

    private static SymbolTable Arrange(ElfImage image, List<RawSymbol> raw, ReadOnlyMemory<byte>[] strings)
    {
        var order = new ulong[raw.Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = (ulong)raw[i].Start << 32 | (uint)i;
        Array.Sort(order);

        int count = 0;
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
                if (IsBetter(other, best, strings))
                    best = other;
            }

            i = next;
            var end = best.Start + best.Size;
            if (best.Size == 0)
            {
                if (best.Start < covered)
                    continue;
                var limit = next < order.Length ? order[next] >> 32 : uint.MaxValue;
                end = (uint)Math.Min(limit, EndOfSection(image, best.Start));
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
    private static bool IsBetter(in RawSymbol b, in RawSymbol a, ReadOnlyMemory<byte>[] strings)
    {
        if (a.Size == 0 != (b.Size == 0))
            return a.Size == 0;
        if (a.Binding == STB_WEAK != (b.Binding == STB_WEAK))
            return a.Binding == STB_WEAK;
        if (a.Binding == STB_GLOBAL != (b.Binding == STB_GLOBAL))
            return b.Binding == STB_GLOBAL;
        ReadOnlySpan<byte> nameA = NameAt(strings, a.Name), nameB = NameAt(strings, b.Name);
        int underscoresA = Underscores(nameA), underscoresB = Underscores(nameB);
        if (underscoresA != underscoresB)
            return underscoresB < underscoresA;
        return nameB.Length > nameA.Length;
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

    private static bool IsCodeSection(ElfImage image, ushort index) =>
        index < image.Sections.Length ? image.Sections[index].IsCode : image.SectionsDerived && index < SHN_LORESERVE;

    /// <summary>End of the executable section, else of the segment, that holds an address; relative to the image base.</summary>
    private static ulong EndOfSection(ElfImage image, uint relative)
    {
        var address = image.ImageBase.Value + relative;
        foreach (ref readonly var s in image.Sections)
        {
            if (s.IsCode && address >= s.Address.Value && address - s.Address.Value < s.Size)
                return s.Address.Value + s.Size - image.ImageBase.Value;
        }

        foreach (ref readonly var s in image.Segments)
        {
            if (s.IsCode && address >= s.Address.Value && address - s.Address.Value < s.MemorySize)
                return s.Address.Value + s.MemorySize - image.ImageBase.Value;
        }

        return relative;
    }

    private static ushort UInt16(ReadOnlySpan<byte> at, bool big) => big ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at);

    private static uint UInt32(ReadOnlySpan<byte> at, bool big) => big ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);

    private static ulong UInt64(ReadOnlySpan<byte> at, bool big) => big ? BinaryPrimitives.ReadUInt64BigEndian(at) : BinaryPrimitives.ReadUInt64LittleEndian(at);

    private readonly struct RawSymbol(uint start, uint size, NameRef name, byte binding)
    {
        public readonly uint Start = start;
        public readonly uint Size = size;
        public readonly NameRef Name = name;
        public readonly byte Binding = binding;
    }
}
