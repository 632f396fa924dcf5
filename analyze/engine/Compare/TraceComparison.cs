namespace TraceKit.Engine.Compare;

/// <summary>What to compare and how.</summary>
public sealed record ComparisonOptions
{
    /// <summary>Also by what functions and modules call.</summary>
    public bool Children { get; init; }

    /// <summary>How it is judged.</summary>
    public ShareTestOptions Test { get; init; } = new();
}

/// <summary>One side of a comparison of one event.</summary>
public sealed class ComparedSide
{
    /// <summary>Samples.</summary>
    public required long Samples { get; init; }

    /// <summary>Their weight: what shares are of.</summary>
    public required long Weight { get; init; }

    /// <summary>From the first to the last sample, summed over the recordings.</summary>
    public required long Nanoseconds { get; init; }

    /// <summary>Width of a slot of time.</summary>
    public long SlotNanoseconds { get; internal set; }

    /// <summary>Length of the blocks that were resampled.</summary>
    public long BlockNanoseconds { get; internal set; }

    /// <summary>What the statistics were made from.</summary>
    public SlotMatrix Matrix { get; internal set; } = new SlotMatrix.Builder(0).Build();

    internal long[] Counts { get; set; } = [];
}

/// <summary>A function or a module in both sides.</summary>
/// <param name="Name">The function's name, without what compilers append; of modules empty.</param>
/// <param name="Module">The module's name.</param>
/// <param name="BaseSamples">Samples of its own in the base.</param>
/// <param name="NewSamples">Samples of its own in the new.</param>
/// <param name="Self">By what it did itself.</param>
/// <param name="Total">With what it called; null unless asked for.</param>
public sealed record ComparedLine(string Name, string Module, long BaseSamples, long NewSamples, ShareDifference Self, ShareDifference? Total)
{
    /// <summary>Whether either is more than sampling error.</summary>
    public bool IsChange => Self.IsChange || Total is { IsChange: true };

    /// <summary>Whether it is on the new side only.</summary>
    public bool IsNew => (Total ?? Self).BaseShare == 0;

    /// <summary>Whether it is on the base side only.</summary>
    public bool IsGone => (Total ?? Self).NewShare == 0;
}

/// <summary>An event in both sides.</summary>
/// <param name="BaseEvent">Its name in the base.</param>
/// <param name="NewEvent">Its name in the new.</param>
/// <param name="WeightIsTime">Whether weights are nanoseconds.</param>
/// <param name="Base">The base.</param>
/// <param name="New">The new.</param>
/// <param name="Functions">Changes first, the largest first; then the others, the heaviest first.</param>
/// <param name="Modules">In the same order.</param>
/// <param name="IsJudged">Whether there was enough to judge by.</param>
/// <param name="IsCut">Whether samples depend on one another over longer than the recordings show.</param>
public sealed record EventComparison(
    string BaseEvent, string NewEvent, bool WeightIsTime, ComparedSide Base, ComparedSide New, IReadOnlyList<ComparedLine> Functions, IReadOnlyList<ComparedLine> Modules, bool IsJudged, bool IsCut)
{
    /// <summary>Functions and modules.</summary>
    public IEnumerable<ComparedLine> Lines => Functions.Concat(Modules);
}

/// <summary>Recordings before and after: which functions and modules have another share of each event.</summary>
public sealed class TraceComparison
{
    private TraceComparison(IReadOnlyList<EventComparison> events, IReadOnlyList<string> onlyBase, IReadOnlyList<string> onlyNew)
    {
        Events = events;
        OnlyBase = onlyBase;
        OnlyNew = onlyNew;
    }

    /// <summary>Events that both sides have samples of.</summary>
    public IReadOnlyList<EventComparison> Events { get; }

    /// <summary>Events with samples in the base only.</summary>
    public IReadOnlyList<string> OnlyBase { get; }

    /// <summary>Events with samples in the new only.</summary>
    public IReadOnlyList<string> OnlyNew { get; }

