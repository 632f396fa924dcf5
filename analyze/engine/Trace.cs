using TraceKit.Engine.DebugFiles;
using TraceKit.Engine.Model;
using TraceKit.Engine.Sources;
using TraceKit.Engine.Symbols;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Format.PerfData;

namespace TraceKit.Engine;

/// <summary>An opened recording: what it says about itself, and the door to its samples.</summary>
/// <remarks>Opening reads the small chunks only; <see cref="Model"/> is made when it is first asked for. Safe to use from several threads.</remarks>
public sealed partial class Trace : IDisposable
{
    private readonly Lazy<ModelParts> _model;
    private readonly DebugFileOptions? _debugFiles;
    private ModuleCatalog? _catalog;
    private SideBandLayouts? _sideBandLayouts;

    /// <summary>Where to keep what debug files beside the recording answered, for the next analysis; null for nowhere. Counts until <see cref="Model"/> is made.</summary>
    public Symbols.SourceIndexCache? SourceCache { get; set; }

    private Trace(string path, TraceSource source, DebugFileOptions? debugFiles, bool rawFields)
    {
        _debugFiles = debugFiles;
        Path = path;
        Source = source;
        _model = new Lazy<ModelParts>(BuildModel);
        ulong first = ulong.MaxValue, last = 0;
        foreach (var block in source.Blocks)
        {
            first = Math.Min(first, block.FirstTime);
            last = Math.Max(last, block.LastTime);
        }

        SampleTimes = source.Blocks.Count == 0 ? default : ((long)first, (long)last);
        EventSources = [.. source.Events.Select((e, i) => new EventSource(i, e, source.Architecture, rawFields, source.HasTimes))];
        if (source.PerfData?.Reader.Metadata.Tracing is { PrintkFormats.Length: > 0 } tracing)
        {
            var texts = Format.Tracefs.PrintkFormats.Parse(tracing.PrintkFormats.Span);
            foreach (var format in EventSources.Select(e => e.Format).OfType<Format.Tracefs.EventFormat>())
                format.Texts = texts;
        }

        Events = [.. EventSources.Select(e => e.Event)];
    }

    /// <summary>Path as the user gave it; <c>-</c> for standard input.</summary>
    public string Path { get; }

    /// <summary>Bytes of the file.</summary>
    public long Length => Source.Length;

    /// <summary>Whose register numbers the events use.</summary>
    public Format.Perf.PerfArchitecture Architecture => Source.Architecture;

    /// <summary>Whether perf recorded it: a perf.data, or one that was imported.</summary>
    public bool IsOfPerf => Container is null || Host.IsOfPerf;

    /// <summary>Our own container, for what only it can tell (chunks, headers); null when the trace is another recorder's file.</summary>
    public DtrReader? Container => Source.Container;

    /// <summary>The file of <c>perf record</c>, for what only it can tell (features, counts of records); null when the trace is no such file.</summary>
    public PerfDataReader? PerfData => Source.PerfData?.Reader;

    /// <summary>Where and how it was recorded; empty facts when the file does not say.</summary>
    public HostInfo Host => Source.Host;

    /// <summary>What was recorded; sample tables point here.</summary>
    public IReadOnlyList<TraceEvent> Events { get; }

    /// <summary>The same as the file describes it: attributes, ids, formats.</summary>
    public IReadOnlyList<EventDescription> Descriptions => Source.Events;

    /// <summary>The modules that the file tells of, with what it holds of each.</summary>
    public IReadOnlyList<ModuleInfo> Snapshots => Source.Modules;

    /// <summary>Facts of processes.</summary>
    public IReadOnlyList<ProcessInfo> Processes => Source.Processes;

    /// <summary>What the recorder says was lost.</summary>
    public IReadOnlyList<LossReport> Losses => Source.Losses;

    /// <summary>Totals of the recording; null when it was cut short.</summary>
    public RecordingSummary? Summary => Source.Summary;

    /// <summary>Whether the recorder finished the file.</summary>
    public bool EndedInOrder => Source.EndedInOrder;

    /// <summary>What of the file is unreadable, as far as it was looked at.</summary>
    public IReadOnlyList<DtrDamage> Damage => Source.Damage;

    /// <summary>Processes, threads and mappings.</summary>
    public TraceModel Model => _model.Value.Model;

