using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;
using TraceKit.Engine.Stacks;
using TraceKit.Engine.Streams;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Model;

/// <summary>What lies at addresses of data, in recordings that tell all mappings and not only those of code (<c>perf record -d</c>): the file or memory, and the variable where the file is at hand.</summary>
/// <remarks>A history of its own beside <see cref="TraceModel"/>, made when it is first asked for: only addresses that samples are about need it.</remarks>
internal sealed class DataPlaces
{
    private readonly TraceModel _model;
    private readonly Dictionary<string, ModuleData> _files = new(StringComparer.Ordinal);
    private readonly NameStyle _style;
    private readonly int _firstModule;

    private DataPlaces(Trace trace, TraceModel model, NameStyle style)
    {
        _model = model;
        _style = style;
        _firstModule = trace.Model.Modules.Count;
        foreach (var data in trace.Parts.Data)
        {
            if (data.Module.Kind == ModuleKind.Elf)
                _files.TryAdd(data.Module.Path, data);
        }
    }

    /// <summary>Reads the mappings; null when none of data are told.</summary>
    public static DataPlaces? Read(Trace trace, NameStyle style)
    {
        var modules = new List<TraceModule>();
        var byPath = new Dictionary<string, int>(StringComparer.Ordinal);
        var reader = new SideBandReader(trace.SideBandLayouts, file => Of(file.Path), file => !file.HasFile, new KernelMaps()) { TakesData = true };
        trace.Source.ReadSideBand(reader.AddChunk);
        if (!reader.HasData)
            return null;
        var builder = new TraceModelBuilder();
        reader.TellTo(builder);
        return new DataPlaces(trace, builder.Build(modules), style);

        int Of(string path)
        {
            if (byPath.TryGetValue(path, out var index))
                return index;
            byPath.Add(path, index = modules.Count);
            modules.Add(new TraceModule { Index = index, Kind = ModuleKind.Data, Path = path, Name = path });
            return index;
        }
    }

    /// <summary>What lies there; its module is one behind those of the trace, called by its path. Null when nothing is mapped.</summary>
    public NamedFrames? Find(int pid, int tid, long time, ulong address)
    {
        if (KernelAddress.Is(address) || _model.FindThread(pid, tid, time)?.Space is not { } space || space.Find(address, time) is not (>= 0 and var index))
            return null;
        var mapping = _model.Mappings[index];
        var path = _model.Modules[mapping.Module].Path;
        var frame = new ResolvedFrame(-1, FunctionTable.UnknownName, ResolvedFrame.NoOffset, _firstModule + mapping.Module, path, address, FrameKind.User, UnresolvedReason.NoSymbol);
        var offset = address - mapping.Start + mapping.PageOffset;
        if (_files.TryGetValue(path, out var data) && data is { Image: { } image, Variables: { } variables } && TryToSvma(image, offset, out var place) && variables.TryFind(place, out var symbol))
        {
            var name = _style.Of(variables.NameBytes(symbol.Index), variables.Name(symbol.Index));
            frame = frame with { Name = name, Offset = place.Value - symbol.Start.Value, Reason = UnresolvedReason.None };
        }

        return new NamedFrames([frame], offset);
    }

    /// <summary>
    /// By the place in the file: a page of it may be mapped twice, as the end of one segment and the beginning of the next. What a segment has beyond the file (<c>.bss</c>) goes on as if it were there.
    /// </summary>
    private static bool TryToSvma(ElfImage image, ulong offset, out Svma address)
    {
        if (image.TryToSvma(new FileOffset(offset), out address))
            return true;
        foreach (ref readonly var segment in image.Segments)
        {
            if (segment.Type != ElfConstants.PT_LOAD || offset - segment.Offset.Value >= segment.MemorySize)
                continue;
            address = new Svma(offset - segment.Offset.Value + segment.Address.Value);
            return true;
        }

        return false;
    }
}
