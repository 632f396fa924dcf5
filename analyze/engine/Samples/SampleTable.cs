namespace TraceKit.Engine.Samples;

/// <summary>The samples of an analysis as columns, all indexed by row.</summary>
/// <remarks>
/// <para>
/// With <c>AnalysisOptions.KeepSamples</c> a row is one sample, rows in order of (time, CPU). Without, a row is all samples that
/// agree in stack, thread, event and whatever else was asked for (CPU, fields): memory is then bounded by what is distinct,
/// not by the length of the recording. Consumers that add up <see cref="Weights"/> and <see cref="Counts"/> need not care.
/// </para>
/// </remarks>
public sealed class SampleTable
{
    private readonly int[] _stacks;
    private readonly int[] _threads;
    private readonly int[] _events;
    private readonly long[] _weights;
    private readonly long[] _counts;
    private readonly long[] _times;
    private readonly int[] _cpus;

    internal SampleTable(int[] stacks, int[] threads, int[] events, long[] weights, long[] counts, long[] times, int[] cpus, IReadOnlyList<FieldColumn> fields)
    {
        _stacks = stacks;
        _threads = threads;
        _events = events;
        _weights = weights;
        _counts = counts;
        _times = times;
        _cpus = cpus;
        Fields = fields;
        foreach (var weight in weights)
            TotalWeight += weight;
        foreach (var count in counts)
            TotalCount += count;
    }

    /// <summary>Rows.</summary>
    public int Count => _stacks.Length;

    /// <summary>Node in the <c>StackTable</c>.</summary>
    public ReadOnlySpan<int> Stacks => _stacks;

    /// <summary>Index in <c>TraceModel.Threads</c>: a thread under one name.</summary>
    public ReadOnlySpan<int> Threads => _threads;

    /// <summary>Index in <c>Trace.Events</c>.</summary>
    public ReadOnlySpan<int> Events => _events;

    /// <summary>Sum of the samples' periods (nanoseconds for the clock events, else occurrences); 1 each where the event has none.</summary>
    public ReadOnlySpan<long> Weights => _weights;

    /// <summary>Samples in the row: 1 when samples are kept.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>Nanoseconds of the trace's clock; empty unless <see cref="HasTimes"/>.</summary>
    public ReadOnlySpan<long> Times => _times;

    /// <summary>CPU number, -1 where the record does not say; empty unless <see cref="HasCpus"/>.</summary>
    public ReadOnlySpan<int> Cpus => _cpus;

    /// <summary>Whether rows are single samples with their time.</summary>
    public bool HasTimes => _times.Length == _stacks.Length && _stacks.Length > 0;

    /// <summary>Whether the CPU was asked for.</summary>
    public bool HasCpus => _cpus.Length == _stacks.Length && _stacks.Length > 0;

    /// <summary>The event fields that were asked for, in the order of asking.</summary>
    public IReadOnlyList<FieldColumn> Fields { get; }

    /// <summary>Sum of <see cref="Weights"/>.</summary>
    public long TotalWeight { get; }

    /// <summary>Sum of <see cref="Counts"/>.</summary>
    public long TotalCount { get; }

    /// <summary>The same rows with other weights.</summary>
    internal SampleTable WithWeights(long[] weights) => new(_stacks, _threads, _events, weights, _counts, _times, _cpus, Fields);

    /// <summary>The same rows with other stacks.</summary>
    internal SampleTable WithStacks(int[] stacks) => new(stacks, _threads, _events, _weights, _counts, _times, _cpus, Fields);

    /// <summary>The column of a field, or null when it was not asked for.</summary>
    public FieldColumn? Field(string name)
    {
        foreach (var field in Fields)
        {
            if (field.Name == name)
                return field;
        }

        return null;
    }
}
