using TraceKit.Binary;
using TraceKit.Engine.DebugFiles;
using TraceKit.Engine.Model;
using TraceKit.Format.Dtr;

namespace TraceKit.Engine;

public sealed partial class Trace
{
    private ModelParts BuildModel()
    {
        var catalog = _catalog = new ModuleCatalog(_reader, Snapshots, _debugFiles is null ? null : new DebugFileFinder(_debugFiles));
        var sideBand = new SideBandReader(SideBandLayouts, catalog.Of, catalog.IsProgramInMemory);
        byte[] buffer = [];
        foreach (var chunk in _reader.Chunks)
        {
            if (chunk.Type != ChunkType.SideBand)
                continue;
            try
            {
                sideBand.AddChunk(_reader.ReadPayload(chunk, ref buffer).Span);
            }
            catch (BadDataException)
            {
                // In the list of damage; mappings that stood there are missing, and their frames say so.
                continue;
            }
        }

        var builder = new TraceModelBuilder();
        sideBand.TellTo(builder);
        var model = builder.Build(catalog.Modules);
        return new ModelParts(model, catalog.Data, new MappingResolver(model, catalog.Data, catalog.OfKernelAddress), () => catalog.Kallsyms, sideBand.Totals);
    }
}
