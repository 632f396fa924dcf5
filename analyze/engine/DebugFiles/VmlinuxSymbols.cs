using TraceKit.DebugInfo.Elf;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Engine.DebugFiles;

/// <summary>The functions of a kernel's or module's ELF file as lines of <c>/proc/kallsyms</c>.</summary>
internal static class VmlinuxSymbols
{
    /// <summary>Text of a <c>vmlinux</c>'s functions, by address; empty when it has no symbols.</summary>
    public static byte[] ToText(ElfImage image)
    {
        using var text = new MemoryStream();
        foreach (var (address, letter, name) in Functions(image, static symbol => symbol.Value.Value))
            KernelTextBuilder.WriteLine(text, address, letter, name, "");
        return text.ToArray();
    }

    /// <summary>Functions by address; of several at one address the one to show comes last, as Kallsyms wants it.</summary>
    /// <param name="image">The file.</param>
    /// <param name="addressOf">Where a symbol is; 0 to leave it out.</param>
    public static IEnumerable<(ulong Address, char Letter, byte[] Name)> Functions(ElfImage image, Func<ElfSymbolEntry, ulong> addressOf)
    {
        var found = new List<(ulong Address, ElfSymbolEntry Symbol, byte[] Name)>();
        for (var section = 0; section < image.Sections.Length; section++)
        {
            if (image.Sections[section].Type != SHT_SYMTAB || !ElfSymbols.TryRead(image, section, out var symbols))
                continue;
            for (var i = 1; i < symbols.Count; i++)
            {
                var symbol = symbols[i];
                if (symbol.Type is not (STT_FUNC or STT_GNU_IFUNC or STT_NOTYPE) || !symbol.IsInSection || symbol.Section >= image.Sections.Length || !image.Sections[(int)symbol.Section].IsCode)
                    continue;
                var name = symbols.NameBytes(symbol);
                if (name.IsEmpty || name[0] is (byte)'$' or (byte)'.' || name.IndexOfAny((byte)'\n', (byte)'\t') >= 0 || addressOf(symbol) is var address && address == 0)
                    continue;
                found.Add((address, symbol, name.ToArray()));
            }
        }

        found.Sort(static (a, b) => a.Address != b.Address ? a.Address.CompareTo(b.Address) : Worth(a.Symbol, a.Name).CompareTo(Worth(b.Symbol, b.Name)));
        foreach (var (address, symbol, name) in found)
            yield return (address, symbol.Binding == STB_WEAK ? 'W' : symbol.Binding == STB_GLOBAL ? 'T' : 't', name);
    }

    /// <summary>perf's choice among several at one address (<c>choose_best_symbol</c>): sized, not weak, global, fewer underscores, longer.</summary>
    private static int Worth(in ElfSymbolEntry symbol, byte[] name) =>
        (symbol.Size != 0 ? 1 << 20 : 0) + (symbol.Binding != STB_WEAK ? 1 << 19 : 0) + (symbol.Binding == STB_GLOBAL ? 1 << 18 : 0)
        + ((63 - Math.Min(63, name.AsSpan().IndexOfAnyExcept((byte)'_'))) << 10) + Math.Min(name.Length, 1023);
}
