using TraceKit.Binary;
using TraceKit.DebugInfo.Go;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Elf;

public sealed partial class SymbolTable
{
    /// <summary>Names of stripped Go programs, from Go's own table. Where there is a <c>.symtab</c> it has the same names and true sizes.</summary>
    private static void CollectGo(ElfImage image, List<RawSymbol> raw, List<ReadOnlyMemory<byte>> strings)
    {
        foreach (ref readonly var section in image.Sections)
        {
            if (section.Type == SHT_SYMTAB && image.TryStoredData(section, out _))
                return;
        }

        if (strings.Count == 254 || Open(image) is not { } table)
            return;
        var names = (byte)strings.Count;
        strings.Add(table.Names);
        raw.EnsureCapacity(raw.Count + table.Count);
        for (var i = 0; i < table.Count; i++)
        {
            var function = table[i];
            var relative = function.Entry.Value - image.ImageBase.Value;
            if (function.End > function.Entry && relative < uint.MaxValue && table.NameOffset(function) >= 0 && table.NameBytes(function).Length > 0)
                raw.Add(new RawSymbol((uint)relative, (uint)Math.Min(function.End.Value - function.Entry.Value, uint.MaxValue - relative), new NameRef(names, (uint)table.NameOffset(function)), STB_LOCAL));
        }
    }

    /// <summary>A damaged table names nothing; other symbols stay.</summary>
    private static GoPclntab? Open(ElfImage image)
    {
        try
        {
            return GoPclntab.TryOpen(image);
        }
        catch (BadDataException)
        {
            return null;
        }
    }
}
