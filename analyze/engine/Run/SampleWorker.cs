using TraceKit.DebugInfo.Jit;
using TraceKit.Engine.Fields;
using TraceKit.Engine.Model;
using TraceKit.Engine.Samples;
using TraceKit.Engine.Stacks;
using TraceKit.Format.Perf;

namespace TraceKit.Engine.Run;

/// <summary>
/// Takes samples one by one and keeps what the options ask for. One per core; nothing is shared but what is rarely asked, and nothing
/// that depends on which worker took which chunk gets into the result.
/// </summary>
internal sealed partial class SampleWorker
{
    private readonly Shared _shared;
    private readonly ThreadFinder _threads;
    private readonly StackInterner _stacks = new();
    private readonly GroupTable _groups = new();
    private readonly SampleChains _chains;
    private readonly Dictionary<int, (AddressSpace Space, long Time)> _versions = [];
    private readonly JitAddresses _jitAddresses = new();
    private int _lastVersion = int.MinValue;
    private JitTimeline? _lastChanges;
    private int _chunkCpu = -1;

    public SampleWorker(Shared shared)
    {
        _shared = shared;
        _threads = new ThreadFinder(shared.Parts.Model, shared.Guessed, shared.Filter);
        _chains = new SampleChains(shared.Parts.Resolver);
        _fieldScratch = new RawField[shared.Options.Fields.Count];
        _context = new RecordContext(shared.Names);
        _filterSample = new FilterSample(shared.Names);
    }

    /// <summary>What all workers of a run look at.</summary>
    internal sealed record Shared(ModelParts Parts, IReadOnlyList<EventSource> Events, AnalysisOptions Options, SampleFilter Filter, GuessedThreads Guessed, FieldTuples Tuples, AddressNames Names)
    {
        /// <summary>For each event its field of each asked name, or null.</summary>
        public FieldReader?[][] FieldsOfEvent { get; } = [.. Events.Select(e => Options.Fields.Select(e.Fields.Find).ToArray())];
    }

    /// <summary>Nanoseconds, inclusive: what lies outside is not asked for.</summary>
    public long From => _shared.Filter.From;

    /// <summary>See <see cref="From"/>.</summary>
    public long To => _shared.Filter.To;

    public StackInterner Stacks => _stacks;

    public GroupTable Groups => _groups;

    public IReadOnlyDictionary<int, (AddressSpace Space, long Time)> Versions => _versions;

    /// <summary>Sums, when samples are not kept.</summary>
    public RowTable Rows { get; } = new();

    /// <summary>Samples by chunk, when they are kept.</summary>
    public List<(int Chunk, List<KeptSample> Samples)> Kept { get; } = [];

    /// <summary>How unwinding went.</summary>
    public UnwindCounts Unwind => _chains.Unwind;

    public long Read { get; private set; }

    public long Used { get; private set; }

    public long Filtered { get; private set; }

    /// <summary>Of <see cref="Filtered"/> those that the recording's own filter left out.</summary>
    public long LeftOutByRecording { get; private set; }

    public long UnknownEvent { get; private set; }

    public long Malformed { get; private set; }

    public long UnknownThread { get; private set; }

    public long EmptyStacks { get; private set; }

    /// <summary>A sample that is kept by itself.</summary>
    internal readonly record struct KeptSample(long Time, int Stack, int Group, long Weight);

    /// <summary>Before the first sample of a chunk.</summary>
    /// <param name="chunk">Its place in the file.</param>
    /// <param name="cpu">The CPU that it says all its samples are of; -1 when it does not.</param>
    public void BeginChunk(int chunk, int cpu)
    {
        _chunkCpu = cpu;
        if (_shared.Options.KeepSamples)
            Kept.Add((chunk, []));
    }

    /// <summary>Takes one sample.</summary>
    /// <param name="record">The kernel's bytes.</param>
    /// <param name="eventIndex">Its event.</param>
    /// <param name="isFiltered">Only words of its stack that point into code or stacks were kept.</param>
    public void Add(PerfRecord record, int eventIndex, bool isFiltered)
    {
        Read++;
        if ((uint)eventIndex >= (uint)_shared.Events.Count || _shared.Events[eventIndex] is not { Layout: { } layout } source)
        {
            UnknownEvent++;
            return;
        }

        if (!PerfSample.TryParse(record, layout, out var sample))
        {
            Malformed++;
            return;
        }

        var filter = _shared.Filter;
        var time = (long)sample.Time;
        var cpu = source.HasCpu ? (int)sample.Cpu : _chunkCpu;
        if (!filter.EventWanted[eventIndex] || time < filter.From || time > filter.To || (filter.HasCpus && !filter.WantsCpu(cpu)))
        {
            Filtered++;
            return;
        }

        ref readonly var thread = ref _threads.Find((int)sample.Pid, (int)sample.Tid, time);
        if (!thread.IsWanted || (filter.HasExpression(eventIndex) && !MatchesExpressions(sample, source, thread.Thread!, cpu)))
        {
            Filtered++;
            return;
        }

        if (thread.Thread!.IsGuessed && thread.Thread.Tid != 0)
            UnknownThread++;
        Used++;
        var weight = source.HasPeriod ? (long)Math.Min(sample.Period, long.MaxValue / 2) : source.DefaultPeriod;
        var stack = _shared.Options.Stacks ? StackOf(sample, source, thread, time, isFiltered) : StackTable.Empty;
        if (stack == StackTable.Empty)
            EmptyStacks++;
        var tuple = _fieldScratch.Length == 0 ? -1 : TupleOf(sample, eventIndex, thread.Thread.Space);
        var group = _groups.Number(new GroupKey(thread.Thread.Index, eventIndex, _shared.Options.KeepCpus ? cpu : -1, tuple));
        if (_shared.Options.KeepSamples)
            Kept[^1].Samples.Add(new KeptSample(time, stack, group, weight));
        else
            Rows.Add(stack, group, weight, 1);
    }

    private int StackOf(in PerfSample sample, EventSource source, in ThreadFinder.Entry thread, long time, bool isFiltered)
    {
        var space = thread.Thread!.Space;
        var version = thread.OnlyVersion != int.MinValue ? thread.OnlyVersion : space.VersionAt(time);
        if (version != _lastVersion)
        {
            _lastVersion = version;
            _versions.TryAdd(version, (space, time));
            _lastChanges = _shared.Parts.Resolver.ChangesOf(space);
        }

        var chain = _chains.Get(sample, source, space, version, isFiltered);
        if (_lastChanges is not null)
            chain = _jitAddresses.Replace(chain, _lastChanges, time);
        return _stacks.Add(thread.Tid, version, chain);
    }
}
