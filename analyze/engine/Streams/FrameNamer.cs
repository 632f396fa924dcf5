using TraceKit.DebugInfo.Jit;
using TraceKit.Engine.Model;
using TraceKit.Engine.Stacks;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Streams;

/// <summary>Names addresses one at a time, each distinct one once.</summary>
/// <remarks>
/// Debug information answers whole batches: where the first address lies in a module that has some, all addresses of the samples asked for are
/// collected and resolved in one pass, as a report does it. Without it, nothing is read ahead.
/// </remarks>
/// <param name="trace">The trace.</param>
/// <param name="options">Which samples, and what to ask of debug information.</param>
internal sealed class FrameNamer(Trace trace, AnalysisOptions options)
{
    /// <summary>Distinct addresses that are remembered; then it starts over.</summary>
    private const int MaximumEntries = 1 << 18;

    private const int RecentEntries = 1 << 12;

    private readonly ModelParts _parts = trace.Parts;
    private readonly Symbolizer _symbolizer = new(trace.Parts.Data, trace.Parts.Kernel, SourceDetail.None, options.Names);
    private readonly Dictionary<Place, NamedFrames> _known = [];
    private Dictionary<FrameKey, ResolvedFrame[]>? _fromSource;

    /// <summary>What was named last, by the low bits of the hash: chains of neighbours have most of their addresses in common.</summary>
    private readonly (Place Place, NamedFrames? Names)[] _recent = new (Place, NamedFrames?)[RecentEntries];

    private AddressSpace? _space;
    private long _time;
    private int _version;
    private JitTimeline? _changes;

    /// <summary>Whose addresses come next.</summary>
    /// <param name="space">Null for a guest's.</param>
    /// <param name="time">Nanoseconds.</param>
    public void PointTo(AddressSpace? space, long time)
    {
        _time = time;
        _version = space is null ? -2 : space.VersionAt(time);
        if (ReferenceEquals(space, _space))
            return;
        _space = space;
        _changes = space is null ? null : _parts.Resolver.ChangesOf(space);
    }

    /// <summary>The functions at an address of the chain, innermost inlined one first.</summary>
    /// <param name="address">As it stands in the chain.</param>
    /// <param name="isReturn">Whether it is a return address.</param>
    public NamedFrames Name(ulong address, bool isReturn)
    {
        var isKernel = KernelAddress.Is(address);
        var changed = !isKernel && _changes is not null;
        var place = new Place(isKernel && _space is not null ? -1 : _version, isReturn, changed ? _changes!.Key(new(isReturn ? LookupAddress.OfReturn(address) : address), _time) : address);
        ref var recent = ref _recent[place.GetHashCode() & (RecentEntries - 1)];
        if (recent.Names is not null && recent.Place == place)
            return recent.Names;
        if (_known.TryGetValue(place, out var names))
        {
            recent = (place, names);
            return names;
        }

        if (_known.Count >= MaximumEntries)
            _known.Clear();
        var lookup = changed ? place.Address : isReturn ? LookupAddress.OfReturn(address) : address;
        var frame = _parts.Resolver.Resolve(_space, _time, lookup);
        if (options.Source == SourceDetail.None || frame.Module < 0 || !_parts.Data[frame.Module].HasSource || !(_fromSource ??= AskSource()).TryGetValue(frame, out var frames))
            frames = [_symbolizer.NameOne(frame)];
        _known.Add(place, names = new NamedFrames(frames, isKernel || _space is null ? KernelAddress.Plain(address) : _parts.Resolver.FileOffset(_space, _time, address)));
        recent = (place, names);
        return names;
    }

    private readonly record struct Place(int Version, bool IsReturn, ulong Address)
    {
        public override int GetHashCode() => (int)(((Address ^ (ulong)(uint)Version << 40) + (IsReturn ? 1UL : 0)) * 0x9E3779B97F4A7C15UL >> 32);
    }

    private Dictionary<FrameKey, ResolvedFrame[]> AskSource()
    {
        var analysis = Analysis.Run(trace, options with { KeepSamples = false, KeepCpus = false, Fields = [], Stacks = true, Progress = null, IgnoreFrameFilters = true });
        var frames = analysis.Frames;
        var known = new Dictionary<FrameKey, ResolvedFrame[]>();
        for (var i = 0; i < frames.Count; i++)
        {
            if (frames.Modules[i] < 0 || !_parts.Data[frames.Modules[i]].HasSource)
                continue;
            var concrete = analysis.Resolve(i);
            var levels = analysis.Functions.Levels(i);
            var address = _symbolizer.NameOne(new FrameKey(frames.Modules[i], frames.Addresses[i], frames.Kinds[i])).Address;
            var named = new ResolvedFrame[levels.Length];
            for (var level = 0; level < named.Length; level++)
            {
                var function = analysis.Functions[levels[level].Function];
                named[level] = concrete with
                {
                    Function = -1,
                    Address = address,
                    Name = function.IsKnown ? function.Name : FunctionTable.UnknownName,
                    Reason = function.Reason,
                    IsInlined = function.IsInlined,
                    File = analysis.Functions.FileName(levels[level].File),
                    Line = levels[level].Line,
                };
            }

            known.Add(new FrameKey(frames.Modules[i], frames.Addresses[i], frames.Kinds[i]), named);
        }

        return known;
    }
}
