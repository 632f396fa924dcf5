using TraceKit.Engine.Samples;

namespace TraceKit.Engine.Aggregates;

public sealed partial class FlatProfile
{
    /// <summary>Groups the samples of an analysis.</summary>
    /// <param name="analysis">Whose samples; it must have kept what the keys need (<see cref="SortKey.Keep"/>).</param>
    /// <param name="keys">In printing order; at least one.</param>
    /// <param name="children">
    /// Whether functions (modules) that only call others get entries too, and the order is by total. Needs a key of frames to make a difference.
    /// </param>
    /// <param name="only">Rows to count: all when null. Percentages are then of these.</param>
    /// <param name="leading">Entries are in the order of so many keys first, then of their weights.</param>
    public static FlatProfile Build(Analysis analysis, IReadOnlyList<SortKey> keys, bool children = false, Func<int, bool>? only = null, int leading = 0)
    {
        var names = new EntryNames(keys, RowGroups.MakeWithoutFrames(analysis, keys, only), FrameKeys.Make(analysis, keys));
        var frames = names.Frames is null ? null : new FrameSums(analysis.Samples, names.Frames);
        var entries = new List<FlatEntry>();
        long totalWeight = 0, totalCount = 0;
        for (var group = 0; group < names.Groups.Count; group++)
        {
            var rows = names.Groups.RowSegment(group);
            var (weight, count) = Sum(analysis.Samples, rows);
            totalWeight += weight;
            totalCount += count;
            if (frames is not null)
                frames.AddEntries(entries, analysis, names, group, rows, children);
            else
                entries.Add(new FlatEntry(names, group, FrameKeys.None, rows, rows) { SelfWeight = weight, SelfCount = count, TotalWeight = weight, TotalCount = count });
        }

        entries.Sort((a, b) => Compare(names, a, b, children, leading));
        return new FlatProfile(keys, entries, totalWeight, totalCount);
    }

    private static (long Weight, long Count) Sum(SampleTable samples, ReadOnlySpan<int> rows)
    {
        long weight = 0, count = 0;
        foreach (var row in rows)
        {
            weight += samples.Weights[row];
            count += samples.Counts[row];
        }

        return (weight, count);
    }

    private static int Compare(EntryNames names, FlatEntry a, FlatEntry b, bool children, int leading)
    {
        var order = names.Compare(a, b, 0, leading);
        if (order == 0 && children)
            order = b.TotalWeight.CompareTo(a.TotalWeight);
        // As perf: of lines of one group that weigh the same, callers come first.
        if (order == 0 && children && a.Group == b.Group)
            order = b.Height.CompareTo(a.Height);
        if (order == 0)
            order = b.SelfWeight.CompareTo(a.SelfWeight);
        if (order == 0)
            order = names.Compare(a, b, leading, names.Keys.Count);
        return order == 0 ? a.Function.CompareTo(b.Function) : order;
    }
}
