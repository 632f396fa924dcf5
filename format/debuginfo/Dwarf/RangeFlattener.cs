using System.Runtime.InteropServices;

namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Makes of ranges that nest or overlap ranges that do not: everywhere the one with the highest number wins.</summary>
internal sealed class RangeFlattener
{
    private readonly List<FunctionRange> _sorted = [];
    private readonly PriorityQueue<ulong, int> _active = new(); // ends, the highest number first

    /// <summary>Adds the flat ranges, ascending; neighbours of one number are one.</summary>
    /// <remarks>Each step ends a range or begins one, so time is that of sorting however they overlap.</remarks>
    public void Flatten(ReadOnlySpan<FunctionRange> ranges, List<FunctionRange> flat)
    {
        _sorted.Clear();
        _sorted.AddRange(ranges);
        _sorted.Sort(static (a, b) => a.Start.CompareTo(b.Start));
        _active.Clear();
        var sorted = CollectionsMarshal.AsSpan(_sorted);
        var next = 0;
        ulong at = 0;
        for (; ; )
        {
            while (_active.TryPeek(out var ended, out _) && ended <= at)
                _active.Dequeue();
            if (_active.Count == 0)
            {
                if (next == sorted.Length)
                    return;
                at = sorted[next].Start;
            }

            for (; next < sorted.Length && sorted[next].Start <= at; next++)
                _active.Enqueue(sorted[next].End, -sorted[next].Function);
            if (!_active.TryPeek(out var end, out var negative))
                continue;
            if (next < sorted.Length)
                end = Math.Min(end, sorted[next].Start);
            if (flat.Count > 0 && flat[^1] is var last && last.End == at && last.Function == -negative)
                flat[^1] = last with { End = end };
            else if (end > at)
                flat.Add(new FunctionRange(at, end, -negative));
            at = end;
        }
    }
}
