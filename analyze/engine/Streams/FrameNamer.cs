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

    private readonly ModelParts _parts = trace.Parts;
    private readonly Symbolizer _symbolizer = new(trace.Parts.Data, trace.Parts.Kallsyms, SourceDetail.None, options.Names);
    private readonly Dictionary<(int Version, ulong Address), ResolvedFrame[]> _known = [];
    private Dictionary<FrameKey, ResolvedFrame[]>? _fromSource;

    /// <summary>The functions at an address, innermost inlined one first.</summary>
    /// <param name="space">Whose address; null for a guest's.</param>
    /// <param name="time">Nanoseconds.</param>
    /// <param name="lookup">Look-up address.</param>
    public ResolvedFrame[] Name(AddressSpace? space, long time, ulong lookup)
    {
        if (space is not null && (long)lookup >= 0 && _parts.Resolver.ChangesOf(space) is { } changes)
            lookup = changes.Key(new(lookup), time);
        var key = ((long)lookup < 0 || space is null ? -1 : space.VersionAt(time), lookup);
        if (_known.TryGetValue(key, out var frames))
            return frames;
        if (_known.Count >= MaximumEntries)
            _known.Clear();
        var frame = _parts.Resolver.Resolve(space, time, lookup);
        if (options.Source == SourceDetail.None || frame.Module < 0 || !_parts.Data[frame.Module].HasSource || !(_fromSource ??= AskSource()).TryGetValue(frame, out frames))
            frames = [_symbolizer.NameOne(frame)];
        _known.Add(key, frames);
        return frames;
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
