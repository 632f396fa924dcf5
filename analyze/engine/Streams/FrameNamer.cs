using TraceKit.Engine.Model;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Streams;

/// <summary>Names addresses one at a time, each distinct one once.</summary>
internal sealed class FrameNamer(ModelParts parts)
{
    /// <summary>Distinct addresses that are remembered; then it starts over.</summary>
    private const int MaximumEntries = 1 << 18;

    private readonly Symbolizer _symbolizer = new(parts.Data, parts.Kallsyms);
    private readonly Dictionary<(int Version, ulong Address), ResolvedFrame> _known = [];

    /// <param name="space">Whose address; null for a guest's.</param>
    /// <param name="time">Nanoseconds.</param>
    /// <param name="lookup">Look-up address.</param>
    public ResolvedFrame Name(AddressSpace? space, long time, ulong lookup)
    {
        var key = ((long)lookup < 0 || space is null ? -1 : space.VersionAt(time), lookup);
        if (_known.TryGetValue(key, out var frame))
            return frame;
        if (_known.Count >= MaximumEntries)
            _known.Clear();
        frame = _symbolizer.NameOne(parts.Resolver.Resolve(space, time, lookup));
        _known.Add(key, frame);
        return frame;
    }
}
