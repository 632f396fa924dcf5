namespace TraceKit.Engine.Aggregates;

/// <summary>A table of weights by keys: the body of <c>report</c>.</summary>
public sealed partial class FlatProfile
{
    private FlatProfile(IReadOnlyList<SortKey> keys, IReadOnlyList<FlatEntry> entries, long totalWeight, long totalCount)
    {
        Keys = keys;
        Entries = entries;
        TotalWeight = totalWeight;
        TotalCount = totalCount;
    }

    /// <summary>What it is grouped by.</summary>
    public IReadOnlyList<SortKey> Keys { get; }

    /// <summary>
    /// Heaviest first (by self, or by total when built with children), then callers before what they call, then by their values: numbers as numbers, names by
    /// their letters (ordinal).
    /// </summary>
    public IReadOnlyList<FlatEntry> Entries { get; }

    /// <summary>Weight of all rows: what percentages are of.</summary>
    public long TotalWeight { get; }

    /// <summary>Samples of all rows.</summary>
    public long TotalCount { get; }
}

/// <summary>One line of a <see cref="FlatProfile"/>.</summary>
public sealed class FlatEntry
{
    private readonly EntryNames _names;
    private readonly ArraySegment<int> _rows;
    private readonly ArraySegment<int> _groupRows;
    private string[]? _values;

    internal FlatEntry(EntryNames names, int group, int frameKey, ArraySegment<int> rows, ArraySegment<int> groupRows)
    {
        _names = names;
        Group = group;
        FrameKey = frameKey;
        _rows = rows;
        _groupRows = groupRows;
    }

    /// <summary>Number of the group of rows that agree in the keys of samples.</summary>
    internal int Group { get; }

    /// <summary>What <see cref="FrameKeys"/> calls it.</summary>
    internal int FrameKey { get; }

    /// <summary>Frames of its longest chain.</summary>
    internal int Height { get; init; }

    /// <summary>The value of each key, as text.</summary>
    public IReadOnlyList<string> Values => _values ??= _names.Values(this);

    /// <summary>Number in <c>Analysis.Functions</c>, or -1 when the entry is not of one function or the stack was empty.</summary>
    public int Function { get; init; } = -1;

    /// <summary>Number of a function that the entry has samples of, also where lines tell entries apart: for whether it is the kernel's; -1 for none.</summary>
    public int SymbolFunction { get; init; } = -1;

    /// <summary>Index in <c>TraceModel.Modules</c>, or -1.</summary>
    public int Module { get; init; } = -1;

    /// <summary>
    /// Weight of samples whose innermost frame is this. As perf counts: of functions the concrete one that has the address, with what was inlined into it.
    /// </summary>
    public long SelfWeight { get; init; }

    /// <summary>Samples whose innermost frame is this.</summary>
    public long SelfCount { get; init; }

    /// <summary>Weight of samples that have this anywhere in their stack, each once however often it recurs.</summary>
    public long TotalWeight { get; init; }

    /// <summary>Samples that have this anywhere in their stack.</summary>
    public long TotalCount { get; init; }

    /// <summary>Rows of the sample table counted in <see cref="SelfWeight"/>: hand them to <see cref="CallTree"/> for the entry's call graph.</summary>
    public ReadOnlySpan<int> Rows => _rows;

    /// <summary>Rows that agree in the keys that are not of frames: where <see cref="TotalWeight"/> was counted (for <see cref="CallTree.BuildAround"/>).</summary>
    public ReadOnlySpan<int> GroupRows => _groupRows;

    /// <summary>The call tree of the entry's own rows.</summary>
    public CallTree BuildCallTree(Analysis analysis, CallOrder order) => CallTree.Build(analysis, order, _rows);

    /// <summary>What the entry's function calls, or who calls it, over every sample that has it: for reports with children.</summary>
    public CallTree BuildCallTreeAround(Analysis analysis, CallOrder order) =>
        Function < 0 ? CallTree.Build(analysis, order, _rows) : CallTree.BuildAround(analysis, order, _groupRows, Function);
}
