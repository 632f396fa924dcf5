using TraceKit.Engine.DebugFiles;
using TraceKit.Engine.Model;
using TraceKit.Engine.Symbols;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Engine;

/// <summary>An opened recording: what it says about itself, and the door to its samples.</summary>
/// <remarks>Opening reads the small chunks only; <see cref="Model"/> is made when it is first asked for. Safe to use from several threads.</remarks>
public sealed partial class Trace : IDisposable
{
    private readonly DtrReader _reader;
    private readonly string? _temporary;
    private readonly Lazy<ModelParts> _model;
    private readonly DebugFileOptions? _debugFiles;
    private readonly bool _rawFields;
    private ModuleCatalog? _catalog;
    private SideBandLayouts? _sideBandLayouts;

    private Trace(string path, DtrReader reader, string? temporary, DebugFileOptions? debugFiles, bool rawFields)
    {
        _rawFields = rawFields;
        _debugFiles = debugFiles;
        Path = path;
        _reader = reader;
        _temporary = temporary;
        _model = new Lazy<ModelParts>(BuildModel);
        ReadMetadata();
    }

    /// <summary>Path as the user gave it; <c>-</c> for standard input.</summary>
    public string Path { get; }

    /// <summary>Bytes of the file.</summary>
    public long Length => _reader.Length;

    /// <summary>The container, for what only it can tell (chunks, headers).</summary>
    public DtrReader Container => _reader;

    /// <summary>Where and how it was recorded; empty facts when that chunk is lost.</summary>
    public HostInfo Host { get; private set; } = new();

    /// <summary>What was recorded; sample tables point here.</summary>
    public IReadOnlyList<TraceEvent> Events { get; private set; } = [];

    /// <summary>The modules that the file tells of, with what it holds of each.</summary>
    public IReadOnlyList<ModuleInfo> Snapshots { get; private set; } = [];

    /// <summary>Facts of processes.</summary>
    public IReadOnlyList<ProcessInfo> Processes { get; private set; } = [];

    /// <summary>What the recorder says was lost.</summary>
    public IReadOnlyList<LossReport> Losses { get; private set; } = [];

    /// <summary>The recorder's own totals; null when the recording was cut short.</summary>
    public RecordingSummary? Summary { get; private set; }

    /// <summary>What of the file is unreadable, as far as it was looked at.</summary>
    public IReadOnlyList<DtrDamage> Damage => _reader.Damage;

    /// <summary>Processes, threads and mappings.</summary>
    public TraceModel Model => _model.Value.Model;

    /// <summary>What was looked for beside the recording, as far as it was needed up to now.</summary>
    public IReadOnlyList<DebugFileSet> DebugFiles => _catalog?.DebugFiles ?? [];

    /// <summary>What the recording says of a module's own file; null when nothing.</summary>
    internal ModuleInfo? SnapshotOf(TraceModule module) => _catalog!.InfoOf(module);

    /// <summary>What the recording has of each module by itself. Opens all of them.</summary>
    public IReadOnlyList<ModuleContents> ReadContents()
    {
        _ = Model;
        return _catalog!.Contents();
    }

    /// <summary>Time of the first and last sample by the chunks' headers, nanoseconds; both 0 when there is none.</summary>
    public (long First, long Last) SampleTimes { get; private set; }

    internal IReadOnlyList<EventSource> EventSources { get; private set; } = [];

    internal SideBandLayouts SideBandLayouts => LazyInitializer.EnsureInitialized(ref _sideBandLayouts, () => new SideBandLayouts(EventSources))!;

    internal ModelParts Parts => _model.Value;

    internal IReadOnlyList<ChunkHeader> SampleChunks { get; private set; } = [];

    /// <summary>Opens a recording.</summary>
    /// <param name="path">A <c>.dtr</c> file; <c>-</c> for standard input, which is spooled to a temporary file.</param>
    /// <param name="debugFiles">Where files that the recording lacks may be looked for; null for nowhere.</param>
    /// <param name="rawFields">Show fields of events as the kernel has them, not the arguments of their definitions.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="TraceKit.Binary.BadDataException">It is not a recording, or of a newer version.</exception>
    public static Trace Open(string path, DebugFileOptions? debugFiles = null, bool rawFields = false)
    {
        if (path != "-")
            return new Trace(path, DtrReader.Open(path), null, debugFiles, rawFields);
        var temporary = System.IO.Path.GetTempFileName(); // 0600
        try
        {
            using (var file = new FileStream(temporary, FileMode.Open, FileAccess.Write))
            using (var input = Console.OpenStandardInput())
                input.CopyTo(file);
            return new Trace(path, DtrReader.Open(temporary), temporary, debugFiles, rawFields);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Opens a recording that is in memory.</summary>
    /// <param name="data">The file's bytes; not copied.</param>
    /// <param name="name">How to call it in messages.</param>
    /// <param name="debugFiles">Where files that the recording lacks may be looked for; null for nowhere.</param>
    /// <param name="rawFields">Show fields of events as the kernel has them, not the arguments of their definitions.</param>
    /// <exception cref="TraceKit.Binary.BadDataException">It is not a recording, or of a newer version.</exception>
    public static Trace Open(ReadOnlyMemory<byte> data, string name, DebugFileOptions? debugFiles = null, bool rawFields = false) =>
        new(name, DtrReader.Open(data, name), null, debugFiles, rawFields);

    /// <inheritdoc/>
    public void Dispose()
    {
        _catalog?.Dispose();
        _reader.Dispose();
        if (_temporary is not null)
            File.Delete(_temporary);
    }
}
