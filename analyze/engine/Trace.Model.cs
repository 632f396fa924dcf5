using TraceKit.Engine.DebugFiles;
using TraceKit.Engine.Model;

namespace TraceKit.Engine;

public sealed partial class Trace
{
    private ModelParts BuildModel()
    {
        var kernel = new KernelMaps();
        var catalog = _catalog = new ModuleCatalog(Source, Snapshots, _debugFiles is null ? null : new DebugFileFinder(_debugFiles), kernel, SourceCache);
        var sideBand = new SideBandReader(SideBandLayouts, catalog.Of, catalog.IsMade, kernel);
        Source.ReadSideBand(sideBand.AddChunk);
        var builder = new TraceModelBuilder();
        sideBand.TellTo(builder);
        var model = builder.Build(catalog.Modules);
        return new ModelParts(model, catalog.Data, new MappingResolver(model, catalog.Data, catalog.OfKernelAddress, KernelAddress.NeedsMark(Source.Host.Architecture, kernel.ReferenceAddress)), catalog.KernelSymbols, sideBand.Totals);
    }
}
