using TraceKit.Format.Dtr.Metadata;
using TraceKit.Format.Perf;
using TraceKit.Format.PerfData;

namespace TraceKit.Engine.Sources;

/// <summary>What a <c>perf.data</c> says of itself, in the words of our own metadata.</summary>
internal sealed class PerfDataDescription(PerfDataReader reader, PerfDataIndex index)
{
    private readonly PerfDataFacts _facts = reader.Metadata.Facts;
    private readonly IReadOnlyList<PerfDataAttribute> _attributes = reader.Metadata.Events.Attributes;

    /// <summary>Whose register numbers; of a file that does not say, this machine's, as perf takes it.</summary>
    public PerfArchitecture Architecture => _facts.Architecture switch
    {
        "x86_64" => PerfArchitecture.X64,
        "aarch64" or "arm64" => PerfArchitecture.Arm64,
        "" => System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? PerfArchitecture.Arm64 : PerfArchitecture.X64,
        _ => PerfArchitecture.Unknown,
    };

    public HostInfo Host => new()
    {
        HostName = _facts.HostName,
        KernelRelease = _facts.OsRelease,
        Architecture = _facts.Architecture,
        ClockId = ClockId,
        RealtimeOffset = _facts.ClockData is { } clock ? (long)(clock.TimeOfDay - clock.ClockTime) : 0,
        CpuCount = (int)Math.Min(_facts.CpusAvailable, int.MaxValue),
        AgentVersion = _facts.Version.Length == 0 ? "perf" : $"perf {_facts.Version}",
        CommandLine = _facts.CommandLine,
        CpuModel = _facts.CpuDescription.Length == 0 ? null : _facts.CpuDescription,
        MemoryBytes = _facts.TotalMemoryKib * 1024,
    };

    public RecordingSummary Summary => new()
    {
        Events = [.. _attributes.Select((_, i) => new EventTotals { EventIndex = i, Samples = (ulong)index.SamplesOf(i) })],
        Samples = (ulong)index.Samples,
        SideBandRecords = (ulong)index.SideBandRecords,
        RecordBytes = (ulong)index.RecordBytes,
        Lost = (ulong)index.Lost,
    };

    public List<EventDescription> Events
    {
        get
        {
            var events = new List<EventDescription>();
            for (var i = 0; i < _attributes.Count; i++)
            {
                var attribute = _attributes[i];
                var isTracepoint = attribute.Attr.Type == PerfTypeId.PERF_TYPE_TRACEPOINT;
                events.Add(new EventDescription
                {
                    Name = attribute.Name,
                    AttrBytes = attribute.NormalAttr.Bytes.ToArray(),
                    Ids = [.. attribute.Ids.Select(id => new EventId { Id = id, Cpu = -1, Pid = -1 })],
                    Format = isTracepoint ? reader.Metadata.Tracing?.Find((int)Math.Min(attribute.Attr.Config, int.MaxValue))?.Text : null,
                    GroupLeader = attribute.GroupLeader,
                    IsSideBandOnly = attribute.Attr is { Type: PerfTypeId.PERF_TYPE_SOFTWARE, Config: PerfSoftwareId.PERF_COUNT_SW_DUMMY } && index.SamplesOf(i) == 0,
                });
            }

            return events;
        }
    }

    /// <summary>Files that build-ids are told of, and those whose symbols are there (simpleperf), with the bytes that stand for them.</summary>
    public (IReadOnlyList<ModuleInfo> Modules, IReadOnlyDictionary<uint, byte[]> Blobs) ReadModules()
    {
        var modules = new List<ModuleInfo>();
        var blobs = new Dictionary<uint, byte[]>();
        var symbols = new Dictionary<string, SimpleperfFile>(StringComparer.Ordinal);
        foreach (var file in _facts.Files)
            symbols.TryAdd(file.Path, file);
        foreach (var entry in reader.Metadata.BuildIds)
        {
            if (entry.IsGuest)
                continue;
            var kind = entry.Path is "[kernel.kallsyms]" ? ModuleKind.Kernel : entry.IsKernel ? ModuleKind.KernelModule : entry.Path is "[vdso]" ? ModuleKind.Vdso : ModuleKind.Elf;
            symbols.Remove(entry.Path, out var file);
            Add(kind, entry.Path, entry.BuildId, file);
        }

        foreach (var file in _facts.Files)
        {
            if (symbols.Remove(file.Path) && file.Type is SimpleperfFile.Kernel or SimpleperfFile.Elf)
                Add(file.Type == SimpleperfFile.Kernel ? ModuleKind.Kernel : ModuleKind.Elf, file.Path, [], file);
        }

        return (modules, blobs);

        void Add(ModuleKind kind, string path, byte[] buildId, SimpleperfFile? file)
        {
            var id = (uint)modules.Count + 1;
            var blob = file is null ? [] : kind == ModuleKind.Kernel ? SimpleperfSymbols.ToKallsyms(file) : kind == ModuleKind.Elf ? SimpleperfSymbols.ToElf(file) : [];
            if (blob.Length > 0)
                blobs.Add(id, blob);
            modules.Add(new ModuleInfo
            {
                Id = id,
                Kind = kind,
                BuildId = buildId,
                Path = path,
                BlobBytes = (ulong)blob.Length,
                FileLength = (ulong)blob.Length,
                BlobFormat = blob.Length > 0 && kind == ModuleKind.Kernel ? "kallsyms-text" : "",
                MissingReason = blob.Length > 0 ? null : "a perf.data has no symbols of files",
            });
        }
    }

    /// <summary>The clock of the times by number; -1 for the kernel's own, which has none; -2 where there are no times.</summary>
    private int ClockId
    {
        get
        {
            if (reader.Metadata.Events.AddsTime)
                return TraceSource.NoClock;
            foreach (var attribute in _attributes)
            {
                if (attribute.Attr.Has(PerfAttrFlags.use_clockid))
                    return attribute.Attr.ClockId;
            }

            return -1;
        }
    }
}
