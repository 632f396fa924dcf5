using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Go;
using TraceKit.DebugInfo.Source;

namespace TraceKit.Engine.Symbols;

/// <summary>Opens what a file has of lines and inlined functions. Damage costs lines, not names or stacks: it is told, and the work goes on without.</summary>
internal static class SourceOpener
{
    /// <summary>The DWARF of a file, where it has some.</summary>
    public static void AddDwarf(List<ISourceResolver> resolvers, ElfImage image, DwarfFiles files, Action<string> tell) => Add(resolvers, tell, () =>
    {
        if (!image.HasDwarf())
            return null;
        var dwarf = DwarfInfo.Open(image, files);
        return dwarf.HasUnits ? dwarf : null;
    });

    /// <summary>Go's own line table, where the file has one.</summary>
    public static void AddGo(List<ISourceResolver> resolvers, ElfImage image, Action<string> tell) => Add(resolvers, tell, () => GoPclntab.TryOpen(image));

    /// <summary>Something that may turn out damaged.</summary>
    public static void Add(List<ISourceResolver> resolvers, Action<string> tell, Func<ISourceResolver?> open)
    {
        try
        {
            if (open() is { } resolver)
                resolvers.Add(resolver);
        }
        catch (BadDataException e)
        {
            tell(e.Message);
        }
    }
}
