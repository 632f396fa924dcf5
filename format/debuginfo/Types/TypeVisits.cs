using TraceKit.Binary;

namespace TraceKit.DebugInfo.Types;

/// <summary>Types that a walk has still to look at: each once, and no more than <see cref="InputLimits.TypeSteps"/> of them, whatever contains what.</summary>
/// <remarks>A type that is a member of itself, or types that contain the next one twice and more, have no end, or one that is exponentially far, for a walk that calls itself for each member.</remarks>
public sealed class TypeVisits
{
    private readonly HashSet<DebugType> _seen = [];
    private readonly List<DebugType> _left = [];

    /// <summary>One more to look at; nothing when it was here before.</summary>
    public void Add(DebugType? type)
    {
        if (type is not null && _seen.Count < InputLimits.TypeSteps && _seen.Add(type))
            _left.Add(type);
    }

    /// <summary>The next one; null when all were looked at.</summary>
    public DebugType? Next()
    {
        if (_left.Count == 0)
            return null;
        var next = _left[^1];
        _left.RemoveAt(_left.Count - 1);
        return next;
    }
}
