using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Model;
using TraceKit.Engine.Samples;
using TraceKit.Engine.Stacks;
using TraceKit.Engine.Symbols;
using TraceKit.Engine.Unwinding;

namespace TraceKit.Engine;

/// <summary>
/// The samples of a trace, unwound, interned and named: what all aggregates (<see cref="CallTree"/>, <see cref="FlatProfile"/>,
/// <see cref="Timeline"/>) are built from. Immutable once made; building aggregates from several threads is fine.
/// </summary>
public sealed partial class Analysis
{
    private FunctionStacks? _functionStacks;

    internal Analysis(
        IReadOnlyList<TraceEvent> events, IReadOnlyList<TraceModule> modules, IReadOnlyList<TraceThread> threads, SampleTable samples, StackTable stacks, FrameTable frames,
        FunctionTable functions, ulong[] offsets, AnalysisTotals totals, UnwindTotals unwind)
    {
        Events = events;
        Modules = modules;
        Threads = threads;
        Samples = samples;
        Stacks = stacks;
        Frames = frames;
        Functions = functions;
        _offsets = offsets;
        Totals = totals;
        Unwind = unwind;
    }

    private readonly ulong[] _offsets;

    /// <summary>What was recorded.</summary>
    public IReadOnlyList<TraceEvent> Events { get; }

    /// <summary>Where code came from; frames point here.</summary>
    public IReadOnlyList<TraceModule> Modules { get; }

    /// <summary>Who ran; samples point here. The threads of the model, then those that only samples told of.</summary>
    public IReadOnlyList<TraceThread> Threads { get; }

    /// <summary>The samples.</summary>
    public SampleTable Samples { get; }

    /// <summary>Their call paths.</summary>
    public StackTable Stacks { get; }

    /// <summary>The places in code that the paths go through.</summary>
    public FrameTable Frames { get; }

    /// <summary>The functions that those lie in.</summary>
    public FunctionTable Functions { get; }

    /// <summary>Where every sample went.</summary>
    public AnalysisTotals Totals { get; }

    /// <summary>How unwinding went.</summary>
    public UnwindTotals Unwind { get; }

    /// <summary>Modules of which the recording lacks something that this analysis needed; the one that costs most samples first.</summary>
    public IReadOnlyList<MissingPieces> Missing { get; internal set; } = [];

    /// <summary>Whether the recording's own filters were left aside (<see cref="AnalysisOptions.IgnoreStoredFilters"/>).</summary>
    public bool StoredFiltersIgnored { get; internal set; }

    /// <summary>Name of the recording's file, without its folder; empty when there is none.</summary>
    public string FileName { get; internal set; } = "";

    /// <summary>The name of an event, as perf prints it.</summary>
    public string EventName(int index) => (uint)index < (uint)Events.Count ? Events[index].Name : "unknown";

    /// <summary>The same with a sample counting as one, whatever its period.</summary>
    public Analysis ByCount() => With(Events, Samples.WithWeights(Samples.Counts.ToArray()), Functions);

    /// <summary>The same samples with other functions.</summary>
    internal Analysis WithFunctions(FunctionTable functions) => With(Events, Samples, functions);

    /// <summary>Other samples with the same stacks.</summary>
    internal Analysis WithSamples(IReadOnlyList<TraceEvent> events, SampleTable samples) => With(events, samples, Functions);

    private Analysis With(IReadOnlyList<TraceEvent> events, SampleTable samples, FunctionTable functions) => new(events, Modules, Threads, samples, Stacks, Frames, functions, _offsets, Totals, Unwind)
    {
        Missing = Missing,
        StoredFiltersIgnored = StoredFiltersIgnored,
        FileName = FileName,
    };

    /// <summary>What is known of a frame: its concrete function.</summary>
    public ResolvedFrame Resolve(int frame)
    {
        var number = Functions.OfFrame[frame];
        var function = Functions[number];
        return new ResolvedFrame(number, function.Name, _offsets[frame], Frames.Modules[frame], function.ModuleName, Frames.Addresses[frame], Frames.Kinds[frame], function.Reason);
    }

    /// <summary>The stacks by function. Made on first use: an analysis for a histogram never needs it.</summary>
    public FunctionStacks FunctionStacks =>
        LazyInitializer.EnsureInitialized(ref _functionStacks, () => new FunctionStacks(Stacks, Functions))!;
}