    /// <summary>Compares.</summary>
    /// <param name="first">Recordings of the base, run with <c>KeepSamples</c>.</param>
    /// <param name="second">Recordings of the new, the same.</param>
    /// <param name="options">How.</param>
    public static TraceComparison Build(IReadOnlyList<Analysis> first, IReadOnlyList<Analysis> second, ComparisonOptions options)
    {
        var names = new JoinNames(first, second);
        var numbers = first.Concat(second).Distinct().ToDictionary(a => a, names.Of);
        var lines = new ComparisonLines(names.Functions.Count, names.Modules.Count, options.Children);
        string[] firstEvents = EventsOf(first), secondEvents = EventsOf(second);
        var pairs = firstEvents.Intersect(secondEvents, StringComparer.Ordinal).Select(name => (Base: name, New: name)).ToArray();
        if (pairs.Length == 0 && firstEvents.Length == 1 && secondEvents.Length == 1)
            pairs = [(firstEvents[0], secondEvents[0])];
        return new TraceComparison(
            [.. pairs.Select(Compare)],
            [.. firstEvents.Except(pairs.Select(p => p.Base))],
            [.. secondEvents.Except(pairs.Select(p => p.New))]);

        EventComparison Compare((string Base, string New) pair)
        {
            var (one, other) = (Side(first, pair.Base), Side(second, pair.New));
            var test = ShareTest.Run(one.Matrix, other.Matrix, options.Test);
            one.BlockNanoseconds = test.BaseBlock.Length * one.SlotNanoseconds;
            other.BlockNanoseconds = test.NewBlock.Length * other.SlotNanoseconds;
            var functions = names.Functions.Select((f, i) => Line(f.Name, f.Module, lines.Function(i), options.Children ? lines.FunctionTotal(i) : -1));
            var modules = names.Modules.Select((m, i) => Line("", m, lines.Module(i), options.Children ? lines.ModuleTotal(i) : -1));
            var isTime = first.SelectMany(a => a.Events).First(e => e.Name == pair.Base).WeightIsTime;
            return new EventComparison(pair.Base, pair.New, isTime, one, other, Ordered(functions), Ordered(modules), test.Judged, test.BaseBlock.IsCut || test.NewBlock.IsCut);

            ComparedLine Line(string name, string module, int self, int total) =>
                new(name, module, one.Counts[self], other.Counts[self], test.Lines[self], total < 0 ? null : test.Lines[total]);
        }

        ComparedSide Side(IReadOnlyList<Analysis> analyses, string eventName) => SideCollector.Collect(
            [.. analyses.SelectMany(a => a.Events.Where(e => e.Name == eventName).Select(e => new SideCollector.Run(a, e.Index, numbers[a].Functions, numbers[a].Modules)))], lines);
    }

    /// <summary>Names of events that have samples.</summary>
    private static string[] EventsOf(IReadOnlyList<Analysis> analyses)
    {
        var names = new List<string>();
        foreach (var analysis in analyses)
        {
            var seen = new bool[analysis.Events.Count];
            foreach (var index in analysis.Samples.Events)
                seen[index] = true;
            names.AddRange(analysis.Events.Where(e => seen[e.Index]).Select(e => e.Name));
        }

        return [.. names.Distinct(StringComparer.Ordinal)];
    }

    private static List<ComparedLine> Ordered(IEnumerable<ComparedLine> lines)
    {
        var there = lines.Where(l => Heaviest(l) > 0).ToList();
        there.Sort((a, b) =>
        {
            var order = b.IsChange.CompareTo(a.IsChange);
            if (order == 0)
                order = a.IsChange ? Math.Abs((b.Total ?? b.Self).Delta).CompareTo(Math.Abs((a.Total ?? a.Self).Delta)) : Heaviest(b).CompareTo(Heaviest(a));
            if (order == 0)
                order = string.CompareOrdinal(a.Name, b.Name);
            return order == 0 ? string.CompareOrdinal(a.Module, b.Module) : order;
        });
        return there;
    }

    private static double Heaviest(ComparedLine line) => Math.Max((line.Total ?? line.Self).BaseShare, (line.Total ?? line.Self).NewShare);
}
