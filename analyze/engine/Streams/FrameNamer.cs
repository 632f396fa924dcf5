using TraceKit.DebugInfo.Jit;
using TraceKit.Engine.Model;
using TraceKit.Engine.Stacks;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Streams;

/// <summary>Names addresses one at a time, each distinct one once.</summary>
/// <remarks>
/// Where the answer is at hand (an index, what debug files answered before) an address is resolved by itself. Debug files themselves answer whole batches: when the first address needs one, all addresses
/// of the samples asked for are collected and resolved in one pass, as a report does it. Without them, nothing is read ahead.
/// </remarks>
/// <param name="trace">The trace.</param>
/// <param name="options">Which samples, and what to ask of debug information.</param>
internal sealed class FrameNamer(Trace trace, AnalysisOptions options)
{
    /// <summary>Distinct addresses that are remembered; then it starts over.</summary>
    private const int MaximumEntries = 1 << 18;

    /// <summary>Addresses that are resolved by themselves; more are better off together.</summary>
    private const int MaximumOneByOne = 1 << 14;

    private const int RecentEntries = 1 << 12;

    private readonly ModelParts _parts = trace.Parts;
    private readonly Symbolizer _symbolizer = new(trace.Parts.Data, trace.Parts.Kernel, SourceDetail.None, options.Names);
    private readonly Dictionary<Place, NamedFrames> _known = [];
    private Dictionary<FrameKey, ResolvedFrame[]>? _fromSource;
    private int _oneByOne;

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
    /// <param name="inChain">Whether it is of a sample's stack; of other addresses debug information is not asked, but where they are in a stack as well.</param>
    public NamedFrames Name(ulong address, bool isReturn, bool inChain = true)
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
        ResolvedFrame[]? frames = null;
        if (options.Source != SourceDetail.None && frame.Module >= 0 && _parts.Data[frame.Module] is { HasSource: true } data)
        {
            if (_fromSource is null && inChain && _oneByOne < MaximumOneByOne && data.IsSourceAtHand(new(frame.Address)))
                frames = ResolveOne(frame);
            else
                (_fromSource ??= AskSource()).TryGetValue(frame, out frames);
        }

        frames ??= [_symbolizer.NameOne(frame)];
        _known.Add(place, names = new NamedFrames(frames, isKernel || _space is null ? KernelAddress.Plain(address) : _parts.Resolver.FileOffset(_space, _time, address)));
        recent = (place, names);
        return names;
    }

    private readonly record struct Place(int Version, bool IsReturn, ulong Address)
    {
        public override int GetHashCode() => (int)(((Address ^ (ulong)(uint)Version << 40) + (IsReturn ? 1UL : 0)) * 0x9E3779B97F4A7C15UL >> 32);
    }

    private ResolvedFrame[] ResolveOne(FrameKey frame)
    {
        _oneByOne++;
        var one = new FrameTable([frame.Module], [frame.Address], [frame.Kind]);
        var (functions, offsets) = new Symbolizer(_parts.Data, _parts.Kernel, options.Source, options.Names).Run(one);
        return Levels(frame, 0, functions, offsets[0]);
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
            var frame = new FrameKey(frames.Modules[i], frames.Addresses[i], frames.Kinds[i]);
            known.Add(frame, Levels(frame, i, analysis.Functions, analysis.Resolve(i).Offset));
        }

        return known;
    }

    /// <summary>The functions at a frame, as a report has them.</summary>
    private ResolvedFrame[] Levels(FrameKey frame, int number, FunctionTable functions, ulong offset)
    {
        var levels = functions.Levels(number);
        var address = _symbolizer.NameOne(frame).Address;
        var named = new ResolvedFrame[levels.Length];
        for (var level = 0; level < named.Length; level++)
        {
            var function = functions[levels[level].Function];
            named[level] = new ResolvedFrame(-1, function.IsKnown ? function.Name : FunctionTable.UnknownName, offset, frame.Module, function.ModuleName, address, frame.Kind, function.Reason)
            {
                IsInlined = function.IsInlined,
                File = functions.FileName(levels[level].File),
                Line = levels[level].Line,
            };
        }

        return named;
    }
}
