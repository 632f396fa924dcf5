using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Source;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Engine.Model;

internal sealed partial class ModuleCatalog
{
    /// <summary>What knows lines and inlined functions of a module: what the recording says of it, the DWARF of its files.</summary>
    private List<ISourceResolver> Source(TraceModule module, ModuleData data)
    {
        var resolvers = new List<ISourceResolver>();
        if (module.BuildId.Length > 0 && _indexes.TryGetValue(module.BuildId, out var indexes))
        {
            foreach (var info in indexes)
                AddIfGood(resolvers, module, () => SourceIndex.Read(BlobPart.ReadAll(_reader, info, MaximumSnapshotBytes, out _)));
        }

        foreach (var image in new[] { data.Image, data.DebugImage })
        {
            if (image is not null)
                AddIfGood(resolvers, module, () => OpenDwarf(image));
        }

        return resolvers;
    }

    private static DwarfInfo? OpenDwarf(ElfImage image)
    {
        var dwarf = DwarfInfo.Open(image);
        return dwarf.HasUnits ? dwarf : null;
    }

    /// <summary>Damaged debug information costs lines, not names or stacks: the module says so and goes on without.</summary>
    private static void AddIfGood(List<ISourceResolver> resolvers, TraceModule module, Func<ISourceResolver?> open)
    {
        try
        {
            if (open() is { } resolver)
                resolvers.Add(resolver);
        }
        catch (BadDataException e)
        {
            module.SourceProblem = e.Message;
        }
    }
}