    /// <summary>What was looked for beside the recording, as far as it was needed up to now.</summary>
    public IReadOnlyList<DebugFileSet> DebugFiles => _catalog?.DebugFiles ?? [];

    /// <summary>What is wrong with archives of files that were looked into, in words.</summary>
    public IReadOnlyList<string> DebugFileProblems => [.. _catalog?.FinderProblems ?? []];

    /// <summary>What the recording says of a module's own file; null when nothing.</summary>
    internal ModuleInfo? SnapshotOf(TraceModule module) => _catalog!.InfoOf(module);

    /// <summary>What the recording has of each module by itself. Opens all of them.</summary>
    public IReadOnlyList<ModuleContents> ReadContents()
    {
        _ = Model;
        return _catalog!.Contents();
    }

    /// <summary>Time of the first and last sample, nanoseconds; both 0 when there is none.</summary>
    public (long First, long Last) SampleTimes { get; }

    /// <summary>Whether times of records are times; else they say only what came after what.</summary>
    public bool HasTimes => Source.HasTimes;

    /// <summary>Whether samples of any event say on which CPU they were taken.</summary>
    public bool KnowsCpus => EventSources.Any(s => s.HasCpu);

    /// <summary>Paths of control groups by the id that samples have.</summary>
    public IReadOnlyDictionary<ulong, string> ReadCgroups()
    {
        var paths = new Dictionary<ulong, string>();
        Source.ReadSideBand(records =>
        {
            while (Format.Perf.PerfRecord.TryRead(records, out var record))
            {
                records = records[record.Bytes.Length..];
                if (record.Type == Format.Perf.PerfRecordType.PERF_RECORD_CGROUP && SideBandLayouts.LayoutOf(record) is { } layout && Format.Perf.CgroupRecord.TryParse(record, layout, out var cgroup))
                    paths[cgroup.Id] = System.Text.Encoding.UTF8.GetString(cgroup.Path);
            }
        });
        return paths;
    }

    /// <summary>Where records come from.</summary>
    internal TraceSource Source { get; }

    internal IReadOnlyList<EventSource> EventSources { get; }

    internal SideBandLayouts SideBandLayouts => LazyInitializer.EnsureInitialized(ref _sideBandLayouts, () => new SideBandLayouts(EventSources))!;

    internal ModelParts Parts => _model.Value;

    /// <summary>Opens a recording.</summary>
    /// <param name="path">A <c>.dtr</c> or <c>perf.data</c> file, or the folder that <c>perf record --threads</c> writes; <c>-</c> for standard input, which is spooled to a temporary file.</param>
    /// <param name="debugFiles">Where files that the recording lacks may be looked for; null for nowhere. For a perf.data this machine's own come behind (<see cref="DebugFileOptions.ForPerfData"/>).</param>
    /// <param name="rawFields">Show fields of events as the kernel has them, not the arguments of their definitions.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="TraceKit.Binary.BadDataException">It is not a recording, or of a newer version.</exception>
    public static Trace Open(string path, DebugFileOptions? debugFiles = null, bool rawFields = false)
    {
        var source = TraceSourceOpener.Open(path);
        return new Trace(path, source, source.PerfData is null ? debugFiles : DebugFileOptions.ForPerfData(path, debugFiles), rawFields);
    }

    /// <summary>Whether a file, or a folder of <c>perf record --threads</c>, begins as a <c>perf.data</c> does.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static bool IsPerfData(string path) => TraceSourceOpener.IsPerfData(path);

    /// <summary>Opens a recording that is in memory.</summary>
    /// <param name="data">The file's bytes; not copied.</param>
    /// <param name="name">How to call it in messages.</param>
    /// <param name="debugFiles">Where files that the recording lacks may be looked for; null for nowhere.</param>
    /// <param name="rawFields">Show fields of events as the kernel has them, not the arguments of their definitions.</param>
    /// <exception cref="TraceKit.Binary.BadDataException">It is not a recording, or of a newer version.</exception>
    public static Trace Open(ReadOnlyMemory<byte> data, string name, DebugFileOptions? debugFiles = null, bool rawFields = false) =>
        new(name, TraceSourceOpener.Open(data, name), debugFiles, rawFields);

    /// <inheritdoc/>
    public void Dispose()
    {
        _catalog?.Dispose();
        Source.Dispose();
    }
}
