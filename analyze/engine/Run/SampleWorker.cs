using TraceKit.DebugInfo.Jit;
using TraceKit.Engine.Fields;
using TraceKit.Engine.Filters;
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
    private readonly FilterBlock _block = new();
    private readonly BlockFilter _blockFilter;
    private int _lastVersion = int.MinValue;
    private JitTimeline? _lastChanges;
    private int _chunkCpu = -1;

    public SampleWorker(Shared shared)
    {
        _shared = shared;
        _threads = new ThreadFinder(shared.Parts.Model, shared.Guessed, shared.Filter);
        _chains = new SampleChains(shared.Parts.Resolver, shared.Options.MaxStack);
        _fieldScratch = new RawField[shared.Options.Fields.Count];
        _context = new RecordContext(shared.Names);
        _blockFilter = new BlockFilter(shared.Filter, shared.Events, new FilterSample(shared.Names));
    }

    /// <summary>What all workers of a run look at.</summary>
    internal sealed record Shared(ModelParts Parts, IReadOnlyList<EventSource> Events, AnalysisOptions Options, SampleFilter Filter, GuessedThreads Guessed, FieldTuples Tuples, AddressNames Names)
    {
        /// <summary>For each event its field of each asked name, or null.</summary>
        public FieldReader?[][] FieldsOfEvent { get; } = [.. Events.Select(e => Options.Fields.Select(e.Fields.Find).ToArray())];

        /// <summary>Somebody asks for stacks: the options, or a filter.</summary>
        public bool NeedsStacks { get; } = Options.Stacks || Filter.HasLate;
    }

    /// <summary>What lies outside is not asked for.</summary>
    public TimeWindows Times => _shared.Filter.Times;

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
    public long LeftOutByRecording => _blockFilter.LeftOutByRecording;

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
        if (!filter.EventWanted[eventIndex] || !filter.Times.Contains(time) || (filter.HasCpus && !filter.WantsCpu(cpu)))
        {
            Filtered++;
            return;
        }

        ref readonly var thread = ref _threads.Find((int)sample.Pid, (int)sample.Tid, time);
        if (!thread.IsWanted)
        {
            Filtered++;
            return;
        }

        var weight = source.HasPeriod ? (long)Math.Min(sample.Period, long.MaxValue / 2) : source.DefaultPeriod;
        if (!filter.HasAny)
        {
            Take(sample, source, thread, cpu, weight, isFiltered, 0);
            return;
        }

        if (_block.IsFull)
            AnswerBlock();
        _block.Add(record, sample, source, thread, cpu, weight, isFiltered);
    }

    /// <summary>After the last sample of a chunk.</summary>
    public void EndChunk() => AnswerBlock();

    /// <summary>Asks the filters for the samples that wait, and takes those that are wanted.</summary>
    private void AnswerBlock()
    {
        if (_block.Count == 0)
            return;
        _blockFilter.Answer(_block);
        foreach (ref readonly var row in _block.Rows)
        {
            var source = _shared.Events[row.Event];
            if (!row.IsWanted)
                Filtered++;
            else if (PerfSample.TryParse(_block.Record(row), source.Layout!, out var sample))
                Take(sample, source, row.Thread, row.Cpu, row.Period, row.StackFiltered, row.Carried);
        }

        _block.Clear();
    }

    private void Take(in PerfSample sample, EventSource source, in ThreadFinder.Entry thread, int cpu, long weight, bool isFiltered, ulong carried)
    {
        if (thread.Thread!.IsGuessed && thread.Thread.Tid != 0)
            UnknownThread++;
        Used++;
        var time = (long)sample.Time;
        var stack = _shared.NeedsStacks ? StackOf(sample, source, thread, time, isFiltered) : StackTable.Empty;
        if (stack == StackTable.Empty)
            EmptyStacks++;
        var tuple = _fieldScratch.Length == 0 ? -1 : TupleOf(sample, source.Event.Index, thread.Thread.Space);
        var group = _groups.Number(new GroupKey(thread.Thread.Index, source.Event.Index, _shared.Options.KeepCpus ? cpu : -1, tuple, carried));
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

        var chain = _chains.GetWithPlace(sample, source, space, version, isFiltered);
        if (_lastChanges is not null)
            chain = _jitAddresses.Replace(chain, _lastChanges, time);
        return _stacks.Add(thread.Tid, version, chain);
    }
}
